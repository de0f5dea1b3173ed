/** A paper counts as seen when its title was in view for so long. */
const LOOKED_AT_MS = 1_000
/** What was seen is told in one go, so long after the first. */
const TOLD_AFTER_MS = 5_000

/** Tells which papers of the reader’s own front page came into view, so that they step back the next time. */
export class SeenPapers extends HTMLElement {
  private readonly waiting = new Map<Element, number>()
  private readonly untold = new Set<string>()
  private telling: number | undefined

  private readonly observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        clearTimeout(this.waiting.get(target))
        this.waiting.delete(target)
        if (isIntersecting)
          this.waiting.set(
            target,
            window.setTimeout(() => this.see(target), LOOKED_AT_MS),
          )
      }
    },
    { threshold: 0.5 },
  )

  connectedCallback() {
    // Titles fit on every screen; a whole entry may not.
    for (const title of document.querySelectorAll('#not-seen .entry-title')) this.observer.observe(title)
    document.addEventListener('visibilitychange', this.onHidden)
  }

  disconnectedCallback() {
    this.observer.disconnect()
    document.removeEventListener('visibilitychange', this.onHidden)
    this.tell()
  }

  /** The reader may not come back. */
  private readonly onHidden = () => {
    if (document.visibilityState !== 'hidden') return
    for (const timer of this.waiting.values()) clearTimeout(timer)
    this.waiting.clear()
    this.tell()
  }

  private see(title: Element) {
    this.observer.unobserve(title)
    this.waiting.delete(title)
    const id = title.closest('.entry')?.id.slice(1)
    if (id === undefined) return
    this.untold.add(id)
    this.telling ??= window.setTimeout(() => this.tell(), TOLD_AFTER_MS)
  }

  private tell() {
    clearTimeout(this.telling)
    this.telling = undefined
    const form = this.querySelector('form')
    if (this.untold.size === 0 || !form) return
    const papers = [...this.untold].join(' ')
    this.untold.clear()
    // What gets lost is seen again.
    void fetch(form.action, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({ papers }),
      keepalive: true,
    }).catch(() => undefined)
  }
}
