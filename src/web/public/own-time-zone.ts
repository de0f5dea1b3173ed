/** A choice of time zones: where nobody has chosen yet, the reader's own is chosen, if it is offered. */
export class OwnTimeZone extends HTMLElement {
  connectedCallback() {
    const select = this.querySelector('select')
    if (!select || this.dataset['isNew'] === undefined) return
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
    if (Array.from(select.options).some(({ value }) => value === timeZone)) select.value = timeZone
  }
}
