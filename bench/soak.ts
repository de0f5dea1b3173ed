/**
 * An hour (or as many minutes as given: `bench/run soak 10`) of a site in use: 200 requests a second of readers who look,
 * search, vote and comment, an import every half minute, a merge of two papers a minute, and a second process that works
 * beside the server. Prints what failed, times and memory as ratios of the last stretch to the first one, and what
 * `doctor` and `rank --verify` say at the end.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { connect } from '../src/db/connect.ts'
import { addressPath } from '../src/papers/identifiers.ts'
import { createLog } from '../src/runtime/log.ts'
import { makePapers } from './search-speed/papers.ts'
import { randomFrom } from './search-speed/random.ts'
import { sendSteadily, type SoakRequest, type Stretch } from './soak/load.ts'
import { memoryOf, PROGRAM, realPapers, runVerb, startSite, withDataFolder } from './site.ts'
import { addressOf, cookieOf, fill } from './voting/fill.ts'

const RATE = 200
const CONNECTIONS = 32
const PAPERS = 5_000
const READERS = 4_000
/** The reader who is made a curator. */
const CURATOR = 1
const IMPORTED_AT_ONCE = 100
const IMPORT_EVERY_S = 30
const STRETCHES = 12

const minutes = Number(process.argv[2] ?? 60)
const random = randomFrom(17)
const upTo = (most: number) => 1 + Math.floor(random() * most)
const say = (text: string) => console.log(text)
/** Papers that went into others: their numbers lead nowhere else. */
const merged = new Set<number>()

/** A paper, far more often a new one, as on a front page; of the newer half, which is never merged. */
function paper(): number {
  return PAPERS - Math.floor(random() ** 4 * PAPERS * 0.5)
}

/** What readers do: mostly look at what everybody looks at. */
function next(): SoakRequest {
  const dice = random()
  const path = addressPath(addressOf(paper()))
  const cookie = cookieOf(CURATOR + upTo(READERS - 1))
  if (dice < 0.05) {
    const form = `vote=${random() < 0.8 ? 1 : 0}`
    return { kind: 'vote', path: `${path}/vote`, cookie, form }
  }
  if (dice < 0.06) {
    const body = encodeURIComponent(`A remark on $x_{${upTo(9_999)}}$ and what follows from it.`)
    return { kind: 'comment', path: `${path}/comments`, cookie, form: `body=${body}` }
  }
  if (dice < 0.07) return { kind: 'search', path: `/papers?q=waves+${upTo(500)}` }
  if (dice < 0.1) return { kind: 'reader’s page', path: '/papers/trending', cookie }
  if (dice < 0.3) return { kind: 'paper', path }
  if (dice < 0.4) return { kind: 'list', path: '/papers/new' }
  return { kind: 'front page', path: '/' }
}

/** New papers, and every time two statements that show one of them and another to be the same work. */
function records(round: number): string {
  const lines: object[] = []
  for (let n = 0; n < IMPORTED_AT_ONCE; n++)
    lines.push({
      doi: `10.5555/soak.${round}.${n}`,
      title: `Waves of round ${round}, part ${n}`,
      abstract: `What was seen of waves in round ${round}; number ${upTo(1_000_000)}.`,
      authors: [`Author ${upTo(2_000)}`],
      published: new Date().toISOString(),
      stars: upTo(500),
    })
  const id = `2601.${String(10_000 + round).padStart(5, '0')}`
  lines.push({ id, title: `Waves of round ${round}, at arXiv` })
  lines.push({ id, doi: `10.5555/soak.${round}.0`, title: `Waves of round ${round}, the same` })
  return lines.map((line) => JSON.stringify(line)).join('\n')
}

/** Does something every so often until it is stopped; the first failure comes out at the end. */
function every(seconds: number, work: (round: number) => Promise<void>): { stop(): Promise<void> } {
  let round = 0
  let running = Promise.resolve()
  const timer = setInterval(() => {
    running = running.then(() => work(++round))
    running.catch(() => clearInterval(timer))
  }, seconds * 1_000)
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}

function quantile(times: number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN
}

