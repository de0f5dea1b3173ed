import { averageLengths, type PaperTable } from './paper-table.ts'
import { findTerm, inTitle, MOST_IN_BODY, TITLE_SHIFT, type Segment } from './segment.ts'
import { frequencyOf, type WordIndex } from './word-index.ts'

/** A term to look for, how much it counts, and whether only titles are meant. */
export type WantedTerm = {
  term: string
  weight: number
  titleOnly: boolean
  /** Counts as no rarer than a term that so many papers have. */
  asFrequentAs?: number
}
/**
 * What stands for one word of a query: any of its terms will do. A `mere` one only adds to the score: the parts of a
 * compound that is asked for as a whole.
 */
export type WantedWord = { terms: WantedTerm[]; mere?: boolean }

/**
 * BM25F (S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009): how often a word
 * is in the title and in the body, each measured by the length of the text it is in, is one sum,
 * `f = title · tfₜ / (1 − b + b · lₜ/l̄ₜ) + tf_b / (1 − b + b · l_b/l̄_b)`, which counts `idf · (k1 + 1) · f / (k1 + f)`.
 * How the numbers were chosen is in docs/decisions.
 */
const BM25 = { k1: 1.2, b: 0.75, title: 3 }

/** Words of one query that are told apart; what comes after them still adds to the score. */
const MOST_TOLD_APART = 255

/**
 * Arrays by paper id that a search writes on; kept, because to allocate and clear them for each would cost more than
 * the search.
 */
export class Scores {
  scores = new Float32Array(0)
  /** How many of the words a paper has. */
  hits = new Uint8Array(0)
  /** The last word that it was found to have. */
  last = new Uint8Array(0)
  /** For whoever searches: 1 for the papers that have what they should. */
  wanted = new Uint8Array(0)

  /** Clears room for ids below `size`. */
  clear(size: number): void {
    if (this.scores.length < size) {
      const capacity = Math.ceil(size * 1.25)
      this.scores = new Float32Array(capacity)
      this.hits = new Uint8Array(capacity)
      this.last = new Uint8Array(capacity)
      this.wanted = new Uint8Array(capacity)
      return
    }
    this.scores.fill(0, 0, size)
    this.hits.fill(0, 0, size)
    this.last.fill(0, 0, size)
  }
}

/** Inverse document frequency, in the form that is always positive (papers that were replaced may count twice). */
export function idf(papers: number, frequency: number): number {
  return Math.log(1 + (Math.max(0, papers - frequency) + 0.5) / (frequency + 0.5))
}

/**
 * Adds to `into` what each admitted paper scores for the words, and how many of them it has. Answers about what a paper
 * would score that has all of them: the sum of their rarities.
 */
export function scoreWords(
  index: WordIndex,
  words: WantedWord[],
  { admitted, into }: { admitted: Uint8Array; into: Scores },
): number {
  const averages = averageLengths(index.table)
  const norms = {
    title: lengthNorms(256, { average: averages.title, weight: BM25.title }),
    body: lengthNorms(2048, { average: averages.body, weight: 1 }),
    none: new Float32Array(2048),
  }
  let all = 0
  // The mere ones first, while no paper has another word that they could be taken to differ from.
  const ordered = [...words.filter(({ mere }) => mere), ...words.filter(({ mere }) => !mere)]
  const mere = ordered.findIndex((word) => !word.mere)
  ordered.forEach(({ terms }, n) => {
    let rarest = 0
    const word = mere < 0 ? 0 : Math.min(Math.max(0, n - mere + 1), MOST_TOLD_APART)
    for (const { term, weight, titleOnly, asFrequentAs = 0 } of terms) {
      const papers = frequencyOf(index, term)
      if (papers === 0) continue
      const rarity = idf(index.table.count, Math.max(papers, asFrequentAs)) * weight
      rarest = Math.max(rarest, rarity)
      for (const held of index.segments) {
        const number = findTerm(held.segment.terms, term)
        if (number < 0) continue
        scorePostings(held.segment, number, {
          owner: held.dead > 0 ? held.serial : 0,
          table: index.table,
          admitted,
          titleNorms: norms.title,
          bodyNorms: titleOnly ? norms.none : norms.body,
          rarity: rarity * (BM25.k1 + 1),
          word,
          into,
        })
      }
    }
    if (word > 0) all += rarest
  })
  return all
}

