import { sql, type Kysely, type Transaction } from 'kysely'
import { holdReaders } from '../db/hold-readers.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { printedName } from '../papers/authors.ts'
import { categoriesOf, isTopic, topicOf } from '../papers/categories.ts'
import { nameKey } from '../papers/names.ts'

/** How many topics, and how many authors, a reader can follow. */
export const MOST_FOLLOWED = 100
/** In characters: of a name, and of its key. */
const LONGEST_NAME = 200

/** What a reader follows: the first followed first. */
export type Follows = { topics: string[]; authors: { key: string; name: string }[] }

export async function followsOf(db: Kysely<Database>, { readerId }: { readerId: string }): Promise<Follows> {
  const [topics, authors] = await Promise.all([
    db
      .selectFrom('followed_topics')
      .select('category')
      .where('reader_id', '=', readerId)
      .orderBy('at')
      .orderBy('category')
      .execute(),
    db
      .selectFrom('followed_authors')
      .select(['name_key as key', 'name'])
      .where('reader_id', '=', readerId)
      .orderBy('at')
      .orderBy('name_key')
      .execute(),
  ])
  return { topics: topics.map(({ category }) => category), authors }
}

/**
 * Follows a topic; one that has two categories is one, whichever is named. Following it twice changes nothing more.
 * `no-topic` if no paper here has it, `full` if the reader follows 100.
 */
export async function followTopic(
  db: Kysely<Database>,
  { readerId, category, now }: { readerId: string; category: string; now: Date },
): Promise<{ ok: true } | { ok: false; kind: 'no-topic' | 'full' }> {
  const topic = topicOf(category)
  const known = isTopic(topic)
    ? await db
        .selectFrom('topic_counts')
        .select('category')
        .where('category', 'in', categoriesOf(topic))
        .where('papers', '>', 0)
        .executeTakeFirst()
    : undefined
  if (!known) return { ok: false, kind: 'no-topic' }
  return inTurn(db, { readerId }, async (trx) => {
    const { rows } = await sql<{ n: number; has: boolean }>`
      select count(*)::int as n, coalesce(bool_or(category = ${topic}), false) as has
      from followed_topics where reader_id = ${readerId}`.execute(trx)
    if (rows[0]?.has) return { ok: true }
    if ((rows[0]?.n ?? 0) >= MOST_FOLLOWED) return { ok: false, kind: 'full' }
    await trx
      .insertInto('followed_topics')
      .values({ reader_id: readerId, category: topic, at: now })
      .execute()
    return { ok: true }
  })
}

/** Stops following a topic; if the reader does not follow it, nothing changes. */
export async function unfollowTopic(
  db: Kysely<Database>,
  { readerId, category }: { readerId: string; category: string },
): Promise<void> {
  await inTurn(db, { readerId }, (trx) =>
    trx
      .deleteFrom('followed_topics')
      .where('reader_id', '=', readerId)
      .where('category', '=', topicOf(category))
      .execute(),
  )
}

/**
 * Follows everyone who signs papers with a name, however it is typed (`ada lovelace`, `ada-lovelace`); answers with the name as
 * papers print it. Following it twice changes nothing more. `no-author` if no paper here has the name, `full` if the reader
 * follows 100.
 */
export async function followAuthor(
  db: Kysely<Database>,
  { readerId, name: typed, now }: { readerId: string; name: string; now: Date },
): Promise<{ ok: true; name: string } | { ok: false; kind: 'no-author' | 'full' }> {
  const key = typed.length <= LONGEST_NAME ? nameKey(typed) : ''
  const printed =
    key === '' || key.length > LONGEST_NAME ? null : await printedName(db, { kind: 'name', nameKey: key })
  if (printed === null) return { ok: false, kind: 'no-author' }
  const name = printed.slice(0, LONGEST_NAME).toWellFormed()
  return inTurn(db, { readerId }, async (trx) => {
    const { rows } = await sql<{ n: number; has: boolean }>`
      select count(*)::int as n, coalesce(bool_or(name_key = ${key}), false) as has
      from followed_authors where reader_id = ${readerId}`.execute(trx)
    if (rows[0]?.has) return { ok: true, name }
    if ((rows[0]?.n ?? 0) >= MOST_FOLLOWED) return { ok: false, kind: 'full' }
    await trx
      .insertInto('followed_authors')
      .values({ reader_id: readerId, name_key: key, name, at: now })
      .execute()
    return { ok: true, name }
  })
}

/** Stops following a name, by its key; if the reader does not follow it, nothing changes. */
export async function unfollowAuthor(
  db: Kysely<Database>,
  { readerId, key }: { readerId: string; key: string },
): Promise<void> {
  await inTurn(db, { readerId }, (trx) =>
    trx
      .deleteFrom('followed_authors')
      .where('reader_id', '=', readerId)
      .where('name_key', '=', key)
      .execute(),
  )
}

/** One after another for each reader: else two at once would count the same. Throws `MayNotAct`. */
async function inTurn<T>(
  db: Kysely<Database>,
  { readerId }: { readerId: string },
  act: (trx: Transaction<Database>) => Promise<T>,
): Promise<T> {
  return inTransaction(db, async (trx) => {
    await holdReaders(trx, { acting: [readerId] })
    await trx.selectFrom('readers').select('id').where('id', '=', readerId).forNoKeyUpdate().execute()
    return act(trx)
  })
}
