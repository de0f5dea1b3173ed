import type { Query, QueryClause, QueryTerm } from '../query/query.ts'
import { nearTerms } from '../text/spelling-distance.ts'
import { termOf } from '../text/terms.ts'
import { nameWords, wordsIn } from '../text/words.ts'
import type { VectorStore } from '../vectors/vector-store.ts'
import { countFacets, type Facets } from './facets.ts'
import { authorTerm, categoryTerm, FLAGS } from './indexed-paper.ts'
import { papersWithPhrase, type PhraseTerm } from './match-phrase.ts'
import { idf, markTerm, scoreWords, type Scores, type WantedTerm, type WantedWord } from './match-words.ts'
import { highest } from './select.ts'
import { frequencyOf, termsWithPrefix, type WordIndex } from './word-index.ts'

/** What is asked of the index. */
export type FindRequest = {
  query: Query
  /** Of what the words mean; null where nobody can say, or to go by words alone. */
  vector: Float32Array | null
  /** Goes by the vector alone where there is one. */
  meaningOnly?: boolean
  offset: number
  limit: number
  /** Whether the last word may be the beginning of one. */
  unfinished: boolean
  /** For `sort:hot` and `sort:top`: the papers that have any, best first. */
  ranked: number[]
}

type Hit = {
  id: number
  /** Whether it has the words of the query. */
  byWords: boolean
  /** The cosine of its meaning and the query's; null where one of them has no vector. */
  similarity: number | null
}

export type Found = {
  hits: Hit[]
  /** How many papers have the words, and pass the filters. */
  total: number
  /** How many results can be paged through: those, or of a long list by relevance the best. */
  reachable: number
  facets: Facets
  /** Words that no (or hardly any) paper has, with the terms that were looked for as well. */
  corrections: { word: string; terms: string[] }[]
  /** The terms that were looked for, to be marked in texts, and how rare they are (their idf). */
  terms: { term: string; rarity: number }[]
}

/** How scores are fused; chosen by the measurements in docs/decisions. */
export const FUSION = {
  /** The share of the words' score; the rest is the meaning's. */
  words: 0.42,
  /** Of each ranking so many of the best take part. */
  wordsPool: 400,
  meaningPool: 200,
  /** A paper without the words whose meaning is further away than this is no result. */
  leastSimilarity: 0.2,
}

/** Results by words that can be paged through. */
const REACHABLE = 10_000
/** A correction counts this much of what the word itself would. */
const CORRECTION_WEIGHT = 0.7
const PREFIX_WEIGHT = 0.6
/** A compound in one word stands beside its parts, which count by themselves. */
const JOINED_WEIGHT = 0.5
const PHRASE_WEIGHT = 1
/** Words beside which a phrase is no longer a condition. */
const LONG_QUESTION = 8
const AUTHOR_WEIGHT = 0.8

