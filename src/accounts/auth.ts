import { createHmac } from 'node:crypto'
import { passkey } from '@better-auth/passkey'
import { betterAuth } from 'better-auth'
import { APIError, createAuthEndpoint, getOAuthState } from 'better-auth/api'
import { setSessionCookie } from 'better-auth/cookies'
import { genericOAuth } from 'better-auth/plugins'
import type { GithubProfile } from 'better-auth/social-providers'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Logger } from '../runtime/log.ts'
import { admitIdentity, takeOrcid } from './admit.ts'
import { hasAllPasskeys, isProven, mayAddIdentity, MOST_PASSKEYS } from './ways-in.ts'
import { parseOrcid } from './orcid.ts'
import { githubArrival, oidcArrival, type Arrival, type Provider } from './providers.ts'
import { NO_MAIL_DOMAIN } from './reader.ts'
import { redeemLink, type Redemption } from './sign-in-links.ts'
import { announceWayIn } from './way-in-mail.ts'

/** Under this path the library answers browsers and providers: passkeys, and callbacks from providers. */
export const AUTH_PATH = '/auth'
/** Readers who have not come back for this long must sign in again. */
const SESSION_SECONDS = 60 * 24 * 3_600
/** A session not renewed for this long is renewed by the next request. */
export const RENEWED_AFTER_MS = 24 * 3_600_000

/**
 * Sessions, passkeys and providers, by better-auth on this installation's own tables. `publicUrl` is the site's address
 * where the operator names one; else the hosts in `hosts` are taken as they are asked for. The library makes no account
 * and adds no account elsewhere to one by its address: who is let in is decided in admit.ts.
 */
