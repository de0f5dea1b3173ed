import { RATE_LIMITS } from '../../../accounts/rate-limits.ts'
import { decideInDoubt } from '../../../digests/in-doubt.ts'
import { pauseRun, resumeRun } from '../../../digests/runs.ts'
import { notFound } from '../../errors/show.tsx'
import { readerAction, type ReaderAction } from '../../forms/reader-action.ts'
import type { Site } from '../../site.ts'
import { numberIn } from '../parse-ids.ts'

const PATH = '/desk/digests'

/**
 * Acts on the run or issue that the address names, and returns to the page. Keeping the mail going is curators' daily work and
 * no moderation: it needs no reason and is in no log.
 */
const curatorDoes =
  (act: (acting: ReaderAction, id: number) => Promise<boolean>, { missing }: { missing: string }) =>
  (site: Site) =>
    readerAction(site, { limit: RATE_LIMITS.change, curator: true }, async (acting, c) => {
      const id = numberIn(c)
      if (id === null || !(await act(acting, id))) return notFound(acting.site, c, { what: missing })
      return c.redirect(PATH, 303)
    })

const NO_RUN = { missing: 'There is no such run.' }
/** A second press of the button, or another curator was quicker. */
const NOT_IN_DOUBT = { missing: 'That is not in doubt any more.' }

/** `POST /desk/digests/:id/pause` */
export const pause = curatorDoes(({ site, now }, id) => pauseRun(site.db, { id, now }), NO_RUN)
/** `POST /desk/digests/:id/pause/end` */
export const resume = curatorDoes(({ site }, id) => resumeRun(site.db, { id }), NO_RUN)

const decides = (as: 'send' | 'sent', which: 'id' | 'runId') =>
  curatorDoes(
    async ({ site, now }, id) =>
      (await decideInDoubt(site.db, { of: which === 'id' ? { id } : { runId: id }, as, now })) > 0,
    NOT_IN_DOUBT,
  )

/** `POST /desk/digests/in-doubt/:id/sending` */
export const sendAgain = decides('send', 'id')
/** `POST /desk/digests/in-doubt/:id/sent` */
export const countAsSent = decides('sent', 'id')
/** `POST /desk/digests/:id/in-doubt/sending`: all of a run. */
export const sendRunAgain = decides('send', 'runId')
/** `POST /desk/digests/:id/in-doubt/sent`: all of a run. */
export const countRunAsSent = decides('sent', 'runId')
