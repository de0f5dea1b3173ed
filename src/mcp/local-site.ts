import { join } from 'node:path'
import { openAccounts } from '../accounts/open-accounts.ts'
import { ownHosts } from '../accounts/own-hosts.ts'
import { keptSecret } from '../accounts/secret.ts'
import type { Config } from '../config.ts'
import { adminEmailOf } from '../oai/admin-email.ts'
import { openOutgoingClient } from '../outgoing/client.ts'
import { announceChanges } from '../ranking/announce-changes.ts'
import type { Logger } from '../runtime/log.ts'
import type { SearchRoom } from '../search/search.ts'
import { lookUpSources } from '../sources/look-up-sources.ts'
import { userAgent } from '../sources/user-agent.ts'
import { welcomeKey } from '../web/welcome/key.ts'
import { dumpsFolder } from '../dumps/kept-dumps.ts'
import { openDrawing } from '../pictures/drawing/drawing.ts'
import type { Site } from '../web/site.ts'

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
    sources: lookUpSources(config),
    harvesting: {
      client: openOutgoingClient({ db, userAgent: userAgent(config), now }),
      urls: config.services,
      keys: config.keys,
      contact: config.contact,
    },
    welcomeKey: welcomeKey(secret),
    bounceHooks: { senders: config.bounceHooks, secret },
    pictures: config.pictures,
    drawing,
    dumpsFolder: dumpsFolder(config.dataFolder),
    outboxFolder: join(config.dataFolder, 'outbox'),
    changed: changes.changed,
    log,
    // No pages are made here.
    assets: { style: '', script: '', theme: '', fonts: [] },
    name: config.siteName,
    adminEmail: adminEmailOf(config),
    origin,
    timeZone: search.timeZone,
    now,
    viewer: null,
  }
  return {
    site,
    close: async () => {
      await Promise.all([changes.close(), drawing.close()])
    },
  }
}
