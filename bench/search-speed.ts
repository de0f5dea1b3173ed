/**
 * Searches of a database of any number of papers, 40,000 when none is given: `bench/run search-speed 1000000`. How soon
 * the index is whole, what it takes on disk and in memory, how long every kind of search takes a reader (cold: asked for
 * the first time since the server was started; warm: the same again), with PostgreSQL's and SQLite's full-text search on
 * the same papers and queries as yardsticks; how soon a new paper is found, whether 200 readers at once are all
 * answered, how long the main thread stands still, and how many of the papers nearest in meaning are found.
 */
import { cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { connect } from '../src/db/connect.ts'
import type { Database } from '../src/db/schema.ts'
import { createLog } from '../src/runtime/log.ts'
import { addressPath, paperAddress } from '../src/papers/identifiers.ts'
import { openEngine, type Engine } from '../src/search/engine.ts'
import { openMeaning, type Meaning } from '../src/search/meaning.ts'
import { parseQuery } from '../src/search/query/parse-query.ts'
import { recordHarvest } from '../src/sources/record-harvest.ts'
import type { Stalls } from './event-loop-watch.ts'
import { burst } from './search-speed/burst.ts'
import { askAll, openClient, sumUp, type Client, type Times } from './search-speed/client.ts'
import { fillDatabase, TIME_ZONE } from './search-speed/fill-database.ts'
import { doi, LAST_WORD, letter, makePapers, type Papers } from './search-speed/papers.ts'
import { anyWordQueries, queryKinds, searchPath, wholeTitles } from './search-speed/queries.ts'
import { randomFrom } from './search-speed/random.ts'
import { recallOf } from './search-speed/recall.ts'
import { makeVectors, type Vectors } from './search-speed/vectors.ts'
import { follow, startIdleProcess, watchedEnvironment, type Watched } from './search-speed/watched.ts'
import { postgresYardstick, sqliteYardstick, type Yardstick } from './search-speed/yardsticks.ts'
import { memoryOf, realPapers, startSite, type RunningSite } from './site.ts'

const DEFAULT_PAPERS = 40_000
const QUERIES_A_KIND = 200
const BEST = 25
/** The model of this checkout, which need not be rebuilt. */
const OWN_DATA = join(import.meta.dirname, '..', 'data')

// --- What has to be closed, also when this is interrupted ---

const toClose: (() => unknown)[] = []
/** Runs at the end whatever happens; the last to come is the first to close. */
function atTheEnd(close: () => unknown): void {
  toClose.push(close)
}
async function closeAll(): Promise<void> {
  for (const close of toClose.splice(0).toReversed()) {
    try {
      await close()
    } catch (error) {
      console.log(`closing failed: ${String(error)}`)
    }
  }
}
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void closeAll().finally(() => process.exit(130)))

// --- What is printed ---

const say = (text: string) => console.log(text)
const number = (value: number) => Math.round(value).toLocaleString('en-GB')
const megabytes = (bytes: number) => `${number(bytes / 1024 / 1024)} MiB`
const ms = (value: number) => (value < 99.95 ? value.toFixed(1) : number(value)).padStart(7)
const times = ({ p50, p95, p99 }: Times) => `${ms(p50)} ${ms(p95)} ${ms(p99)}`

/** Says how far a long task is, once in ten seconds. */
function progress(what: string, of: number): (done: number) => void {
  let told = performance.now()
  return (done) => {
    if (performance.now() - told < 10_000) return
    told = performance.now()
    say(`  … ${what}: ${number(done)} of ${number(of)}`)
  }
}

async function measured<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const started = performance.now()
  const value = await work()
  return { value, seconds: (performance.now() - started) / 1_000 }
}

// --- The measurement, step by step ---

/** What the steps share. */
type Bench = {
  folder: string
  db: Kysely<Database>
  papers: Papers
  meaning: Meaning
  vectors: Vectors
  idle: Watched
}

async function measure(file: string, count: number): Promise<void> {
  const bench = await prepare(file, count)
  const first = await startWatched(bench)
  await measureIndexing(bench, first)
  await first.stop()

  const site = await startWatched(bench, 'again')
  await measureLatency(bench, site)
  await measureFreshness(bench, site)
  await measureBurst(bench, site)
  const { engine, seconds } = await openOwnEngine(bench)
  say(
    `\nan engine in this process, reading the same folder: level with the database after ${seconds.toFixed(1)} s`,
  )
  await compareWithYardsticks(bench, { site, engine })
  await site.stop()
  await measureRecall(bench, engine)
  await reportLog(bench)
}

