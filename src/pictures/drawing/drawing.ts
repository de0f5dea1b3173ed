import { Worker } from 'node:worker_threads'
import { LRUCache } from 'lru-cache'
import type { Logger } from '../../runtime/log.ts'
import { openWorkerThread, threadFile } from '../../runtime/worker-thread.ts'
import type { Badge } from './badge.ts'
import type { Card } from './card.ts'
import type { DrawingCalls } from './drawing-thread.ts'

/** What draws badges (as SVG) and cards (as PNG). Both throw `DrawingAway`. */
export type Drawing = {
  badge: (badge: Badge) => Promise<string>
  card: (card: Card) => Promise<Uint8Array>
  close(): Promise<void>
}

/** Nothing can be drawn at the moment: too much is asked for, or the thread is broken. */
export class DrawingAway extends Error {}

/** A card takes about 30 milliseconds: whoever comes after so many others should ask again later. */
const MOST_WAITING = 60
/** How long the thread is kept for the next drawing: with its typefaces it takes tens of megabytes, and drawing leaves more. */
const KEPT_MS = 60_000
const RESTART_MS = 10_000
/** Of drawings that are kept, in bytes: a few hundred cards. */
const REMEMBERED_BYTES = 8_000_000

/**
 * Draws in a thread of its own, one drawing after another, so that no reader waits for it. What was drawn is kept by all
 * that it says: it is drawn anew when a paper's facts change, and a crawler that comes again costs nothing.
 */
export function openDrawing({
  log,
  file = threadFile(import.meta.url, 'drawing-thread'),
}: {
  log: Logger
  file?: URL
}): Drawing {
  const drawn = new LRUCache<string, string | Uint8Array>({
    maxSize: REMEMBERED_BYTES,
    sizeCalculation: (drawing, key) => drawing.length + 2 * key.length,
  })
  const underWay = new Map<string, Promise<string | Uint8Array>>()
  let idle: NodeJS.Timeout | undefined
  const thread = openWorkerThread<DrawingCalls>({
    name: 'The thread that draws',
    start: () => ({ worker: new Worker(file, { execArgv: [] }) }),
    restartMs: () => RESTART_MS,
    away: (reason) => new DrawingAway(reason),
    mostOpen: MOST_WAITING,
    onLost: (reason, error) => log.warn({ error: error?.stack }, reason),
  })

  async function draw<K extends keyof DrawingCalls>(
    kind: K,
    question: DrawingCalls[K]['question'],
  ): Promise<DrawingCalls[K]['answer']> {
    const key = `${kind} ${JSON.stringify(question)}`
    const known = drawn.get(key)
    if (known !== undefined) return known
    const drawing = underWay.get(key) ?? thread.ask(kind, question)
    underWay.set(key, drawing)
    clearTimeout(idle)
    try {
      const made = await drawing
      drawn.set(key, made)
      return made
    } finally {
      if (underWay.get(key) === drawing) underWay.delete(key)
      if (underWay.size === 0) {
        clearTimeout(idle)
        idle = setTimeout(() => void thread.end(), KEPT_MS).unref()
      }
    }
  }

  return {
    badge: (badge) => draw('badge', badge),
    card: (card) => draw('card', card),
    async close() {
      clearTimeout(idle)
      await thread.end()
    },
  }
}
