import { Worker } from 'node:worker_threads'
import { openWorkerThread, threadFile } from '../../runtime/worker-thread.ts'
import type { LibraryFileCalls } from './library-file-thread.ts'
import type { LibraryFile } from './read-library-file.ts'

/** A file of thousands of entries takes a few seconds. */
const LIMIT_MS = 60_000
const LIMIT_MEGABYTES = 512

/** The thread broke, over what it read or while it started. */
class ReadingBroke extends Error {}

/**
 * Reads a reader's file in a thread of its own, which ends with it: a single entry can take a second, and nobody else is to
 * wait for that. What takes more time or memory than any library needs is unreadable.
 */
export async function readFileInThread(
  file: { name: string; bytes: Uint8Array },
  { signal, limitMs = LIMIT_MS }: { signal: AbortSignal; limitMs?: number },
): Promise<LibraryFile> {
  const worker = openWorkerThread<LibraryFileCalls>({
    name: 'The thread that reads libraries',
    start: () => ({
      worker: new Worker(threadFile(import.meta.url, 'library-file-thread'), {
        execArgv: [],
        resourceLimits: { maxOldGenerationSizeMb: LIMIT_MEGABYTES },
      }),
    }),
    restartMs: () => 0,
    away: (reason) => new ReadingBroke(reason),
    onLost: () => {},
  })
  const inTime = AbortSignal.timeout(limitMs)
  try {
    return await worker.ask('read', file, { signal: AbortSignal.any([signal, inTime]) })
  } catch (error) {
    signal.throwIfAborted()
    if (!inTime.aborted && !(error instanceof ReadingBroke)) throw error
    return { kind: 'unreadable', reason: 'The file takes too long to read. Split it into smaller ones.' }
  } finally {
    await worker.end()
  }
}