async function soak(file: string, folder: string): Promise<void> {
  const connection = await connect({ databaseUrl: null, dataFolder: folder }, { log: createLog('warn') })
  const { db } = connection
  await fill(db, {
    amounts: { papers: PAPERS, votes: 20_000, readers: READERS, newcomers: 0 },
    texts: await makePapers(file, { count: PAPERS }),
    now: new Date(),
    onStep: () => {},
  })
  await sql`update readers set curator = true where email = ${`reader-${CURATOR}@readers.example`}`.execute(
    db,
  )
  await sql`update readers set created_at = now() - interval '100 days'`.execute(db)
  // To be indexed and embedded, which the filling leaves out.
  await sql`update papers set index_seq = nextval('papers_index_seq')`.execute(db)
  const { rows } = await sql<{ id: number; address: string }>`select id, address from papers`.execute(db)
  const idOf = new Map(rows.map(({ id, address }) => [address, id]))

  const env = { LOG_LEVEL: 'warn' }
  const logFile = join(folder, 'site.log')
  const site = await startSite(folder, { env, logTo: logFile })
  const worker = spawn(PROGRAM, ['work'], {
    env: { ...process.env, BROADSHEET_DATA: folder, ...env },
    stdio: ['ignore', 'ignore', openSync(logFile, 'a')],
  })

  const importing = every(IMPORT_EVERY_S, async (round) => {
    const path = join(folder, 'soak.jsonl')
    await writeFile(path, records(round))
    const { output } = await runVerb(folder, 'import', path)
    if (!output.includes(' 0 refused')) throw new Error(`an import said: ${output}`)
  })
  // In the order of their age, from the oldest, so that neither was merged before.
  const merging = every(60, async (round) => {
    const [kept, gone] = [paper(), PAPERS - round * 2]
    if (kept === gone || merged.has(kept)) return
    merged.add(gone)
    const into = encodeURIComponent(addressOf(kept))
    const { times: _, failures } = await sendSteadily(site.url, {
      rate: 1,
      seconds: 1,
      connections: 1,
      next: () => ({
        kind: 'merge',
        path: `/desk/papers/${idOf.get(addressOf(gone))}/merger`,
        cookie: cookieOf(CURATOR),
        form: `with=${into}&reason=The+same+work.`,
      }),
    })
    if (failures.size > 0) throw new Error(`a merge was refused: ${[...failures.keys()].join()}`)
  })

  const stretches: (Stretch & { memory: { site: number; worker: number } | null })[] = []
  try {
    for (let n = 1; n <= STRETCHES; n++) {
      const seconds = (minutes * 60) / STRETCHES
      const stretch = await sendSteadily(site.url, { rate: RATE, seconds, connections: CONNECTIONS, next })
      const [all, own] = [memoryOf(folder, site.child), memoryOf(folder, worker)]
      const memory = all && own ? { site: all.node, worker: own.node } : null
      stretches.push({ ...stretch, memory })
      say(
        `${Math.round((n * seconds) / 60)} min: ${stretch.times.length} requests, p50 ${quantile(stretch.times, 0.5).toFixed(1)}, ` +
          `p95 ${quantile(stretch.times, 0.95).toFixed(1)}, p99 ${quantile(stretch.times, 0.99).toFixed(1)} ms; ` +
          `failed: ${[...stretch.failures].map(([name, count]) => `${name} × ${count}`).join(', ') || 'none'}; ` +
          `memory ${memory ? `${Math.round(memory.site)} + ${Math.round(memory.worker)} MiB` : 'unknown'}`,
      )
    }
    await Promise.all([importing.stop(), merging.stop()])
  } finally {
    const ended = once(worker, 'exit')
    worker.kill('SIGTERM')
    await Promise.all([ended, site.stop()])
  }

  // The first stretch warms up, and embeds what was there.
  const [first, last] = [stretches[1], stretches.at(-1)]
  if (first && last) {
    say(
      `last stretch to second: p99 ${(quantile(last.times, 0.99) / quantile(first.times, 0.99)).toFixed(2)} times; ` +
        `memory of the site ${((last.memory?.site ?? 0) / (first.memory?.site ?? 1)).toFixed(2)}, of the worker ` +
        `${((last.memory?.worker ?? 0) / (first.memory?.worker ?? 1)).toFixed(2)} times (goal: at most 1.2)`,
    )
  }
  const counts = await sql<{
    votes: number
    comments: number
    papers: number
  }>`select (select count(*) from votes) as votes,
    (select count(*) from comments) as comments, (select count(*) from papers) as papers`.execute(db)
  say(
    `in the database: ${JSON.stringify(counts.rows[0])}; ${merged.size} papers merged by a curator, others by imports`,
  )
  await connection.close()
  for (const verb of [
    ['rank', '--verify'],
    ['doctor', '--check'],
  ])
    say(`${verb.join(' ')}: ${(await runVerb(folder, ...verb)).output.trim()}`)
  const log = await readFile(logFile, 'utf8')
  say(log === '' ? 'the log is empty' : `SURPRISE: the log says\n${log.slice(0, 3_000)}`)
}

const papers = realPapers()
if (papers) await withDataFolder((folder) => soak(papers, folder))