/** Answers a query out of the index, by words alone when there is no vector. Any query has an answer. */
export function find(
  { words: index, vectors }: { words: WordIndex; vectors: VectorStore | null },
  { query, vector, meaningOnly = false, offset, limit, unfinished, ranked }: FindRequest,
  scratch: Scores,
): Found {
  const { table } = index
  const plan = planOf(index, query.clauses, { unfinished })
  const admitted = admittedBy(index, plan)
  scratch.clear(table.size)
  scoreWords(index, plan.words, { admitted, into: scratch })
  for (const { papers, rarity } of plan.phrases) {
    for (const [id, count] of papers) {
      if (admitted[id] === 1) scratch.scores[id] = (scratch.scores[id] ?? 0) + rarity * (1 + Math.log(count))
    }
  }
  // Words that no paper has cannot be asked of any.
  const known = plan.words.filter(({ terms }) =>
    terms.some(({ term }) => frequencyOf(index, term) > 0),
  ).length
  const needed = known === 0 && plan.asksWords ? Infinity : wordsNeeded(known)
  const { wanted, hits } = scratch
  for (let id = 0; id < table.size; id++) wanted[id] = admitted[id] === 1 && (hits[id] ?? 0) >= needed ? 1 : 0

  const { facets, total } = countFacets(table, wanted)
  const answer = { total, facets, corrections: plan.corrections, terms: withRarity(index, plan.terms) }
  const scored = plan.words.length > 0 || plan.phrases.length > 0
  if (query.sort === 'relevance' && scored) {
    const fused = fuse({
      table,
      admitted,
      scratch,
      meaning: vector && vectors && { vector, vectors },
      meaningOnly,
    })
    return { ...answer, hits: fused.slice(offset, offset + limit), reachable: fused.length }
  }
  const reachable = Math.min(total, REACHABLE)
  const ranking = query.sort === 'hot' || query.sort === 'top' ? ranked.filter((id) => wanted[id] === 1) : []
  const first = ranking.slice(0, Math.min(offset + limit, reachable))
  for (const id of first) wanted[id] = 0
  const rest = highest(table.datedAt, {
    size: table.size,
    count: Math.min(offset + limit, reachable) - first.length,
    wanted,
  })
  const page = [...first, ...rest].slice(offset, offset + limit)
  return { ...answer, hits: page.map((id) => ({ id, byWords: true, similarity: null })), reachable }
}

/** The best by words and the best by meaning in one ranking. */
function fuse({
  table,
  admitted,
  scratch: { scores, wanted },
  meaning,
  meaningOnly,
}: {
  table: WordIndex['table']
  admitted: Uint8Array
  scratch: Scores
  meaning: { vector: Float32Array; vectors: VectorStore } | null
  meaningOnly: boolean
}): Hit[] {
  const { size } = table
  const byWords = meaningOnly ? [] : highest(scores, { size, count: FUSION.wordsPool, wanted: admitted })
  const byMeaning = meaning
    ? meaning.vectors.nearest(meaning.vector, {
        count: FUSION.meaningPool,
        admitted: admitted.subarray(0, size),
      })
    : []
  const similarities = new Map(byMeaning.map(({ id, similarity }) => [id, similarity]))
  const pool = new Set(byWords.filter((id) => (scores[id] ?? 0) > 0))
  for (const { id, similarity } of byMeaning) if (similarity >= FUSION.leastSimilarity) pool.add(id)
  const best = scores[byWords[0] ?? 0] ?? 0
  const nearest = byMeaning[0]?.similarity ?? 0
  const share = meaningOnly ? 0 : FUSION.words
  return Array.from(pool, (id) => {
    const similarity = similarities.get(id) ?? meaning?.vectors.similarity(meaning.vector, id) ?? null
    const words = best > 0 ? (scores[id] ?? 0) / best : 0
    // A paper that was not embedded yet is taken to be as near as its words say.
    const closeness = similarity === null || nearest <= 0 ? words : Math.max(0, similarity) / nearest
    return { id, score: share * words + (1 - share) * closeness, similarity }
  })
    .toSorted((a, b) => b.score - a.score || b.id - a.id)
    .map(({ id, similarity }) => ({ id, byWords: wanted[id] === 1, similarity }))
}

/** Of so many words a paper must have this many to count as having them: all of a few, three quarters of many. */
function wordsNeeded(words: number): number {
  return words <= 3 ? words : Math.floor(words * 0.75)
}

function withRarity(index: WordIndex, terms: string[]): Found['terms'] {
  return Array.from(new Set(terms), (term) => ({
    term,
    rarity: idf(index.table.count, frequencyOf(index, term)),
  }))
}

type Plan = {
  /** Whether the query has words at all, even if they come to nothing (`???`). */
  asksWords: boolean
  words: WantedWord[]
  /** Phrases that a paper must have, and what having it scores. */
  phrases: { papers: Map<number, number>; rarity: number }[]
  /** What a paper must (or must not) be, besides. */
  conditions: { not: boolean; papers: Uint8Array }[]
  corrections: Found['corrections']
  terms: string[]
}

