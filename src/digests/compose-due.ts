import { LRUCache } from 'lru-cache'
import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import { notify } from '../db/channels.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { dayIn, parseDay } from '../papers/calendar.ts'
import { warningsOf } from '../papers/notices.ts'
import { papersByIds } from '../papers/find.ts'
import type { ChangingPart } from '../ranking/announce-changes.ts'
import { mapInTurns } from '../runtime/in-turns.ts'
import { TasteAway } from '../recommendation/taste.ts'
import { SearchAway } from '../search/engine-client.ts'
import { listArxivHolidays } from '../sources/arxiv-holidays.ts'
import { chooseContent, noteOnQuietDays, type Holidays } from './compose.ts'
import type { Content } from './content.ts'
import type { DigestRoom } from './digest-room.ts'
import { IS_ON } from './is-on.ts'
import { OWN_PAGE } from './mailed-list.ts'
import { openOffers, type Offer } from './offers.ts'
import type { Preferences } from './preferences.ts'
import { nextIssue, WORTH_SENDING_MS } from './schedule.ts'
import { sentPapers } from './sent-papers.ts'
import { FIRST, toSubscription } from './subscriptions.ts'

/** A subscription that is due, with the address of whom it is for; the archive has none. */
export type Due = Selectable<Database['subscriptions']> & { email: string | null }

export type ComposeCounts = { composed: number; skipped: number; published: number }

const HOUR = 3_600_000
/** Subscriptions composed in one transaction. */
const BATCH = 250
/** What holds for all issues is asked for again after so long. */
const FRESH_MS = 60_000
/** So long after a paper was dated as recorded everybody can see it: its transaction, or its clock, may be slow. */
const RECORDED_WITHIN_MS = 5 * 60_000
/** Papers of which something was said so long ago are known to be retracted. */
const WARNED_WITHIN_MS = 60 * 24 * 3_600_000

/**
 * Composes the issues that are due: chooses the papers of each, notes that its reader was sent them, and reckons when its
 * next issue is due, all in one transaction with the issue itself. An issue is unique by subscription and period, so running
 * twice, or in two processes, has the effect of once. No transaction waits for a search, or for a reader's taste. Throws
 * `SearchAway` or `TasteAway` once all others are composed, where some cannot be asked for now: they stay due.
 */
export async function composeDueIssues(
  room: DigestRoom,
  { now, signal }: { now: () => Date; signal?: AbortSignal },
): Promise<ComposeCounts> {
  const { db } = room.search
  const counts: ComposeCounts = { composed: 0, skipped: 0, published: 0 }
  const offers = openOffers(room, { now })
  const facts = openFacts(db, { now })
  /** Searches while there is no index, and readers' own lists while nobody can rank them: they wait, and nobody waits for them. */
  const away: number[] = []
  const failures: unknown[] = []
  const onAway = (id: number, failure: unknown) => {
    away.push(id)
    failures.push(failure)
  }
  for (;;) {
    if (signal?.aborted) break
    const withOwn = !failures.some((failure) => failure instanceof TasteAway)
    const asked = await dueSubscriptions(db, { now: now(), limit: BATCH, not: away, withOwn })
    if (asked.length === 0) break
    const offered = await offers(asked, { onAway })
    const due = asked.filter(({ id }) => offered.has(id))
    if (due.length === 0) continue
    const done = await composeBatch(db, { due, offered, facts: await facts(), now: now() })
    counts.composed += done.composed
    counts.skipped += done.skipped
    counts.published += done.published
  }
  // What is not just a matter of waiting is to be heard of.
  const isAway = (failure: unknown) => failure instanceof SearchAway || failure instanceof TasteAway
  if (failures.length > 0) throw failures.find((failure) => !isAway(failure)) ?? failures[0]
  return counts
}

/** Subscriptions that are due, the longest first. `withOwn`: also those to readers' own lists. */
export async function dueSubscriptions(
  db: Kysely<Database>,
  { now, limit, not = [], withOwn = true }: { now: Date; limit: number; not?: number[]; withOwn?: boolean },
): Promise<Due[]> {
  return db
    .selectFrom('subscriptions as s')
    .innerJoin('subscribers as b', 'b.id', 's.subscriber_id')
    .selectAll('s')
    .select('b.email')
    .where('s.confirmed_at', 'is not', null)
    .where('s.next_at', '<=', now)
    .where(IS_ON)
    .$if(not.length > 0, (query) => query.where('s.id', 'not in', not))
    .$if(!withOwn, (query) => query.where('s.list', 'not like', `${OWN_PAGE}%`))
    .orderBy('s.next_at')
    .orderBy('s.id')
    .limit(limit)
    .execute()
}

