import type { Kysely } from 'kysely'
import type { Database } from './schema.ts'

/**
 * What the site remembers; `bounces`: how far the folder of bounces was read, `site_id`: by what other sites know it in
 * its dumps.
 */
type Name = 'site_id' | 'served_at' | 'time_zone' | 'had_sources' | 'bounces' | 'late_digests_told_at'

/** A text that the site remembers of itself, by its name; null when there is none. */
export async function readSiteText(db: Kysely<Database>, name: Name): Promise<string | null> {
  const row = await db.selectFrom('site_state').select('value').where('name', '=', name).executeTakeFirst()
  return typeof row?.value === 'string' ? row.value : null
}

export async function writeSiteText(db: Kysely<Database>, name: Name, text: string): Promise<void> {
  const value = JSON.stringify(text)
  await db
    .insertInto('site_state')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}
