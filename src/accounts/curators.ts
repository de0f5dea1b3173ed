import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { hasMail } from './reader.ts'

/** Where curators get email: those with an account, unless they are suspended, and those whom the people who run the site named. */
export async function curatorsOf(db: Kysely<Database>, named: string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('readers')
    .select(['email', 'suspended_at'])
    .where((eb) => eb.or([eb('curator', '=', true), ...(named.length > 0 ? [eb('email', 'in', named)] : [])]))
    .execute()
  const suspended = new Set(rows.filter((row) => row.suspended_at !== null).map(({ email }) => email))
  const all = new Set([...named, ...rows.filter(hasMail).map(({ email }) => email)])
  return [...all].filter((email) => !suspended.has(email)).toSorted()
}
