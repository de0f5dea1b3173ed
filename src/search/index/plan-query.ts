import type { QueryClause, QueryTerm } from '../query/query.ts'
import { apartOf, LONGEST_JOINED } from '../text/compounds.ts'
import { fold, HYPHEN } from '../text/letters.ts'
import { otherSpellings } from '../text/other-spellings.ts'
import { termOf } from '../text/terms.ts'
import { nameWords } from '../text/words.ts'
import { authorTerm } from './indexed-paper.ts'
import { idf, type WantedTerm, type WantedWord } from './match-words.ts'
import { papersOf, phrasePapers, termsOf } from './papers-of.ts'
import { completions } from './near-words.ts'
import { askedWords, queryWords, type AskedWord } from './query-words.ts'
import { frequencyOf, type WordIndex } from './word-index.ts'

const PHRASE_WEIGHT = 1
/** A compound in one word stands beside its parts, which count by themselves. */
const JOINED_WEIGHT = 0.5
/** The parts of a compound that is asked for as a whole. */
const MERE_WEIGHT = 0.5
/** Enough to be among what was found. */
const APART_WEIGHT = 0.01
const AUTHOR_WEIGHT = 0.8
/** Words beside which a phrase is no longer a condition. */
const LONG_QUESTION = 8
/** What may be between the parts of a compound. */
const LINKS = new RegExp(`${HYPHEN.source}|\\s`, 'g')
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
  const joined = withCompounds(clauses.slice(0, MOST_CLAUSES), unfinished)
  joined.forEach((clause, n) => {
    const last = unfinished && n === joined.length - 1 && clauses.length <= MOST_CLAUSES
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

/** The clauses with compounds that were typed with a space (`gpt 4`) in one, as those with a hyphen are. */
function withCompounds(clauses: QueryClause[], unfinished: boolean): QueryClause[] {
  const joined: QueryClause[] = []
  let start = 0
  for (let end = 0; end <= clauses.length; end++) {
    const isLast = unfinished && end === clauses.length - 1
    if (end < clauses.length && !isLast && plainWord(clauses[end]) !== null) continue
    joined.push(...joinRun(clauses.slice(start, end)), ...clauses.slice(end, end + 1))
    start = end + 1
  }
  return joined
}

/** The text of a clause that is one word without signs. */
function plainWord(clause: QueryClause | undefined): string | null {
  const [term, ...others] = clause?.anyOf ?? []
  if (!clause || clause.not || others.length > 0 || term?.kind !== 'word' || term.field !== 'any') return null
  return /^[\p{L}\p{N}.]+$/u.test(term.text) ? term.text : null
}

function joinRun(clauses: QueryClause[]): QueryClause[] {
  const texts = clauses.map((clause) => plainWord(clause) ?? '')
  let next = 0
  const starts = texts.map((text) => {
    const start = next
    next += text.length + 1
    return start
  })
  const compounds = new Map(
    queryWords(texts.join(' ')).flatMap(({ start, end, whole }) => {
      const first = starts.indexOf(start)
      const isOfTwo =
        whole && first >= 0 && end === (starts[first + 1] ?? Infinity) + (texts[first + 1] ?? '').length
      return isOfTwo ? [[first, `${texts[first]} ${texts[first + 1]}`] as const] : []
    }),
  )
  return clauses.flatMap((clause, n): QueryClause[] => {
    if (compounds.has(n - 1)) return []
    const text = compounds.get(n)
    return text === undefined ? [clause] : [{ not: false, anyOf: [{ kind: 'word', field: 'any', text }] }]
  })
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
  // `follow-u` becomes one word with the next letter, and `Xiao-Ming` may be written as one.
  const solid =
    asked.length === 2 && asked.every(({ mere }) => !mere) ? asked.map(({ text }) => text).join('') : ''
  return asked.map(({ text, term, instead, mere }, i) => {
    const isCompound = !mere && asked[i + 1]?.mere === true
    const isSpaced = asked.some((one) => /\s/.test(one.text))
    const weight = mere && !isSpaced ? MERE_WEIGHT : 1
    // Nobody is called `X` and `Ray` who is found by `x-ray`.
    const name = isCompound ? text.replace(LINKS, '') : text
    const terms: WantedTerm[] = [
      isCompound && isSpaced ? spacedTerm(index, asked, term) : { term, weight, titleOnly: false },
      ...[name, ...otherSpellings(name)].flatMap(nameWords).map((name) => ({
        term: authorTerm(name),
        weight: AUTHOR_WEIGHT * weight,
        titleOnly: false,
      })),
      ...nameWords(solid).map((name) => ({
        term: authorTerm(name),
        weight: i === 0 ? AUTHOR_WEIGHT : 0,
        titleOnly: false,
      })),
      ...instead.map((other) => ({
        term: other,
        weight: insteadWeight(asked, i, other),
        titleOnly: false,
      })),
      ...(unfinished && i === last ? completions(index, text.replace(LINKS, ''), unfinished) : []),
      ...(unfinished && solid !== '' ? completions(index, solid, { forgiving: false }) : []),
    ]
    return mere ? { terms, mere } : { terms }
  })
}

function insteadWeight(asked: AskedWord[], at: number, term: string): number {
  if (term === apartOf(asked[at]?.term ?? '')) return APART_WEIGHT
  // It counts once, though each of its parts is there with it.
  return asked.findIndex((one) => one.instead.includes(term)) === at ? JOINED_WEIGHT : 0
}

/** A compound that was typed with a space must be there as one thing; its parts score as the two words that they are. */
function spacedTerm(index: WordIndex, asked: AskedWord[], term: string): WantedTerm {
  return together(
    index,
    term,
    asked.flatMap((one) => (one.mere ? [one.term] : [])),
  )
}

/** A missing space between two common words is no rare word. */
function together(index: WordIndex, term: string, parts: string[]): WantedTerm {
  const common = parts.map((part) => frequencyOf(index, part))
  return { term, weight: JOINED_WEIGHT, titleOnly: false, asFrequentAs: Math.max(...common) }
}

/** Two words that some write as one: papers that do have both. */
function acceptTogether(index: WordIndex, one: Neighbour, other: Neighbour): void {
  const solid = fold(one.text) + fold(other.text)
  const term = termOf(solid)
  if (solid.length > LONGEST_JOINED || frequencyOf(index, term) === 0) return
  one.word.terms.push(
    together(
      index,
      term,
      [one, other].map(({ word }) => word.terms[0]?.term ?? ''),
    ),
  )
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
