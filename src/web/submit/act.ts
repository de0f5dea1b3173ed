import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { writeNote } from '../../discussion/write-note.ts'
import { pickPaper } from '../../shelves/picks.ts'
import { submitPaper } from '../../moderation/submissions.ts'
import { findPaper } from '../../papers/find.ts'
import { addressPath, parseIdentifier } from '../../papers/identifiers.ts'
import { isShownTo } from '../../papers/visibility.ts'
import { lookUp, type LookUpOutcome } from '../../sources/look-up.ts'
import { goneSignal } from '../client-gone.ts'
import { readerAction } from '../forms/reader-action.ts'
import { audienceOf, type Site } from '../site.ts'
import { alreadyHerePage, submitPage, waitingPage } from './show.tsx'

const LONGEST_NOTE = { comment: 10_000, pick: 500 }
const STATUS = { unknown: 422, busy: 503, away: 503 } as const satisfies Record<
  Extract<LookUpOutcome, { ok: false }>['kind'],
  number
>

/** `POST /papers/submit`: looks a paper up at its source and records it, or redirects to it if it is here. */
export function submit(site: Site) {
  return readerAction(site, { limit: RATE_LIMITS.submit }, async ({ site: own, reader, form, now }, c) => {
    // Only bots fill in a hidden field.
    if (form.text('website') !== '') return c.html(waitingPage(own, { title: null }))
    const typed = { paper: form.text('paper').trim().slice(0, 500), note: form.text('note').trim() }
    const again = async (problem: string, status: 422 | 503) =>
      c.html(await submitPage(own, { ...typed, problem }), status)

    const longest = reader.curator ? LONGEST_NOTE.pick : LONGEST_NOTE.comment
    if (typed.note.length > longest)
      return again(`A note can have up to ${longest.toLocaleString('en-GB')} characters.`, 422)
    const parsed = parseIdentifier(typed.paper)
    if (!parsed || parsed.identifier.scheme === 'local')
      return again('We could not recognise that. Enter an arXiv identifier, a DOI or a link to either.', 422)
    const { identifier } = parsed
    const here = await findPaper(site.db, identifier, { seenBy: 'program' })
    if (here && isShownTo(here, audienceOf(own)))
      return typed.note === ''
        ? c.redirect(addressPath(here.address), 303)
        : c.html(alreadyHerePage(own, { paper: here, note: typed.note }))
    if (here) return again('A curator has hidden this paper. The reason is in the moderation log.', 422)

    const found = await lookUp(site.db, identifier, {
      sources: site.sources,
      now: site.now,
      signal: goneSignal(c),
    })
    if (!found.ok) return again(found.reason, STATUS[found.kind])
    const outcome = await submitPaper(site.db, {
      found: found.paper,
      identifier,
      readerId: reader.id,
      trusted: reader.trusted,
      note: typed.note,
      now,
      timeZone: site.timeZone,
      // What a curator writes makes the paper their pick; what a reader writes is the first comment.
      writeNote: async (trx, { paperId, readerId, note }) => {
        if (note !== '' && readerId === reader.id && reader.curator)
          await pickPaper(trx, { paperId, curator: reader, note, now })
        else await writeNote(trx, { paperId, readerId, note, curators: site.accounts.curators, now })
      },
    })
    if (outcome.kind === 'waiting' || outcome.kind === 'already-waiting')
      return c.html(waitingPage(own, { title: found.paper.title }))
    site.changed('everything')
    return c.redirect(addressPath(outcome.address), 303)
  })
}
