import { randomUUID } from 'node:crypto'
import { sql, type Kysely, type Selectable, type UpdateObject } from 'kysely'
import { MayNotAct } from '../db/hold-readers.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import type { PaperIdentifier } from '../papers/identifiers.ts'
import { addToCollection } from '../shelves/collection-papers.ts'
import { readFileInThread } from './files/read-in-thread.ts'
import { MOST_RECORDS } from './files/read-library-file.ts'
import { papersNamed } from './match-papers.ts'
import { zoteroKeyOf } from './zotero/account.ts'
import { askZotero, type Zotero } from './zotero/ask-zotero.ts'
import { readItems } from './zotero/read-items.ts'

type ImportRow = Omit<Selectable<Database['library_imports']>, 'file'>

export type Libraries = Zotero & {
  secret: string
  signal: AbortSignal
  /** Hears when papers were added to a collection that everybody may see. */
  onSeen?: () => void
}

/** An import that is held is another's to hold after so long, unless it says so again: whoever held it has died. */
const HELD_MS = 180_000
/** Items that are asked for, and matched, at a time. */
const PAGE = 100
/** A library that keeps changing while it is read is begun again so often, and then read as it comes. */
const MOST_RESTARTS = 3
const MINUTE = 60_000
/** How long to wait after each failure in a row; after one more, the import fails. */
const WAITS_MS = [MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE, 180 * MINUTE]
const LONGEST_WAIT_MS = 24 * 60 * MINUTE

/** What ends an import, or puts it off, in words for its reader. */
class Trouble extends Error {
  readonly isFinal: boolean
  readonly retryAt: Date | null
  constructor(reason: string, { isFinal, retryAt = null }: { isFinal: boolean; retryAt?: Date | null }) {
    super(reason)
    this.isFinal = isFinal
    this.retryAt = retryAt
  }
}

/** Another process does it by now, or the collection was deleted meanwhile. */
class Lost extends Error {}

/**
 * Goes on with an import that is due, to its end. Whether there was one. Every page is written down with how far it came, and
 * every paper with that it was added: a process that is killed leaves the rest to the next, and nothing is done twice.
 */
export async function runNextImport(libraries: Libraries): Promise<boolean> {
  const { db, now, signal } = libraries
  const row = await hold(db, { holder: randomUUID(), now: now() })
  if (!row) return false
  try {
    await read(libraries, row)
    await match(libraries, row)
    await update(db, row, {
      state: 'done',
      due_at: null,
      trouble: null,
      attempts: 0,
      finished_at: now(),
      ...FREE,
    })
  } catch (error) {
    if (error instanceof Lost) return true
    // Stopped on the way: it goes on later.
    if (signal.aborted) await update(db, row, FREE).catch(() => {})
    else if (error instanceof MayNotAct)
      await fail(
        libraries,
        row,
        new Trouble('Your account may not change collections at the moment.', { isFinal: true }),
      )
    else if (error instanceof Trouble) await fail(libraries, row, error)
    else {
      await fail(libraries, row, new Trouble('Something went wrong on our side.', { isFinal: false }))
      throw error
    }
  }
  return true
}

const FREE = { holder: null, held_until: null } as const

async function read(libraries: Libraries, row: ImportRow): Promise<void> {
  const { db, now } = libraries
  if (row.read_at === null) {
    if (row.library === null) await readFile(libraries, row)
    else await readZotero(libraries, { ...row, library: row.library })
    // What was not here, or found no room, may be by now.
    await inTransaction(db, async (trx) => {
      await update(trx, row, { read_at: now() })
      await trx
        .updateTable('library_items')
        .set({ state: 'waiting' })
        .where('import_id', '=', row.id)
        .where('state', 'in', ['absent', 'full'])
        .execute()
    })
  }
}

// --- Files ---

async function readFile({ db, signal }: Libraries, row: ImportRow): Promise<void> {
  const { file } = await db
    .selectFrom('library_imports')
    .select('file')
    .where('id', '=', row.id)
    .executeTakeFirstOrThrow()
  // It was read before.
  if (file === null) return
  const outcome = await readFileInThread({ name: row.name, bytes: file }, { signal })
  if (outcome.kind === 'unreadable') throw new Trouble(outcome.reason, { isFinal: true })
  await inTransaction(db, async (trx) => {
    await update(trx, row, { file: null, total: outcome.records.length, left_out: outcome.leftOut })
    await list(
      trx,
      row,
      outcome.records.map((record, i) => ({
        key: `${i + 1} ${record.position}`,
        ...(record.ok ? record : { title: record.position, identifiers: [], reason: record.reason }),
      })),
    )
  })
}

