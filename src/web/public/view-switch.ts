/** Switches between whole stories and headlines at once; the server lets the device remember it. */
export class ViewSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener('submit', (event) => {
      const form = this.querySelector('form')
      const button = event.submitter
      if (!form || !(button instanceof HTMLButtonElement)) return
      event.preventDefault()
      const body = new URLSearchParams({ view: button.value })
      // Without an answer the choice lasts as long as the page.
      void fetch(form.action, { method: 'POST', headers: { accept: 'application/json' }, body }).catch(
        () => {},
      )
      this.show(button.value)
    })
  }

  /** The other view. */
  toggle() {
    this.querySelector<HTMLButtonElement>('[aria-pressed=false]')?.click()
  }

  private show(view: string) {
    const top = firstInView()
    const before = top?.getBoundingClientRect().top ?? 0
    document.documentElement.dataset['view'] = view
    for (const button of this.querySelectorAll('button'))
      button.setAttribute('aria-pressed', String(button.value === view))
    // The paper at the top stays where it is.
    if (top && scrollY > 0) scrollBy({ top: top.getBoundingClientRect().top - before, behavior: 'instant' })
  }
}

function firstInView(): Element | undefined {
  return [...document.querySelectorAll('.entry')].find((entry) => entry.getBoundingClientRect().bottom > 0)
}