/** What all issues are composed with, whosever they are. */
type Facts = {
  /** Papers of which something grave is known, said lately. */
  warnedPapers: Set<number>
  holidays: Holidays
}

/** Asked for once a minute: to find the papers takes as long as to compose a hundred issues. */
function openFacts(db: Kysely<Database>, { now }: { now: () => Date }): () => Promise<Facts> {
  const remembered = new LRUCache<'facts', Facts>({ max: 1, ttl: FRESH_MS })
  return async () => {
    const known = remembered.get('facts')
    if (known) return known
    const [warnedPapers, holidays] = await Promise.all([
      papersWithWarnings(db, { now: now() }),
      readHolidays(db),
    ])
    const facts = { warnedPapers, holidays }
    remembered.set('facts', facts)
    return facts
  }
}

/** What was chosen for a subscription; null where there is nothing for it. */
export type Composed = { row: Due; content: Content | null; offer: Offer }

async function composeBatch(
  db: Kysely<Database>,
  {
    due,
    offered,
    facts: { warnedPapers, holidays },
    now,
  }: { due: Due[]; offered: Map<number, Offer>; facts: Facts; now: Date },
): Promise<ComposeCounts> {
  return inTransaction(db, async (trx) => {
    const rows = await holdDue(trx, { due, now })
    if (rows.length === 0) return { composed: 0, skipped: 0, published: 0 }
    const composed = await chooseIssues(trx, { rows, offered, warnedPapers, holidays, now })
    await keep(trx, { composed, warnedPapers, now })
    const count = (test: (one: Composed) => boolean) => composed.filter(test).length
    return {
      composed: count(({ row, content }) => content !== null && row.email !== null),
      skipped: count(({ row, content }) => content === null && row.email !== null),
      published: count(({ row, content }) => content !== null && row.email === null),
    }
  })
}

/**
 * Chooses what some subscriptions get, and writes nothing down: for those who record it, and for a preview. All lists of one
 * reader are to be among them, in order, since what one list brings another does not.
 */
export async function chooseIssues(
  db: Kysely<Database>,
  {
    rows,
    offered,
    warnedPapers,
    holidays,
    now,
  }: {
    rows: Due[]
    offered: ReadonlyMap<number, Offer>
    warnedPapers: ReadonlySet<number>
    holidays: Holidays
    now: Date
  },
): Promise<Composed[]> {
  const candidates = new Set(
    rows.flatMap(({ id }) => offered.get(id)?.pool.candidates.map(({ paper }) => paper.id) ?? []),
  )
  const [sent, quiet, warned] = await Promise.all([
    sentPapers(db, {
      subscriberIds: rows.map((row) => row.subscriber_id),
      paperIds: [...candidates],
    }),
    quietPeriods(db, rows),
    unwarned(db, { rows, paperIds: [...warnedPapers] }),
  ])
  return mapInTurns(rows, (row): Composed => {
    const offer = offered.get(row.id) ?? null
    if (offer === null) return { row, content: null, offer }
    const of = sent.get(row.subscriber_id) ?? new Set<number>()
    sent.set(row.subscriber_id, of)
    const quietNote = noteOnQuietDays(quiet.get(row.id) ?? [], holidays)
    const content = chooseContent({
      pool: offer.pool,
      window: offer.window,
      preferences: { length: row.length, notAbout: row.not_about },
      lookedAt: row.looked_at,
      sent: of,
      topPaperId: offer.topPaperId,
      on: dayIn(row.time_zone, now),
      notes: [
        ...offer.notes,
        ...(offer.isOld && row.email !== null ? [TO_BEGIN_WITH] : []),
        ...(quietNote === null ? [] : [quietNote]),
      ],
      warned: warned.get(row.subscriber_id) ?? [],
    })
    // Two lists of one reader may have the same paper: it comes with the first.
    for (const { id } of content?.papers ?? []) of.add(id)
    if (content) warned.delete(row.subscriber_id)
    return { row, content, offer }
  })
}

/** What a first issue says whose papers are of an earlier day. */
export const TO_BEGIN_WITH =
  'To begin with, here are the latest papers of this list. From now on you get what is new.'

