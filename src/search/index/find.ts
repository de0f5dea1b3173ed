import { LRUCache } from 'lru-cache'
import { formatQuery } from '../query/format-query.ts'
import type { Query, SortOrder } from '../query/query.ts'
import type { VectorStore } from '../vectors/vector-store.ts'
import { countFacets, type Facets } from './facets.ts'
import { papersNamed, type Named } from './find-titles.ts'
import { idf, scoreWords, type Scores } from './match-words.ts'
import { planQuery, type Plan, type PlanOptions } from './plan-query.ts'
import { highest } from './select.ts'
import { frequencyOf, type WordIndex } from './word-index.ts'

/** What is asked of the index. */
export type FindRequest = {
  query: Query
  /** The text that the query was read from: where that is a title, word for word, its paper comes first. */
  typed?: string
  /** Of what the words mean; null where nobody can say, or to go by words alone. */
  vector: Float32Array | null
  /** Goes by the vector alone where there is one. */
  meaningOnly?: boolean
  /** A paper without the words whose meaning is further away than this is no result; 0.25 when not given. */
  leastSimilarity?: number
  offset: number
  limit: number
  /** Of a later page: the `asOf` of the first one, so that what came in meanwhile shifts nothing. */
  asOf?: number | null
  /** Whether the last word may be the beginning of one. */
  unfinished: boolean
  /** Only papers that have the words are results, or have them in their titles. */
  only?: 'having' | 'titled'
  /** The zone whose days dates are, UTC when there is none (IANA name). */
  timeZone?: string
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
  /** Says which papers there were; to ask for further pages with. */
  asOf: number
  /** How many papers have the words, and pass the filters. */
  total: number
  /** How many results can be paged through: those, or of a long list by relevance the best. */
  reachable: number
  facets: Facets
  /** The terms that were looked for, to be marked in texts, and how rare they are (their idf). */
  terms: { term: string; rarity: number }[]
}

/** How scores are fused; chosen by the measurements in docs/decisions. */
const FUSION = {
  /** The share of the words' score; the rest is the meaning's. */
  words: 0.42,
  /** Of few words, the best paper counts as if it scored at least this share of what one would that has them all. */
  full: 0.7,
  fewWords: 5,
  /** Of each ranking so many of the best take part. */
  wordsPool: 400,
  meaningPool: 200,
}

/** Results by words that can be paged through. */
const REACHABLE = 10_000

/**
 * The orders of results that have further pages: of those by relevance all, of those by heat and votes the ranked ones.
 * They change as papers come in, are embedded and draw attention, and a reader who pages through them must not notice.
 */
export type KeptOrders = LRUCache<string, Hit[]>

export function newKeptOrders(): KeptOrders {
  return new LRUCache({ max: 100 })
}

/** Answers a query out of the index, by words alone when there is no vector. Any query has an answer. */
export function find(
  { words: index, vectors, kept }: { words: WordIndex; vectors: VectorStore | null; kept?: KeptOrders },
  request: FindRequest,
  scratch: Scores,
): Found {
  const {
    query,
    typed,
    vector,
    meaningOnly = false,
    leastSimilarity = 0.25,
    offset,
    limit,
    only,
    timeZone = 'UTC',
    ranked,
  } = request
  // A list that was copied cut the title off.
  const unfinished = request.unfinished || /[\p{L}\p{N}](?:…|\.{3})$/u.test(typed ?? '')
  const { table } = index
  const isLater = request.asOf !== undefined && request.asOf !== null
  const asOf = Math.min(request.asOf ?? Infinity, table.size - 1)
  const named = meaningOnly ? null : papersNamed(index, query, typed ?? null)
  // Not what was typed: the link to a later page has what was looked for instead of it.
  const literally = formatQuery({ clauses: named?.literally ?? [], sort: query.sort })
  const key = JSON.stringify([formatQuery(query), literally, unfinished, asOf])
  const { plan, admitted, sort } = planFor(index, query, {
    named,
    asOf,
    options: {
      unfinished,
      // Counts say which papers have the words as they are.
      forgiving: only !== undefined,
      titlesOnly: only === 'titled',
      timeZone,
    },
  })
  scratch.clear(table.size)
  const full = scoreWords(index, plan.words, { admitted, into: scratch })
  for (const { papers, rarity } of plan.phrases) {
    for (const [id, count] of papers) {
      if (admitted[id] === 1) scratch.scores[id] = (scratch.scores[id] ?? 0) + rarity * (1 + Math.log(count))
    }
  }
  const asked = plan.words.filter(({ mere }) => !mere)
  // Words that come to nothing (`???`) are in no paper.
  const needed = asked.length === 0 && plan.asksWords ? Infinity : wordsNeeded(asked.length)
  const { wanted, hits } = scratch
  for (let id = 0; id < table.size; id++) wanted[id] = admitted[id] === 1 && (hits[id] ?? 0) >= needed ? 1 : 0
  for (const id of named?.titled ?? []) wanted[id] = admitted[id] ?? 0

  const { facets, total } = countFacets(table, { wanted, timeZone })
  const answer = { asOf, total, facets, terms: withRarity(index, plan.terms) }
  const scored = plan.words.length > 0 || plan.phrases.length > 0
  if (sort === 'relevance' && scored) {
    const fused =
      (isLater ? kept?.get(key) : undefined) ??
      fuse({
        table,
        admitted: only === undefined ? admitted : wanted,
        scratch,
        // Nobody has all the words of a long question.
        full: asked.length <= FUSION.fewWords ? full : 0,
        meaning: vector && vectors && { vector, vectors },
        meaningOnly,
        leastSimilarity,
        ranks: named?.ranks ?? new Map(),
      })
    if (offset + limit < fused.length) kept?.set(key, fused)
    // Some may be gone since the order was kept.
    const hits = fused.slice(offset, offset + limit).filter(({ id }) => table.live[id] === 1)
    return { ...answer, hits, reachable: fused.length }
  }
  const reachable = Math.min(total, REACHABLE)
  const first = (isLater ? kept?.get(key) : undefined) ?? rankedFirst({ sort, ranked, wanted }).map(byWords)
  if (first.length > 0 && offset + limit < reachable) kept?.set(key, first)
  for (const { id } of first) wanted[id] = 0
  const rest = highest(table.datedAt, {
    size: table.size,
    count: Math.min(offset + limit, reachable) - first.length,
    wanted,
  })
  const page = [...first, ...rest.map(byWords)].slice(offset, Math.min(offset + limit, reachable))
  return { ...answer, hits: page.filter(({ id }) => table.live[id] === 1), reachable }
}

