import type { Comparison, Row } from './compare.ts'
import type { Consistency } from './consistency.ts'
import type { Costs } from './cost.ts'
import { mean } from './measures.ts'

const NAME = 28
/** How often Lemmy's job runs (src/scheduled_tasks.rs of LemmyNet/lemmy). */
const MINUTES_A_REFRESH = 10

const share = (value: number) => value.toFixed(3)
const percent = (value: number) => (value * 100).toFixed(0)
const whole = (value: number) => Math.round(value).toLocaleString('en-GB')

/** Prints columns aligned to the right, after a name. */
function line(name: string, cells: [text: string, width: number][]): void {
  console.log(
    `  ${name.padEnd(NAME)}${cells.map(([text, width]) => text.padStart(width)).join('')}`.trimEnd(),
  )
}

/** One model of when upvotes came: a row a formula. */
export function reportComparison({ meanHours, medianHours, days, papersToCatchUp, rows }: Comparison): void {
  console.log(
    `\nmean delay ${meanHours} h (half of the upvotes within ${medianHours.toFixed(0)} h); ${days} days read, ${papersToCatchUp} papers to catch up`,
  )
  const widths = [8, 7, 8, 7, 17, 7, 9, 8, 8, 7]
  const row = (name: string, cells: string[]) =>
    line(
      name,
      cells.map((text, i) => [text, widths[i] ?? 0]),
    )
  row('', ['overlap', '', 'nDCG', '', 'vs ours', 'age', 'new/day', 'caught', 'within', 'moved'])
  row('', ['7 d', '3 d', '7 d', '3 d', '7 d', 'h', '%', 'h', '%', '/100'])
  for (const { name, overlap, ndcg, versusOurs, ageHours, replaced, caught, within, moved } of rows)
    row(name, [
      share(overlap[7]),
      share(overlap[3]),
      share(ndcg[7]),
      share(ndcg[3]),
      versusOurs === null ? '' : signed(versusOurs),
      ageHours.toFixed(0),
      percent(replaced),
      Number.isFinite(caught) ? caught.toFixed(0) : 'never',
      percent(within),
      moved.toFixed(0),
    ])
}

function signed({ mean, error }: NonNullable<Row['versusOurs']>): string {
  return `${mean < 0 ? '−' : '+'}${share(Math.abs(mean))} ± ${share(error)}`
}

/** All models together: which formula is good whatever the delay, and how bad it gets. */
export function reportAllModels(comparisons: Comparison[]): void {
  console.log(
    `\nall mean delays together (${comparisons.map(({ meanHours }) => meanHours).join(', ')} h): nDCG, mean and worst`,
  )
  line('', [
    ['7 d', 9],
    ['worst', 9],
    ['3 d', 9],
    ['worst', 9],
    ['both', 9],
    ['worst', 9],
  ])
  for (const { name } of comparisons[0]?.rows ?? []) {
    const ndcgs = comparisons.flatMap(({ rows }) => rows.find((row) => row.name === name)?.ndcg ?? [])
    const week = ndcgs.map((ndcg) => ndcg[7])
    const days = ndcgs.map((ndcg) => ndcg[3])
    line(
      name,
      [week, days, [...week, ...days]].flatMap((values): [string, number][] => [
        [share(mean(values)), 9],
        [share(Math.min(...values)), 9],
      ]),
    )
  }
}

export function reportConsistency(found: Consistency): void {
  console.log('\nheat kept by additions in the database, as the events come')
  console.log(`  ${found.events} events in ${found.batches} batches of an hour each, ${found.listed} papers`)
  console.log('  greatest difference of a heat (1 is a factor of two) from')
  console.log(`    a replay of all events by the product         ${found.fromReplay.toExponential(1)}`)
  console.log(`    the same events added in the opposite order   ${found.fromReverse.toExponential(1)}`)
  console.log(`    log2 of the sum by its definition             ${found.fromDefinition.toExponential(1)}`)
  console.log(
    `  neighbours in the list of the hottest that time alone turns round: ${found.turned.map(({ days, pairs }) => `${pairs} after ${days} d`).join(', ')}`,
  )
}

export function reportCosts({ ways, emptyQueries, refresh, papers, candidates }: Costs): void {
  const [ours] = ways
  if (!ours) return
  console.log(
    `\ncost on PostgreSQL: ${whole(papers)} synthetic papers on bare tables, one connection, one statement each; ms for 1,000, and times ours`,
  )
  console.log(
    '  read: the hundred on top. vote: one update, not waiting for the disk. durable: waiting for the disk, as a site does.',
  )
  line('', [
    ['read', 12],
    ['', 8],
    ['vote', 9],
    ['', 8],
    ['durable', 9],
    ['', 8],
  ])
  for (const way of ways)
    line(
      way.name,
      (['reads', 'votes', 'durableVotes'] as const).flatMap((key): [string, number][] => [
        [whole(way[key]), key === 'reads' ? 12 : 9],
        [`× ${(way[key] / ours[key]).toFixed(1)}`, 8],
      ]),
    )
  line('a query that does nothing', [[whole(emptyQueries), 12]])
  console.log(
    `  On read, Hacker News' formula looks at ${whole(candidates.hackerNews)} papers (of 30 days), Lemmy's with ${whole(candidates.lemmy)} (of 7 days, after which it is 0).`,
  )
  const aDay = (24 * 60) / MINUTES_A_REFRESH
  console.log(
    `  The job that rewrites Lemmy's scores: ${whole(refresh.rows)} rows in ${whole(refresh.ms)} ms, as long as ${whole(refresh.ms / (ours.votes / 1_000))} of our votes; every ${MINUTES_A_REFRESH} minutes that is ${whole(aDay)} times and ${whole(refresh.rows * aDay)} row versions a day, votes or not, and a vote shows when it has run.`,
  )
}
