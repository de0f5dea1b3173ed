import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { signIn } from '../../test/readers.ts'
import { NOON } from '../../test/site.ts'
import { settledOrWaiting } from '../../test/waiting.ts'
import { forgetSuspensions } from '../accounts/suspensions.ts'
import { inTransaction } from '../db/transaction.ts'
import { giveUpExpiredMail } from '../mail/deliver-mail.ts'
import { forgetExpired } from './forget-expired.ts'

const LONG_AGO = new Date(NOON.getTime() - 200 * 86_400_000)
const signal = new AbortController().signal

describeWithDatabase('what has expired', (db) => {
  // Whoever deletes an account, signs out elsewhere or uses a link holds several of these rows, in whatever order.
  it('is removed without waiting for what others are just removing', async () => {
    const { reader } = await signIn(db(), { now: LONG_AGO })
    await sql`
      with a as (insert into sessions (token, reader_id, expires_at) values ('other', ${reader.id}, ${LONG_AGO})),
        b as (insert into verifications (identifier, value, expires_at) values ('a', 'a', ${LONG_AGO}), ('b', 'b', ${LONG_AGO})),
        c as (insert into rate_limits (key, window_start, count) values ('a', ${LONG_AGO}, 1), ('b', ${LONG_AGO}, 1))
      insert into outgoing_mail (key, recipient, subject, text_body, headers, queued_at, sent_at, due_at, expires_at)
        values ('a', 'a', '', '', '{}', ${LONG_AGO}, ${LONG_AGO}, null, null),
          ('b', 'b', '', '', '{}', ${LONG_AGO}, ${LONG_AGO}, null, null),
          ('c', 'c', '', '', '{}', ${NOON}, null, ${NOON}, ${LONG_AGO}),
          ('d', 'd', '', '', '{}', ${NOON}, null, ${NOON}, ${LONG_AGO})`.execute(db())
    const tables = ['sessions', 'verifications', 'rate_limits', 'outgoing_mail'] as const
    const left = async () => {
      const counts: Record<string, number> = {}
      for (const table of tables) {
        const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(
          db(),
        )
        counts[table] = rows[0]?.n ?? 0
      }
      return counts
    }
    const everything = async () => {
      await forgetExpired(db(), { now: () => NOON }).work(signal)
      return giveUpExpiredMail(db(), { now: NOON })
    }
    await inTransaction(db(), async (trx) => {
      await sql`select from sessions where token = 'other' for update`.execute(trx)
      for (const [table, column] of [
        ['verifications', 'identifier'],
        ['rate_limits', 'key'],
      ] as const)
        await sql`select from ${sql.table(table)} where ${sql.ref(column)} = 'a' for update`.execute(trx)
      await sql`select from outgoing_mail where key in ('a', 'c') for update`.execute(trx)
      const done = everything()
      await settledOrWaiting(db(), done)
      expect(await left()).toEqual({ sessions: 1, verifications: 1, rate_limits: 1, outgoing_mail: 3 })
      expect(await done).toBe(1)
    })
    expect(await everything()).toBe(1)
    expect(await left()).toEqual({ sessions: 0, verifications: 0, rate_limits: 0, outgoing_mail: 2 })
  })

  it('of a suspension is held in order of its hashes', async () => {
    const { reader } = await signIn(db())
    // As they lie in the table.
    await sql`insert into suspended_ways_in (hash, suspended_at, reader_id)
      values ('b', ${NOON}, ${reader.id}), ('a', ${NOON}, ${reader.id})`.execute(db())
    const { forgetting } = await inTransaction(db(), async (trx) => {
      await sql`select from suspended_ways_in where hash = 'a' for update`.execute(trx)
      const forgetting = inTransaction(db(), (other) => forgetSuspensions(other, { readerId: reader.id }))
      await settledOrWaiting(db(), forgetting)
      await sql`select from suspended_ways_in where hash = 'b' for update nowait`.execute(trx)
      return { forgetting }
    })
    await forgetting
    expect(await db().selectFrom('suspended_ways_in').selectAll().execute()).toEqual([])
  })
})
