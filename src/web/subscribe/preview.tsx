import type { Context } from 'hono'
import { issueHtml, issueText } from '../../digests/email/render-issue.ts'
import { previewIssue } from '../../digests/preview.ts'
import type { Issue } from '../../digests/issue.ts'
import type { Preferences } from '../../digests/preferences.ts'
import type { Subscribable } from '../../digests/subscribable.ts'
import { TasteAway } from '../../recommendation/taste.ts'
import { badParameter, notFound, refused } from '../errors/show.tsx'
import { renderPage } from '../layout.tsx'
import { sendMailDocument } from '../mail/mail-document.ts'
import { digestRoomOf, type Site } from '../site.ts'
import { preferencesAsked, provenAddress, subscribableAsked } from './show.tsx'
import { inWords } from './preference-fields.tsx'

type Previewed = { of: Subscribable; preferences: Preferences; issue: Issue | null; query: string }

/** What the address asks to see: a list, and how it would come; or the answer where that cannot be shown. */
async function previewed(site: Site, c: Context): Promise<Previewed | Response> {
  const found = await subscribableAsked(site, c)
  if (found instanceof Response) return found
  const asked = preferencesAsked(c, site)
  if (!asked.ok) return badParameter(site, c, asked)
  const { preferences } = asked
  const { every, length, notAbout } = preferences
  const query = new URLSearchParams({
    list: found.address,
    every,
    length: String(length),
    ...(notAbout.length > 0 && { 'not-about': notAbout.join(', ') }),
  }).toString()
  try {
    const whose = { ...found, preferences, email: provenAddress(site) }
    const issue = await previewIssue(digestRoomOf(site), { ...whose, now: site.now() })
    return { of: found, preferences, issue, query }
  } catch (error) {
    if (!(error instanceof TasteAway)) throw error
    c.header('retry-after', '5')
    return refused(site, c, {
      status: 503,
      title: 'Your front page is not ready yet',
      reason: 'It is being made. Try again in a few seconds.',
    })
  }
}

/** `GET /subscribe/preview?list=…&every=…`: the email that would come, before anybody subscribes. */
export function showPreview(site: Site) {
  return async (c: Context) => {
    c.header('cache-control', 'no-store')
    const shown = await previewed(site, c)
    if (shown instanceof Response) return shown
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
    if (shown instanceof Response) return shown
    if (shown.issue === null) return notFound(site, c)
    return sendMailDocument(c, issueHtml(shown.issue, null))
  }
}
