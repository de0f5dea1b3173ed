import { actByKey, isPlainKey } from './keys.ts'
import { recall, remember } from './memory.ts'
import { actInPlace } from './paper-acts.ts'

/**
 * The browser's part of a list of papers: keys move between papers, open them and act on them, buttons act without
 * leaving the list, and papers added since the last visit are marked. Only this device remembers the last visit.
 */
export class PaperList extends HTMLElement {
  connectedCallback() {
    this.markNew(lastVisit())
    document.addEventListener('keydown', this.onKey)
    this.addEventListener('focusin', this.onFocus)
    this.addEventListener('submit', this.onSubmit)
  }

  disconnectedCallback() {
    document.removeEventListener('keydown', this.onKey)
    this.removeEventListener('focusin', this.onFocus)
    this.removeEventListener('submit', this.onSubmit)
  }

  /** A reader who comes back from a paper goes on from there. */
  private onFocus = (event: FocusEvent) => {
    const link = (event.target as Element | null)
      ?.closest('.entry')
      ?.querySelector<HTMLAnchorElement>('.entry-title a')
    if (link) keepPlace(location, link.pathname)
  }

  private onSubmit = (event: SubmitEvent) => actInPlace(event, (text) => this.say(text))

  /** Tells the reader what was done: to see at the paper, and for readers of screens here. */
  private say(text: string) {
    let status = this.querySelector(':scope > [role=status]')
    if (!status) {
      status = document.createElement('p')
      status.setAttribute('role', 'status')
      status.className = 'vh'
      this.append(status)
    }
    status.textContent = text
  }

  private markNew(since: number | null) {
    if (since === null) return
    for (const entry of this.querySelectorAll<HTMLElement>('.entry')) {
      if (Date.parse(entry.dataset['recorded'] ?? '') <= since) continue
      const mark = document.createElement('span')
      mark.className = 'new-mark'
      mark.textContent = 'New'
      mark.title = 'Added since your last visit'
      entry.querySelector('.entry-title')?.prepend(mark)
    }
  }

  private onKey = (event: KeyboardEvent) => {
    if (!isPlainKey(event)) return
    const links = [...this.querySelectorAll<HTMLAnchorElement>('.entry-title a')]
    const focused = links.findIndex((link) => link.closest('li')?.contains(document.activeElement))
    const current = focused >= 0 ? focused : links.findIndex((link) => link.pathname === placeIn(location))
    if (event.key === 'j' || event.key === 'k') {
      const next = event.key === 'j' ? Math.min(current + 1, links.length - 1) : Math.max(current - 1, 0)
      links[next]?.focus()
      links[next]
        ?.closest('li')
        ?.scrollIntoView({ block: 'nearest', behavior: calm.matches ? 'auto' : 'smooth' })
      event.preventDefault()
    } else if (event.key === 'o' && current >= 0) {
      links[current]?.click()
    } else if (current >= 0) {
      const entry = links[current]?.closest('.entry')
      if (entry) actByKey(event.key, entry)
    }
  }
}

/** The address of the paper at which the reader was in a list, while this tab is open. */
function placeIn({ pathname, search }: Location): string | null {
  try {
    return sessionStorage.getItem(`place ${pathname}${search}`)
  } catch {
    return null
  }
}

function keepPlace({ pathname, search }: Location, paper: string): void {
  try {
    sessionStorage.setItem(`place ${pathname}${search}`, paper)
  } catch {
    // Storage is off or full: then only the focus tells.
  }
}

const calm = matchMedia('(prefers-reduced-motion: reduce)')

/** A visit ends when no page has been viewed for this long. */
const VISIT_ENDS_MS = 30 * 60_000

/** When the visit before this one ended (epoch milliseconds); null on the first. */
function lastVisit(): number | null {
  const now = Date.now()
  const seen = Number(recall('seen-at'))
  if (seen > 0 && now - seen > VISIT_ENDS_MS) remember('last-visit', String(seen))
  remember('seen-at', String(now))
  const last = recall('last-visit')
  return last === null ? null : Number(last)
}
