/**
 * Reading ranked lists and voting, in a database of any number of papers and votes, 100,000 and 500,000 when none is
 * given: `bench/run voting 1000000 5000000`. How long pages and votes take a reader, one after another and fifty at once;
 * how long it takes to replay all events and to look for arranged votes; memory, and how long the main thread stands
 * still. Yardsticks: the same list by a formula that is calculated when somebody reads it, and by counting votes then.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql, type Kysely } from 'kysely'
import { findSuspicions } from '../src/moderation/find-suspicions.ts'
import { connect } from '../src/db/connect.ts'
import type { Database } from '../src/db/schema.ts'
import { createLog } from '../src/runtime/log.ts'
import { addDays, dayIn } from '../src/papers/calendar.ts'
import { addressPath } from '../src/papers/identifiers.ts'
import { formatCursor } from '../src/db/cursor.ts'
import { listPapers } from '../src/ranking/lists.ts'
import { TIME_ZONE } from './search-speed/fill-database.ts'
import { makePapers } from './search-speed/papers.ts'
import { randomFrom } from './search-speed/random.ts'
import { follow, watchedEnvironment, type Watched } from './search-speed/watched.ts'
import { memoryOf, processorTimeOf, realPapers, runVerb, startSite, type RunningSite } from './site.ts'
import { ask, type Request } from './voting/ask.ts'
import { addressOf, cookieOf, DAYS, fill, type Amounts } from './voting/fill.ts'
import { compareReading } from './voting/yardsticks.ts'

const READERS = 50_000
const TEXTS = 40_000
const AT_ONCE = 50
const WARMING = 300
/** What is asked one after another, and what at once. */
const READS = { alone: 200, together: 300 }
const VOTES = { alone: 500, together: 2_000 }
const GOALS = { reading: 15, voting: 25 }
/** Every vote of the measurement comes from another reader, so that none is held back for its number. */
const NEWCOMERS = 20_000

const say = (text: string) => console.log(text)
const number = (value: number) => Math.round(value).toLocaleString('en-GB')
const ms = (value: number) => (value < 99.95 ? value.toFixed(1) : number(value)).padStart(7)
const load = () => `load of the machine ${loadavg()[0]?.toFixed(1)}`

async function seconds<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const started = performance.now()
  const value = await work()
  return { value, seconds: (performance.now() - started) / 1_000 }
}

/** What the steps share. */
type Bench = {
  folder: string
  db: Kysely<Database>
  amounts: Amounts
  /** The number of the paper with the most votes. */
  hottest: number
  site: RunningSite & { watched: Watched }
}

