import type { Context } from 'hono'
import { RATE_LIMITS, type RateLimit } from '../../accounts/rate-limits.ts'
import type { Form } from '../forms/read-form.ts'
import { localPath } from '../forms/local-path.ts'
import { actAs, readerAction, type PaperAction } from '../forms/reader-action.ts'
import { markNotForMe, save } from '../reading-list/act.ts'
import type { Site, Viewer } from '../site.ts'
import { vote } from '../vote/act.ts'
import { begunAct, forgetBegun, type BegunAct } from './begun-act.ts'

const ACTIONS: Record<BegunAct['act'], { limit: RateLimit; action: PaperAction }> = {
  vote: { limit: RATE_LIMITS.vote, action: vote },
  save: { limit: RATE_LIMITS.change, action: save },
  'not-for-me': { limit: RATE_LIMITS.change, action: markNotForMe },
}

/**
 * Does what a reader began before they signed in, within the same limits and with the same refusals as if they sent the
 * form now, and continues to `to`.
 */
export async function finishBegun(
  site: Site,
  c: Context,
  { viewer, to }: { viewer: Viewer; to: string },
): Promise<Response> {
  const begun = begunAct(site, c, { to })
  if (begun === null) return c.redirect(to, 303)
  forgetBegun(site, c)
  const { limit, action } = ACTIONS[begun.act]
  const fields = new Map([
    [begun.act as string, '1'],
    ['back', to],
  ])
  const form: Form = { text: (name) => fields.get(name) ?? '', ticked: (name) => fields.has(name) }
  return actAs(site, c, { viewer, form, limit }, (acting) => action(acting, c, begun.address))
}

/** `POST /sign-in/begun`: the button of the page that asks to do it. */
export function finish(site: Site) {
  return readerAction(
    site,
    // What is done counts within its own limit.
    { limit: RATE_LIMITS.change, allowSuspended: true },
    ({ site: own, form }, c) => finishBegun(site, c, { viewer: own.viewer, to: localPath(form.text('to')) }),
  )
}
