import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { NO_LONGER_HERE, logAct, type Decision, type ActOutcome, type Subject } from './moderation-log.ts'
import { collectionSubject, commentSubject, paperSubject } from './subjects.ts'

/** What readers may flag. */
export type Flagged =
  | { kind: 'paper'; id: number }
  | { kind: 'comment'; id: number }
  | { kind: 'collection'; id: string }

/** A curator has reviewed what was flagged and leaves it as it is. */
export async function dismissFlags(
  db: Kysely<Database>,
  { on, curatorId, reason, now }: { on: Flagged } & Decision,
): Promise<ActOutcome> {
  return inTransaction(db, async (trx) => {
    const subject = await describe(trx, on)
    if (!subject) return NO_LONGER_HERE
    if ((await resolveFlags(trx, { on, curatorId, now })) === 0) return { ok: true, changed: false }
    await logAct(trx, { act: 'dismiss-flags', on: subject, curatorId, reason, now })
    return { ok: true, changed: true }
  })
}

/**
 * Resolves the open flags on something, in the transaction of the action that answers them; returns how many there
 * were.
 */
export async function resolveFlags(
  trx: Transaction<Database>,
  { on, curatorId, now, reason }: { on: Flagged; curatorId: string; now: Date; reason?: string },
): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('flags')
    .set({ settled_at: now, settled_by: curatorId })
    .where(sql.ref(`${on.kind}_id`), '=', on.id)
    .where('settled_at', 'is', null)
    .$if(reason !== undefined, (query) => query.where('reason', '=', reason ?? ''))
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

async function describe(trx: Transaction<Database>, on: Flagged): Promise<Subject | null> {
  switch (on.kind) {
    case 'paper': {
      const paper = await trx
        .selectFrom('papers')
        .select(['title', 'address'])
        .where('id', '=', on.id)
        .executeTakeFirst()
      return paper ? paperSubject(paper) : null
    }
    case 'comment': {
      const comment = await findComment(trx, on.id)
      return comment ? commentSubject(comment) : null
    }
    case 'collection': {
      const collection = await findCollection(trx, on.id)
      return collection ? collectionSubject(collection) : null
    }
  }
}

/** A comment with its writer and its paper. */
export async function findComment(db: Kysely<Database>, id: number) {
  return db
    .selectFrom('comments as c')
    .innerJoin('papers as p', 'p.id', 'c.paper_id')
    .leftJoin('readers as r', 'r.id', 'c.reader_id')
    .select([
      'c.id',
      'c.paper_id as paperId',
      'c.reader_id as readerId',
      'c.event',
      'c.body',
      'c.written_at as writtenAt',
      'c.deleted_at as deletedAt',
      'c.hidden_at as hiddenAt',
      'p.title',
      'p.address',
      'p.hidden as paperHidden',
      'r.name',
    ])
    .where('c.id', '=', id)
    .executeTakeFirst()
}

/** A collection with its owner. */
export async function findCollection(db: Kysely<Database>, id: string) {
  return db
    .selectFrom('collections as c')
    .innerJoin('readers as r', 'r.id', 'c.reader_id')
    .select(['c.id', 'c.reader_id as readerId', 'c.title', 'c.public', 'c.hidden', 'r.name'])
    .where('c.id', '=', id)
    .executeTakeFirst()
}
