import { FLAGS } from './indexed-paper.ts'

/**
 * A part of the index: some papers, and for every term the papers that have it. It never changes; a paper that does is
 * in a later segment too, and the later one counts.
 */
export type Segment = {
  papers: Columns
  terms: Terms
  /** For each term: `varint(id − previous id), count byte` for each of its papers, ascending. */
  postings: Uint8Array
  /** Where the postings of term n start; one entry more than there are terms. */
  postingsAt: Uint32Array
  /** For each term and paper: `varint(count), varint(position − previous position) …`. */
  positions: Positions
  /** As `postingsAt`. */
  positionsAt: Uint32Array
  /** The words of the texts as they are written, of which terms are the stems; where slips are looked up. */
  vocabulary: Terms
}

/** Facts of papers, each array one column, in the ascending order of their ids. */
export type Columns = {
  ids: Uint32Array
  seqs: Float64Array
  /** Words of the title that say something. */
  titleLengths: Uint8Array
  /** Words of the body that say something, at most `LONGEST`. */
  bodyLengths: Uint16Array
  datedAt: Float64Array
  flags: Uint8Array
  /** `CATEGORIES_KEPT` a paper: numbers into `categoryNames` plus one; 0 where there are no more. */
  categories: Uint16Array
  categoryNames: string[]
}

/** Categories of a paper that are counted as facets; papers with more are very rare. */
export const CATEGORIES_KEPT = 8

/** Distinct terms in ascending order of their UTF-16 code units. */
export type Terms = {
  count: number
  units: Uint16Array
  /** Where term n starts in `units`; one entry more than there are terms. */
  at: Uint32Array
  /** In how many papers of the segment each is. */
  frequency: Uint32Array
}

/** Positions are only needed for phrases: those of large segments stay on the disk. */
export type Positions = { size: number; read(from: number, to: number): Uint8Array; close(): void }

export function positionsInMemory(bytes: Uint8Array): Positions {
  return { size: bytes.length, read: (from, to) => bytes.subarray(from, to), close: () => {} }
}

/** The position of a body's first word; titles end well before, so that no phrase reaches from one into the other. */
export const BODY_STARTS_AT = 256
/** Words of a title that are told apart by their position. */
export const TITLE_ENDS_AT = 240

// How often a term is in a title and in a body, in one byte.
export const TITLE_SHIFT = 5
export const MOST_IN_BODY = 31
const MOST_IN_TITLE = 7

/** The count byte of a posting. */
export function countByte(inTitle: number, inBody: number): number {
  return (Math.min(inTitle, MOST_IN_TITLE) << TITLE_SHIFT) | Math.min(inBody, MOST_IN_BODY)
}

export function inTitle(count: number): number {
  return count >> TITLE_SHIFT
}

/** The number of a term, or -1. */
export function findTerm(terms: Terms, term: string): number {
  const at = firstTermFrom(terms, term)
  return at < terms.count && compareTerm(terms, at, term) === 0 ? at : -1
}

/** The number of the first term that is `term` or comes after it; the count of terms when none does. */
export function firstTermFrom(terms: Terms, term: string): number {
  let low = 0
  let high = terms.count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareTerm(terms, middle, term) < 0) low = middle + 1
    else high = middle
  }
  return low
}

export function termAt({ units, at }: Terms, number: number): string {
  return String.fromCharCode(...units.subarray(at[number], at[number + 1]))
}

function compareTerm({ units, at }: Terms, number: number, term: string): number {
  const start = at[number] ?? 0
  const length = (at[number + 1] ?? 0) - start
  const shared = Math.min(length, term.length)
  for (let i = 0; i < shared; i++) {
    const difference = (units[start + i] ?? 0) - term.charCodeAt(i)
    if (difference !== 0) return difference
  }
  return length - term.length
}

/** Terms in ascending order, written one by one. */
export class TermsWriter {
  #units = new Uint16Array(1024)
  #length = 0
  #at: number[] = [0]
  #frequency: number[] = []

  add(term: string, frequency: number): void {
    if (this.#length + term.length > this.#units.length) {
      const larger = new Uint16Array(Math.max(this.#units.length * 2, this.#length + term.length))
      larger.set(this.#units)
      this.#units = larger
    }
    for (let i = 0; i < term.length; i++) this.#units[this.#length++] = term.charCodeAt(i)
    this.#at.push(this.#length)
    this.#frequency.push(frequency)
  }

  finish(): Terms {
    return {
      count: this.#frequency.length,
      units: this.#units.slice(0, this.#length),
      at: Uint32Array.from(this.#at),
      frequency: Uint32Array.from(this.#frequency),
    }
  }
}

export function newColumns(count: number): Columns {
  return {
    ids: new Uint32Array(count),
    seqs: new Float64Array(count),
    titleLengths: new Uint8Array(count),
    bodyLengths: new Uint16Array(count),
    datedAt: new Float64Array(count),
    flags: new Uint8Array(count),
    categories: new Uint16Array(count * CATEGORIES_KEPT),
    categoryNames: [],
  }
}

export function hasFlag(flags: number, name: keyof typeof FLAGS): boolean {
  return (flags & FLAGS[name]) !== 0
}

/** Numbers categories in the order in which they are first seen, from 1. */
export function categoryNumbers(names: string[]): (name: string) => number {
  const numbers = new Map(names.map((name, i) => [name, i + 1]))
  return (name) => {
    const known = numbers.get(name)
    if (known !== undefined) return known
    names.push(name)
    numbers.set(name, names.length)
    return names.length
  }
}
