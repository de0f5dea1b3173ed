import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { readSiteText } from '../db/site-state.ts'

/** By what other sites know this one in its dumps: made once, and part of every backup. */
export async function siteId(db: Kysely<Database>): Promise<string> {
  await db
    .insertInto('site_state')
    .values({ name: 'site_id', value: JSON.stringify(randomUUID()) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const id = await readSiteText(db, 'site_id')
  if (id === null) throw new Error('the site has an identifier that is no text')
  return id
}
