import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { toReader, type Reader } from './reader.ts'

/** A browser in which a reader is signed in. */
export type Session = {
  id: string
  userAgent: string | null
  createdAt: Date
  /** When it was last renewed: at most once a day. */
  usedAt: Date
}

/** Who is signed in with a session's token, while the session is good; null for any other token. One indexed query. */
export async function findSession(
  db: Kysely<Database>,
  { token, curators, now }: { token: string; curators: ReadonlySet<string>; now: Date },
): Promise<{ reader: Reader; sessionId: string; renewedAt: Date } | null> {
  const row = await db
    .selectFrom('sessions as s')
    .innerJoin('readers as r', 'r.id', 's.reader_id')
    .selectAll('r')
    .select(['s.id as session_id', 's.updated_at as renewed_at'])
    .where('s.token', '=', token)
    .where('s.expires_at', '>', now)
    // A session of an account that no one has proven to be theirs may be anyone's.
    .where('r.email_verified', '=', true)
    .executeTakeFirst()
  return row
    ? { reader: toReader(row, { curators, now }), sessionId: row.session_id, renewedAt: row.renewed_at }
    : null
}

/** The sessions of a reader that are good, the last used first. */
export async function listSessions(
  db: Kysely<Database>,
  { readerId, now }: { readerId: string; now: Date },
): Promise<Session[]> {
  const rows = await db
    .selectFrom('sessions')
    .select(['id', 'user_agent', 'created_at', 'updated_at'])
    .where('reader_id', '=', readerId)
    .where('expires_at', '>', now)
    .orderBy('updated_at', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    userAgent: row.user_agent,
    createdAt: row.created_at,
    usedAt: row.updated_at,
  }))
}

/** Whether a session began within `withinMs` milliseconds: whoever has it has just proven who they are. */
export async function isFresh(
  db: Kysely<Database>,
  { sessionId, withinMs, now }: { sessionId: string; withinMs: number; now: Date },
): Promise<boolean> {
  const session = await db
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', sessionId)
    .where('created_at', '>=', new Date(now.getTime() - withinMs))
    .executeTakeFirst()
  return session !== undefined
}

/** Ends a reader's session in one browser, or in all but one. */
export async function endSessions(
  db: Kysely<Database>,
  { readerId, which }: { readerId: string; which: { only: string } | { allBut: string } },
): Promise<void> {
  await db
    .deleteFrom('sessions')
    .where('reader_id', '=', readerId)
    .where('id', 'only' in which ? '=' : '!=', 'only' in which ? which.only : which.allBut)
    .execute()
}

/** Ends the session of a cookie's token, whoever it belongs to. */
export async function endSessionNamed(db: Kysely<Database>, { token }: { token: string }): Promise<void> {
  await db.deleteFrom('sessions').where('token', '=', token).execute()
}

/** Removes expired sessions and links, but none that others are just removing: they do so in an order of their own. */
export async function forgetExpired(db: Kysely<Database>, { now }: { now: Date }): Promise<void> {
  for (const table of ['sessions', 'verifications'] as const)
    await db
      .deleteFrom(table)
      .where('id', 'in', (eb) =>
        eb.selectFrom(table).select('id').where('expires_at', '<', now).forUpdate().skipLocked(),
      )
      .execute()
}
