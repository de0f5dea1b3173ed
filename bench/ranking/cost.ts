import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database } from '../../src/db/schema.ts'
import { eventHeat, WEIGHTS } from '../../src/ranking/heat.ts'
import { randomFrom } from '../search-speed/random.ts'
import { DAY_MS } from './events.ts'
import { median } from './measures.ts'

const PAPERS = 100_000
/** About as many a day as arXiv has. */
const OVER_DAYS = 120
const TOP = 100
const NOW = new Date(Date.UTC(2026, 5, 1))
/** Votes fall on papers of the last week. */
const VOTED_DAYS = 7
const HACKER_NEWS_DAYS = 30
const LEMMY_DAYS = 7
/** Short and many, of which the median counts: the ways take turns, each first in turn, so that disturbances meet all. */
const ROUNDS = 25
const INDEX_READS = 80
const FULL_READS = 5
const VOTES = 100
const DURABLE_VOTES = 40
const REFRESHES = 5

type Synthetic = { points: number; createdAt: Date }

/** A way to keep and read an order of papers, each on a bare table of its own with just the columns it needs. */
type Way = {
  name: string
  /** The score that is stored and indexed: what it is at first, and after a vote where that changes it. */
  stored?: { first: (paper: Synthetic) => number; onVote?: RawBuilder<unknown> }
  /** What a read that calculates orders by, over papers of that many days. */
  onRead?: { score: RawBuilder<unknown>; days: number }
  /** What a job writes anew, for papers of that many days. */
  rewritten?: { score: RawBuilder<unknown>; days: number }
}

type Cost = {
  name: string
  /** All in milliseconds, for a thousand. */
  reads: number
  votes: number
  durableVotes: number
}

export type Costs = {
  ways: Cost[]
  /** A round trip to the server that does nothing, in milliseconds for a thousand. */
  emptyQueries: number
  /** One run of the job that rewrites the scores of Lemmy's formula: milliseconds, and rows written. */
  refresh: { ms: number; rows: number }
  papers: number
  candidates: { hackerNews: number; lemmy: number }
}

// `date_part` gives a double at once; `extract` would calculate with exact decimals, more slowly.
const HOURS = sql`(date_part('epoch', ${NOW}::timestamptz - created_at) / 3600)`
const HACKER_NEWS = sql`(case when points > 1 then power(points - 1, 0.8::double precision) else points - 1 end / power(${HOURS} + 2, 1.8::double precision))`
const LEMMY = sql`(log(greatest(2, points + 2)::double precision) / power(${HOURS} + 2, 1.8::double precision))`
const LOBSTERS_WINDOW_S = 22 * 3_600

const WAYS: Way[] = [
  {
    name: 'heat (ours): stored, indexed',
    stored: {
      // As if all upvotes had come with the listing.
      first: ({ points, createdAt }) => eventHeat(points * WEIGHTS.upvote, createdAt),
      onVote: sql`heat_sum(score, ${eventHeat(WEIGHTS.upvote, NOW)})`,
    },
  },
  {
    name: 'Lobsters: stored, indexed',
    stored: {
      first: ({ points, createdAt }) =>
        Math.log10(points + 1) + createdAt.getTime() / 1_000 / LOBSTERS_WINDOW_S,
      // `points` is what it was before this vote.
      onVote: sql`log((points + 2)::double precision) + date_part('epoch', created_at) / ${LOBSTERS_WINDOW_S}::double precision`,
    },
  },
  { name: 'Hacker News: calculated on read', onRead: { score: HACKER_NEWS, days: HACKER_NEWS_DAYS } },
  { name: 'Lemmy: calculated on read', onRead: { score: LEMMY, days: LEMMY_DAYS } },
  {
    name: 'Lemmy: rewritten by a job',
    // A vote leaves it as it is until the job runs.
    stored: { first: () => 0 },
    rewritten: { score: LEMMY, days: LEMMY_DAYS },
  },
]

