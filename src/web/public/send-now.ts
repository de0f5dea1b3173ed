/** A form that is sent as soon as it is shown: what it does was asked for on the page before. */
export class SendNow extends HTMLElement {
  connectedCallback() {
    this.querySelector('form')?.requestSubmit()
  }
}