/** Papers and vectors in a database of their own. */
async function prepare(file: string, count: number): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'broadsheet-bench-'))
  atTheEnd(() => rm(folder, { recursive: true, force: true }))
  const log = createLog('warn')
  const papers = await makePapers(file, { count })
  const connection = await connect({ databaseUrl: null, dataFolder: folder }, { log })
  atTheEnd(() => connection.close())
  const { db } = connection
  // A site has its model from when it embedded its first papers.
  await cp(join(OWN_DATA, 'models'), join(folder, 'models'), { recursive: true }).catch(() => {})
  const meaning = openMeaning(
    { embeddingsUrl: null, embeddingsKey: null, embeddingsModel: null, dataFolder: folder },
    { log },
  )
  atTheEnd(() => meaning.close())
  const { embedder } = meaning
  if (!embedder) throw new Error('there is no model')
  const made = await measured(() => makeVectors(papers, embedder))
  await embedder.rest()
  const vectors = made.value
  const filled = await measured(() =>
    fillDatabase(db, { papers, vectors, onProgress: progress('written to the database', count) }),
  )
  say(
    `${number(count)} papers, ${number(Math.min(count, papers.real))} of them real, in the database after ${filled.seconds.toFixed(0)} s; ` +
      `${number(vectors.embedded)} embedded in ${made.seconds.toFixed(0)} s, from which all have their vectors`,
  )
  say(`load of the machine when it began: ${loadavg()[0]?.toFixed(1)} (figures mean little where it is busy)`)
  const idleFile = join(folder, 'idle.json')
  const idleProcess = startIdleProcess(idleFile)
  atTheEnd(() => idleProcess.kill())
  return { folder, db, papers, meaning, vectors, idle: follow(idleProcess, idleFile) }
}

/** A site whose main thread is watched. */
type WatchedSite = RunningSite & {
  watched: Watched
  /** From the start of the process to when it said where it is, in seconds. */
  seconds: number
  client: Client
}

async function startWatched({ folder }: Bench, name = 'first'): Promise<WatchedSite> {
  const file = join(folder, `event-loop-${name}.json`)
  const { value: site, seconds } = await measured(() =>
    startSite(folder, {
      logTo: join(folder, 'site.log'),
      env: {
        ...watchedEnvironment(file),
        LOG_LEVEL: 'warn',
        SITE_TIMEZONE: TIME_ZONE,
        // Whatever the developer's own are.
        DATABASE_URL: '',
        SEARCH_URL: '',
        PUBLIC_URL: '',
        EMBEDDINGS_URL: '',
        EMBEDDINGS_MODEL: '',
      },
    }),
  )
  const client = openClient(site.url)
  const stop = async () => {
    client.close()
    const late = setTimeout(() => {
      say('SURPRISE: the site did not stop within 30 s of SIGTERM and was killed')
      site.child.kill('SIGKILL')
    }, 30_000)
    await site.stop()
    clearTimeout(late)
  }
  atTheEnd(stop)
  return { ...site, stop, client, seconds, watched: follow(site.child, file) }
}

const BEING_MADE = 'The index is being made'
const INDEXING_PATIENCE_MS = 3_600_000

async function measureIndexing({ folder, papers, idle }: Bench, site: WatchedSite): Promise<void> {
  const started = performance.now()
  await Promise.all([site.watched.endPhase(), idle.endPhase()])
  const last = addressPath(paperAddress(papers.at(papers.count - 1).identifier))
  let foundAll: number | null = null
  let whole: number | null = null
  let most = { all: 0, node: 0 }
  const tell = progress('indexed', papers.count)
  for (let polls = 0; whole === null; polls++) {
    const page = await bodyOf(site, `${LAST_WORD} sort:new`)
    const at = (performance.now() - started) / 1_000 + site.seconds
    if (page?.includes(`"${last}"`)) {
      foundAll ??= at
      if (!page.includes(BEING_MADE)) whole = at
    }
    const memory = polls % 4 === 0 ? memoryOf(folder, site.child) : null
    if (memory && memory.all > most.all) most = memory
    tell(Number(/made: ([\d,]+) papers/.exec(page ?? '')?.[1]?.replaceAll(',', '') ?? 0))
    if (performance.now() - started > INDEXING_PATIENCE_MS)
      throw new Error('the index was not whole after an hour')
    if (whole === null) await sleep(250)
  }
  const [stalls, machine] = [await site.watched.endPhase(), await idle.endPhase()]
  const disk = await sizesIn(join(folder, 'search'))
  say('\nindexing')
  say(
    `  from starting the server: all papers found after ${foundAll?.toFixed(1)} s, all vectors in and kept after ${whole.toFixed(1)} s: ${number(papers.count / whole)} papers/s`,
  )
  say(
    `  on disk: ${megabytes(disk.all)} (${Object.entries(disk.byKind)
      .map(([kind, bytes]) => `${kind} ${megabytes(bytes)}`)
      .join(', ')}), ${number(disk.all / papers.count)} bytes a paper`,
  )
  sayMemory('  memory at most while indexing', most)
  sayMemory('  memory when it was done', memoryOf(folder, site.child))
  sayStalls('  main thread while indexing', stalls, machine)
}

