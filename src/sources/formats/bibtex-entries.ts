import { MAX_RECORD_LENGTH } from './lines.ts'

/** An entry of a bibliography as text, or why there is none; `key` is empty where it has none. Lines count from 1. */
export type BibtexEntry =
  | { ok: true; type: string; key: string; line: number; text: string }
  | { ok: false; key: string; line: number; reason: string }

const OPENING = /@([A-Za-z]+)[ \t]*\r?\n?[ \t]*([{(])/y
const OPENING_SO_FAR = /@[A-Za-z]*[ \t]*\r?\n?[ \t]*$/y
const NEXT_LINE_OPENS = /\n[ \t]*@[A-Za-z]+[ \t]*[{(]/y
const NEXT_LINE_SO_FAR = /\n[ \t]*(?:@[A-Za-z]*[ \t]*)?$/y
const KEY = /^@[A-Za-z]+\s*[{(]\s*([^\s,{}()"=]*)/
const LONGEST_OPENING = 1_000

/**
 * The entries of a BibTeX file (with `@string` and `@preamble`, without `@comment`), as the text arrives. An entry
 * ends where its braces balance; one whose braces do not, before a line that begins another entry, ends there and is refused.
 */
export async function* readBibtexEntries(chunks: AsyncIterable<string>): AsyncGenerator<BibtexEntry> {
  let buffer = ''
  let at = 0
  let line = 1
  let entry: Entry | null = null
  let commentsClose = true

  const drop = (end: number) => {
    line += buffer.slice(0, end).split('\n').length - 1
    buffer = buffer.slice(end)
    at = 0
  }

  for await (const chunk of withEnd(chunks)) {
    buffer += chunk ?? ''
    const ended = chunk === null
    while (true) {
      if (entry === null) {
        const found = findOpening(buffer, { at, ended })
        if (found.kind === 'none') {
          at = found.at
          break
        }
        drop(found.at)
        at = found.length
        entry = {
          type: found.type,
          closer: found.opener === '{' ? '}' : ')',
          depth: 0,
          quoted: false,
          spansEntries: found.type === 'comment' && commentsClose,
        }
      }
      const end = endOfEntry(entry, buffer, { at, ended })
      at = end.at
      if (end.kind === 'more' && !ended && buffer.length <= MAX_RECORD_LENGTH) break
      const key = KEY.exec(buffer.slice(0, LONGEST_OPENING))?.[1] ?? ''
      if (entry.type === 'comment') {
        // A comment that never ends was a remark with a brace in it: only its first line is dropped.
        // Others may do the same: each is then searched up to the next entry, and not to the end of the file.
        if (end.kind !== 'closed') commentsClose = false
        const firstLine = buffer.indexOf('\n')
        drop(end.kind === 'closed' ? at : firstLine === -1 ? buffer.length : firstLine)
      } else if (end.kind === 'closed' && at <= MAX_RECORD_LENGTH) {
        yield { ok: true, type: entry.type, key, line, text: buffer.slice(0, at) }
        drop(at)
      } else {
        const tooLong = end.kind === 'closed' || buffer.length > MAX_RECORD_LENGTH
        yield { ok: false, key, line, reason: tooLong ? TOO_LONG : UNBALANCED }
        drop(at)
      }
      entry = null
    }
    // Outside entries only the current line matters, for the % that makes it a comment.
    if (entry === null) {
      const lineStart = buffer.lastIndexOf('\n', at - 1) + 1
      if (buffer.length - lineStart > MAX_RECORD_LENGTH) drop(buffer.length)
      else if (lineStart > 0) {
        const searched = at - lineStart
        drop(lineStart)
        at = searched
      }
    }
  }
}

const TOO_LONG = `The entry is longer than ${MAX_RECORD_LENGTH.toLocaleString('en-GB')} characters.`
const UNBALANCED = 'The braces or quotation marks of the entry are not balanced.'

type Entry = {
  type: string
  closer: '}' | ')'
  depth: number
  quoted: boolean
  /** Whether it may hold lines that look like the beginning of another. */
  spansEntries: boolean
}

type Opening =
  | { kind: 'found'; at: number; length: number; type: string; opener: string }
  | { kind: 'none'; at: number }

function findOpening(buffer: string, { at, ended }: { at: number; ended: boolean }): Opening {
  // Looked for once, since a line may have many signs.
  let lineStart = buffer.lastIndexOf('\n', at) + 1
  let seen = at
  let isComment: boolean | null = null
  for (let sign = buffer.indexOf('@', at); sign !== -1; sign = buffer.indexOf('@', sign + 1)) {
    OPENING.lastIndex = sign
    const match = OPENING.exec(buffer)
    if (match === null) {
      OPENING_SO_FAR.lastIndex = sign
      if (!ended && buffer.length - sign < LONGEST_OPENING && OPENING_SO_FAR.test(buffer))
        return { kind: 'none', at: sign }
      continue
    }
    const newline = buffer.slice(seen, sign).lastIndexOf('\n')
    if (newline !== -1) {
      lineStart = seen + newline + 1
      isComment = null
    }
    seen = sign
    isComment ??= /^\s*%/.test(buffer.slice(lineStart, sign))
    if (isComment || /\w/.test(buffer.charAt(sign - 1))) continue
    const [opening, type = '', opener = ''] = match
    return { kind: 'found', at: sign, length: opening.length, type: type.toLowerCase(), opener }
  }
  return { kind: 'none', at: buffer.length }
}

// A backslash keeps a brace from counting, as in the parser that reads the entry afterwards.
function endOfEntry(
  entry: Entry,
  buffer: string,
  { at: from, ended }: { at: number; ended: boolean },
): { kind: 'closed' | 'broken' | 'more'; at: number } {
  for (let at = from; at < buffer.length; at += 1) {
    const char = buffer.charAt(at)
    if (char === '\\') {
      if (at + 1 === buffer.length && !ended) return { kind: 'more', at }
      if (buffer.charAt(at + 1) !== '\n') at += 1
    } else if (char === '\n' && !entry.spansEntries) {
      NEXT_LINE_OPENS.lastIndex = at
      if (NEXT_LINE_OPENS.test(buffer)) return { kind: 'broken', at: at + 1 }
      NEXT_LINE_SO_FAR.lastIndex = at
      if (!ended && buffer.length - at < LONGEST_OPENING && NEXT_LINE_SO_FAR.test(buffer))
        return { kind: 'more', at }
    } else if (char === '"' && entry.depth === 0 && entry.type !== 'comment') entry.quoted = !entry.quoted
    else if (char === '{') entry.depth += 1
    else if (char === '}' && entry.depth > 0) entry.depth -= 1
    else if (char === entry.closer && entry.depth === 0 && !entry.quoted)
      return { kind: 'closed', at: at + 1 }
  }
  return { kind: 'more', at: buffer.length }
}

async function* withEnd(chunks: AsyncIterable<string>): AsyncGenerator<string | null> {
  yield* chunks
  yield null
}
