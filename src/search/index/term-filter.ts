import type { Terms } from './segment.ts'

/**
 * Says quickly of most strings that they are no term of the index, and never of one that is: a Bloom filter with one
 * hash. To look for slips of the fingers means to ask for hundreds of strings, of which hardly any is a term.
 */
export type TermFilter = Uint8Array

/** 2²⁵ bits: with a million terms it takes one string in 33 for a term that is none. */
const BITS = 2 ** 25

export function newTermFilter(): TermFilter {
  return new Uint8Array(BITS / 8)
}

export function addTerms(filter: TermFilter, { count, units, at }: Terms): void {
  for (let n = 0; n < count; n++) {
    let hash = SEED
    for (let i = at[n] ?? 0, end = at[n + 1] ?? 0; i < end; i++) hash = mix(hash, units[i] ?? 0)
    const bit = placeOf(hash)
    filter[bit >> 3] = (filter[bit >> 3] ?? 0) | (1 << (bit & 7))
  }
}

export function mayHaveTerm(filter: TermFilter, term: string): boolean {
  let hash = SEED
  for (let i = 0; i < term.length; i++) hash = mix(hash, term.charCodeAt(i))
  const bit = placeOf(hash)
  return ((filter[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0
}

// FNV-1a over UTF-16 code units.
const SEED = 0x811c9dc5

function mix(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193)
}

function placeOf(hash: number): number {
  return ((hash ^ (hash >>> 15)) >>> 0) % BITS
}
