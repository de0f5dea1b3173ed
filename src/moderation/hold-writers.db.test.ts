import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, TIME_ZONE } from '../../test/site.ts'
import { settledOrWaiting } from '../../test/waiting.ts'
import { inTransaction } from '../db/transaction.ts'
import { writeComment } from '../discussion/comments.ts'
import { createCollection } from '../shelves/collections.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { flag } from './flags.ts'
import type { Flagged } from './flagged.ts'
import { hideCollection, unhideCollection } from './hide-collection.ts'
import { hideComment, unhideComment } from './hide-comment.ts'
import type { ActOutcome, Decision } from './moderation-log.ts'
import { dismissFlags } from './resolve-flags.ts'

const now = NOON
type On = { comment: Flagged & { kind: 'comment' }; collection: Flagged & { kind: 'collection' } }

describeWithDatabase('acts that name who wrote something', (db) => {
  const flagged = async (on: Flagged) =>
    flag(db(), {
      on,
      readerId: (await signIn(db())).reader.id,
      reason: 'spam',
      note: '',
      curators: new Set(),
      now,
    })
  const acts: {
    [name: string]: { before?: (on: On, by: Decision) => Promise<unknown>; act: Act }
  } = {
    'hide a comment': { act: ({ comment }, by) => hideComment(db(), { commentId: comment.id, ...by }) },
    'unhide a comment': {
      before: ({ comment }, by) => hideComment(db(), { commentId: comment.id, ...by }),
      act: ({ comment }, by) => unhideComment(db(), { commentId: comment.id, ...by }),
    },
    'hide a collection': {
      act: ({ collection }, by) => hideCollection(db(), { collectionId: collection.id, ...by }),
    },
    'unhide a collection': {
      before: ({ collection }, by) => hideCollection(db(), { collectionId: collection.id, ...by }),
      act: ({ collection }, by) => unhideCollection(db(), { collectionId: collection.id, ...by }),
    },
    'dismiss flags on a comment': {
      before: ({ comment }) => flagged(comment),
      act: ({ comment }, by) => dismissFlags(db(), { on: comment, ...by }),
    },
    'dismiss flags on a collection': {
      before: ({ collection }) => flagged(collection),
      act: ({ collection }, by) => dismissFlags(db(), { on: collection, ...by }),
    },
    'the flag that hides a comment': {
      before: async ({ comment }) => {
        await flagged(comment)
        await flagged(comment)
      },
      act: ({ comment }) => flagged(comment),
    },
  }

  // Whoever suspends a reader holds them firmly and then the papers of their votes: two that took these in another order
  // would wait for each other for ever.
  it.for(Object.entries(acts))(
    '%s: waits for them with nothing else in hand',
    async ([, { before, act }]) => {
      const [recorded] = await recordHarvest(db(), [stated('2601.00001')], { now, timeZone: TIME_ZONE })
      const paperId = recorded?.paperId ?? 0
      const { reader } = await signIn(db(), { name: 'Bert' })
      const curator = (await signIn(db(), { curator: true })).reader
      const comment = await writeComment(db(), { paperId, parentId: null, reader, body: 'Tides.', now })
      const facts = { title: 'Tides', description: '', public: true }
      const collection = await createCollection(db(), { readerId: reader.id, facts, now })
      if (!comment.ok || !collection.ok) throw new Error('nothing to act on')
      const on: On = {
        comment: { kind: 'comment', id: comment.id },
        collection: { kind: 'collection', id: collection.id },
      }
      const by = { curatorId: curator.id, reason: 'Off topic.', now }
      await before?.(on, by)

      const acting = await inTransaction(db(), async (trx) => {
        await sql`select from readers where id = ${reader.id} for update`.execute(trx)
        const acting = act(on, by)
        await settledOrWaiting(db(), acting)
        for (const [table, id] of [
          ['papers', paperId],
          ['comments', on.comment.id],
          ['collections', on.collection.id],
        ] as const)
          await sql`select from ${sql.table(table)} where id = ${id} for update nowait`.execute(trx)
        return { acting }
      })
      expect(await acting.acting).toMatchObject({ ok: true })
      const log = await db()
        .selectFrom('moderation_log')
        .select('about')
        .orderBy('id', 'desc')
        .executeTakeFirst()
      expect(log).toEqual({ about: reader.id })
    },
  )
})

type Act = (on: On, by: Decision) => Promise<ActOutcome | Awaited<ReturnType<typeof flag>>>
