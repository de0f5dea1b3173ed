import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Every } from './issue.ts'

/** The kinds of list that come by mail, as curators read of them: nobody learns what one reader follows. */
export const LIST_KINDS = [
  'Front page',
  'New papers',
  'Trending papers',
  'Top papers',
  'Curators’ picks',
  'Topics',
  'Authors',
  'Collections',
  'Searches',
  'Readers’ own front pages',
] as const
type ListKind = (typeof LIST_KINDS)[number]

/** How many get mail, in numbers only. */
export type SubscriberFigures = {
  /** Addresses that have confirmed a list. */
  subscribers: number
  /** Of these, addresses that paused everything, and those to which mail stopped. */
  paused: number
  bouncing: number
  complained: number
  /** Lists that were asked for and not confirmed yet. */
  unconfirmed: number
  /** Confirmed lists, by kind and by how often they come. */
  lists: { kind: ListKind; every: Every; count: number }[]
  /** When the next issue of a reader is due; null where none is. */
  nextAt: Date | null
}

/** The kind of the list of a subscription `s`. */
const KIND = sql<ListKind>`case
  when s.list = '/' then 'Front page'
  when s.list = '/papers/new' then 'New papers'
  when s.list = '/papers/trending' then 'Trending papers'
  when s.list = '/papers/top' then 'Top papers'
  when s.list = '/papers/picks' then 'Curators’ picks'
  when s.list like '/topics/%' then 'Topics'
  when s.list like '/authors/%' then 'Authors'
  when s.list like '/collections/%' then 'Collections'
  when s.list like '/for-you%' then 'Readers’ own front pages'
  else 'Searches' end`

export async function subscriberFigures(db: Kysely<Database>): Promise<SubscriberFigures> {
  const [people, lists] = await Promise.all([
    sql<Omit<SubscriberFigures, 'lists'>>`
      select count(*) filter (where c.lists > 0) as subscribers,
        count(*) filter (where c.lists > 0 and b.paused_at is not null) as paused,
        count(*) filter (where b.suppressed_for = 'bounces') as bouncing,
        count(*) filter (where b.suppressed_for = 'complaint') as complained,
        coalesce(sum(c.unconfirmed), 0)::bigint as unconfirmed,
        min(c.next_at) filter (where b.paused_at is null and b.suppressed_at is null) as "nextAt"
      from subscribers b join (
        select subscriber_id, count(*) filter (where confirmed_at is not null) as lists,
          count(*) filter (where confirmed_at is null) as unconfirmed,
          min(next_at) filter (where confirmed_at is not null and paused_at is null) as next_at
        from subscriptions group by subscriber_id) c on c.subscriber_id = b.id
      where b.email is not null`.execute(db),
    sql<SubscriberFigures['lists'][number]>`
      select ${KIND} as kind, s.every, count(*) as count
      from subscriptions s join subscribers b on b.id = s.subscriber_id
      where b.email is not null and s.confirmed_at is not null
      group by 1, 2`.execute(db),
  ])
  const [row] = people.rows
  if (!row) throw new Error('counting brought no row')
  return { ...row, lists: lists.rows }
}

/** How digests get on, for those who watch the machine. */
export type DigestFigures = {
  /** Addresses that get mail. */
  subscribers: number
  waiting: number
  inDoubt: number
  /** How long ago the first of those that wait was due, in seconds; 0 where none waits. */
  oldestSeconds: number
}

/** Counts by indexes. */
export async function digestFigures(db: Kysely<Database>, { now }: { now: Date }): Promise<DigestFigures> {
  const { rows } = await sql<DigestFigures>`
    select
      (select count(*) from subscribers b where b.email is not null and b.paused_at is null and b.suppressed_at is null
        and exists (select from subscriptions s where s.subscriber_id = b.id and s.confirmed_at is not null)) as subscribers,
      w.waiting, coalesce(greatest(0, extract(epoch from ${now}::timestamptz - w.oldest)), 0)::float8 as "oldestSeconds",
      (select count(*) from digest_issues where state = 'in doubt') as "inDoubt"
    from (select count(*) as waiting, min(due_at) as oldest from digest_issues where state = 'waiting') w`.execute(
    db,
  )
  return rows[0] ?? { subscribers: 0, waiting: 0, inDoubt: 0, oldestSeconds: 0 }
}
