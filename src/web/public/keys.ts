import { make } from './option-list.ts'
import { recall, remember } from './memory.ts'

/** Every key that does something, as its help says it. */
const KEYS: [keys: string[], does: string][] = [
  [['j', 'k'], 'Go to the next paper, or the previous one'],
  [['o'], 'Open the paper'],
  [['v'], 'Vote for the paper, or withdraw your vote'],
  [['s'], 'Save the paper to your reading list, or remove it'],
  [['x'], 'Mark the paper “Not for me”, or show it again'],
  [['h'], 'Switch between stories and headlines'],
  [['u'], 'Go back to the list'],
  [['/'], 'Search'],
  [['?'], 'Show these keys'],
]

/** Whether a key was pressed on its own, outside any field, by someone who wants keys to do something. */
export function isPlainKey(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false
  const target = event.target
  if (target instanceof HTMLElement && target.closest('input, textarea, select, dialog, [contenteditable]'))
    return false
  return recall('keys') !== 'off'
}

/** Does to a paper what `v`, `s` and `x` stand for, by its form within `scope`. */
export function actByKey(key: string, scope: ParentNode): void {
  const name = { v: 'vote', s: 'save', x: 'not-for-me' }[key]
  if (name === undefined) return
  const button = scope.querySelector<HTMLButtonElement>(`form[action$="/${name}"] button[name="${name}"]`)
  button?.form?.requestSubmit(button)
}

/** Shows which keys there are, and lets the reader turn them off: assistive technology may have others of its own. */
export function showKeys(): void {
  const dialog = document.querySelector<HTMLDialogElement>('.keys-help') ?? makeHelp()
  dialog.showModal()
}

function makeHelp(): HTMLDialogElement {
  const dialog = make('dialog', { class: 'keys-help', 'aria-labelledby': 'keys-help' })
  const list = make('dl', {})
  for (const [keys, does] of KEYS) {
    const row = make('div', {})
    const term = make('dt', {})
    for (const key of keys) term.append(make('kbd', {}, key), ' ')
    row.append(term, make('dd', {}, does))
    list.append(row)
  }
  const label = make('label', { class: 'tick' })
  const tick = make('input', { type: 'checkbox' })
  tick.checked = recall('keys') !== 'off'
  tick.addEventListener('change', () => remember('keys', tick.checked ? 'on' : 'off'))
  label.append(tick, ' Use these keys on this device')
  const close = make('form', { method: 'dialog' })
  close.append(make('button', { class: 'button quiet' }, 'Close'))
  dialog.append(make('h2', { id: 'keys-help' }, 'Keyboard shortcuts'), list, label, close)
  document.body.append(dialog)
  return dialog
}
