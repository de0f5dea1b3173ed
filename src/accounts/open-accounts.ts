import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Logger } from '../runtime/log.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { openAuth, type Auth } from './auth.ts'
import { isOwnHost } from './own-hosts.ts'
import type { Provider } from './providers.ts'
import { signInMail } from './sign-in-mail.ts'

/** What the doors need to know about accounts. */
export type Accounts = {
  auth: Auth
  secret: string
  providers: Provider[]
  /** The addresses that the configuration makes curators. */
  curators: ReadonlySet<string>
  /**
   * Whether readers can sign in under the host in a Host header: links lead to the site's own address, or to that host.
   */
  answersAt: (host: string | undefined) => boolean
}

/** Opens the accounts of a site; its emails contain `siteName` and the `origin` of the requested address. */
export function openAccounts({
  db,
  secret,
  publicUrl,
  hosts,
  providers,
  curators,
  siteName,
  log,
  now,
}: {
  db: Kysely<Database>
  secret: string
  publicUrl: string | null
  hosts: string[]
  providers: Provider[]
  curators: string[]
  siteName: string
  log: Logger
  now: () => Date
}): Accounts {
  const auth = openAuth({
    db,
    secret,
    publicUrl,
    hosts,
    providers,
    siteName,
    log,
    async sendSignInLink(link) {
      const queuedAt = now()
      await queueMail(db, signInMail({ ...link, siteName, now: queuedAt }), { now: queuedAt })
    },
  })
  const answersAt = (host: string | undefined) => publicUrl !== null || isOwnHost(host, hosts)
  return { auth, secret, providers, curators: new Set(curators), answersAt }
}
