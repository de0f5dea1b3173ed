import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeFolder } from '../runtime/make-folder.ts'
import type { Logger } from '../runtime/log.ts'
import { acquireLocalPostgres, type LocalPostgres } from './local-postgres.ts'

/** How long to wait before another attempt to bring back a server that went away. */
const RETRY_MS = 1_000

/**
 * Holds the PostgreSQL of the data folder for as long as this process needs it. When the server goes away (killed, out
 * of memory), it is started again: it comes back at the same address, where the pool finds it. Throws what
 * `acquireLocalPostgres` throws, the first time; later failures are logged and tried again.
 */
export async function holdLocalPostgres(
  dataFolder: string,
  { log }: { log: Logger },
): Promise<Pick<LocalPostgres, 'address' | 'psqlCommand' | 'release'>> {
  const released = new AbortController()
  await makeFolder(dataFolder)

  const acquire = () =>
    acquireLocalPostgres({
      folder: join(dataFolder, 'postgres'),
      logFile: join(dataFolder, 'postgres.log'),
      log: (message) => log.info(message),
      onLost: (error) => {
        if (released.signal.aborted) return
        log.error({ error: error.message }, 'the database in the data folder went away and is started again')
        current = liftHiding()
      },
    })
  async function liftHiding(): Promise<LocalPostgres | null> {
    let told = ''
    while (!released.signal.aborted) {
      try {
        const back = await acquire()
        log.info('the database is back')
        return back
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        // On a disk that is full it may be tried for days.
        if (reason !== told) log.error({ error: reason }, 'the database does not start')
        told = reason
        await sleep(RETRY_MS, undefined, { signal: released.signal }).catch(() => {})
      }
    }
    return null
  }

  const first = await acquire()
  let current: Promise<LocalPostgres | null> = Promise.resolve(first)
  return {
    address: first.address,
    psqlCommand: first.psqlCommand,
    async release() {
      released.abort()
      await (await current)?.release()
    },
  }
}
