import { sql, type Kysely, type Selectable } from 'kysely'
import { toReader, type Reader } from '../accounts/reader.ts'
import type { Database } from '../db/schema.ts'

/** A reader as curators see them: their standing and activity. */
export type ReaderStanding = {
  reader: Reader
  /** Whether a curator trusts them, however old their account is. */
  trustedByCurator: boolean
  votes: number
  comments: number
  /** Flags they raised, and flags on their comments and collections. */
  flagsRaised: number
  flagsReceived: number
}

/**
 * Readers whose name starts with `text` (ignoring case), or whose id does: without a name they are shown as `Reader` and
 * its first four digits, and the address of their page ends in it. Newest first; all readers if `text` is empty. Nothing
 * is found by email addresses: they are for no one else. `curators` are the addresses that the configuration makes curators.
 */
export async function findReaders(
  db: Kysely<Database>,
  { text, limit, curators, now }: { text: string; limit: number; curators: ReadonlySet<string>; now: Date },
): Promise<ReaderStanding[]> {
  const asked = text.trim().toLowerCase()
  const prefix = `${asked.replaceAll(/[\\%_]/g, '\\$&')}%`
  const ids = idsStarting(/^(?:reader\s+|.*\/readers\/)?([0-9a-f-]{4,36})$/.exec(asked)?.[1] ?? '')
  const byId = ids ? sql`r.id between ${ids.first} and ${ids.last}` : sql`false`
  const which = asked === '' ? sql`true` : sql`(lower(r.name) like ${prefix} or ${byId})`
  return standings(db, { which, limit, curators, now })
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The first and the last id that starts with some digits; null if none can. */
function idsStarting(digits: string): { first: string; last: string } | null {
  const filled = (like: string) => digits + like.slice(digits.length)
  const [first, last] = [
    filled('00000000-0000-0000-0000-000000000000'),
    filled('ffffffff-ffff-ffff-ffff-ffffffffffff'),
  ]
  return digits !== '' && ID.test(first) ? { first, last } : null
}

/** One reader's standing, or null. */
export async function standingOf(
  db: Kysely<Database>,
  { readerId, curators, now }: { readerId: string; curators: ReadonlySet<string>; now: Date },
): Promise<ReaderStanding | null> {
  const [standing] = await standings(db, { which: sql`r.id = ${readerId}`, limit: 1, curators, now })
  return standing ?? null
}

async function standings(
  db: Kysely<Database>,
  {
    which,
    limit,
    curators,
    now,
  }: { which: ReturnType<typeof sql>; limit: number; curators: ReadonlySet<string>; now: Date },
): Promise<ReaderStanding[]> {
  type Counts = Omit<ReaderStanding, 'reader' | 'trustedByCurator'>
  const { rows } = await sql<Selectable<Database['readers']> & Counts>`
    select r.*,
      (select count(*) from votes where reader_id = r.id) as votes,
      (select count(*) from comments where reader_id = r.id and deleted_at is null) as comments,
      (select count(*) from flags where reader_id = r.id) as "flagsRaised",
      (select count(*) from flags f join comments c on c.id = f.comment_id where c.reader_id = r.id) +
      (select count(*) from flags f join collections c on c.id = f.collection_id where c.reader_id = r.id) as "flagsReceived"
    from (select * from readers r where ${which} order by created_at desc, id limit ${limit}) r
    order by r.created_at desc, r.id
  `.execute(db)
  return rows.map((row) => ({
    reader: toReader(row, { curators, now }),
    trustedByCurator: row.trusted_at !== null,
    votes: row.votes,
    comments: row.comments,
    flagsRaised: row.flagsRaised,
    flagsReceived: row.flagsReceived,
  }))
}
