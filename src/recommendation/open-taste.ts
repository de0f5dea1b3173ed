import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Taste } from './taste.ts'

/** Readers' tastes, learned in this thread. */
export function openTaste(db: Kysely<Database>): Taste {
  return {
    async rank({ paperIds, without = [], offset = 0, limit }) {
      const found = await db
        .selectFrom('papers')
        .select('id')
        .where('hidden', '=', false)
        .$if(paperIds !== undefined, (query) => query.where('id', 'in', [0, ...(paperIds ?? [])]))
        .orderBy('dated_at', 'desc')
        .orderBy('id', 'desc')
        .limit(2_000)
        .execute()
      const ids = found.map(({ id }) => id).filter((id) => !without.includes(id))
      return {
        papers: ids.slice(offset, offset + limit).map((id) => ({
          id,
          score: 0,
          interest: null,
          followed: { topic: null, author: null },
          outside: false,
          seen: false,
          reasons: [],
          moreReasons: 0,
        })),
        total: ids.length,
        knows: { acts: 0, interests: 0, topics: 0, authors: 0 },
      }
    },
    interests: async () => [],
    askAbout: async () => [],
    wake: () => undefined,
    close: async () => undefined,
  }
}
