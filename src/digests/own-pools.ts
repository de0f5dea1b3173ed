import { LRUCache } from 'lru-cache'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Paper } from '../papers/paper.ts'
import { plainText } from '../papers/plain-text.ts'
import { IS_LISTED } from '../papers/visibility.ts'
import { TasteAway, type RankedPaper, type Ranking } from '../recommendation/taste.ts'
import { isNews, papersOfWindow, type Pool, type Window } from './candidates.ts'
import type { DigestRoom } from './digest-room.ts'
import { OWN_PAGE, type OwnList } from './mailed-list.ts'
import type { Asking } from './offers.ts'
import { ownReason } from './own-reason.ts'
import { sentPapers } from './sent-papers.ts'

/** Readers whose papers are ranked at one time. */
const AT_ONCE = 4
/** Papers asked for, for each that an issue has: another list of the reader may bring some, or they want none of their words. */
const SPARE = 4
/** Periods whose papers are held: those of all who get it every day, every week, every month, and of first issues. */
const PERIODS_HELD = 8
const NONE: ReadonlySet<number> = new Set()

type Asked = { row: Asking; list: OwnList; window: Window }
type Theirs = Asked & { readerId: string }
type OwnPool = { pool: Pool; askedAt: Date; notes: string[] }
type Period = { papers: Map<number, Paper>; askedAt: Date }

/**
 * What readers' own lists offer: the papers of a period are read once for all, and ranked for each reader by their taste, the best
 * first, with the reason why. Left out is what they were sent already, and what they have voted for, saved, opened or taken off
 * their lists. Nothing is offered where the address of a subscriber is not that of an account, or no longer, or its reader is
 * suspended, or the interest is not theirs. `onAway`: told of each that cannot be ranked now.
 */
