import type { Kysely } from 'kysely'
import type { Database } from './schema.ts'

/** The address at which the site was last served, or null when it never was. Without a slash at the end. */
export async function servedAt(db: Kysely<Database>): Promise<string | null> {
  const row = await db
    .selectFrom('site_state')
    .select('value')
    .where('name', '=', 'served_at')
    .executeTakeFirst()
  return typeof row?.value === 'string' ? row.value : null
}

/** Notes where the site is served, for commands that make links to it. */
export async function noteServedAt(db: Kysely<Database>, url: string): Promise<void> {
  const value = JSON.stringify(url)
  await db
    .insertInto('site_state')
    .values({ name: 'served_at', value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}
