/**
 * The longest record, in characters, that any source takes into memory: some thousands of authors with their institutions
 * fill more than one million.
 */
export const MAX_RECORD_LENGTH = 4 * 1024 * 1024

/** A line without its end; `text` is null where it is longer than may be. Lines count from 1. */
export type Line = { number: number; text: string | null }

/** The lines of a text, whether they end in LF or CRLF, and even if the last one has no end. `longest`: in characters. */
export async function* readLines(
  chunks: AsyncIterable<string>,
  { longest = MAX_RECORD_LENGTH }: { longest?: number } = {},
): AsyncGenerator<Line> {
  let number = 1
  let pending: string | null = ''
  const extend = (before: string | null, more: string) =>
    before === null || before.length + more.length > longest ? null : before + more
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      yield { number, text: withoutReturn(extend(pending, chunk.slice(start, end))) }
      number += 1
      pending = ''
      start = end + 1
    }
    pending = extend(pending, chunk.slice(start))
  }
  if (pending !== '') yield { number, text: withoutReturn(pending) }
}

function withoutReturn(text: string | null): string | null {
  return text?.endsWith('\r') ? text.slice(0, -1) : text
}

/** All of a text that must be read whole, or null where it is longer than `limit` characters. */
export async function readWhole(
  chunks: AsyncIterable<string>,
  { limit }: { limit: number },
): Promise<string | null> {
  const parts: string[] = []
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > limit) return null
    parts.push(chunk)
  }
  return parts.join('')
}

/** A text at hand, for readers that take it in pieces. */
export async function* inOnePiece(text: string): AsyncGenerator<string> {
  yield text
}
