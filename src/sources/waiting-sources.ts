import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { CIRCUIT_OPENS_AT } from './schedule.ts'

/** More are not named: whoever asks whether all is well gets a short answer. */
const MOST_NAMED = 50
const LONGEST_REASON = 300

/**
 * The sources that wait for what they ask, with the reason and when they try again, in words for everybody; those that are
 * well or paused are left out. No paths, no secrets.
 */
export async function waitingSources(
  db: Kysely<Database>,
  { now }: { now: Date },
): Promise<Record<string, string>> {
  const rows = await db
    .selectFrom('source_tasks as t')
    .innerJoin('sources as s', 's.id', 't.source_id')
    .select(['s.name', 't.trouble', 't.failures', 't.next_at'])
    .where('s.paused_at', 'is', null)
    .where((eb) => eb.or([eb('t.trouble', 'is not', null), eb('t.failures', '>=', CIRCUIT_OPENS_AT)]))
    .orderBy('s.name')
    .orderBy('t.failures', 'desc')
    .orderBy('t.task')
    .limit(10 * MOST_NAMED)
    .execute()
  // Of a source with several troubles, the one that lasts longest.
  const worst = new Map(rows.toReversed().map((row) => [row.name, row]))
  return Object.fromEntries(
    [...worst.values()]
      .toReversed()
      .slice(0, MOST_NAMED)
      .map((row) => [row.name, waits(row, { now })]),
  )
}

function waits(
  { trouble, failures, next_at: nextAt }: { trouble: string | null; failures: number; next_at: Date },
  { now }: { now: Date },
): string {
  const isResting = failures >= CIRCUIT_OPENS_AT ? `; it failed ${failures} times in a row` : ''
  const next = nextAt > now ? `next try ${timeOf(nextAt, { now })}` : 'it is tried again now'
  return `waiting: ${publicReason(trouble ?? 'it does not answer')}${isResting}; ${next}`
}

/** `20:15 UTC`, with the day where that is another one. */
function timeOf(time: Date, { now }: { now: Date }): string {
  const [day, clock] = [time.toISOString().slice(0, 10), time.toISOString().slice(11, 16)]
  return day === now.toISOString().slice(0, 10) ? `${clock} UTC` : `${day} ${clock} UTC`
}

/** A sentence for curators without what is not for everybody: folders of this machine, and all of an address but its host. */
export function publicReason(reason: string): string {
  const text = reason
    .replaceAll(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>“”]+/gi, (address) => URL.parse(address)?.host || 'a file')
    .replaceAll(/\b(?:bearer|basic)\s+\S+/gi, 'a secret')
    .replaceAll(/\b([\w-]*(?:token|key|secret|password|passwd|pwd))(["']?\s*[=:]\s*)\S+/gi, '$1$2…')
    // In quotation marks it may have spaces.
    .replaceAll(/(?<![\p{L}\p{N}])["'“‘](?:~|\.{0,2}|[a-z]:)[/\\][^"'“”‘’]*["'”’]/giu, 'a file')
    .replaceAll(/(?<![\p{L}\p{N}.])(?:~|\.{1,2})?(?:\/[^\s/"'“”‘’,;:()]+)+\/?/gu, 'a file')
    .replaceAll(/(?<![\p{L}\p{N}])[a-z]:\\[^\s"'“”]+/giu, 'a file')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/[.;]+$/, '')
  return text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON - 1).trimEnd()}…` : text
}