// --- Zotero ---

async function readZotero(libraries: Libraries, row: ImportRow & { library: string }): Promise<void> {
  const { db, secret, signal } = libraries
  const key = await zoteroKeyOf(db, { readerId: row.reader_id, secret })
  if (key === null)
    throw new Trouble(
      'Your Zotero account is not connected. Connect it in your settings, then import again.',
      { isFinal: true },
    )
  const path = [
    row.library,
    ...(row.zotero_collection === null ? [] : ['collections', row.zotero_collection]),
    'items/top',
  ]
  let { next_start: start, pass_version: passVersion, restarts } = row
  for (;;) {
    const answer = await askZotero(libraries, path.join('/'), {
      key,
      query: {
        format: 'json',
        limit: String(PAGE),
        start: String(start),
        // In the order in which they were put there, so that what is added meanwhile comes last.
        sort: 'dateAdded',
        direction: 'asc',
        ...(row.version !== null && { since: String(row.version) }),
      },
      since: row.version,
      signal,
    })
    if (!answer.ok)
      throw new Trouble(answer.reason, { isFinal: answer.kind !== 'away', retryAt: answer.retryAt })
    if (answer.status === 304) return
    const items = readItems(answer.json)
    if (items === null) throw new Trouble('Zotero’s answer could not be read.', { isFinal: false })
    passVersion ??= answer.version
    if (answer.version !== passVersion && restarts < MOST_RESTARTS) {
      // Pages of two states do not fit together.
      ;[start, passVersion, restarts] = [0, answer.version, restarts + 1]
      await update(db, row, { next_start: start, pass_version: passVersion, restarts, ...heldOn() })
      continue
    }
    const isLast = !/rel="?next"?/.test(String(answer.headers['link'] ?? ''))
    const end = start + PAGE
    const isTooMany = !isLast && end >= MOST_RECORDS
    const total = Number(answer.headers['total-results'])
    await inTransaction(db, async (trx) => {
      await update(trx, row, {
        next_start: end,
        pass_version: passVersion,
        attempts: 0,
        trouble: null,
        // Of what has changed since only.
        ...(row.version === null && Number.isSafeInteger(total) && { total }),
        ...(isTooMany && { left_out: true }),
        ...((isLast || isTooMany) && {
          version: passVersion,
          pass_version: null,
          next_start: 0,
          restarts: 0,
        }),
        ...heldOn(),
      })
      await list(trx, row, items)
    })
    if (isLast || isTooMany) return
    start = end
  }
}

type Listed = { key: string; title: string; identifiers: PaperIdentifier[]; reason?: string }

/** Writes down items after those that are known; what is known under the same key and has changed is looked at again. */
async function list(trx: Kysely<Database>, { id }: ImportRow, items: Listed[]): Promise<void> {
  if (items.length === 0) return
  const rows = items.map(({ key, title, identifiers, reason }) => ({
    key: key.slice(0, 300),
    title: oneLine(title),
    identifiers,
    reason: reason ?? null,
    state: reason !== undefined ? 'unreadable' : identifiers.length === 0 ? 'bare' : 'waiting',
  }))
  await sql`
    insert into library_items as i (import_id, key, place, title, identifiers, state, reason)
    select ${id}, r.key, r.nr + coalesce((select max(place) from library_items where import_id = ${id}), 0),
      r.title, r.identifiers, r.state, r.reason
    from rows from (jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as (key text, title text, identifiers jsonb, reason text, state text)) with ordinality
      as r (key, title, identifiers, reason, state, nr)
    on conflict (import_id, key) do update set title = excluded.title, identifiers = excluded.identifiers,
      state = case when i.state in ('added', 'there') then i.state else excluded.state end`.execute(trx)
}

function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 400)
    .toWellFormed()
}

// --- Matching ---