export function openOwnPools(
  room: DigestRoom,
  { now, freshMs }: { now: () => Date; freshMs: number },
): (
  asked: Asked[],
  options: { onAway: (id: number, error: unknown) => void },
) => Promise<Map<number, OwnPool>> {
  const { db } = room.search
  const periods = new LRUCache<string, Period>({ max: PERIODS_HELD, ttl: freshMs })

  async function periodOf(window: Window): Promise<Period> {
    const name = `${window.from} ${window.to}`
    const known = periods.get(name)
    if (known) return known
    const askedAt = now()
    const papers = await papersOfWindow(room.search, window)
    const period = { papers: new Map(papers.map((paper) => [paper.id, paper])), askedAt }
    periods.set(name, period)
    return period
  }

  async function rank(
    { row, list, window, readerId }: Theirs,
    { leftOut, papers }: { leftOut: ReadonlySet<number>[]; papers: Iterable<Paper> },
  ): Promise<Ranking | null> {
    const paperIds: number[] = []
    for (const paper of papers)
      if (
        !leftOut.some((ids) => ids.has(paper.id)) &&
        isNews({ list }, { paper, since: null }, { window, lookedAt: row.looked_at })
      )
        paperIds.push(paper.id)
    // Nothing has come: nobody need be asked.
    if (paperIds.length === 0) return null
    return room.taste.rank({
      readerId,
      now: now(),
      paperIds,
      mixed: true,
      limit: row.length * SPARE,
      ...(list.interestId === null ? {} : { interestId: list.interestId }),
    })
  }

  return async (asked, { onAway }) => {
    const offered = new Map<number, OwnPool>()
    const readers = await readersOf(db, asked)
    const theirs = asked.flatMap((one): Theirs[] => {
      const readerId = readers.get(one.row.id)
      return readerId === undefined ? [] : [{ ...one, readerId }]
    })
    if (theirs.length === 0) return offered
    const of = new Map<Asked, Period>()
    for (const one of theirs) of.set(one, await periodOf(one.window))
    const paperIds = [...new Set([...of.values()].flatMap(({ papers }) => [...papers.keys()]))]
    const [sent, known] = await Promise.all([
      sentPapers(db, { subscriberIds: theirs.map(({ row }) => row.subscriber_id), paperIds }),
      knownPapers(db, { readerIds: theirs.map(({ readerId }) => readerId), paperIds }),
    ])

    const rankings = new Map<Theirs, Ranking | null>()
    let away: TasteAway | null = null
    const queue = theirs.values()
    const worker = async () => {
      for (const one of queue) {
        // Whoever has been told that it is away does not ask again for each reader.
        if (away !== null) {
          onAway(one.row.id, away)
          continue
        }
        const leftOut = [sent.get(one.row.subscriber_id) ?? NONE, known.get(one.readerId) ?? NONE]
        try {
          rankings.set(one, await rank(one, { leftOut, papers: of.get(one)?.papers.values() ?? [] }))
        } catch (error) {
          if (error instanceof TasteAway) away = error
          // Nobody else waits because one reader's papers cannot be ranked.
          onAway(one.row.id, error)
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))

    const titles = await titlesTold(
      db,
      [...rankings.values()].flatMap((ranking) => ranking?.papers ?? []),
    )
    for (const [one, ranking] of rankings) {
      const period = of.get(one)
      if (!period) continue
      const candidates = (ranking?.papers ?? []).flatMap((ranked) => {
        const paper = period.papers.get(ranked.id)
        if (!paper) return []
        const reason = ownReason(ranked, { titles, isOfInterest: one.list.interestId !== null })
        return [{ paper, since: null, reason }]
      })
      offered.set(one.row.id, {
        // How many others there are says nothing: all papers are ranked.
        pool: { list: one.list, candidates, total: 0 },
        askedAt: period.askedAt,
        notes: ranking && knowsNothing(ranking) ? [toBegin(room.site.origin)] : [],
      })
    }
    return offered
  }
}

function knowsNothing({ knows: { acts, topics, authors } }: Ranking): boolean {
  return acts + topics + authors === 0
}

function toBegin(origin: string): string {
  return `We do not know yet what you like, so these are new papers of all kinds. Tell us at ${origin}${OWN_PAGE}/begin`
}

/** Whose the lists are, by subscription: the reader who has proven the address, where they may get mail and the interest is theirs. */
async function readersOf(db: Kysely<Database>, asked: Asked[]): Promise<Map<number, string>> {
  const wanted = asked.map(({ row, list }) => ({ id: row.id, email: row.email, interest: list.interestId }))
  const { rows } = await sql<{ id: number; reader_id: string }>`
    select a.id, r.id as reader_id
    from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as a(id bigint, email text, interest bigint)
      join readers r on r.email = a.email
    where r.email_verified and r.suspended_at is null
      and (a.interest is null or exists (select from interests i where i.id = a.interest and i.reader_id = r.id))`.execute(
    db,
  )
  return new Map(rows.map(({ id, reader_id: readerId }) => [id, readerId]))
}

/** Which of some papers readers know already, since they did something with them, or want to see no more. */
async function knownPapers(
  db: Kysely<Database>,
  { readerIds, paperIds }: { readerIds: string[]; paperIds: number[] },
): Promise<Map<string, Set<number>>> {
  const { rows } = await sql<{ reader_id: string; paper_id: number }>`
    select k.reader_id, k.paper_id from (
      select reader_id, paper_id from not_for_me
      union all select reader_id, paper_id from votes
      union all select reader_id, paper_id from reading_list
      union all select c.reader_id, p.paper_id from collection_papers p join collections c on c.id = p.collection_id
      union all select reader_id, paper_id from comments where deleted_at is null
      union all select reader_id, paper_id from submissions where state = 'accepted'
      union all select reader_id, paper_id from paper_ratings
      union all select reader_id, paper_id from opened_papers
    ) k
    where k.reader_id = any(${[...new Set(readerIds)]}::uuid[]) and k.paper_id = any(${paperIds}::bigint[])`.execute(
    db,
  )
  const known = new Map<string, Set<number>>()
  for (const { reader_id: readerId, paper_id: id } of rows)
    known.set(readerId, (known.get(readerId) ?? new Set()).add(id))
  return known
}

/** What the papers are called that are reasons for others; hidden ones are not told of. */
async function titlesTold(db: Kysely<Database>, papers: RankedPaper[]): Promise<Map<number, string>> {
  const ids = new Set(papers.flatMap(({ reasons }) => reasons.map(({ act }) => act.paperId)))
  const { rows } = await sql<{ id: number; title: string }>`
    select p.id, p.title from papers p
    where p.id = any(${[...ids].filter((id) => id !== null)}::bigint[]) and ${IS_LISTED}`.execute(db)
  return new Map(rows.map(({ id, title }) => [id, plainText(title)]))
}
