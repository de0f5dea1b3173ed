/**
 * The browser's part of a discussion: replies are written below the comment they answer, and a preview appears above what
 * is being written. Both come from the pages that do the same without a script; where these fail, the reader goes there.
 */
export class PaperDiscussion extends HTMLElement {
  connectedCallback() {
    this.addEventListener('click', this.onClick)
    this.addEventListener('submit', this.onSubmit)
  }

  disconnectedCallback() {
    this.removeEventListener('click', this.onClick)
    this.removeEventListener('submit', this.onSubmit)
  }

  private onClick = (event: MouseEvent) => {
    const link = (event.target as Element | null)?.closest<HTMLAnchorElement>('a[href$="/reply"]')
    const comment = link?.closest<HTMLElement>('.comment')
    if (!link || !comment || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    const open = comment.querySelector<HTMLElement>('.reply')
    if (open) close(open, link)
    // A second press while the form is on its way is part of the first.
    else if (!link.hasAttribute('aria-busy')) void this.reply(comment, link)
  }

  /** Opens the form of the page that a link leads to, below its comment. */
  private async reply(comment: HTMLElement, link: HTMLAnchorElement) {
    link.setAttribute('aria-busy', 'true')
    const page = await pageAt(link.href)
    link.removeAttribute('aria-busy')
    const form = page?.querySelector<HTMLFormElement>('main form.form')
    // Somebody who is not signed in is led to do so.
    if (!form || !form.action.endsWith('/reply')) return location.assign(link.href)
    const place = document.createElement('div')
    place.className = 'reply'
    renameIds(form, comment.id)
    place.append(form)
    comment.append(place)
    const cancel = document.createElement('button')
    cancel.type = 'button'
    cancel.className = 'button quiet'
    cancel.textContent = 'Cancel'
    cancel.addEventListener('click', () => close(place, link))
    form.querySelector('.buttons')?.append(cancel)
    link.setAttribute('aria-expanded', 'true')
    form.querySelector('textarea')?.focus()
  }

  private onSubmit = (event: SubmitEvent) => {
    const { target: form, submitter } = event
    if (!(form instanceof HTMLFormElement) || submitter?.getAttribute('name') !== 'preview') return
    event.preventDefault()
    void this.preview(form, submitter)
  }

  private async preview(form: HTMLFormElement, button: HTMLElement) {
    const body = new URLSearchParams([...new FormData(form, button)] as [string, string][])
    const page = await pageAt(form.action, { method: 'POST', body })
    const shown = page?.querySelector('section[aria-labelledby="preview"] .comment-body')
    const problem = page?.querySelector('.problem')
    const found = shown ?? problem
    if (!found) return sendAsUsual(form, button)
    let place = form.querySelector<HTMLElement>('.preview')
    if (!place) {
      place = document.createElement('div')
      place.className = 'preview'
      place.setAttribute('role', 'status')
      form.querySelector('textarea')?.before(place)
    }
    place.replaceChildren(document.importNode(found, true))
  }
}

function close(place: HTMLElement, link: HTMLAnchorElement) {
  place.remove()
  link.removeAttribute('aria-expanded')
  link.focus()
}

/** A page of this site as a document, or null when it cannot be had. */
async function pageAt(url: string, init: RequestInit = {}): Promise<Document | null> {
  try {
    const answer = await fetch(url, { ...init, headers: { accept: 'text/html' } })
    return new DOMParser().parseFromString(await answer.text(), 'text/html')
  } catch {
    return null
  }
}

/** Ids of a form that may be on a page several times. */
function renameIds(form: HTMLFormElement, of: string) {
  for (const name of ['id', 'for', 'aria-describedby'])
    for (const element of form.querySelectorAll(`[${name}]`))
      element.setAttribute(name, `${of}-${element.getAttribute(name)}`)
}

function sendAsUsual(form: HTMLFormElement, button: HTMLElement) {
  const field = document.createElement('input')
  field.type = 'hidden'
  field.name = button.getAttribute('name') ?? ''
  field.value = button.getAttribute('value') ?? ''
  form.append(field)
  form.submit()
}
