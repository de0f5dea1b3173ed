import { sql, type Kysely, type Transaction } from 'kysely'
import { holdReaders } from '../db/hold-readers.ts'
import type { Database } from '../db/schema.ts'

/**
 * How a paper is held: to hang something on it, to change its row (ranking, counts), or to remove it. Two of the first kind
 * do not wait for each other, and the first and second neither.
 */
export type PaperLock = 'key share' | 'no key update' | 'update'

/** What is known of a paper that is held. */
export type HeldPaper = {
  id: number
  title: string
  address: string
  hidden: boolean
  locked: boolean
  votes: number
  picks: number
}

/**
 * Holds a paper until the transaction ends; null when there is none. The number of a paper that was merged leads to the
 * kept one: go by the `id` of what is answered.
 */
export async function holdPaper(
  trx: Transaction<Database>,
  { paperId, lock }: { paperId: number; lock: PaperLock },
): Promise<HeldPaper | null> {
  for (let id = paperId; ;) {
    const { rows } = await sql<HeldPaper>`
      select id, title, address, hidden, comments_locked as locked, votes, pick_count as picks
      from papers where id = ${id} for ${sql.raw(lock)}`.execute(trx)
    if (rows[0]) return rows[0]
    // Looked up after it was found gone: whoever merged it has noted where it went.
    const merge = await trx
      .selectFrom('paper_merges')
      .select('kept_id')
      .where('merged_id', '=', id)
      .executeTakeFirst()
    if (!merge) return null
    id = merge.kept_id
  }
}

/** Holds a reader who acts, and then the paper they act on. Throws `MayNotAct`. */
export async function holdForReader(
  trx: Transaction<Database>,
  { readerId, ...paper }: { readerId: string; paperId: number; lock: PaperLock },
): Promise<HeldPaper | null> {
  await holdReaders(trx, { acting: [readerId] })
  return holdPaper(trx, paper)
}

/** Holds the paper that a comment is on, to change both; null when there is no such comment. */
export async function holdPaperOf(
  trx: Transaction<Database>,
  { commentId }: { commentId: number },
): Promise<HeldPaper | null> {
  for (;;) {
    const comment = await trx
      .selectFrom('comments')
      .select('paper_id')
      .where('id', '=', commentId)
      .executeTakeFirst()
    if (!comment) return null
    const paper = await holdPaper(trx, { paperId: comment.paper_id, lock: 'no key update' })
    // Else its paper was merged between the two, and it with it.
    if (paper?.id === comment.paper_id) return paper
  }
}

/** Holds papers, in order of id, until the transaction ends. Those that are gone are left out of the answer. */
export async function holdPapers(
  trx: Transaction<Database>,
  ids: number[],
  lock: PaperLock,
): Promise<{ id: number; heat: number; attention: number }[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<{ id: number; heat: number; attention: number }>`
    select id, heat, attention from papers where id = any(${ids}::bigint[])
    order by id for ${sql.raw(lock)}`.execute(trx)
  return rows
}

/** The numbers under which papers are now, in the order asked; those that are gone without a trace stay as they are. */
export async function currentNumbers(db: Kysely<Database>, ids: number[]): Promise<number[]> {
  if (ids.length === 0) return []
  const merges = await db.selectFrom('paper_merges').selectAll().where('merged_id', 'in', ids).execute()
  const keptOf = new Map(merges.map((row) => [row.merged_id, row.kept_id]))
  return ids.map((id) => keptOf.get(id) ?? id)
}
