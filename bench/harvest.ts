/** Harvesting 40,000 real papers from arXiv's OAI server on this machine, as politely as from the real one: `harvest`. */
import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { load } from './load.ts'
import { memoryOf, realPapers, startSite, withDataFolder, PROGRAM } from './site.ts'

/** What the real server gives at once, and how often it may be asked. */
const PAGE = 3_500
const SECONDS_BETWEEN = 3
/** Who reads the front page meanwhile. */
const READERS = { connections: 4, seconds: 5, rate: 40 }

const papers = realPapers()
if (papers) {
  const server = spawn(process.execPath, [join(import.meta.dirname, 'harvest', 'arxiv.ts'), papers], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const url = await firstLine(server.stdout)
    await withDataFolder(async (folder) => {
      const env = { ARXIV_OAI_URL: `${url}/oai`, EMBEDDINGS_MODEL: 'none' }
      const site = await startSite(folder, { env })
      const lines = await countLines(papers)
      const floor = 2 * Math.ceil(lines / PAGE) * SECONDS_BETWEEN
      console.log(
        `yardstick, waiting as long as politeness asks for ${lines} records in two formats: ${floor} s`,
      )
      // Its first page of all takes longest, whatever else is going on.
      await load(site.url, READERS)
      const quiet = await load(site.url, READERS)
      console.log(`readers’ p99 before: ${quiet.p99.toFixed(0)} ms`)
      for (const name of ['backfill', 'the same again, nothing new']) {
        const done = new AbortController()
        let most = 0
        const watch = setInterval(
          () => (most = Math.max(most, memoryOf(folder, site.child)?.node ?? 0)),
          1_000,
        )
        const times: number[] = []
        const reading = (async () => {
          while (!done.signal.aborted) times.push((await load(site.url, READERS)).p99)
        })()
        const { seconds, output } = await harvest(folder, {
          env,
          argv: ['--from', '2026-11-01', '--to', '2026-11-20'],
        })
        done.abort()
        await reading
        clearInterval(watch)
        console.log(
          `${name}: ${seconds.toFixed(1)} s (goal: below 90), ${(seconds / floor).toFixed(2)} times the yardstick; ` +
            `readers’ p99 ${Math.max(...times).toFixed(0)} ms at worst (goal: below 50); all of Node ${Math.round(most)} MiB`,
        )
        console.log(`  ${output.trim()}`)
      }
      const { seconds } = await harvest(folder, { env, argv: ['--from', '2026-11-20', '--to', '2026-11-20'] })
      console.log(`one night of 2,000: ${seconds.toFixed(1)} s (goal: below 10 for 1,500)`)
      await site.stop()
    })
  } finally {
    server.kill()
  }
}

async function harvest(
  folder: string,
  { env, argv }: { env: NodeJS.ProcessEnv; argv: string[] },
): Promise<{ seconds: number; output: string }> {
  const started = performance.now()
  const child = spawn(PROGRAM, ['harvest', 'arxiv', '--set', 'cs', ...argv], {
    env: { ...process.env, ...env, BROADSHEET_DATA: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await new Promise((resolve) => child.on('exit', resolve))
  if (code !== 0) throw new Error(`harvest ended with ${String(code)}: ${output}`)
  return { seconds: (performance.now() - started) / 1_000, output }
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line
  throw new Error('the server ended before it said where it is')
}

async function countLines(file: string): Promise<number> {
  let lines = 0
  for await (const _ of createInterface({ input: createReadStream(file).pipe(createGunzip()) })) lines += 1
  return lines
}
