import { isIP } from 'node:net'
import { sql, type Kysely } from 'kysely'
import { notify } from '../../db/channels.ts'
import type { Database } from '../../db/schema.ts'
import { inTransaction } from '../../db/transaction.ts'
import { isInside } from '../../outgoing/inside-address.ts'

/** What a program asks the hub for. */
export type Ask = {
  mode: 'subscribe' | 'unsubscribe'
  /** The address of the feed on this site, from the root. */
  path: string
  callback: string
  callbackHost: string
  leaseSeconds: number
  secret: string | null
}

const FEED = /\.(?:atom|rss|feed\.json)$/
const LONGEST_ADDRESS = 2_000
/** WebSub, 5.1: a secret has fewer than 200 bytes. */
const LONGEST_SECRET_BYTES = 199
const DAY_S = 86_400
/** A subscription ends by itself unless it is renewed: after ten days where nothing is asked for, and within a month. */
const USUAL_LEASE_S = 10 * DAY_S
const LEAST_LEASE_S = 300
const LONGEST_LEASE_S = 30 * DAY_S
/** Behind other ports are services that are not meant to be asked by strangers. */
const WEB_PORTS: ReadonlySet<string> = new Set(['', '80', '443', '8080', '8443'])

/** Reads what was sent to the hub (WebSub, 5.1), or says in a sentence what is wrong with it. */
export function parseAsk(
  field: (name: string) => string,
  { origin }: { origin: string },
): { ok: true; ask: Ask } | { ok: false; reason: string } {
  const refuse = (reason: string) => ({ ok: false, reason }) as const
  const mode = field('hub.mode')
  if (mode !== 'subscribe' && mode !== 'unsubscribe')
    return refuse('hub.mode must be subscribe or unsubscribe. This hub finds out by itself what is new.')
  const path = feedPath(field('hub.topic'), origin)
  if (path === null)
    return refuse(`hub.topic must be the address of a feed on ${origin}, as its link with rel="self" has it.`)
  const callback = URL.parse(field('hub.callback').trim())
  if (callback === null || !/^https?:$/.test(callback.protocol) || callback.href.length > LONGEST_ADDRESS)
    return refuse('hub.callback must be the address of the subscriber, beginning with https:// or http://.')
  if (callback.username !== '' || callback.password !== '' || callback.hash !== '')
    return refuse('hub.callback must have no user name, no password and no fragment.')
  if (!WEB_PORTS.has(callback.port) || isPlainlyInside(callback.hostname))
    return refuse('hub.callback must be on the public internet, on port 80, 443, 8080 or 8443.')
  const lease = field('hub.lease_seconds').trim()
  if (!/^\d{0,15}$/.test(lease)) return refuse('hub.lease_seconds must be a number of seconds.')
  const secret = field('hub.secret')
  if (Buffer.byteLength(secret) > LONGEST_SECRET_BYTES)
    return refuse(`hub.secret must have fewer than ${LONGEST_SECRET_BYTES + 1} bytes.`)
  return {
    ok: true,
    ask: {
      mode,
      path,
      callback: callback.href,
      callbackHost: callback.hostname.replace(/\.$/, ''),
      leaseSeconds: Math.min(
        LONGEST_LEASE_S,
        Math.max(LEAST_LEASE_S, lease === '' ? USUAL_LEASE_S : Number(lease)),
      ),
      secret: secret === '' ? null : secret,
    },
  }
}

/** The address of a feed from the root; null where it is not the one way to write it, or none of this site. */
function feedPath(topic: string, origin: string): string | null {
  const url = URL.parse(topic)
  if (url === null || url.href !== topic || url.origin !== URL.parse(origin)?.origin || url.hash !== '')
    return null
  return topic.length <= LONGEST_ADDRESS && FEED.test(url.pathname) ? url.pathname + url.search : null
}

/** Whether it is told without asking anybody; where names lead is found out when they are asked. */
function isPlainlyInside(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (isIP(bare) !== 0) return isInside(bare)
  return !bare.includes('.') || bare.endsWith('.localhost') || bare.endsWith('.local')
}

/** At a host of subscribers, from a network, and altogether: subscriptions, and what is asked for. */
export const MOST_OF_HOST = 500
const MOST_OF_NETWORK = 500
const MOST_SUBSCRIPTIONS = 10_000
/** Each is read again and again. */
const MOST_FEEDS = 500

export type AskOutcome = { ok: true } | { ok: false; reason: string }

/** Writes down what a program asks for; whether it is meant is found out in the background. Asking again replaces it. */
export async function queueAsk(
  db: Kysely<Database>,
  { mode, path, callback, callbackHost, leaseSeconds, secret }: Ask,
  { network, now }: { network: string; now: Date },
): Promise<AskOutcome> {
  return inTransaction(db, async (trx): Promise<AskOutcome> => {
    // Two at once must not both be the last.
    await sql`lock table websub_asks in share row exclusive mode`.execute(trx)
    const counted = await sql<{ host: number; network: number; all: number; feeds: number; known: boolean }>`
      with held as (
        select t.path, s.callback, s.callback_host, s.network from websub_subscriptions s join websub_topics t on t.id = s.topic_id
        union select path, callback, callback_host, network from websub_asks)
      select count(*) filter (where callback_host = ${callbackHost}) as host,
        count(*) filter (where network = ${network}) as network, count(*) as all, count(distinct path) as feeds,
        coalesce(bool_or(path = ${path}), false) as known
      from held where (path, callback) <> (${path}, ${callback})`.execute(trx)
    const {
      host,
      network: there,
      all,
      feeds,
      known,
    } = counted.rows[0] ?? { host: 0, network: 0, all: 0, feeds: 0, known: false }
    if (mode === 'subscribe') {
      if (host >= MOST_OF_HOST || there >= MOST_OF_NETWORK)
        return { ok: false, reason: `You can have up to ${MOST_OF_HOST} subscriptions here.` }
      if (all >= MOST_SUBSCRIPTIONS || (feeds >= MOST_FEEDS && !known))
        return {
          ok: false,
          reason: 'This hub has as many subscriptions as it can serve. Ask for the feed itself.',
        }
    }
    const facts = {
      callback_host: callbackHost,
      network,
      mode,
      lease_seconds: leaseSeconds,
      secret,
      due_at: now,
    }
    await trx
      .insertInto('websub_asks')
      .values({ path, callback, reason: null, ...facts })
      .onConflict((conflict) =>
        conflict
          .columns(['path', 'callback'])
          .doUpdateSet({ ...facts, reason: null, attempts: 0, holder: null, held_until: null }),
      )
      .execute()
    await notify(trx, 'hub')
    return { ok: true }
  })
}
