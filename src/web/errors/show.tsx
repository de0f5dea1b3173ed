import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { isForModels, isForPrograms } from '../../api/addresses.ts'
import { problem, type ProblemKind } from '../../api/problem.ts'
import { sendProblem } from '../../api/send.ts'
import { sendRpcError } from '../../mcp/rpc-error.ts'
import { LIST_FILE_PATH } from '../exports/formats.ts'
import { localPath } from '../forms/local-path.ts'
import { wantsJson } from '../forms/wants-json.ts'
import { renderPage } from '../layout.tsx'
import { searchedText } from '../search/address.ts'
import type { Site } from '../site.ts'

/** A page for an address that does not exist: what is missing, what to do. Status 404. */
export function notFound(site: Site, c: Context, { what, hint }: { what?: string; hint?: Child } = {}) {
  return errorPage(site, c, {
    status: 404,
    title: 'Not in this edition',
    reason: what ?? 'There is nothing at this address.',
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
    reason: `Something went wrong on our side. Try again in a moment. If it keeps happening, tell the people who run this site and give them this number: ${reference}`,
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

const ARCHIVE_AWAY = 'We cannot reach our archive at the moment. Try again in a few seconds.'
const TOOK_LONG =
  'The archive took too long over this, so it was stopped and nothing was changed. Try again in a minute.'

/** A page while the database is unavailable. Status 503. */
export function databaseAway(site: Site, c: Context) {
  c.header('retry-after', '5')
  return errorPage(site, c, {
    status: 503,
    title: 'Back in a moment',
    reason: ARCHIVE_AWAY,
    children: <p>{ARCHIVE_AWAY}</p>,
  })
}

/** A page for what took the database so long that it was stopped. Status 503. */
export function tookTooLong(site: Site, c: Context) {
  c.header('retry-after', '60')
  return errorPage(site, c, {
    status: 503,
    title: 'That took too long',
    reason: TOOK_LONG,
    children: <p>{TOOK_LONG}</p>,
  })
}

/** A page for the time in which the search engine does not answer: it is starting, or starting again. Status 503. */
export function searchIsAway(site: Site, c: Context) {
  c.header('retry-after', '5')
  return errorPage(site, c, {
    status: 503,
    title: 'Search is starting up',
    reason: 'Search is not available at the moment. Try again in a few seconds.',
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

/** A page for the time in which a reader's taste cannot be asked: it is starting, or starting again. Status 503. */
export function tasteIsAway(site: Site, c: Context) {
  c.header('retry-after', '5')
  return errorPage(site, c, {
    status: 503,
    title: 'Your own page is starting up',
    reason: 'Papers cannot be put in your own order at the moment. Try again in a few seconds.',
    children: (
      <>
        <p>
          Papers cannot be put in your own order at the moment. Try again in a few seconds. The rest of the
          site works as usual.
        </p>
        <p>
          <a href="/">Go to the latest edition</a>
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

/** A page for a method that this address does not know, with those that it does. Status 405. */
export function methodNotAllowed(site: Site, c: Context, { allow }: { allow: readonly string[] }) {
  c.header('allow', allow.join(', '))
  const reason = allow.includes('GET')
    ? `This address accepts only ${new Intl.ListFormat('en-GB').format(allow)} requests.`
    : 'There is nothing to read at this address. A form on another page is sent to it.'
  return refused(site, c, { status: 405, title: 'Not at this address', reason })
}

/** A page for an address with a parameter that it does not take or cannot read, which leads to the address without. Status 400. */
export function badParameter(site: Site, c: Context, { name, reason }: { name: string; reason: string }) {
  if (isForPrograms(c.req.path) || LIST_FILE_PATH.test(c.req.path))
    return sendProblem(c, problem('bad-parameter', reason, { parameter: name }), site.origin)
  if (wantsJson(c)) return c.json({ reason, parameter: name }, 400)
  const { pathname, searchParams } = new URL(c.req.url)
  searchParams.delete(name)
  const rest = localPath(pathname + (searchParams.size === 0 ? '' : `?${searchParams.toString()}`))
  return errorPage(site, c, {
    status: 400,
    title: 'We could not read this address',
    reason,
    children: (
      <>
        <p>{reason}</p>
        <p>
          <a href={rest} rel="nofollow">
            Open the address without it
          </a>
        </p>
      </>
    ),
  })
}

/** A page for a link to a later page of a list, in whose parameter there is nothing that we wrote. Status 400. */
export function brokenLink(site: Site, c: Context, { name }: { name: string }) {
  return badParameter(site, c, {
    name,
    reason: `This link to a later page is broken. We cannot read its “${name}”.`,
  })
}

/** A page that says why something was refused and what to do. Our own scripts get the reason as JSON. */
export function refused(
  site: Site,
  c: Context,
  { status, title, reason }: { status: RefusalStatus; title: string; reason: string },
) {
  if (wantsJson(c) && !isForPrograms(c.req.path)) return c.json({ reason }, status)
  return errorPage(site, c, {
    status,
    title,
    reason,
    children: <p>{reason}</p>,
  })
}

/** How programs are told what people are told on a page. */
const KINDS = {
  400: 'bad-parameter',
  403: 'not-allowed',
  404: 'not-found',
  405: 'wrong-method',
  408: 'too-slow',
  409: 'conflict',
  413: 'too-large',
  415: 'wrong-type',
  422: 'refused',
  429: 'too-often',
  500: 'fault',
  503: 'unavailable',
} as const satisfies Record<RefusalStatus | 500, ProblemKind>

type RefusalStatus = 400 | 403 | 404 | 405 | 408 | 409 | 413 | 415 | 422 | 429 | 503

function errorPage(
  site: Site,
  c: Context,
  {
    status,
    title,
    reason,
    children,
  }: { status: RefusalStatus | 500; title: string; reason: string; children: Child },
) {
  if (isForModels(c.req.path)) return sendRpcError(c, { status, message: reason })
  if (isForPrograms(c.req.path)) return sendProblem(c, problem(KINDS[status], reason), site.origin)
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
