import { createHash, randomBytes } from 'node:crypto'
import { sql, type Kysely, type Selectable } from 'kysely'
import { holdReaders } from '../db/hold-readers.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { toReader, type Reader } from './reader.ts'
import { isVisible, lengthOf, plainLine } from './typed-text.ts'

/** What a token may be used for. */
export const SCOPES = ['read', 'vote', 'collect', 'comment', 'submit', 'subscribe', 'curate'] as const
export type Scope = (typeof SCOPES)[number]

/** Its form lets programs that look for leaked secrets know it. */
const TOKEN = /^bs_[A-Za-z0-9_-]{43}$/

/** A use is noted so often, so that asking does not write each time. */
const USE_NOTED_AFTER_MS = 60_000

/** What a token is stored and found by. */
function tokenHash(token: string): Buffer {
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

/** A token as its reader sees it, without what it is known by. */
export type Token = {
  id: string
  name: string
  /** Its last four characters. */
  ending: string
  scopes: Scope[]
  createdAt: Date
  /** null: it does not expire. */
  expiresAt: Date | null
  /** To the minute; null where it was not used yet. */
  lastUsedAt: Date | null
}

/** In characters. */
export const LONGEST_TOKEN_NAME = 60
export const MOST_TOKENS = 50
/** After how many days a token can expire. */
export const LIFETIMES = [30, 90, 365] as const
export type Lifetime = (typeof LIFETIMES)[number] | 'never'
export const USUAL_LIFETIME: Lifetime = 90

/** What a reader says of a token that they make. */
export type TokenFacts = { name: string; scopes: Scope[]; lifetime: Lifetime }

/** A token's details as somebody gave them, or why they are refused. Only curators can make one for what curators do. */
export function parseToken(
  given: { name: string; scopes: readonly string[]; lifetime: string },
  { curator }: { curator: boolean },
): { ok: true; facts: TokenFacts } | { ok: false; field: 'name' | 'scopes' | 'lifetime'; reason: string } {
  const name = plainLine(given.name)
  if (!isVisible(name))
    return {
      ok: false,
      field: 'name',
      reason: 'Give the token a name, such as the program that will use it.',
    }
  if (lengthOf(name) > LONGEST_TOKEN_NAME)
    return { ok: false, field: 'name', reason: `A name can have up to ${LONGEST_TOKEN_NAME} characters.` }
  const scopes = SCOPES.filter((scope) => given.scopes.includes(scope))
  if (scopes.length === 0)
    return { ok: false, field: 'scopes', reason: 'Choose at least one thing that the token is for.' }
  if (scopes.includes('curate') && !curator)
    return { ok: false, field: 'scopes', reason: 'Only curators can make a token for what curators do.' }
  const lifetime =
    given.lifetime === 'never' ? 'never' : LIFETIMES.find((days) => String(days) === given.lifetime)
  if (lifetime === undefined)
    return { ok: false, field: 'lifetime', reason: 'Choose when the token expires.' }
  return { ok: true, facts: { name, scopes, lifetime } }
}

export type MakeTokenOutcome =
  /** `token` is kept nowhere: it is shown now and never again. */
  { ok: true; token: string; made: Token } | { ok: false; kind: 'full' | 'made-before' }

/**
 * Makes a token for a reader, who can have 50. `id` is that of the form: sent again, as by reloading the page, it makes
 * no second one. Throws `MayNotAct`.
 */
export async function makeToken(
  db: Kysely<Database>,
  {
    id,
    readerId,
    facts: { name, scopes, lifetime },
    now,
  }: { id: string; readerId: string; facts: TokenFacts; now: Date },
): Promise<MakeTokenOutcome> {
  const token = `bs_${randomBytes(32).toString('base64url')}`
  return inTransaction(db, async (trx): Promise<MakeTokenOutcome> => {
    await holdReaders(trx, { acting: [readerId] })
    // One after another: else two at once would count the same.
    await trx.selectFrom('readers').select('id').where('id', '=', readerId).forNoKeyUpdate().execute()
    const { n, known } = await trx
      .selectFrom('tokens')
      .select([
        sql<number>`count(*) filter (where reader_id = ${readerId})`.as('n'),
        sql<boolean>`coalesce(bool_or(id = ${id}), false)`.as('known'),
      ])
      .where((eb) => eb.or([eb('reader_id', '=', readerId), eb('id', '=', id)]))
      .executeTakeFirstOrThrow()
    if (known) return { ok: false, kind: 'made-before' }
    if (n >= MOST_TOKENS) return { ok: false, kind: 'full' }
    const row = await trx
      .insertInto('tokens')
      .values({
        id,
        reader_id: readerId,
        name,
        hash: tokenHash(token),
        ending: token.slice(-4),
        scopes,
        created_at: now,
        expires_at: lifetime === 'never' ? null : new Date(now.getTime() + lifetime * DAY_MS),
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    return { ok: true, token, made: toToken(row) }
  })
}

const DAY_MS = 24 * 3_600_000

/** The tokens of a reader, the newest first, with those that have expired. */
export async function tokensOf(db: Kysely<Database>, { readerId }: { readerId: string }): Promise<Token[]> {
  const rows = await db
    .selectFrom('tokens')
    .selectAll()
    .where('reader_id', '=', readerId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()
  return rows.map(toToken)
}

/** Revokes one token of a reader, or all of them: from now on nobody can use it. Answers how many. */
export async function revokeTokens(
  db: Kysely<Database>,
  { readerId, which }: { readerId: string; which: { only: string } | 'all' },
): Promise<number> {
  const revoked = await db
    .deleteFrom('tokens')
    .where('reader_id', '=', readerId)
    .$if(which !== 'all', (query) => query.where('id', '=', which === 'all' ? '' : which.only))
    .returning('id')
    .execute()
  return revoked.length
}

function toToken(row: Selectable<Database['tokens']>): Token {
  return {
    id: row.id,
    name: row.name,
    ending: row.ending,
    scopes: SCOPES.filter((scope) => row.scopes.includes(scope)),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  }
}
