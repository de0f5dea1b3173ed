import type { Transaction } from 'kysely'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import type { HarvestedPaper } from './harvested-paper.ts'
import { derivePaper } from './derive-paper.ts'
import { holdPapers } from './hold.ts'
import { factsOf, findWorks, idOf, keptWork, loadFacts, state, workOf, type Work } from './works.ts'
import { writeLookups, writeMerges, writePapers, writeRecords } from './write.ts'

/** What recording one statement did to the paper it speaks of. */
export type Recorded = { paperId: number; outcome: 'new' | 'updated' | 'unchanged' }

export type RecordResult = {
  /** One for each statement, in their order. */
  recorded: Recorded[]
  /** Papers that others were merged with, because a statement showed them to be the same work: their heat is to be replayed. */
  kept: number[]
}

/**
 * Records what sources say, in the caller's transaction: finds the paper each statement speaks of by its identifiers
 * (or makes it), keeps the statement beside those of other sources, and derives the paper anew. A statement older
 * (`asOf`) than the one already held from its source changes nothing. Papers with different arXiv identifiers are
 * never taken for one, even where they claim the same DOI: the DOI stays with the first.
 */
export async function recordPapers(
  trx: Transaction<Database>,
  papers: HarvestedPaper[],
  { now, timeZone }: { now: Date; timeZone: string },
): Promise<RecordResult> {
  await lockUntilCommit(trx, 'recording')
  const works = await findWorks(trx, papers, now)
  const statements = papers
    .map((paper) => {
      const { work, grown } = workOf(works, paper, now)
      const restated = state(work, paper)
      return { work, changed: grown || restated }
    })
    .map(({ work, changed }) => ({ work: keptWork(work), changed }))

  const distinct = [...new Set(statements.map(({ work }) => work))]
  const wasKnown = new Set(distinct.filter((work) => work.paperId !== null))
  const changedWorks = distinct.filter((work) => work.changed || work.paperId === null)
  await loadFacts(trx, changedWorks)
  const toWrite = changedWorks.map((work) => ({
    work,
    derived: derivePaper([...work.records.values()].map(factsOf), {
      arxivId: work.arxivId,
      recordedAt: work.recordedAt,
      timeZone,
    }),
  }))
  await holdPapers(
    trx,
    distinct.flatMap((work) => [...(work.paperId === null ? [] : [work.paperId]), ...work.merged]),
    // One is to go: then nothing may be about to be hung on it.
    distinct.some((work) => work.merged.length > 0) ? 'update' : 'no key update',
  )
  await writeMerges(trx, distinct, now)
  await writePapers(trx, toWrite, now)
  await writeRecords(trx, distinct, now)
  await writeLookups(trx, toWrite)

  const counted = new Set<Work>()
  return {
    recorded: statements.map(({ work, changed }) => {
      const outcome = !changed ? 'unchanged' : wasKnown.has(work) || counted.has(work) ? 'updated' : 'new'
      counted.add(work)
      return { paperId: idOf(work), outcome }
    }),
    kept: distinct.filter((work) => work.merged.length > 0).map(idOf),
  }
}
