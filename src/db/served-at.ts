import type { Kysely } from 'kysely'
import type { Database } from './schema.ts'
import { readSiteText, writeSiteText } from './site-state.ts'

/** The address at which the site was last served, or null when it never was. Without a slash at the end. */
export function servedAt(db: Kysely<Database>): Promise<string | null> {
  return readSiteText(db, 'served_at')
}

/** Notes where the site is served, for commands that make links to it. */
export function noteServedAt(db: Kysely<Database>, url: string): Promise<void> {
  return writeSiteText(db, 'served_at', url)
}
