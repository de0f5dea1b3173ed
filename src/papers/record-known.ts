import { sql, type Transaction } from 'kysely'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { derivePaper } from './derive-paper.ts'
import type { HarvestedPaper } from './harvested-paper.ts'
import { holdPapers } from './hold.ts'
import type { PaperIdentifier } from './identifiers.ts'
import { factsOf, findWorks, idOf, keptWork, loadFacts, state, workOf } from './works.ts'
import { writeLookups, writeMerges, writePapers, writeRecords } from './write.ts'

/** A paper as another site knows it: by what it is known there, what leads to it, and all that was said of it. */
export type KnownPaper = {
  number: number
  /** null where a paper here has it. */
  uuid: string | null
  identifiers: [PaperIdentifier, ...PaperIdentifier[]]
  recordedAt: Date
  changedAt: Date
  statements: { paper: HarvestedPaper; recordedAt: Date }[]
}

export type RecordedKnown = { paperId: number; isNew: boolean; isChanged: boolean; wasMerged: boolean }

/**
 * Records papers as another site knows them, in the caller's transaction: each is found by its identifiers here, and what is
 * said of it is put beside what is held, as `recordPapers` does; one that is not here keeps its number, where that is free,
 * its identifier in feeds and its dates. Unlike a harvest's statement, it has the identifiers that lead to it there and no
 * others: of two papers that claim the same DOI, the one that holds it keeps it. One answer for each, in order.
 */
export async function recordKnownPapers(
  trx: Transaction<Database>,
  papers: KnownPaper[],
  { now, timeZone }: { now: Date; timeZone: string },
): Promise<RecordedKnown[]> {
  await lockUntilCommit(trx, 'recording')
  const asked = papers.map((paper) => ({ paper, named: namedBy(paper) }))
  const works = await findWorks(
    trx,
    // All their statements, so that those held in their place are read.
    asked.flatMap(({ paper, named }) => [
      named,
      ...paper.statements.map((one) => ({ ...one.paper, identifiers: paper.identifiers })),
    ]),
    now,
  )
  const free = await freeNumbers(trx, papers)
  const changed = asked.map(({ paper, named }) => {
    const { work, grown } = workOf(works, named, paper.recordedAt)
    if (work.paperId === null)
      work.knownAs ??= {
        // The sequence gives another one where it is taken.
        number: free.has(paper.number) ? paper.number : null,
        uuid: paper.uuid,
        changedAt: paper.changedAt,
      }
    const restated = paper.statements
      .map((one) => state(work, one.paper, { recordedAt: one.recordedAt }))
      .some(Boolean)
    return { work, isChanged: grown || restated }
  })
  const placed = changed.map(({ work, isChanged }) => ({ work: keptWork(work), isChanged }))
  const distinct = [...new Set(placed.map(({ work }) => work))]
  const known = new Set(distinct.filter((work) => work.paperId !== null))
  const toWrite = distinct.filter((work) => work.changed || work.paperId === null)
  await loadFacts(trx, toWrite)
  const writes = toWrite.map((work) => ({
    work,
    derived: derivePaper([...work.records.values()].map(factsOf), {
      arxivId: work.arxivId,
      recordedAt: work.recordedAt,
      timeZone,
    }),
  }))
  const isMerging = distinct.some((work) => work.merged.length > 0)
  await holdPapers(
    trx,
    distinct.flatMap((work) => [...(work.paperId === null ? [] : [work.paperId]), ...work.merged]),
    isMerging ? 'update' : 'no key update',
  )
  await writeMerges(trx, distinct, now)
  await writePapers(trx, writes, now)
  await writeRecords(trx, distinct, now)
  await writeLookups(trx, writes)
  const counted = new Set<(typeof distinct)[number]>()
  return placed.map(({ work, isChanged }) => {
    const isNew = !known.has(work) && !counted.has(work)
    counted.add(work)
    return { paperId: idOf(work), isNew, isChanged: isNew || isChanged, wasMerged: work.merged.length > 0 }
  })
}

/** A statement that names a paper by what leads to it, and says nothing. */
function namedBy({ identifiers, statements }: KnownPaper): HarvestedPaper {
  const [first] = statements
  if (first === undefined) throw new Error('a paper of which nothing is said cannot be recorded')
  // The one in its address comes first.
  const [one, ...others] = identifiers.toSorted(
    (a, b) => Number(b.scheme === 'arxiv') - Number(a.scheme === 'arxiv'),
  )
  return { source: first.paper.source, identifiers: [one as PaperIdentifier, ...others], title: '' }
}

/** The numbers that no paper here has, or had. */
async function freeNumbers(trx: Transaction<Database>, papers: KnownPaper[]): Promise<Set<number>> {
  const numbers = papers.map(({ number }) => number)
  const { rows } = await sql<{ number: number }>`
    select id as number from papers where id = any(${numbers}::bigint[])
    union all select paper_id from paper_removals where paper_id = any(${numbers}::bigint[])
    union all select merged_id from paper_merges where merged_id = any(${numbers}::bigint[])`.execute(trx)
  const taken = new Set(rows.map(({ number }) => number))
  return new Set(numbers.filter((number) => !taken.has(number)))
}
