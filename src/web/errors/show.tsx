import type { Context } from 'hono'
import { renderPage } from '../layout.tsx'
import type { Site } from '../site.ts'

/** A page for an address that leads nowhere: what is missing, what to do. Status 404. */
export function notFound(site: Site, c: Context, { what, hint }: { what?: string; hint?: string } = {}) {
  return c.html(
    renderPage(site, {
      head: { title: 'Not found', description: 'This page does not exist.', path: c.req.path, noindex: true },
      children: (
        <div class="blank">
          <p class="kicker">Error 404</p>
          <h1>Not in this edition</h1>
          <p>{what ?? 'There is nothing at this address.'}</p>
          {hint && <p>{hint}</p>}
          <p>
            <a href="/">To the newest edition</a>
          </p>
        </div>
      ),
    }),
    404,
  )
}

/** A page for a fault of ours: says so, and gives the number under which it stands in the log. Status 500. */
export function serverFault(site: Site, c: Context, { reference }: { reference: string }) {
  return c.html(
    renderPage(site, {
      head: {
        title: 'Something went wrong',
        description: 'An error on our side.',
        path: c.req.path,
        noindex: true,
      },
      children: (
        <div class="blank">
          <p class="kicker">Error 500</p>
          <h1>Stop the presses</h1>
          <p>Something went wrong on our side, not yours. Try again in a moment.</p>
          <p>
            If it stays so, tell whoever runs this site, with this number: <code>{reference}</code>
          </p>
        </div>
      ),
    }),
    500,
  )
}
