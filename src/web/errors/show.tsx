import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { wantsJson } from '../forms/wants-json.ts'
import { renderPage } from '../layout.tsx'
import { searchedText } from '../search/address.ts'
import type { Site } from '../site.ts'

/** A page for an address that does not exist: what is missing, what to do. Status 404. */
export function notFound(site: Site, c: Context, { what, hint }: { what?: string; hint?: Child } = {}) {
  return errorPage(site, c, {
    status: 404,
    title: 'Not in this edition',
    children: (
      <>
        <p>{what ?? 'There is nothing at this address.'}</p>
        {hint && <p>{hint}</p>}
        <p>
          <a href="/">Go to the latest edition</a>
        </p>
      </>
    ),
  })
}

/** A page for an error of ours, with the number under which the log has the details. Status 500. */
export function serverFault(site: Site, c: Context, { reference }: { reference: string }) {
  return errorPage(site, c, {
    status: 500,
    title: 'Stop the presses',
    children: (
      <>
        <p>Something went wrong on our side. Try again in a moment.</p>
        <p>
          If it keeps happening, tell the people who run this site and give them this number:{' '}
          <code>{reference}</code>
        </p>
      </>
    ),
  })
}

/** A page while the database is unavailable. Status 503. */
export function databaseAway(site: Site, c: Context) {
  c.header('retry-after', '5')
  return errorPage(site, c, {
    status: 503,
    title: 'Back in a moment',
    children: <p>We cannot reach our archive at the moment. Try again in a few seconds.</p>,
  })
}

/** A page for what took the database so long that it was stopped. Status 503. */
export function tookTooLong(site: Site, c: Context) {
  c.header('retry-after', '60')
  return errorPage(site, c, {
    status: 503,
    title: 'That took too long',
    children: (
      <p>
        The archive took too long over this, so it was stopped and nothing was changed. Try again in a minute.
      </p>
    ),
  })
}

/** A page for the time in which the search engine does not answer: it is starting, or starting again. Status 503. */
export function searchIsAway(site: Site, c: Context) {
  c.header('retry-after', '5')
  return errorPage(site, c, {
    status: 503,
    title: 'Search is starting up',
    children: (
      <>
        <p>
          Search is not available at the moment. Try again in a few seconds. The rest of the site works as
          usual.
        </p>
        <p>
          <a href="/papers/new">All papers, newest first</a>
        </p>
      </>
    ),
  })
}

/** A page for the time in which nothing can be changed, because the disk is full or can only be read. Status 503. */
export function nothingIsWritten(site: Site, c: Context, { kind }: { kind: 'full' | 'unwritable' }) {
  c.header('retry-after', '60')
  return refused(site, c, {
    status: 503,
    title: kind === 'full' ? 'The disk is full' : 'This can only be read right now',
    reason:
      (kind === 'full' ? 'The disk is full: nothing can be saved' : 'Nothing can be saved on this site') +
      ' until whoever runs this site has put that right. Reading works meanwhile; what you sent was not kept.',
  })
}

/** A page for a method that this address does not know. Status 405. */
export function methodNotAllowed(site: Site, c: Context, { post = false }: { post?: boolean } = {}) {
  c.header('allow', post ? 'GET, HEAD, POST' : 'GET, HEAD')
  return errorPage(site, c, {
    status: 405,
    title: 'This page is read-only',
    children: <p>This address accepts only {post ? 'GET, HEAD and POST' : 'GET and HEAD'} requests.</p>,
  })
}

/** A page that says why something was refused and what to do. Our own scripts get the reason as JSON. */
export function refused(
  site: Site,
  c: Context,
  { status, title, reason }: { status: RefusalStatus; title: string; reason: string },
) {
  if (wantsJson(c)) return c.json({ reason }, status)
  return errorPage(site, c, {
    status,
    title,
    children: <p>{reason}</p>,
  })
}

type RefusalStatus = 400 | 403 | 404 | 408 | 409 | 413 | 415 | 422 | 429 | 503

function errorPage(
  site: Site,
  c: Context,
  { status, title, children }: { status: RefusalStatus | 405 | 500; title: string; children: Child },
) {
  return c.html(
    renderPage(site, {
      searched: c.req.path === '/papers' ? searchedText(c) : '',
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
