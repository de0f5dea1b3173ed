/**
 * How good our order of trending papers is beside others, what it costs, and whether it can be relied on:
 * `bench/run ranking [FILE]`. Replays papers that a site really listed day by day, with the upvotes they really had in
 * the end; when each upvote came is not known, and placed by a model that is printed with the results.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '../src/db/connect.ts'
import { createLog } from '../src/runtime/log.ts'
import { compareFormulas } from './ranking/compare.ts'
import { checkConsistency } from './ranking/consistency.ts'
import { measureCosts } from './ranking/cost.ts'
import { MODEL, placeUpvotes, readStretches, type Stretch } from './ranking/events.ts'
import { FORMULAS } from './ranking/formulas.ts'
import { DEFINITIONS, readingHours } from './ranking/measures.ts'
import { reportAllModels, reportComparison, reportConsistency, reportCosts } from './ranking/report.ts'
import { SHARED, withDataFolder } from './site.ts'

/** Mean delays of upvotes to try: what holds for all of them does not hang on the model. */
const MEAN_HOURS = [18, 36, 72]
/** The one of them by which the database is filled. */
const MIDDLE_HOURS = 36
const SEEDS = [1, 2, 3, 4, 5]

const file = process.argv[2] ?? join(SHARED, 'data', 'hf-daily.jsonl.gz')
if (existsSync(file)) await run(await readStretches(file))
else console.log(`SKIPPED: the listed papers (${file}) are not on this machine.`)

async function run(stretches: Stretch[]): Promise<void> {
  const papers = stretches.flatMap((stretch) => stretch.papers)
  const upvotes = papers.reduce((sum, paper) => sum + paper.upvotes, 0)
  const day = (at: number) => new Date(at).toISOString().slice(0, 10)
  console.log(
    `${papers.length} papers with ${upvotes} upvotes, listed ${stretches.map(({ from, to }) => `${day(from)} to ${day(to)}`).join(' and ')}; each stretch is replayed by itself`,
  )
  if (stretches.every((stretch) => readingHours(stretch).length === 0))
    return console.log('SKIPPED: no stretch of days is longer than the warm-up.')
  console.log(`model: ${MODEL}; means over the seeds ${SEEDS.join(', ')}`)
  console.log('\nformulas')
  for (const { name, stated } of FORMULAS) console.log(`  ${name.padEnd(28)}${stated}`)
  console.log('\nmeasures')
  for (const definition of DEFINITIONS) console.log(`  ${definition}`)
  const comparisons = MEAN_HOURS.map((meanHours) => compareFormulas(stretches, { meanHours, seeds: SEEDS }))
  comparisons.forEach(reportComparison)
  reportAllModels(comparisons)

  await withDataFolder(async (folder) => {
    const connection = await connect({ databaseUrl: null, dataFolder: folder }, { log: createLog('warn') })
    try {
      const events = placeUpvotes(papers, { meanHours: MIDDLE_HOURS, seed: SEEDS[0] ?? 1 })
      reportConsistency(await checkConsistency(connection.db, { papers, upvotes: events }))
      reportCosts(await measureCosts(connection.db))
    } finally {
      await connection.close()
    }
  })
}
