import { sql, type Kysely } from 'kysely'
import { notify } from '../db/channels.ts'
import type { Database } from '../db/schema.ts'
import { holdPaper } from '../papers/hold.ts'
import { renumberVectors } from '../search/renumber-vectors.ts'
import { asCurator } from './as-curator.ts'
import { NO_LONGER_HERE, logAct, type Decision, type ActOutcome } from './moderation-log.ts'
import { resolveFlags } from './resolve-flags.ts'
import { paperSubject } from './subjects.ts'

/** Hides a paper from all lists and from search. What readers did with it is kept, and it can be unhidden. */
export async function hidePaper(
  db: Kysely<Database>,
  options: { paperId: number } & Decision,
): Promise<ActOutcome> {
  return setHidden(db, { ...options, hidden: true })
}

/** Unhides a paper, in lists and in search. */
export async function unhidePaper(
  db: Kysely<Database>,
  options: { paperId: number } & Decision,
): Promise<ActOutcome> {
  return setHidden(db, { ...options, hidden: false })
}

async function setHidden(
  db: Kysely<Database>,
  { paperId: askedId, hidden, curatorId, reason, now }: { paperId: number; hidden: boolean } & Decision,
): Promise<ActOutcome> {
  // Changes to papers are numbered in the order they are committed.
  return asCurator(db, { curatorId, locks: ['recording', 'vectors'] }, async (trx) => {
    const paper = await holdPaper(trx, { paperId: askedId, lock: 'no key update' })
    if (!paper) return NO_LONGER_HERE
    const paperId = paper.id
    const resolved = await resolveFlags(trx, { on: { kind: 'paper', id: paperId }, curatorId, now })
    if (paper.hidden === hidden && resolved === 0) return { ok: true, changed: false }
    if (paper.hidden !== hidden) {
      await trx
        .updateTable('papers')
        .set({ hidden, index_seq: sql<number>`nextval('papers_index_seq')` })
        .where('id', '=', paperId)
        .execute()
      // The index dropped its vector.
      if (!hidden) await renumberVectors(trx, [paperId])
      await notify(trx, 'papers')
    }
    const act = hidden ? 'hide-paper' : 'show-paper'
    await logAct(trx, { act, on: paperSubject(paper), curatorId, reason, now })
    return { ok: true, changed: true }
  })
}
