/**
 * Ten thousand digests (or as many as given: `bench/run digest 2000`) out of 40,000 real papers, for subscribers with lists,
 * lengths, words and time zones of their own: how many are composed and handed over a second, as a ratio to one fixed mail of
 * the same size sent as often by the same mailer to the same server; memory; and how long readers of the front page wait
 * meanwhile for a site that does both.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import { connect } from '../src/db/connect.ts'
import { notify } from '../src/db/channels.ts'
import type { Database } from '../src/db/schema.ts'
import { createLog } from '../src/runtime/log.ts'
import { bundle } from '../test/bundle.ts'
import { redatePapers, subscribe, TIME_ZONE } from './digest/subscribers.ts'
import { follow, watchedEnvironment, type Watched } from './search-speed/watched.ts'
import { memoryOf, realPapers, runVerb, withDataFolder } from './site.ts'

const QUIET_MS = 10_000

type Program = { child: ChildProcess; lines: Interface; first: string }

/** Starts a program of Node.js, whose first line says where it is. */
async function start(
  file: string,
  { argv = [], env = {} }: { argv?: string[]; env?: NodeJS.ProcessEnv } = {},
): Promise<Program> {
  const child = spawn(process.execPath, [file, ...argv], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  const [first] = (await once(lines, 'line')) as [string]
  return { child, lines, first: /\w+:\/\/\S+/.exec(first)?.[0] ?? first }
}

async function stop({ child }: Pick<Program, 'child'>): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** Runs a program to its end, and says what it says. */
async function run(file: string, argv: string[]): Promise<void> {
  const child = spawn(process.execPath, [file, ...argv], { stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`${file} ended with ${String(code)}`)
}

/** Readers of the front page for as long as something takes. */
async function whileReading(site: string, work: () => Promise<void>): Promise<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'digest', 'readers.ts'), site], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>
  await work()
  child.kill('SIGTERM')
  return (await said)[0]
}

async function undecided(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select (select count(*) from digest_issues where state in ('waiting', 'sending')) +
      (select count(*) from subscriptions where next_at <= '2025-10-10T12:00Z') as n`.execute(db)
  return rows[0]?.n ?? 0
}

async function measureSite(
  db: Kysely<Database>,
  { file, folder, smtpUrl, count }: { file: string; folder: string; smtpUrl: string; count: number },
): Promise<void> {
  const stalls = join(folder, 'event-loop.json')
  const site = await start(file, {
    env: {
      ...watchedEnvironment(stalls),
      BROADSHEET_DATA: folder,
      PORT: '0',
      LOG_LEVEL: 'warn',
      SMTP_URL: smtpUrl,
      SITE_TIMEZONE: TIME_ZONE,
      EMBEDDINGS_MODEL: 'none',
      DATABASE_URL: '',
      SEARCH_URL: '',
      PUBLIC_URL: '',
      EMBEDDINGS_URL: '',
    },
  })
  try {
    const watched: Watched = follow(site.child, stalls)
    await whileReading(site.first, () => sleep(QUIET_MS))
    await watched.endPhase()
    console.log(`the site, nothing to send: ${await whileReading(site.first, () => sleep(QUIET_MS))}`)
    sayStalls(await watched.endPhase())
    await subscribe(db, { count })
    const started = performance.now()
    const said = await whileReading(site.first, async () => {
      await notify(db, 'digests')
      while ((await undecided(db)) > 0) await sleep(200)
    })
    const { rows } = await sql<{
      n: number
    }>`select count(*) as n from digest_issues where state = 'sent'`.execute(db)
    const seconds = (performance.now() - started) / 1_000
    console.log(
      `the site, sending ${rows[0]?.n} digests in ${seconds.toFixed(1)} s, ${Math.round((rows[0]?.n ?? 0) / seconds)} a second: ${said}`,
    )
    sayStalls(await watched.endPhase())
    const memory = memoryOf(folder, site.child)
    if (memory) console.log(`  memory of the site after it: ${Math.round(memory.node)} MiB`)
  } finally {
    await stop(site)
  }
}

function sayStalls({ p99, max, work }: Awaited<ReturnType<Watched['endPhase']>>): void {
  console.log(
    `  its main thread stood still for ${p99.toFixed(1)} ms (p99), ${max.toFixed(0)} at most; ${work.toFixed(0)} of work at once at most (goal: below 50)`,
  )
}

const papers = realPapers()
if (papers) {
  const count = Number(process.argv[2] ?? 10_000)
  const parts = join(import.meta.dirname, 'digest')
  const [alone, site] = await Promise.all([bundle(join(parts, 'alone.ts')), bundle(join(parts, 'site.ts'))])
  const sink = await start(join(parts, 'sink.ts'))
  try {
    await withDataFolder(async (folder) => {
      await runVerb(folder, 'import', papers)
      const connection = await connect({ databaseUrl: null, dataFolder: folder }, { log: createLog('warn') })
      try {
        await redatePapers(connection.db)
        await subscribe(connection.db, { count })
        await run(alone, [folder, sink.first])
        await measureSite(connection.db, { file: site, folder, smtpUrl: sink.first, count })
      } finally {
        await connection.close()
      }
    })
    const took = once(sink.lines, 'line') as Promise<[string]>
    sink.child.kill('SIGTERM')
    const { mails, bytes } = JSON.parse((await took)[0]) as { mails: number; bytes: number }
    console.log(`the server took ${mails} mails of ${(bytes / mails / 1024).toFixed(0)} kB on average`)
  } finally {
    await stop(sink)
    for (const file of [alone, site]) await rm(dirname(file), { recursive: true })
  }
}
