import { createGunzip } from 'node:zlib'

/**
 * The text of a file in UTF-8, gunzipped where it begins as gzip does, without a byte order mark. Throws an `Error` with
 * one sentence where the gzip is damaged or ends too early, after all that could be read.
 */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const chunk of gunzipped(bytes)) {
    const text = decoder.decode(chunk, { stream: true })
    if (text !== '') yield text
  }
  const rest = decoder.decode()
  if (rest !== '') yield rest
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
