import { setTimeout } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { decoderFor } from './text-encoding.ts'

// Whatever the pieces in which a file arrives, it is judged and decoded by the same blocks.
const BLOCK = 65_536
/** What has come through a pipe that then stays open is read without waiting for more. */
const IDLE_MS = 500

/**
 * The text of a file, gunzipped where it begins as gzip does, decoded from whatever encoding it is in
 * (`text-encoding.ts`), without a byte order mark. Throws an `Error` with one sentence where the gzip is damaged or ends
 * too early, after all that could be read.
 */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const damage: unknown[] = []
  let decode: ReturnType<typeof decoderFor> | null = null
  for await (const { block, last } of blocksOf(gunzipped(bytes), { damage })) {
    decode ??= decoderFor(block)
    const text = decode(block, last)
    if (text !== '') yield text
  }
  if (damage.length > 0) throw damage[0]
}

async function isIdle(coming: Promise<unknown>): Promise<boolean> {
  const waited = new AbortController()
  const idle = setTimeout(IDLE_MS, true, { signal: waited.signal, ref: false }).catch(() => false)
  const answer = await Promise.race([coming.then(() => false), idle])
  waited.abort()
  return answer
}

/** Blocks of one size, the last perhaps smaller, and of what came before a pause; an error counts as the end, and is added to `damage`. */
async function* blocksOf(
  chunks: AsyncIterable<Uint8Array>,
  { damage }: { damage: unknown[] },
): AsyncGenerator<{ block: Buffer; last: boolean }> {
  let pending: Uint8Array[] = []
  let length = 0
  const reading = chunks[Symbol.asyncIterator]()
  try {
    while (true) {
      const coming = reading.next().catch((error: unknown) => {
        damage.push(error)
        return null
      })
      const early = length > 0 && (await isIdle(coming))
      if (early) {
        yield { block: Buffer.concat(pending), last: false }
        pending = []
        length = 0
      }
      const next = await coming
      if (next === null || next.done) break
      pending.push(next.value)
      length += next.value.length
      if (length <= BLOCK) continue
      const all = Buffer.concat(pending)
      let at = 0
      // What is left is never empty, so that the last block is known as the last.
      for (; all.length - at > BLOCK; at += BLOCK) yield { block: all.subarray(at, at + BLOCK), last: false }
      pending = [all.subarray(at)]
      length = all.length - at
    }
    yield { block: Buffer.concat(pending), last: damage.length === 0 }
  } finally {
    await reading.return?.()
  }
}

async function* gunzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | null = new Uint8Array()
  let gunzip: Gunzip | null = null
  for await (const chunk of bytes) {
    let next = chunk
    if (head !== null) {
      next = head.length === 0 ? chunk : Buffer.concat([head, chunk])
      head = next.length < 2 ? next : null
      if (head !== null) continue
      if (next[0] === 0x1f && next[1] === 0x8b) gunzip = startGunzip()
    }
    if (gunzip === null) yield next
    else yield* gunzip.push(next)
  }
  if (head !== null && head.length > 0) yield head
  if (gunzip !== null) yield* gunzip.end()
}

type Gunzip = {
  push: (chunk: Uint8Array) => AsyncGenerator<Uint8Array>
  end: () => AsyncGenerator<Uint8Array>
}

// One piece expands at most a thousandfold.
const PIECE = 16_384

/** Written to and read by hand: a pipeline discards what it has read when an error follows. */
function startGunzip(): Gunzip {
  const stream = createGunzip()
  const output: Uint8Array[] = []
  let failed = false
  stream.on('data', (data: Uint8Array) => output.push(data))
  stream.on('error', () => {
    failed = true
  })
  // After an error `done` is not always called, so whichever comes first ends the wait.
  const step = (act: (done: () => void) => void) =>
    new Promise<void>((resolve) => {
      const finish = () => {
        stream.off('error', finish)
        resolve()
      }
      stream.once('error', finish)
      act(() => setImmediate(finish))
    })
  function* taken() {
    yield* output.splice(0)
    if (failed) throw new Error('The gzip file is damaged or ends too early.')
  }
  return {
    async *push(chunk) {
      for (let at = 0; at < chunk.length; at += PIECE) {
        await step((done) => stream.write(chunk.subarray(at, at + PIECE), done))
        yield* taken()
      }
    },
    async *end() {
      await step((done) => stream.once('end', done).end())
      yield* taken()
    },
  }
}
