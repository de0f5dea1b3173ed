import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { categoriesNamed, categoriesOf, categoryName, distinctTopics } from '../papers/categories.ts'
import { papersByIds } from '../papers/find.ts'
import { addressPath } from '../papers/identifiers.ts'
import { nameKey } from '../papers/names.ts'
import { andOthers } from '../papers/others.ts'
import type { Paper } from '../papers/paper.ts'
import { plainText } from '../papers/plain-text.ts'
import type { Correction } from './index/correct-query.ts'
import { formatQuery } from './query/format-query.ts'
import { parseQuery } from './query/parse-query.ts'
import type { Query, QueryTerm } from './query/query.ts'
import { withoutUnread } from './query/unread.ts'
import type { SearchIndex, SearchRoom } from './search.ts'
import { nameWords } from './text/words.ts'

/** What somebody who has typed so much may be after. Titles and names are plain text. */
export type Suggestions = {
  papers: { title: string; path: string; by: string }[]
  authors: { name: string; path: string; papers: number }[]
  topics: { category: string; name: string; path: string }[]
}

/** Papers in which a name is looked for among the authors. */
const PAPERS_FOR_NAMES = 60

/** Suggests at most `limit` of each kind for a text whose last word may be unfinished. Throws `SearchAway`. */
export async function suggest(
  { db, index }: Pick<SearchRoom, 'db' | 'index'>,
  { text, limit }: { text: string; limit: number },
): Promise<Suggestions> {
  const words = nameWords(text.slice(0, 200)).slice(0, 8)
  const query = typedSoFar(text)
  if (query.clauses.length === 0) return { papers: [], authors: [], topics: [] }
  const [papers, authors, topics] = await Promise.all([
    suggestedIds(index, { query, typed: text, limit }).then((ids) => inOrder(db, ids)),
    words.length === 0 || words.length > 4 ? [] : suggestedAuthors({ db, index }, { words, limit }),
    existingTopics(db, categoriesNamed(words), limit),
  ])
  return {
    papers: papers.map((paper) => ({
      title: plainText(paper.title),
      path: addressPath(paper.address),
      by: byline(paper),
    })),
    authors,
    topics: topics.map((category) => ({
      category,
      name: categoryName(category),
      path: `/topics/${encodeURIComponent(category)}`,
    })),
  }
}

/** The query of a text that is not typed to its end: quotes that are still open, and filters that are not read yet, ask for nothing. */
function typedSoFar(text: string): Query {
  return withoutUnread(parseQuery(text.replace(/(?<=^|\s)["“„«](?=[^"“”„«»]*$)/u, ''))).query
}

/**
 * The numbers of at most `limit` papers with the words of a query whose last one may be unfinished, its slips corrected:
 * those with all of them in their titles come first. Where there are none, words that hardly any paper has are taken for
 * what they may have been meant to be, and a single letter at the end for nothing yet.
 */
export async function suggestedIds(
  index: Pick<SearchIndex, 'correct' | 'find'>,
  { query: asked, typed, limit }: { query: Query; typed: string; limit: number },
): Promise<number[]> {
  const { query, offers } = await index.correct({ query: asked, unfinished: true })
  const ids = await idsHaving(index, { query, typed, limit })
  if (ids.length > 0) return ids
  const meant = withOffers(withoutLetter(query), offers)
  return formatQuery(meant) === formatQuery(query) ? [] : idsHaving(index, { query: meant, typed, limit })
}

async function idsHaving(
  index: Pick<SearchIndex, 'find'>,
  asked: { query: Query; typed: string; limit: number },
): Promise<number[]> {
  const titled = await idsOf(index, { ...asked, only: 'titled' })
  if (titled.length >= asked.limit) return titled
  const having = await idsOf(index, { ...asked, only: 'having' })
  return [...new Set([...titled, ...having])].slice(0, asked.limit)
}

