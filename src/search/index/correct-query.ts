import { wordsOf, type Query, type QueryClause, type QueryTerm } from '../query/query.ts'
import { isForeign } from '../text/language.ts'
import { fold, HYPHEN } from '../text/letters.ts'
import { meantBy } from '../text/slips.ts'
import { STOP_WORDS } from '../text/stop-words.ts'
import { termOf } from '../text/terms.ts'
import { vocabularyWord } from '../text/vocabulary.ts'
import { nameWords, wordsIn, type Word } from '../text/words.ts'
import { authorTerm } from './indexed-paper.ts'
import { hasTerm } from './match-words.ts'
import { queryWords } from './query-words.ts'
import {
  frequencyOf,
  termsWithPrefix,
  vocabularyFrequency,
  wordsWithPrefix,
  type WordIndex,
} from './word-index.ts'

/** A word as it was typed, and as papers write it. */
export type Correction = { word: string; instead: string }

/** `names`: the names of authors are corrected as well, each as the beginning of one, for those who choose among them. */
export type CorrectQuestion = { query: Query; unfinished: boolean; names?: boolean }

export type CorrectedQuery = {
  /** The query to ask: with the corrections. */
  query: Query
  /** Words that no paper has, and what is looked for instead. */
  corrections: Correction[]
  /** Words that hardly any paper has, which are looked for as they are, and what may have been meant. */
  offers: Correction[]
  /** Whether the words are probably of another language than English; they are not corrected then. */
  foreign: boolean
  /** Whether any paper has any of the words that are to be found, as they were corrected. */
  known: boolean
}

/**
 * A query with the slips in its words mended. Only a word that no paper has is replaced: one that exists may be meant,
 * however rare it is. What is quoted, excluded or the name of an author stays what it is. `unfinished`: so does the last
 * word when others begin like it.
 */
export function correctQuery(
  index: WordIndex,
  { query, unfinished, names = false }: CorrectQuestion,
): CorrectedQuery {
  const foreign = isForeign(wordsToFind(query), (word) => isUsual(index, word))
  if (foreign) return { query, corrections: [], offers: [], foreign, known: isAnyKnown(index, query) }
  const corrections: Correction[] = []
  const offers: Correction[] = []
  let left = MOST_WORDS
  const clauses = query.clauses.map((clause, n) => {
    if (clause.not) return clause
    const isLast = unfinished && n === query.clauses.length - 1
    const anyOf = clause.anyOf.map((term) => {
      if (term.kind !== 'word') return term
      if (term.field === 'author') {
        const name = names ? nameMeantBy(index, term.text) : null
        if (name === null) return term
        corrections.push({ word: term.text, instead: name })
        return { ...term, text: name } satisfies QueryTerm
      }
      let text = term.text
      const found: (Correction & { exists: boolean })[] = []
      const all = queryWords(term.text)
      const words = all.filter((word) => !word.joined)
      // `re-inforcement`, and words that a line break parted (`infor- mation`).
      const known = all.filter((word) => word.joined && hasTerm(index, word.term))
      if (isKnownTogether(index, query.clauses, n)) return term
      // From the end, so that places before it stay what they are.
      for (const [i, word] of [...words.entries()].toReversed()) {
        const typed = term.text.slice(word.start, word.end)
        if (known.some(({ start, end }) => start <= word.start && word.end <= end)) continue
        if (left-- <= 0 || (isLast && i === words.length - 1 && isBeginning(index, typed))) continue
        const meant = correctionOf(index, { typed, word })
        if (meant === null) continue
        found.unshift({ word: typed, ...meant })
        if (!meant.exists) text = text.slice(0, word.start) + meant.instead + text.slice(word.end)
      }
      for (const { exists, ...correction } of found) (exists ? offers : corrections).push(correction)
      return { ...term, text } satisfies QueryTerm
    })
    return { ...clause, anyOf }
  })
  const corrected = corrections.length === 0 ? query : { ...query, clauses }
  return { query: corrected, corrections, offers, foreign, known: isAnyKnown(index, corrected) }
}

/** Whether the word of a clause is in papers as one with that of the clause before or behind it. */
function isKnownTogether(index: WordIndex, clauses: QueryClause[], n: number): boolean {
  const texts = clauses.slice(Math.max(0, n - 1), n + 2).map(({ not, anyOf: [term, ...others] }) => {
    const isWord = !not && others.length === 0 && term?.kind === 'word' && term.field === 'any'
    return isWord ? fold(term.text.replace(AT_LINE_END, '')) : ''
  })
  return texts.some((text, i) => {
    const next = texts[i + 1] ?? ''
    return /^[a-z]+$/.test(text) && /^[a-z]+$/.test(next) && hasTerm(index, termOf(text + next))
  })
}

const AT_LINE_END = new RegExp(`${HYPHEN.source}$`)

