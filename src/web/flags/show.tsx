import type { Context } from 'hono'
import { FLAG_REASONS, LONGEST_NOTE } from '../../moderation/flags.ts'
import type { Flagged } from '../../moderation/flagged.ts'
import { notFound } from '../errors/show.tsx'
import { renderPage } from '../layout.tsx'
import type { Site } from '../site.ts'
import { findSubject, type FlagSubject } from './find-subject.ts'

/** `/papers/…/flag`, `/comments/…/flag`, `/collections/…/flag`: tells curators what is wrong with something. */
export function showFlag(kind: Flagged['kind']) {
  return (site: Site) => async (c: Context) => {
    c.header('cache-control', 'no-store')
    const asked = await findSubject(site, c, kind)
    if (!asked) return notFound(site, c)
    if (!site.viewer) return c.redirect(`/sign-in?to=${encodeURIComponent(asked.form)}`, 303)
    return c.html(flagPage(site, { asked }))
  }
}

/** The form, with what was typed and what was wrong with it if it was refused. */
export function flagPage(
  site: Site,
  {
    asked: { subject, path, form },
    reason = '',
    note = '',
    problem = null,
  }: { asked: FlagSubject; reason?: string; note?: string; problem?: string | null },
) {
  return renderPage(site, {
    head: { title: 'Flag', description: 'Tell the curators.', path: form, noindex: true },
    children: (
      <div class="narrow">
        <header class="edition-head">
          <p class="kicker">Tell the curators</p>
          <h1>What is wrong?</h1>
        </header>
        <p>
          You are flagging <a href={path}>{subject}</a>. Only curators can see who flagged it.
        </p>
        {problem !== null && (
          <p class="notice problem" role="alert">
            {problem}
          </p>
        )}
        <form class="form" method="post" action={form}>
          <fieldset class="choice">
            <legend>Reason</legend>
            {Object.entries(FLAG_REASONS).map(([value, words]) => (
              <label class="tick">
                <input type="radio" name="reason" value={value} required checked={value === reason} /> {words}
              </label>
            ))}
          </fieldset>
          <label for="note">What should curators know? (optional)</label>
          <textarea id="note" name="note" maxlength={LONGEST_NOTE}>
            {note}
          </textarea>
          <button type="submit" class="button">
            Send flag
          </button>
        </form>
      </div>
    ),
  })
}

/** The page after something was flagged. */
export function thanksPage(site: Site, { asked: { path, subject, form } }: { asked: FlagSubject }) {
  return renderPage(site, {
    head: { title: 'Thank you', description: 'Your flag was sent.', path: form, noindex: true },
    children: (
      <div class="blank">
        <p class="kicker">Flagged</p>
        <h1>Thank you</h1>
        <p>
          A curator will review it. You can find the decision in the <a href="/moderation">moderation log</a>.
        </p>
        <p>
          <a href={path}>Back to {subject}</a>
        </p>
      </div>
    ),
  })
}
