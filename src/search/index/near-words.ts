import { meantBy } from '../text/slips.ts'
import { termOf } from '../text/terms.ts'
import { vocabularyWord } from '../text/vocabulary.ts'
import { nameWords } from '../text/words.ts'
import { authorTerm } from './indexed-paper.ts'
import { MOST_SLIPPED } from './correct-query.ts'
import type { WantedTerm } from './match-words.ts'
import { termsWithPrefix, wordsWithPrefix, type Counted, type WordIndex } from './word-index.ts'

const COMPLETION_WEIGHT = 0.6
/** What begins a word may be a slip of what begins one that is so many times likelier. */
const FAR_LIKELIER = 100
/** Completions of each kind (words, names) that are looked for. */
const COMPLETIONS = 24

/**
 * Terms that a word typed so far may become; `forgiving`: also those that it would begin but for one slip, where hardly
 * any paper has what it begins. All count as rare as they are together: else a paper with a rare one would go before
 * those with the word that nearly everybody means.
 */
export function completions(
  index: WordIndex,
  text: string,
  { forgiving }: { forgiving: boolean },
): WantedTerm[] {
  const typed = nameWords(text).at(-1) ?? ''
  if (typed.length < 2) return []
  const found = completed(index, typed)
  if (forgiving && total(found) <= index.table.count * MOST_SLIPPED)
    found.push(...afterSlip(index, typed, total(found)))
  const all = total(found)
  return found.map(({ term }) => ({
    term,
    weight: COMPLETION_WEIGHT,
    titleOnly: false,
    asFrequentAs: all,
  }))
}

function total(found: Counted[]): number {
  return found.reduce((sum, { frequency }) => sum + frequency, 0)
}

/** The terms of words and names that begin so, with the papers that have each. */
function completed(index: WordIndex, typed: string): Counted[] {
  const terms = new Map<string, number>()
  const count = ({ term, frequency }: Counted) => terms.set(term, (terms.get(term) ?? 0) + frequency)
  // Words as they are written: between its stem and its end, a word begins no term.
  for (const { term: word, frequency } of wordsWithPrefix(index, typed, COMPLETIONS))
    count({ term: termOf(word), frequency })
  // What has digits or other letters than a–z is not among them.
  for (const found of termsWithPrefix(index, typed, COMPLETIONS)) if (!terms.has(found.term)) count(found)
  for (const found of termsWithPrefix(index, authorTerm(typed), COMPLETIONS)) count(found)
  return Array.from(terms, ([term, frequency]) => ({ term, frequency }))
}

/** What begins as was probably meant; nothing while what was typed, which `own` papers have, is nearly as likely. */
function afterSlip(index: WordIndex, typed: string, own: number): Counted[] {
  const word = vocabularyWord(typed)
  if (word === null) return []
  let best: { meant: string; weight: number } | null = null
  for (const { meant, likelihood } of meantBy(word)) {
    const [first] = wordsWithPrefix(index, meant, 1)
    const weight = likelihood * (first?.frequency ?? 0)
    if (weight > (best?.weight ?? own * FAR_LIKELIER)) best = { meant, weight }
  }
  return best === null ? [] : completed(index, best.meant)
}

export function nameCompletions(index: WordIndex, text: string): string[] {
  const typed = nameWords(text)[0] ?? ''
  return typed === '' ? [] : termsWithPrefix(index, authorTerm(typed), 100).map(({ term }) => term)
}
