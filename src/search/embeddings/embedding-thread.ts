import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { basename } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { oneAfterAnother } from './in-order.ts'
import { openMinilm, type Minilm } from './minilm.ts'
import { nativeWork } from './native-work.ts'
import type { ThreadMessage, ThreadQuestion, ThreadSettings } from './thread.ts'
import { EmbeddingUnavailable } from './unavailable.ts'

// The worker thread that embeds: ONNX Runtime blocks the thread that it runs in. Started by thread.ts.

/** How far background work steps back behind everything else on the machine (nice value, 19 being the furthest). */
const BACKGROUND_PRIORITY = 15

const { folder, background, nativeMemory } = workerData as ThreadSettings
/** Questions whose answer is wanted. */
const underWay = new Set<number>()

try {
  const model = await openMinilm({ folder, native: nativeWork(nativeMemory) })
  // Not before the model is open: a first search may be waiting for its file, too.
  if (background) stepBack()
  say({ kind: 'ready', made: model.made, unsaved: model.unsaved })
  const inOrder = oneAfterAnother()
  parentPort?.on('message', (question: ThreadQuestion) => {
    if (question.kind === 'cancel') underWay.delete(question.id)
    else {
      underWay.add(question.id)
      void inOrder(() => answer(question.id, question.texts, model))
    }
  })
} catch (error) {
  if (!(error instanceof EmbeddingUnavailable)) throw error
  // Without a listener, the thread ends by itself.
  say({ kind: 'unavailable', reason: error.message })
}

async function answer(id: number, texts: string[], model: Minilm): Promise<void> {
  try {
    const vectors: Float32Array<ArrayBuffer>[] = []
    for (const text of texts) {
      if (!underWay.has(id)) return
      vectors.push(await model.embed(text))
    }
    say(
      { kind: 'vectors', id, vectors },
      vectors.map(({ buffer }) => buffer),
    )
  } catch (error) {
    say({ kind: 'failure', id, error })
  } finally {
    underWay.delete(id)
  }
}

function say(message: ThreadMessage, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer)
}

/** Linux has a priority for each thread; elsewhere this does nothing. */
function stepBack(): void {
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), BACKGROUND_PRIORITY)
  } catch {
    // Then it works as all others do.
  }
}