/** Holds the subscribers, in order, and reads again which of their subscriptions are still due: another process may have been quicker. */
async function holdDue(trx: Transaction<Database>, { due, now }: { due: Due[]; now: Date }): Promise<Due[]> {
  const subscribers = [...new Set(due.map((row) => row.subscriber_id))].toSorted((a, b) => a - b)
  await sql`select from subscribers where id = any(${subscribers}::bigint[]) order by id for update`.execute(
    trx,
  )
  const { rows } = await sql<Due>`
    select s.*, b.email from subscriptions s join subscribers b on b.id = s.subscriber_id
    where s.id = any(${due.map(({ id }) => id)}::bigint[]) and s.next_at <= ${now} and s.confirmed_at is not null
      and ${IS_ON}
    order by s.next_at, s.id for update of s`.execute(trx)
  return rows
}

/** The days of daily issues that had nothing to say since the last one that had, by subscription, in order. */
async function quietPeriods(db: Kysely<Database>, rows: Due[]): Promise<Map<number, string[]>> {
  const daily = rows.filter(({ every }) => every === 'day').map(({ id }) => id)
  if (daily.length === 0) return new Map()
  const { rows: found } = await sql<{ subscription_id: number; periods: string[] }>`
    select subscription_id, array_agg(period order by period) as periods
    from digest_issues i
    where subscription_id = any(${daily}::bigint[]) and state = 'skipped' and period <> ${FIRST}
      and id > coalesce((select max(id) from digest_issues last
        where last.subscription_id = i.subscription_id and last.state <> 'skipped'), 0)
    group by subscription_id`.execute(db)
  return new Map(
    found.map(({ subscription_id: id, periods }) => [id, periods.filter((day) => parseDay(day) !== null)]),
  )
}

/** Days without papers, with their names. */
export async function readHolidays(db: Kysely<Database>): Promise<Holidays> {
  return new Map((await listArxivHolidays(db)).map(({ day, name }) => [day, name]))
}

/** Papers of which something grave is known, said lately. */
export async function papersWithWarnings(db: Kysely<Database>, { now }: { now: Date }): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`
    select id from papers p
    where p.changed_at > ${new Date(now.getTime() - WARNED_WITHIN_MS)} and not p.hidden
      and (p.withdrawn or p.provenance ? 'notices') limit 20000`.execute(db)
  const papers = await papersByIds(
    db,
    rows.map(({ id }) => id),
    { seenBy: 'everyone' },
  )
  return new Set([...papers.values()].filter((paper) => warningsOf(paper).length > 0).map(({ id }) => id))
}

/** Which of these each subscriber was sent before that was known. */
async function unwarned(
  db: Kysely<Database>,
  { rows, paperIds }: { rows: Due[]; paperIds: number[] },
): Promise<Map<number, Content['warned']>> {
  if (paperIds.length === 0) return new Map()
  const subscribers = rows.filter(({ email }) => email !== null).map((row) => row.subscriber_id)
  const { rows: found } = await sql<{ subscriber_id: number; id: number; sent_on: string }>`
    select d.subscriber_id, d.paper_id as id, to_char(i.composed_at, 'YYYY-MM-DD') as sent_on
    from digest_papers d join digest_issues i on i.id = d.issue_id
    where d.subscriber_id = any(${subscribers}::bigint[]) and d.paper_id = any(${paperIds}::bigint[]) and d.warned_at is null
    order by d.subscriber_id, d.paper_id`.execute(db)
  const warned = new Map<number, Content['warned']>()
  for (const { subscriber_id: subscriber, id, sent_on: sentOn } of found)
    warned.set(subscriber, [...(warned.get(subscriber) ?? []), { id, sentOn }].slice(0, MOST_WARNED))
  return warned
}

/** Of one issue; others are told in the next. */
const MOST_WARNED = 5

