import type { Context } from 'hono'
import { issueHtml, issueText } from '../../digests/email/render-issue.ts'
import { previewIssue } from '../../digests/preview.ts'
import type { Issue } from '../../digests/issue.ts'
import type { Preferences } from '../../digests/preferences.ts'
import { findSubscribable, type Subscribable } from '../../digests/subscribable.ts'
import { badParameter, notFound } from '../errors/show.tsx'
import { renderPage } from '../layout.tsx'
import { sendMailDocument } from '../mail/mail-document.ts'
import { digestRoomOf, type Site } from '../site.ts'
import { preferencesAsked } from './show.tsx'
import { inWords } from './preference-fields.tsx'

type Previewed = { of: Subscribable; preferences: Preferences; issue: Issue | null; query: string }

/** What the address asks to see: a list, and how it would come. */
async function previewed(site: Site, c: Context): Promise<Previewed | { name: string; reason: string }> {
  const found = await findSubscribable(site.db, c.req.query('list') ?? '/', { origin: site.origin })
  if (!found.ok) return { name: 'list', reason: found.reason }
  const asked = preferencesAsked(c, site)
  if (!asked.ok) return asked
  const { preferences } = asked
  const { every, length, notAbout } = preferences
  const query = new URLSearchParams({
    list: found.address,
    every,
    length: String(length),
    ...(notAbout.length > 0 && { 'not-about': notAbout.join(', ') }),
  }).toString()
  const issue = await previewIssue(digestRoomOf(site), { ...found, preferences, now: site.now() })
  return { of: found, preferences, issue, query }
}

/** `GET /subscribe/preview?list=…&every=…`: the email that would come, before anybody subscribes. */
export function showPreview(site: Site) {
  return async (c: Context) => {
    c.header('cache-control', 'no-store')
    const shown = await previewed(site, c)
    if ('reason' in shown) return badParameter(site, c, shown)
    const { of, preferences, issue, query } = shown
    return c.html(
      renderPage(site, {
        head: {
          title: `${of.title} by email: an example`,
          description: `What ${site.name} would send you of ${of.title}.`,
          path: '/subscribe/preview',
          noindex: true,
        },
        children: (
          <div class="mail-preview">
            <header class="edition-head">
              <p class="kicker">An example</p>
              <h1>{of.title} by email</h1>
            </header>
            {issue === null ? (
              <p class="notice">There is nothing new on this list, so no email would come today.</p>
            ) : (
              <>
                <p>
                  It comes {inWords(preferences)}. Subject: <strong>{issue.subject}</strong>
                </p>
                <iframe
                  title={`The email: ${issue.subject}`}
                  src={`/subscribe/preview/email?${query}`}
                  sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
                  loading="lazy"
                ></iframe>
                <details class="more">
                  <summary>As plain text</summary>
                  <pre class="mail-text">{issueText(issue, null)}</pre>
                </details>
              </>
            )}
            <p>
              <a
                class="button"
                href={`/subscribe?list=${encodeURIComponent(of.address)}&every=${preferences.every}`}
              >
                Subscribe
              </a>
            </p>
          </div>
        ),
      }),
    )
  }
}

/** `GET /subscribe/preview/email?…`: that email itself, for the frame. */
export function showPreviewedEmail(site: Site) {
  return async (c: Context) => {
    const shown = await previewed(site, c)
    if ('reason' in shown) return badParameter(site, c, shown)
    if (shown.issue === null) return notFound(site, c)
    return sendMailDocument(c, issueHtml(shown.issue, null))
  }
}
