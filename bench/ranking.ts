/**
 * How good our order of trending papers is beside others, what it costs, and whether it can be relied on:
 * `bench/run ranking [FILE]`. Replays papers that a site really listed day by day, with the upvotes they really had in
 * the end; when each upvote came is not known, and placed by a model that is printed with the results.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '../src/db/connect.ts'
import { createLog } from '../src/log.ts'
import { checkConsistency, type Consistency } from './ranking/consistency.ts'
import { measureCosts, type Costs } from './ranking/cost.ts'
import { DAY_MS, MODEL, placeUpvotes, readStretches, type Stretch } from './ranking/events.ts'
import { FORMULAS, OURS } from './ranking/formulas.ts'
import { DEFINITIONS, mean, meanAndError, measure, median, type Measured } from './ranking/measures.ts'
import { replay } from './ranking/replay.ts'
import { SHARED, withDataFolder } from './site.ts'

/** Mean delays of upvotes to try: what holds for all of them does not hang on the model. */
const MEAN_HOURS = [18, 36, 72]
const SEEDS = [1, 2, 3, 4, 5]
const MINUTES_A_REFRESH = 10

const file = process.argv[2] ?? join(SHARED, 'data', 'hf-daily.jsonl.gz')
if (existsSync(file)) await run(await readStretches(file))
else console.log(`SKIPPED: the listed papers (${file}) are not on this machine.`)

async function run(stretches: Stretch[]): Promise<void> {
  const papers = stretches.flatMap((stretch) => stretch.papers)
  const upvotes = papers.reduce((sum, paper) => sum + paper.upvotes, 0)
  const day = (at: number) => new Date(at).toISOString().slice(0, 10)
  console.log(
    `${papers.length} papers with ${upvotes} upvotes, listed ${stretches.map(({ from, to }) => `${day(from)} to ${day(to)}`).join(' and ')}; each stretch is replayed by itself.`,
  )
  console.log(`Model of when: ${MODEL}. Means over seeds ${SEEDS.join(', ')}.`)
  console.log('\nformulas')
  for (const { name, stated } of FORMULAS) console.log(`  ${name.padEnd(25)} ${stated}`)
  console.log('\nmeasures')
  for (const definition of DEFINITIONS) console.log(`  ${definition}`)
  for (const meanHours of MEAN_HOURS) compareFormulas(stretches, meanHours)

  await withDataFolder(async (folder) => {
    const connection = await connect(
      { databaseUrl: null, dataFolder: folder },
      { log: createLog('warn') },
    )
    try {
      const events = placeUpvotes(papers, { meanHours: MEAN_HOURS[1] ?? NaN, seed: SEEDS[0] ?? NaN })
      reportConsistency(await checkConsistency(connection.db, { papers, upvotes: events }))
      reportCosts(await measureCosts(connection.db))
    } finally {
      await connection.close()
    }
  })
}

/** Of a formula under one model; `moments` are per seed, in the same order for all formulas. */
type Sum = { measured: Measured[]; moved: number[] }

function compareFormulas(stretches: Stretch[], meanHours: number): void {
  const sums = new Map<string, Sum>(FORMULAS.map(({ name }) => [name, { measured: [], moved: [] }]))
  const delays: number[] = []
  for (const seed of SEEDS) {
    const runs: Map<string, Measured[]> = new Map(FORMULAS.map(({ name }) => [name, []]))
    for (const stretch of stretches) {
      const upvotes = placeUpvotes(stretch.papers, { meanHours, seed })
      for (const { paper, at } of upvotes) delays.push(at - (stretch.papers[paper]?.listedAt ?? NaN))
      for (const formula of FORMULAS) {
        const replayed = replay(stretch, upvotes, formula)
        runs.get(formula.name)?.push(measure(stretch, replayed))
        sums.get(formula.name)?.moved.push(replayed.movedByTime)
      }
    }
    for (const [name, measured] of runs)
      sums.get(name)?.measured.push({
        moments: measured.flatMap(({ moments }) => moments),
        reached: measured.flatMap(({ reached }) => reached),
      })
  }
  reportFormulas(sums, { meanHours, medianDays: median(delays) / DAY_MS })
}

