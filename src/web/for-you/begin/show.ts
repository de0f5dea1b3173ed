import type { Context } from 'hono'
import type { Site } from '../../site.ts'
import { brokenLink } from '../../errors/show.tsx'
import { PATH, STEPS } from './begun.ts'
import { beginPage } from './page.tsx'
import { readSkipped } from './skipped.ts'

/** `/for-you/begin`: what a reader’s own front page begins with. */
export function showBegin(site: Site) {
  return async (c: Context) => {
    const { viewer } = site
    if (!viewer) return c.redirect(`/sign-in?to=${PATH}`, 303)
    const skipped = readSkipped(c.req.query('skipped') ?? '')
    if (skipped === null) return brokenLink(site, c, { name: 'skipped' })
    const done = STEPS.find((step) => step === c.req.query('done')) ?? null
    return c.html(await beginPage({ ...site, viewer }, c, { skipped, done }))
  }
}
