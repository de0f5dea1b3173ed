import { sql, type Kysely } from 'kysely'
import { holdReaders } from '../db/hold-readers.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { currentNumbers, holdForReader, holdPapers } from '../papers/hold.ts'
import { IS_LISTED } from '../papers/visibility.ts'

/** How many papers a reader can rate. */
export const MOST_RATED = 5_000

/** What a reader said of a paper, for their own front page alone. */
export type PaperRating = { paperId: number; likes: boolean; asked: boolean; at: Date }

/**
 * Keeps what a reader says of a paper: no vote, and nobody else sees it. Saying the same twice changes nothing more; what was
 * said before is replaced. `asked`: it answers a question of ours. `no-paper` where there is none that readers may see, `full` if
 * the reader has rated 5,000.
 */
export async function ratePaper(
  db: Kysely<Database>,
  {
    readerId,
    paperId,
    likes,
    asked = false,
    now,
  }: { readerId: string; paperId: number; likes: boolean; asked?: boolean; now: Date },
): Promise<{ ok: true } | { ok: false; kind: 'no-paper' | 'full' }> {
  return inTransaction(db, async (trx) => {
    const paper = await holdForReader(trx, { readerId, paperId, lock: 'key share' })
    if (!paper || paper.hidden) return { ok: false, kind: 'no-paper' }
    const { rows } = await sql<{ there: boolean; full: boolean }>`
      with rated as (
        select count(*) >= ${MOST_RATED} as full, coalesce(bool_or(paper_id = ${paper.id}), false) as there
        from paper_ratings where reader_id = ${readerId}
      ), kept as (
        insert into paper_ratings as r (reader_id, paper_id, likes, asked, at)
        select ${readerId}, ${paper.id}, ${likes}, ${asked}, ${now} from rated where there or not rated.full
        on conflict (reader_id, paper_id) do update
          set likes = excluded.likes, asked = r.asked or excluded.asked, at = excluded.at
          where (r.likes, r.asked) is distinct from (excluded.likes, r.asked or excluded.asked)
      )
      select there, rated.full from rated`.execute(trx)
    return rows[0]?.full && !rows[0].there ? { ok: false, kind: 'full' } : { ok: true }
  })
}

/**
 * Keeps that a reader likes papers, of those that are here and that readers may see, as many as there is room for. What the reader
 * has said of one before stays. Answers how many are new.
 */
export async function ratePapers(
  db: Kysely<Database>,
  { readerId, paperIds, now }: { readerId: string; paperIds: number[]; now: Date },
): Promise<{ added: number }> {
  return inTransaction(db, async (trx) => {
    await holdReaders(trx, { acting: [readerId] })
    const held = await holdPapers(trx, await currentNumbers(trx, paperIds), 'key share')
    const ids = held.map(({ id }) => id)
    const { rows } = await sql<{ paper_id: number }>`
      insert into paper_ratings (reader_id, paper_id, likes, at)
      select ${readerId}, p.id, true, ${now} from papers p
      where p.id = any(${ids}::bigint[]) and ${IS_LISTED}
        and not exists (select from paper_ratings r where r.reader_id = ${readerId} and r.paper_id = p.id)
      order by p.id desc
      limit greatest(0, ${MOST_RATED} - (select count(*) from paper_ratings where reader_id = ${readerId}))
      on conflict do nothing returning paper_id`.execute(trx)
    return { added: rows.length }
  })
}

/** Forgets what a reader said of a paper; if they said nothing, nothing changes. */
export async function unratePaper(
  db: Kysely<Database>,
  { readerId, paperId }: { readerId: string; paperId: number },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const paper = await holdForReader(trx, { readerId, paperId, lock: 'key share' })
    if (!paper) return
    await trx
      .deleteFrom('paper_ratings')
      .where('reader_id', '=', readerId)
      .where('paper_id', '=', paper.id)
      .execute()
  })
}

/** What a reader has said of papers, the last first, without hidden papers. */
export async function ratingsOf(
  db: Kysely<Database>,
  { readerId, limit = MOST_RATED }: { readerId: string; limit?: number },
): Promise<PaperRating[]> {
  return db
    .selectFrom('paper_ratings as r')
    .innerJoin('papers as p', 'p.id', 'r.paper_id')
    .select(['r.paper_id as paperId', 'r.likes', 'r.asked', 'r.at'])
    .where('r.reader_id', '=', readerId)
    .where(IS_LISTED)
    .orderBy('r.at', 'desc')
    .orderBy('r.paper_id', 'desc')
    .limit(limit)
    .execute()
}
