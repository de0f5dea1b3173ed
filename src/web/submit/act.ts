import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { prepareSubmission, type PreparedSubmission } from '../../moderation/prepare-submission.ts'
import { submitPaper } from '../../moderation/submissions.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { goneSignal } from '../client-gone.ts'
import { readerAction } from '../forms/reader-action.ts'
import type { Site } from '../site.ts'
import { alreadyHerePage, submitPage, waitingPage } from './show.tsx'
import { writeSubmittedNote } from './write-submitted-note.ts'

const STATUS = {
  'long-note': 422,
  'no-identifier': 422,
  hidden: 422,
  unknown: 422,
  busy: 503,
  away: 503,
} as const satisfies Record<Extract<PreparedSubmission, { kind: 'refused' }>['why'], number>

/** `POST /papers/submit`: looks a paper up at its source and records it, or redirects to it if it is here. */
export function submit(site: Site) {
  return readerAction(site, { limit: RATE_LIMITS.submit }, async ({ site: own, reader, form, now }, c) => {
    // Only bots fill in a hidden field.
    if (form.text('website') !== '') return c.html(waitingPage(own, { title: null }))
    const typed = { paper: form.text('paper').trim().slice(0, 500), note: form.text('note').trim() }
    const prepared = await prepareSubmission(site.db, {
      text: typed.paper,
      note: typed.note,
      reader,
      sources: site.sources,
      now: site.now,
      signal: goneSignal(c),
    })
    if (prepared.kind === 'refused')
      return c.html(await submitPage(own, { ...typed, problem: prepared.reason }), STATUS[prepared.why])
    const { note } = prepared
    if (prepared.kind === 'here')
      return note === ''
        ? c.redirect(addressPath(prepared.paper.address), 303)
        : c.html(alreadyHerePage(own, { paper: prepared.paper, note }))
    const { found, identifier } = prepared
    const outcome = await submitPaper(site.db, {
      found,
      identifier,
      readerId: reader.id,
      trusted: reader.trusted,
      note,
      now,
      timeZone: site.timeZone,
      writeNote: writeSubmittedNote({ reader, curators: site.accounts.curators, now }),
    })
    if (outcome.kind === 'waiting' || outcome.kind === 'already-waiting')
      return c.html(waitingPage(own, { title: found.title }))
    site.changed('everything')
    return c.redirect(addressPath(outcome.address), 303)
  })
}
