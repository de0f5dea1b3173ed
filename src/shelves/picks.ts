import { randomUUID } from 'node:crypto'
import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import { z } from 'zod'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { wholePages } from '../db/whole-pages.ts'
import { toPaper } from '../papers/find.ts'
import { holdForReader } from '../papers/hold.ts'
import type { Paper } from '../papers/paper.ts'
import { IS_LISTED } from '../papers/visibility.ts'
import { firstActOr, rememberFirstActs } from '../ranking/first-acts.ts'
import { WEIGHTS } from '../ranking/heat.ts'
import { recordSignals, takeBackSignals } from '../ranking/signals.ts'
import { INSTANT, PAPER_NUMBER, readCursor } from '../db/cursor.ts'

/** A curator's pick of a paper. */
export type PaperPick = {
  /** `public`: whether others can see the curator's page. */
  curator: { id: string; name: string; public: boolean }
  /** Plain text with lines; may be empty. */
  note: string
  pickedAt: Date
}

/** In characters. */
export const LONGEST_PICK_NOTE = 500

export type PickOutcome =
  /** `picks`: how many the paper has now. */
  { ok: true; picked: boolean; picks: number } | { ok: false; kind: 'no-paper' | 'own-paper' }

/**
 * Picks a paper, with a note of up to 500 characters. The pick and its event for the paper's heat are written together.
 * Picking it again only changes the note. Authors cannot pick their own papers.
 */
export async function pickPaper(
  db: Kysely<Database>,
  {
    paperId: askedId,
    curator,
    note,
    now,
  }: { paperId: number; curator: { id: string }; note: string; now: Date },
): Promise<PickOutcome> {
  return inTransaction(db, async (trx) => {
    const paper = await holdForReader(trx, { readerId: curator.id, paperId: askedId, lock: 'no key update' })
    if (!paper || paper.hidden) return { ok: false, kind: 'no-paper' }
    const paperId = paper.id
    const own = await trx
      .selectFrom('authorship_claims')
      .select('paper_id')
      .where('paper_id', '=', paperId)
      .where('reader_id', '=', curator.id)
      .where('state', '=', 'confirmed')
      .executeTakeFirst()
    if (own) return { ok: false, kind: 'own-paper' }

    const { numUpdatedRows } = await trx
      .updateTable('picks')
      .set({ note })
      .where('paper_id', '=', paperId)
      .where('curator_id', '=', curator.id)
      .executeTakeFirst()
    if (numUpdatedRows > 0n) return { ok: true, picked: true, picks: paper.picks }

    const event = randomUUID()
    // A pick that was withdrawn and is made again is as old as it was.
    const first = await firstActOr(trx, {
      paperId,
      readerId: curator.id,
      kind: 'pick',
      now: { at: now, weight: WEIGHTS.pick },
    })
    await trx
      .insertInto('picks')
      .values({ paper_id: paperId, curator_id: curator.id, event, note, picked_at: first.at })
      .execute()
    await recordSignals(
      trx,
      [
        {
          paperId,
          kind: 'pick',
          origin: 'reader',
          originKey: event,
          amount: 1,
          ...first,
        },
      ],
      { now },
    )
    return { ok: true, picked: true, picks: await countPicks(trx, paperId) }
  })
}

/** Withdraws a curator's pick; if there is none, nothing changes. */
export async function withdrawPick(
  db: Kysely<Database>,
  { paperId: askedId, curatorId, now }: { paperId: number; curatorId: string; now: Date },
): Promise<PickOutcome> {
  return inTransaction(db, async (trx) => {
    const paper = await holdForReader(trx, { readerId: curatorId, paperId: askedId, lock: 'no key update' })
    if (!paper) return { ok: false, kind: 'no-paper' }
    const paperId = paper.id
    const pick = await trx
      .deleteFrom('picks')
      .where('paper_id', '=', paperId)
      .where('curator_id', '=', curatorId)
      .returning('event')
      .executeTakeFirst()
    if (!pick) return { ok: true, picked: false, picks: paper.picks }
    await rememberFirstActs(trx, [{ paperId, readerId: curatorId, kind: 'pick', event: pick.event }])
    await takeBackSignals(trx, [{ paperId, kind: 'pick', origin: 'reader', originKey: pick.event }], { now })
    return { ok: true, picked: false, picks: await countPicks(trx, paperId) }
  })
}

