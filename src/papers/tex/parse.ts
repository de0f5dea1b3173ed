import { mathSpans, type MathSpan } from './math-spans.ts'
import type { TexNode } from './nodes.ts'
import { readControlSymbol, readMacro } from './read-macro.ts'
import { DEEPEST, add, addLink, lastSaid, matchAt, say, type TexSpan, type TexReader } from './reader.ts'
import { bareUrlEnd, linkable, unescapeUrl } from './urls.ts'

/** Where a paragraph may be cut, up to `limit`: at its spaces, or (`hard`) inside a word; never inside a formula, macro or URL. */
export type CutPlaces = { limit: number; spaces: number[]; hard: number[] }

/** What is known of a paragraph before it is read. */
type Paragraph = {
  text: string
  partners: Int32Array
  formulas: ReadonlyMap<number, MathSpan>
  urlStarts: ReadonlySet<number>
  /** Where the next bare URL begins; to be asked with increasing places. */
  nextUrl: (at: number) => number
  cuts: CutPlaces | undefined
}

/**
 * One paragraph of TeX text as nodes. Never fails: what it does not know stays readable. Takes time linear in the
 * length. `cuts` is filled with the places where the source may be cut.
 */
export function parseTex(text: string, cuts?: CutPlaces): TexNode[] {
  const urls = Array.from(text.matchAll(/https?:\/\//gi), (match) => match.index)
  const paragraph = {
    text,
    partners: bracePartners(text),
    formulas: new Map(mathSpans(text).map((span) => [span.start, span])),
    urlStarts: new Set(urls),
    nextUrl: nextOf(urls),
    cuts,
  }
  return parseRange(paragraph, { start: 0, end: text.length }, 0)
}

/** The partner of every brace (-1 without one), past escaped braces. */
function bracePartners(text: string): Int32Array {
  const partners = new Int32Array(text.length).fill(-1)
  const open: number[] = []
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 92) at++
    else if (code === 123) open.push(at)
    else if (code === 125) {
      const start = open.pop()
      if (start === undefined) continue
      partners[start] = at
      partners[at] = start
    }
  }
  return partners
}

function nextOf(places: number[]): (at: number) => number {
  let index = 0
  return (at) => {
    while ((places[index] ?? Infinity) < at) index++
    return places[index] ?? Infinity
  }
}

function parseRange(paragraph: Paragraph, { start, end }: TexSpan, depth: number): TexNode[] {
  const { text, partners } = paragraph
  const reader: TexReader = {
    text,
    partners,
    start,
    end,
    depth,
    at: start,
    nodes: [],
    openQuotes: 0,
    openApostrophes: 0,
    readInner: (span) => parseRange(paragraph, span, depth + 1),
  }
  while (reader.at < end) readNext(reader, paragraph)
  return reader.nodes
}

/** Reads what stands here, at least one character of it. */
function readNext(reader: TexReader, paragraph: Paragraph): void {
  const { text, at, end } = reader
  const span = paragraph.formulas.get(at)
  if (span !== undefined && span.end <= end) return readFormula(reader, span)
  if (paragraph.urlStarts.has(at)) return readBareUrl(reader)
  const character = text.charAt(at)
  if (character === ' ' ? text.charAt(at + 1) === ' ' : /\s/.test(character))
    return readSpace(reader, paragraph)
  switch (character) {
    case '\\':
      return readBackslash(reader, paragraph)
    case '{':
      return readBrace(reader)
    case '}':
      reader.at++
      return
    case '`':
    case "'":
      return readQuotes(reader, character)
    case '~':
      return readTie(reader)
    case '-':
      return readDashes(reader)
    case '$':
      say(reader, '$')
      reader.at++
      return
    default:
      return readWords(reader, paragraph)
  }
}