function withoutLetter(query: Query): Query {
  const [term] = query.clauses.at(-1)?.anyOf ?? []
  const isLetter = query.clauses.length > 1 && term?.kind === 'word' && /^\p{L}$/u.test(term.text)
  return isLetter ? { ...query, clauses: query.clauses.slice(0, -1) } : query
}

function withOffers(query: Query, offers: Correction[]): Query {
  const meant = (term: QueryTerm): QueryTerm => {
    const instead = term.kind === 'word' ? offers.find(({ word }) => word === term.text)?.instead : undefined
    return term.kind === 'word' && instead !== undefined ? { ...term, text: instead } : term
  }
  return { ...query, clauses: query.clauses.map(({ not, anyOf }) => ({ not, anyOf: anyOf.map(meant) })) }
}

async function idsOf(
  index: Pick<SearchIndex, 'find'>,
  { query, typed, limit, only }: { query: Query; typed: string; limit: number; only: 'titled' | 'having' },
): Promise<number[]> {
  const { hits } = await index.find({
    query,
    typed,
    vector: null,
    offset: 0,
    limit,
    unfinished: true,
    only,
    ranked: [],
  })
  return hits.map(({ id }) => id)
}

/** At most `limit` people in whose names the words begin, slips corrected. */
async function suggestedAuthors(
  { db, index }: Pick<SearchRoom, 'db' | 'index'>,
  { words, limit }: { words: string[]; limit: number },
): Promise<Suggestions['authors']> {
  const asked: Query = {
    clauses: words.map((word) => ({ not: false, anyOf: [{ kind: 'word', field: 'author', text: word }] })),
    sort: 'new',
  }
  const { query, corrections } = await index.correct({ query: asked, unfinished: true, names: true })
  const ids = await idsOf(index, { query, typed: '', limit: PAPERS_FOR_NAMES, only: 'having' })
  const meant = words.map((word) => corrections.find((one) => one.word === word)?.instead ?? word)
  return authorsNamed(await inOrder(db, ids), meant, limit)
}

async function inOrder(db: Kysely<Database>, ids: number[]): Promise<Paper[]> {
  const papers = await papersByIds(db, ids, { seenBy: 'everyone' })
  return ids.flatMap((id) => papers.get(id) ?? [])
}

/** The authors of papers in whose names the words begin, those of most papers first. */
function authorsNamed(papers: Paper[], words: string[], limit: number): Suggestions['authors'] {
  const found = new Map<string, { name: string; papers: number }>()
  for (const { authors } of papers) {
    for (const { name } of authors) {
      const own = nameWords(name)
      if (!words.every((word) => own.some((candidate) => candidate.startsWith(word)))) continue
      const key = nameKey(name)
      const known = found.get(key)
      if (known) known.papers++
      else if (key !== '') found.set(key, { name, papers: 1 })
    }
  }
  return [...found]
    .toSorted(([, a], [, b]) => b.papers - a.papers)
    .slice(0, limit)
    .map(([key, author]) => ({ ...author, path: `/authors/${encodeURIComponent(key)}` }))
}

async function existingTopics(db: Kysely<Database>, topics: string[], limit: number): Promise<string[]> {
  if (topics.length === 0) return []
  const categories = topics.flatMap(categoriesOf)
  const { rows } = await sql<{ category: string }>`
    select category from unnest(${categories}::text[]) with ordinality as c(category, place)
    join topic_counts using (category) where papers > 0 order by place`.execute(db)
  return distinctTopics(rows.map(({ category }) => category)).slice(0, limit)
}

/** `Ada Lovelace, Charles Babbage and 3 others, 2025` */
function byline(paper: Paper): string {
  const { authors, published } = paper
  const year = published?.value.slice(0, 4) ?? ''
  const named = authors.slice(0, authors.length === 3 ? 3 : 2).map(({ name }) => name)
  const others = andOthers(paper, authors.length - named.length)
  return [[named.join(', '), others].filter(Boolean).join(' '), year].filter(Boolean).join(', ')
}
