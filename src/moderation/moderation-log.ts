import type { Kysely, Transaction } from 'kysely'
import { displayName } from '../accounts/reader.ts'
import type { Database } from '../db/schema.ts'
import { isVisible, lengthOf, plainLine } from '../accounts/typed-text.ts'

/** What can be done to keep order, and the words of the log for it, before what it was done to. */
const ACT_WORDS = {
  'hide-paper': 'hid the paper',
  'show-paper': 'showed again the paper',
  'merge-papers': 'merged',
  'lock-comments': 'closed the discussion of',
  'unlock-comments': 'opened the discussion of',
  'hide-comment': 'hid',
  'hide-flagged-comment': 'hid',
  'show-comment': 'showed again',
  'hide-collection': 'hid',
  'show-collection': 'showed again',
  'dismiss-flags': 'looked at what was flagged and left it:',
  'suspend-reader': 'suspended',
  'reinstate-reader': 'reinstated',
  'trust-reader': 'trusted',
  'discount-votes': 'took out of the count',
  'dismiss-suspicion': 'looked into',
  'accept-submission': 'took in the submitted paper',
  'refuse-submission': 'refused the submitted paper',
  'confirm-claim': 'confirmed an author of',
  'refuse-claim': 'refused a claim to have written',
} as const
export type Act = keyof typeof ACT_WORDS

/** What is done by the published rules, without anybody. */
const BY_RULE: ReadonlySet<string> = new Set<Act>(['hide-flagged-comment'])

/** How long a reason may be, in characters. */
export const LONGEST_REASON = 1_000

/** What an act came to; `changed` is false when all was so already, as after a double click: nothing is logged then. */
export type ActOutcome = { ok: true; changed: boolean } | { ok: false; reason: string }

export const GONE: ActOutcome = { ok: false, reason: 'That is not here any more.' }

/** Who acts on what, when and why: the reason (1 to 1,000 characters) is public. */
export type Acting = { curatorId: string; reason: string; now: Date }

/** What an act was done to, in words that stand for themselves, and where it is to be seen. */
export type Subject = { subject: string; address: string | null }

/** A reason as somebody typed it, or null when it is none: empty or too long. */
export function parseReason(text: string): string | null {
  const reason = plainLine(text)
  return isVisible(reason) && lengthOf(reason) <= LONGEST_REASON ? reason : null
}

/** Notes an act for everybody to read, in the transaction that does it. A `curatorId` of null is the site itself. */
export async function logAct(
  trx: Transaction<Database>,
  {
    act,
    on: { subject, address },
    curatorId,
    reason,
    now,
  }: { act: Act; on: Subject; curatorId: string | null; reason: string; now: Date },
): Promise<void> {
  await trx
    .insertInto('moderation_log')
    .values({ at: now, curator_id: curatorId, act, subject, address, reason })
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
  return BY_RULE.has(act) ? 'The site' : 'A former curator'
}

/** A cursor as it stands in an address, `1768478400000.12`; null when it is none. */
export function parseLogCursor(text: string): LogCursor | null {
  const [, at, id] = /^(\d{1,15})\.(\d{1,15})$/.exec(text) ?? []
  return at === undefined || id === undefined || Number(at) > 8_640_000_000_000_000
    ? null
    : { at: new Date(Number(at)), id: Number(id) }
}

export function formatLogCursor({ at, id }: LogCursor): string {
  return `${at.getTime()}.${id}`
}
