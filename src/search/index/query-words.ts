import { plainText } from '../../papers/plain-text.ts'
import { joinedWord } from '../text/chunks.ts'
import { apartOf, LONGEST_JOINED, togetherOf } from '../text/compounds.ts'
import { fold, HYPHEN } from '../text/letters.ts'
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
  for (const word of queryWords(text)) {
    const { term, start, end, stop, whole } = word
    joined = joined.filter((one) => one.end > start)
    if (word.joined && !whole) joined.push(word)
    else {
      const instead = [
        ...joined.filter((one) => one.end >= end).map((one) => one.term),
        ...otherSpellings(text.slice(start, end)).map((spelling) => termOf(fold(spelling))),
        ...[apartOf(term) ?? []].flat(),
      ]
      const mere = !word.joined && end <= wholeUntil
      asked.push({ text: text.slice(start, end), term, stop, instead, mere })
      if (whole) wholeUntil = end
    }
  }
  return asked
}

/**
 * The words of a query: those of a text; of two with a hyphen between them also what they are together, however long
 * (`straight-forward`), and of compounds that stand apart what they are together (`data base`).
 */
export function queryWords(text: string): Word[] {
  const words = wordsIn(text).map((word) => {
    const term = togetherOf(word.term)
    return term === word.term ? word : { ...word, term, whole: true }
  })
  const isHyphen = (at: number) => HYPHEN.test(text.charAt(at))
  return words.flatMap((word, at) => {
    const next = words[at + 1]
    const isPair =
      next?.start === word.end + 1 && isHyphen(word.end) && !isHyphen(word.start - 1) && !isHyphen(next.end)
    if (!isPair || word.joined || next.joined || words[at - 1]?.joined) return [word]
    const solid = fold(text.slice(word.start, word.end)) + fold(text.slice(next.start, next.end))
    const isJoined = solid.length <= LONGEST_JOINED && /^[a-z]+$/.test(solid)
    return isJoined ? [joinedWord(solid, word.start, next.end), word] : [word]
  })
}

function plainQuery(text: string): string {
  return /[\\$]/.test(text) ? plainText(text) : text
}

/** So many ways to write the compounds of a phrase are looked for. */
const MOST_SPELLINGS = 8

/** Words with a stop word beside them may have a hyphen in a text, and one place: `follow up study`, `on line`. */
function withStopsJoined(text: string, words: Word[]): Word[] {
  return words.flatMap((word, at) => {
    const next = words[at + 1]
    const before = words[at - 1]
    if (!next || word.stop === next.stop || [before, word, next].some((one) => one?.joined)) return [word]
    if (next.start !== word.end + 1 || HYPHEN.test(text.charAt(word.end))) return [word]
    const solid = fold(text.slice(word.start, word.end)) + fold(text.slice(next.start, next.end))
    return solid.length > LONGEST_JOINED ? [word] : [joinedWord(solid, word.start, next.end), word]
  })
}

type Spelling = { terms: (PhraseTerm & { stop: boolean })[]; width: number; until: number }

/** A spelling with its last term as one of two words. */
function inPlaceOf(spelling: Spelling, apart: string): Spelling {
  const terms = spelling.terms.map((one, n, all) => (n === all.length - 1 ? { ...one, term: apart } : one))
  return { ...spelling, terms, width: spelling.width + 1 }
}

/** A phrase as the terms of a text that has it, in each way in which its compounds may be written; with its stop words. */
export function phraseSpellings(typed: string): (PhraseTerm & { stop: boolean })[][] {
  const text = plainQuery(typed)
  const words = withStopsJoined(text, queryWords(text))
  let spellings: Spelling[] = [{ terms: [], width: 0, until: -1 }]
  for (const word of words) {
    const { term, stop, end } = word
    spellings = spellings.flatMap((spelling) => {
      // Already said by a compound.
      if (end <= spelling.until) return [spelling]
      const { terms, width } = spelling
      const taken = {
        ...spelling,
        terms: [...terms, { term, offset: width, stop }],
        width: width + 1,
        until: word.joined ? end : spelling.until,
      }
      if (!word.joined || word.whole) {
        const apart = apartOf(term)
        return apart === undefined ? [taken] : [taken, inPlaceOf(taken, apart)]
      }
      return [spelling, taken]
    })
    spellings = spellings.slice(0, MOST_SPELLINGS)
  }
  return spellings.map(({ terms }) => terms)
}
