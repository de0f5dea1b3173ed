import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { flag, FLAG_REASONS, LONGEST_NOTE, type FlagReason } from '../../moderation/flags.ts'
import { lengthOf, plainLines } from '../../accounts/typed-text.ts'
import type { Flagged } from '../../moderation/resolve-flags.ts'
import { refused } from '../errors/show.tsx'
import { readerAction } from '../forms/reader-action.ts'
import type { Site } from '../site.ts'
import { findSubject } from './find-subject.ts'
import { flagPage, thanksPage } from './show.tsx'

/** `POST /papers/…/flag`, `/comments/…/flag`, `/collections/…/flag` with `reason` and `note`. */
export function sendFlag(kind: Flagged['kind']) {
  return (site: Site) =>
    readerAction(site, { limit: RATE_LIMITS.flag }, async ({ site: own, reader, form, now }, c) => {
      const asked = await findSubject(own, c, kind)
      if (!asked) return refused(own, c, GONE)
      const reason = form.text('reason')
      const note = plainLines(form.text('note'))
      if (!isReason(reason)) return c.html(flagPage(own, { asked, note, problem: 'Choose a reason.' }), 422)
      if (lengthOf(note) > LONGEST_NOTE)
        return c.html(
          flagPage(own, { asked, reason, note, problem: 'A note can have up to 1,000 characters.' }),
          422,
        )
      const { on } = asked
      const { curators } = own.accounts
      const outcome = await flag(site.db, { on, readerId: reader.id, reason, note, curators, now })
      if (!outcome.ok) return refused(own, c, GONE)
      if (outcome.hidden) site.changed()
      return c.html(thanksPage(own, { asked }))
    })
}

function isReason(text: string): text is FlagReason {
  return Object.hasOwn(FLAG_REASONS, text)
}

const GONE = { status: 404, title: 'Not found', reason: 'What you flagged is no longer here.' } as const
