import type { Operation } from './operation.ts'
import * as me from './own/me.ts'
import * as subscriptions from './own/subscriptions.ts'
import { getComment } from './reading/find-comment.ts'
import { getPaper, listDailyPapers, searchPapers } from './reading/papers.ts'
import * as collections from './writing/collections.ts'
import * as curation from './writing/curation.ts'
import * as discussion from './writing/discussion.ts'
import * as marks from './writing/marks.ts'
import * as reports from './writing/reports.ts'
import * as submissions from './writing/submissions.ts'

/** All that programs and models can do here. */
export const OPERATIONS: readonly Operation[] = [
  listDailyPapers,
  searchPapers,
  getPaper,
  getComment,
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
]