/** What reads and votes cost by each way of keeping an order, on one connection of a real PostgreSQL. */
export async function measureCosts(db: Kysely<Database>): Promise<Costs> {
  return db.connection().execute(async (connection) => {
    for (const [number, way] of WAYS.entries()) await fill(connection, way, number)
    await sql`checkpoint`.execute(connection)
    const times = WAYS.map(() => ({
      reads: [] as number[],
      votes: [] as number[],
      durableVotes: [] as number[],
    }))
    const empty: number[] = []
    const random = randomFrom(4)
    for (let round = 0; round < ROUNDS; round++) {
      empty.push(await perThousand(INDEX_READS, () => sql`select 1`.execute(connection)))
      const turns = WAYS.map((_, turn) => (round + turn) % WAYS.length)
      for (const number of turns) {
        const way = WAYS[number] as Way
        const reads = way.onRead ? FULL_READS : INDEX_READS
        times[number]?.reads.push(await perThousand(reads, () => read(connection, way, number)))
      }
      for (const [kind, count] of [
        ['votes', VOTES],
        ['durableVotes', DURABLE_VOTES],
      ] as const) {
        await sql`set synchronous_commit = ${sql.raw(kind === 'votes' ? 'off' : 'on')}`.execute(connection)
        for (const number of turns) {
          const way = WAYS[number] as Way
          times[number]?.[kind].push(
            await perThousand(count, () => vote(connection, way, { number, random })),
          )
        }
      }
    }
    // After all else: what they leave to the disk would burden whoever comes next.
    const refreshes: { ms: number; rows: number }[] = []
    for (const [number, { rewritten }] of WAYS.entries()) {
      if (!rewritten) continue
      for (let i = 0; i < REFRESHES; i++) {
        const started = performance.now()
        const rows = await rewrite(connection, rewritten, number)
        refreshes.push({ ms: performance.now() - started, rows })
      }
    }
    return {
      ways: WAYS.map(({ name }, number) => ({
        name,
        reads: median(times[number]?.reads ?? []),
        votes: median(times[number]?.votes ?? []),
        durableVotes: median(times[number]?.durableVotes ?? []),
      })),
      emptyQueries: median(empty),
      refresh: { ms: median(refreshes.map(({ ms }) => ms)), rows: refreshes[0]?.rows ?? 0 },
      papers: PAPERS,
      candidates: {
        hackerNews: Math.round((PAPERS / OVER_DAYS) * HACKER_NEWS_DAYS),
        lemmy: Math.round((PAPERS / OVER_DAYS) * LEMMY_DAYS),
      },
    }
  })
}

const table = (number: number) => sql.table(`ranking_bench_${number}`)
const index = (number: number, what: string) => sql.raw(`ranking_bench_${number}_${what}`)

/** Synthetic papers, evenly over time; most have few points and some have hundreds (a Pareto distribution). */
const SYNTHETIC: Synthetic[] = (() => {
  const random = randomFrom(3)
  const apart = (OVER_DAYS * DAY_MS) / PAPERS
  return Array.from({ length: PAPERS }, (_, i) => ({
    points: Math.min(1_000, Math.floor(3 / (1 - random()) ** 0.9)),
    createdAt: new Date(NOW.getTime() - (PAPERS - i) * apart),
  }))
})()

async function fill(db: Kysely<Database>, { stored, onRead, rewritten }: Way, number: number): Promise<void> {
  await sql`create table ${table(number)} (id integer primary key, points integer not null,
    created_at timestamptz not null${stored ? sql`, score double precision not null` : sql``})`.execute(db)
  const points = SYNTHETIC.map((paper) => paper.points)
  const times = SYNTHETIC.map(({ createdAt }) => createdAt.toISOString())
  const scores = stored ? SYNTHETIC.map(stored.first) : []
  await sql`insert into ${table(number)}
    select id, points, created_at ${stored ? sql`, score` : sql``}
    from unnest(${points}::integer[], ${times}::timestamptz[], ${scores}::double precision[])
      with ordinality as r(points, created_at, score, id) order by id`.execute(db)
  if (rewritten) await rewrite(db, rewritten, number)
  if (stored)
    await sql`create index ${index(number, 'score')} on ${table(number)} (score desc, id desc)`.execute(db)
  if (onRead || rewritten)
    await sql`create index ${index(number, 'created')} on ${table(number)} (created_at)`.execute(db)
  await sql`vacuum (full, analyze) ${table(number)}`.execute(db)
}

async function read(db: Kysely<Database>, { onRead }: Way, number: number): Promise<void> {
  const { rows } = onRead
    ? await sql`select id from ${table(number)} where created_at > ${since(onRead.days)}
        order by ${onRead.score} desc, id desc limit ${TOP}`.execute(db)
    : await sql`select id from ${table(number)} order by score desc, id desc limit ${TOP}`.execute(db)
  if (rows.length !== TOP) throw new Error(`a list of ${TOP} has ${rows.length} papers`)
}

async function vote(
  db: Kysely<Database>,
  { stored }: Way,
  { number, random }: { number: number; random: () => number },
): Promise<void> {
  const recent = (PAPERS / OVER_DAYS) * VOTED_DAYS
  const id = PAPERS - Math.floor(random() * recent)
  const score = stored?.onVote ? sql`, score = ${stored.onVote}` : sql``
  await sql`update ${table(number)} set points = points + 1${score} where id = ${id}`.execute(db)
}

/** As Lemmy's job does every ten minutes (in batches there; in one statement here, which is quicker). */
async function rewrite(
  db: Kysely<Database>,
  { score, days }: NonNullable<Way['rewritten']>,
  number: number,
): Promise<number> {
  const { numAffectedRows } =
    await sql`update ${table(number)} set score = ${score} where created_at > ${since(days)}`.execute(db)
  return Number(numAffectedRows ?? 0)
}

const since = (days: number) => new Date(NOW.getTime() - days * DAY_MS)

async function perThousand(count: number, once: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  for (let i = 0; i < count; i++) await once()
  return ((performance.now() - started) / count) * 1_000
}
