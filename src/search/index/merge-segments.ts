import { STOP_WORDS } from '../text/stop-words.ts'
import { termOf } from '../text/terms.ts'
import { ByteWriter } from './byte-writer.ts'
import {
  CATEGORIES_KEPT,
  categoryNumbers,
  findTerm,
  newColumns,
  positionsInMemory,
  TermsWriter,
  termAt,
  type Columns,
  type Segment,
  type Terms,
} from './segment.ts'

/** A segment, and which of its papers are still of it: those that no later segment has, and that are still there. */
export type MergeInput = { segment: Segment; isLive: (id: number) => boolean }

/** Where positions go, piece by piece, as they may be too many to hold. */
export type PositionsSink = { write(bytes: Uint8Array): void; finish(): Segment['positions'] }

/** Keeps positions in memory. */
export function memorySink(): PositionsSink {
  const all = new ByteWriter(4096)
  return {
    write: (bytes) => all.copy(bytes, 0, bytes.length),
    finish: () => positionsInMemory(all.finish()),
  }
}

/** Steps of work between two chances to do something else. */
const POSTINGS_A_TURN = 60_000

/**
 * One segment out of several, without what is no longer live. Large ones take seconds: it yields every few milliseconds,
 * so that whoever drives it can answer searches in between.
 */
export function* mergeSegments(inputs: MergeInput[], sink: PositionsSink): Generator<void, Segment> {
  const papers = mergeColumns(inputs)
  yield
  const sources = inputs.map(({ segment, isLive }) => new Source(segment, liveIds(segment, isLive)))
  const postings = new ByteWriter(
    inputs.reduce((sum, { segment }) => sum + segment.postings.length + segment.terms.count, 64),
  )
  const terms = new TermsWriter()
  const postingsAt: number[] = [0]
  const positionsAt: number[] = [0]
  const positions = new ByteWriter(1 << 16)
  const merged = new Postings()
  let written = 0
  let work = 0

  for (let term = leastTerm(sources); term !== null; term = leastTerm(sources)) {
    merged.clear()
    for (const source of sources) {
      if (source.term === term) {
        source.read(merged)
        source.advance()
      }
    }
    if (merged.count > 0) {
      merged.order()
      terms.add(term, merged.count)
      let previous = 0
      for (let i = 0; i < merged.count; i++) {
        const at = merged.ranks[i] ?? 0
        const id = merged.ids[at] ?? 0
        postings.varint(id - previous)
        postings.byte(merged.counts[at] ?? 0)
        previous = id
        const source = merged.positions[merged.sources[at] ?? 0]
        if (source) positions.copy(source, merged.from[at] ?? 0, merged.to[at] ?? 0)
      }
      postingsAt.push(postings.length)
      positionsAt.push(written + positions.length)
    }
    work += merged.read + 20
    if (positions.length > 1 << 16) {
      sink.write(positions.bytes.subarray(0, positions.length))
      written += positions.length
      positions.length = 0
    }
    if (work > POSTINGS_A_TURN) {
      work = 0
      yield
    }
  }
  sink.write(positions.bytes.subarray(0, positions.length))
  const finished = terms.finish()
  return {
    papers,
    terms: finished,
    postings: postings.finish(),
    postingsAt: Uint32Array.from(postingsAt),
    positions: sink.finish(),
    positionsAt: Uint32Array.from(positionsAt),
    vocabulary: yield* mergeVocabularies(inputs, { terms: finished, papers: papers.ids.length }),
  }
}

const WORDS_A_TURN = 5_000

/**
 * The words of all, with the papers that have each: those that are no longer live still count, but never more than have
 * its term, and a word whose term no paper has is forgotten.
 */
function* mergeVocabularies(
  inputs: MergeInput[],
  { terms, papers }: { terms: Terms; papers: number },
): Generator<void, Terms> {
  const sources = inputs.map(({ segment }) => ({ words: segment.vocabulary, next: 0 }))
  const merged = new TermsWriter()
  const wordOf = ({ words, next }: (typeof sources)[number]) =>
    next < words.count ? termAt(words, next) : null
  const current = sources.map(wordOf)
  for (let read = 1; ; read++) {
    let least: string | null = null
    for (const word of current) if (word !== null && (least === null || word < least)) least = word
    if (least === null) return merged.finish()
    let sum = 0
    sources.forEach((source, i) => {
      if (current[i] !== least) return
      sum += source.words.frequency[source.next++] ?? 0
      current[i] = wordOf(source)
    })
    const number = findTerm(terms, termOf(least))
    const most = STOP_WORDS.has(least) ? papers : number < 0 ? 0 : (terms.frequency[number] ?? 0)
    if (most > 0) merged.add(least, Math.min(sum, most))
    if (read % WORDS_A_TURN === 0) yield
  }
}

function liveIds({ papers }: Segment, isLive: (id: number) => boolean): Uint8Array | null {
  const first = papers.ids[0] ?? 0
  const last = papers.ids.at(-1) ?? 0
  const live = new Uint8Array(last - first + 1)
  let all = true
  for (const id of papers.ids) {
    if (isLive(id)) live[id - first] = 1
    else all = false
  }
  return all ? null : live
}

function leastTerm(sources: Source[]): string | null {
  let least: string | null = null
  for (const { term } of sources) {
    if (term !== null && (least === null || term < least)) least = term
  }
  return least
}

