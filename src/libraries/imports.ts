import { sql, type Kysely } from 'kysely'
import { notify } from '../db/channels.ts'
import { holdReaders } from '../db/hold-readers.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import type { PaperIdentifier } from '../papers/identifiers.ts'
import type { ZoteroPlace } from './zotero/account.ts'

/** What became of the items of an import, by their number. */
export type ItemCounts = {
  /** Added to the collection, and in it already. */
  added: number
  there: number
  /** Not on this site, and without anything to find them by. */
  absent: number
  bare: number
  /** The collection was full. */
  full: number
  unreadable: number
  /** Still to be looked at. */
  waiting: number
}

/** An import into a collection, as its reader sees it. */
export type LibraryImport = {
  id: number
  name: string
  from: 'zotero' | 'file'
  state: 'waiting' | 'done' | 'failed'
  /** Whether everything was read, and papers are being matched. */
  isRead: boolean
  /** Items that were listed, of how many there are. */
  listed: number
  total: number | null
  counts: ItemCounts
  /** Whether there was more than is read. */
  leftOut: boolean
  /** Why it failed, or why it waits. */
  trouble: string | null
  dueAt: Date | null
  askedAt: Date
  finishedAt: Date | null
}

/** What an import could not add to the collection. */
export type LeftItem = {
  key: string
  title: string
  state: 'absent' | 'full' | 'bare' | 'unreadable'
  identifier: PaperIdentifier | null
  reason: string | null
}

/** A reader's imports under way at a time. */
const MOST_WAITING = 3
/** Of finished ones so many are remembered. */
const MOST_KEPT = 50
/** In bytes: thousands of entries with their abstracts. */
export const LARGEST_FILE = 4 * 1024 * 1024

export type StartOutcome =
  | { ok: true; id: number }
  | { ok: false; kind: 'no-collection' | 'busy' | 'not-connected' }

type For = { readerId: string; collectionId: string; now: Date }

/**
 * Imports a place at Zotero into a reader's own collection, in the background. The same place again is one import: what was
 * read before is known, and only what has changed since is read.
 */
export async function importFromZotero(
  db: Kysely<Database>,
  { readerId, collectionId, place, now }: For & { place: ZoteroPlace },
): Promise<StartOutcome> {
  return begin(db, { readerId, collectionId, now }, async (trx) => {
    const known = await trx
      .selectFrom('library_imports')
      .select('id')
      .where('collection_id', '=', collectionId)
      .where('library', '=', place.library)
      .where('zotero_collection', 'is not distinct from', place.collection)
      .executeTakeFirst()
    if (known) return known.id
    return insert(trx, {
      readerId,
      collectionId,
      now,
      facts: { name: place.name, library: place.library, zotero_collection: place.collection, file: null },
    })
  })
}

/** Imports a file of a reference manager into a reader's own collection, in the background. */
export async function importFromFile(
  db: Kysely<Database>,
  { readerId, collectionId, name, bytes, now }: For & { name: string; bytes: Uint8Array },
): Promise<StartOutcome> {
  return begin(db, { readerId, collectionId, now }, (trx) =>
    insert(trx, {
      readerId,
      collectionId,
      now,
      facts: { name: name.slice(0, 200), library: null, zotero_collection: null, file: Buffer.from(bytes) },
    }),
  )
}

/** Looks again for what is not on this site yet, and at Zotero for what has changed. */
export async function repeatImport(
  db: Kysely<Database>,
  { id, readerId, collectionId, now }: For & { id: number },
): Promise<StartOutcome> {
  return begin(db, { readerId, collectionId, now }, async (trx) => {
    const known = await trx
      .selectFrom('library_imports')
      .select('id')
      .where('id', '=', id)
      .where('collection_id', '=', collectionId)
      .executeTakeFirst()
    return known?.id ?? null
  })
}

