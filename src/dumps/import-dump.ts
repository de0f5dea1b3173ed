import { sql, type Kysely, type Transaction } from 'kysely'
import { notify, RECORDING } from '../db/channels.ts'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import type { HarvestedPaper } from '../papers/harvested-paper.ts'
import { recordKnownPapers, type KnownPaper } from '../papers/record-known.ts'
import { countComments } from '../ranking/comment-count.ts'
import { countVotes } from '../ranking/count-votes.ts'
import { replayHeat } from '../ranking/signals.ts'
import { DUMP_FORMAT } from './format.ts'
import { DumpRefused, recordsOf, type Dump } from './read-dump.ts'
import type { DumpedPaper, RecordFile } from './records.ts'
import { siteId } from './site-id.ts'
import { dropStage, makeStage, stageDump } from './stage-dump.ts'
import { takeOver } from './take-over.ts'

/** Papers of a dump by what became of them. */
export type DumpCounts = { new: number; updated: number; unchanged: number }

const NO_SITE = '00000000-0000-0000-0000-000000000000'
/** Papers in one transaction, with all that hangs on them. */
const AT_A_TIME = 200

/**
 * Takes in another site's dump. All of it is read and checked before anything changes (`DumpRefused`). Papers are found by
 * their identifiers; what is not here keeps its number, where that is free, its uuid and its dates, and each comes with its
 * events, comments and picks at once. Doing it again changes nothing; a newer dump of the same site brings what it says in
 * place of what the older one said. Killed at any moment and run again, it ends in the same state.
 */
export async function importDump(
  pool: Kysely<Database>,
  dump: Dump,
  {
    name,
    timeZone,
    now,
    signal,
    onProgress = () => {},
  }: {
    /** Of the file. */
    name: string
    timeZone: string
    now: () => Date
    signal?: AbortSignal
    onProgress?: (doing: 'checking' | 'importing', file: RecordFile, records: number) => void
  },
): Promise<DumpCounts> {
  const { site, takenAt } = dump.manifest
  const ownSite = await siteId(pool)
  await refuseOlder(pool, dump)
  // What is only for this connection.
  return pool.connection().execute(async (db) => {
    try {
      await makeStage(db)
      await stageDump(db, dump, {
        ownSite,
        signal,
        onProgress: (file, records) => onProgress('checking', file, records),
      })
      const { id } = await db
        .insertInto('imports')
        .values({ name, format: DUMP_FORMAT, started_at: now(), finished_at: null })
        .returning('id')
        .executeTakeFirstOrThrow()
      const began = {
        name: site.name,
        url: site.url,
        taken_at: new Date(takenAt),
        began_at: now(),
        finished_at: null,
      }
      await db
        .insertInto('imported_sites')
        .values({ site: site.id, ...began })
        .onConflict((conflict) => conflict.column('site').doUpdateSet(began))
        .execute()
      const counts: DumpCounts = { new: 0, updated: 0, unchanged: 0 }
      // Of what is ours, we know better than any dump.
      const sites = { ownSite, dumpSite: site.id === ownSite ? NO_SITE : site.id }
      await makeRoom(db)
      await takeOver.people(db, sites)
      for await (const batch of inBatches(dump)) {
        signal?.throwIfAborted()
        const outcomes = await inTransaction(db, (trx) =>
          importBatch(trx, { batch, sites, timeZone, now: now() }),
        )
        for (const outcome of outcomes) counts[outcome] += 1
        await db.updateTable('imports').set(counts).where('id', '=', id).execute()
        onProgress('importing', 'papers.jsonl', counts.new + counts.updated + counts.unchanged)
      }
      await inTransaction(db, async (trx) => {
        await lockUntilCommit(trx, 'recording')
        await takeOver.heads(trx, sites)
        await takeOver.collections(trx, sites)
        await takeOver.merges(trx)
        const gone = await takeOver.goneComments(trx, { ...sites, now: now() })
        await settle(trx, gone)
        await notify(trx, 'papers', '')
      })
      await db.updateTable('imported_sites').set({ finished_at: now() }).where('site', '=', site.id).execute()
      await db.updateTable('imports').set({ finished_at: now() }).where('id', '=', id).execute()
      return counts
    } finally {
      await dropStage(db).catch(() => {})
    }
  })
}

async function refuseOlder(db: Kysely<Database>, { manifest: { site, takenAt } }: Dump): Promise<void> {
  const before = await db
    .selectFrom('imported_sites')
    .select('taken_at')
    .where('site', '=', site.id)
    .executeTakeFirst()
  if (before && before.taken_at.getTime() > Date.parse(takenAt))
    throw new DumpRefused(
      `A newer dump of ${site.name} has been imported, of ${before.taken_at.toISOString()}; this one is of ${takenAt}.`,
    )
}

