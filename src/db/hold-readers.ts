import { sql, type Transaction } from 'kysely'
import type { Database } from './schema.ts'

/** Who acts has no account any more, or was suspended a moment ago: what they asked for is not done. */
export class MayNotAct extends Error {
  override name = 'MayNotAct'
}

/**
 * Holds readers until the transaction ends, in order of id: those who act, so that their account stays until what they do
 * is done; those who are to stay where they are still here; and those who are changed, so that nothing of theirs is in
 * flight. Whoever also holds papers does this before. Throws `MayNotAct` when one who acts may not.
 */
export async function holdReaders(
  trx: Transaction<Database>,
  { acting = [], staying = [], changed = [] }: { acting?: string[]; staying?: string[]; changed?: string[] },
): Promise<void> {
  for (const id of [...new Set([...acting, ...staying, ...changed])].toSorted()) {
    const lock = changed.includes(id) ? sql`for update` : sql`for key share`
    const { rows } = await sql<{ suspended: boolean }>`
      select suspended_at is not null as suspended from readers where id = ${id} ${lock}`.execute(trx)
    if (acting.includes(id) && rows[0]?.suspended !== false) throw new MayNotAct()
  }
}
