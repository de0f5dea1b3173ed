import { sql, type Kysely } from 'kysely'
import { notify } from '../db/channels.ts'
import type { Database } from '../db/schema.ts'
import { holdPaper } from '../papers/hold.ts'
import { renumberVectors } from '../search/renumber-vectors.ts'
import { asCurator } from './as-curator.ts'
import { GONE, logAct, type Acting, type ActOutcome } from './moderation-log.ts'
import { settleFlags } from './settle-flags.ts'
import { paperSubject } from './subjects.ts'

/** Takes a paper off all lists and out of search. What readers did with it stays, and it can be shown again. */
export async function hidePaper(
  db: Kysely<Database>,
  options: { paperId: number } & Acting,
): Promise<ActOutcome> {
  return setHidden(db, { ...options, hidden: true })
}

/** Shows a paper that was hidden again, in lists and in search. */
export async function showPaper(
  db: Kysely<Database>,
  options: { paperId: number } & Acting,
): Promise<ActOutcome> {
  return setHidden(db, { ...options, hidden: false })
}

async function setHidden(
  db: Kysely<Database>,
  { paperId: askedId, hidden, curatorId, reason, now }: { paperId: number; hidden: boolean } & Acting,
): Promise<ActOutcome> {
  // Changes of papers, and vectors, are numbered in the order in which they are committed.
  return asCurator(db, { curatorId, locks: ['recording', 'vectors'] }, async (trx) => {
    const paper = await holdPaper(trx, { paperId: askedId, lock: 'no key update' })
    if (!paper) return GONE
    const paperId = paper.id
    const settled = await settleFlags(trx, { on: { kind: 'paper', id: paperId }, curatorId, now })
    if (paper.hidden === hidden && settled === 0) return { ok: true, changed: false }
    if (paper.hidden !== hidden) {
      await trx
        .updateTable('papers')
        .set({ hidden, index_seq: sql<number>`nextval('papers_index_seq')` })
        .where('id', '=', paperId)
        .execute()
      // The index let its vector go.
      if (!hidden) await renumberVectors(trx, [paperId])
      await notify(trx, 'papers')
    }
    const act = hidden ? 'hide-paper' : 'show-paper'
    await logAct(trx, { act, on: paperSubject(paper), curatorId, reason, now })
    return { ok: true, changed: true }
  })
}