/** Writes down the issues, what their readers are sent, and when the next ones are due. */
async function keep(
  trx: Transaction<Database>,
  { composed, warnedPapers, now }: { composed: Composed[]; warnedPapers: ReadonlySet<number>; now: Date },
): Promise<void> {
  const planned = composed.map(({ row, content, offer }) => {
    const { preferences } = toSubscription(row)
    const { due, period, next } = timesOf(row, preferences, now)
    const state = content === null ? 'skipped' : row.email === null ? 'published' : 'waiting'
    return { row, content, offer, due, period, next, state }
  })
  const runs = await openRuns(
    trx,
    planned.map(({ row, period }) => ({ every: row.every, period: runPeriod(period, row, now) })),
    { now },
  )
  const issues = planned.map((one) => ({
    subscription: one.row.id,
    run: runs.get(`${one.row.every} ${runPeriod(one.period, one.row, now)}`),
    period: one.period,
    due: one.due,
    expires: new Date(Math.max(one.due.getTime(), now.getTime() - HOUR) + WORTH_SENDING_MS[one.row.every]),
    state: one.state,
    content: one.content,
  }))
  const { rows: made } = await sql<{ id: number; subscription_id: number }>`
    insert into digest_issues (run_id, subscription_id, period, due_at, composed_at, expires_at, state, content, due_again_at, sent_at)
    select i.run, i.subscription, i.period, i.due, ${now}, i.expires, i.state, i.content,
      case when i.state = 'waiting' then ${now}::timestamptz end, case when i.state = 'published' then ${now}::timestamptz end
    from jsonb_to_recordset(${JSON.stringify(issues)}::jsonb) as i(run bigint, subscription bigint, period text,
      due timestamptz, expires timestamptz, state text, content jsonb)
    on conflict (subscription_id, period) do nothing
    returning id, subscription_id`.execute(trx)
  const issueOf = new Map(made.map((row) => [row.subscription_id, row.id]))
  const sent = planned.flatMap(({ row, content }) => {
    const issue = issueOf.get(row.id)
    if (issue === undefined || content === null) return []
    return content.papers.map(({ id }) => ({
      subscriber: row.subscriber_id,
      paper: id,
      issue,
      warned: warnedPapers.has(id),
    }))
  })
  if (sent.length > 0)
    await sql`
      insert into digest_papers (subscriber_id, paper_id, issue_id, warned_at)
      select s.subscriber, s.paper, s.issue, case when s.warned then ${now}::timestamptz end
      from jsonb_to_recordset(${JSON.stringify(sent)}::jsonb) as s(subscriber bigint, paper bigint, issue bigint, warned boolean)
      order by s.subscriber, s.paper on conflict do nothing`.execute(trx)
  const warned = planned.flatMap(({ row, content }) =>
    (content?.warned ?? []).map(({ id }) => ({ subscriber: row.subscriber_id, paper: id })),
  )
  if (warned.length > 0)
    await sql`
      update digest_papers d set warned_at = ${now}
      from jsonb_to_recordset(${JSON.stringify(warned)}::jsonb) as w(subscriber bigint, paper bigint)
      where d.subscriber_id = w.subscriber and d.paper_id = w.paper`.execute(trx)
  const nexts = planned.map(({ row, offer, next }) => ({
    id: row.id,
    at: next.at,
    period: next.period,
    covered: offer?.window.to ?? row.covered_to,
    // What comes in while issues are composed is for the next one; nothing comes twice.
    looked: new Date((offer?.askedAt ?? now).getTime() - RECORDED_WITHIN_MS),
  }))
  await sql`
    update subscriptions s set next_at = n.at, next_period = n.period, looked_at = n.looked, covered_to = n.covered
    from jsonb_to_recordset(${JSON.stringify(nexts)}::jsonb) as n(id bigint, at timestamptz, period text, covered date, looked timestamptz)
    where s.id = n.id`.execute(trx)
  await notify(trx, 'digests')
  if (issues.some(({ state }) => state === 'published'))
    await notify(trx, 'ranking', 'digests' satisfies ChangingPart)
}

/**
 * When the issue was due and for which period, and the next one. After days during which nothing ran there is one issue, the
 * last that was due: it has what the others would have had.
 */
export function timesOf(
  row: Due,
  preferences: Preferences,
  now: Date,
): { due: Date; period: string; next: { at: Date; period: string } } {
  let due = { at: row.next_at ?? now, period: row.next_period ?? FIRST }
  for (;;) {
    const next = nextIssue(preferences, due.at)
    if (next.at > now) return { due: due.at, period: due.period, next }
    due = next
  }
}

/** First issues come on any day: those of one day are a run. */
function runPeriod(period: string, row: Due, now: Date): string {
  return period === FIRST ? `${FIRST} ${dayIn(row.time_zone, now)}` : period
}

async function openRuns(
  trx: Transaction<Database>,
  runs: { every: string; period: string }[],
  { now }: { now: Date },
): Promise<Map<string, number>> {
  const different = [...new Map(runs.map((run) => [`${run.every} ${run.period}`, run])).values()].toSorted(
    (a, b) => (`${a.every} ${a.period}` < `${b.every} ${b.period}` ? -1 : 1),
  )
  const { rows } = await sql<{ id: number; every: string; period: string }>`
    insert into digest_runs (every, period, begun_at)
    select every, period, ${now} from jsonb_to_recordset(${JSON.stringify(different)}::jsonb) as r(every text, period text)
    on conflict (every, period) do update set finished_at = null
    returning id, every, period`.execute(trx)
  return new Map(rows.map(({ id, every, period }) => [`${every} ${period}`, id]))
}
