const AT_ONCE = 256

/**
 * Looks for the number that proves work, starting when someone begins to fill in the form. A form sent before it is
 * found waits for it.
 */
export class ProofOfWork extends HTMLElement {
  private proof: Promise<void> | null = null

  connectedCallback() {
    const form = this.closest('form')
    if (!form) return
    form.addEventListener('focusin', () => void this.prove(), { once: true })
    form.addEventListener('submit', (event) => {
      if (this.field('answer')?.value !== '') return
      event.preventDefault()
      const { submitter } = event
      void this.prove().then(() => form.requestSubmit(submitter))
    })
  }

  private field(name: string): HTMLInputElement | null {
    return this.querySelector<HTMLInputElement>(`input[name="${name}"]`)
  }

  private prove(): Promise<void> {
    this.proof ??= this.work()
    return this.proof
  }

  private async work(): Promise<void> {
    const challenge = this.field('challenge')?.value ?? ''
    const bits = Number(this.dataset['bits'])
    const answer = this.field('answer')
    if (!answer) return
    // Only pages served securely can hash; the others send no proof, as browsers without JavaScript do.
    if (!globalThis.crypto?.subtle) return void (answer.value = 'none')
    const encoder = new TextEncoder()
    for (let first = 0; ; first += AT_ONCE) {
      const hashes = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, i) =>
          crypto.subtle.digest('SHA-256', encoder.encode(`${challenge}:${first + i}`)),
        ),
      )
      const found = hashes.findIndex((hash) => new DataView(hash).getUint32(0) >>> (32 - bits) === 0)
      if (found >= 0) return void (answer.value = String(first + found))
    }
  }
}
