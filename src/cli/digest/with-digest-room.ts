import type { Config } from '../../config.ts'
import type { DigestRoom } from '../../digests/digest-room.ts'
import { openTaste } from '../../recommendation/open-taste.ts'
import { siteOrigin } from '../site-origin.ts'
import { withSearchRoom } from '../with-search-room.ts'

/** Connections: as many mails as are under way at once, and some to spare. */
const CONNECTIONS = 6

/** Does a verb's work with all that it takes to compose digests, beside a running site or without one. */
export async function withDigestRoom<T>(config: Config, work: (room: DigestRoom) => Promise<T>): Promise<T> {
  return withSearchRoom(
    config,
    async (search) => {
      const taste = openTaste(search.db)
      try {
        return await work({
          search,
          taste,
          site: { name: config.siteName, origin: await siteOrigin(search.db, config) },
          pictures: config.pictures,
        })
      } finally {
        await taste.close()
      }
    },
    { size: CONNECTIONS },
  )
}