async function begin(
  db: Kysely<Database>,
  { readerId, collectionId, now }: For,
  find: (trx: Kysely<Database>) => Promise<number | null>,
): Promise<StartOutcome> {
  return inTransaction(db, async (trx): Promise<StartOutcome> => {
    await holdReaders(trx, { acting: [readerId] })
    // Its row too: two at once would both count the same, and begin the same import.
    const own = await trx
      .selectFrom('collections')
      .select('id')
      .where('id', '=', collectionId)
      .where('reader_id', '=', readerId)
      .forUpdate()
      .executeTakeFirst()
    if (!own) return { ok: false, kind: 'no-collection' }
    const { waiting } = await trx
      .selectFrom('library_imports')
      .select((eb) => eb.fn.countAll<number>().as('waiting'))
      .where('reader_id', '=', readerId)
      .where('state', '=', 'waiting')
      .executeTakeFirstOrThrow()
    const id = await find(trx)
    if (id === null) return { ok: false, kind: 'no-collection' }
    const begun = await trx
      .updateTable('library_imports')
      .set({
        state: 'waiting',
        due_at: now,
        attempts: 0,
        trouble: null,
        asked_at: now,
        finished_at: null,
        pass_version: null,
        next_start: 0,
        restarts: 0,
        read_at: null,
      })
      .where('id', '=', id)
      // One that is under way goes on.
      .where('state', '<>', 'waiting')
      .returning('id')
      .executeTakeFirst()
    if (!begun) return { ok: true, id }
    // What was inserted is undone with the transaction.
    if (waiting >= MOST_WAITING) throw new TooMany()
    await sql`
      delete from library_imports where id in (
        select id from library_imports where reader_id = ${readerId} and state <> 'waiting'
        order by asked_at desc, id desc offset ${MOST_KEPT})`.execute(trx)
    await notify(trx, 'libraries')
    return { ok: true, id }
  }).catch((error: unknown) => {
    if (error instanceof TooMany) return { ok: false, kind: 'busy' } as const
    throw error
  })
}

class TooMany extends Error {}

async function insert(
  trx: Kysely<Database>,
  {
    readerId,
    collectionId,
    now,
    facts,
  }: For & {
    facts: { name: string; library: string | null; zotero_collection: string | null; file: Buffer | null }
  },
): Promise<number> {
  const { id } = await trx
    .insertInto('library_imports')
    .values({
      reader_id: readerId,
      collection_id: collectionId,
      ...facts,
      state: 'done',
      version: null,
      pass_version: null,
      total: null,
      read_at: null,
      due_at: null,
      trouble: null,
      asked_at: now,
      finished_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** The imports into a collection, the newest first. */
export async function importsInto(
  db: Kysely<Database>,
  { collectionId, id = null }: { collectionId: string; id?: number | null },
): Promise<LibraryImport[]> {
  const rows = await db
    .selectFrom('library_imports')
    .select([
      'id',
      'name',
      'library',
      'state',
      'read_at',
      'total',
      'left_out',
      'trouble',
      'due_at',
      'asked_at',
      'finished_at',
    ])
    .where('collection_id', '=', collectionId)
    .$if(id !== null, (query) => query.where('id', '=', id))
    .orderBy('asked_at', 'desc')
    .orderBy('id', 'desc')
    .limit(MOST_KEPT)
    .execute()
  if (rows.length === 0) return []
  const counted = await db
    .selectFrom('library_items')
    .select(['import_id', 'state', (eb) => eb.fn.countAll<number>().as('count')])
    .where(
      'import_id',
      'in',
      rows.map((row) => row.id),
    )
    .groupBy(['import_id', 'state'])
    .execute()
  return rows.map((row) => {
    const counts: ItemCounts = { added: 0, there: 0, absent: 0, bare: 0, full: 0, unreadable: 0, waiting: 0 }
    let listed = 0
    for (const { import_id: of, state, count } of counted) {
      if (of !== row.id) continue
      counts[state] = count
      listed += count
    }
    return {
      id: row.id,
      name: row.name,
      from: row.library === null ? 'file' : 'zotero',
      state: row.state,
      isRead: row.read_at !== null,
      listed,
      total: row.total,
      counts,
      leftOut: row.left_out,
      trouble: row.trouble,
      dueAt: row.due_at,
      askedAt: row.asked_at,
      finishedAt: row.finished_at,
    }
  })
}

/** What an import could not add, in its order: those after place `after`, at most `limit`, and where the next ones begin. */
export async function leftItems(
  db: Kysely<Database>,
  { importId, after, limit }: { importId: number; after: number; limit: number },
): Promise<{ items: LeftItem[]; next: number | null }> {
  const rows = await db
    .selectFrom('library_items')
    .select(['key', 'place', 'title', 'identifiers', 'state', 'reason'])
    .where('import_id', '=', importId)
    .where('state', 'in', ['absent', 'full', 'bare', 'unreadable'])
    .where('place', '>', after)
    .orderBy('place')
    .orderBy('key')
    .limit(limit + 1)
    .execute()
  const shown = rows.slice(0, limit)
  return {
    items: shown.map(({ key, title, identifiers, state, reason }) => ({
      key,
      title,
      state: state as LeftItem['state'],
      identifier: identifiers.find(({ scheme }) => scheme !== 'local') ?? null,
      reason,
    })),
    next: rows.length > limit ? (shown.at(-1)?.place ?? null) : null,
  }
}
