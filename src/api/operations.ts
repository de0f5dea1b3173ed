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
]
