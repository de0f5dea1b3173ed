import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { renderAnew } from '../discussion/comment-html.ts'
import type { Job } from './job.ts'

const BATCH = 100

/** After an upgrade, makes the HTML that is kept of comments and notes anew, some at a time. */
export function renderComments(db: Kysely<Database>): Job {
  return {
    name: 'comments',
    everyMs: 3_600_000,
    async work() {
      return (await renderAnew(db, { limit: BATCH })) > 0 ? 'again' : undefined
    },
  }
}
