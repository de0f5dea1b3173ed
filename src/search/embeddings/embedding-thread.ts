import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { basename } from 'node:path'
import { workerData } from 'node:worker_threads'
import { answerCalls, handingOver, refuseCalls } from '../../runtime/worker-thread.ts'
import { oneAfterAnother } from './in-order.ts'
import { openMinilm } from './minilm.ts'
import { nativeWork } from './native-work.ts'
import type { EmbeddingCalls, ModelOpened, ThreadSettings } from './thread.ts'
import { EmbeddingUnavailable } from './unavailable.ts'

// The worker thread that embeds: ONNX Runtime blocks the thread that it runs in. Started by thread.ts.

/** How far background work steps back behind everything else on the machine (nice value, 19 being the furthest). */
const BACKGROUND_PRIORITY = 15

const { folder, background, nativeMemory } = workerData as ThreadSettings

try {
  const model = await openMinilm({ folder, native: nativeWork(nativeMemory) })
  // Not before the model is open: a first search may be waiting for its file, too.
  if (background) stepBack()
  const inOrder = oneAfterAnother()
  answerCalls<EmbeddingCalls>(
    {
      embed: (texts, { signal }) =>
        inOrder(async () => {
          const vectors: Float32Array<ArrayBuffer>[] = []
          for (const text of texts) {
            signal.throwIfAborted()
            vectors.push(await model.embed(text))
          }
          return handingOver(
            vectors,
            vectors.map(({ buffer }) => buffer),
          )
        }),
    },
    { ready: { made: model.made, unsaved: model.unsaved } satisfies ModelOpened },
  )
} catch (error) {
  if (!(error instanceof EmbeddingUnavailable)) throw error
  refuseCalls(error.message)
}

/** Linux has a priority for each thread; elsewhere this does nothing. */
function stepBack(): void {
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), BACKGROUND_PRIORITY)
  } catch {
    // Then it works as all others do.
  }
}