function planOf(index: WordIndex, clauses: QueryClause[], { unfinished }: { unfinished: boolean }): Plan {
  const isWords = (clause: QueryClause) =>
    !clause.not && clause.anyOf.every((term) => term.kind === 'word' && term.field === 'any')
  const asked = clauses.filter(isWords)
  const plan: Plan = {
    asksWords: asked.length > 0,
    words: [],
    phrases: [],
    conditions: [],
    corrections: [],
    terms: [],
  }
  const says = asked.some(({ anyOf }) =>
    anyOf.some((term) => term.kind === 'word' && wordsIn(term.text).some((word) => !word.stop)),
  )
  // In a long question, quotation marks emphasise.
  const required = asked.length < LONG_QUESTION
  clauses.forEach((clause, n) => {
    const last = unfinished && n === clauses.length - 1
    if (isWords(clause)) {
      plan.words.push(...wantedWords(index, clause.anyOf, { plan, keepStops: !says, unfinished: last }))
    } else if (!clause.not && clause.anyOf.length === 1 && clause.anyOf[0]?.kind === 'phrase') {
      addPhrase(index, clause.anyOf[0], { plan, required })
    } else {
      plan.conditions.push({ not: clause.not, papers: papersOf(index, clause.anyOf, { unfinished: last }) })
      if (!clause.not) plan.terms.push(...clause.anyOf.flatMap(termsOf))
    }
  })
  return plan
}

/** What to look for instead of the words of one clause; a compound is several words. */
function wantedWords(
  index: WordIndex,
  alternatives: QueryTerm[],
  { plan, keepStops, unfinished }: { plan: Plan; keepStops: boolean; unfinished: boolean },
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
      if (unfinished && i === parts.length - 1) terms.push(...completions(index, text))
      else terms.push(...corrections(index, { text, term: word.term, terms }, plan))
      plan.terms.push(...terms.filter(({ term }) => !term.startsWith('@')).map(({ term }) => term))
      // Of alternatives (`a OR b`) the first parts are one word, the others stand for themselves.
      const first = i === 0 && alternative !== alternatives[0] ? wanted[0] : undefined
      if (first) first.terms.push(...terms)
      else wanted.push({ terms })
    })
  }
  return wanted
}

/** Terms that a word typed so far may become. */
function completions(index: WordIndex, text: string): WantedTerm[] {
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

function nameCompletions(index: WordIndex, text: string): string[] {
  const typed = nameWords(text)[0] ?? ''
  return typed === '' ? [] : termsWithPrefix(index, authorTerm(typed), 100).map(({ term }) => term)
}

/** A term that so many papers have is no slip of the fingers. */
const NEVER_CORRECTED = 20

/** Terms one slip away, for a word that nobody, or hardly anybody, writes so. */
function corrections(
  index: WordIndex,
  { text, term, terms }: { text: string; term: string; terms: WantedTerm[] },
  plan: Plan,
): WantedTerm[] {
  const own = Math.max(...terms.map((wanted) => frequencyOf(index, wanted.term)))
  if (own >= NEVER_CORRECTED || own > index.table.count / 1_000) return []
  const enough = ({ frequency }: { frequency: number }) => frequency > own * 20
  let near = nearTerms(term, (candidate) => frequencyOf(index, candidate), { limit: 3 }).filter(enough)
  if (near.length === 0 && own === 0) {
    // A slip may have made another ending of it, and so another stem.
    const terms = new Set(
      nearTerms(text.toLowerCase(), (candidate) => frequencyOf(index, termOf(candidate)), { limit: 3 }).map(
        (candidate) => termOf(candidate.term),
      ),
    )
    near = Array.from(terms, (candidate) => ({ term: candidate, frequency: frequencyOf(index, candidate) }))
  }
  if (near.length === 0) return []
  if (own === 0) plan.corrections.push({ word: text, terms: near.map((candidate) => candidate.term) })
  const weight = own === 0 ? CORRECTION_WEIGHT : CORRECTION_WEIGHT / 2
  return near.map((candidate) => ({ term: candidate.term, weight, titleOnly: false }))
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
    const marks = new Uint8Array(index.table.size)
    for (const id of papers.keys()) marks[id] = 1
    plan.conditions.push({ not: false, papers: marks })
  }
  if (phrase.field === 'author') return
  const words = wordsIn(phrase.text).filter((word) => !word.joined)
  const says = words.some((word) => !word.stop)
  for (const { term, stop } of words) {
    if (!says || !stop) plan.words.push({ terms: [{ term, weight: 1, titleOnly: phrase.field === 'title' }] })
  }
}