export function openAuth({
  db,
  secret,
  publicUrl,
  hosts,
  providers,
  siteName,
  log,
  now,
}: {
  db: Kysely<Database>
  secret: string
  publicUrl: string | null
  hosts: string[]
  providers: Provider[]
  siteName: string
  log: Logger
  now: () => Date
}) {
  const site = { siteName, publicUrl }
  /** Lets in whoever has arrived from a provider, before the library looks for their account. */
  async function letIn(provider: Provider, arrival: Arrival) {
    // Readers who are signed in and add it to their account: the library looks whether they still are.
    const adding = (await getOAuthState())?.link !== undefined
    const { subject, address } = arrival
    if (subject === null) throw refusal('/sign-in?problem=provider')
    if (!adding) {
      const admitted = await inTransaction(db, (trx) =>
        admitIdentity(trx, {
          identity: { provider: provider.id, subject },
          address,
          orcid: provider.id === 'orcid' ? parseOrcid(subject) : null,
          providerName: provider.name,
          site,
          secret,
          now: now(),
        }),
      )
      if (!admitted.ok) throw refusal(`/sign-in?problem=provider-${admitted.reason}`)
    }
    return NOTHING_ELSE
  }
  const github = providers.find(({ id }) => id === 'github')
  return betterAuth({
    appName: siteName,
    database: { db, type: 'postgres', transaction: true },
    // Never the secret itself: each use has its own key.
    secret: createHmac('sha256', secret).update('sessions').digest('base64url'),
    baseURL: publicUrl ?? { allowedHosts: hosts, protocol: 'auto' },
    basePath: AUTH_PATH,
    trustedOrigins: publicUrl === null ? hosts.map((host) => `http://${host}`) : [publicUrl],
    user: {
      modelName: 'readers',
      fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
    session: {
      modelName: 'sessions',
      fields: {
        userId: 'reader_id',
        expiresAt: 'expires_at',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
      },
      expiresIn: SESSION_SECONDS,
      updateAge: RENEWED_AFTER_MS / 1_000,
    },
    account: {
      modelName: 'identities',
      fields: {
        userId: 'reader_id',
        providerId: 'provider',
        accountId: 'subject',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
      // By its identity alone: an address that a provider names makes no account its own. Readers who are signed in can
      // add an account elsewhere whatever address it has.
      accountLinking: { enabled: true, disableImplicitLinking: true, allowDifferentEmails: true },
    },
    verification: {
      modelName: 'verifications',
      fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
    plugins: [
      {
        id: 'links',
        endpoints: {
          redeemLink: createAuthEndpoint(
            '/redeem-link',
            { method: 'POST', body: z.object({ token: z.string() }), requireHeaders: true },
            async (c): Promise<Redemption> => {
              const redeemed = await redeemLink(db, { token: c.body.token, secret, now: now() })
              if (!redeemed.ok) return redeemed
              const { internalAdapter } = c.context
              const user = await internalAdapter.findUserById(redeemed.readerId)
              if (!user) return { ok: false, reason: 'used' }
              await setSessionCookie(c, { user, session: await internalAdapter.createSession(user.id) })
              return redeemed
            },
          ),
        },
      },
      passkey({
        rpName: siteName,
        ...(publicUrl === null ? {} : { rpID: new URL(publicUrl).hostname, origin: publicUrl }),
        registration: {
          // Told before it is kept: no passkey is added in silence.
          async afterVerification({ user, verification }) {
            if (!(await isProven(db, { readerId: user.id }))) throw unproven()
            if (await hasAllPasskeys(db, { readerId: user.id })) throw tooMany()
            const passkey = verification.registrationInfo?.credential.id ?? ''
            const change = { kind: 'passkey-added', passkey } as const
            await announceWayIn(db, { readerId: user.id, change, site, now: now() })
          },
        },
        schema: {
          passkey: {
            modelName: 'passkeys',
            fields: {
              publicKey: 'public_key',
              userId: 'reader_id',
              credentialID: 'credential_id',
              deviceType: 'device_type',
              backedUp: 'backed_up',
              createdAt: 'created_at',
            },
          },
        },
      }),
      genericOAuth({
        config: providers.flatMap((provider) =>
          provider.issuer === null
            ? []
            : [
                {
                  providerId: provider.id,
                  name: provider.name,
                  clientId: provider.clientId,
                  clientSecret: provider.clientSecret,
                  discoveryUrl: `${provider.issuer}/.well-known/openid-configuration`,
                  scopes: provider.id === 'orcid' ? ['openid'] : ['openid', 'email', 'profile'],
                  requireIdTokenVerification: true,
                  disableSignUp: true,
                  mapProfileToUser: (profile) => letIn(provider, oidcArrival(profile)),
                },
              ],
        ),
      }),
    ],
    ...(github
      ? {
          socialProviders: {
            github: {
              clientId: github.clientId,
              clientSecret: github.clientSecret,
              disableSignUp: true,
              async getUserInfo({ accessToken }) {
                const found = await githubArrival(accessToken ?? '')
                return (
                  found && { user: await letIn(github, found.arrival), data: found.profile as GithubProfile }
                )
              },
            },
          },
        }
      : {}),
    databaseHooks: {
      // We never act for a reader elsewhere, so the tokens for that are not kept.
      account: {
        create: {
          // Only where readers who are signed in add one: see accountLinking.
          async before(account) {
            const provider = providers.find(({ id }) => id === account.providerId)
            const identity = { provider: account.providerId, subject: account.accountId }
            const added =
              provider !== undefined &&
              (await mayAddIdentity(db, {
                readerId: account.userId,
                identity,
                providerName: provider.name,
                site,
                secret,
                now: now(),
              }))
            return added ? { data: { ...account, ...NO_TOKENS } } : false
          },
          async after({ providerId, accountId, userId }) {
            const orcid = providerId === 'orcid' ? parseOrcid(accountId) : null
            if (orcid !== null) await takeOrcid(db, { readerId: userId, orcid })
          },
        },
        update: { before: async (account) => ({ data: { ...account, ...NO_TOKENS } }) },
      },
      session: {
        create: {
          async before(session) {
            if (!(await isProven(db, { readerId: session.userId }))) throw unproven()
            return { data: { ...session, ipAddress: null } }
          },
        },
      },
    },
    rateLimit: { enabled: false },
    // Whoever comes back from a provider too late, or twice, reads there what to do next.
    onAPIError: { errorURL: '/sign-in' },
    advanced: {
      cookiePrefix: 'broadsheet',
      database: { generateId: 'uuid' },
      useSecureCookies: publicUrl?.startsWith('https:') ?? false,
      ipAddress: { disableIpTracking: true },
    },
    telemetry: { enabled: false },
    logger: {
      log: (level, message) => {
        if (level === 'error' || level === 'warn') log[level]({ accounts: message }, 'accounts')
      },
    },
  })
}

export type Auth = ReturnType<typeof openAuth>

function unproven(): APIError {
  return new APIError('FORBIDDEN', { message: 'No one has proven the address of this account.' })
}

function tooMany(): APIError {
  return new APIError('CONFLICT', {
    message: `You can have up to ${MOST_PASSKEYS} passkeys. Remove one before you add another.`,
  })
}

/** Leads to the page where they can sign in another way, and read why not in this one. */
function refusal(location: string): APIError {
  return new APIError('FOUND', undefined, { location })
}

const NO_TOKENS = { accessToken: null, refreshToken: null, idToken: null }

// Names, pictures and addresses from elsewhere stay there: the library never sees them.
const NOTHING_ELSE = {
  name: '',
  image: undefined,
  email: `elsewhere@${NO_MAIL_DOMAIN}`,
  emailVerified: true,
}
