import { createHmac, randomBytes } from 'node:crypto'

// Standard Webhooks 1.0.0 (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).

/** What the parties to a webhook share, as people copy it. */
const PREFIX = 'whsec_'
const SECRET_BYTES = 32

/** A new secret, in base64. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64')
}

/** A secret as it is shown once. */
export function shownSecret(secret: string): string {
  return PREFIX + secret
}

/** The headers by which a receiver knows a message and that it comes from here; `secrets` are in base64. */
export function signatureHeaders({
  id,
  at,
  body,
  secrets,
}: {
  id: string
  at: Date
  body: string
  secrets: string[]
}): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000))
  const signatures = secrets.map((secret) => {
    const digest = createHmac('sha256', Buffer.from(secret, 'base64')).update(`${id}.${timestamp}.${body}`)
    return `v1,${digest.digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
