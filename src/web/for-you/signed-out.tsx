import type { Context } from 'hono'
import { renderPage } from '../layout.tsx'
import type { Site } from '../site.ts'

/** `/for-you` for people who are not signed in: what it is. */
export function showSignedOut(site: Site) {
  return (c: Context) =>
    c.html(
      renderPage(site, {
        section: 'For you',
        head: { title: 'For you', description: 'A front page for each reader.', path: '/for-you' },
        children: (
          <div class="blank">
            <p class="kicker">For you</p>
            <h1>A front page of your own</h1>
            <p>
              Papers in the order in which they are likely to matter to you, by what you vote for, save and
              follow. Each says why it is there, and you decide what counts. Nobody else sees it.
            </p>
            <p>
              <a href="/sign-in?to=/for-you">Sign in to read it</a>
            </p>
          </div>
        ),
      }),
    )
}
