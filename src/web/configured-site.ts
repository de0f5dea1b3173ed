import { join } from 'node:path'
import type { Kysely } from 'kysely'
import type { Config } from '../config.ts'
import type { Database } from '../db/schema.ts'
import { dumpsFolder } from '../dumps/kept-dumps.ts'
import { adminEmailOf } from '../oai/admin-email.ts'
import { openOutgoingClient } from '../outgoing/client.ts'
import { lookUpSources } from '../sources/look-up-sources.ts'
import { userAgent } from '../sources/user-agent.ts'
import type { Site } from './site.ts'
import { welcomeKey } from './welcome/key.ts'

/** What of a site its configuration decides, whoever serves it. */
export function configuredSite(
  config: Config,
  { db, secret, now }: { db: Kysely<Database>; secret: string; now: () => Date },
) {
  return {
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
    outboxFolder: join(config.dataFolder, 'outbox'),
    dumpsFolder: dumpsFolder(config.dataFolder),
    name: config.siteName,
    adminEmail: adminEmailOf(config),
  } satisfies Partial<Site>
}