function phrasePapers(
  index: WordIndex,
  { text, field }: Extract<QueryTerm, { kind: 'phrase' | 'word' }>,
): Map<number, number> {
  if (field === 'author') {
    const terms = nameWords(text).map((word) => ({ term: authorTerm(word), offset: 0 }))
    return papersWithPhrase(index, terms, { titleOnly: false })
  }
  const words = wordsIn(text).filter((word) => !word.joined)
  const says = words.some((word) => !word.stop)
  const terms = words
    .map((word, offset): PhraseTerm & { stop: boolean } => ({ term: word.term, offset, stop: word.stop }))
    .filter((word) => !says || !word.stop)
  const first = terms[0]?.offset ?? 0
  return papersWithPhrase(
    index,
    terms.map(({ term, offset }) => ({ term, offset: offset - first })),
    // A phrase of nothing but stop words can only be found in titles.
    { titleOnly: field === 'title' || !says },
  )
}

/** The papers that are one of the alternatives. */
function papersOf(
  index: WordIndex,
  alternatives: QueryTerm[],
  { unfinished }: { unfinished: boolean },
): Uint8Array {
  const marks = new Uint8Array(index.table.size)
  for (const term of alternatives) {
    switch (term.kind) {
      case 'word':
      case 'phrase': {
        const words = term.field === 'author' ? nameWords(term.text) : wordsIn(term.text)
        if (term.kind === 'phrase' || words.length > 1) {
          for (const id of phrasePapers(index, term).keys()) marks[id] = 1
        } else {
          const completed = unfinished && term.field === 'author' ? nameCompletions(index, term.text) : []
          for (const word of [...termsOf(term), ...completed])
            markTerm(index, { term: word, titleOnly: term.field === 'title' }, marks)
        }
        break
      }
      case 'category':
        markTerm(index, { term: categoryTerm(term.category), titleOnly: false }, marks)
        break
      case 'date':
        markDates(index, term, marks)
        break
      case 'has':
        markFlag(index, FLAGS[term.what], marks)
        break
    }
  }
  return marks
}

function markDates(
  { table }: WordIndex,
  { from, to }: { from: string | null; to: string | null },
  marks: Uint8Array,
): void {
  const first = from === null ? -Infinity : Date.parse(`${from}T00:00:00Z`)
  const end = to === null ? Infinity : Date.parse(`${to}T00:00:00Z`) + 86_400_000
  for (let id = 0; id < table.size; id++) {
    const at = table.datedAt[id] ?? 0
    if (at >= first && at < end) marks[id] = 1
  }
}

function markFlag({ table }: WordIndex, flag: number, marks: Uint8Array): void {
  for (let id = 0; id < table.size; id++) if (((table.flags[id] ?? 0) & flag) !== 0) marks[id] = 1
}

/** The terms that a part of a query asks for in texts. */
function termsOf(term: QueryTerm): string[] {
  if (term.kind !== 'word' && term.kind !== 'phrase') return []
  if (term.field === 'author') return nameWords(term.text).map(authorTerm)
  return wordsIn(term.text).map((word) => word.term)
}

/** 1 for the papers that meet all conditions. */
function admittedBy({ table }: WordIndex, { conditions }: Plan): Uint8Array {
  if (conditions.length === 0) return table.live
  const admitted = table.live.slice(0, table.size)
  for (const { not, papers } of conditions) {
    const refused = not ? 1 : 0
    for (let id = 0; id < table.size; id++) if (papers[id] === refused) admitted[id] = 0
  }
  return admitted
}
