import { buildSegment } from './build-segment.ts'
import type { IndexedPaper } from './indexed-paper.ts'
import { mergeSegments, memorySink, type PositionsSink } from './merge-segments.ts'
import { addToTable, newPaperTable, removeFromTable, type PaperTable } from './paper-table.ts'
import { findTerm, firstTermFrom, termAt, type Segment, type Terms } from './segment.ts'
import { addTerms, mayHaveTerm, newTermFilter, type TermFilter } from './term-filter.ts'

/** A segment in use. */
export type Held = {
  segment: Segment
  /** Names it among all that were ever held here. */
  serial: number
  /** With it and those before it, every change of the database up to this one is in. */
  through: number
  /** Papers of it that a later segment has, or that are gone. */
  dead: number
  /** The file it is kept in; null while it is only in memory. */
  file: string | null
}

/**
 * The words of all papers, as a few segments that follow each other in time: new papers make a small one, and as many
 * as `FAN` neighbours of a size are merged into a larger one, so that each paper is written a handful of times
 * however many there are (a log-structured merge tree; P. O'Neil et al., Acta Informatica 1996).
 */
export type WordIndex = {
  table: PaperTable
  /** From the oldest to the newest. */
  segments: Held[]
  nextSerial: number
  /** Of the terms of all segments. */
  filter: TermFilter
  /** Of the vocabularies of all segments. */
  words: TermFilter
}

const FAN = 8
/** Segments of fewer papers than this are of one size. */
const SMALLEST = 64

export function newWordIndex(): WordIndex {
  return {
    table: newPaperTable(),
    segments: [],
    nextSerial: 1,
    filter: newTermFilter(),
    words: newTermFilter(),
  }
}

/** Takes in papers, each once; those known already are replaced. `through` is the last change this covers. */
export function addPapers(index: WordIndex, papers: IndexedPaper[], through: number): void {
  if (papers.length > 0) holdSegment(index, buildSegment(papers), { through, file: null })
}

/** Puts a segment behind the others. */
export function holdSegment(
  index: WordIndex,
  segment: Segment,
  { through, file }: { through: number; file: string | null },
): void {
  const serial = index.nextSerial++
  for (const id of segment.papers.ids) markDead(index, index.table.owners[id] ?? 0)
  addToTable(index.table, segment.papers, serial)
  addTerms(index.filter, segment.terms)
  addTerms(index.words, segment.vocabulary)
  index.segments.push({ segment, serial, through, dead: 0, file })
}

export function removePapers(index: WordIndex, ids: number[]): void {
  for (const id of ids) markDead(index, removeFromTable(index.table, id))
}

/** Papers of segments that were removed since. */
export function removedFrom({ table }: WordIndex, segments: Held[]): number[] {
  const removed = new Set<number>()
  for (const { segment, dead } of segments) {
    if (dead === 0) continue
    for (const id of segment.papers.ids) if (table.live[id] !== 1) removed.add(id)
  }
  return [...removed]
}

function markDead(index: WordIndex, owner: number): void {
  if (owner === 0) return
  const held = index.segments.find(({ serial }) => serial === owner)
  if (held) held.dead++
}

/** Neighbouring segments that should become one, oldest first; null while all is well. */
export function dueForMerge({ segments }: WordIndex): Held[] | null {
  for (let end = segments.length; end > 0; end--) {
    const tier = tierOf(segments[end - 1])
    let start = end
    while (start > 0 && tierOf(segments[start - 1]) <= tier) start--
    if (end - start >= FAN) return segments.slice(start, end)
  }
  // More than half of it is gone: its room is worth the work.
  const wasted = segments.find(({ dead, segment }) => dead > segment.papers.ids.length / 2)
  return wasted ? [wasted] : null
}

function tierOf(held: Held | undefined): number {
  const papers = held ? held.segment.papers.ids.length - held.dead : 0
  return Math.max(0, Math.floor(Math.log(Math.max(papers, 1) / SMALLEST) / Math.log(FAN)) + 1)
}

/**
 * Merges neighbouring segments, in turns (see `mergeSegments`), and puts the result in their place. Papers that are added
 * or removed meanwhile are treated as they should. `keep` writes the result away and names its file; null keeps it in
 * memory.
 */
