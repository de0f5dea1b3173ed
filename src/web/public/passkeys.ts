/** Whether this browser has passkeys and reads their options as JSON. */
function hasPasskeys(): boolean {
  return (
    typeof PublicKeyCredential === 'function' &&
    typeof PublicKeyCredential.parseRequestOptionsFromJSON === 'function'
  )
}

class Refused extends Error {
  readonly status: number
  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

async function ask(path: string, body?: unknown): Promise<Response> {
  const sent = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const answer = await fetch(path, body === undefined ? {} : sent)
  if (!answer.ok) throw new Refused(`${path}: ${answer.status}`, answer.status)
  return answer
}

/** A button that appears if the browser has passkeys, with a message beside it when something goes wrong. */
abstract class PasskeyButton extends HTMLElement {
  connectedCallback() {
    if (!hasPasskeys()) return
    this.hidden = false
    const button = this.querySelector('button')
    const status = this.querySelector('[role=status]')
    button?.addEventListener('click', () => {
      button.disabled = true
      this.act().catch((error: unknown) => {
        button.disabled = false
        const refusal = error instanceof Refused ? error.status : null
        if (status) status.textContent = this.failureAt(refusal)
      })
    })
  }
  /** What to say, given the status with which the site refused, if it did. */
  protected abstract failureAt(status: number | null): string
  protected abstract act(): Promise<void>
}

export class PasskeySignIn extends PasskeyButton {
  protected failureAt(): string {
    return 'You were not signed in. Try again, or ask for a sign-in link instead.'
  }
  protected async act(): Promise<void> {
    const options = await ask('/auth/passkey/generate-authenticate-options')
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
      (await options.json()) as PublicKeyCredentialRequestOptionsJSON,
    )
    const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential
    await ask('/auth/passkey/verify-authentication', { response: credential.toJSON() })
    location.assign(this.dataset['to'] ?? '/')
  }
}

export class PasskeyAdd extends PasskeyButton {
  protected failureAt(status: number | null): string {
    if (status === 403)
      return 'You signed in more than a day ago. Sign out, sign in again, and then add a passkey.'
    return status === 409
      ? 'Your account has as many passkeys as it can have. Remove one, and then add another.'
      : 'No passkey was added. Try again.'
  }
  protected async act(): Promise<void> {
    const options = await ask('/auth/passkey/generate-register-options')
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
      (await options.json()) as PublicKeyCredentialCreationOptionsJSON,
    )
    const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential
    await ask('/auth/passkey/verify-registration', { response: credential.toJSON() })
    location.reload()
  }
}