async function measureLatency({ folder, papers, idle }: Bench, site: WatchedSite): Promise<void> {
  const started = performance.now()
  const first = await site.client.ask(searchPath(anyWordQueries(papers, { count: 1, use: 'first' })[0] ?? ''))
  say('\nsearches')
  say(
    `  started again: it said where it is after ${site.seconds.toFixed(2)} s, and answered the first search (${first.status}) after ${(site.seconds + (performance.now() - started) / 1_000).toFixed(2)} s`,
  )
  await Promise.all([site.watched.endPhase(), idle.endPhase()])
  say(
    `  ${QUERIES_A_KIND} queries a kind, one after another over HTTP to the last byte of the page, ms; goals: p95 below 60 for 40,000 papers, below 120 for 1,000,000`,
  )
  say(
    `  ${''.padEnd(34)}${'cold: p50     p95     p99'.padStart(25)}${'warm: p50     p95     p99'.padStart(28)}`,
  )
  for (const { name, paths } of queryKinds(papers, { count: QUERIES_A_KIND })) {
    const cold = await askAll(site.client, paths)
    const warm = await askAll(site.client, paths)
    const failures = cold.failures + warm.failures
    say(
      `  ${name.padEnd(34)} ${times(cold.times)}    ${times(warm.times)}` +
        (paths.length < QUERIES_A_KIND ? `  (${paths.length} queries)` : '') +
        (failures > 0 ? `  NOT ANSWERED WITH 200: ${failures}` : ''),
    )
  }
  sayMemory('  memory after the load (goal for 1,000,000: below 1,536 in all)', memoryOf(folder, site.child))
  sayStalls('  main thread during these', await site.watched.endPhase(), await idle.endPhase())
}

const NEW_PAPERS = 20
const FIND_PATIENCE_MS = 30_000

async function measureFreshness({ db, idle }: Bench, site: WatchedSite): Promise<void> {
  const random = randomFrom(7)
  const found: number[] = []
  const recorded: number[] = []
  let lost = 0
  for (let n = 0; n < NEW_PAPERS; n++) {
    const word = `zq${Array.from({ length: 10 }, () => letter(random)).join('')}`
    const identifier = doi(`10.5555/fresh.${n}`)
    const started = performance.now()
    await recordHarvest(
      db,
      [
        {
          source: 'jsonl',
          identifiers: [identifier],
          title: `A note on ${word}`,
          abstract: `What is new about ${word} is found in no other paper of this collection.`,
          categories: ['cs.IR'],
          published: { precision: 'time', value: new Date().toISOString() },
        },
      ],
      { now: new Date(), timeZone: TIME_ZONE },
    )
    recorded.push(performance.now() - started)
    const link = `"${addressPath(paperAddress(identifier))}"`
    for (;;) {
      if ((await bodyOf(site, word))?.includes(link)) {
        found.push(performance.now() - started)
        break
      }
      if (performance.now() - started > FIND_PATIENCE_MS) {
        lost++
        break
      }
      await sleep(10)
    }
  }
  const { p50, max } = sumUp(found)
  say('\nfrom record to found')
  say(
    `  ${found.length} of ${NEW_PAPERS} new papers found by their word: p50 ${p50.toFixed(0)} ms, at most ${max.toFixed(0)} ms (goal: below 2,000), of which recording took p50 ${sumUp(recorded).p50.toFixed(0)} ms${lost > 0 ? `; NOT FOUND within 30 s: ${lost}` : ''}`,
  )
  sayStalls('  main thread meanwhile', await site.watched.endPhase(), await idle.endPhase())
}

