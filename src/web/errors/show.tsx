import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { renderPage } from '../layout.tsx'
import { askedText } from '../search/address.ts'
import type { Site } from '../site.ts'

/** A page for an address that leads nowhere: what is missing, what to do. Status 404. */
export function notFound(site: Site, c: Context, { what, hint }: { what?: string; hint?: string } = {}) {
  return errorPage(site, c, {
    status: 404,
    title: 'Not in this edition',
    children: (
      <>
        <p>{what ?? 'There is nothing at this address.'}</p>
        {hint && <p>{hint}</p>}
        <p>
          <a href="/">To the newest edition</a>
        </p>
      </>
    ),
  })
}

/** A page for a fault of ours: says so, and gives the number under which it stands in the log. Status 500. */
export function serverFault(site: Site, c: Context, { reference }: { reference: string }) {
  return errorPage(site, c, {
    status: 500,
    title: 'Stop the presses',
    children: (
      <>
        <p>Something went wrong on our side, not yours. Try again in a moment.</p>
        <p>
          If it stays so, tell whoever runs this site, with this number: <code>{reference}</code>
        </p>
      </>
    ),
  })
}

/** A page for the time in which the database does not answer. Status 503. */
export function databaseAway(site: Site, c: Context) {
  c.header('retry-after', '5')
  return errorPage(site, c, {
    status: 503,
    title: 'Back in a moment',
    children: <p>The archive does not answer right now. Try again in a few seconds.</p>,
  })
}

/** A page for the time in which the search engine does not answer: it is starting, or starting again. Status 503. */
export function searchIsAway(site: Site, c: Context) {
  c.header('retry-after', '5')
  return errorPage(site, c, {
    status: 503,
    title: 'The index is being opened',
    children: (
      <>
        <p>
          Searching does not work right now. Try again in a few seconds; all else on this site works
          meanwhile.
        </p>
        <p>
          <a href="/papers/new">All papers, newest first</a>
        </p>
      </>
    ),
  })
}

/** A page for a method that no address here knows: everything is only read. Status 405. */
export function methodNotAllowed(site: Site, c: Context) {
  c.header('allow', 'GET, HEAD')
  return errorPage(site, c, {
    status: 405,
    title: 'This can only be read',
    children: <p>Addresses here answer GET and HEAD.</p>,
  })
}

function errorPage(
  site: Site,
  c: Context,
  { status, title, children }: { status: 404 | 405 | 500 | 503; title: string; children: Child },
) {
  return c.html(
    renderPage(site, {
      searched: c.req.path === '/papers' ? askedText(c) : '',
      head: { title, description: title, path: c.req.path, noindex: true },
      children: (
        <div class="blank">
          <p class="kicker">Error {status}</p>
          <h1>{title}</h1>
          {children}
        </div>
      ),
    }),
    status,
  )
}
