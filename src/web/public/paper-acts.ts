/** The buttons of a paper in a list, by their names: what each is called in either state, and what is said when it is done. */
const ACTS = {
  save: {
    labels: { '1': 'Save', '0': 'Remove from reading list' },
    done: { '1': 'Saved to your reading list.', '0': 'Removed from your reading list.' },
  },
  'not-for-me': {
    labels: { '1': 'Not for me', '0': 'Show again' },
    done: { '1': 'Marked “Not for me”.', '0': 'Shown again.' },
  },
} as const

const sending = new WeakSet<HTMLButtonElement>()

/**
 * Saves a paper or marks it “Not for me” without leaving the list. People who are not signed in follow the form. `say`
 * tells the reader how it went.
 */
export function actInPlace(event: SubmitEvent, say: (text: string) => void): void {
  const { target: form, submitter: button } = event
  if (!(form instanceof HTMLFormElement) || !(button instanceof HTMLButtonElement)) return
  const entry = form.closest('.entry')
  const act = Object.entries(ACTS).find(([name]) => name === button.name)?.[1]
  if (!act || !entry?.querySelector('.vote [aria-pressed]')) return
  event.preventDefault()
  if (sending.has(button)) return
  sending.add(button)
  void send(form, button)
    .then((answer) => {
      if (!answer.ok) say(answer.reason)
      else {
        say(act.done[button.value === '1' ? '1' : '0'])
        show(entry, button, act.labels)
      }
      return sending.delete(button)
    })
    .catch(() => {})
}

/** Sends the form of a button; a reader whose session has ended is led to sign in. */
async function send(
  form: HTMLFormElement,
  button: HTMLButtonElement,
): Promise<{ ok: true } | { ok: false; reason: string }> {
  const body = new URLSearchParams([...new FormData(form, button)] as [string, string][])
  try {
    const answer = await fetch(form.action, { method: 'POST', headers: { accept: 'application/json' }, body })
    const said = (await answer.json()) as { signIn?: string; reason?: string }
    if (said.signIn !== undefined) location.assign(said.signIn)
    return answer.ok ? { ok: true } : { ok: false, reason: said.reason ?? PROBLEM }
  } catch {
    return { ok: false, reason: PROBLEM }
  }
}

/** Shows the other face of a button that was pressed to good effect. */
function show(entry: Element, button: HTMLButtonElement, labels: { '0': string; '1': string }) {
  if (button.name === 'not-for-me') entry.classList.toggle('not-for-me', button.value === '1')
  button.value = button.value === '1' ? '0' : '1'
  button.textContent = labels[button.value === '1' ? '1' : '0']
}

const PROBLEM = 'That was not saved. Try again.'
