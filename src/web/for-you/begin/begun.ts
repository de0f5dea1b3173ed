import type { Child } from 'hono/jsx'
import { importsInto, type LibraryImport } from '../../../libraries/imports.ts'
import { papersByIds } from '../../../papers/find.ts'
import type { Paper } from '../../../papers/paper.ts'
import { allTopics } from '../../../ranking/editions.ts'
import { followsOf } from '../../../recommendation/follows.ts'
import { knownSoFar, type KnownSoFar } from '../../../recommendation/known-so-far.ts'
import { ratingsOf, type PaperRating } from '../../../recommendation/ratings.ts'
import { collectionsOf } from '../../../shelves/collections.ts'
import type { Site } from '../../site.ts'
import { nextQuestion, type Question } from './question.ts'

export const PATH = '/for-you/begin'
/** The collection that files go into. */
export const LIBRARY_TITLE = 'My library'
/** Papers that the reader has rated, in the list of them. */
const RATED_SHOWN = 50

export const STEPS = ['topics', 'authors', 'papers', 'orcid', 'titles', 'file'] as const
export type Step = (typeof STEPS)[number]

/** What a page says about a form that was sent: what is wrong with it, and what was typed. */
export type Refusal = { step: Step; reason: Child; typed?: string }

/** What one reader has said so far, and the paper that is asked about next. */
export type Begun = {
  known: KnownSoFar
  topics: { category: string; papers: number; isFollowed: boolean }[]
  authors: { key: string; name: string }[]
  rated: { rating: PaperRating; paper: Paper }[]
  library: { id: string; papers: number; lastImport: LibraryImport | null } | null
  question: Question
}

export async function readBegun(
  site: Site,
  { readerId, skipped }: { readerId: string; skipped: number[] },
): Promise<Begun> {
  const { db } = site
  const [known, all, follows, ratings, collections] = await Promise.all([
    knownSoFar(db, { readerId }),
    allTopics(db),
    followsOf(db, { readerId }),
    ratingsOf(db, { readerId, limit: RATED_SHOWN }),
    collectionsOf(db, { readerId }),
  ])
  const [papers, library, question] = await Promise.all([
    papersByIds(
      db,
      ratings.map(({ paperId }) => paperId),
      { seenBy: 'everyone' },
    ),
    libraryAmong(site, collections),
    nextQuestion(site, { readerId, answers: known.answers, skipped }),
  ])
  const followed = new Set(follows.topics)
  const withPapers = new Map(all.map((topic) => [topic.category, topic.papers]))
  return {
    known,
    // Those that are followed are there too when their papers are gone.
    topics: [...new Set([...withPapers.keys(), ...followed])]
      .map((category) => ({
        category,
        papers: withPapers.get(category) ?? 0,
        isFollowed: followed.has(category),
      }))
      .toSorted((a, b) => b.papers - a.papers),
    authors: follows.authors,
    rated: ratings.flatMap((rating) => {
      const paper = papers.get(rating.paperId)
      return paper ? { rating, paper } : []
    }),
    library,
    question,
  }
}

async function libraryAmong(
  { db }: Site,
  collections: { id: string; title: string; papers: number }[],
): Promise<Begun['library']> {
  const own = collections.find(({ title }) => title === LIBRARY_TITLE)
  if (!own) return null
  const [lastImport = null] = await importsInto(db, { collectionId: own.id })
  return { id: own.id, papers: own.papers, lastImport }
}
