import type { Context } from 'hono'
import { RATE_LIMITS } from '../../../accounts/rate-limits.ts'
import { addArxivHoliday, removeArxivHoliday } from '../../../sources/arxiv-holidays.ts'
import { addField, fieldNamed } from '../../../sources/fields.ts'
import { runTask, type RunCounts } from '../../../sources/harvest.ts'
import { dropQuarantined, rereadQuarantine, type Reread } from '../../../sources/quarantine.ts'
import {
  addSource,
  pauseSourceNamed,
  removeSource,
  resumeSource,
  runSourceNow,
  sourceNamed,
} from '../../../sources/sources.ts'
import { notFound, refused } from '../../errors/show.tsx'
import type { Form } from '../../forms/read-form.ts'
import { goBack, readerAction, type ReaderAction } from '../../forms/reader-action.ts'
import type { Site } from '../../site.ts'
import { numberIn } from '../parse-ids.ts'
import { draftIn, sourcesPage } from './show.tsx'
import { sourcePage } from './source.tsx'

/** For what a run would change, so long is waited; what was seen by then is told. */
const TRIAL_MS = 25_000
/** So long the quarantine is read again at once. */
const REREAD_MS = 20_000

/** What curators do with sources is their daily work and no moderation: it needs no reason and is in no log. */
const curatorDoes = (act: (acting: ReaderAction, c: Context) => Promise<Response>) => (site: Site) =>
  readerAction(site, { limit: RATE_LIMITS.change, curator: true }, act)

/** `POST /desk/sources/fields` */
export const addFieldSources = curatorDoes(async ({ site, form, now }, c) => {
  const field = fieldNamed(form.text('field'))
  if (!field) return notFound(site, c, { what: 'There is no such field.' })
  await addField(site.db, field, { trusted: false, now })
  return c.redirect('/welcome/begun', 303)
})

/** `POST /desk/sources` */
export const add = curatorDoes(async ({ site, form, now }, c) => {
  const draft = draftIn(form)
  const outcome = await addSource(site.db, draft, { trusted: false, now })
  if (outcome.ok) return c.redirect(`/desk/sources/${outcome.source.name}`, 303)
  return c.html(await sourcesPage(site, { form, problem: outcome.reason }), 422)
})

/** Acts on the source that the address names. */
const onSource = (
  act: (acting: ReaderAction, name: string) => Promise<boolean>,
  { to }: { to?: string } = {},
) =>
  curatorDoes(async (acting, c) => {
    const name = c.req.param('name') ?? ''
    if (!(await act(acting, name))) return notFound(acting.site, c, { what: 'There is no such source.' })
    return to === undefined ? goBack(c, acting.form, `/desk/sources/${name}`) : c.redirect(to, 303)
  })

/** `POST /desk/sources/:name/run` */
export const run = onSource(({ site, now }, name) => runSourceNow(site.db, { name, now }))
/** `POST /desk/sources/:name/pause` */
export const pause = onSource(({ site, now }, name) => pauseSourceNamed(site.db, { name, now }))
/** `POST /desk/sources/:name/pause/end` */
export const resume = onSource(({ site, now }, name) => resumeSource(site.db, { name, now }))
/** `POST /desk/sources/:name/removal` */
export const remove = onSource(({ site }, name) => removeSource(site.db, { name }), { to: '/desk/sources' })

/** `POST /desk/sources/:name/trial`: what a run would change; nothing is stored. */
export const tryOut = curatorDoes(async ({ site, now }, c) => {
  const source = await sourceNamed(site.db, { name: c.req.param('name') ?? '', now })
  if (!source) return notFound(site, c, { what: 'There is no such source.' })
  const signal = AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(TRIAL_MS)])
  const trials: { task: string; counts: RunCounts; words: string }[] = []
  for (const task of source.kind.tasks) {
    if (signal.aborted) break
    const outcome = await runTask(site.db, source, task, {
      ...site.harvesting,
      timeZone: site.timeZone,
      now: site.now,
      signal,
      dryRun: true,
    })
    if (outcome === null) continue
    const words =
      outcome.outcome === 'failed'
        ? outcome.reason
        : outcome.outcome === 'stopped'
          ? 'This is what came within 25 seconds.'
          : 'This is all there is now.'
    trials.push({ task: task.name, counts: outcome.counts, words })
  }
  return c.html(await sourcePage(site, source, { trials }))
})

/** `POST /desk/quarantine/:id/rereading` */
export const reread = curatorDoes(async ({ site, form, now }, c) => {
  const id = numberIn(c)
  if (id === null) return notFound(site, c)
  const done = await rereadQuarantine(site.db, { id, now, timeZone: site.timeZone })
  return toQuarantine(site, c, form, done)
})

/** `POST /desk/quarantine/rereading`: all of a source, or of all sources. */
export const rereadAll = curatorDoes(async ({ site, form, now }, c) => {
  const source = form.text('source') === '' ? null : form.text('source')
  const signal = AbortSignal.timeout(REREAD_MS)
  const done = await rereadQuarantine(site.db, { source, signal, now, timeZone: site.timeZone })
  return toQuarantine(site, c, form, done)
})

function toQuarantine(site: Site, c: Context, form: Form, done: Reread): Response {
  if (done.recorded > 0) site.changed('everything')
  const query = new URLSearchParams({
    ...(form.text('source') !== '' && { source: form.text('source') }),
    recorded: String(done.recorded),
    ...(done.passedOver > 0 && { passed: String(done.passedOver) }),
    unreadable: String(done.stillUnreadable),
  })
  return c.redirect(`/desk/quarantine?${query.toString()}`, 303)
}

/** `POST /desk/quarantine/:id/removal` */
export const drop = curatorDoes(async ({ site, form }, c) => {
  const id = numberIn(c)
  if (id === null || !(await dropQuarantined(site.db, { id })))
    return notFound(site, c, { what: 'There is no such record.' })
  return goBack(c, form, '/desk/quarantine')
})

/** `POST /desk/arxiv-holidays` */
export const addHoliday = curatorDoes(async ({ site, form }, c) => {
  const outcome = await addArxivHoliday(site.db, { day: form.text('day'), name: form.text('name') })
  if (!outcome.ok)
    return refused(site, c, { status: 422, title: 'The holiday was not added', reason: outcome.reason })
  return c.redirect('/desk/arxiv-holidays', 303)
})

/** `POST /desk/arxiv-holidays/removal` */
export const removeHoliday = curatorDoes(async ({ site, form }, c) => {
  await removeArxivHoliday(site.db, { day: form.text('day') })
  return c.redirect('/desk/arxiv-holidays', 303)
})
