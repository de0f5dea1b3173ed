import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { endFeeds, renewFeedKey, tasteSettings } from '../../recommendation/own-tastes.ts'
import { markSeen, MOST_SEEN } from '../../recommendation/seen.ts'
import { refused } from '../errors/show.tsx'
import { goBack, readerAction } from '../forms/reader-action.ts'
import { wantsJson } from '../forms/wants-json.ts'
import type { Site } from '../site.ts'

const LIMIT = { limit: RATE_LIMITS.change }

/** `POST /for-you/seen` with `papers`, the numbers of papers that the reader was shown, with spaces between them. */
export function seePapers(site: Site) {
  return readerAction(site, { limit: RATE_LIMITS.seen }, async ({ site: own, reader, form, now }, c) => {
    const paperIds = parseSeen(form.text('papers'))
    if (paperIds === null) return refused(own, c, INCOMPLETE)
    await markSeen(site.db, { readerId: reader.id, paperIds, now })
    return wantsJson(c) ? c.json({ seen: paperIds.length }) : goBack(c, form, '/for-you')
  })
}

function parseSeen(text: string): number[] | null {
  const ids = text.split(' ')
  return ids.length <= MOST_SEEN && ids.every((id) => /^[1-9]\d{0,14}$/.test(id)) ? ids.map(Number) : null
}

/** `POST /for-you/feeds` with `act`: `make` a private feed, `renew` its address, or `end` it. */
export function changeFeeds(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form }, c) => {
    const of = { readerId: reader.id }
    const act = form.text('act')
    if (act === 'end') await endFeeds(site.db, of)
    else if (act === 'renew') await renewFeedKey(site.db, of)
    else if (act !== 'make') return refused(own, c, INCOMPLETE)
    // A form that is sent twice leaves the address that was made first.
    else if ((await tasteSettings(site.db, of)).feedKey === null) await renewFeedKey(site.db, of)
    return goBack(c, form, '/for-you#private-feed')
  })
}

const INCOMPLETE = {
  status: 422,
  title: 'We could not read that form',
  reason: 'This form was not complete. Go back, reload the page and try again.',
} as const
