/** Results that stay for so long were searched for; those shown as a reader types are soon replaced. */
const SETTLED_MS = 2_000

/**
 * Tells the site that a reader looks at a paper (`data-to`), or at what they searched for (`data-text`). It is on a page only
 * where its reader lets that be remembered. A page in a tab that is never looked at tells nothing.
 */
export class RememberThis extends HTMLElement {
  private timer: ReturnType<typeof setTimeout> | undefined

  connectedCallback() {
    document.addEventListener('visibilitychange', this.start)
    addEventListener('pagehide', this.leave)
    this.start()
  }

  disconnectedCallback() {
    clearTimeout(this.timer)
    document.removeEventListener('visibilitychange', this.start)
    removeEventListener('pagehide', this.leave)
  }

  private start = () => {
    if (document.visibilityState !== 'visible' || this.timer !== undefined) return
    this.timer = setTimeout(this.tell, this.dataset['text'] === undefined ? 0 : SETTLED_MS)
  }

  /** Whoever follows a result has searched, however quick they are. */
  private leave = () => {
    if (this.timer !== undefined) this.tell()
  }

  private tell = () => {
    this.disconnectedCallback()
    const { to, text } = this.dataset
    if (to === undefined) return
    fetch(to, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(text === undefined ? {} : { text }),
      keepalive: true,
    }).catch(() => {
      // Nothing depends on it.
    })
  }
}
