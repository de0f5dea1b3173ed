import type { Context, Handler } from 'hono'
import { noteReport } from '../../digests/bounces.ts'
import { receiveHook } from '../../mail/bounces/hooks/receive.ts'
import { isOfSns, type Certificates, type FetchText } from '../../mail/bounces/hooks/sns.ts'
import { ServiceAway, type Service } from '../../outgoing/client.ts'
import { notFound } from '../errors/show.tsx'
import type { Site } from '../site.ts'

/** Amazon is asked for a certificate now and then, and to confirm a topic. */
const SNS: Service = { name: 'sns', intervalMs: 200 }
/** Senders of mail hang up after ten seconds or more. */
const FETCH_MS = 8_000
const MOST_FETCHED_BYTES = 100_000

/**
 * `POST /mail/bounces/:sender`: reports of bounces and complaints, from the senders of mail that are set. They are no
 * browsers, and read nothing but the status: other than 200, most of them come again.
 */
export function takeReports(site: Site): Handler {
  const certificates: Certificates = new Map()
  return async (c) => {
    const { senders, secret } = site.bounceHooks
    const sender = c.req.param('sender') ?? ''
    const posted = {
      header: (name: string) => c.req.header(name),
      body: Buffer.from(await c.req.arrayBuffer()),
    }
    const now = site.now()
    const fetchText = fetcher(site, c)
    const outcome = await receiveHook(sender, posted, { hooks: senders, now, fetchText, certificates })
    if (outcome === null) return notFound(c.var.site, c)
    c.header('cache-control', 'no-store')
    switch (outcome.kind) {
      case 'forged':
        site.log.warn({ sender }, 'a report of bounces is not signed as it should be')
        return c.text('This is not signed as it should be.\n', 403)
      case 'unreadable':
        site.log.warn({ sender }, 'a report of bounces is in a form that is not known')
        return c.text('This is in a form that we do not know.\n', 400)
      case 'away':
        site.log.warn({ sender, reason: outcome.reason }, 'a report of bounces could not be verified')
        return c.text('This cannot be verified now. Send it again later.\n', 503)
      case 'taken':
        for (const report of outcome.reports)
          await noteReport(site.db, report, { secret, now, log: site.log })
        return c.text('Taken.\n')
    }
  }
}

/** Fetches from Amazon SNS. Throws `ServiceAway`. */
function fetcher(site: Site, c: Context): FetchText {
  return async (url) => {
    const answer = await site.harvesting.client.request(SNS, url, {
      timeoutMs: FETCH_MS,
      mostBytes: MOST_FETCHED_BYTES,
      trusted: false,
      signal: c.req.raw.signal,
    })
    // Redirects may have led elsewhere.
    if (!isOfSns(answer.url)) throw new ServiceAway(`${url.host} redirects to ${answer.url.host}`)
    return answer.status === 200 ? String(answer.body) : null
  }
}