/** The postings of one term, of all its sources. */
class Postings {
  count = 0
  /** Those read, live or not. */
  read = 0
  ids = new Uint32Array(1024)
  counts = new Uint8Array(1024)
  /** Which of `positions`, and where in it. */
  sources = new Uint8Array(1024)
  from = new Uint32Array(1024)
  to = new Uint32Array(1024)
  positions: Uint8Array[] = []
  /** Their order by id. */
  ranks = new Uint32Array(1024)
  #ascending = true

  clear(): void {
    this.count = 0
    this.read = 0
    this.positions.length = 0
    this.#ascending = true
  }

  add(id: number, count: number, from: number, to: number): void {
    const n = this.count++
    if (n === this.ids.length) this.#grow()
    if (n > 0 && id < (this.ids[n - 1] ?? 0)) this.#ascending = false
    this.ids[n] = id
    this.counts[n] = count
    this.sources[n] = this.positions.length - 1
    this.from[n] = from
    this.to[n] = to
  }

  order(): void {
    const ranks = this.ranks.subarray(0, this.count)
    for (let i = 0; i < ranks.length; i++) ranks[i] = i
    if (!this.#ascending) ranks.sort((a, b) => (this.ids[a] ?? 0) - (this.ids[b] ?? 0))
  }

  #grow(): void {
    const size = this.ids.length * 2
    const larger = <T extends Uint32Array | Uint8Array>(array: T, made: T) => {
      made.set(array)
      return made
    }
    this.ids = larger(this.ids, new Uint32Array(size))
    this.counts = larger(this.counts, new Uint8Array(size))
    this.sources = larger(this.sources, new Uint8Array(size))
    this.from = larger(this.from, new Uint32Array(size))
    this.to = larger(this.to, new Uint32Array(size))
    this.ranks = new Uint32Array(size)
  }
}

/** A segment read from its first term to its last. */
class Source {
  term: string | null
  #segment: Segment
  #live: Uint8Array | null
  #first: number
  #number = 0

  constructor(segment: Segment, live: Uint8Array | null) {
    this.#segment = segment
    this.#live = live
    this.#first = segment.papers.ids[0] ?? 0
    this.term = segment.terms.count > 0 ? termAt(segment.terms, 0) : null
  }

  advance(): void {
    this.#number++
    const { terms } = this.#segment
    this.term = this.#number < terms.count ? termAt(terms, this.#number) : null
  }

  /** Adds the live postings of the term it stands at. */
  read(into: Postings): void {
    const { postings, postingsAt, positions, positionsAt } = this.#segment
    const n = this.#number
    const where = positions.read(positionsAt[n] ?? 0, positionsAt[n + 1] ?? 0)
    into.positions.push(where)
    const end = postingsAt[n + 1] ?? 0
    let id = 0
    let place = 0
    for (let at = postingsAt[n] ?? 0; at < end;) {
      let byte = postings[at++] ?? 0
      let delta = byte & 0x7f
      for (let shift = 7; byte > 0x7f; shift += 7) {
        byte = postings[at++] ?? 0
        delta |= (byte & 0x7f) << shift
      }
      id += delta
      const count = postings[at++] ?? 0
      const from = place
      place = afterPositions(where, place)
      into.read++
      if (this.#live === null || this.#live[id - this.#first] === 1) into.add(id, count, from, place)
    }
  }
}

/** Where the next paper's positions begin. */
function afterPositions(bytes: Uint8Array, at: number): number {
  let byte = bytes[at++] ?? 0
  let count = byte & 0x7f
  for (let shift = 7; byte > 0x7f; shift += 7) {
    byte = bytes[at++] ?? 0
    count |= (byte & 0x7f) << shift
  }
  for (; count > 0 && at < bytes.length; count--) {
    while ((bytes[at] ?? 0) > 0x7f) at++
    at++
  }
  return at
}

function mergeColumns(inputs: MergeInput[]): Columns {
  // One number to sort by, out of which the paper's id and where it comes from can be read again.
  const keys = new Float64Array(inputs.reduce((sum, { segment }) => sum + segment.papers.ids.length, 0))
  let count = 0
  inputs.forEach(({ segment: { papers }, isLive }, input) => {
    for (const id of papers.ids) if (isLive(id)) keys[count++] = id * inputs.length + input
  })
  const sorted = keys.subarray(0, count).toSorted()
  const columns = newColumns(count)
  const numberOf = categoryNumbers(columns.categoryNames)
  const renumbered = inputs.map(({ segment }) => segment.papers.categoryNames.map(numberOf))
  // Within each input rows ascend as well: each is walked once.
  const rows = new Uint32Array(inputs.length)
  sorted.forEach((key, i) => {
    const input = key % inputs.length
    const id = (key - input) / inputs.length
    const from = inputs[input]?.segment.papers
    if (!from) return
    let row = rows[input] ?? 0
    while (from.ids[row] !== id) row++
    rows[input] = row + 1
    columns.ids[i] = id
    columns.seqs[i] = from.seqs[row] ?? 0
    columns.titleLengths[i] = from.titleLengths[row] ?? 0
    columns.bodyLengths[i] = from.bodyLengths[row] ?? 0
    columns.datedAt[i] = from.datedAt[row] ?? 0
    columns.flags[i] = from.flags[row] ?? 0
    for (let slot = 0; slot < CATEGORIES_KEPT; slot++) {
      const number = from.categories[row * CATEGORIES_KEPT + slot] ?? 0
      columns.categories[i * CATEGORIES_KEPT + slot] =
        number === 0 ? 0 : (renumbered[input]?.[number - 1] ?? 0)
    }
  })
  return columns
}
