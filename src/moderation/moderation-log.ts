import type { Kysely, Transaction } from 'kysely'
import { displayName } from '../accounts/reader.ts'
import type { Database } from '../db/schema.ts'
import { isVisible, lengthOf, plainLine } from '../accounts/typed-text.ts'

/** The actions of curators, with the words for them in the log, before what they were done to. */
const ACT_WORDS = {
  'hide-paper': 'hid the paper',
  'show-paper': 'unhid the paper',
  'merge-papers': 'merged',
  'lock-comments': 'closed the discussion of',
  'unlock-comments': 'reopened the discussion of',
  'hide-comment': 'hid',
  'hide-flagged-comment': 'hid',
  'show-comment': 'unhid',
  'hide-collection': 'hid',
  'show-collection': 'unhid',
  'dismiss-flags': 'dismissed the flags on',
  'suspend-reader': 'suspended',
  'reinstate-reader': 'reinstated',
  'trust-reader': 'trusted',
  'discount-votes': 'discounted',
  'dismiss-suspicion': 'reviewed',
  'accept-submission': 'accepted the submission',
  'refuse-submission': 'rejected the submission',
  'confirm-claim': 'confirmed an author of',
  'refuse-claim': 'rejected an authorship claim on',
  'see-addresses': 'looked at',
} as const
export type Act = keyof typeof ACT_WORDS

/** Actions the site takes by its published rules, without a curator. */
const BY_RULE: ReadonlySet<string> = new Set<Act>(['hide-flagged-comment'])

/** What only whoever runs the machine can do. */
const BY_ADMINISTRATOR: ReadonlySet<string> = new Set<Act>(['see-addresses'])

/** How long a reason may be, in characters. */
export const LONGEST_REASON = 1_000

/**
 * The outcome of an action; `changed` is false if everything was already so, as after a double click: then nothing is
 * logged.
 */
export type ActOutcome = { ok: true; changed: boolean } | { ok: false; reason: string }

export const NO_LONGER_HERE: ActOutcome = { ok: false, reason: 'That is no longer here.' }

/** Which curator acts, when and why: the reason (1 to 1,000 characters) is public. */
export type Decision = { curatorId: string; reason: string; now: Date }

/** What an action was done to, in words that stand on their own, its address, and the reader whom the words name. */
export type Subject = { subject: string; address: string | null; about?: string | null }

/** A reason as typed, or null if it is empty or too long. */
export function parseReason(text: string): string | null {
  const reason = plainLine(text)
  return isVisible(reason) && lengthOf(reason) <= LONGEST_REASON ? reason : null
}

/**
 * Logs an action for everyone to read, in the transaction that carries it out. A `curatorId` of null is the site
 * itself, or whoever runs it.
 */
export async function logAct(
  trx: Transaction<Database>,
  {
    act,
    on: { subject, address, about = null },
    curatorId,
    reason,
    now,
  }: { act: Act; on: Subject; curatorId: string | null; reason: string; now: Date },
): Promise<void> {
  await trx
    .insertInto('moderation_log')
    .values({ at: now, curator_id: curatorId, act, subject, address, reason, about })
    .execute()
}

/** One line of the public log: `by` did (`words`) something to `subject`. */
export type LogEntry = {
  id: number
  at: Date
  by: string
  words: string
  subject: string
  address: string | null
  reason: string
}
export type LogCursor = { at: Date; id: number }

/** The public log, newest first, and where its next page begins (null at the end). */
export async function moderationLog(
  db: Kysely<Database>,
  { before, limit }: { before: LogCursor | null; limit: number },
): Promise<{ entries: LogEntry[]; next: LogCursor | null }> {
  const rows = await db
    .selectFrom('moderation_log as l')
    .leftJoin('readers as r', 'r.id', 'l.curator_id')
    .selectAll('l')
    .select('r.name')
    .$if(before !== null, (query) =>
      query.where((eb) =>
        eb(eb.refTuple('l.at', 'l.id'), '<', eb.tuple(before?.at ?? new Date(0), before?.id ?? 0)),
      ),
    )
    .orderBy('l.at', 'desc')
    .orderBy('l.id', 'desc')
    .limit(limit + 1)
    .execute()
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    entries: shown.map((row) => ({
      id: row.id,
      at: row.at,
      by: byline(row),
      words: row.act in ACT_WORDS ? ACT_WORDS[row.act as Act] : row.act,
      subject: row.subject,
      address: row.address,
      reason: row.reason,
    })),
    next: rows.length > limit && last ? { at: last.at, id: last.id } : null,
  }
}

function byline({
  act,
  curator_id: id,
  name,
}: {
  act: string
  curator_id: string | null
  name: string | null
}) {
  if (id !== null) return displayName({ id, name: name ?? '' })
  if (BY_ADMINISTRATOR.has(act)) return 'An administrator'
  return BY_RULE.has(act) ? 'The site' : 'A former curator'
}

/** The cursor in an address, `1768478400000.12`; null if it is not one. */
export function parseLogCursor(text: string): LogCursor | null {
  const [, at, id] = /^(\d{1,15})\.(\d{1,15})$/.exec(text) ?? []
  return at === undefined || id === undefined || Number(at) > 8_640_000_000_000_000
    ? null
    : { at: new Date(Number(at)), id: Number(id) }
}

export function formatLogCursor({ at, id }: LogCursor): string {
  return `${at.getTime()}.${id}`
}
