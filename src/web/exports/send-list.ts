import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { exportPieces, exportWriter } from '../../papers/export/formats.ts'
import type { Paper } from '../../papers/paper.ts'
import { ClientGone, goneSignal } from '../client-gone.ts'
import { badParameter } from '../errors/show.tsx'
import { tooOften } from '../forms/reader-action.ts'
import { clientAddress } from '../sign-in/client-address.ts'
import type { Site } from '../site.ts'
import type { ListFile } from './formats.ts'
import { askedLimit, BAD_LIMIT } from './asked-limit.ts'
import { openSlots } from './slots.ts'

declare module 'hono' {
  interface ContextVariableMap {
    /** Whether the answer is sent as it is made, and nobody may wait for its end. */
    isStreamed: boolean | undefined
  }
}

/** Characters up to which a file is sent whole, with its length and a tag, as pages are. */
const WHOLE = 500_000

/** Longer files that are sent at once: by this process, and to one network. */
const slots = openSlots({ most: 6, mostOfOne: 2 })
const ASK_AGAIN_SECONDS = 30

/** Whoever takes nothing for so long has gone, or holds a place that others wait for. */
const LONGEST_PAUSE_MS = 60_000

/**
 * Answers with a whole list as a file. `pages` gives its papers, up to `limit`, in pages; `name` is the file's, without
 * suffix. A short file is answered whole. A longer one is sent as it is made,
 * as fast as it is taken: where anything goes wrong on the way, the connection is broken off, so that nobody takes a part
 * for the whole.
 */
export async function sendList(
  site: Site,
  c: Context,
  {
    file,
    name,
    pages,
  }: {
    file: ListFile
    name: string
    pages: (limit: number | undefined) => AsyncIterable<Paper[]>
  },
): Promise<Response> {
  const limit = askedLimit(c)
  if (limit === null) return badParameter(site, c, BAD_LIMIT)
  const writer = exportWriter(file.format, { origin: site.origin, siteName: site.name })
  const pieces = exportPieces(pages(limit), writer)
  const headers = {
    'content-type': `${file.type}; charset=utf-8`,
    'content-disposition': `attachment; filename="${name.replaceAll(/[^\w.-]+/g, '-')}${file.suffix}"`,
  }
  const head = await firstPieces(pieces)
  if (head.isWhole) return c.body(head.text, 200, headers)
  c.set('isStreamed', true)
  if (c.req.method === 'HEAD') {
    await pieces.return(undefined)
    return c.body(null, 200, headers)
  }
  const slot = slots.take(clientAddress(site, c))
  if (!slot.ok) {
    await pieces.return(undefined)
    return noSlot(site, c, slot.kind)
  }
  return c.body(streamOf(site, c, { head: head.text, pieces, release: slot.release }), 200, headers)
}

/** The beginning of a file: all of it, if it is short. */
async function firstPieces(pieces: AsyncGenerator<string>): Promise<{ text: string; isWhole: boolean }> {
  let text = ''
  while (text.length < WHOLE) {
    const piece = await pieces.next()
    if (piece.done === true) return { text, isWhole: true }
    text += piece.value
  }
  return { text, isWhole: false }
}

function streamOf(
  site: Site,
  c: Context,
  { head, pieces, release }: { head: string; pieces: AsyncGenerator<string>; release: () => void },
): ReadableStream<Uint8Array> {
  const gone = goneSignal(c)
  let begun: string | null = head
  let pause: NodeJS.Timeout | undefined
  let isOver = false
  async function end(): Promise<void> {
    isOver = true
    clearTimeout(pause)
    release()
    // What could not be read is told where it is read.
    await pieces.return(undefined).catch(() => undefined)
  }
  /** Cuts the connection: an answer that merely ended would look whole. */
  function breakOff(controller: ReadableStreamDefaultController, reason: unknown): void {
    if (isOver) return
    const { outgoing } = (c.env ?? {}) as Partial<HttpBindings>
    if (outgoing) outgoing.destroy()
    else controller.error(reason)
    void end()
  }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const leave = () => breakOff(controller, gone.reason)
        if (gone.aborted) leave()
        else gone.addEventListener('abort', leave, { once: true })
        const idle = () => breakOff(controller, new ClientGone('nothing was taken for long'))
        if (!isOver) pause = setTimeout(idle, LONGEST_PAUSE_MS)
      },
      async pull(controller) {
        pause?.refresh()
        try {
          const piece: IteratorResult<string, unknown> =
            begun === null ? await pieces.next() : { done: false, value: begun }
          begun = null
          if (isOver) return
          if (piece.done === true) {
            controller.close()
            await end()
          } else controller.enqueue(Buffer.from(piece.value))
        } catch (error) {
          if (isOver) return
          site.log.warn({ path: c.req.path, error: String(error) }, 'an export was broken off')
          breakOff(controller, error)
        }
      },
      cancel: end,
    },
    // Nothing is made before it can be sent.
    { highWaterMark: 0 },
  )
}

function noSlot(site: Site, c: Context, kind: 'all-taken' | 'own-taken'): Response | Promise<Response> {
  c.header('cache-control', 'no-store')
  if (kind === 'own-taken') return tooOften(site, c, { retryAfterSeconds: ASK_AGAIN_SECONDS })
  c.header('retry-after', String(ASK_AGAIN_SECONDS))
  return c.text('Other exports are under way. Try again in a minute.\n', 503)
}
