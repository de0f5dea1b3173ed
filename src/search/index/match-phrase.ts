import { forPostings } from './match-words.ts'
import { BODY_STARTS_AT, findTerm, inTitle, type Segment } from './segment.ts'
import type { WordIndex } from './word-index.ts'

/** A term of a phrase, and how many words after the first it stands. */
export type PhraseTerm = { term: string; offset: number }

/**
 * The papers in which the terms stand one after the other as their offsets say (what lies between, stop words, may be
 * anything), with how often they do. `titleOnly`: in the title. With all offsets 0 and terms of authors: in one name.
 */
export function papersWithPhrase(
  index: WordIndex,
  terms: PhraseTerm[],
  { titleOnly }: { titleOnly: boolean },
): Map<number, number> {
  const found = new Map<number, number>()
  for (const { segment, serial, dead } of index.segments) {
    for (const [id, count] of inSegment(segment, terms, titleOnly)) {
      if (dead === 0 || index.table.owners[id] === serial) found.set(id, count)
    }
  }
  return found
}

function inSegment(segment: Segment, terms: PhraseTerm[], titleOnly: boolean): Map<number, number> {
  const numbered = terms
    .map(({ term, offset }) => ({ number: findTerm(segment.terms, term), offset }))
    .toSorted((a, b) => frequencyAt(segment, a.number) - frequencyAt(segment, b.number))
  if (numbered.length === 0 || numbered.some(({ number }) => number < 0)) return new Map()

  // The rarest term first: the others are only looked at where all before them were.
  let candidates: Set<number> | null = null
  for (const { number } of numbered) {
    const next = new Set<number>()
    forPostings(segment, number, (id, count) => {
      if ((candidates === null || candidates.has(id)) && (!titleOnly || inTitle(count) > 0)) next.add(id)
    })
    candidates = next
    if (next.size === 0) return new Map()
  }
  const ids = candidates ?? new Set<number>()
  /** Where the phrase may begin in each paper, by the terms looked at so far. */
  let starts: Map<number, number[]> | null = null
  for (const { number, offset } of numbered) {
    const next = new Map<number, number[]>()
    forPositions(segment, number, ids, (id, positions) => {
      const here = positions
        .filter((position) => !titleOnly || position < BODY_STARTS_AT)
        .map((position) => position - offset)
      const before = starts?.get(id)
      const shared = starts === null ? here : here.filter((start) => before?.includes(start))
      if (shared.length > 0) next.set(id, shared)
    })
    starts = next
  }
  return new Map([...(starts ?? [])].map(([id, positions]) => [id, positions.length]))
}

function frequencyAt({ terms }: Segment, number: number): number {
  return number < 0 ? 0 : (terms.frequency[number] ?? 0)
}

/** Calls with the positions of a term in each of the papers asked for. */
function forPositions(
  segment: Segment,
  number: number,
  ids: Set<number>,
  visit: (id: number, positions: number[]) => void,
): void {
  const bytes = segment.positions.read(segment.positionsAt[number] ?? 0, segment.positionsAt[number + 1] ?? 0)
  let at = 0
  const next = () => {
    let byte = bytes[at++] ?? 0
    let value = byte & 0x7f
    for (let shift = 7; byte > 0x7f; shift += 7) {
      byte = bytes[at++] ?? 0
      value |= (byte & 0x7f) << shift
    }
    return value
  }
  forPostings(segment, number, (id) => {
    const wanted = ids.has(id)
    const positions: number[] = []
    let position = 0
    for (let left = next(); left > 0; left--) {
      position += next()
      if (wanted) positions.push(position)
    }
    if (wanted) visit(id, positions)
  })
}
