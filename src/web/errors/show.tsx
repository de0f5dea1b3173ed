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

/** A page for the time in which the database does not answer. Status 503. */
export function databaseAway(site: Site, c: Context) {
  return c.html(
    renderPage(site, {
      head: {
        title: 'Back in a moment',
        description: 'The site is not ready.',
        path: c.req.path,
        noindex: true,
      },
      children: (
        <div class="blank">
          <p class="kicker">Error 503</p>
          <h1>Back in a moment</h1>
          <p>The archive does not answer right now. Try again in a few seconds.</p>
        </div>
      ),
    }),
    503,
  )
}

/** A page for a method that no address here knows: everything is only read. Status 405. */
export function methodNotAllowed(site: Site, c: Context) {
  c.header('allow', 'GET, HEAD')
  return c.html(
    renderPage(site, {
      head: { title: 'Not allowed', description: 'This can only be read.', path: c.req.path, noindex: true },
      children: (
        <div class="blank">
          <p class="kicker">Error 405</p>
          <h1>This can only be read</h1>
          <p>Addresses here answer GET and HEAD.</p>
        </div>
      ),
    }),
    405,
  )
}
