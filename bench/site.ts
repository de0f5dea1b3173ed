import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const ROOT = join(import.meta.dirname, '..')
export const PROGRAM = join(ROOT, 'bin', 'broadsheet')
/** What only developers have: real papers and test collections. */
export const SHARED = join(ROOT, '..', 'shared')
const ARXIV_40K = join(SHARED, 'data', 'arxiv-40k.jsonl.gz')

/** The 40,000 real papers, or null (said aloud) where this machine does not have them. */
export function realPapers(): string | null {
  if (existsSync(ARXIV_40K)) return ARXIV_40K
  console.log('SKIPPED: the 40,000 real papers are not on this machine.')
  return null
}

/** A data folder of its own for the time of one measurement. */
export async function withDataFolder<T>(measure: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'broadsheet-bench-'))
  try {
    return await measure(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs a verb to its end; answers what it printed and how long it took, in seconds. Throws when it fails. */
export async function runVerb(
  folder: string,
  ...argv: string[]
): Promise<{ output: string; seconds: number }> {
  const started = performance.now()
  const child = spawn(PROGRAM, argv, { env: environment(folder), stdio: ['ignore', 'pipe', 'ignore'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await new Promise((resolve) => child.on('exit', resolve))
  if (code !== 0) throw new Error(`broadsheet ${argv.join(' ')} ended with ${String(code)}: ${output}`)
  return { output, seconds: (performance.now() - started) / 1000 }
}

/** A running site: where it is, its process, and how to stop it. */
export type RunningSite = { url: string; child: ChildProcess; stop(): Promise<void> }

/**
 * Starts the site and waits until it says where it is; `env` are settings besides, `logTo` is a file for what it has to
 * say of itself, left out: nothing. Without `jobs` it does nothing by itself.
 */
export async function startSite(
  folder: string,
  { env = {}, logTo, jobs = true }: { env?: NodeJS.ProcessEnv; logTo?: string; jobs?: boolean } = {},
): Promise<RunningSite> {
  const log = logTo === undefined ? 'ignore' : openSync(logTo, 'a')
  const child = spawn(PROGRAM, jobs ? ['serve'] : ['serve', '--no-jobs'], {
    env: { ...environment(folder), ...env },
    stdio: ['ignore', 'pipe', log],
  })
  if (log !== 'ignore') closeSync(log)
  return startServer(child)
}

/** Starts the yardstick: the same HTTP server and framework with one empty page and nothing else. */
export function startEmptyServer(): Promise<RunningSite> {
  return startServer(
    spawn(process.execPath, [join(import.meta.dirname, 'empty-server.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  )
}

async function startServer(child: ChildProcess): Promise<RunningSite> {
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  if (!child.stdout) throw new Error('the server has no output')
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/\S+/.exec(line)?.[0]
    if (url) {
      const stop = async () => {
        child.kill('SIGTERM')
        await exited
      }
      return { url, child, stop }
    }
  }
  throw new Error('the server ended before it said where it is')
}

function environment(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, BROADSHEET_DATA: folder, PORT: '0', LOG_LEVEL: 'silent' }
}

/**
 * Memory that all processes of a site hold, in MiB: proportional set size, which counts a page that several processes
 * share once (Linux only; elsewhere null). The processes are found by the data folder in their command line.
 */
export function memoryOf(folder: string, child: ChildProcess): { all: number; node: number } | null {
  if (!existsSync('/proc/self/smaps_rollup')) return null
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid: Number(pid), parent: parentOf(pid), command: read(`/proc/${pid}/cmdline`) }))
  const own = new Set([child.pid])
  for (const { pid, command } of processes) if (command.includes(folder)) own.add(pid)
  for (let grew = true; grew;) {
    grew = false
    for (const { pid, parent } of processes) {
      if (!own.has(pid) && own.has(parent)) {
        own.add(pid)
        grew = true
      }
    }
  }
  const sizes = [...own].map((pid) => ({ pid, size: proportionalSize(String(pid)) }))
  const sum = (list: { size: number }[]) => list.reduce((total, { size }) => total + size, 0)
  // Not what merely lies in node_modules, such as PostgreSQL.
  const node = sizes.filter(({ pid }) => /^(?:[^\0]*\/)?node\0/.test(read(`/proc/${String(pid)}/cmdline`)))
  return { all: sum(sizes), node: sum(node) }
}

/** The processor time that a process has taken so far, in milliseconds (Linux only; elsewhere null). */
export function processorTimeOf({ pid }: ChildProcess): number | null {
  const stat = read(`/proc/${String(pid)}/stat`)
  // The name before it may hold anything, blanks too; times are in hundredths of a second.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return stat === '' ? null : (Number(fields[11]) + Number(fields[12])) * 10
}

function parentOf(pid: string): number {
  return Number(/^PPid:\s*(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0)
}

function proportionalSize(pid: string): number {
  return Number(/^Pss:\s*(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1024
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
