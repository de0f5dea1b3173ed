import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { papersByIds } from '../papers/find.ts'
import type { Paper } from '../papers/paper.ts'
import { rankedIds } from '../ranking/lists.ts'
import type { Engine, EngineStatus } from './engine.ts'
import type { Correction, CorrectedQuery, CorrectQuestion } from './index/correct-query.ts'
import type { Facets } from './index/facets.ts'
import type { FindRequest, Found } from './index/find.ts'
import type { Meaning } from './meaning.ts'
import { bestPassage, type Passage } from './passages.ts'
import { wordsOf, type Query } from './query/query.ts'
import { withoutUnread, type UnreadPart } from './query/unread.ts'
import { mapInTurns } from '../runtime/in-turns.ts'

/** The index, in this thread or another one. */
export type SearchIndex = {
  find(request: FindRequest): Promise<Found>
  correct(question: CorrectQuestion): Promise<CorrectedQuery>
  similar(id: number, count: number): Promise<{ id: number; similarity: number }[]>
  status(): Promise<EngineStatus>
}

/** An index in this thread, for programs that nobody else waits for. */
export function indexInThisThread(engine: Engine): SearchIndex {
  return {
    find: async (request) => engine.find(request),
    correct: async (question) => engine.correct(question),
    similar: async (id, count) => engine.similar(id, count),
    status: async () => engine.status(),
  }
}

/** What a search needs. */
export type SearchRoom = {
  db: Kysely<Database>
  index: SearchIndex
  meaning: Meaning
  /** The site's, whose days dates are (IANA name). */
  timeZone: string
}

export type SearchResult = {
  paper: Paper
  /** Whether the paper has the words, or came by its meaning alone. */
  byWords: boolean
  /** The cosine of its meaning and the query's, null where unknown. */
  similarity: number | null
  /** The sentence that shows best why it was found; null when no sentence has any of the words. */
  passage: Passage | null
}

export type SearchResults = {
  results: SearchResult[]
  /** What was looked for: the query with its corrections. */
  query: Query
  /** Words that no paper has, as they were typed, and what was looked for instead. */
  corrections: Correction[]
  /** Words that hardly any paper has, which were looked for all the same, and what may be meant by them. */
  offers: Correction[]
  /** Parts that make no sense as what they were to be, which were left out. */
  unread: UnreadPart[]
  /** How many papers have the words and pass the filters. */
  total: number
  /** How many results can be paged through. */
  reachable: number
  /** To ask for further pages with. */
  asOf: number
  facets: Facets
  /** `used`, or why the meaning of the query did not count. */
  meaning: 'used' | 'not-asked' | 'off' | 'away' | 'no-vectors' | 'language'
  status: EngineStatus
}

/**
 * A paper without the words whose meaning is further away than this is no result. To a model, letters that mean nothing
 * are near to something as well (of 180 such texts, nine in ten within 0.31, one beyond 0.41), less than most paraphrases
 * are to what they mean (0.5): where no paper has any of the words, only what is nearer than that counts.
 */
const LEAST_SIMILARITY = { known: 0.25, unknown: 0.42 }

/** The heated papers that `sort:hot` and `sort:top` put first; those beyond follow by date. */
const RANKED = 10_000

/**
 * Finds papers by the words and the meaning of a query: the one function behind the page, the feeds, the API and the
 * command line. Any query has an answer. `offset` and `limit` say which part of the results, `asOf` of which search, for pages
 * after the first. `typed`: the text that the query was read from, in case it is a title. `unfinished`: its last word is still being
 * typed. `literal`: nothing is corrected or left out, for those who are not told. `by`: words or meaning alone, for those who
 * compare. Throws `SearchAway` while there is no index.
 */
export async function search(
  { db, index, meaning, timeZone }: SearchRoom,
  {
    query: asked,
    typed,
    offset = 0,
    limit,
    asOf = null,
    unfinished = false,
    literal = false,
    by = 'both',
  }: {
    query: Query
    typed?: string
    offset?: number
    limit: number
    asOf?: number | null
    unfinished?: boolean
    literal?: boolean
    by?: 'words' | 'meaning' | 'both'
  },
): Promise<SearchResults> {
  const readable = literal ? { query: asked, unread: [] } : withoutUnread(asked)
  const { query, corrections, offers, foreign, known } = literal
    ? { query: asked, corrections: [], offers: [], foreign: false, known: true }
    : await index.correct({ query: readable.query, unfinished })
  const text = wordsOf(query)
  const status = await index.status()
  const asksMeaning = by !== 'words' && query.sort === 'relevance' && text !== ''
  const vector =
    asksMeaning && status.model !== null && status.vectors > 0
      ? await meaning.vectorOf(text, status.model, { foreign })
      : null
  const found = await index.find({
    query,
    ...(typed === undefined ? {} : { typed }),
    vector: vector?.ok ? vector.vector : null,
    meaningOnly: by === 'meaning',
    leastSimilarity: known ? LEAST_SIMILARITY.known : LEAST_SIMILARITY.unknown,
    offset,
    limit,
    asOf,
    unfinished,
    timeZone,
    ranked: query.sort === 'hot' || query.sort === 'top' ? await rankedIds(db, query.sort, RANKED) : [],
  })
  const papers = await papersByIds(
    db,
    found.hits.map(({ id }) => id),
    // The index may be a moment behind.
    { seenBy: 'everyone' },
  )
  const terms = new Map(found.terms.map(({ term, rarity }) => [term, rarity]))
  const shown = found.hits.flatMap((hit) => {
    const paper = papers.get(hit.id)
    // One that went or was hidden since it was indexed.
    return paper ? [{ ...hit, paper }] : []
  })
  const results = await mapInTurns(shown, ({ paper, byWords, similarity }) => ({
    paper,
    byWords,
    similarity,
    passage: bestPassage(paper, terms),
  }))
  return {
    results,
    query,
    corrections,
    offers,
    unread: readable.unread,
    total: found.total,
    reachable: found.reachable,
    asOf: found.asOf,
    facets: found.facets,
    meaning: meaningUsed({ asksMeaning, vector, status, off: meaning.embedder === null }),
    status,
  }
}

function meaningUsed({
  asksMeaning,
  vector,
  status,
  off,
}: {
  asksMeaning: boolean
  vector: Awaited<ReturnType<Meaning['vectorOf']>> | null
  status: EngineStatus
  off: boolean
}): SearchResults['meaning'] {
  if (off) return 'off'
  if (vector) return vector.ok ? 'used' : vector.reason
  if (status.model === null || status.vectors === 0) return 'no-vectors'
  return asksMeaning ? 'used' : 'not-asked'
}

/** A paper that is near to another in meaning, and the cosine of both. */
export type SimilarPaper = { paper: Paper; similarity: number }

/** Cosines below this are chance. */
const LEAST_SIMILAR = 0.35

/** The papers nearest to one in meaning, best first; none while it has no vector, or when nothing is near. */
export async function similarPapers(
  { db, index }: Pick<SearchRoom, 'db' | 'index'>,
  { id, limit }: { id: number; limit: number },
): Promise<SimilarPaper[]> {
  const near = (await index.similar(id, limit)).filter(({ similarity }) => similarity >= LEAST_SIMILAR)
  const papers = await papersByIds(
    db,
    near.map((hit) => hit.id),
    { seenBy: 'everyone' },
  )
  return near.flatMap((hit) => {
    const paper = papers.get(hit.id)
    return paper ? [{ paper, similarity: hit.similarity }] : []
  })
}
