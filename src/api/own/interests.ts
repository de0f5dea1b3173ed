import { z } from 'zod'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { inTransaction } from '../../db/transaction.ts'
import {
  boostInterest,
  BOOSTS,
  dropInterest,
  LONGEST_INTEREST_NAME,
  pauseInterest,
  renameInterest,
  resumeInterest,
  type Boost,
} from '../../recommendation/interests.ts'
import { ownInterest } from '../../recommendation/own-interest.ts'
import type { Act, Interest } from '../../recommendation/taste.ts'
import { acting } from '../operation.ts'
import { problem, type Problem } from '../problem.ts'
import { ActShape, actWriter } from '../shapes/act.ts'
import { text } from '../shapes/paper.ts'
import { askTaste } from './ask-taste.ts'
import { InterestId, NO_INTEREST } from './for-you.ts'

const GROUP = 'For you'
/** Acts of an interest that are told: it may have thousands. */
const MOST_ACTS = 20
const MOST_WORDS = 20

const WEIGHTS = ['less', 'normal', 'more'] as const satisfies readonly Boost[]
const Weight = z.enum(WEIGHTS).describe('How much its papers count beside those of other interests')

const InterestShape = z
  .object({
    id: z.int().nullable().describe('null while it is new: it can be changed once it has one'),
    name: z.string(),
    namedByYou: z.boolean().describe('Otherwise the name follows what the interest is about'),
    weight: Weight,
    paused: z.boolean().describe('Whether it is left aside for now'),
    passing: z.boolean().describe('Whether it comes from your latest searches alone, and goes with them'),
    words: z
      .array(z.object({ word: z.string(), weight: z.number() }))
      .describe('What weighs most in it, the strongest first; words below 0 speak against a paper'),
    acts: z.array(ActShape).describe(`What you did that it comes from, the newest ${MOST_ACTS}`),
    actCount: z.int().describe('How many acts it comes from'),
    leftOut: z.array(ActShape).describe(`What you said it is not to learn from, the newest ${MOST_ACTS}`),
  })
  .meta({ id: 'Interest' })

export const listOwnInterests = acting({
  id: 'list_my_interests',
  method: 'GET',
  path: '/api/me/interests',
  group: GROUP,
  summary: 'Your interests as they are found in what you do, the one with most acts first',
  scope: 'read',
  limit: null,
  answer: z.array(InterestShape),
  async run({ site, now }) {
    const asked = await askTaste(() => site.taste.interests({ readerId: site.viewer.reader.id, now }))
    if (!asked.ok) return asked
    const told = asked.answer.map((interest) => ({
      interest,
      acts: interest.acts.slice(0, MOST_ACTS),
      leftOut: interest.excluded.slice(0, MOST_ACTS),
    }))
    const write = await actWriter(
      site,
      told.flatMap(({ acts, leftOut }) => [...acts, ...leftOut]),
    )
    return {
      ok: true,
      body: told.map(({ interest, acts, leftOut }) => toJson(interest, { acts, leftOut, write })),
    }
  },
})

function toJson(
  { id, name, namedByReader, boost, isPaused, kind, words, acts: { length: actCount } }: Interest,
  { acts, leftOut, write }: { acts: Act[]; leftOut: Act[]; write: (act: Act) => z.input<typeof ActShape> },
): z.input<typeof InterestShape> {
  return {
    id,
    name,
    namedByYou: namedByReader,
    weight: boost < BOOSTS.normal ? 'less' : boost > BOOSTS.normal ? 'more' : 'normal',
    paused: isPaused,
    passing: kind === 'passing',
    words: words.slice(0, MOST_WORDS),
    acts: acts.map(write),
    actCount,
    leftOut: leftOut.map(write),
  }
}

const one = z.strictObject({ id: InterestId })
const UNKNOWN: Problem = { ...NO_INTEREST, parameter: 'id' }

export const changeOwnInterest = acting({
  id: 'change_interest',
  method: 'PATCH',
  path: '/api/me/interests/{id}',
  group: GROUP,
  summary: 'Rename one of your interests, pause or resume it, or let it count more or less',
  description: 'What is left out stays as it is.',
  scope: 'collect',
  limit: RATE_LIMITS.change,
  parameters: one,
  body: z.strictObject({
    name: text(1_000).optional().describe(`Up to ${LONGEST_INTEREST_NAME} characters; it stays from then on`),
    paused: z.boolean().optional(),
    weight: Weight.optional(),
  }),
  answer: z
    .object({ id: z.int(), name: z.string().describe('What it is called now') })
    .meta({ id: 'ChangedInterest' }),
  async run({ site, now }, { id, name, paused, weight }) {
    const own = { readerId: site.viewer.reader.id, interestId: id }
    // All of it, or nothing: only the name can be refused, and comes first.
    return inTransaction(site.db, async (trx) => {
      const before = await ownInterest(trx, own)
      if (before === null) return UNKNOWN
      if (name !== undefined) {
        const named = await renameInterest(trx, { ...own, name })
        if (!named.ok) return named.kind === 'no-interest' ? UNKNOWN : BAD_NAMES[named.kind]
      }
      if (paused === true) await pauseInterest(trx, { ...own, now })
      if (paused === false) await resumeInterest(trx, own)
      if (weight !== undefined) await boostInterest(trx, { ...own, boost: weight })
      const after = await ownInterest(trx, own)
      return after ? { ok: true, body: { id, name: after.name } } : UNKNOWN
    })
  },
})

const BAD_NAMES = {
  'no-name': problem('refused', 'Enter a name.', { parameter: 'name' }),
  'long-name': problem('refused', `Names can have up to ${LONGEST_INTEREST_NAME} characters.`, {
    parameter: 'name',
  }),
}

export const dropOwnInterest = acting({
  id: 'drop_interest',
  method: 'DELETE',
  path: '/api/me/interests/{id}',
  group: GROUP,
  summary: 'Drop one of your interests',
  description:
    'Your votes, lists and comments stay; they no longer speak for any interest. One that is not there is no error.',
  scope: 'collect',
  limit: RATE_LIMITS.change,
  parameters: one,
  answer: z.object({ id: z.int(), dropped: z.boolean() }).meta({ id: 'DroppedInterest' }),
  async run({ site }, { id }) {
    await dropInterest(site.db, { readerId: site.viewer.reader.id, interestId: id })
    return { ok: true, body: { id, dropped: true } }
  },
})
