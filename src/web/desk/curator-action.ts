import type { Context } from 'hono'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { parseReason, type Decision, type ActOutcome } from '../../moderation/moderation-log.ts'
import { notFound, refused } from '../errors/show.tsx'
import { goBack, readerAction } from '../forms/reader-action.ts'
import type { Site } from '../site.ts'

/**
 * Curators' actions on one kind of thing. `parse` reads from the address which one it is, or null if there can be no
 * such thing. Each action needs a reason and returns to the page of its form.
 */
export function curatorActions<Target>(parse: (c: Context) => Target | null) {
  return (act: (site: Site, target: Target & Decision) => Promise<ActOutcome>) => (site: Site) =>
    readerAction(
      site,
      { limit: RATE_LIMITS.change, curator: true },
      async ({ site: own, reader, form, now }, c) => {
        const reason = parseReason(form.text('reason'))
        if (reason === null) return refused(own, c, NO_REASON)
        const target = parse(c)
        if (target === null) return notFound(own, c)
        const outcome = await act(own, { ...target, curatorId: reader.id, reason, now })
        if (!outcome.ok) return refused(own, c, { status: 409, title: 'Not done', reason: outcome.reason })
        if (outcome.changed) site.changed('everything')
        return goBack(c, form, '/desk')
      },
    )
}

export const NO_REASON = {
  status: 422,
  title: 'Give a reason',
  reason: 'Everything curators do is in the public moderation log with a reason of up to 1,000 characters.',
} as const
