import type { Kysely, Transaction } from 'kysely'
import { holdReaders } from '../db/hold-readers.ts'
import { lockUntilCommit, type LOCKS } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'

/**
 * Does what a curator decided, in one transaction. The locks come first, in their order: advisory ones (`locks`), then the
 * curator and the readers whom it changes. Throws `MayNotAct` when the curator's account is gone.
 */
export async function asCurator<T>(
  db: Kysely<Database>,
  {
    curatorId,
    locks = [],
    changed = [],
  }: {
    curatorId: string
    locks?: Exclude<keyof typeof LOCKS, 'manifest' | 'migration'>[]
    changed?: string[]
  },
  work: (trx: Transaction<Database>) => Promise<T>,
): Promise<T> {
  return inTransaction(db, async (trx) => {
    for (const lock of locks) await lockUntilCommit(trx, lock)
    await holdReaders(trx, { acting: [curatorId], changed })
    return work(trx)
  })
}
