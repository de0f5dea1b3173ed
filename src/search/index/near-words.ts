import { nearTerms } from '../text/spelling-distance.ts'
import { termOf } from '../text/terms.ts'
import { nameWords } from '../text/words.ts'
import { authorTerm } from './indexed-paper.ts'
import type { WantedTerm } from './match-words.ts'
import { frequencyOf, termsWithPrefix, type WordIndex } from './word-index.ts'

/** A correction counts this much of what the word itself would. */
const CORRECTION_WEIGHT = 0.7
const PREFIX_WEIGHT = 0.6

/** Terms that a word typed so far may become. */
export function completions(index: WordIndex, text: string): WantedTerm[] {
  const typed = nameWords(text)[0] ?? ''
  if (typed.length < 2) return []
  return ['', '@'].flatMap((space) =>
    termsWithPrefix(index, space + typed, 24).map(({ term }) => ({
      term,
      weight: PREFIX_WEIGHT,
      titleOnly: false,
    })),
  )
}

export function nameCompletions(index: WordIndex, text: string): string[] {
  const typed = nameWords(text)[0] ?? ''
  return typed === '' ? [] : termsWithPrefix(index, authorTerm(typed), 100).map(({ term }) => term)
}

/** A term that so many papers have is no slip of the fingers. */
const NEVER_CORRECTED = 20

/**
 * Terms one slip away, for a word that nobody, or hardly anybody, writes so. `unknown`: no paper has the word as it is.
 * `terms` is what is looked for already.
 */
export function corrections(
  index: WordIndex,
  { text, term, terms }: { text: string; term: string; terms: WantedTerm[] },
): { terms: WantedTerm[]; unknown: boolean } {
  const own = Math.max(...terms.map((wanted) => frequencyOf(index, wanted.term)))
  const unknown = own === 0
  if (own >= NEVER_CORRECTED || own > index.table.count / 1_000) return { terms: [], unknown }
  const enough = ({ frequency }: { frequency: number }) => frequency > own * 20
  let near = nearTerms(term, (candidate) => frequencyOf(index, candidate), { limit: 3 }).filter(enough)
  if (near.length === 0 && unknown) {
    // A slip may have made another ending of it, and so another stem.
    const stems = new Set(
      nearTerms(text.toLowerCase(), (candidate) => frequencyOf(index, termOf(candidate)), { limit: 3 }).map(
        (candidate) => termOf(candidate.term),
      ),
    )
    near = Array.from(stems, (candidate) => ({ term: candidate, frequency: frequencyOf(index, candidate) }))
  }
  const weight = unknown ? CORRECTION_WEIGHT : CORRECTION_WEIGHT / 2
  return { terms: near.map((candidate) => ({ term: candidate.term, weight, titleOnly: false })), unknown }
}
