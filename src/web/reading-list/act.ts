import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { setNotForMe } from '../../shelves/not-for-me.ts'
import { markRead, MOST_SAVED, savePaper, unsavePaper } from '../../shelves/reading-list.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { refused } from '../errors/show.tsx'
import { goBack, readerAction, type PaperAction } from '../forms/reader-action.ts'
import { wantsJson } from '../forms/wants-json.ts'
import { findRequestedPaper, NO_PAPER } from '../paper/find-requested-paper.ts'
import type { Site } from '../site.ts'

const LIMIT = { limit: RATE_LIMITS.change }

/** `POST /papers/…/save` with `save=1` or `save=0`: adds the paper to the reading list, or removes it. */
export function saveByForm(site: Site) {
  return readerAction(site, { ...LIMIT, begins: 'save' }, (acting, c) =>
    save(acting, c, c.req.param('address') ?? ''),
  )
}

export const save: PaperAction = async ({ site, reader, form, now }, c, address) => {
  const paper = await findRequestedPaper(site, c, address)
  if (!paper) return refused(site, c, NO_PAPER)
  const saved = form.text('save') !== '0'
  const of = { readerId: reader.id, paperId: paper.id }
  if (saved) {
    const outcome = await savePaper(site.db, { ...of, now })
    if (!outcome.ok) return refused(site, c, outcome.kind === 'full' ? FULL : NO_PAPER)
  } else {
    await unsavePaper(site.db, of)
  }
  return wantsJson(c) ? c.json({ saved }) : goBack(c, form, addressPath(paper.address))
}

/** `POST /papers/…/read` with `read=1` or `read=0`, of a paper on the reading list. */
export function read(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form, now }, c) => {
    const paper = await findRequestedPaper(own, c)
    if (!paper) return refused(own, c, NO_PAPER)
    const isRead = form.text('read') !== '0'
    const saved = await markRead(site.db, { readerId: reader.id, paperId: paper.id, read: isRead, now })
    return wantsJson(c) ? c.json({ saved, read: saved && isRead }) : goBack(c, form, '/reading-list')
  })
}

/**
 * `POST /papers/…/not-for-me` with `not-for-me=1` or `not-for-me=0`: reduces the paper to one line in lists, or shows
 * it in full again.
 */
export function markNotForMeByForm(site: Site) {
  return readerAction(site, { ...LIMIT, begins: 'not-for-me' }, (acting, c) =>
    markNotForMe(acting, c, c.req.param('address') ?? ''),
  )
}

export const markNotForMe: PaperAction = async ({ site, reader, form, now }, c, address) => {
  const paper = await findRequestedPaper(site, c, address)
  if (!paper) return refused(site, c, NO_PAPER)
  const notForMe = form.text('not-for-me') !== '0'
  const there = await setNotForMe(site.db, { readerId: reader.id, paperId: paper.id, notForMe, now })
  if (!there) return refused(site, c, NO_PAPER)
  return wantsJson(c) ? c.json({ notForMe }) : goBack(c, form, addressPath(paper.address))
}

const FULL = {
  status: 422,
  title: 'Your reading list is full',
  reason: `It can hold ${MOST_SAVED.toLocaleString('en-GB')} papers. Remove some you have read.`,
} as const
