import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Logger } from '../runtime/log.ts'
import { openAuth, type Auth } from './auth.ts'
import { isOwnHost } from './own-hosts.ts'
import type { Provider } from './providers.ts'

/** What the doors need to know about accounts. */
export type Accounts = {
  auth: Auth
  secret: string
  providers: Provider[]
  /** The addresses that the configuration makes curators. */
  curators: ReadonlySet<string>
  /** The site's address where the operator names one. */
  publicUrl: string | null
  siteName: string
  /** Whether readers can sign in under the host in a Host header. */
  answersAt: (host: string | undefined) => boolean
}

/** Opens the accounts of a site. */
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
    now,
  })
  const answersAt = (host: string | undefined) => publicUrl !== null || isOwnHost(host, hosts)
  return { auth, secret, providers, curators: new Set(curators), publicUrl, siteName, answersAt }
}