/** Numbers that papers and comments of the dump may have are given to no others meanwhile. */
async function makeRoom(db: Kysely<Database>): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockUntilCommit(trx, 'recording')
    // Whoever takes the next number holds its table.
    await sql`lock table papers, comments in share row exclusive mode`.execute(trx)
    await sql`update dump_papers d set uuid_taken = true from papers p where p.uuid = d.uuid`.execute(trx)
    for (const table of ['papers', 'comments'] as const)
      await sql`
        with highest as (
          select max(number) as number from (select number from ${sql.table(`dump_${table}`)}
            ${table === 'papers' ? sql`union all select merged from dump_merges` : sql``}) numbers
        ), sequence as (select pg_get_serial_sequence(${table}, 'id') as name)
        select setval(name, number) from highest, sequence
        where number > coalesce(pg_sequence_last_value(name::regclass), 0)`.execute(trx)
  })
}

async function* inBatches(dump: Dump): AsyncGenerator<DumpedPaper[]> {
  let batch: DumpedPaper[] = []
  for await (const { record } of recordsOf(dump, 'papers.jsonl')) {
    batch.push(record)
    if (batch.length === AT_A_TIME) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}

async function importBatch(
  trx: Transaction<Database>,
  {
    batch,
    sites,
    timeZone,
    now,
  }: {
    batch: DumpedPaper[]
    sites: { ownSite: string; dumpSite: string }
    timeZone: string
    now: Date
  },
): Promise<(keyof DumpCounts)[]> {
  const numbers = batch.map(({ number }) => number)
  await lockUntilCommit(trx, 'recording')
  const { rows: taken } = await sql<{ number: number }>`
    select number from dump_papers where uuid_taken and number = any(${numbers}::bigint[])`.execute(trx)
  const takenUuids = new Set(taken.map(({ number }) => number))
  const recorded = await recordKnownPapers(
    trx,
    batch.map((paper) => known(paper, { hasUuid: !takenUuids.has(paper.number) })),
    { now, timeZone },
  )
  await sql`
    update dump_papers d set paper_id = r.id, is_new = r.is_new
    from unnest(${numbers}::bigint[], ${recorded.map(({ paperId }) => paperId)}::bigint[],
      ${recorded.map(({ isNew }) => isNew)}::boolean[]) as r(number, id, is_new)
    where d.number = r.number`.execute(trx)
  const touched = new Set([
    ...(await takeOver.comments(trx, { numbers, ...sites, now })),
    ...(await takeOver.picks(trx, { numbers, ...sites })),
    ...(await takeOver.events(trx, { numbers, ...sites, now })),
    ...recorded.flatMap(({ paperId, wasMerged }) => (wasMerged ? [paperId] : [])),
  ])
  await takeOver.authorships(trx, { numbers, ...sites, now })
  await settle(trx, [...touched])
  await takeOver.exactHeats(trx, { numbers })
  const outcomes = recorded.map(({ paperId, isNew, isChanged }) =>
    isNew ? 'new' : isChanged || touched.has(paperId) ? 'updated' : 'unchanged',
  )
  if (outcomes.some((outcome) => outcome !== 'unchanged')) await notify(trx, 'papers', RECORDING)
  return outcomes
}

/** Makes heat and counts of papers anew, of what hangs on them now. */
async function settle(trx: Transaction<Database>, paperIds: number[]): Promise<void> {
  if (paperIds.length === 0) return
  await replayHeat(trx, paperIds)
  await countVotes(trx, paperIds)
  await countComments(trx, paperIds)
  await sql`update papers p set pick_count = (select count(*) from picks where paper_id = p.id)
    where id = any(${paperIds}::bigint[])`.execute(trx)
}

function known(paper: DumpedPaper, { hasUuid }: { hasUuid: boolean }): KnownPaper {
  const identifiers = paper.identifiers as KnownPaper['identifiers']
  return {
    number: paper.number,
    uuid: hasUuid ? paper.uuid : null,
    identifiers,
    recordedAt: new Date(paper.recordedAt),
    changedAt: new Date(paper.changedAt),
    statements: paper.statements.map(({ source, asOf, recordedAt, facts }) => ({
      paper: { source, ...(asOf === null ? {} : { asOf }), ...facts } as HarvestedPaper,
      recordedAt: new Date(recordedAt),
    })),
  }
}
