/**
 * Voting without leaving the page. The button shows its new state at once; the server has the last word. If it is
 * pressed while a request is under way, the last press is sent afterwards.
 */
export class VoteForm extends HTMLElement {
  private wanted: boolean | null = null
  private sending = false

  connectedCallback() {
    this.addEventListener('submit', (event) => {
      const button = this.querySelector('button')
      // Readers who are not signed in follow the form.
      if (!button?.hasAttribute('aria-pressed')) return
      event.preventDefault()
      const voted = this.wanted ?? button.getAttribute('aria-pressed') === 'true'
      this.wanted = !voted
      this.show(button, { voted: !voted, votes: count(button) + (voted ? -1 : 1) })
      if (!this.sending) void this.send(button)
    })
  }

  private async send(button: HTMLButtonElement): Promise<void> {
    const form = this.querySelector('form')
    if (!form) return
    this.sending = true
    while (this.wanted !== null) {
      const voted = this.wanted
      this.wanted = null
      const before = { voted: !voted, votes: count(button) + (voted ? -1 : 1) }
      try {
        const answer = await fetch(form.action, {
          method: 'POST',
          headers: { accept: 'application/json' },
          body: new URLSearchParams({ vote: voted ? '1' : '0', back: backOf(form) }),
        })
        const said = (await answer.json()) as Partial<{
          voted: boolean
          votes: number
          signIn: string
          reason: string
        }>
        if (said.signIn !== undefined) {
          // The page may come back as it is now.
          this.sending = false
          return location.assign(said.signIn)
        }
        if (this.wanted !== null) continue
        if (typeof said.voted === 'boolean' && typeof said.votes === 'number')
          this.show(button, { voted: said.voted, votes: said.votes })
        else this.fail(button, before, said.reason)
      } catch {
        if (this.wanted === null) this.fail(button, before, undefined)
      }
    }
    this.sending = false
  }

  private show(button: HTMLButtonElement, { voted, votes }: { voted: boolean; votes: number }) {
    const label = voted ? 'Withdraw your vote' : 'Vote for this paper'
    button.setAttribute('aria-pressed', String(voted))
    button.setAttribute('aria-label', `${label}: ${votes === 1 ? '1 vote' : `${votes} votes`}`)
    button.title = label
    button.value = voted ? '0' : '1'
    button.dataset['votes'] = String(votes)
    const shown = button.querySelector('.vote-count')
    if (shown) shown.textContent = votes === 0 ? '' : votes.toLocaleString('en-GB')
    // What the button does stands there where no number does.
    shown?.nextElementSibling?.toggleAttribute('hidden', votes > 0)
  }

  private fail(
    button: HTMLButtonElement,
    before: { voted: boolean; votes: number },
    reason = 'Your vote was not saved. Try again.',
  ) {
    this.show(button, before)
    let said = this.querySelector('.vote-problem')
    if (!said) {
      said = document.createElement('p')
      said.className = 'vote-problem'
      said.setAttribute('role', 'alert')
      this.append(said)
    }
    said.textContent = reason
  }
}

function count(button: HTMLButtonElement): number {
  return Number(button.dataset['votes'] ?? 0)
}

/** The page to return to after signing in, where a session has ended meanwhile. */
function backOf(form: HTMLFormElement): string {
  return form.querySelector<HTMLInputElement>('[name=back]')?.value ?? '/'
}
