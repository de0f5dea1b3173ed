import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { noteOpened, noteSearch } from '../../recommendation/noticed.ts'
import { refused } from '../errors/show.tsx'
import { goBack, readerAction } from '../forms/reader-action.ts'
import { wantsJson } from '../forms/wants-json.ts'
import { findRequestedPaper, NO_PAPER } from '../paper/find-requested-paper.ts'
import type { Site } from '../site.ts'

const LIMIT = { limit: RATE_LIMITS.noticed }

/** `POST /papers/…/opened`: the reader looks at the paper's page (public/remember-this.ts). */
export function opened(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form, now }, c) => {
    const paper = await findRequestedPaper(own, c)
    if (!paper) return refused(own, c, NO_PAPER)
    await noteOpened(site.db, { readerId: reader.id, paperId: paper.id, now })
    return wantsJson(c) ? c.json({ noticed: true }) : goBack(c, form, addressPath(paper.address))
  })
}

/** `POST /papers/searched` with a `text`: what the reader searched for. */
export function searched(site: Site) {
  return readerAction(site, LIMIT, async ({ reader, form, now }, c) => {
    await noteSearch(site.db, { readerId: reader.id, text: form.text('text'), now })
    return wantsJson(c) ? c.json({ noticed: true }) : goBack(c, form, '/papers')
  })
}
