import type { Context } from 'hono'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { inTransaction } from '../../db/transaction.ts'
import { moveInterestMail } from '../../digests/own-subscriptions.ts'
import { exportTaste } from '../../recommendation/export-taste.ts'
import { chooseLearning, forgetSearch, forgetTaste } from '../../recommendation/forget.ts'
import {
  BOOSTS,
  boostInterest,
  dropInterest,
  excludeReason,
  includeReason,
  LONGEST_INTEREST_NAME,
  mergeInterests,
  pauseInterest,
  renameInterest,
  resumeInterest,
  type Boost,
  type InterestChange,
} from '../../recommendation/interests.ts'
import { numberIn, parseNumber } from '../desk/parse-ids.ts'
import { refused } from '../errors/show.tsx'
import { goBack, readerAction, type ReaderAction } from '../forms/reader-action.ts'
import { wantsJson } from '../forms/wants-json.ts'
import { NO_PAPER } from '../paper/find-requested-paper.ts'
import type { Site } from '../site.ts'
import type { Changed } from './changed.ts'
import { INTERESTS_PATH, interestsPage } from './show.tsx'

const LIMIT = { limit: RATE_LIMITS.change }
/** Forgetting is for everyone, at any time. */
const ALWAYS = { ...LIMIT, allowSuspended: true }

/** `POST /settings/interests/…/name` with `name`. */
export function renameOwnInterest(site: Site) {
  return onInterest(site, 'renamed', async ({ site: own, form }, c, interest) => {
    const name = form.text('name')
    const outcome = await renameInterest(site.db, { ...interest, name })
    if (outcome.ok || outcome.kind === 'no-interest') return outcome
    const problem = { interestId: interest.interestId, name, reason: BAD_NAMES[outcome.kind] }
    return c.html(await interestsPage(own, { problem }), 422)
  })
}

const BAD_NAMES = {
  'no-name': 'Give your interest a name.',
  'long-name': `A name can have up to ${LONGEST_INTEREST_NAME} characters.`,
}

/** `POST /settings/interests/…/pause` */
export function pauseOwnInterest(site: Site) {
  return onInterest(site, 'paused', ({ now }, _, interest) => pauseInterest(site.db, { ...interest, now }))
}

/** `POST /settings/interests/…/pause/end` */
export function resumeOwnInterest(site: Site) {
  return onInterest(site, 'resumed', (_, __, interest) => resumeInterest(site.db, interest))
}

/** `POST /settings/interests/…/boost` with `boost`: `less`, `normal` or `more`. */
export function boostOwnInterest(site: Site) {
  return onInterest(site, 'boosted', async ({ site: own, form }, c, interest) => {
    const boost = form.text('boost')
    return isBoost(boost) ? boostInterest(site.db, { ...interest, boost }) : refused(own, c, NO_BOOST)
  })
}

function isBoost(text: string): text is Boost {
  return Object.hasOwn(BOOSTS, text)
}

const NO_BOOST = {
  status: 422,
  title: 'That was not one of the choices',
  reason: 'Choose less, normal or more.',
} as const

/** `POST /settings/interests/…/merge` with `into`: the number of another one. */
export function mergeOwnInterest(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form, now }, c) => {
    const interestId = numberIn(c)
    const intoId = parseNumber(form.text('into'))
    if (interestId === null || intoId === null) return refused(own, c, NO_INTEREST)
    // Both or neither: mail of an interest that is gone would end.
    const outcome = await inTransaction(site.db, async (trx) => {
      const merged = await mergeInterests(trx, { readerId: reader.id, interestId, intoId })
      if (merged.ok) await moveInterestMail(trx, { readerId: reader.id, interestId, intoId, now })
      return merged
    })
    return outcome.ok
      ? goBack(c, form, changedPath('merged', intoId))
      : refused(own, c, outcome.kind === 'same-interest' ? SAME_INTEREST : NO_INTEREST)
  })
}

const SAME_INTEREST = {
  status: 422,
  title: 'These are the same interest',
  reason: 'Choose another one to merge it with.',
} as const

/** `POST /settings/interests/…/removal` with `confirm`. */
export function dropOwnInterest(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form }, c) => {
    const interestId = numberIn(c)
    if (interestId === null) return refused(own, c, NO_INTEREST)
    if (!form.ticked('confirm')) return refused(own, c, UNCONFIRMED)
    const outcome = await dropInterest(site.db, { readerId: reader.id, interestId })
    return outcome.ok ? goBack(c, form, changedPath('dropped')) : refused(own, c, NO_INTEREST)
  })
}

