import type { Context } from 'hono'
import {
  formatLogCursor,
  moderationLog,
  parseLogCursor,
  type LogEntry,
} from '../../moderation/moderation-log.ts'
import { brokenLink } from '../errors/show.tsx'
import { renderPage } from '../layout.tsx'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'

const PAGE_SIZE = 50

/** `/moderation`: the public log of what was done, by whom and why. */
export function showModeration(site: Site) {
  return async (c: Context) => {
    const text = c.req.query('before')
    const before = text === undefined ? null : parseLogCursor(text)
    if (text !== undefined && !before) return brokenLink(site, c, { name: 'before' })
    const { entries, next } = await moderationLog(site.db, { before, limit: PAGE_SIZE })
    const nextPath = next && `/moderation?before=${formatLogCursor(next)}`
    return c.html(
      renderPage(site, {
        head: {
          title: 'Moderation log',
          description: 'What curators have done on this site, and why.',
          path: '/moderation',
          noindex: before !== null,
          next: nextPath,
        },
        children: (
          <div class="narrow">
            <header class="edition-head">
              <p class="kicker">Public</p>
              <h1>Moderation log</h1>
              <div class="intro">
                <p>
                  Everything curators do is listed here with the reason, newest first. Entries are never
                  removed. One thing happens automatically: a comment flagged by three trusted readers is
                  hidden until a curator reviews it. When an administrator looks at the addresses that email
                  went to, that is listed too.
                </p>
              </div>
            </header>
            {entries.length === 0 ? (
              <p class="aside">
                {before === null
                  ? 'Curators have not had to do anything yet.'
                  : 'This is the end of the log.'}
              </p>
            ) : (
              <ol class="log">
                {entries.map((entry) => (
                  <li>
                    <Entry site={site} entry={entry} />
                  </li>
                ))}
              </ol>
            )}
            {(nextPath !== null || before !== null) && (
              <nav class="pager" aria-label="Pages">
                {before !== null && <a href="/moderation">Back to the first page</a>}
                {nextPath !== null && (
                  <a class="pager-next" href={nextPath} rel="next">
                    Earlier entries
                  </a>
                )}
              </nav>
            )}
          </div>
        ),
      }),
    )
  }
}

function Entry({
  site,
  entry: { at, by, words, subject, address, reason },
}: {
  site: Site
  entry: LogEntry
}) {
  return (
    <>
      <p>
        <strong>{by}</strong> {words}{' '}
        {address === null ? (
          subject
        ) : (
          <a href={address} rel="nofollow">
            {subject}
          </a>
        )}
        , <When site={site} instant={at} />
      </p>
      <p class="log-reason">{reason}</p>
    </>
  )
}
