import { MAX_RECORD_LENGTH } from './lines.ts'
import { RECORD_TOO_LONG } from './refusal.ts'

/** An element of a JSON array as text (not parsed yet), or why there is none; records and lines count from 1. */
export type JsonRecord =
  | { ok: true; number: number; line: number; json: string }
  | { ok: false; number: number; line: number; reason: string }

type Element = { number: number; line: number; json: string | null }

/**
 * The elements of a JSON array, one by one as the text arrives; several arrays may follow one another. An element that
 * is not JSON is left for the caller to refuse, so that no other is lost with it. Where a fault hides the end of an
 * element, the rest is refused once.
 */
export async function* readJsonRecords(chunks: AsyncIterable<string>): AsyncGenerator<JsonRecord> {
  let line = 1
  let count = 0
  let element: Element | null = null
  let depth = 0
  let inString = false
  let escaped = false
  let open = false

  for await (const chunk of chunks) {
    let start = 0
    for (let at = 0; at < chunk.length; at += 1) {
      const char = chunk.charCodeAt(at)
      if (char === NEWLINE) line += 1
      if (element === null) {
        if (isSpace(char) || char === COMMA) continue
        if (char === CLOSE_BRACKET) open = false
        else if (char === OPEN_BRACKET && !open) open = true
        else {
          count += 1
          element = { number: count, line, json: '' }
          depth = 0
          start = at
          at -= 1
        }
      } else if (inString) {
        // JSON has no line break within a string: one there means that its quotation mark is missing.
        if (escaped) escaped = false
        else if (char === BACKSLASH) escaped = true
        else if (char === QUOTE || char === NEWLINE) inString = false
      } else if (char === QUOTE) inString = true
      else if (char === OPEN_BRACE || char === OPEN_BRACKET) depth += 1
      else if ((char === CLOSE_BRACE || char === CLOSE_BRACKET) && depth > 0) {
        depth -= 1
        if (depth === 0) {
          yield recordOf(extend(element, chunk.slice(start, at + 1)))
          element = null
        }
      } else if (depth === 0 && (char === COMMA || char === CLOSE_BRACKET)) {
        yield recordOf(extend(element, chunk.slice(start, at)))
        element = null
        if (char === CLOSE_BRACKET) open = false
      }
    }
    if (element !== null) element = extend(element, chunk.slice(start))
  }

  if (element !== null) {
    const { number, line: began } = element
    yield { ok: false, number, line: began, reason: 'The file ends in the middle of this record.' }
  } else if (open) {
    yield { ok: false, number: count + 1, line, reason: 'The file ends before the list is closed.' }
  }
}

const NEWLINE = 0x0a
const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

function isSpace(char: number): boolean {
  return char === 0x20 || char === 0x0a || char === 0x0d || char === 0x09 || char === 0xfeff
}

function extend(element: Element, more: string): Element {
  const { json } = element
  return {
    ...element,
    json: json === null || json.length + more.length > MAX_RECORD_LENGTH ? null : json + more,
  }
}

function recordOf({ number, line, json }: Element): JsonRecord {
  return json === null
    ? { ok: false, number, line, reason: RECORD_TOO_LONG }
    : { ok: true, number, line, json }
}
