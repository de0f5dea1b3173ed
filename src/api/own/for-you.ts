import { z } from 'zod'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { PAPER_NUMBER, readCursor as readKey } from '../../db/cursor.ts'
import { papersByIds } from '../../papers/find.ts'
import { ownInterest } from '../../recommendation/own-interest.ts'
import { markSeen, MOST_SEEN } from '../../recommendation/seen.ts'
import { sharesOf } from '../../recommendation/shares.ts'
import { Cursor, readCursor, writeCursor } from '../cursors.ts'
import { acting } from '../operation.ts'
import { problem } from '../problem.ts'
import { askedPaper } from '../reading/find-paper.ts'
import { ActShape, actWriter } from '../shapes/act.ts'
import { ListedPaperShape, PaperId } from '../shapes/paper.ts'
import { presentList } from '../shapes/present-papers.ts'
import { askTaste } from './ask-taste.ts'

const GROUP = 'For you'
/** The number of an interest. */
export const InterestId = z.int().min(1).max(999_999_999_999_999)
export const NO_INTEREST = problem('not-found', 'You have no such interest.')
/** Nobody pages further through what is for them. */
const FURTHEST = 100_000

const ReasonShape = z
  .object({
    act: ActShape,
    share: z
      .number()
      .describe('Its part in all that speaks for the paper, 0 to 1; below 0 if it speaks against it'),
    effect: z.number().describe('How much of that would be gone if you had not done it'),
  })
  .meta({ id: 'Reason' })

export const listForYou = acting({
  id: 'list_for_you',
  method: 'GET',
  path: '/api/me/for-you',
  group: GROUP,
  summary: 'The papers of your own front page, the most likely to matter to you first, and why each is there',
  description:
    'It learns from what you vote for, save, collect, comment on and say is not for you. While it knows nothing of you, these are the newest papers. Each paper has the acts of yours that brought it there, with their shares. To leave out what one act says, say “Not this reason” on the page.',
  scope: 'read',
  limit: null,
  query: z.strictObject({
    interest: InterestId.optional().describe('Only what this interest finds, by its id'),
    limit: z.int().min(1).max(100).default(50),
    cursor: Cursor,
  }),
  answer: z.array(
    ListedPaperShape.extend({
      score: z.number().describe('In no unit: only to be compared within one answer'),
      interest: z
        .object({ id: z.int().nullable(), name: z.string() })
        .nullable()
        .describe('The interest it is likely to matter for; its id is null while it is new'),
      followed: z
        .object({ topic: z.string().nullable(), author: z.string().nullable() })
        .describe('The topic or author you follow that it belongs to'),
      outside: z.boolean().describe('Whether it is from outside your interests, to show what else there is'),
      seen: z.boolean().describe('Whether you were shown it here before'),
      reasons: z.array(ReasonShape).describe('What you did that bears on it most, the strongest first'),
      moreReasons: z.int().describe('How many other acts bear on it'),
    }).meta({ id: 'PaperForYou' }),
  ),
  isPaged: true,
  async run({ site, now }, { interest, limit, cursor }) {
    const from = readCursor(cursor, (text) => readKey(z.tuple([PAPER_NUMBER]), text))
    if (!from.ok) return from
    const readerId = site.viewer.reader.id
    const [offset = 0] = from.after ?? []
    if (interest !== undefined && (await ownInterest(site.db, { readerId, interestId: interest })) === null)
      return { ...NO_INTEREST, parameter: 'interest' }
    if (offset > FURTHEST) return { ok: true, body: [], next: null }
    const asked = await askTaste(() =>
      site.taste.rank({
        readerId,
        now,
        offset,
        limit,
        ...(interest === undefined ? {} : { interestId: interest }),
      }),
    )
    if (!asked.ok) return asked
    const { papers: ranked, total } = asked.answer
    const ids = ranked.map(({ id }) => id)
    // One may have been hidden since it was ranked.
    const found = await papersByIds(site.db, ids, { seenBy: 'everyone' })
    const shown = ranked.flatMap((place) => {
      const paper = found.get(place.id)
      return paper ? [{ place, paper }] : []
    })
    const [papers, write] = await Promise.all([
      presentList(
        site,
        shown.map(({ paper }) => paper),
      ),
      actWriter(
        site,
        shown.flatMap(({ place }) => place.reasons.map(({ act }) => act)),
      ),
    ])
    return {
      ok: true,
      body: shown.flatMap(({ place }, i) => {
        const paper = papers[i]
        const { score, followed, outside, seen, moreReasons } = place
        const reasons = sharesOf(place).map(({ reason, share, lost }) => ({
          act: write(reason.act),
          share,
          effect: lost,
        }))
        return paper
          ? [{ ...paper, score, interest: place.interest, followed, outside, seen, reasons, moreReasons }]
          : []
      }),
      next: offset + limit < total ? { cursor: writeCursor([offset + limit]) } : null,
    }
  },
})

export const markForYouSeen = acting({
  id: 'mark_for_you_seen',
  method: 'POST',
  path: '/api/me/for-you/seen',
  group: GROUP,
  summary: 'Say which papers of your own front page you have been shown, so that others come first next time',
  description: 'Papers that you were shown and passed over tell a little about what is not for you.',
  scope: 'collect',
  limit: RATE_LIMITS.change,
  body: z.strictObject({
    papers: z.array(PaperId).min(1).max(MOST_SEEN).describe('Their ids'),
  }),
  answer: z
    .object({ seen: z.array(z.string()).describe('The ids of these papers') })
    .meta({ id: 'SeenForYou' }),
  async run({ site, now }, { papers: ids }) {
    const papers = new Map<number, string>()
    for (const id of ids) {
      const found = await askedPaper(site, id, { parameter: 'papers' })
      if (!found.ok) return found
      papers.set(found.paper.id, found.paper.address)
    }
    await markSeen(site.db, { readerId: site.viewer.reader.id, paperIds: [...papers.keys()], now })
    return { ok: true, body: { seen: [...papers.values()] } }
  },
})
