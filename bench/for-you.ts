/**
 * Readers' own pages in a database of any number of papers, 1,000,000 when none is given: `bench/run for-you 100000`. How long
 * the page takes a reader who comes back, one who comes for the first time, and one who has just voted, as ratios to the list of
 * trending papers of the same site; how many readers' digests are put in order a second; and memory. Readers have three fields
 * each, of which they voted for thirty papers; papers have vectors.
 */
import { sql, type Kysely } from 'kysely'
import { setTimeout } from 'node:timers/promises'
import { connect } from '../src/db/connect.ts'
import type { Database } from '../src/db/schema.ts'
import { addressPath } from '../src/papers/identifiers.ts'
import { openTaste } from '../src/recommendation/open-taste.ts'
import { createLog } from '../src/runtime/log.ts'
import { TIME_ZONE, writeVectors } from './search-speed/fill-database.ts'
import { openClient, sumUp, type Times } from './search-speed/client.ts'
import { makePapers, type Papers } from './search-speed/papers.ts'
import { makeVectors } from './search-speed/vectors.ts'
import { openMeaning } from '../src/search/meaning.ts'
import { giveFields } from './for-you/fields.ts'
import { memoryOf, realPapers, startSite, withDataFolder, type RunningSite } from './site.ts'
import { addressOf, cookieOf, fill } from './voting/fill.ts'

const TEXTS = 40_000
const READERS = 3_000
const VOTES_EACH = 30
/** What is asked for, of each kind, and readers who come back. */
const TIMES = 200
const BACK = 20
/** Papers of one digest's period, what an issue asks for, and readers who are asked about at once, as digests are composed. */
const DIGEST = { readers: 2_000, papers: 700, limit: 40, atOnce: 4 }
const GOALS = { page: 60, vote: 100, digests: 300 }

/** Vectors that are written at once. */
const AT_ONCE = 2_000

const say = (text: string) => console.log(text)
const number = (value: number) => Math.round(value).toLocaleString('en-GB')

async function measure(file: string, folder: string, papers: number): Promise<void> {
  const connection = await connect({ databaseUrl: null, dataFolder: folder }, { log: createLog('warn') })
  const { db } = connection
  try {
    const texts = await makePapers(file, { count: Math.min(TEXTS, papers) })
    const amounts = { papers, votes: READERS * VOTES_EACH, readers: READERS, newcomers: 0 }
    const now = new Date()
    const { votes } = await fill(db, { amounts, texts, whole: true, now, onStep: () => {} })
    await giveVectors(db, { texts, papers, folder })
    const readers = await readersOf(db, BACK + TIMES + DIGEST.readers)
    const unread = await giveFields(db, { readers, votes: VOTES_EACH, unread: TIMES / BACK, now })
    say(`${number(papers)} papers with vectors, ${number(votes)} votes of ${number(READERS)} readers`)
    const site = await startSite(folder, {
      env: { SITE_TIMEZONE: TIME_ZONE, EMBEDDINGS_MODEL: 'none', DATABASE_URL: '', SEARCH_URL: '' },
    })
    try {
      await measurePages(site, { db, unread })
      const memory = memoryOf(folder, site.child)
      if (memory)
        say(`memory after it: ${number(memory.all)} MiB in all, ${number(memory.node)} of it Node.js`)
    } finally {
      await site.stop()
    }
    await measureDigests(db, readers.slice(-DIGEST.readers))
  } finally {
    await connection.close()
  }
}