/** Adds what is here to the collection, in the order of the items. */
async function match(libraries: Libraries, row: ImportRow): Promise<void> {
  const { db, now, signal, onSeen } = libraries
  let isSeen = false
  for (;;) {
    signal.throwIfAborted()
    await update(db, row, heldOn())
    const items = await db
      .selectFrom('library_items')
      .select(['key', 'identifiers'])
      .where('import_id', '=', row.id)
      .where('state', '=', 'waiting')
      .orderBy('place')
      .limit(PAGE)
      .execute()
    if (items.length === 0) break
    const here = await papersNamed(
      db,
      items.flatMap(({ identifiers }) => identifiers),
    )
    const absent: string[] = []
    for (const { key, identifiers } of items) {
      const paperId = identifiers
        .map((one) => here.get(`${one.scheme} ${one.value}`))
        .find((id) => id !== undefined)
      if (paperId === undefined) absent.push(key)
      else isSeen = (await add(libraries, row, { key, paperId, now: now() })) || isSeen
    }
    if (absent.length > 0)
      await db
        .updateTable('library_items')
        .set({ state: 'absent' })
        .where('import_id', '=', row.id)
        .where('key', 'in', absent)
        .execute()
  }
  if (isSeen) onSeen?.()
}

/** Adds a paper, and writes down that it was, in one transaction. Whether others can see it. */
async function add(
  { db }: Libraries,
  row: ImportRow,
  { key, paperId, now }: { key: string; paperId: number; now: Date },
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const { collection_id: collectionId, reader_id: readerId } = row
    const outcome = await addToCollection(trx, { collectionId, readerId, paperId, now })
    if (!outcome.ok && outcome.kind === 'no-collection') throw new Lost()
    const state = outcome.ok
      ? outcome.isNew
        ? 'added'
        : 'there'
      : outcome.kind === 'full'
        ? 'full'
        : 'absent'
    await trx
      .updateTable('library_items')
      .set({ state })
      .where('import_id', '=', row.id)
      .where('key', '=', key)
      .execute()
    return outcome.ok && outcome.seen
  })
}

// --- Holding ---

async function fail(
  { db, now }: Libraries,
  row: ImportRow,
  { message, isFinal, retryAt }: Trouble,
): Promise<void> {
  const { attempts } = await db
    .selectFrom('library_imports')
    .select('attempts')
    .where('id', '=', row.id)
    .executeTakeFirst()
    .then((found) => found ?? { attempts: 0 })
  const wait = WAITS_MS[attempts]
  const at = now()
  const asked = Math.min(LONGEST_WAIT_MS, (retryAt?.getTime() ?? 0) - at.getTime())
  const isOver = isFinal || wait === undefined
  await update(db, row, {
    trouble: message,
    ...FREE,
    ...(isOver
      ? { state: 'failed', due_at: null, finished_at: at, file: null }
      : { attempts: attempts + 1, due_at: new Date(at.getTime() + Math.max(wait, asked)) }),
  }).catch((error: unknown) => {
    if (!(error instanceof Lost)) throw error
  })
}

/** Changes an import that is held; throws `Lost` where it is not any more. */
async function update(
  db: Kysely<Database>,
  { id, holder }: ImportRow,
  values: UpdateObject<Database, 'library_imports'>,
): Promise<void> {
  const { numUpdatedRows } = await updating(db)
    .set(values)
    .where('id', '=', id)
    .where('holder', '=', holder)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new Lost()
}

function updating(db: Kysely<Database>) {
  return db.updateTable('library_imports')
}

/** By the database's clock: those of the machines may differ. */
function heldOn() {
  return { held_until: sql<Date>`clock_timestamp() + ${HELD_MS}::float8 * interval '1 millisecond'` }
}

async function hold(
  db: Kysely<Database>,
  { holder, now }: { holder: string; now: Date },
): Promise<ImportRow | null> {
  const row = await updating(db)
    .set({ holder, ...heldOn() })
    .where('id', '=', (eb) =>
      eb
        .selectFrom('library_imports')
        .select('id')
        .where('state', '=', 'waiting')
        .where('due_at', '<=', now)
        .where((where) =>
          where.or([where('holder', 'is', null), where('held_until', '<', sql<Date>`clock_timestamp()`)]),
        )
        .orderBy('due_at')
        .orderBy('id')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .executeTakeFirst()
  if (!row) return null
  const { file: _, ...held } = row
  return held
}
