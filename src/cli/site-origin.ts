import type { Kysely } from 'kysely'
import { urlOf } from '../accounts/own-hosts.ts'
import type { Config } from '../config.ts'
import type { Database } from '../db/schema.ts'
import { servedAt } from '../db/served-at.ts'

/** The address of the site in links that a command makes: as set, or where it was last served. Without a slash at the end. */
export async function siteOrigin(
  db: Kysely<Database>,
  { publicUrl, host, port }: Pick<Config, 'publicUrl' | 'host' | 'port'>,
): Promise<string> {
  return publicUrl ?? (await servedAt(db)) ?? urlOf(host, port)
}