function reportFormulas(
  sums: Map<string, Sum>,
  { meanHours, medianDays }: { meanHours: number; medianDays: number },
): void {
  const ours = sums.get(OURS.name)
  const first = ours?.measured[0]
  console.log(
    `\nmean delay ${meanHours} h (half of the upvotes within ${(medianDays * 24).toFixed(0)} h); ${first?.moments.length} days read, ${first?.reached.length} papers to catch up`,
  )
  console.log(
    '                            overlap@10     nDCG@10                          age  new/day  caught  within  moved',
  )
  console.log(
    '                            7 d    3 d    7 d    3 d   vs ours, 7 d          h        %       h       %    /100',
  )
  const ndcgByDay = (sum: Sum | undefined) =>
    (first?.moments ?? []).map((_, i) => mean((sum?.measured ?? []).map(({ moments }) => moments[i]?.fits[7].ndcg ?? NaN)))
  const oursByDay = ndcgByDay(ours)
  for (const [name, sum] of sums) {
    const moments = sum.measured.flatMap((one) => one.moments)
    const reached = sum.measured.flatMap((one) => one.reached)
    const share = (part: (one: (typeof moments)[number]) => number) => mean(moments.map(part).filter(Number.isFinite))
    const hours = median(reached)
    const { mean: difference, error } = meanAndError(ndcgByDay(sum).map((value, i) => value - (oursByDay[i] ?? NaN)))
    console.log(
      [
        `  ${name.padEnd(24)}`,
        share(({ fits }) => fits[7].overlap).toFixed(3),
        share(({ fits }) => fits[3].overlap).toFixed(3),
        share(({ fits }) => fits[7].ndcg).toFixed(3),
        share(({ fits }) => fits[3].ndcg).toFixed(3),
        (sum === ours ? '' : `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(3)} ± ${error.toFixed(3)}`).padEnd(14),
        share(({ ageHours }) => ageHours).toFixed(0).padStart(8),
        (share(({ replaced }) => replaced) * 100).toFixed(0).padStart(7),
        (Number.isFinite(hours) ? hours.toFixed(0) : 'never').padStart(6),
        ((reached.filter(Number.isFinite).length / reached.length) * 100).toFixed(0).padStart(6),
        mean(sum.moved).toFixed(0).padStart(6),
      ].join('  '),
    )
  }
}

function reportConsistency(found: Consistency): void {
  console.log('\nheat kept by additions in the database, event after event as they come')
  console.log(`  ${found.events} events in ${found.batches} batches of an hour, ${found.listed} papers`)
  console.log(`  greatest difference from a replay of all events:         ${found.fromReplay.toExponential(1)}`)
  console.log(`  … from the same events added in the opposite order:      ${found.fromReverse.toExponential(1)}`)
  console.log(`  … from log2 of the sum by definition:                    ${found.fromDefinition.toExponential(1)}`)
  console.log(
    `  neighbours in the list that time alone turns round:      ${found.turned.map(({ days, pairs }) => `${pairs} after ${days} d`).join(', ')}`,
  )
}

function reportCosts({ ways, emptyQueries, refresh, papers, candidates }: Costs): void {
  const number = (value: number) => Math.round(value).toLocaleString('en-GB')
  console.log(
    `\ncost on PostgreSQL: ${number(papers)} synthetic papers on bare tables, one connection, the hundred on top; ms for 1,000 (and times ours)`,
  )
  console.log(
    '                                        reads           votes, not        votes, waiting',
  )
  console.log(
    '                                                        waiting for the disk   for the disk',
  )
  const [ours] = ways
  if (!ours) return
  for (const way of ways) {
    const cell = (key: 'reads' | 'votes' | 'durableVotes') =>
      `${number(way[key]).padStart(8)} (${(way[key] / ours[key]).toFixed(1)})`.padEnd(18)
    console.log(`  ${way.name.padEnd(32)} ${cell('reads')} ${cell('votes')} ${cell('durableVotes')}`.trimEnd())
  }
  console.log(`  a query that does nothing        ${number(emptyQueries).padStart(8)}`)
  console.log(
    `  Hacker News' formula reckons with about ${number(candidates.hackerNews)} papers (30 days) a read, Lemmy's with ${number(candidates.lemmy)} (7 days, then it is 0).`,
  )
  const aDay = (24 * 60) / MINUTES_A_REFRESH
  console.log(
    `  The job that rewrites Lemmy's scores: ${number(refresh.rows)} rows in ${number(refresh.ms)} ms, as much as ${number(refresh.ms / (ours.votes / 1_000))} of our votes; every ${MINUTES_A_REFRESH} minutes ${number(aDay)} times and ${number((refresh.rows * aDay) / 1_000)} thousand row versions a day, and until it ran votes do not show.`,
  )
}
