import type { Operation } from './operation.ts'
import { listComments, listPaperComments } from './reading/discussion.ts'
import { getCollection, listCollections, listEditions, listPapersOf, listTopics } from './reading/lists.ts'
import {
  explainSimilarity,
  getPaper,
  listDailyPapers,
  listRepositories,
  readPaper,
  searchPapers,
  similarPapersTo,
} from './reading/papers.ts'
import {
  getFromCatalogue,
  listCatalogue,
  readFromCatalogue,
  recentInCatalogue,
  relatedInCatalogue,
  searchCatalogue,
  trendingInCatalogue,
} from './reading/papers-with-code.ts'

/** All that programs and models can do here, in the order in which it is described. */
export const OPERATIONS: readonly Operation[] = [
  listDailyPapers,
  listPapersOf,
  searchPapers,
  getPaper,
  readPaper,
  similarPapersTo,
  explainSimilarity,
  listRepositories,
  listPaperComments,
  listComments,
  listEditions,
  listTopics,
  listCollections,
  getCollection,
  searchCatalogue,
  listCatalogue,
  recentInCatalogue,
  trendingInCatalogue,
  getFromCatalogue,
  relatedInCatalogue,
  readFromCatalogue,
]
