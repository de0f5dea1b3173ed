/**
 * Loaded into a server under measurement (`NODE_OPTIONS=--import`): writes how long its main thread stood still, in
 * milliseconds, to the file that EVENT_LOOP_FILE names, every second and at exit. SIGUSR2 ends a phase: what was
 * measured so far is put down as one entry, and the next begins at nothing.
 */
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

/**
 * How long the main thread stood still in one phase, whatever the reason; and the most processor time that it took
 * between two turns: on a machine that is busy otherwise, what it stood still for longer was not its own doing.
 */
export type Stalls = { p99: number; max: number; work: number }

const RESOLUTION_MS = 5

function watch(file: string): void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  const phases: Stalls[] = []
  let work = 0
  let before = process.threadCpuUsage()
  setInterval(() => {
    const now = process.threadCpuUsage()
    work = Math.max(work, (now.user + now.system - before.user - before.system) / 1_000)
    before = now
  }, RESOLUTION_MS).unref()
  // What it measures is the time from one timer to the next, which are due so far apart.
  const beyond = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
  const soFar = (): Stalls => ({ p99: beyond(delay.percentile(99)), max: beyond(delay.max), work })
  const write = () => writeFileSync(file, JSON.stringify([...phases, soFar()]))
  setInterval(write, 1_000).unref()
  process.on('SIGUSR2', () => {
    phases.push(soFar())
    delay.reset()
    work = 0
    write()
  })
  process.on('exit', write)
}

const file = process.env['EVENT_LOOP_FILE']
if (isMainThread && file) watch(file)
