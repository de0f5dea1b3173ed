import { randomInt } from 'node:crypto'
import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely'
import { z } from 'zod'
import { holdReaders } from '../db/hold-readers.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { INSTANT, readCursor } from '../db/cursor.ts'
import { isVisible, lengthOf, plainLine, plainLines } from '../accounts/typed-text.ts'
import { IS_LISTED } from '../papers/visibility.ts'

/** A reader's collection of papers. */
export type Collection = {
  /** 12 random characters of `[a-z0-9]`. */
  id: string
  title: string
  /** Plain text with lines; may be empty. */
  description: string
  public: boolean
  /** Hidden by a curator. */
  hidden: boolean
  /** `public`: whether others can see the reader's page. */
  owner: { id: string; name: string; public: boolean }
  /** How many papers it has that are not hidden. */
  papers: number
  createdAt: Date
  changedAt: Date
}

/** What a reader can set on a collection. */
export type CollectionFacts = { title: string; description: string; public: boolean }

/** In characters. */
export const LONGEST_TITLE = 120
export const LONGEST_DESCRIPTION = 2_000
/** How many collections a reader can have. */
export const MOST_COLLECTIONS = 200

const ID = /^[a-z0-9]{12}$/

/** Whether a text could be the id of a collection. */
export function isCollectionId(text: string): boolean {
  return ID.test(text)
}

/** A collection's details from a submitted form, or why they are refused. */
export function parseCollection(
  given: CollectionFacts,
): { ok: true; facts: CollectionFacts } | { ok: false; field: 'title' | 'description'; reason: string } {
  const title = plainLine(given.title)
  const description = plainLines(given.description)
  if (!isVisible(title)) return { ok: false, field: 'title', reason: 'Give your collection a title.' }
  if (lengthOf(title) > LONGEST_TITLE)
    return { ok: false, field: 'title', reason: `A title can have up to ${LONGEST_TITLE} characters.` }
  if (lengthOf(description) > LONGEST_DESCRIPTION) {
    const reason = `A description can have up to ${LONGEST_DESCRIPTION.toLocaleString('en-GB')} characters.`
    return { ok: false, field: 'description', reason }
  }
  return { ok: true, facts: { title, description, public: given.public } }
}

/** The same collection created again within this time is a form sent twice. */
const TWICE_MS = 60_000

/**
 * Creates a collection; `full` if its reader already has 200. Creating the same one twice within a minute creates one.
 */
export async function createCollection(
  db: Kysely<Database>,
  { readerId, facts, now }: { readerId: string; facts: CollectionFacts; now: Date },
): Promise<{ ok: true; id: string } | { ok: false; kind: 'full' }> {
  return inTransaction(db, async (trx) => {
    await holdReaders(trx, { acting: [readerId] })
    // One after another: else two at once would count the same.
    await trx.selectFrom('readers').select('id').where('id', '=', readerId).forNoKeyUpdate().execute()
    const { rows } = await sql<{ n: number; same: string | null }>`
      select count(*) as n, min(id) filter (where title = ${facts.title} and description = ${facts.description}
        and public = ${facts.public} and created_at > ${new Date(now.getTime() - TWICE_MS)}) as same
      from collections where reader_id = ${readerId}`.execute(trx)
    const own = rows[0]
    if (own?.same) return { ok: true, id: own.same }
    if ((own?.n ?? 0) >= MOST_COLLECTIONS) return { ok: false, kind: 'full' }
    const id = newId()
    await trx
      .insertInto('collections')
      .values({ id, reader_id: readerId, ...facts, created_at: now, changed_at: now })
      .execute()
    return { ok: true, id }
  })
}

function newId(): string {
  const characters = 'abcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length: 12 }, () => characters[randomInt(characters.length)]).join('')
}

/** The outcome of a change; `seen`: whether others can see the collection, before or after it. */
export type CollectionChange = { ok: true; seen: boolean } | { ok: false; kind: 'no-collection' }

/** Changes the title, description or visibility of a reader's own collection. */
export async function editCollection(
  db: Kysely<Database>,
  { id, readerId, facts, now }: { id: string; readerId: string; facts: CollectionFacts; now: Date },
): Promise<CollectionChange> {
  return inOwnCollection(db, { id, readerId }, async (trx, before) => {
    await trx
      .updateTable('collections')
      .set({ ...facts, changed_at: now })
      .where('id', '=', id)
      .execute()
    return { ok: true, seen: before.seen || (facts.public && !before.hidden) }
  })
}

