import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { toPaper } from '../papers/find.ts'
import { holdForReader, type HeldPaper } from '../papers/hold.ts'
import type { Paper } from '../papers/paper.ts'
import { IS_LISTED } from '../papers/visibility.ts'
import { inOwnCollection } from './collections.ts'
import { lengthOf, plainLines } from '../accounts/typed-text.ts'

/** A paper in a collection; `place` counts from 1, leaving out hidden papers. */
export type CollectedPaper = { paper: Paper; place: number; note: string; addedAt: Date }

/** How many papers a collection can have. */
export const MOST_PAPERS = 500
/** In characters. */
export const LONGEST_NOTE = 1_000

/** The outcome of a change; `seen`: whether others can see the collection; `isNew`: whether a paper was not in it before. */
export type PapersChange =
  | { ok: true; seen: boolean; isNew?: boolean }
  | { ok: false; kind: 'no-collection' | 'no-paper' | 'full' }

/** A note of up to `longest` characters from a submitted form; null if it is longer. */
export function parseNote(text: string, { longest }: { longest: number }): string | null {
  const note = plainLines(text)
  return lengthOf(note) > longest ? null : note
}

/** The papers of a collection in order, without hidden ones; at most `limit` after the first `skip`. */
export async function collectedPapers(
  db: Kysely<Database>,
  { collectionId, skip = 0, limit = MOST_PAPERS }: { collectionId: string; skip?: number; limit?: number },
): Promise<CollectedPaper[]> {
  const { rows } = await sql<Selectable<Database['papers']> & { note: string; added_at: Date }>`
    select p.*, cp.note, cp.added_at
    from collection_papers cp join papers p on p.id = cp.paper_id
    where cp.collection_id = ${collectionId} and ${IS_LISTED}
    order by cp.position, cp.paper_id limit ${limit} offset ${skip}`.execute(db)
  return rows.map((row, i) => ({
    paper: toPaper(row),
    place: skip + i + 1,
    note: row.note,
    addedAt: row.added_at,
  }))
}

type Of = { collectionId: string; readerId: string; paperId: number; now: Date }

/** Changes where a paper (null when it is gone) stands in a reader's own collection. */
async function inCollection(
  db: Kysely<Database>,
  { collectionId, readerId, paperId }: Of,
  change: (
    trx: Transaction<Database>,
    held: { seen: boolean; paper: HeldPaper | null },
  ) => Promise<PapersChange>,
): Promise<PapersChange> {
  return inTransaction(db, async (trx) => {
    const paper = await holdForReader(trx, { readerId, paperId, lock: 'key share' })
    return inOwnCollection(trx, { id: collectionId, readerId }, (_, { seen }) => change(trx, { seen, paper }))
  })
}

/** Puts a paper at the end of a reader's own collection; where it is already, it stays as it is. */
export async function addToCollection(db: Kysely<Database>, of: Of): Promise<PapersChange> {
  return inCollection(db, of, async (trx, { seen, paper }) => {
    const { collectionId, now } = of
    if (!paper || paper.hidden) return { ok: false, kind: 'no-paper' }
    const { rows } = await sql<{ n: number; last: number | null; has: boolean | null }>`
      select count(*) as n, max(position) as last, bool_or(paper_id = ${paper.id}) as has
      from collection_papers where collection_id = ${collectionId}`.execute(trx)
    const { n = 0, last = null, has = null } = rows[0] ?? {}
    if (has) return { ok: true, seen, isNew: false }
    if (n >= MOST_PAPERS) return { ok: false, kind: 'full' }
    await trx
      .insertInto('collection_papers')
      .values({ collection_id: collectionId, paper_id: paper.id, position: (last ?? 0) + 1, added_at: now })
      .execute()
    await touch(trx, { collectionId, now })
    return { ok: true, seen, isNew: true }
  })
}

/** Takes a paper out of a reader's own collection; where it is not, nothing happens. */
export async function removeFromCollection(db: Kysely<Database>, of: Of): Promise<PapersChange> {
  return inCollection(db, of, async (trx, { seen, paper }) => {
    const { collectionId, now } = of
    if (!paper) return { ok: true, seen }
    const { numDeletedRows } = await trx
      .deleteFrom('collection_papers')
      .where('collection_id', '=', collectionId)
      .where('paper_id', '=', paper.id)
      .executeTakeFirst()
    if (numDeletedRows === 0n) return { ok: true, seen }
    await renumber(trx, { collectionId, order: (await orderOf(trx, collectionId)).map(({ id }) => id) })
    await touch(trx, { collectionId, now })
    return { ok: true, seen }
  })
}

/**
 * Moves a paper in a reader's own collection to a place (from 1, leaving out hidden papers; places beyond an end mean
 * that end). It takes the wanted place, so that doing it twice changes nothing more.
 */
export async function moveInCollection(
  db: Kysely<Database>,
  { to, ...of }: Of & { to: number },
): Promise<PapersChange> {
  return inCollection(db, of, async (trx, { seen, paper }) => {
    const { collectionId, now } = of
    if (!paper) return { ok: false, kind: 'no-paper' }
    const before = await orderOf(trx, collectionId)
    const others = before.filter(({ id }) => id !== paper.id)
    if (others.length === before.length) return { ok: false, kind: 'no-paper' }
    const shown = others.filter(({ hidden }) => !hidden)
    const next = shown[Math.max(1, to) - 1]
    const at = next ? others.indexOf(next) : others.length
    const order = others.map(({ id }) => id).toSpliced(at, 0, paper.id)
    if (order.every((id, i) => id === before[i]?.id)) return { ok: true, seen }
    await renumber(trx, { collectionId, order })
    await touch(trx, { collectionId, now })
    return { ok: true, seen }
  })
}

/** Sets the note on a paper in a reader's own collection: up to 1,000 characters; empty for none. */
export async function noteInCollection(
  db: Kysely<Database>,
  { note, ...of }: Of & { note: string },
): Promise<PapersChange> {
  return inCollection(db, of, async (trx, { seen, paper }) => {
    const { collectionId, now } = of
    if (!paper) return { ok: false, kind: 'no-paper' }
    const { numUpdatedRows } = await trx
      .updateTable('collection_papers')
      .set({ note })
      .where('collection_id', '=', collectionId)
      .where('paper_id', '=', paper.id)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return { ok: false, kind: 'no-paper' }
    await touch(trx, { collectionId, now })
    return { ok: true, seen }
  })
}

async function orderOf(
  trx: Transaction<Database>,
  collectionId: string,
): Promise<{ id: number; hidden: boolean }[]> {
  return trx
    .selectFrom('collection_papers as cp')
    .innerJoin('papers as p', 'p.id', 'cp.paper_id')
    .select(['p.id', 'p.hidden'])
    .where('cp.collection_id', '=', collectionId)
    .orderBy('cp.position')
    .orderBy('cp.paper_id')
    .execute()
}

async function renumber(
  trx: Transaction<Database>,
  { collectionId, order }: { collectionId: string; order: number[] },
): Promise<void> {
  await sql`
    update collection_papers cp set position = o.position
    from unnest(${order}::bigint[]) with ordinality as o(paper_id, position)
    where cp.collection_id = ${collectionId} and cp.paper_id = o.paper_id and cp.position <> o.position`.execute(
    trx,
  )
}

async function touch(
  trx: Transaction<Database>,
  { collectionId, now }: { collectionId: string; now: Date },
): Promise<void> {
  await trx.updateTable('collections').set({ changed_at: now }).where('id', '=', collectionId).execute()
}
