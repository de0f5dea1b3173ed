import { createPublicKey, type KeyObject } from 'node:crypto'

/** By what each sender of mail shows that a report is its own; null, or empty, for those that send none here. */
export type BounceHooks = {
  /** The key that Mailgun signs webhooks with. */
  mailgun: string | null
  /** The public key of SendGrid's signed event webhook, P-256. */
  sendgrid: KeyObject | null
  /** The topics of Amazon SNS that SES publishes bounces and complaints to. */
  ses: string[]
  /** The password in the address of Postmark's webhook. */
  postmark: string | null
}

export const NO_HOOKS: BounceHooks = { mailgun: null, sendgrid: null, ses: [], postmark: null }

const SHORTEST_SECRET = 16
const TOPIC = /^arn:aws(?:-[a-z-]+)?:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/

/** Reads `mailgun=KEY sendgrid=BASE64 ses=TOPIC postmark=SECRET`, any of them, `ses` several times; null where it is none such. */
export function parseBounceHooks(text: string): BounceHooks | null {
  const hooks = { ...NO_HOOKS, ses: [] as string[] }
  for (const word of text.split(/\s+/).filter((word) => word !== '')) {
    const at = word.indexOf('=')
    const [sender, value] = [word.slice(0, at), word.slice(at + 1)]
    switch (sender) {
      case 'mailgun':
      case 'postmark':
        if (hooks[sender] !== null || value.length < SHORTEST_SECRET) return null
        hooks[sender] = value
        break
      case 'sendgrid':
        hooks.sendgrid = hooks.sendgrid === null ? publicKey(value) : null
        if (hooks.sendgrid === null) return null
        break
      case 'ses':
        if (!TOPIC.test(value)) return null
        hooks.ses.push(value)
        break
      default:
        return null
    }
  }
  return hooks
}

function publicKey(base64: string): KeyObject | null {
  try {
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' })
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : null
  } catch {
    return null
  }
}
