import type { Config } from '../../config.ts'
import type { DigestRoom } from '../../digests/digest-room.ts'
import { editionTimeZone } from '../../ranking/editions.ts'
import { openMeaning } from '../../search/meaning.ts'
import { lazyIndex } from '../lazy-index.ts'
import { quietLog } from '../quiet-log.ts'
import { siteOrigin } from '../site-origin.ts'
import { withDatabase } from '../with-database.ts'

/** Connections: as many mails as are under way at once, and some to spare. */
const CONNECTIONS = 6

/** Does a verb's work with all that it takes to compose digests, beside a running site or without one. */
export async function withDigestRoom<T>(config: Config, work: (room: DigestRoom) => Promise<T>): Promise<T> {
  const log = quietLog(config)
  const meaning = openMeaning(config, { log })
  const lazy = lazyIndex(config, { log })
  try {
    return await withDatabase(
      config,
      async (db) =>
        work({
          search: {
            db,
            index: lazy.index,
            meaning,
            timeZone: await editionTimeZone(db, { otherwise: config.siteTimeZone }),
          },
          site: { name: config.siteName, origin: await siteOrigin(db, config) },
          pictures: config.pictures,
        }),
      { size: CONNECTIONS },
    )
  } finally {
    await lazy.close()
    await meaning.close()
  }
}
