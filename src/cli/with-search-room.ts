import type { Config } from '../config.ts'
import { editionTimeZone } from '../ranking/editions.ts'
import { openMeaning } from '../search/meaning.ts'
import type { SearchRoom } from '../search/search.ts'
import { lazyIndex } from './lazy-index.ts'
import { quietLog } from './quiet-log.ts'
import { withDatabase } from './with-database.ts'

/** Does a verb's work with all that a search needs, beside a running site or without one; the index is opened when it is asked. */
export async function withSearchRoom<T>(
  config: Config,
  work: (room: SearchRoom) => Promise<T>,
  options: { size?: number } = {},
): Promise<T> {
  const log = quietLog(config)
  const meaning = openMeaning(config, { log })
  const lazy = lazyIndex(config, { log })
  try {
    return await withDatabase(
      config,
      async (db) =>
        work({
          db,
          index: lazy.index,
          meaning,
          timeZone: await editionTimeZone(db, { otherwise: config.siteTimeZone }),
        }),
      options,
    )
  } finally {
    await lazy.close()
    await meaning.close()
  }
}
