import { createGunzip } from 'node:zlib'

export const FORMATS = ['jsonl', 'page', 'bibtex', 'huggingface', 'arxiv-oai', 'arxiv-atom'] as const
export type Format = (typeof FORMATS)[number]

const MARKUP_OF_FEED = /<(?:[\w.-]+:)?(?:feed|entry)[\s>]/
const MARKUP_OF_OAI = /<(?:[\w.-]+:)?(?:OAI-PMH|ListRecords|GetRecord|record)[\s>]/
const DAILY_FIELDS = /"(?:daily_date|upvotes|submittedOnDailyAt|submitted_on_daily_at|paper)"\s*:/
const PAGE_HEADER = /^\s*(?:new\s+)?(?:get trending papers|subscribe\s|by ?ak\b)/i

/** The format of a file, told by its name and the first 4 kB or so of its (decoded) text; null where neither tells. */
export function detectFormat({ name, head }: { name: string; head: string }): Format | null {
  const text = head.replace(/^\ufeff/, '').trimStart()
  const extension = /\.([a-z]+)$/.exec(name.toLowerCase().replace(/\.gz$/, ''))?.[1] ?? ''
  if (text.startsWith('<')) {
    const feed = text.search(MARKUP_OF_FEED)
    const oai = text.search(MARKUP_OF_OAI)
    if (feed === -1 && oai === -1) return null
    return oai === -1 || (feed !== -1 && feed < oai) ? 'arxiv-atom' : 'arxiv-oai'
  }
  if (text.startsWith('[')) return DAILY_FIELDS.test(text) ? 'huggingface' : null
  if (text.startsWith('{')) {
    const line = text.slice(0, text.indexOf('\n') === -1 ? text.length : text.indexOf('\n')).trim()
    if (line === '{') return null
    return DAILY_FIELDS.test(line) ? 'huggingface' : 'jsonl'
  }
  if (extension === 'bib' || extension === 'bibtex' || /^[ \t]*@[a-z]+[ \t]*[{(]/im.test(text))
    return 'bibtex'
  if (extension === 'jsonl' || extension === 'ndjson') return 'jsonl'
  if (text !== '' && (extension === 'txt' || PAGE_HEADER.test(text))) return 'page'
  return null
}

/**
 * The text of a file in UTF-8, gunzipped where it begins as gzip does, without byte order mark. Throws an `Error` with
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

/** Written to and read from by hand: a pipeline throws away what it has read when an error follows. */
function startGunzip(): Gunzip {
  const stream = createGunzip()
  const output: Uint8Array[] = []
  let failed = false
  stream.on('data', (data: Uint8Array) => output.push(data))
  stream.on('error', () => {
    failed = true
  })
  // After an error `done` is not always called, so that either is waited for.
  const step = (act: (done: () => void) => void) =>
    new Promise<void>((resolve) => {
      const settle = () => {
        stream.off('error', settle)
        resolve()
      }
      stream.once('error', settle)
      act(() => setImmediate(settle))
    })
  function* taken() {
    yield* output.splice(0)
    if (failed)
      throw new Error('The gzip file is damaged or ends too early; what could be read of it was read.')
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