/** The first words of what is looked for in texts, as they were typed. */
function wordsToFind(query: Query): string[] {
  const text = wordsOf(query).slice(0, LONGEST_LOOK)
  return wordsIn(text)
    .filter((word) => !word.joined)
    .map(({ start, end }) => text.slice(start, end))
}

/** So many UTF-16 units of a query tell its language. */
const LONGEST_LOOK = 500

/** Whether papers often have a word: English ones have words of other languages as well, but hardly ever. */
function isUsual(index: WordIndex, text: string): boolean {
  const least = index.table.count * MOST_SLIPPED
  return wordsIn(text).some(
    ({ term, stop }) => stop || (hasTerm(index, term) && frequencyOf(index, term) > least),
  )
}

function isAnyKnown(index: WordIndex, query: Query): boolean {
  const text = wordsOf(query)
  return wordsIn(text).some(
    ({ term, stop, start, end }) =>
      !stop &&
      (hasTerm(index, term) ||
        nameWords(text.slice(start, end)).some((name) => hasTerm(index, authorTerm(name)))),
  )
}

function isBeginning(index: WordIndex, typed: string): boolean {
  return nameWords(typed).some(
    (word) =>
      word.length < 2 ||
      wordsWithPrefix(index, word, 1).length > 0 ||
      termsWithPrefix(index, word, 1).length > 0 ||
      termsWithPrefix(index, authorTerm(word), 1).length > 0,
  )
}

/** Words of a query that are looked at: a text that was pasted in would hold others up. */
const MOST_WORDS = 40

/** A word that exists may be a slip of one that is so many times likelier, which is then offered. */
const OFFERED = 500
/** A word that a larger part of the papers has is no slip. */
export const MOST_SLIPPED = 1 / 1_000

/** What a word was probably meant to be; null when it is well as it is, or nobody can say. */
function correctionOf(
  index: WordIndex,
  { typed, word }: { typed: string; word: Word },
): { instead: string; exists: boolean } | null {
  const folded = vocabularyWord(typed)
  if (folded === null || word.stop) return null
  const terms = [word.term, ...nameWords(typed).map(authorTerm)]
  const own = Math.max(...terms.map((term) => (hasTerm(index, term) ? frequencyOf(index, term) : 0)))
  if (own > index.table.count * MOST_SLIPPED && own > 0) return null
  const best = likeliest(index, folded)
  if (best === null) return null
  if (own > 0 && (best.weight < own * OFFERED || folded.length < 5 || STOP_WORDS.has(best.word))) return null
  return { instead: best.word, exists: own > 0 }
}

/**
 * The least likelihood of a slip, by the length of the word, and the least share of papers with the word that is meant:
 * nearly every short word is near to another one, even if it is a name that no paper has yet, or nonsense.
 */
function leastOf(length: number, papers: number): { likelihood: number; share: number } {
  if (length < 6 && papers < FEW_PAPERS) return { likelihood: 1, share: 0 }
  if (length < 5) return { likelihood: 0.3, share: 1 / 2_000 }
  return length < 7 ? { likelihood: 0.04, share: 1 / 5_000 } : { likelihood: 0, share: 0 }
}

/** So few papers lack many a short word that everyone knows: `stop` is no slip of `step` there, nor `tree` of `three`. */
const FEW_PAPERS = 5_000

/** A name counts this much of a word that as many papers have. */
const NAME = 0.5

/** Of the words that one slip may have made this one of, that which is likeliest meant: by the slip, and how many papers have it. */
function likeliest(index: WordIndex, typed: string): { word: string; weight: number } | null {
  let best: { word: string; weight: number } | null = null
  const least = leastOf(typed.length, index.table.count)
  for (const { meant, likelihood } of meantBy(typed)) {
    if (likelihood < least.likelihood) continue
    const papers = vocabularyFrequency(index, meant) || NAME * frequencyOf(index, authorTerm(meant))
    const weight = papers * likelihood
    if (papers < index.table.count * least.share) continue
    if (weight > (best?.weight ?? 0) && isKnown(index, meant)) best = { word: meant, weight }
  }
  return best
}

/** What begins a name and was probably meant; null where something begins as was typed, or nobody can say. */
function nameMeantBy(index: WordIndex, typed: string): string | null {
  const word = vocabularyWord(typed)
  if (word === null || isBeginning(index, typed)) return null
  let best: { name: string; weight: number } | null = null
  const least = leastOf(word.length, index.table.count)
  for (const { meant, likelihood } of meantBy(word)) {
    if (likelihood < least.likelihood) continue
    const [first] = termsWithPrefix(index, authorTerm(meant), 1)
    const weight = likelihood * (first?.frequency ?? 0)
    if (weight > (best?.weight ?? 0)) best = { name: meant, weight }
  }
  return best?.name ?? null
}

/** Whether a paper that is there has the word: it may be gone from all since it was counted. */
function isKnown(index: WordIndex, word: string): boolean {
  return STOP_WORDS.has(word) || hasTerm(index, termOf(word)) || hasTerm(index, authorTerm(word))
}