const ORDINARY = /(?:[^\\{}$~`'\-\s]| (?! ))+/y
const WHITE = /\s+/y
const NAME = /[a-zA-Z]+/y

function readWords(reader: TexReader, { nextUrl, cuts }: Paragraph): void {
  const { text, at, end, depth } = reader
  // Only up to the next URL: else a text of many would be matched to its end for each of them.
  const limit = Math.min(end, nextUrl(at + 1))
  const stop = Math.min(limit, at + (matchAt(ORDINARY, text.slice(at, limit), 0)?.length ?? 1))
  if (depth === 0 && cuts !== undefined) notePlaces(text, { start: at, end: stop }, cuts)
  say(reader, text.slice(at, stop))
  reader.at = stop
}

function notePlaces(text: string, { start, end }: TexSpan, cuts: CutPlaces): void {
  for (let place = start; place < Math.min(end, cuts.limit + 1); place++) {
    if (text.charCodeAt(place) === 32) cuts.spaces.push(place)
    else if (place > start) cuts.hard.push(place)
  }
}

function readSpace(reader: TexReader, { cuts }: Paragraph): void {
  const { text, at, end, depth } = reader
  if (depth === 0) cuts?.spaces.push(at)
  reader.at = Math.min(end, at + (matchAt(WHITE, text, at)?.length ?? 1))
  say(reader, ' ')
}

function readBackslash(reader: TexReader, { urlStarts }: Paragraph): void {
  const { text, at, end } = reader
  const isBeforeUrl = urlStarts.has(at + 1)
  if (isBeforeUrl || at + 1 >= end) {
    if (!isBeforeUrl) say(reader, '\\')
    reader.at++
    return
  }
  const name = matchAt(NAME, text, at + 1)
  if (name === null) readControlSymbol(reader, String.fromCodePoint(text.codePointAt(at + 1) ?? 0))
  else readMacro(reader, name.slice(0, Math.max(0, end - at - 1)))
}

const LINK_FORMULA = /^\s*(?:\\(?:href|url)(?![a-zA-Z])|https?:\/\/\S+\s*$)/i

function readFormula(reader: TexReader, span: MathSpan): void {
  const source = reader.text.slice(span.start, span.end)
  const margin = source.indexOf(span.tex)
  const character = /^\s*\\unicode\{x([\da-f]{4})\}\s*$/i.exec(span.tex)?.[1]
  const isLink = LINK_FORMULA.test(span.tex) && margin > 0 && reader.depth < DEEPEST
  if (character !== undefined) {
    // One character of running text, as converters write a dash.
    say(reader, String.fromCodePoint(Number.parseInt(character, 16)).replace(/\p{C}/gu, ' '))
  } else if (isLink) {
    // A link in dollar signs is a link: nothing of it is mathematics.
    const start = span.start + margin
    add(reader, reader.readInner({ start, end: start + span.tex.length }))
  } else {
    reader.nodes.push({ kind: 'math', tex: span.tex, display: span.display, source })
  }
  reader.at = span.end
}

function readBareUrl(reader: TexReader): void {
  const { text, at, end, partners } = reader
  const close = Math.min(end, bareUrlEnd(text, at))
  // `https://host/{Label}`: the braces are TeX's, the label belongs to the address.
  const labelled = text.charAt(close) === '{' && text.charAt(close - 1) === '/' ? (partners[close] ?? -1) : -1
  const isWhole =
    labelled > close && labelled < end && /^[\w.~-]{1,80}$/.test(text.slice(close + 1, labelled))
  // `http://` alone is text, of which the first letter is said here.
  const stop = isWhole ? labelled + 1 : Math.max(close, at + 1)
  const url = unescapeUrl(text.slice(at, stop))
  addLink(reader, linkable(url), [{ kind: 'text', text: url }])
  reader.at = stop
}

function readBrace(reader: TexReader): void {
  const { text, at, end, partners, depth } = reader
  const close = partners[at] ?? -1
  if (close <= at || close >= end || depth >= DEEPEST) {
    reader.at++
    return
  }
  const isSet = close - at <= 100 && isSetOfThings(text.slice(at + 1, close), lastSaid(reader))
  if (isSet) say(reader, '{')
  add(reader, reader.readInner({ start: at + 1, end: close }))
  if (isSet) say(reader, '}')
  reader.at = close + 1
}

/** Whether braces are the author's, as in `{0, 1}`, and not TeX's. */
function isSetOfThings(content: string, before: string): boolean {
  if (!content.includes(',') || /[\\$]/.test(content) || /\w$/.test(before)) return false
  return content.split(',').every((item) => item.trim().split(/\s+/).length <= 3)
}

function readQuotes(reader: TexReader, character: string): void {
  const { text, at, end } = reader
  let run = 1
  while (run < 4 && at + run < end && text.charAt(at + run) === character) run++
  say(reader, character === '`' ? openingQuotes(reader, run) : closingQuotes(reader, run))
  reader.at += run
}

function openingQuotes(reader: TexReader, run: number): string {
  const { text, at, end } = reader
  const closes = !/\s/.test(lastSaid(reader)) && !/[\p{L}\p{N}]/u.test(text.charAt(at + run))
  if (run === 2 && reader.openQuotes > 0 && closes) {
    reader.openQuotes--
    return '”'
  }
  if (run === 2) {
    reader.openQuotes++
    return '“'
  }
  if (run === 1 && /^[^`]{1,200}?'(?![\p{L}'])/u.test(text.slice(at + 1, Math.min(end, at + 210)))) {
    reader.openApostrophes++
    return '‘'
  }
  return '`'.repeat(run)
}

function closingQuotes(reader: TexReader, run: number): string {
  const next = reader.text.charAt(reader.at + run)
  if (run === 2 && (reader.openQuotes > 0 || !/\d/.test(lastSaid(reader)))) {
    reader.openQuotes = Math.max(0, reader.openQuotes - 1)
    return '”'
  }
  if (run === 1 && reader.openApostrophes > 0 && !/\p{L}/u.test(next)) {
    reader.openApostrophes--
    return '’'
  }
  return "'".repeat(run)
}

/** Before a number or behind a space it says "about", between digits "to"; TeX's tie joins two words. */
function readTie(reader: TexReader): void {
  const { text, at, start, end } = reader
  const previous = text.charAt(at - 1)
  const next = text.charAt(at + 1)
  const isAboutOrTo = at === start || /[\s(~[=]/.test(previous) || (/\d/.test(previous) && /\d/.test(next))
  say(reader, isAboutOrTo || at + 1 >= end || /[\s~]/.test(next) ? '~' : '\u00A0')
  reader.at++
}

function readDashes(reader: TexReader): void {
  const { text, at, end } = reader
  let run = 1
  while (at + run < end && text.charAt(at + run) === '-') run++
  say(reader, run === 2 ? '–' : run === 3 ? '—' : '-'.repeat(run))
  reader.at += run
}
