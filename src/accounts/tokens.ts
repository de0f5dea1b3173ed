import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { toReader, type Reader } from './reader.ts'

/** What a token may be used for. */
export const SCOPES = ['read', 'vote', 'collect', 'comment', 'submit', 'subscribe', 'curate'] as const
export type Scope = (typeof SCOPES)[number]

/** Its form lets programs that look for leaked secrets know it. */
const TOKEN = /^bs_[A-Za-z0-9_-]{43}$/

/** A use is noted so often, so that asking does not write each time. */
const USE_NOTED_AFTER_MS = 60_000

/** What a token is stored and found by. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** Whose token this is and what it may be used for, while it is good; null for any other text. One indexed query. */
export async function findToken(
  db: Kysely<Database>,
  { token, curators, now }: { token: string; curators: ReadonlySet<string>; now: Date },
): Promise<{ reader: Reader; tokenId: string; scopes: ReadonlySet<Scope> } | null> {
  if (!TOKEN.test(token)) return null
  const row = await db
    .selectFrom('tokens as t')
    .innerJoin('readers as r', 'r.id', 't.reader_id')
    .selectAll('r')
    .select(['t.id as token_id', 't.scopes', 't.last_used_at'])
    .where('t.hash', '=', tokenHash(token))
    .where((where) => where.or([where('t.expires_at', 'is', null), where('t.expires_at', '>', now)]))
    .where('r.email_verified', '=', true)
    .executeTakeFirst()
  if (!row) return null
  if (row.last_used_at === null || now.getTime() - row.last_used_at.getTime() > USE_NOTED_AFTER_MS)
    await db.updateTable('tokens').set({ last_used_at: now }).where('id', '=', row.token_id).execute()
  const scopes = new Set(SCOPES.filter((scope) => row.scopes.includes(scope)))
  return { reader: toReader(row, { curators, now }), tokenId: row.token_id, scopes }
}
