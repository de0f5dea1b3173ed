import type { Selectable } from 'kysely'
import type { Database } from '../db/schema.ts'

/** Somebody who has an account here. */
export type Reader = {
  id: string
  email: string
  /** As it stands beside what they write; empty until they choose one. */
  name: string
  curator: boolean
  orcid: string | null
  /** Whether they signed in at ORCID with it. */
  orcidVerified: boolean
  /** Whether others may see their page. */
  public: boolean
  /** Whether replies to their comments are mailed to them. */
  mailReplies: boolean
  createdAt: Date
  /** Whether their votes weigh in full and what they send in needs no curator. */
  trusted: boolean
  /** May read and leave, but not take part. */
  suspended: boolean
}

/** An account is new for so long: its votes weigh little (ranking/heat.ts), and what it submits waits for a curator. */
export const NEW_FOR_MS = 3 * 24 * 3_600_000

/** Addresses of people who came by a provider that gives none: no mail ever goes there (RFC 2606). */
export const NO_MAIL_DOMAIN = 'no-mail.invalid'

/**
 * A row of `readers` at an instant. `curators` are the addresses that the configuration makes curators. Trusted are
 * curators, who signed in with ORCID, whom a curator trusts, and whose account is not new any more.
 */
export function toReader(
  row: Selectable<Database['readers']>,
  { curators, now }: { curators: ReadonlySet<string>; now: Date },
): Reader {
  const curator =
    row.suspended_at === null && (row.curator || (row.email_verified && curators.has(row.email)))
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

/** A name to call somebody by, whatever they chose. */
export function displayName({ id, name }: { id: string; name: string }): string {
  return name === '' ? `Reader ${id.slice(0, 4)}` : name
}

/** Whether mail reaches a reader. */
export function hasMail({ email }: { email: string }): boolean {
  return !email.endsWith(`@${NO_MAIL_DOMAIN}`)
}
