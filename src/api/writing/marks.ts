import { z } from 'zod'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { attentionOn } from '../../ranking/announce-changes.ts'
import { castVote, takeBackVote, type VoteOutcome } from '../../ranking/votes.ts'
import { setNotForMe } from '../../shelves/not-for-me.ts'
import { markRead, MOST_SAVED, savePaper, unsavePaper } from '../../shelves/reading-list.ts'
import { inTransaction } from '../../db/transaction.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Viewer } from '../../web/site.ts'
import { acting, type Asking, type Done } from '../operation.ts'
import { problem, type Problem } from '../problem.ts'
import { askedPaper } from '../reading/find-paper.ts'
import { PaperId } from '../shapes/paper.ts'

const GROUP = 'Votes and marks'
const parameters = z.strictObject({ id: PaperId })

/** What came of it on a paper that went meanwhile. */
export const GONE = problem('not-found', 'This paper is no longer here.', { parameter: 'id' })

const VoteShape = z
  .object({
    id: z.string().describe('The id of the paper'),
    voted: z.boolean(),
    upvotes: z.int().describe('How many votes it has now'),
  })
  .meta({ id: 'Vote' })

export const voteForPaper = acting({
  id: 'vote_for_paper',
  method: 'PUT',
  path: '/api/papers/{id+}/vote',
  group: GROUP,
  summary: 'Vote for a paper',
  description: 'One vote a reader, however often it is cast. Who wrote a paper cannot vote for it.',
  scope: 'vote',
  limit: RATE_LIMITS.vote,
  parameters,
  answer: VoteShape,
  async run({ site, now }, { id }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const { paper } = found
    return voteAnswer(
      site,
      paper,
      await castVote(site.db, { paperId: paper.id, voter: site.viewer.reader, now }),
    )
  },
})

export const withdrawVote = acting({
  id: 'withdraw_vote',
  method: 'DELETE',
  path: '/api/papers/{id+}/vote',
  group: GROUP,
  summary: 'Withdraw your vote for a paper',
  scope: 'vote',
  limit: RATE_LIMITS.vote,
  parameters,
  answer: VoteShape,
  async run({ site, now }, { id }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const { paper } = found
    return voteAnswer(
      site,
      paper,
      await takeBackVote(site.db, { paperId: paper.id, readerId: site.viewer.reader.id, now }),
    )
  },
})

function voteAnswer(
  site: Asking['site'],
  paper: Paper,
  outcome: VoteOutcome,
): Done<z.input<typeof VoteShape>> | Problem {
  if (!outcome.ok)
    return outcome.kind === 'own-paper'
      ? problem('refused', 'You cannot vote for a paper you wrote.', { parameter: 'id' })
      : GONE
  site.changed(attentionOn(paper))
  return { ok: true, body: { id: paper.address, voted: outcome.voted, upvotes: outcome.votes } }
}

const SavedShape = z
  .object({
    id: z.string().describe('The id of the paper'),
    saved: z.boolean(),
    read: z.boolean().optional().describe('Whether it is marked as read, where that was said'),
  })
  .meta({ id: 'Saved' })

export const savePaperToRead = acting({
  id: 'save_paper',
  method: 'PUT',
  path: '/api/me/reading-list/{id+}',
  group: GROUP,
  summary: 'Put a paper on your reading list, or mark it there as read or unread',
  scope: 'collect',
  limit: RATE_LIMITS.change,
  parameters,
  body: z.strictObject({
    read: z.boolean().optional().describe('Whether you have read it; left out, it stays as it is'),
  }),
  answer: SavedShape,
  async run({ site, now }, { id, read }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const { paper } = found
    const of = { readerId: site.viewer.reader.id, paperId: paper.id, now }
    const outcome = await inTransaction(site.db, async (trx) => {
      const saved = await savePaper(trx, of)
      if (saved.ok && read !== undefined) await markRead(trx, { ...of, read })
      return saved
    })
    if (!outcome.ok) return outcome.kind === 'full' ? FULL : GONE
    return { ok: true, body: { id: paper.address, saved: true, ...(read === undefined ? {} : { read }) } }
  },
})

const FULL = problem(
  'refused',
  `Your reading list can hold ${MOST_SAVED.toLocaleString('en-GB')} papers. Remove some you have read.`,
)

export const unsavePaperToRead = acting({
  id: 'unsave_paper',
  method: 'DELETE',
  path: '/api/me/reading-list/{id+}',
  group: GROUP,
  summary: 'Remove a paper from your reading list',
  scope: 'collect',
  limit: RATE_LIMITS.change,
  parameters,
  answer: SavedShape,
  async run({ site }, { id }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    await unsavePaper(site.db, { readerId: site.viewer.reader.id, paperId: found.paper.id })
    return { ok: true, body: { id: found.paper.address, saved: false } }
  },
})

const NotForMeShape = z
  .object({ id: z.string().describe('The id of the paper'), notForMe: z.boolean() })
  .meta({ id: 'NotForMe' })

const marking = (notForMe: boolean) =>
  async function run(
    { site, now }: Asking<Viewer>,
    { id }: { id: string },
  ): Promise<Done<z.input<typeof NotForMeShape>> | Problem> {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const { paper } = found
    const there = await setNotForMe(site.db, {
      readerId: site.viewer.reader.id,
      paperId: paper.id,
      notForMe,
      now,
    })
    return there ? { ok: true, body: { id: paper.address, notForMe } } : GONE
  }

export const markNotForMe = acting({
  id: 'mark_not_for_me',
  method: 'PUT',
  path: '/api/papers/{id+}/not-for-me',
  group: GROUP,
  summary: 'Reduce a paper to one line in your lists',
  scope: 'collect',
  limit: RATE_LIMITS.change,
  parameters,
  answer: NotForMeShape,
  run: marking(true),
})

export const unmarkNotForMe = acting({
  id: 'unmark_not_for_me',
  method: 'DELETE',
  path: '/api/papers/{id+}/not-for-me',
  group: GROUP,
  summary: 'Show a paper in full again',
  scope: 'collect',
  limit: RATE_LIMITS.change,
  parameters,
  answer: NotForMeShape,
  run: marking(false),
})
