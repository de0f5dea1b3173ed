import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'

export const PROGRAM = join(import.meta.dirname, '..', 'bin', 'broadsheet')
/** A first start makes a database; a busy machine takes its time. */
const START_MS = 60_000

/** The built program, serving from a data folder of its own. */
export type RunningSite = {
  /** Without a slash at the end. */
  origin: string
  data: string
  pid: number
  /** What it has logged. */
  log(): string
  /** What it has said to whoever started it. */
  said(): string
  /** Asks it to stop; answers the exit code. */
  stop(): Promise<number | null>
  /** Ends it as a power cut would. */
  kill(): Promise<void>
}

/** An empty folder for a site's data; remove it when the site is gone. */
export function dataFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'broadsheet-journey-'))
}

/** Starts the program on a free port and waits for the line that says where it is. */
export async function startSite(
  data: string,
  settings: Record<string, string> = {},
  options: string[] = [],
): Promise<RunningSite> {
  const child = spawn(process.execPath, [PROGRAM, 'serve', ...options], {
    env: { ...environment(data), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  let said = ''
  child.stdout.on('data', (text: Buffer) => (said += text.toString()))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
  const ended = once(child, 'exit') as Promise<[number | null]>
  const deadline = setTimeout(() => child.kill('SIGKILL'), START_MS)
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([text]) => String(text)),
    ended.then(([code]) => {
      throw new Error(`The site ended with ${code} before it served:\n${log}`)
    }),
  ])
  clearTimeout(deadline)
  const origin = /^Broadsheet is at (http:\/\/127\.0\.0\.1:\d+)\/$/.exec(line)?.[1]
  if (origin === undefined || child.pid === undefined) throw new Error(`An unexpected first line: ${line}`)
  return {
    origin,
    data,
    pid: child.pid,
    log: () => log,
    said: () => said,
    async stop() {
      child.kill('SIGTERM')
      return (await ended)[0]
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Runs a verb of the command line on a data folder; a failure throws with what the program said. */
export async function runVerb(
  data: string,
  args: string[],
  settings: Record<string, string> = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], {
    env: { ...environment(data), ...settings },
  })
  return stdout
}

/** Imports papers given as records of JSON Lines. */
export async function importPapers(data: string, papers: object[]): Promise<string> {
  const file = join(data, 'papers.jsonl')
  await writeFile(file, papers.map((paper) => JSON.stringify(paper)).join('\n'))
  return runVerb(data, ['import', file])
}

/** A connection of our own to the site's database; end it before the site is stopped. */
export async function openDatabase(data: string): Promise<pg.Client> {
  const client = new pg.Client({ host: join(data, 'postgres'), user: 'broadsheet', database: 'broadsheet' })
  // Losing it shows in the query that fails.
  client.on('error', () => {})
  await client.connect()
  return client
}

/** The processes that work in a data folder: those of its PostgreSQL. */
export async function processesIn(data: string): Promise<string[]> {
  try {
    const { stdout } = await promisify(execFile)('pgrep', ['-f', data])
    return stdout.trim().split('\n')
  } catch (error) {
    // What pgrep answers when there is none.
    if ((error as { code?: unknown }).code === 1) return []
    throw error
  }
}

/**
 * Ends a program and all that works in its data folder, as a power cut would, and waits until they are gone. A program that
 * saw its database go first may have started another one, which goes as well.
 */
export async function killEverything(data: string, program: number): Promise<void> {
  for (let pids = [program]; pids.length > 0; pids = (await processesIn(data)).map(Number)) {
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // Gone already.
      }
    }
    if (pids[0] !== program) await delay(20)
  }
}

// Only what the program is told here: the settings of whoever runs the tests must not reach it.
export function environment(data: string): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env
  return { PATH, HOME, TMPDIR, BROADSHEET_DATA: data, PORT: '0', LOG_LEVEL: 'warn' }
}
