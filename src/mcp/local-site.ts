import { openAccounts } from '../accounts/open-accounts.ts'
import { ownHosts } from '../accounts/own-hosts.ts'
import { keptSecret } from '../accounts/secret.ts'
import type { Config } from '../config.ts'
import { announceChanges } from '../ranking/announce-changes.ts'
import type { Logger } from '../runtime/log.ts'
import type { SearchRoom } from '../search/search.ts'
import { openTaste } from '../recommendation/open-taste.ts'
import { openDrawing } from '../pictures/drawing/drawing.ts'
import type { Site } from '../web/site.ts'
import { configuredSite } from '../web/configured-site.ts'

/**
 * The site of a data folder as operations need it, without a server: what they change is told to the processes that serve it.
 * `origin` is its address in links.
 */
export async function openLocalSite(
  config: Config,
  { search, origin, log, now }: { search: SearchRoom; origin: string; log: Logger; now: () => Date },
): Promise<{ site: Site; close: () => Promise<void> }> {
  const { db } = search
  const secret = config.secret ?? (await keptSecret(config.dataFolder))
  const changes = announceChanges(db, { onChange: () => {}, log })
  const drawing = openDrawing({ log })
  const taste = openTaste(db)
  const site: Site = {
    db,
    search,
    accounts: openAccounts({
      db,
      secret,
      publicUrl: config.publicUrl,
      hosts: ownHosts(config.host),
      providers: config.providers,
      curators: config.curators,
      siteName: config.siteName,
      log,
      now,
    }),
    ...configuredSite(config, { db, secret, now }),
    drawing,
    taste,
    changed: changes.changed,
    log,
    // No pages are made here.
    assets: { style: '', script: '', theme: '', fonts: [] },
    origin,
    timeZone: search.timeZone,
    now,
    viewer: null,
  }
  return {
    site,
    close: async () => {
      await Promise.all([changes.close(), drawing.close(), taste.close()])
    },
  }
}
