import { recall, remember } from './memory.ts'

/**
 * The browser's part of a list of papers: `j` and `k` move, `o` opens, and papers added since the last visit are
 * marked. Only this device remembers the last visit.
 */
export class PaperList extends HTMLElement {
  connectedCallback() {
    this.markNew(lastVisit())
    document.addEventListener('keydown', this.onKey)
    document.querySelector('.keys')?.removeAttribute('hidden')
  }

  disconnectedCallback() {
    document.removeEventListener('keydown', this.onKey)
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
    const current = links.findIndex((link) => link.closest('li')?.contains(document.activeElement))
    if (event.key === 'j' || event.key === 'k') {
      const next = event.key === 'j' ? Math.min(current + 1, links.length - 1) : Math.max(current - 1, 0)
      links[next]?.focus()
      links[next]
        ?.closest('li')
        ?.scrollIntoView({ block: 'nearest', behavior: calm.matches ? 'auto' : 'smooth' })
      event.preventDefault()
    } else if (event.key === 'o' && current >= 0) {
      links[current]?.click()
    }
  }
}

const calm = matchMedia('(prefers-reduced-motion: reduce)')

/** A key pressed on its own, outside any field. */
export function isPlainKey(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false
  const target = event.target
  return !(target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]'))
}

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
