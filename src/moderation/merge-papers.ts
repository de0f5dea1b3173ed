import type { Kysely } from 'kysely'
import { notify } from '../db/channels.ts'
import type { Database } from '../db/schema.ts'
import { currentNumbers } from '../papers/hold.ts'
import type { PaperIdentifier } from '../papers/identifiers.ts'
import { recordPapers } from '../papers/record.ts'
import { replayHeat } from '../ranking/signals.ts'
import { renumberVectors } from '../search/renumber-vectors.ts'
import { asCurator } from './as-curator.ts'
import { logAct, type Decision } from './moderation-log.ts'
import { resolveFlags } from './resolve-flags.ts'
import { paperSubject } from './subjects.ts'

export type MergeOutcome = { ok: true; paperId: number; address: string } | { ok: false; reason: string }

/**
 * Makes one paper of two that are the same work, for good: a curator's statement names identifiers of both, and all that
 * sources said and readers did comes together. As always when papers are merged, the older number is kept; which facts are
 * shown is decided by whose word counts (papers/derive-paper.ts), the kept paper's title last.
 */
export async function mergePapers(
  db: Kysely<Database>,
  {
    timeZone,
    curatorId,
    reason,
    now,
    ...asked
  }: { keptId: number; mergedId: number; timeZone: string } & Decision,
): Promise<MergeOutcome> {
  return asCurator(db, { curatorId, locks: ['recording', 'vectors'] }, async (trx): Promise<MergeOutcome> => {
    // Until the end nobody else changes what papers are.
    const [keptId = 0, mergedId = 0] = await currentNumbers(trx, [asked.keptId, asked.mergedId])
    if (keptId === mergedId) return { ok: false, reason: 'These are already one paper.' }
    const papers = await trx
      .selectFrom('papers')
      .select(['id', 'title', 'address', 'arxiv_id', 'hidden'])
      .where('id', 'in', [keptId, mergedId])
      .execute()
    const identifiers = await trx
      .selectFrom('paper_identifiers')
      .selectAll()
      .where('paper_id', 'in', [keptId, mergedId])
      .orderBy('scheme')
      .orderBy('value')
      .execute()
    const identifierOf = (paperId: number) =>
      identifiers.find((row) => row.paper_id === paperId && row.scheme === 'arxiv') ??
      identifiers.find((row) => row.paper_id === paperId)
    const kept = papers.find(({ id }) => id === keptId)
    const merged = papers.find(({ id }) => id === mergedId)
    const named = identifierOf(keptId)
    const also = identifierOf(mergedId)
    if (!kept || !merged || !named || !also)
      return { ok: false, reason: 'One of the two papers is no longer here.' }
    if (kept.arxiv_id !== null && merged.arxiv_id !== null && kept.arxiv_id !== merged.arxiv_id)
      return {
        ok: false,
        reason: `These are two papers on arXiv (${kept.arxiv_id} and ${merged.arxiv_id}), so they cannot be merged. You can hide one of them instead.`,
      }

    const statement = {
      source: 'curator' as const,
      identifiers: [asIdentifier(named), asIdentifier(also)] satisfies PaperIdentifier[] as [
        PaperIdentifier,
        PaperIdentifier,
      ],
      title: kept.title,
    }
    const { recorded, kept: keptIds } = await recordPapers(trx, [statement], { now, timeZone })
    const paperId = recorded[0]?.paperId
    if (paperId === undefined || !keptIds.includes(paperId))
      throw new Error('two papers were to be merged, and were not')
    await replayHeat(trx, keptIds)
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
      subject: `${paperSubject(merged).subject} with ${paperSubject(kept).subject}`,
      address: paperSubject({ title: kept.title, address }).address,
    }
    await logAct(trx, { act: 'merge-papers', on, curatorId, reason, now })
    return { ok: true, paperId, address }
  })
}

function asIdentifier({ scheme, value }: { scheme: string; value: string }): PaperIdentifier {
  return { scheme, value } as PaperIdentifier
}
