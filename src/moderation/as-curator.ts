import type { Kysely, Transaction } from 'kysely'
import { holdReaders } from '../db/hold-readers.ts'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { writersOf, type Flagged } from './flagged.ts'

/**
 * Does what a curator decided, in one transaction. The locks come first, in their order: advisory ones (`locks`), then the
 * curator, the readers whom it changes, and who wrote what it is done to (`on`). Throws `MayNotAct` when the curator's
 * account is gone.
 */
export async function asCurator<T>(
  db: Kysely<Database>,
  {
    curatorId,
    locks = [],
    changed = [],
    on = null,
  }: {
    curatorId: string
    locks?: ('recording' | 'vectors')[]
    changed?: string[]
    on?: Flagged | null
  },
  work: (trx: Transaction<Database>) => Promise<T>,
): Promise<T> {
  return inTransaction(db, async (trx) => {
    for (const lock of locks) await lockUntilCommit(trx, lock)
    const staying = on ? await writersOf(trx, on) : []
    await holdReaders(trx, { acting: [curatorId], staying, changed })
    return work(trx)
  })
}