const UNCONFIRMED = {
  status: 422,
  title: 'Not confirmed',
  reason: 'Nothing was deleted. Tick the box that says what goes, and send the form again.',
} as const

/** `POST /settings/interests/reasons/removal` with `paper`: its number. */
export function excludeOwnReason(site: Site) {
  return onReason(site, { isExcluded: true }, ({ reader, now }, paperId) =>
    excludeReason(site.db, { readerId: reader.id, paperId, now }),
  )
}

/** `POST /settings/interests/reasons/return` with `paper`: its number. */
export function includeOwnReason(site: Site) {
  return onReason(site, { isExcluded: false }, ({ reader }, paperId) =>
    includeReason(site.db, { readerId: reader.id, paperId }),
  )
}

function onReason(
  site: Site,
  { isExcluded }: { isExcluded: boolean },
  act: (acting: ReaderAction, paperId: number) => Promise<{ ok: boolean }>,
) {
  return readerAction(site, LIMIT, async (acting, c) => {
    const paperId = parseNumber(acting.form.text('paper'))
    const outcome = paperId === null ? { ok: false } : await act(acting, paperId)
    if (!outcome.ok) return refused(acting.site, c, NO_PAPER)
    return wantsJson(c)
      ? c.json({ excluded: isExcluded })
      : goBack(c, acting.form, changedPath(isExcluded ? 'excluded' : 'included'))
  })
}

/** `POST /settings/interests/learning` with `opened` and `searches`, where ticked. */
export function chooseOwnLearning(site: Site) {
  return readerAction(site, ALWAYS, async ({ reader, form }, c) => {
    await chooseLearning(site.db, {
      readerId: reader.id,
      opened: form.ticked('opened'),
      searches: form.ticked('searches'),
    })
    return goBack(c, form, changedPath('learning'))
  })
}

/** `POST /settings/interests/searches/removal` with `search`: its number. */
export function forgetOwnSearch(site: Site) {
  return readerAction(site, ALWAYS, async ({ reader, form }, c) => {
    const searchId = parseNumber(form.text('search'))
    if (searchId !== null) await forgetSearch(site.db, { readerId: reader.id, searchId })
    return goBack(c, form, changedPath('search'))
  })
}

/** `POST /settings/interests/removal` with `confirm`: forgets everything. */
export function forgetOwnTaste(site: Site) {
  return readerAction(site, ALWAYS, async ({ site: own, reader, form }, c) => {
    if (!form.ticked('confirm')) return refused(own, c, UNCONFIRMED)
    await forgetTaste(site.db, { readerId: reader.id })
    return c.redirect(changedPath('forgotten'), 303)
  })
}

/** `GET /settings/interests/export` */
export function sendTasteExport(site: Site) {
  return async (c: Context) => {
    if (!site.viewer) return c.redirect(`/sign-in?to=${INTERESTS_PATH}`, 303)
    const taste = await exportTaste(site.db, { readerId: site.viewer.reader.id })
    c.header('content-disposition', 'attachment; filename="interests.json"')
    c.header('cache-control', 'no-store')
    return c.json(taste)
  }
}

/** An action on the interest whose number is in the address; what it answers itself is sent. */
function onInterest(
  site: Site,
  changed: Changed,
  act: (
    acting: ReaderAction,
    c: Context,
    interest: { readerId: string; interestId: number },
  ) => Promise<InterestChange | Response>,
) {
  return readerAction(site, LIMIT, async (acting, c) => {
    const interestId = numberIn(c)
    if (interestId === null) return refused(acting.site, c, NO_INTEREST)
    const outcome = await act(acting, c, { readerId: acting.reader.id, interestId })
    if (outcome instanceof Response) return outcome
    return outcome.ok
      ? goBack(c, acting.form, changedPath(changed, interestId))
      : refused(acting.site, c, NO_INTEREST)
  })
}

const NO_INTEREST = {
  status: 404,
  title: 'Interest not found',
  reason: 'You have no such interest. It may have been merged or dropped meanwhile.',
} as const

function changedPath(changed: Changed, interestId?: number): string {
  const anchor = interestId === undefined ? '' : `#interest-${interestId}`
  return `${INTERESTS_PATH}?changed=${changed}${anchor}`
}
