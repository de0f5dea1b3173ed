import type { Kysely } from 'kysely'
import { notify } from '../db/channels.ts'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import type { PaperIdentifier } from '../papers/identifiers.ts'
import { recordPapers } from '../papers/record.ts'
import { replayHeat } from '../ranking/signals.ts'
import { renumberVectors } from '../search/renumber-vectors.ts'
import { takeBackOwnVotes } from './authorship.ts'
import { logAct, type Decision } from './moderation-log.ts'
import { resolveFlags } from './resolve-flags.ts'
import { paperSubject } from './subjects.ts'

export type MergeOutcome = { ok: true; paperId: number; address: string } | { ok: false; reason: string }

/**
 * Makes one paper of two that are the same work, for good: a curator's statement names identifiers of both, and all that
 * sources said and readers did comes together. As always when papers are united, the older number stays; which facts are
 * shown is decided by whose word counts (papers/merge.ts), the kept paper's title last.
 */
export async function mergePapers(
  db: Kysely<Database>,
  {
    keepId,
    absorbId,
    timeZone,
    curatorId,
    reason,
    now,
  }: { keepId: number; absorbId: number; timeZone: string } & Decision,
): Promise<MergeOutcome> {
  if (keepId === absorbId) return { ok: false, reason: 'These are already one paper.' }
  return inTransaction(db, async (trx): Promise<MergeOutcome> => {
    // The lock that recording takes: until the transaction ends, no one else changes papers.
    await lockUntilCommit(trx, 'recording')
    const papers = await trx
      .selectFrom('papers')
      .select(['id', 'title', 'address', 'arxiv_id', 'hidden'])
      .where('id', 'in', [keepId, absorbId])
      .execute()
    const identifiers = await trx
      .selectFrom('paper_identifiers')
      .selectAll()
      .where('paper_id', 'in', [keepId, absorbId])
      .orderBy('scheme')
      .orderBy('value')
      .execute()
    const identifierOf = (paperId: number) =>
      identifiers.find((row) => row.paper_id === paperId && row.scheme === 'arxiv') ??
      identifiers.find((row) => row.paper_id === paperId)
    const kept = papers.find(({ id }) => id === keepId)
    const absorbed = papers.find(({ id }) => id === absorbId)
    const named = identifierOf(keepId)
    const also = identifierOf(absorbId)
    if (!kept || !absorbed || !named || !also)
      return { ok: false, reason: 'One of the two papers is no longer here.' }
    if (kept.arxiv_id !== null && absorbed.arxiv_id !== null && kept.arxiv_id !== absorbed.arxiv_id)
      return {
        ok: false,
        reason: `These are two papers on arXiv (${kept.arxiv_id} and ${absorbed.arxiv_id}), so they cannot be merged. You can hide one of them instead.`,
      }

    const statement = {
      source: 'curator' as const,
      identifiers: [asIdentifier(named), asIdentifier(also)] satisfies PaperIdentifier[] as [
        PaperIdentifier,
        PaperIdentifier,
      ],
      title: kept.title,
    }
    const { recorded, united } = await recordPapers(trx, [statement], { now, timeZone })
    const paperId = recorded[0]?.paperId
    if (paperId === undefined || !united.includes(paperId))
      throw new Error('two papers were to be united, and were not')
    await replayHeat(trx, united)
    // An author of one is an author of both.
    await takeBackOwnVotes(trx, { paperId, now })
    await resolveFlags(trx, { on: { kind: 'paper', id: paperId }, reason: 'duplicate', curatorId, now })
    const { address } = await trx
      .updateTable('papers')
      // Whether it is seen is as the curator left the one that they keep.
      .set({ hidden: kept.hidden })
      .where('id', '=', paperId)
      .returning('address')
      .executeTakeFirstOrThrow()
    // Should the one that stays have been hidden, indexes have let its vector go.
    await renumberVectors(trx, [paperId])
    await notify(trx, 'papers')
    const on = {
      subject: `${paperSubject(absorbed).subject} with ${paperSubject(kept).subject}`,
      address: paperSubject({ title: kept.title, address }).address,
    }
    await logAct(trx, { act: 'merge-papers', on, curatorId, reason, now })
    return { ok: true, paperId, address }
  })
}

function asIdentifier({ scheme, value }: { scheme: string; value: string }): PaperIdentifier {
  return { scheme, value } as PaperIdentifier
}