async function countPicks(trx: Transaction<Database>, paperId: number): Promise<number> {
  const { pick_count } = await trx
    .updateTable('papers')
    .set({ pick_count: sql`(select count(*) from picks where paper_id = ${paperId})` })
    .where('id', '=', paperId)
    .returning('pick_count')
    .executeTakeFirstOrThrow()
  return pick_count
}

/** A paper's picks: by whom, why and when; the first one first. */
export async function picksOf(db: Kysely<Database>, paperId: number): Promise<PaperPick[]> {
  return (await picksOfAll(db, [paperId])).get(paperId) ?? []
}

/** The picks of papers by their numbers, in one query. */
async function picksOfAll(db: Kysely<Database>, paperIds: number[]): Promise<Map<number, PaperPick[]>> {
  if (paperIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('picks as k')
    .innerJoin('readers as r', 'r.id', 'k.curator_id')
    .select(['k.paper_id', 'k.note', 'k.picked_at', 'r.id', 'r.name', 'r.public'])
    .where('k.paper_id', 'in', paperIds)
    .orderBy('k.picked_at')
    .orderBy('r.id')
    .execute()
  const byPaper = new Map<number, PaperPick[]>()
  for (const { paper_id, note, picked_at, ...curator } of rows)
    byPaper.set(paper_id, [...(byPaper.get(paper_id) ?? []), { curator, note, pickedAt: picked_at }])
  return byPaper
}

/** The first pick of each of some papers that have one, in one query. */
export async function firstPicksOf(
  db: Kysely<Database>,
  paperIds: number[],
): Promise<Map<number, PaperPick>> {
  const picks = await picksOfAll(db, paperIds)
  return new Map([...picks].flatMap(([id, [first]]) => (first ? [[id, first]] : [])))
}

/** Where a page ends: when its last paper was last picked, and its number. */
export type PicksCursor = [pickedAt: string, paperId: number]

const CURSOR: z.ZodType<PicksCursor> = z.tuple([INSTANT, PAPER_NUMBER])

/** The cursor in an address, or null if it is not one. */
export function parsePicksCursor(text: string): PicksCursor | null {
  return readCursor(CURSOR, text)
}

/** The papers curators picked, each once, newest pick first, without hidden papers. Two queries. */
export async function pickedPapers(
  db: Kysely<Database>,
  { after = null, limit }: { after?: PicksCursor | null; limit: number },
): Promise<{ papers: { paper: Paper; picks: PaperPick[] }[]; next: PicksCursor | null }> {
  const beyond = after
    ? sql`and k.picked_at <= ${after[0]}::timestamptz
        and (k.picked_at, k.paper_id) < (${after[0]}::timestamptz, ${after[1]}::bigint)`
    : sql``
  const { rows } = await sql<Selectable<Database['papers']> & { picked_at: Date }>`
    select p.*, k.picked_at
    from picks k join papers p on p.id = k.paper_id
    where ${IS_LISTED} ${beyond} and not exists (
      select from picks later where later.paper_id = k.paper_id
        and (later.picked_at, later.curator_id) > (k.picked_at, k.curator_id)
    )
    order by k.picked_at desc, k.paper_id desc limit ${limit + 1}`.execute(db)
  const shown = rows.slice(0, limit)
  const picks = await picksOfAll(
    db,
    shown.map(({ id }) => id),
  )
  const last = shown.at(-1)
  return {
    papers: shown.map((row) => ({ paper: toPaper(row), picks: picks.get(row.id) ?? [] })),
    next: rows.length > limit && last ? [last.picked_at.toISOString(), last.id] : null,
  }
}

/** All of them in the same order, page by page, up to `limit`. */
export async function* allPickedPapers(
  db: Kysely<Database>,
  { limit }: { limit?: number | undefined },
): AsyncGenerator<Paper[]> {
  const pages = wholePages<{ paper: Paper }, PicksCursor>((page) => pickedPapers(db, page), { limit })
  for await (const picked of pages) yield picked.map(({ paper }) => paper)
}
