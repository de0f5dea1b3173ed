import { spawn, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Stalls } from '../event-loop-watch.ts'

const WATCH = pathToFileURL(join(import.meta.dirname, '..', 'event-loop-watch.ts')).href

/** The environment in which a program of Node.js is watched; what it finds goes to `file`. */
export function watchedEnvironment(file: string): NodeJS.ProcessEnv {
  return {
    EVENT_LOOP_FILE: file,
    NODE_OPTIONS: `--import=${WATCH}`,
    // The watch is TypeScript: not any Node.js will do.
    PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
  }
}

/** Phases of a watched process. */
export type Watched = {
  /** Ends the phase and tells how long its main thread stood still; the next begins. */
  endPhase(): Promise<Stalls>
}

/** Follows a process that was started in the environment of `watchedEnvironment(file)`. */
export function follow(child: ChildProcess, file: string): Watched {
  let ended = 0
  return {
    async endPhase() {
      child.kill('SIGUSR2')
      ended++
      for (let tries = 0; tries < 500; tries++) {
        const phases = await readPhases(file)
        // The last entry is of the phase that has begun.
        const phase = phases[ended - 1]
        if (phase && phases.length > ended) return phase
        await sleep(20)
      }
      throw new Error('the watch of the event loop does not answer')
    },
  }
}

async function readPhases(file: string): Promise<Stalls[]> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Stalls[]
  } catch {
    // Not there yet, or being written.
    return []
  }
}

/** The yardstick: a process that does nothing, whose stalls are those of the machine. */
export function startIdleProcess(file: string): ChildProcess {
  return spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], {
    env: { ...process.env, ...watchedEnvironment(file) },
    stdio: 'ignore',
  })
}
