import { sql, type Transaction } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import type { Database } from './schema.ts'
import { inTransaction } from './transaction.ts'

describeWithDatabase('a transaction', (db) => {
  const put = (trx: Transaction<Database>, name: string, value: string) =>
    trx
      .updateTable('site_state')
      .set({ value: JSON.stringify(value) })
      .where('name', '=', name)
      .execute()

  it('is done again when it met another one head-on, and both are done in the end', async () => {
    await db()
      .insertInto('site_state')
      .values(['a', 'b'].map((name) => ({ name, value: '""' })))
      .execute()
    const attempts = { one: 0, other: 0 }
    const bothHold = { one: Promise.withResolvers<void>(), other: Promise.withResolvers<void>() }
    const write = (who: 'one' | 'other', first: string, second: string) =>
      inTransaction(db(), async (trx) => {
        attempts[who]++
        await sql`set local deadlock_timeout = '20ms'`.execute(trx)
        await put(trx, first, who)
        bothHold[who].resolve()
        await Promise.all([bothHold.one.promise, bothHold.other.promise])
        await put(trx, second, who)
        return who
      })
    expect(await Promise.all([write('one', 'a', 'b'), write('other', 'b', 'a')])).toEqual(['one', 'other'])
    // PostgreSQL ended one of the two, and that one began again.
    expect(attempts.one + attempts.other).toBeGreaterThan(2)
    const rows = await db().selectFrom('site_state').select('value').orderBy('name').execute()
    expect(rows[0]?.value).toBe(rows[1]?.value)
  })

  it('gives up the fifth time, and at once on any other error, with nothing done', async () => {
    const failing = async (code: string) => {
      let attempts = 0
      const work = inTransaction(db(), async (trx) => {
        attempts++
        await trx.insertInto('site_state').values({ name: 'a', value: '""' }).execute()
        await sql.raw(`do $$ begin raise exception using errcode = '${code}'; end $$`).execute(trx)
      })
      await expect(work).rejects.toMatchObject({ code })
      return attempts
    }
    expect(await failing('40P01')).toBe(5)
    expect(await failing('40001')).toBe(5)
    expect(await failing('23503')).toBe(1)
    expect(await db().selectFrom('site_state').select('name').execute()).toEqual([])
  })

  it('joins the one that is open, which its beginner does again as a whole', async () => {
    let attempts = 0
    await inTransaction(db(), async (outer) => {
      attempts++
      await inTransaction(outer, async (trx) => {
        expect(trx).toBe(outer)
        await trx.insertInto('site_state').values({ name: 'a', value: '""' }).execute()
        if (attempts === 1)
          await sql.raw(`do $$ begin raise exception using errcode = '40P01'; end $$`).execute(trx)
      })
    })
    expect(attempts).toBe(2)
    expect(await db().selectFrom('site_state').select('name').execute()).toEqual([{ name: 'a' }])
  })
})
