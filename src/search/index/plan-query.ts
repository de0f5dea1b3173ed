import type { QueryClause, QueryTerm } from '../query/query.ts'
import { LONGEST_JOINED } from '../text/compounds.ts'
import { fold, HYPHEN } from '../text/letters.ts'
import { otherSpellings } from '../text/other-spellings.ts'
import { termOf } from '../text/terms.ts'
import { nameWords } from '../text/words.ts'
import { authorTerm } from './indexed-paper.ts'
import { idf, type WantedTerm, type WantedWord } from './match-words.ts'
import { papersOf, phrasePapers, termsOf } from './papers-of.ts'
import { completions } from './near-words.ts'
import { askedWords, type AskedWord } from './query-words.ts'
import { frequencyOf, type WordIndex } from './word-index.ts'

const PHRASE_WEIGHT = 1
/** A compound in one word stands beside its parts, which count by themselves. */
const JOINED_WEIGHT = 0.5
/** The parts of a compound that is asked for as a whole. */
const MERE_WEIGHT = 0.5
const AUTHOR_WEIGHT = 0.8
/** Words beside which a phrase is no longer a condition. */
const LONG_QUESTION = 8
const HYPHENS = new RegExp(HYPHEN, 'g')
/** What comes after so much in a query is not looked for: nobody types it, and it would hold others up. */
const MOST_CLAUSES = 300
const MOST_WORDS = 150

/** What a query comes to in an index. */
export type Plan = {
  /** Whether the query has words at all, even if they come to nothing (`???`). */
  asksWords: boolean
  words: WantedWord[]
  /** Phrases that a paper must have, and what having it scores. */
  phrases: { papers: Map<number, number>; rarity: number }[]
  /** What a paper must (or must not) be, besides. */
  conditions: { not: boolean; papers: () => Uint8Array }[]
  terms: string[]
}

/**
 * How to take a query. `unfinished`: the last word may be the beginning of one; `forgiving`: even with a slip in it.
 * `titlesOnly`: words are meant in titles. `timeZone`: whose days dates are.
 */
export type PlanOptions = { unfinished: boolean; forgiving: boolean; titlesOnly: boolean; timeZone: string }

/** What to look for. */
export function planQuery(
  index: WordIndex,
  clauses: QueryClause[],
  { unfinished, forgiving, titlesOnly, timeZone }: PlanOptions,
): Plan {
  const isWords = (clause: QueryClause) =>
    !clause.not && clause.anyOf.every((term) => term.kind === 'word' && term.field === 'any')
  const asked = clauses.filter(isWords)
  const plan: Plan = {
    asksWords: asked.length > 0,
    words: [],
    phrases: [],
    conditions: [],
    terms: [],
  }
  const says = asked.some(({ anyOf }) =>
    anyOf.some((term) => term.kind === 'word' && askedWords(term.text).some((word) => !word.stop)),
  )
  // In a long question, quotation marks emphasise.
  const required = asked.length < LONG_QUESTION
  let before: Neighbour | undefined
  clauses.slice(0, MOST_CLAUSES).forEach((clause, n) => {
    const last = unfinished && n === clauses.length - 1
    if (isWords(clause)) {
      const wanted = wantedWords(index, clause.anyOf, {
        plan,
        keepStops: !says,
        unfinished: last && { forgiving },
      })
      plan.words.push(...wanted)
      const word = says && clause.anyOf.length === 1 && wanted.length === 1 ? wanted[0] : undefined
      const here = word && { word, text: wordText(clause), at: n }
      if (before && here && before.at === n - 1) acceptTogether(index, before, here)
      before = here
    } else if (!clause.not && clause.anyOf.length === 1 && clause.anyOf[0]?.kind === 'phrase') {
      addPhrase(index, clause.anyOf[0], { plan, required })
    } else {
      plan.conditions.push({
        not: clause.not,
        papers: () => papersOf(index, clause.anyOf, { unfinished: last, timeZone }),
      })
      if (!clause.not) plan.terms.push(...clause.anyOf.flatMap(termsOf))
    }
  })
  const words = distinct(plan.words)
  return { ...plan, words: titlesOnly ? words.map(inTitles) : words }
}

function inTitles(word: WantedWord): WantedWord {
  return { ...word, terms: word.terms.map((term) => ({ ...term, titleOnly: true })) }
}

/** A clause of one word. */
type Neighbour = { word: WantedWord; text: string; at: number }

function wordText({ anyOf: [term] }: QueryClause): string {
  return term?.kind === 'word' ? (askedWords(term.text).find(({ stop }) => !stop)?.text ?? '') : ''
}

