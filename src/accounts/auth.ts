import { createHmac } from 'node:crypto'
import { passkey } from '@better-auth/passkey'
import { betterAuth } from 'better-auth'
import { genericOAuth, magicLink } from 'better-auth/plugins'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Logger } from '../runtime/log.ts'
import { parseOrcid } from './orcid.ts'
import type { Provider } from './providers.ts'
import { NO_MAIL_DOMAIN } from './reader.ts'

/** Under this path the library answers browsers and providers: passkeys, and callbacks from providers. */
export const AUTH_PATH = '/auth'
/** How long an emailed link works. */
export const LINK_LIFE_MS = 30 * 60_000
/** Readers who have not come back for this long must sign in again. */
const SESSION_SECONDS = 60 * 24 * 3_600
/** A session not renewed for this long is renewed by the next request. */
export const RENEWED_AFTER_MS = 24 * 3_600_000

/** Emails a link that signs someone in; `token` works once. */
export type SendSignInLink = (link: {
  email: string
  token: string
  origin: string
  /** A path on this site to continue to. */
  to: string
}) => Promise<void>

/**
 * Sessions, links, passkeys and providers, by better-auth on this installation's own tables. `publicUrl` is the site's
 * address where the operator names one; else the hosts in `hosts` are taken as they are asked for.
 */
export function openAuth({
  db,
  secret,
  publicUrl,
  hosts,
  providers,
  sendSignInLink,
  siteName,
  log,
}: {
  db: Kysely<Database>
  secret: string
  publicUrl: string | null
  hosts: string[]
  providers: Provider[]
  sendSignInLink: SendSignInLink
  siteName: string
  log: Logger
}) {
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
      // ORCID gives no email address, so readers who are signed in can add it whatever their address is.
      accountLinking: { enabled: true, trustedProviders: ['orcid'], allowDifferentEmails: true },
    },
    verification: {
      modelName: 'verifications',
      fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
    plugins: [
      magicLink({
        expiresIn: LINK_LIFE_MS / 1_000,
        storeToken: 'hashed',
        // Requests are limited by the doors (rate-limits.ts).
        rateLimit: { window: 1, max: 1_000 },
        async sendMagicLink({ email, token, url }) {
          const { origin, searchParams } = new URL(url)
          await sendSignInLink({ email, token, origin, to: searchParams.get('callbackURL') ?? '/' })
        },
      }),
      passkey({
        rpName: siteName,
        ...(publicUrl === null ? {} : { rpID: new URL(publicUrl).hostname, origin: publicUrl }),
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
                  mapProfileToUser: (profile) => readerOfProfile(provider, profile),
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
              mapProfileToUser: () => NOTHING_ELSE,
            },
          },
        }
      : {}),
    databaseHooks: {
      // We never act for a reader elsewhere, so the tokens for that are not kept.
      account: {
        create: {
          before: async (account) => ({ data: { ...account, ...NO_TOKENS } }),
          async after({ providerId, accountId, userId }) {
            if (providerId === 'orcid')
              await takeOrcid(db, { readerId: userId, orcid: parseOrcid(accountId) })
          },
        },
        update: { before: async (account) => ({ data: { ...account, ...NO_TOKENS } }) },
      },
      session: {
        create: { before: async (session) => ({ data: { ...session, ipAddress: null } }) },
      },
    },
    rateLimit: { enabled: false },
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

const NO_TOKENS = { accessToken: null, refreshToken: null, idToken: null }

/** Readers who signed in with ORCID have that ORCID, whatever they had typed. */
async function takeOrcid(
  db: Kysely<Database>,
  { readerId, orcid }: { readerId: string; orcid: string | null },
): Promise<void> {
  if (orcid === null) return
  await db.updateTable('readers').set({ orcid, orcid_verified: true }).where('id', '=', readerId).execute()
}

// Names and pictures from elsewhere stay there.
const NOTHING_ELSE = { name: '', image: undefined }

/** What we take from a reader's profile elsewhere: how to reach them. They choose their name here. */
function readerOfProfile(provider: Provider, profile: Record<string, unknown>) {
  const orcid = provider.id === 'orcid' ? parseOrcid(profile['sub']) : null
  if (provider.id === 'orcid')
    return {
      ...NOTHING_ELSE,
      email: `${orcid ?? 'unknown'}@${NO_MAIL_DOMAIN}`.toLowerCase(),
      emailVerified: true,
    }
  return NOTHING_ELSE
}
