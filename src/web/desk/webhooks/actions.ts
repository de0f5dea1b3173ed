import type { Context } from 'hono'
import { RATE_LIMITS } from '../../../accounts/rate-limits.ts'
import { sendTest } from '../../../webhooks/tell.ts'
import {
  addWebhook,
  pauseWebhook,
  removeWebhook,
  resumeWebhook,
  rotateSecret,
} from '../../../webhooks/webhooks.ts'
import { notFound } from '../../errors/show.tsx'
import { readerAction, type ReaderAction } from '../../forms/reader-action.ts'
import type { Site } from '../../site.ts'
import { numberIn } from '../parse-ids.ts'
import { draftIn, webhooksPage } from './show.tsx'

const PATH = '/desk/webhooks'
/** A curator who tests a webhook waits for its receiver for so long. */
const TEST_MS = 25_000

/** What curators do with webhooks is their daily work and no moderation: it needs no reason and is in no log. */
const curatorDoes = (act: (acting: ReaderAction, c: Context) => Promise<Response>) => (site: Site) =>
  readerAction(site, { limit: RATE_LIMITS.change, curator: true }, (acting, c) => {
    // A secret that is shown once is kept nowhere.
    c.header('cache-control', 'no-store')
    return act(acting, c)
  })

/** `POST /desk/webhooks`: adds one, and shows its secret. */
export const add = curatorDoes(async ({ site, form, now }, c) => {
  const outcome = await addWebhook(site.search, draftIn(form), { origin: site.origin, trusted: false, now })
  return outcome.ok
    ? c.html(await webhooksPage(site, { secret: { of: outcome.id, secret: outcome.secret, isNew: true } }))
    : c.html(await webhooksPage(site, { form, problem: outcome.reason }), 422)
})

const noSuchWebhook = (site: Site, c: Context) => notFound(site, c, { what: 'There is no such webhook.' })

/** Acts on the webhook that the address names, and returns to it. */
const onWebhook = (act: (acting: ReaderAction, id: number) => Promise<boolean>) =>
  curatorDoes(async (acting, c) => {
    const id = numberIn(c)
    if (id === null || !(await act(acting, id))) return noSuchWebhook(acting.site, c)
    return c.redirect(PATH, 303)
  })

/** `POST /desk/webhooks/:id/pause` */
export const pause = onWebhook(({ site, now }, id) => pauseWebhook(site.db, { id, now }))
/** `POST /desk/webhooks/:id/pause/end` */
export const resume = onWebhook(({ site, now }, id) => resumeWebhook(site.db, { id, now }))
/** `POST /desk/webhooks/:id/removal` */
export const remove = onWebhook(({ site }, id) => removeWebhook(site.db, { id }))
/** `POST /desk/webhooks/:id/test`: sends a test; the page says what became of it. */
export const test = onWebhook(async ({ site }, id) => {
  const { search: room, harvesting, name, origin, now } = site
  const outcome = await sendTest(
    {
      room,
      client: harvesting.client,
      site: { name, origin: () => origin },
      now,
      signal: AbortSignal.timeout(TEST_MS),
    },
    id,
  )
  return outcome !== undefined
})

/** `POST /desk/webhooks/:id/secret`: gives it a new secret, and shows that. */
export const rotate = curatorDoes(async ({ site, now }, c) => {
  const id = numberIn(c)
  const secret = id === null ? null : await rotateSecret(site.db, { id, now })
  if (id === null || secret === null) return noSuchWebhook(site, c)
  return c.html(await webhooksPage(site, { secret: { of: id, secret, isNew: false } }))
})