async function measure(file: string, amounts: Amounts): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'broadsheet-bench-'))
  const connection = await connect({ databaseUrl: null, dataFolder: folder }, { log: createLog('warn') })
  const { db } = connection
  try {
    const hottest = await prepare(db, { file, amounts })
    const site = await startWatched(folder)
    const bench = { folder, db, amounts, hottest, site }
    try {
      await measureReading(bench)
      await measureVoting(bench)
      sayMemory('memory after it', bench)
    } finally {
      await site.stop()
    }
    const log = await readFile(join(folder, 'site.log'), 'utf8')
    if (log !== '') say(`SURPRISE: the site's log says\n${log.slice(0, 1_000)}`)
    await measureReckoning(bench)
    await compareWithYardsticks(db)
  } finally {
    await connection.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Answers the number of the paper with the most votes. */
async function prepare(
  db: Kysely<Database>,
  { file, amounts }: { file: string; amounts: Amounts },
): Promise<number> {
  const now = new Date()
  const texts = await makePapers(file, { count: Math.min(TEXTS, amounts.papers) })
  const steps: string[] = []
  const filled = await seconds(() => fill(db, { amounts, texts, now, onStep: (text) => steps.push(text) }))
  const { votes, hottest } = filled.value
  const size = await sql<{ size: number }>`select pg_database_size(current_database()) as size`.execute(db)
  say(
    `${number(amounts.papers)} papers, ${number(votes)} votes of ${number(amounts.readers)} readers over ${DAYS} days, ` +
      `in a database of ${number((size.rows[0]?.size ?? 0) / 1024 / 1024)} MiB after ${filled.seconds.toFixed(0)} s (${steps.join(', ')})`,
  )
  return hottest
}

async function startWatched(folder: string): Promise<Bench['site']> {
  const file = join(folder, 'event-loop.json')
  const started = await seconds(() =>
    startSite(folder, {
      logTo: join(folder, 'site.log'),
      jobs: false,
      env: {
        ...watchedEnvironment(file),
        LOG_LEVEL: 'warn',
        SITE_TIMEZONE: TIME_ZONE,
        EMBEDDINGS_MODEL: 'none',
        // Whatever the developer's own are.
        DATABASE_URL: '',
        SEARCH_URL: '',
        PUBLIC_URL: '',
        EMBEDDINGS_URL: '',
      },
    }),
  )
  say(
    `the site answers after ${started.seconds.toFixed(1)} s; ${load()} (figures mean little where it is busy)`,
  )
  return { ...started.value, watched: follow(started.value.child, file) }
}

// --- What is asked for ---

type Kind = { name: string; request: (n: number) => Request; goal?: number }

const random = randomFrom(5)
const anyReader = () => 1 + Math.floor(random() * READERS)
/** A parameter given twice is not for a cache to read: the page is made for who asks. */
const anew = (path: string): Request => ({ path: `${path}${path.includes('?') ? '&' : '?'}n=0&n=0` })

async function readingKinds({ db, hottest }: Bench): Promise<Kind[]> {
  const later: string[] = []
  for (let after = null, page = 0; page < 20; page++) {
    const { next } = await listPapers(db, { list: { kind: 'trending' }, after, limit: 100 })
    if (!next) break
    later.push(`/papers/trending?after=${formatCursor(next)}`)
    after = next
  }
  const today = dayIn(TIME_ZONE, new Date())
  const days = Array.from({ length: 30 }, (_, n) => addDays(today, -1 - n))
  const of = (list: string[], n: number) => list[n % list.length] ?? ''
  const hot = addressPath(addressOf(hottest))
  const reader = () => ({ cookie: cookieOf(anyReader()) })
  return [
    { name: 'a text of two lines', request: () => ({ path: '/robots.txt' }) },
    { name: 'trending, kept', request: () => ({ path: '/papers/trending' }), goal: GOALS.reading },
    { name: 'trending, rebuilt', request: () => anew('/papers/trending'), goal: GOALS.reading },
    {
      name: 'trending, for a reader',
      request: () => ({ path: '/papers/trending', ...reader() }),
      goal: GOALS.reading,
    },
    { name: 'its later pages, anew', request: (n) => anew(of(later, n)) },
    { name: 'its later pages, a reader', request: (n) => ({ path: of(later, n), ...reader() }) },
    { name: 'editions, anew', request: (n) => anew(`/papers/date/${of(days, n)}`) },
    { name: 'editions, a reader', request: (n) => ({ path: `/papers/date/${of(days, n)}`, ...reader() }) },
    { name: 'top, anew', request: () => anew('/papers/top') },
    {
      name: 'top of a week, anew',
      request: (n) => anew(`/papers/top?from=${addDays(of(days, n), -6)}&to=${of(days, n)}`),
    },
    {
      name: 'top of a quarter, anew',
      request: (n) => anew(`/papers/top?from=${addDays(of(days, n), -90)}&to=${of(days, n)}`),
    },
    { name: 'paper of most votes, a reader', request: () => ({ path: hot, ...reader() }) },
  ]
}

function votingKinds({ amounts, hottest }: Bench): Kind[] {
  const recent = (n: number) => addressOf(amounts.papers - ((n * 7_919) % Math.ceil(amounts.papers / 10)))
  const vote = (address: string, reader: number, voted: boolean): Request => ({
    path: `${addressPath(address)}/vote`,
    cookie: cookieOf(reader),
    form: `vote=${voted ? 1 : 0}`,
  })
  // Each kind has newcomers of its own, and the last ones take back what the first ones gave.
  const [first, second] = [amounts.readers + 1, amounts.readers + 1 + NEWCOMERS / 2]
  return [
    { name: 'a vote', request: (n) => vote(recent(n), first + n, true), goal: GOALS.voting },
    {
      name: 'a vote, all for one paper',
      request: (n) => vote(addressOf(hottest), second + n, true),
      goal: GOALS.voting,
    },
    { name: 'a vote taken back', request: (n) => vote(recent(n), first + n, false), goal: GOALS.voting },
    {
      name: 'the same, all of one paper',
      request: (n) => vote(addressOf(hottest), second + n, false),
      goal: GOALS.voting,
    },
  ]
}

// --- The steps ---

function sayHeader(what: string): void {
  say(`\n${what}`)
  const columns = (cells: string[]) => cells.map((cell, n) => cell.padStart(n === 0 ? 7 : 8)).join('')
  const times = columns(['p50', 'p95', 'p99'])
  say(
    `  ${'milliseconds to the last byte'.padEnd(30)}${'one by one'.padEnd(25)}${`${AT_ONCE} at once`.padEnd(25)}`,
  )
  say(`  ${''.padEnd(30)}${times}  ${times} ${'a second'.padStart(9)} ${'processor'.padStart(10)}`)
}

/** One after another, then at once. What takes the processor is the program alone, without the database, a request. */
async function askFor(
  { url, child }: RunningSite,
  { name, request, goal }: Kind,
  counts: { alone: number; together: number },
): Promise<void> {
  const before = processorTimeOf(child)
  const alone = await ask(url, { count: counts.alone, atOnce: 1, request })
  const together = await ask(url, {
    count: counts.together,
    atOnce: AT_ONCE,
    request: (n) => request(counts.alone + n),
  })
  const after = processorTimeOf(child)
  const work =
    before === null || after === null ? '' : ms((after - before) / (counts.alone + counts.together))
  const failures = alone.failures + together.failures
  const cells = [alone, together].map(({ times: { p50, p95, p99 } }) => `${ms(p50)} ${ms(p95)} ${ms(p99)}`)
  say(
    `  ${name.padEnd(30)}${cells.join('  ')} ${number(together.rate).padStart(9)} ${work.padStart(10)}` +
      (failures > 0 ? `  NOT ANSWERED: ${failures}` : '') +
      (goal !== undefined && alone.times.p95 >= goal ? `  above the goal of ${goal}` : ''),
  )
}

async function measureReading(bench: Bench): Promise<void> {
  const { site } = bench
  const kinds = await readingKinds(bench)
  for (const { request } of kinds) await ask(site.url, { count: WARMING / 10, atOnce: 1, request })
  await ask(site.url, { count: WARMING, atOnce: 4, request: () => anew('/papers/trending') })
  await site.watched.endPhase()
  sayHeader(`reading (goal: trending's p95 below ${GOALS.reading} ms, one by one)`)
  for (const kind of kinds) await askFor(site, kind, READS)
  await sayStalls('reading', bench)
  sayMemory('memory after it', bench)
}

async function measureVoting(bench: Bench): Promise<void> {
  const { db, site } = bench
  sayHeader(`voting (goal: p95 below ${GOALS.voting} ms, one by one)`)
  const before = await written(db)
  for (const kind of votingKinds(bench)) await askFor(site, kind, VOTES)
  const changes = votingKinds(bench).length * (VOTES.alone + VOTES.together)
  say(
    `  write-ahead log: ${number(((await written(db)) - before) / changes)} bytes a vote or vote taken back, checkpoints included`,
  )
  await sayStalls('voting', bench)
  await measureTogether(bench)
}

/** Anonymous readers of the list, while it changes all the time. */
async function measureTogether(bench: Bench): Promise<void> {
  const { amounts, site } = bench
  const [voting] = votingKinds(bench)
  if (!voting) return
  let over = false
  const votes = ask(site.url, {
    count: VOTES.together,
    atOnce: 4,
    request: (n) => (over ? { path: '/robots.txt' } : voting.request(n + VOTES.alone + VOTES.together)),
  })
  const reads = await ask(site.url, {
    count: 10_000,
    atOnce: 4,
    request: () => ({ path: '/papers/trending' }),
  })
  over = true
  const { failures } = await votes
  const { p50, p95, p99, max } = reads.times
  say(
    `  trending for everybody while four readers of ${number(amounts.readers)} vote without pause: ` +
      `p50 ${p50.toFixed(1)}, p95 ${p95.toFixed(1)}, p99 ${p99.toFixed(1)}, at most ${max.toFixed(0)} ms; ` +
      `${number(reads.rate)} a second; not answered: ${reads.failures + failures}`,
  )
}

async function written(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{
    bytes: number
  }>`select (pg_current_wal_lsn() - '0/0')::bigint as bytes`.execute(db)
  return rows[0]?.bytes ?? 0
}

async function measureReckoning({ folder, db }: Bench): Promise<void> {
  say(`\nrecalculating everything; ${load()}`)
  const verified = await runVerb(folder, 'rank', '--verify')
  say(`  rank --verify took ${verified.seconds.toFixed(1)} s: ${verified.output.trim()}`)
  const found = await seconds(() => findSuspicions(db, { now: new Date() }))
  say(
    `  arranged votes looked for among those of 14 days in ${found.seconds.toFixed(1)} s; findings: ${found.value}`,
  )
}

async function compareWithYardsticks(db: Kysely<Database>): Promise<void> {
  say('\nyardsticks: the hundred papers of the list out of the same database, in plain SQL')
  const [ours, ...others] = await compareReading(db, { now: new Date() })
  if (!ours) return
  say(`  ${ours.name.padEnd(58)}${ms(ours.ms)} ms, median of ${ours.rounds}`)
  for (const { name, ms: taken, rounds } of others)
    say(
      `  ${name.padEnd(58)}${ms(taken)} ms, median of ${rounds}: ${(taken / ours.ms).toPrecision(2)} times as long`,
    )
}

async function sayStalls(what: string, { site }: Bench): Promise<void> {
  const { max, p99, work } = await site.watched.endPhase()
  say(
    `  main thread while ${what}: it stood still for at most ${max.toFixed(0)} ms, p99 ${p99.toFixed(1)} ms; at most ${work.toFixed(0)} ms of its own work in one turn (goal: below 50); ${load()}`,
  )
}

function sayMemory(what: string, { folder, site }: Bench): void {
  const memory = memoryOf(folder, site.child)
  if (memory) say(`  ${what}: ${number(memory.all)} MiB in all, ${number(memory.node)} of it Node.js`)
}

function amount(given: string | undefined, otherwise: number): number {
  const count = given === undefined ? otherwise : Number(given.replaceAll(/[_,]/g, ''))
  if (!Number.isInteger(count) || count < 10_000)
    throw new Error(`"${given}" is no number, of at least 10000`)
  return count
}

const file = realPapers()
if (file)
  await measure(file, {
    papers: amount(process.argv[2], 100_000),
    votes: amount(process.argv[3], 500_000),
    readers: READERS,
    newcomers: NEWCOMERS,
  })
