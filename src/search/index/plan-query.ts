import type { QueryClause, QueryTerm } from '../query/query.ts'
import { nameWords, wordsIn } from '../text/words.ts'
import { authorTerm } from './indexed-paper.ts'
import { idf, type WantedTerm, type WantedWord } from './match-words.ts'
import { papersOf, phrasePapers, termsOf } from './papers-of.ts'
import { completions } from './near-words.ts'
import type { WordIndex } from './word-index.ts'

const PHRASE_WEIGHT = 1
/** A compound in one word stands beside its parts, which count by themselves. */
const JOINED_WEIGHT = 0.5
const AUTHOR_WEIGHT = 0.8
/** Words beside which a phrase is no longer a condition. */
const LONG_QUESTION = 8
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
 * What to look for. `unfinished`: the last word may be the beginning of one; `forgiving`: even with a slip in it.
 * `titlesOnly`: words are meant in titles.
 */
export function planQuery(
  index: WordIndex,
  clauses: QueryClause[],
  {
    unfinished,
    forgiving,
    titlesOnly,
    timeZone,
  }: { unfinished: boolean; forgiving: boolean; titlesOnly: boolean; timeZone: string },
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
    anyOf.some((term) => term.kind === 'word' && wordsIn(term.text).some((word) => !word.stop)),
  )
  // In a long question, quotation marks emphasise.
  const required = asked.length < LONG_QUESTION
  clauses.slice(0, MOST_CLAUSES).forEach((clause, n) => {
    const last = unfinished && n === clauses.length - 1
    if (isWords(clause)) {
      plan.words.push(
        ...wantedWords(index, clause.anyOf, { plan, keepStops: !says, unfinished: last && { forgiving } }),
      )
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

function inTitles({ terms }: WantedWord): WantedWord {
  return { terms: terms.map((term) => ({ ...term, titleOnly: true })) }
}

/** Each word once: one that is there several times counts as often. */
function distinct(words: WantedWord[]): WantedWord[] {
  const known = new Map<string, { word: WantedWord; times: number }>()
  for (const word of words) {
    const key = word.terms.map(({ term, titleOnly }) => `${titleOnly ? 1 : 0}${term}`).join(' ')
    const before = known.get(key)
    known.set(key, { word, times: (before?.times ?? 0) + 1 })
  }
  return [...known.values()].slice(0, MOST_WORDS).map(({ word, times }) => ({
    terms: word.terms.map((term) => ({ ...term, weight: term.weight * times })),
  }))
}

/** What to look for instead of the words of one clause; a compound is several words. */
function wantedWords(
  index: WordIndex,
  alternatives: QueryTerm[],
  {
    plan,
    keepStops,
    unfinished,
  }: { plan: Plan; keepStops: boolean; unfinished: false | { forgiving: boolean } },
): WantedWord[] {
  const wanted: WantedWord[] = []
  for (const alternative of alternatives) {
    if (alternative.kind !== 'word') continue
    const words = wordsIn(alternative.text).filter((word) => keepStops || !word.stop)
    const joined = words
      .filter((word) => word.joined)
      .map(({ term }): WantedTerm => ({ term, weight: JOINED_WEIGHT, titleOnly: false }))
    const parts = words.filter((word) => !word.joined)
    parts.forEach((word, i) => {
      const text = alternative.text.slice(word.start, word.end)
      const terms: WantedTerm[] = [
        { term: word.term, weight: 1, titleOnly: false },
        ...nameWords(text).map((name) => ({
          term: authorTerm(name),
          weight: AUTHOR_WEIGHT,
          titleOnly: false,
        })),
        ...(i === 0 ? joined : []),
      ]
      if (unfinished && i === parts.length - 1) terms.push(...completions(index, text, unfinished))
      plan.terms.push(...terms.filter(({ term }) => !term.startsWith('@')).map(({ term }) => term))
      // Of alternatives (`a OR b`) the first parts are one word, the others stand for themselves.
      const first = i === 0 && alternative !== alternatives[0] ? wanted[0] : undefined
      if (first) first.terms.push(...terms)
      else wanted.push({ terms })
    })
  }
  return wanted
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
  const words = wordsIn(phrase.text).filter((word) => !word.joined)
  const says = words.some((word) => !word.stop)
  for (const { term, stop } of words) {
    if (!says || !stop) plan.words.push({ terms: [{ term, weight: 1, titleOnly: phrase.field === 'title' }] })
  }
}