/** Deletes a collection of a reader's own; its papers stay. */
export async function deleteCollection(
  db: Kysely<Database>,
  { id, readerId }: { id: string; readerId: string },
): Promise<CollectionChange> {
  return inOwnCollection(db, { id, readerId }, async (trx, before) => {
    await trx.deleteFrom('collections').where('id', '=', id).execute()
    return { ok: true, seen: before.seen }
  })
}

/** A collection as it was when its row was locked. */
type Locked = { hidden: boolean; seen: boolean }

/**
 * Changes a reader's own collection in a transaction that has its row: changes follow one another. Whoever also needs
 * a paper holds it before.
 */
export async function inOwnCollection<T>(
  db: Kysely<Database>,
  { id, readerId }: { id: string; readerId: string },
  change: (trx: Transaction<Database>, collection: Locked) => Promise<T>,
): Promise<T | { ok: false; kind: 'no-collection' }> {
  return inTransaction(db, async (trx) => {
    await holdReaders(trx, { acting: [readerId] })
    const row = await trx
      .selectFrom('collections')
      .select(['public', 'hidden'])
      .where('id', '=', id)
      .where('reader_id', '=', readerId)
      .forUpdate()
      .executeTakeFirst()
    if (!row) return { ok: false, kind: 'no-collection' }
    return change(trx, { hidden: row.hidden, seen: row.public && !row.hidden })
  })
}

/** The viewer of a collection; null for people who are not signed in. */
type Asking = { id: string; curator: boolean } | null

/** A collection if the viewer can see it: a private one only for its owner, a hidden one also for curators. */
export async function findCollection(
  db: Kysely<Database>,
  { id, asking }: { id: string; asking: Asking },
): Promise<Collection | null> {
  if (!isCollectionId(id)) return null
  const [collection] = await read(db, sql`where c.id = ${id}`)
  if (!collection) return null
  const open = collection.public && (!collection.hidden || asking?.curator === true)
  return open || collection.owner.id === asking?.id ? collection : null
}

/** A reader's own collections, most recently changed first: up to 200. */
export async function collectionsOf(
  db: Kysely<Database>,
  { readerId }: { readerId: string },
): Promise<Collection[]> {
  return read(db, sql`where c.reader_id = ${readerId} order by c.changed_at desc, c.id`)
}

/** Where a page of collections ends: when the last one changed, and its id. */
export type CollectionsCursor = [changedAt: string, id: string]

const CURSOR: z.ZodType<CollectionsCursor> = z.tuple([INSTANT, z.string().regex(ID)])

/** The cursor in an address, or null if it is not one. */
export function parseCollectionsCursor(text: string): CollectionsCursor | null {
  return readCursor(CURSOR, text)
}

/** The public collections, of everyone or of one reader, most recently changed first. One indexed query. */
export async function publicCollections(
  db: Kysely<Database>,
  { of = null, after = null, limit }: { of?: string | null; after?: CollectionsCursor | null; limit: number },
): Promise<{ collections: Collection[]; next: CollectionsCursor | null }> {
  const owned = of === null ? sql`` : sql`and c.reader_id = ${of}`
  const beyond = after
    ? sql`and c.changed_at <= ${after[0]}::timestamptz and (c.changed_at < ${after[0]}::timestamptz or c.id > ${after[1]})`
    : sql``
  const found = await read(
    db,
    sql`where c.public and not c.hidden ${owned} ${beyond} order by c.changed_at desc, c.id limit ${limit + 1}`,
  )
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  const more = found.length > limit && last !== undefined
  return { collections: shown, next: more ? [last.changedAt.toISOString(), last.id] : null }
}

type Row = Omit<Collection, 'owner'> & { readerId: string; name: string; open: boolean }

async function read(db: Kysely<Database>, which: RawBuilder<unknown>): Promise<Collection[]> {
  const { rows } = await sql<Row>`
    select c.id, c.title, c.description, c.public, c.hidden, c.created_at as "createdAt", c.changed_at as "changedAt",
      c.reader_id as "readerId", r.name, r.public as open,
      (select count(*) from collection_papers cp join papers p on p.id = cp.paper_id
        where cp.collection_id = c.id and ${IS_LISTED}) as papers
    from collections c join readers r on r.id = c.reader_id ${which}`.execute(db)
  return rows.map(({ readerId, name, open, ...row }) => ({
    ...row,
    owner: { id: readerId, name, public: open },
  }))
}
