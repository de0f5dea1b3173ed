import { RATE_LIMITS } from '../../../accounts/rate-limits.ts'
import { writeEditionHead } from '../../../discussion/edition-head.ts'
import { readerAction } from '../../forms/reader-action.ts'
import type { Form } from '../../forms/read-form.ts'
import type { Site } from '../../site.ts'
import { askedEdition, headPage, noSuchEdition, type AskedEdition, type HeadDraft } from './show.tsx'

/**
 * `POST /desk/editions/2026-11-29/head` with a `note` and the address of the `top` story, either of which may be empty.
 * With `preview` nothing is written. What curators write is public and signed: it needs no reason, and is in no log.
 */
export function writeHead(site: Site) {
  return readerAction(site, { limit: RATE_LIMITS.change, curator: true }, async (acting, c) => {
    const { site: own, reader, form, now } = acting
    // The page is for the curator alone.
    c.header('cache-control', 'no-store')
    const edition = await askedEdition(own, c)
    if (edition === null) return noSuchEdition(own, c)
    const draft = draftIn(form, edition)
    if (form.ticked('preview')) return c.html(headPage(own, { ...edition, draft, isPreview: true }))
    const outcome = await writeEditionHead(own.db, {
      edition: edition.day,
      note: draft.note,
      topPaperAddress: form.text('top') === '' ? null : form.text('top'),
      curatorId: reader.id,
      ...(form.ticked('seen') ? { seen: draft.seen } : {}),
      now,
    })
    if (outcome.ok) {
      own.changed('everything')
      return c.redirect(`/papers/date/${edition.day}`, 303)
    }
    const problem = outcome.reason
    if (outcome.kind !== 'changed') return c.html(headPage(own, { ...edition, draft, problem }), 422)
    // By now they have seen what the other one wrote, and may replace it.
    const current = (await askedEdition(own, c)) ?? edition
    const seen = current.head?.writtenAt ?? null
    return c.html(headPage(own, { ...current, draft: { ...draft, seen }, problem, isConflict: true }), 409)
  })
}

function draftIn(form: Form, { choices }: AskedEdition): HeadDraft {
  const top = form.text('top')
  const seen = new Date(form.text('seen'))
  return {
    note: form.text('note').replaceAll('\r\n', '\n'),
    topId: choices.find(({ paper }) => paper.address === top)?.paper.id ?? null,
    seen: Number.isNaN(seen.getTime()) ? null : seen,
  }
}
