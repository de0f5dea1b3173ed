import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Paper } from '../papers/paper.ts'
import { newestEdition } from '../ranking/editions.ts'
import { attentionAt } from '../ranking/heat.ts'
import { listPapers } from '../ranking/lists.ts'
import type { SearchRoom } from '../search/search.ts'
import { pagesOf, type FollowedList } from '../lists/followed-list.ts'

/** What a webhook has to tell. */
export type News =
  | { kind: 'papers'; papers: number[] }
  /** `papers` are the first of the edition, of `total`. */
  | { kind: 'edition'; edition: string; papers: number[]; total: number }

type Asking = {
  id: number
  list: FollowedList
  createdAt: Date
  toldEdition: string | null
  leastHeat: number | null
  most: number
}

/** Pages of a list by date without anything new, after which the rest is taken to be known: papers may come late. */
const QUIET_PAGES = 3
/** Beyond so many, whoever wants to know reads the list. */
const MOST_COUNTED = 2_000
/** An edition is told once nothing was added to it for so long, in milliseconds; sources arrive in pieces. */
const SETTLED_AFTER_MS = 60_000
/** And at the latest so long after its first paper came. */
const TOLD_AFTER_MS = 15 * 60_000

/** What a webhook has not told yet, or null where there is nothing. Throws `SearchAway`. */
export async function newsFor(
  room: SearchRoom,
  asking: Asking,
  { now }: { now: Date },
): Promise<News | null> {
  return asking.list.kind === 'editions'
    ? newEdition(room, asking, { now })
    : newPapers(room, { ...asking, list: asking.list }, { now })
}

async function newEdition(
  { db, timeZone }: SearchRoom,
  { toldEdition, most }: Asking,
  { now }: { now: Date },
): Promise<News | null> {
  const edition = await newestEdition(db, { now, timeZone })
  if (edition === null || (toldEdition !== null && edition <= toldEdition)) return null
  const { rows } = await sql<{ first: Date | null; last: Date | null; total: number }>`
    select min(recorded_at) as first, max(recorded_at) as last, count(*) as total
    from papers p where edition = ${edition}::date and not p.hidden`.execute(db)
  const { first, last, total } = rows[0] ?? { first: null, last: null, total: 0 }
  if (first === null || last === null) return null
  const isSettled = last.getTime() <= now.getTime() - SETTLED_AFTER_MS
  if (!isSettled && first.getTime() > now.getTime() - TOLD_AFTER_MS) return null
  const { papers } = await listPapers(db, {
    list: { kind: 'editions', from: edition, to: edition },
    limit: most,
  })
  return { kind: 'edition', edition, papers: papers.map(({ id }) => id), total }
}

async function newPapers(
  room: SearchRoom,
  { id, list, createdAt, leastHeat }: Asking & { list: Exclude<FollowedList, { kind: 'editions' }> },
  { now }: { now: Date },
): Promise<News | null> {
  // A paper of a list by date may have moved up among those that were known, because others were hidden.
  const isRecent = list.kind === 'papers' || list.kind === 'search'
  const isWanted = (paper: Paper) =>
    (!isRecent || paper.recordedAt >= createdAt) &&
    (leastHeat === null || (paper.heat !== null && attentionAt(paper.heat, now) >= leastHeat))
  const found = new Set<number>()
  let quiet = 0
  for await (const papers of pagesOf(room, list)) {
    const wanted = papers.filter(isWanted).map((paper) => paper.id)
    const known = await knownPapers(room.db, { webhookId: id, paperIds: wanted })
    const fresh = wanted.filter((one) => !known.has(one))
    for (const one of fresh) found.add(one)
    quiet = fresh.length === 0 ? quiet + 1 : 0
    if (quiet >= QUIET_PAGES || found.size >= MOST_COUNTED) break
  }
  return found.size === 0 ? null : { kind: 'papers', papers: [...found].slice(0, MOST_COUNTED) }
}

/** Those of some papers that a webhook knows, also as what was merged into them. */
async function knownPapers(
  db: Kysely<Database>,
  { webhookId, paperIds }: { webhookId: number; paperIds: number[] },
): Promise<Set<number>> {
  if (paperIds.length === 0) return new Set()
  const { rows } = await sql<{ id: number }>`
    select id from unnest(${paperIds}::bigint[]) as id where exists (
      select from webhook_papers w where w.webhook_id = ${webhookId}
        and (w.paper_id = id or w.paper_id in (select merged_id from paper_merges where kept_id = id)))
  `.execute(db)
  return new Set(rows.map((row) => row.id))
}
