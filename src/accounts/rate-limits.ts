import { createHash } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { CLOCKS_DIFFER_MS } from '../runtime/clock.ts'

/** At most `most` times in `windowMs`, in windows that begin with the first time. */
export type RateLimit = { name: string; most: number; windowMs: number }

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** What is limited, by reader or by the network address of the request. */
export const RATE_LIMITS = {
  signInAddress: { name: 'sign-in from', most: 120, windowMs: HOUR },
  /** Without JavaScript there is no proof of work. */
  signInUnproved: { name: 'sign-in unproved from', most: 20, windowMs: HOUR },
  signInMailbox: { name: 'sign-in to', most: 5, windowMs: HOUR },
  /** Asking for mail: from a network, at a mailbox, at all mailboxes of a domain. */
  subscribeAddress: { name: 'subscribe from', most: 60, windowMs: HOUR },
  subscribeUnproved: { name: 'subscribe unproved from', most: 20, windowMs: HOUR },
  subscribeMailbox: { name: 'subscribe to', most: 5, windowMs: HOUR },
  subscribeDomain: { name: 'subscribe at', most: 200, windowMs: HOUR },
  settingsLink: { name: 'settings link to', most: 3, windowMs: HOUR },
  /** Tokens cannot be guessed; this only limits the work. */
  links: { name: 'link from', most: 2_000, windowMs: HOUR },
  vote: { name: 'vote by', most: 600, windowMs: 10 * MINUTE },
  comment: { name: 'comment by', most: 20, windowMs: 10 * MINUTE },
  newComment: { name: 'first comments by', most: 5, windowMs: HOUR },
  submit: { name: 'submission by', most: 20, windowMs: HOUR },
  /** Connecting a library elsewhere, and importing from there or from a file. */
  library: { name: 'library by', most: 60, windowMs: HOUR },
  flag: { name: 'flag by', most: 30, windowMs: HOUR },
  change: { name: 'change by', most: 300, windowMs: 10 * MINUTE },
  /** Telling what came into view, which browsers do by themselves. */
  seen: { name: 'seen by', most: 600, windowMs: 10 * MINUTE },
  /** What pages tell of what their reader opens and searches for. */
  noticed: { name: 'noticed of', most: 600, windowMs: 10 * MINUTE },
  /** Papers that are not here, opened by their identifiers: each is asked for at arXiv. */
  lookUp: { name: 'look-up from', most: 60, windowMs: HOUR },
  /** Asking the hub for a subscription: from a network, and with a callback at a host, which is then asked whether it agrees. */
  hubAddress: { name: 'hub from', most: 120, windowMs: HOUR },
  hubHost: { name: 'hub to', most: 120, windowMs: HOUR },
  /** Its key cannot be guessed; this only limits the work. */
  welcome: { name: 'welcome of', most: 100, windowMs: 10 * MINUTE },
} as const satisfies Record<string, RateLimit>

/** Whether one more was within the limit: how many are left until when, or in how many seconds there is one again. */
export type Counted =
  | { ok: true; left: number; resetSeconds: number }
  | { ok: false; retryAfterSeconds: number }

/** When somebody may try again, as a sentence ends: in a minute, in so many minutes. */
export function waitInWords(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  return minutes === 1 ? 'in a minute' : `in ${minutes} minutes`
}

/**
 * Counts one more and says whether that is within the limit, or else in how many seconds it will be. One statement,
 * shared by all processes of the installation.
 */
export async function countWithin(
  db: Kysely<Database>,
  { limit, of, now }: { limit: RateLimit; of: string; now: Date },
): Promise<Counted> {
  const key = keyOf(limit, of)
  const begun = new Date(now.getTime() - limit.windowMs)
  // One that seems to begin later was begun before the clock was set back.
  const latest = new Date(now.getTime() + CLOCKS_DIFFER_MS)
  const isOver = sql<boolean>`(r.window_start <= ${begun} or r.window_start > ${latest})`
  const { rows } = await sql<{ count: number; window_start: Date }>`
    insert into rate_limits as r (key, window_start, count) values (${key}, ${now}, 1)
    on conflict (key) do update set
      count = case when ${isOver} then 1 else least(r.count + 1, 1000000) end,
      window_start = case when ${isOver} then ${now} else r.window_start end
    returning count, window_start
  `.execute(db)
  const row = rows[0]
  const ends = (row?.window_start ?? now).getTime() + limit.windowMs
  const seconds = Math.max(1, Math.ceil((ends - now.getTime()) / 1_000))
  const left = limit.most - (row?.count ?? 1)
  return left >= 0 ? { ok: true, left, resetSeconds: seconds } : { ok: false, retryAfterSeconds: seconds }
}

/** Stored so that no one can read who is being counted. */
function keyOf({ name }: RateLimit, of: string): string {
  return `${name} ${createHash('sha256').update(of).digest('base64url').slice(0, 22)}`
}

/** Removes all counts of some readers or mailboxes. */
export async function forgetRatesOf(db: Kysely<Database>, whom: string[]): Promise<void> {
  const keys = Object.values(RATE_LIMITS).flatMap((limit) => whom.map((of) => keyOf(limit, of)))
  await db.deleteFrom('rate_limits').where('key', 'in', keys).execute()
}

/** Removes counts that no longer limit anyone, but none that are in use: whoever removes those of a reader holds several. */
export async function forgetRates(db: Kysely<Database>, { now }: { now: Date }): Promise<void> {
  await db
    .deleteFrom('rate_limits')
    .where('key', 'in', (eb) =>
      eb
        .selectFrom('rate_limits')
        .select('key')
        .where((where) =>
          where.or([
            where('window_start', '<', new Date(now.getTime() - 2 * HOUR)),
            where('window_start', '>', new Date(now.getTime() + CLOCKS_DIFFER_MS)),
          ]),
        )
        .forUpdate()
        .skipLocked(),
    )
    .execute()
}
