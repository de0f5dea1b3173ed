import { randomUUID } from 'node:crypto'
import { sql, type Kysely, type Selectable } from 'kysely'
import type { Database } from '../../db/schema.ts'
import { inTransaction } from '../../db/transaction.ts'
import { HELD_MS, type Hub } from './hub.ts'
import { digestOf } from './verify.ts'

type TopicRow = Selectable<Database['websub_topics']>

/** What changes in a feed is sent at most so often, however much it is. */
const REST_MS = 60_000
/** Feeds read in a second, at most: where there are many, each is read less often. */
const READ_A_SECOND = 4

/** Looks at a feed that is due, and lets its subscribers have it where it has changed. Whether there was one to look at. */
export async function publishNext(hub: Hub): Promise<boolean> {
  const { db, now, signal, readFeed } = hub
  const holder = randomUUID()
  const topic = await hold(db, { holder, now: now() })
  if (!topic) return false
  const feed = await readFeed(topic.path, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
    return 'away' as const
  })
  await inTransaction(db, async (trx) => {
    const { feeds } = await trx
      .selectFrom('websub_topics')
      .select((eb) => eb.fn.countAll<number>().as('feeds'))
      .executeTakeFirstOrThrow()
    const at = now()
    const isNew = feed !== 'away' && feed !== 'none' && digestOf(feed) !== topic.digest
    const held = await trx
      .updateTable('websub_topics')
      .set((eb) => ({
        next_at: new Date(at.getTime() + Math.max(REST_MS, (feeds * 1_000) / READ_A_SECOND)),
        holder: null,
        held_until: null,
        ...(isNew && { ...feed, digest: digestOf(feed), version: eb('version', '+', 1), changed_at: at }),
      }))
      .where('id', '=', topic.id)
      .where('holder', '=', holder)
      .returning('id')
      .executeTakeFirst()
    if (!held) return
    if (feed === 'none') await end(trx, topic, { now: at })
    // Those whose last attempt failed wait as long as they were to.
    if (isNew)
      await trx
        .updateTable('websub_subscriptions')
        .set({ due_at: at })
        .where('topic_id', '=', topic.id)
        .where('due_at', 'is', null)
        .execute()
  })
  return true
}

/** The feed is gone, or nobody may read it any more: its subscribers are told. */
async function end(trx: Kysely<Database>, { id, path }: TopicRow, { now }: { now: Date }): Promise<void> {
  await sql`
    insert into websub_asks (path, callback, callback_host, network, mode, lease_seconds, reason, due_at)
    select ${path}, callback, callback_host, network, 'denied', 0, 'There is no such feed any more.', ${now}
    from websub_subscriptions where topic_id = ${id} on conflict do nothing`.execute(trx)
  await trx.deleteFrom('websub_topics').where('id', '=', id).execute()
}

async function hold(
  db: Kysely<Database>,
  { holder, now }: { holder: string; now: Date },
): Promise<TopicRow | null> {
  const { rows } = await sql<TopicRow>`
    update websub_topics set holder = ${holder}, held_until = clock_timestamp() + ${HELD_MS}::float8 * interval '1 millisecond'
    where id = (
      select id from websub_topics t where next_at <= ${now} and (holder is null or held_until < clock_timestamp())
        and exists (select from websub_subscriptions s where s.topic_id = t.id and s.expires_at > ${now})
      order by next_at, id limit 1 for update skip locked)
    returning *`.execute(db)
  return rows[0] ?? null
}

/** Ends subscriptions that were not renewed, and forgets feeds to which nobody subscribes. */
export async function endLeases(db: Kysely<Database>, { now }: { now: Date }): Promise<void> {
  await db.deleteFrom('websub_subscriptions').where('expires_at', '<=', now).execute()
  await sql`
    delete from websub_topics t where not exists (select from websub_subscriptions s where s.topic_id = t.id)`.execute(
    db,
  )
}