const READERS = 200
const BURSTS = 4
const BURSTS_MS = 60_000

async function measureBurst({ folder, papers, idle }: Bench, site: WatchedSite): Promise<void> {
  say(`\nburst: ${READERS} searches at once, while the front page is asked for 20 times a second`)
  const deadline = performance.now() + BURSTS_MS
  for (let n = 0; n < BURSTS && performance.now() < deadline; n++) {
    const queries = anyWordQueries(papers, { count: READERS, use: `burst ${n}` })
    const outcome = await burst(site.url, queries.map(searchPath))
    say(
      `  not answered: ${outcome.failures} (goal: 0); all were after ${outcome.seconds.toFixed(2)} s; front page p50 ${ms(outcome.frontPage.p50).trim()}, p99 ${ms(outcome.frontPage.p99).trim()}, at most ${ms(outcome.frontPage.max).trim()} ms of ${outcome.frontPage.count}` +
        (outcome.frontPageFailures > 0 ? `, NOT ANSWERED: ${outcome.frontPageFailures}` : ''),
    )
  }
  sayStalls('  main thread meanwhile', await site.watched.endPhase(), await idle.endPhase())
  sayMemory('  memory after it', memoryOf(folder, site.child))
}

async function openOwnEngine({ db, folder }: Bench): Promise<{ engine: Engine; seconds: number }> {
  const { value: engine, seconds } = await measured(async () => {
    const opened = await openEngine(db, {
      folder: join(folder, 'search'),
      keep: false,
      log: createLog('warn'),
    })
    atTheEnd(() => opened.close())
    await opened.caughtUp()
    return opened
  })
  return { engine, seconds }
}

const COMPARED = 200
const COMPARED_MS = 60_000

/** All ways in turn for each query, so that a busy moment of the machine is one for all. */
async function compareWithYardsticks(
  { db, folder, papers, meaning, vectors }: Bench,
  { site, engine }: { site: WatchedSite; engine: Engine },
): Promise<void> {
  say('\nyardsticks: the 25 best of the same papers for any of three words, with their titles')
  const yardsticks: Yardstick[] = []
  for (const make of [() => postgresYardstick(db), async () => sqliteYardstick(folder, papers)]) {
    const yardstick = await make()
    atTheEnd(() => yardstick.close())
    yardsticks.push(yardstick)
    say(
      `  ${yardstick.name}: indexed in ${yardstick.seconds.toFixed(1)} s (${number(papers.count / yardstick.seconds)} papers/s), ${megabytes(yardstick.bytes)} with the texts`,
    )
  }
  const indexAlone: number[] = []
  const ours = async (text: string, vector: Float32Array | null) => {
    const started = performance.now()
    const { hits } = engine.find({
      query: parseQuery(text),
      vector,
      offset: 0,
      limit: BEST,
      unfinished: false,
      ranked: [],
    })
    if (vector === null) indexAlone.push(performance.now() - started)
    await db
      .selectFrom('papers')
      .select(['id', 'title'])
      .where(
        'id',
        'in',
        hits.map(({ id }) => id),
      )
      .execute()
  }
  const vectorOf = async (text: string) => {
    const vector = await meaning.vectorOf(text, vectors.model)
    return vector.ok ? vector.vector : null
  }
  const ways: { name: string; ask: (text: string) => Promise<unknown>; times: number[] }[] = [
    { name: 'ours, the whole page over HTTP', ask: (text) => site.client.ask(searchPath(text)), times: [] },
    { name: 'ours, words alone', ask: (text) => ours(text, null), times: [] },
    { name: 'ours, words and meaning', ask: async (text) => ours(text, await vectorOf(text)), times: [] },
    ...yardsticks.map((yardstick) => ({
      name: yardstick.name,
      ask: (text: string) => yardstick.find(text.split(' ')),
      times: [],
    })),
  ]
  // Nobody is measured while things are read for the first time.
  const [warming = [], queries = []] = [3, COMPARED].map((count) =>
    anyWordQueries(papers, { count, use: `compared ${count}` }),
  )
  const deadline = performance.now() + COMPARED_MS
  for (const [n, text] of [...warming, ...queries].entries()) {
    for (const way of ways) {
      const started = performance.now()
      await way.ask(text)
      if (n >= warming.length) way.times.push(performance.now() - started)
    }
    if (performance.now() > deadline && n >= warming.length + 20) break
  }
  const [page, words, , ...others] = ways.map((way) => ({ name: way.name, times: sumUp(way.times) }))
  say(`  ${''.padEnd(34)}${'p50     p95     p99 ms'.padStart(22)}`)
  for (const way of ways) {
    const summary = sumUp(way.times)
    say(`  ${way.name.padEnd(34)} ${times(summary)}  of ${summary.count} queries`)
  }
  const alone = sumUp(indexAlone.slice(warming.length))
  say(
    `  (of ours by words alone, the index took p50 ${ms(alone.p50).trim()}, p95 ${ms(alone.p95).trim()}, p99 ${ms(alone.p99).trim()} ms; the rest is reading the titles)`,
  )
  const better = others.toSorted((a, b) => a.times.p95 - b.times.p95)[0]
  if (!better || !page || !words) return
  const ratio = (ours: { times: Times }) => (better.times.p95 / ours.times.p95).toPrecision(2)
  say(
    `  p95 of the better one (${better.name}) is ${ratio(page)} times that of our whole page, ${ratio(words)} times that of our words alone`,
  )
}

