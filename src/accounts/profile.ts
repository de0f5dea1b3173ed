import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { parseOrcid } from './orcid.ts'

/** A reader's profile and preferences. */
export type Profile = { name: string; orcid: string | null; public: boolean; mailReplies: boolean }

const LONGEST_NAME = 80

/** A profile from a submitted form, or why it is refused. */
export function parseProfile(given: {
  name: string
  orcid: string
  public: boolean
  mailReplies: boolean
}): { ok: true; profile: Profile } | { ok: false; field: 'name' | 'orcid'; reason: string } {
  const name = given.name.normalize('NFC').replaceAll(/\s+/g, ' ').trim()
  if (Array.from(name).length > LONGEST_NAME)
    return { ok: false, field: 'name', reason: `A name can have up to ${LONGEST_NAME} characters.` }
  // Marks that hide or reorder letters would let one name look like another.
  if (/[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/u.test(name))
    return { ok: false, field: 'name', reason: 'A name cannot contain invisible characters.' }
  const typed = given.orcid.trim()
  const orcid = typed === '' ? null : parseOrcid(typed)
  if (typed !== '' && orcid === null)
    return { ok: false, field: 'orcid', reason: 'That is not an ORCID. Enter one like 0000-0002-1825-0097.' }
  return { ok: true, profile: { name, orcid, public: given.public, mailReplies: given.mailReplies } }
}

/** Saves a profile. A verified ORCID stays as it is. */
export async function updateProfile(
  db: Kysely<Database>,
  { readerId, profile, now }: { readerId: string; profile: Profile; now: Date },
): Promise<void> {
  await db
    .updateTable('readers')
    .set((eb) => ({
      name: profile.name,
      public: profile.public,
      mail_replies: profile.mailReplies,
      orcid: eb.case().when('orcid_verified', '=', true).then(eb.ref('orcid')).else(profile.orcid).end(),
      updated_at: now,
    }))
    .where('id', '=', readerId)
    .execute()
}
