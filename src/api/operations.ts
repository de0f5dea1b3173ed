import type { Operation } from './operation.ts'
import { listForYou, markForYouSeen } from './own/for-you.ts'
import { changeOwnInterest, dropOwnInterest, listOwnInterests } from './own/interests.ts'
import * as me from './own/me.ts'
import * as notes from './own/notes.ts'
import * as subscriptions from './own/subscriptions.ts'
import { getComment } from './reading/find-comment.ts'
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
import * as collections from './writing/collections.ts'
import * as curation from './writing/curation.ts'
import * as discussion from './writing/discussion.ts'
import * as marks from './writing/marks.ts'
import * as reports from './writing/reports.ts'
import * as submissions from './writing/submissions.ts'

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
  getComment,
  listEditions,
  listTopics,
  listCollections,
  getCollection,
  marks.voteForPaper,
  marks.withdrawVote,
  marks.savePaperToRead,
  marks.unsavePaperToRead,
  marks.markNotForMe,
  marks.unmarkNotForMe,
  discussion.commentOnPaper,
  discussion.replyToComment,
  discussion.editOwnComment,
  discussion.deleteOwnComment,
  discussion.reactToComment,
  discussion.withdrawReaction,
  submissions.submitPaperHere,
  collections.createOwnCollection,
  collections.editOwnCollection,
  collections.deleteOwnCollection,
  collections.collectPaper,
  collections.uncollectPaper,
  reports.flagPaper,
  reports.flagComment,
  reports.flagCollection,
  reports.claimPaper,
  me.whoAmI,
  me.listOwnVotes,
  me.listOwnReadingList,
  me.listOwnNotForMe,
  me.listOwnCollections,
  me.listOwnSubmissions,
  notes.listOwnNotes,
  notes.getOwnNote,
  notes.writeOwnNote,
  notes.removeOwnNote,
  listForYou,
  markForYouSeen,
  listOwnInterests,
  changeOwnInterest,
  dropOwnInterest,
  subscriptions.listOwnSubscriptions,
  subscriptions.getOwnSubscription,
  subscriptions.subscribeToList,
  subscriptions.changeOwnSubscription,
  subscriptions.endOwnSubscription,
  subscriptions.getOwnMail,
  subscriptions.changeOwnMail,
  curation.pickPaperHere,
  curation.withdrawPickHere,
  curation.writeEditionHeadHere,
  curation.hidePaperHere,
  curation.closeDiscussion,
  curation.hideCommentHere,
  curation.hideCollectionHere,
  curation.listWaitingSubmissions,
  curation.decideSubmission,
  searchCatalogue,
  listCatalogue,
  recentInCatalogue,
  trendingInCatalogue,
  getFromCatalogue,
  relatedInCatalogue,
  readFromCatalogue,
]
