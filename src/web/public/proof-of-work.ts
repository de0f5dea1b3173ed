const AT_ONCE = 256

/**
 * Looks for the number that proves work for what was typed, starting when that is complete. A form sent before it is found
 * waits for it. What was typed is the field that `data-about` names.
 */
export class ProofOfWork extends HTMLElement {
  private proof: { about: string; found: Promise<void> } | null = null
  private proven: string | null = null

  connectedCallback() {
    const form = this.closest('form')
    if (!form) return
    form.addEventListener('change', () => void this.prove(form))
    form.addEventListener('submit', (event) => {
      if (this.proven === this.about(form)) return
      event.preventDefault()
      const { submitter } = event
      void this.prove(form).then(() => form.requestSubmit(submitter))
    })
  }

  private about(form: HTMLFormElement): string {
    return form.querySelector<HTMLInputElement>(`input[name="${this.dataset['about']}"]`)?.value ?? ''
  }

  private field(name: string): HTMLInputElement | null {
    return this.querySelector<HTMLInputElement>(`input[name="${name}"]`)
  }

  private prove(form: HTMLFormElement): Promise<void> {
    const about = this.about(form)
    if (this.proof?.about !== about) this.proof = { about, found: this.work(about) }
    return this.proof.found
  }

  private async work(about: string): Promise<void> {
    const answer = await this.search(about)
    const field = this.field('answer')
    // Something else was typed meanwhile.
    if (this.proof?.about !== about) return
    if (field) field.value = answer
    this.proven = about
  }

  private async search(about: string): Promise<string> {
    const challenge = this.field('challenge')?.value ?? ''
    const bits = Number(this.dataset['bits'])
    // Only pages served securely can hash; the others send no proof, as browsers without JavaScript do.
    if (!globalThis.crypto?.subtle) return 'none'
    const encoder = new TextEncoder()
    for (let first = 0; ; first += AT_ONCE) {
      const hashes = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, i) =>
          crypto.subtle.digest('SHA-256', encoder.encode(`${challenge}:${about}:${first + i}`)),
        ),
      )
      const found = hashes.findIndex((hash) => new DataView(hash).getUint32(0) >>> (32 - bits) === 0)
      if (found >= 0) return String(first + found)
      if (this.proof?.about !== about) return ''
    }
  }
}
