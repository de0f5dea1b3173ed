import { parseEmailAddress, type EmailAddress } from '../mail/address.ts'

/** A provider where readers can sign in with an account they have there. */
export type Provider = {
  /** `orcid`, `github`, or `oidc`, a provider of the operator's own. */
  id: 'orcid' | 'github' | 'oidc'
  /** The name on the button. */
  name: string
  clientId: string
  clientSecret: string
  /** The address of an OpenID Connect provider, without a slash at the end; null where it is not one. */
  issuer: string | null
}

/**
 * Someone who has signed in at a provider: who they are there, null if that cannot be told, and their address if the
 * provider says that it has proven it.
 */
export type Arrival = { subject: string | null; address: EmailAddress | null }

/** What an OpenID Connect provider says in a verified ID token, or at its userinfo endpoint. */
export function oidcArrival(claims: Record<string, unknown>): Arrival {
  const { sub, email, email_verified: verified } = claims
  return {
    // As long as OpenID Connect Core 1.0 lets it be.
    subject: typeof sub === 'string' && /^[^\p{C}]{1,255}$/u.test(sub) && sub.trim() !== '' ? sub : null,
    // Some providers write it as a text.
    address: verified === true || verified === 'true' ? addressFromProvider(email) : null,
  }
}

/**
 * Reads an address that a provider has proven as a typed one is read, so that each mailbox has one account; null for
 * what a provider that knows its mailboxes would not send. Unlike a typed one no email goes to it before it is believed:
 * it must not become another mailbox by being read, as one with the Kelvin sign would become one with a k.
 */
export function addressFromProvider(given: unknown): EmailAddress | null {
  if (typeof given !== 'string' || /[\s\p{C}\p{Z}]/u.test(given)) return null
  const address = parseEmailAddress(given)
  const isPlain = (text: string) => /^[\x21-\x7e]*$/.test(text.slice(0, Math.max(0, text.lastIndexOf('@'))))
  return address !== null && isPlain(address) === isPlain(given) ? address : null
}

/** The address that GitHub sends mail to, if its owner has confirmed it. */
export function githubAddress(emails: unknown): EmailAddress | null {
  if (!Array.isArray(emails)) return null
  const primary = (emails as { email?: unknown; primary?: unknown; verified?: unknown }[]).find(
    (entry) => entry?.primary === true,
  )
  return primary?.verified === true ? addressFromProvider(primary.email) : null
}

/** Asks GitHub who has signed in; null if it does not say. */
export async function githubArrival(
  accessToken: string,
): Promise<{ arrival: Arrival; profile: { id: string } } | null> {
  const ask = async (path: string): Promise<unknown> => {
    const answer = await fetch(`https://api.github.com${path}`, {
      headers: { 'user-agent': 'broadsheet', authorization: `Bearer ${accessToken}` },
      signal: AbortSignal.timeout(GITHUB_MS),
    })
    return answer.ok ? answer.json() : null
  }
  const profile = (await ask('/user')) as { id?: unknown } | null
  if (typeof profile?.id !== 'number') return null
  const id = String(profile.id)
  return { arrival: { subject: id, address: githubAddress(await ask('/user/emails')) }, profile: { id } }
}

/** A reader waits for it. */
const GITHUB_MS = 10_000