/** Each word once: one that is there several times counts as often. */
function distinct(words: WantedWord[]): WantedWord[] {
  const known = new Map<string, { word: WantedWord; times: number }>()
  for (const word of words) {
    const terms = word.terms.map(({ term, titleOnly }) => `${titleOnly ? 1 : 0}${term}`).join(' ')
    const key = word.mere ? `mere ${terms}` : terms
    const before = known.get(key)
    known.set(key, { word, times: (before?.times ?? 0) + 1 })
  }
  return [...known.values()].slice(0, MOST_WORDS).map(({ word, times }) => ({
    ...word,
    terms: word.terms.map((term) => ({ ...term, weight: term.weight * times })),
  }))
}

/**
 * What to look for instead of the words of one clause; a compound may be several words. Of alternatives (`a OR b`), which
 * may have more words than others, a paper that has all of one has all.
 */
function wantedWords(
  index: WordIndex,
  alternatives: QueryTerm[],
  {
    plan,
    keepStops,
    unfinished,
  }: { plan: Plan; keepStops: boolean; unfinished: false | { forgiving: boolean } },
): WantedWord[] {
  const words = alternatives.flatMap((alternative) =>
    alternative.kind === 'word' ? [askedWords(alternative.text)] : [],
  )
  const wanted = words.map((asked) => {
    const said = asked.filter(({ stop }) => keepStops || !stop)
    return wantedOf(index, said, { unfinished })
  })
  const sought = wanted.map((some) => some.filter(({ mere }) => !mere)).filter((some) => some.length > 0)
  const longest = Math.max(0, ...sought.map((some) => some.length))
  const slots = Array.from({ length: longest }, (_, n): WantedWord => ({
    terms: sought.flatMap((some) =>
      some.length > n
        ? (some[n]?.terms ?? [])
        : (some.at(-1)?.terms ?? []).map((term) => ({ ...term, weight: 0 })),
    ),
  }))
  for (const { terms } of slots) {
    plan.terms.push(...terms.filter(({ term }) => !term.startsWith('@')).map(({ term }) => term))
  }
  return [...slots, ...wanted.flat().filter(({ mere }) => mere)]
}

function wantedOf(
  index: WordIndex,
  asked: AskedWord[],
  { unfinished }: { unfinished: false | { forgiving: boolean } },
): WantedWord[] {
  const last = asked.findLastIndex(({ mere }) => !mere)
  return asked.map(({ text, term, instead, mere }, i) => {
    const weight = mere ? MERE_WEIGHT : 1
    const terms: WantedTerm[] = [
      { term, weight, titleOnly: false },
      ...[text, ...otherSpellings(text)].flatMap(nameWords).map((name) => ({
        term: authorTerm(name),
        weight: AUTHOR_WEIGHT * weight,
        titleOnly: false,
      })),
      // It counts once, though each of its parts is there with it.
      ...instead.map((joined) => ({
        term: joined,
        weight: asked.findIndex((one) => one.instead.includes(joined)) === i ? JOINED_WEIGHT : 0,
        titleOnly: false,
      })),
      ...(unfinished && i === last ? completions(index, text.replace(HYPHENS, ''), unfinished) : []),
    ]
    return mere ? { terms, mere } : { terms }
  })
}

/** Two words that some write as one: papers that do have both. */
function acceptTogether(index: WordIndex, one: Neighbour, other: Neighbour): void {
  const solid = fold(one.text) + fold(other.text)
  const term = termOf(solid)
  if (solid.length > LONGEST_JOINED || frequencyOf(index, term) === 0) return
  // A missing space between two common words is no rare word.
  const common = [one, other].map(({ word }) => frequencyOf(index, word.terms[0]?.term ?? ''))
  one.word.terms.push({ term, weight: JOINED_WEIGHT, titleOnly: false, asFrequentAs: Math.max(...common) })
  other.word.terms.push({ term, weight: 0, titleOnly: false })
}

/** A phrase scores for its words, and once more for standing as it does. */
function addPhrase(
  index: WordIndex,
  phrase: Extract<QueryTerm, { kind: 'phrase' }>,
  { plan, required }: { plan: Plan; required: boolean },
): void {
  const papers = phrasePapers(index, phrase)
  plan.phrases.push({ papers, rarity: idf(index.table.count, papers.size) * PHRASE_WEIGHT })
  plan.terms.push(...termsOf(phrase))
  if (required) {
    plan.conditions.push({
      not: false,
      papers: () => {
        const marks = new Uint8Array(index.table.size)
        for (const id of papers.keys()) marks[id] = 1
        return marks
      },
    })
  }
  if (phrase.field === 'author') return
  const words = askedWords(phrase.text)
  const says = words.some((word) => !word.stop)
  for (const { term, stop, instead, mere } of words) {
    if (mere || (says && stop)) continue
    const titleOnly = phrase.field === 'title'
    plan.words.push({
      terms: [
        { term, weight: 1, titleOnly },
        ...instead.map((joined) => ({ term: joined, weight: JOINED_WEIGHT, titleOnly })),
      ],
    })
  }
}
