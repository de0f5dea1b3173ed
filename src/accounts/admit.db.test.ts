import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { signIn } from '../../test/readers.ts'
import { NOON } from '../../test/site.ts'
import { settledOrWaiting } from '../../test/waiting.ts'
import { lockUntilCommit } from '../db/locks.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EmailAddress } from '../mail/address.ts'
import { admitAddress, MOST_OF_MAILBOX } from './admit.ts'

describeWithDatabase('whoever proves an address', (db) => {
  // A merge has the lock of recording, moves claims and then holds those who made them.
  it('waits for whoever moves claims before holding the account that is to start afresh', async () => {
    const address = 'bert@readers.example' as EmailAddress
    const { reader } = await signIn(db(), { email: address, name: 'Bert' })
    await sql`update readers set email_verified = false`.execute(db())
    const { admitted } = await inTransaction(db(), async (trx) => {
      await lockUntilCommit(trx, 'recording')
      const admitted = inTransaction(db(), (other) =>
        admitAddress(other, { address, secret: 'sand', now: NOON }),
      )
      await settledOrWaiting(db(), admitted)
      await sql`select from readers where id = ${reader.id} for update nowait`.execute(trx)
      return { admitted }
    })
    expect(await admitted).toEqual({ ok: true, readerId: reader.id, changed: true })
  })

  it('gets no more accounts of one mailbox by proving many of its addresses at once', async () => {
    const admitted = await Promise.all(
      ['ada', 'ada+a', 'ada+b', 'ada+c', 'ada+d', 'ada+e'].map((local) =>
        inTransaction(db(), (trx) =>
          admitAddress(trx, {
            address: `${local}@readers.example` as EmailAddress,
            secret: 'sand',
            now: NOON,
          }),
        ),
      ),
    )
    expect(admitted.filter(({ ok }) => ok)).toHaveLength(MOST_OF_MAILBOX)
    expect(await db().selectFrom('readers').select('id').execute()).toHaveLength(MOST_OF_MAILBOX)
  })
})