/** The papers that the ranking puts first, of those that are wanted. */
function rankedFirst({
  sort,
  ranked,
  wanted,
}: {
  sort: SortOrder
  ranked: number[]
  wanted: Uint8Array
}): number[] {
  return sort === 'hot' || sort === 'top' ? ranked.filter((id) => wanted[id] === 1) : []
}

function byWords(id: number): Hit {
  return { id, byWords: true, similarity: null }
}

/**
 * What the query comes to. Where it would leave out a paper whose title it is (for a minus or a quotation mark in it), it
 * is read as that title. So is one that asks for an order with the words of a title (`Sort: New Ways to …`).
 */
function planFor(
  index: WordIndex,
  query: Query,
  { named, asOf, options }: { named: Named | null; asOf: number; options: PlanOptions },
): { plan: Plan; admitted: Uint8Array; sort: SortOrder } {
  const { sort } = query
  const plan = planQuery(index, query.clauses, options)
  const admitted = admittedBy(index, plan, asOf)
  if (!named || named.literally.length === 0) return { plan, admitted, sort }
  if (sort === 'relevance' && named.titled.every((id) => admitted[id] === 1)) return { plan, admitted, sort }
  const literal = planQuery(index, named.literally, options)
  return { plan: literal, admitted: admittedBy(index, literal, asOf), sort: 'relevance' }
}

/** The best by words and the best by meaning in one ranking. */
function fuse({
  table,
  admitted,
  scratch: { scores, wanted },
  full,
  meaning,
  meaningOnly,
  leastSimilarity,
  ranks,
}: {
  table: WordIndex['table']
  admitted: Uint8Array
  scratch: Scores
  full: number
  meaning: { vector: Float32Array; vectors: VectorStore } | null
  meaningOnly: boolean
  leastSimilarity: number
  /** Of papers that come before all others. */
  ranks: Named['ranks']
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
  for (const { id, similarity } of byMeaning) if (similarity >= leastSimilarity) pool.add(id)
  for (const id of ranks.keys()) if (admitted[id] === 1) pool.add(id)
  const best = Math.max(scores[byWords[0] ?? 0] ?? 0, full * FUSION.full)
  const nearest = byMeaning[0]?.similarity ?? 0
  const share = meaningOnly ? 0 : FUSION.words
  return Array.from(pool, (id) => {
    const similarity = similarities.get(id) ?? meaning?.vectors.similarity(meaning.vector, id) ?? null
    const words = best > 0 ? (scores[id] ?? 0) / best : 0
    // A paper that was not embedded yet is taken to be as near as its words say.
    const closeness = similarity === null || nearest <= 0 ? words : Math.max(0, similarity) / nearest
    return { id, rank: ranks.get(id) ?? 0, score: share * words + (1 - share) * closeness, similarity }
  })
    .toSorted((a, b) => b.rank - a.rank || b.score - a.score || b.id - a.id)
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

/** 1 for the papers up to `last` that meet all conditions. */
function admittedBy({ table }: WordIndex, { conditions }: Plan, last: number): Uint8Array {
  if (conditions.length === 0 && last === table.size - 1) return table.live
  const admitted = table.live.slice(0, table.size).fill(0, last + 1)
  for (const { not, papers } of conditions) {
    const refused = not ? 1 : 0
    const marks = papers()
    for (let id = 0; id < table.size; id++) if (marks[id] === refused) admitted[id] = 0
  }
  return admitted
}