/** The innermost loop of every search: numbers are read here and not by a function, which would double its time. */
function scorePostings(
  { postings, postingsAt }: Segment,
  number: number,
  {
    owner,
    table: { owners, titleLengths, bodyLengths },
    admitted,
    titleNorms,
    bodyNorms,
    rarity,
    word,
    into: { scores, hits, last },
  }: {
    /** 0: all of the segment's papers are its own. */
    owner: number
    table: PaperTable
    admitted: Uint8Array
    /** What one occurrence counts, by the length of the text it is in. */
    titleNorms: Float32Array
    bodyNorms: Float32Array
    rarity: number
    word: number
    into: Scores
  },
): void {
  const end = postingsAt[number + 1] ?? 0
  let id = 0
  for (let at = postingsAt[number] ?? 0; at < end;) {
    let byte = postings[at++] ?? 0
    let delta = byte & 0x7f
    for (let shift = 7; byte > 0x7f; shift += 7) {
      byte = postings[at++] ?? 0
      delta |= (byte & 0x7f) << shift
    }
    id += delta
    const count = postings[at++] ?? 0
    if (admitted[id] !== 1 || (owner !== 0 && owners[id] !== owner)) continue
    let frequency = (count & MOST_IN_BODY) * (bodyNorms[bodyLengths[id] ?? 0] ?? 0)
    if (count > MOST_IN_BODY) frequency += (count >> TITLE_SHIFT) * (titleNorms[titleLengths[id] ?? 0] ?? 0)
    if (frequency === 0) continue
    scores[id] = (scores[id] ?? 0) + (rarity * frequency) / (frequency + BM25.k1)
    if (last[id] !== word) {
      last[id] = word
      hits[id] = (hits[id] ?? 0) + 1
    }
  }
}

/** By the length of a text, below `size`: `weight / (1 − b + b · length / average)`. */
function lengthNorms(size: number, { average, weight }: { average: number; weight: number }): Float32Array {
  return Float32Array.from(
    { length: size },
    (_, length) => weight / (1 - BM25.b + (BM25.b * length) / average),
  )
}

/** Marks with 1 the papers that have a term; `titleOnly` those with it in the title. */
export function markTerm(
  index: WordIndex,
  { term, titleOnly }: { term: string; titleOnly: boolean },
  marks: Uint8Array,
): void {
  for (const { segment, serial, dead } of index.segments) {
    const number = findTerm(segment.terms, term)
    if (number < 0) continue
    const { owners } = index.table
    forPostings(segment, number, (id, count) => {
      if ((!titleOnly || inTitle(count) > 0) && (dead === 0 || owners[id] === serial)) marks[id] = 1
    })
  }
}

/** Whether any paper that is there has a term. */
export function hasTerm(index: WordIndex, term: string): boolean {
  if (frequencyOf(index, term) === 0) return false
  return index.segments.some(({ segment, serial, dead }) => {
    const number = findTerm(segment.terms, term)
    if (number < 0) return false
    if ((segment.terms.frequency[number] ?? 0) > dead) return true
    let live = false
    forPostings(segment, number, (id) => {
      if (index.table.owners[id] === serial) live = true
    })
    return live
  })
}

/** Calls for each paper of a term of a segment, ascending. */
export function forPostings(
  { postings, postingsAt }: Segment,
  number: number,
  visit: (id: number, count: number) => void,
): void {
  const end = postingsAt[number + 1] ?? 0
  let id = 0
  for (let at = postingsAt[number] ?? 0; at < end;) {
    let byte = postings[at++] ?? 0
    let delta = byte & 0x7f
    for (let shift = 7; byte > 0x7f; shift += 7) {
      byte = postings[at++] ?? 0
      delta |= (byte & 0x7f) << shift
    }
    id += delta
    visit(id, postings[at++] ?? 0)
  }
}
