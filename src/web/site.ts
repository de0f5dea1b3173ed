import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Logger } from '../log.ts'
import type { SearchRoom } from '../search/search.ts'
import type { Assets } from './assets.ts'

/** What every page is made with. */
export type Site = {
  db: Kysely<Database>
  search: SearchRoom
  log: Logger
  assets: Assets
  name: string
  /** Of the site's address, without a slash at the end. */
  origin: string
  timeZone: string
  now: () => Date
}