const RECALL_QUERIES = 50

async function measureRecall({ db, papers, meaning, vectors }: Bench, engine: Engine): Promise<void> {
  say('\nrecall of the search by meaning, against a scan of all vectors')
  for (const [name, texts] of [
    ['three words', anyWordQueries(papers, { count: RECALL_QUERIES / 2, use: 'recall' })],
    ['whole title', wholeTitles(papers, { count: RECALL_QUERIES / 2, use: 'recall' })],
  ] as const) {
    const asked = []
    for (const text of texts) {
      const vector = await meaning.vectorOf(text, vectors.model)
      if (vector.ok) asked.push({ text, vector: vector.vector })
    }
    const { at10, at100, nearest, hundredth } = await recallOf(db, engine, { model: vectors.model, asked })
    say(
      `  ${name}: recall@10 ${at10.toFixed(3)}, recall@100 ${at100.toFixed(3)} of ${asked.length} queries (cosine of the nearest ${nearest.toFixed(2)}, of the hundredth ${hundredth.toFixed(2)})`,
    )
  }
}

async function reportLog({ folder }: Bench): Promise<void> {
  const lines = (await readFile(join(folder, 'site.log'), 'utf8')).trim().split('\n').filter(Boolean)
  say(`\nthe site logged ${lines.length} warnings and errors${lines.length > 0 ? ':' : ''}`)
  for (const line of lines.slice(0, 10)) say(`  ${line.slice(0, 300)}`)
}

/** The page of a search; null when there is none yet. */
async function bodyOf(site: RunningSite, query: string): Promise<string | null> {
  const answer = await fetch(new URL(searchPath(query), site.url))
  const body = await answer.text()
  return answer.ok ? body : null
}

async function sizesIn(folder: string): Promise<{ all: number; byKind: Record<string, number> }> {
  const byKind: Record<string, number> = {}
  let all = 0
  for (const name of await readdir(folder)) {
    const { size } = await stat(join(folder, name))
    const kind = name.split('.').at(-1) ?? ''
    byKind[kind] = (byKind[kind] ?? 0) + size
    all += size
  }
  return { all, byKind }
}

function sayMemory(what: string, memory: { all: number; node: number } | null): void {
  say(
    memory
      ? `${what}: ${number(memory.all)} MiB in all, ${number(memory.node)} of it Node.js`
      : `${what}: not known here`,
  )
}

function sayStalls(what: string, stalls: Stalls, machine: Stalls): void {
  say(
    `${what}: it stood still for at most ${stalls.max.toFixed(0)} ms (goal: below 50), at most ${stalls.work.toFixed(0)} ms of its own work in one turn, p99 ${stalls.p99.toFixed(1)} ms; a process that does nothing: ${machine.max.toFixed(0)} ms, p99 ${machine.p99.toFixed(1)} ms`,
  )
}

const given = process.argv[2]
const count = given === undefined ? DEFAULT_PAPERS : Number(given.replaceAll(/[_,]/g, ''))
if (!Number.isInteger(count) || count < 100)
  throw new Error(`"${given}" is no number of papers, of at least 100`)
const file = realPapers()
if (file) {
  try {
    await measure(file, count)
  } finally {
    await closeAll()
  }
}
