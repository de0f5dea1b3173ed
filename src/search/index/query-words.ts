import { plainText } from '../../papers/plain-text.ts'
import { fold } from '../text/letters.ts'
import { otherSpellings } from '../text/other-spellings.ts'
import { termOf } from '../text/terms.ts'
import { wordsIn, type Word } from '../text/words.ts'
import type { PhraseTerm } from './match-phrase.ts'

/**
 * A word that a query asks for. `text` is as it was typed; `instead` are terms that say the same (`timescale` of the
 * parts of `time-scale`). A `mere` part of a compound that is one word in every spelling need not be there.
 */
export type AskedWord = { text: string; term: string; stop: boolean; instead: string[]; mere: boolean }

/** The words of a part of a query, which may have TeX in it. */
export function askedWords(typed: string): AskedWord[] {
  const text = plainQuery(typed)
  const asked: AskedWord[] = []
  let wholeUntil = -1
  let joined: Word[] = []
  for (const word of wordsIn(text)) {
    const { term, start, end, stop, whole } = word
    joined = joined.filter((one) => one.end > start)
    if (word.joined && !whole) joined.push(word)
    else {
      const instead = [
        ...joined.filter((one) => one.end >= end).map((one) => one.term),
        ...otherSpellings(text.slice(start, end)).map((spelling) => termOf(fold(spelling))),
      ]
      const mere = !word.joined && end <= wholeUntil
      asked.push({ text: text.slice(start, end), term, stop, instead, mere })
      if (whole) wholeUntil = end
    }
  }
  return asked
}

function plainQuery(text: string): string {
  return /[\\$]/.test(text) ? plainText(text) : text
}

/** So many ways to write the compounds of a phrase are looked for. */
const MOST_SPELLINGS = 8

/** A phrase as the terms of a text that has it, in each way in which its compounds may be written; with its stop words. */
export function phraseSpellings(typed: string): (PhraseTerm & { stop: boolean })[][] {
  const words = wordsIn(plainQuery(typed))
  let spellings: { terms: (PhraseTerm & { stop: boolean })[]; width: number; until: number }[] = [
    { terms: [], width: 0, until: -1 },
  ]
  for (const word of words) {
    const { term, stop, end } = word
    spellings = spellings.flatMap((spelling) => {
      // Already said by a compound.
      if (end <= spelling.until) return [spelling]
      const { terms, width } = spelling
      const taken = {
        terms: [...terms, { term, offset: width, stop }],
        width: width + 1,
        until: word.joined ? end : spelling.until,
      }
      return !word.joined || word.whole ? [taken] : [spelling, taken]
    })
    spellings = spellings.slice(0, MOST_SPELLINGS)
  }
  return spellings.map(({ terms }) => terms)
}
