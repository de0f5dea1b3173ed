import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** How a reader wants their own front page to be made. */
export type TasteSettings = {
  learnsOpened: boolean
  learnsSearches: boolean
  feedKey: string | null
  begunAt: Date | null
}

export async function tasteSettings(
  db: Kysely<Database>,
  { readerId }: { readerId: string },
): Promise<TasteSettings> {
  const row = await db.selectFrom('tastes').selectAll().where('reader_id', '=', readerId).executeTakeFirst()
  return {
    learnsOpened: row?.learns_opened ?? true,
    learnsSearches: row?.learns_searches ?? false,
    feedKey: row?.feed_key ?? null,
    begunAt: row?.begun_at ?? null,
  }
}

/** Changes what is given, and leaves the rest. */
export async function changeTasteSettings(
  db: Kysely<Database>,
  {
    readerId,
    learnsOpened,
    learnsSearches,
    begunAt,
  }: { readerId: string; learnsOpened?: boolean; learnsSearches?: boolean; begunAt?: Date },
): Promise<void> {
  const changes = {
    ...(learnsOpened === undefined ? {} : { learns_opened: learnsOpened }),
    ...(learnsSearches === undefined ? {} : { learns_searches: learnsSearches }),
    ...(begunAt === undefined ? {} : { begun_at: begunAt }),
  }
  await db
    .insertInto('tastes')
    .values({ reader_id: readerId, ...changes })
    .onConflict((conflict) => conflict.column('reader_id').doUpdateSet({ reader_id: readerId, ...changes }))
    .execute()
}

/** 192 bits, as 32 characters of an address. */
const FEED_KEY = /^[A-Za-z0-9_-]{32}$/

/** A new key for a reader's private feeds; addresses with the one before are dead from then on. */
export async function renewFeedKey(
  db: Kysely<Database>,
  { readerId }: { readerId: string },
): Promise<string> {
  const key = randomBytes(24).toString('base64url')
  await db
    .insertInto('tastes')
    .values({ reader_id: readerId, feed_key: key })
    .onConflict((conflict) => conflict.column('reader_id').doUpdateSet({ feed_key: key }))
    .execute()
  return key
}

/** Ends a reader's private feeds. */
export async function endFeeds(db: Kysely<Database>, { readerId }: { readerId: string }): Promise<void> {
  await db.updateTable('tastes').set({ feed_key: null }).where('reader_id', '=', readerId).execute()
}

/** Whose private feeds a key is for; null for any other text. */
export async function readerOfFeed(
  db: Kysely<Database>,
  { key }: { key: string },
): Promise<{ readerId: string } | null> {
  if (!FEED_KEY.test(key)) return null
  const row = await db
    .selectFrom('tastes')
    .innerJoin('readers', 'readers.id', 'tastes.reader_id')
    .select('reader_id')
    .where('feed_key', '=', key)
    .where('suspended_at', 'is', null)
    .executeTakeFirst()
  return row ? { readerId: row.reader_id } : null
}