/** The first readers, by the number that their sessions go by. */
async function readersOf(db: Kysely<Database>, count: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select reader_id as id from sessions order by token limit ${count}`.execute(db)
  return rows.map(({ id }) => id)
}

async function giveVectors(
  db: Kysely<Database>,
  { texts, papers, folder }: { texts: Papers; papers: number; folder: string },
): Promise<void> {
  const meaning = openMeaning(
    { embeddingsUrl: null, embeddingsKey: null, embeddingsModel: null, dataFolder: folder },
    { log: createLog('warn') },
  )
  if (!meaning.embedder) throw new Error('there is no model')
  const vectors = await makeVectors(texts, meaning.embedder)
  await meaning.close()
  const { model, dimensions } = vectors
  for (let from = 1; from <= papers; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, papers - from + 1)
    await writeVectors(
      db,
      Array.from({ length: count }, (_, i) => vectors.of((from + i) % texts.count)),
      { firstId: from, model },
    )
  }
  await sql`insert into embedding_models (model, in_use, dimensions) values (${model}, true, ${dimensions}::integer)`.execute(
    db,
  )
  await sql`vacuum (analyze) paper_embeddings`.execute(db)
}

async function measurePages(
  site: RunningSite,
  { db, unread }: { db: Kysely<Database>; unread: number[][] },
): Promise<void> {
  const client = openClient(site.url)
  const ask = async (path: string, by: { cookie: string; form?: string }) => {
    const { status, ms } = await client.ask(path, by)
    if (status !== 200) throw new Error(`${path} was answered with ${status}`)
    return ms
  }
  const series = async (of: (n: number) => Promise<number>) => {
    const times: number[] = []
    for (let n = 0; n < TIMES; n++) times.push(await of(n))
    return sumUp(times)
  }
  try {
    const started = performance.now()
    await ask('/for-you', { cookie: cookieOf(1) })
    say(`the first page of all, which waits for the newest papers: ${number(performance.now() - started)} ms`)
    await interestsKept(db)
    const trending = await series((n) => ask('/papers/trending', { cookie: cookieOf(1 + (n % BACK)) }))
    sayTimes('trending papers, for a reader', trending)
    for (let n = 0; n < BACK; n++) await ask('/for-you', { cookie: cookieOf(1 + n) })
    const back = await series((n) => ask('/for-you', { cookie: cookieOf(1 + (n % BACK)) }))
    sayTimes('/for-you, of readers who come back', back, { to: trending, goal: GOALS.page })
    const first = await series((n) => ask('/for-you', { cookie: cookieOf(1 + BACK + n) }))
    sayTimes('/for-you, of readers who come for the first time', first, { to: trending })
    const voted = await series(async (n) => {
      const cookie = cookieOf(1 + (n % BACK))
      const path = addressPath(addressOf(unread[n % BACK]?.[Math.floor(n / BACK)] ?? 1))
      await ask(`${path}/vote`, { cookie, form: 'vote=1' })
      return ask('/for-you', { cookie })
    })
    sayTimes('/for-you, after a vote', voted, { to: trending, goal: GOALS.vote })
  } finally {
    client.close()
  }
}

/** Waits until the site has kept the interests of all who voted, as it does beside. */
async function interestsKept(db: Kysely<Database>): Promise<void> {
  const started = performance.now()
  for (;;) {
    const { rows } = await sql`select from taste_changes limit 1`.execute(db)
    if (rows.length === 0) break
    await setTimeout(500)
  }
  say(`all readers' interests are kept ${number(performance.now() - started)} ms later`)
}

function sayTimes(what: string, { p50, p95, p99 }: Times, compared?: { to: Times; goal?: number }): void {
  const ratio = compared ? `, ${(p50 / compared.to.p50).toFixed(1)} times the list of trending papers` : ''
  const goal = compared?.goal === undefined ? '' : ` (goal: p95 below ${compared.goal})`
  const missed = compared?.goal !== undefined && p95 >= compared.goal ? ', MISSED' : ''
  say(
    `${what.padEnd(50)} p50 ${p50.toFixed(1)}, p95 ${p95.toFixed(1)}, p99 ${p99.toFixed(1)} ms${ratio}${goal}${missed}`,
  )
}

/** What putting a period's papers in order takes for many readers, who have papers in common. */
async function measureDigests(db: Kysely<Database>, readers: string[]): Promise<void> {
  const { rows: papers } = await sql<{ id: number }>`
    select id from papers where not hidden order by edition desc, id desc limit ${DIGEST.papers}`.execute(db)
  const taste = openTaste(db)
  await taste.warmUp()
  const paperIds = papers.map(({ id }) => id)
  const started = performance.now()
  const queue = readers.values()
  const worker = async () => {
    for (const readerId of queue)
      await taste.rank({ readerId, now: new Date(), paperIds, mixed: true, limit: DIGEST.limit })
  }
  await Promise.all(Array.from({ length: DIGEST.atOnce }, worker))
  const each = (performance.now() - started) / readers.length
  const all = (each * 10_000) / 1_000
  say(
    `a digest's ${DIGEST.papers} papers in order for a reader: ${each.toFixed(1)} ms, 10,000 readers in ${number(all)} s (goal: below ${GOALS.digests})${all < GOALS.digests ? '' : ', MISSED'}`,
  )
}

const [given] = process.argv.slice(2)
const file = realPapers()
if (file) await withDataFolder((folder) => measure(file, folder, Number(given ?? 1_000_000)))
