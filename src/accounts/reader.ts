import type { Selectable } from 'kysely'
import type { Database } from '../db/schema.ts'

/** Someone with an account here. */
export type Reader = {
  id: string
  email: string
  /** The name shown with what they write; empty until they choose one. */
  name: string
  curator: boolean
  orcid: string | null
  /** Whether they verified it by signing in with ORCID. */
  orcidVerified: boolean
  /** Whether others can see their page. */
  public: boolean
  /** Whether they are emailed about replies to their comments. */
  mailReplies: boolean
  createdAt: Date
  /** Whether their votes have full weight and their submissions need no curator. */
  trusted: boolean
  /** Suspended readers can read, and delete their account, but do nothing else. */
  suspended: boolean
}

/** How long an account is new: its votes weigh little (ranking/heat.ts), and its submissions wait for a curator. */
export const NEW_FOR_MS = 3 * 24 * 3_600_000

/** Addresses of readers from providers that give none: no email is ever sent to them (RFC 2606). */
export const NO_MAIL_DOMAIN = 'no-mail.invalid'

/**
 * A row of `readers` at an instant. `curators` are the email addresses that the configuration makes curators. Curators,
 * readers who signed in with ORCID, readers whom a curator trusts, and readers whose account is no longer new are
 * trusted. An address makes no one a curator until they have proven that it is theirs.
 */
export function toReader(
  row: Selectable<Database['readers']>,
  { curators, now }: { curators: ReadonlySet<string>; now: Date },
): Reader {
  const curator = row.suspended_at === null && row.email_verified && (row.curator || curators.has(row.email))
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    curator,
    orcid: row.orcid,
    orcidVerified: row.orcid_verified,
    public: row.public,
    mailReplies: row.mail_replies,
    createdAt: row.created_at,
    trusted:
      row.suspended_at === null &&
      (curator ||
        row.orcid_verified ||
        row.trusted_at !== null ||
        now.getTime() - row.created_at.getTime() >= NEW_FOR_MS),
    suspended: row.suspended_at !== null,
  }
}

/** A name to show, whatever they chose. */
export function displayName({ id, name }: { id: string; name: string }): string {
  return name === '' ? `Reader ${id.slice(0, 4)}` : name
}

/** Whether a reader can receive email. */
export function hasMail({ email }: { email: string }): boolean {
  return !email.endsWith(`@${NO_MAIL_DOMAIN}`)
}

/** The address that a reader has proven and lists can come to; null without one, and while they are suspended. */
export function mailAddress(reader: Pick<Reader, 'email' | 'suspended'>): string | null {
  return hasMail(reader) && !reader.suspended ? reader.email : null
}
