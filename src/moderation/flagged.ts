import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { holdPaper, holdPaperOf } from '../papers/hold.ts'
import type { Subject } from './moderation-log.ts'
import { collectionSubject, commentSubject, paperSubject } from './subjects.ts'

/** What readers may flag. */
export type Flagged =
  | { kind: 'paper'; id: number }
  | { kind: 'comment'; id: number }
  | { kind: 'collection'; id: string }

/**
 * Who wrote a comment or owns a collection: nobody or one reader, who is never another one later. The log names them, so
 * whoever logs what was done to it holds them first, as all readers are held before papers and collections.
 */
export async function writersOf(trx: Transaction<Database>, on: Flagged): Promise<string[]> {
  if (on.kind === 'paper') return []
  const row =
    on.kind === 'comment'
      ? await trx.selectFrom('comments').select('reader_id').where('id', '=', on.id).executeTakeFirst()
      : await trx.selectFrom('collections').select('reader_id').where('id', '=', on.id).executeTakeFirst()
  return row?.reader_id ? [row.reader_id] : []
}

/**
 * Holds what was flagged, or is to be; null when it is not here any more. The number of a paper that was merged leads to the
 * kept one.
 */
export async function holdFlagged(trx: Transaction<Database>, on: Flagged): Promise<Flagged | null> {
  switch (on.kind) {
    case 'paper': {
      const paper = await holdPaper(trx, { paperId: on.id, lock: 'key share' })
      return paper && { kind: 'paper', id: paper.id }
    }
    case 'comment':
      // The count of a comment's flags may hide it.
      return (await holdPaperOf(trx, { commentId: on.id })) && on
    case 'collection': {
      const collection = await trx
        .selectFrom('collections')
        .select('id')
        .where('id', '=', on.id)
        .forKeyShare()
        .executeTakeFirst()
      return collection ? on : null
    }
  }
}

/** What was flagged, in words that stand for themselves; null when it is not here any more. */
export async function describeFlagged(trx: Transaction<Database>, on: Flagged): Promise<Subject | null> {
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

/** A comment with who wrote it and the paper it is on. */
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

/** A collection with whose it is. */
export async function findCollection(db: Kysely<Database>, id: string) {
  return db
    .selectFrom('collections as c')
    .innerJoin('readers as r', 'r.id', 'c.reader_id')
    .select(['c.id', 'c.reader_id as readerId', 'c.title', 'c.public', 'c.hidden', 'r.name'])
    .where('c.id', '=', id)
    .executeTakeFirst()
}