export function* mergeHeld(
  index: WordIndex,
  parts: Held[],
  keep: { sink: PositionsSink; write: (segment: Segment) => string } | null,
): Generator<void, void> {
  const { table } = index
  const inputs = parts.map(({ segment, serial }) => ({
    segment,
    isLive: (id: number) => table.owners[id] === serial,
  }))
  const segment = yield* mergeSegments(inputs, keep?.sink ?? memorySink())
  // First of all, since it may fail: then all is as it was.
  const file = keep ? keep.write(segment) : null
  const serials = new Set(parts.map(({ serial }) => serial))
  const serial = index.nextSerial++
  let dead = 0
  for (const id of segment.papers.ids) {
    if (serials.has(table.owners[id] ?? 0)) table.owners[id] = serial
    else dead++
  }
  for (const part of parts) part.segment.positions.close()
  const at = index.segments.findIndex((held) => held.serial === parts[0]?.serial)
  const through = parts.at(-1)?.through ?? 0
  if (segment.papers.ids.length > 0)
    index.segments.splice(at, parts.length, { segment, serial, through, dead, file })
  else index.segments.splice(at, parts.length)
}

/** In how many papers a term is; papers that are no longer live count until their segment is merged. */
export function frequencyOf({ segments, filter }: WordIndex, term: string): number {
  if (!mayHaveTerm(filter, term)) return 0
  let sum = 0
  for (const { segment } of segments) {
    const number = findTerm(segment.terms, term)
    if (number >= 0) sum += segment.terms.frequency[number] ?? 0
  }
  return sum
}

/** In how many papers a word is as it is written (see `vocabularyOf`), about; 0 for one that no text has. */
export function vocabularyFrequency({ segments, words }: WordIndex, word: string): number {
  if (!mayHaveTerm(words, word)) return 0
  let sum = 0
  for (const { segment } of segments) {
    const number = findTerm(segment.vocabulary, word)
    if (number >= 0) sum += segment.vocabulary.frequency[number] ?? 0
  }
  return sum
}

/** Beginnings of words that more terms than this share are looked at only in part. */
const MOST_COMPLETIONS = 50_000

/** A term or a word, and about how many papers have it. */
export type Counted = { term: string; frequency: number }

/** The terms that begin so, those in most papers first, at most `limit`. */
export function termsWithPrefix({ segments }: WordIndex, prefix: string, limit: number): Counted[] {
  return withPrefix(
    segments.map(({ segment }) => segment.terms),
    { prefix, limit },
  )
}

/** The words, as they are written, that begin so; as `termsWithPrefix`. */
export function wordsWithPrefix({ segments }: WordIndex, prefix: string, limit: number): Counted[] {
  return withPrefix(
    segments.map(({ segment }) => segment.vocabulary),
    { prefix, limit },
  )
}

function withPrefix(all: Terms[], { prefix, limit }: { prefix: string; limit: number }): Counted[] {
  const sums = new Map<string, number>()
  for (const terms of all) {
    const first = firstTermFrom(terms, prefix)
    const end = Math.min(firstTermFrom(terms, `${prefix}\uffff`), first + MOST_COMPLETIONS)
    for (const number of mostFrequent(terms.frequency.subarray(first, end), limit * 4)) {
      const term = termAt(terms, first + number)
      sums.set(term, (sums.get(term) ?? 0) + (terms.frequency[first + number] ?? 0))
    }
  }
  return Array.from(sums, ([term, frequency]) => ({ term, frequency }))
    .toSorted((a, b) => b.frequency - a.frequency || (a.term < b.term ? -1 : 1))
    .slice(0, limit)
}

/** The places of the highest numbers, at most `limit`. */
function mostFrequent(frequencies: Uint32Array, limit: number): number[] {
  let places = Array.from(frequencies.keys())
  if (places.length > limit) {
    const least = frequencies.toSorted().at(-limit) ?? 0
    places = places.filter((place) => (frequencies[place] ?? 0) >= least)
  }
  return places.slice(0, limit * 2)
}
