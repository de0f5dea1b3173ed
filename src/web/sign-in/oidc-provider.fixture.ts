import { createHmac, createPublicKey, createSign, generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Hono } from 'hono'
import type { Kysely } from 'kysely'
import { afterAll, beforeAll } from 'vitest'
import { post } from '../../../test/readers.ts'
import { NOON, openSite, type TestSite } from '../../../test/site.ts'
import { openAccounts } from '../../accounts/open-accounts.ts'
import type { Provider } from '../../accounts/providers.ts'
import type { Database } from '../../db/schema.ts'
import { createLog } from '../../runtime/log.ts'

const SECRET = 'a secret that is only for tests, long enough'

/** Who signs in at the provider next, as its ID token says it. */
type Claims = { sub: string; email?: unknown; email_verified?: unknown; name?: string }

/** A provider as OpenID Connect Core 1.0 has it: discovery, authorization codes with PKCE, signed ID tokens. */
function startProvider() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const codes = new Map<string, { nonce: string | null; claims: Claims }>()
  const provider = { claims: { sub: '1' } as Claims, key: privateKey, url: '', server: createServer() }
  provider.server.on('request', (request, response) => {
    void answer()
    async function answer() {
      const url = new URL(request.url ?? '', provider.url)
      const json = (value: unknown) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
      switch (url.pathname) {
        case '/.well-known/openid-configuration':
          return json({
            issuer: provider.url,
            authorization_endpoint: `${provider.url}/authorize`,
            token_endpoint: `${provider.url}/token`,
            userinfo_endpoint: `${provider.url}/userinfo`,
            jwks_uri: `${provider.url}/keys`,
            id_token_signing_alg_values_supported: ['RS256'],
          })
        case '/keys':
          return json({
            keys: [
              {
                ...createPublicKey(privateKey).export({ format: 'jwk' }),
                kid: 'k',
                alg: 'RS256',
                use: 'sig',
              },
            ],
          })
        case '/authorize': {
          const code = `code-${codes.size}`
          codes.set(code, { nonce: url.searchParams.get('nonce'), claims: provider.claims })
          const back = new URL(url.searchParams.get('redirect_uri') ?? '')
          back.searchParams.set('code', code)
          back.searchParams.set('state', url.searchParams.get('state') ?? '')
          return response.writeHead(302, { location: back.href }).end()
        }
        case '/token': {
          const form = new URLSearchParams(await text(request))
          const granted = codes.get(form.get('code') ?? '')
          codes.delete(form.get('code') ?? '')
          if (!granted || !form.has('code_verifier')) return response.writeHead(400).end('{}')
          const now = Math.floor(Date.now() / 1_000)
          const token = { iss: provider.url, aud: 'client', iat: now, exp: now + 300, ...granted.claims }
          return json({
            access_token: 'a secret of theirs',
            token_type: 'Bearer',
            expires_in: 300,
            id_token: signed({ ...token, ...(granted.nonce ? { nonce: granted.nonce } : {}) }),
          })
        }
        case '/userinfo':
          return json(provider.claims)
        default:
          return response.writeHead(404).end()
      }
    }
  })
  function signed(claims: object): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const said = `${part({ alg: 'RS256', typ: 'JWT', kid: 'k' })}.${part(claims)}`
    return `${said}.${createSign('RSA-SHA256').update(said).sign(provider.key, 'base64url')}`
  }
  return provider
}

/** Such a provider for the tests of a file. */
export function useProvider() {
  const provider = startProvider()
  beforeAll(async () => {
    const { server } = provider
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => void provider.server.close())
  return provider
}

/** A site whose readers can sign in at the provider. What the library times is real: sessions begin now. */
export function openSiteWith(
  db: Kysely<Database>,
  provider: { url: string },
  { id = 'oidc' }: { id?: Provider['id'] } = {},
): TestSite {
  const accounts = openAccounts({
    db,
    secret: SECRET,
    publicUrl: 'https://tides.example',
    hosts: [],
    providers: [
      { id, name: 'Invented University', clientId: 'client', clientSecret: 'hush', issuer: provider.url },
    ],
    curators: [],
    siteName: 'Tide Lines',
    log: createLog('silent'),
    now: () => NOON,
  })
  return openSite(db, { accounts, now: new Date() })
}

/** The cookies that an answer sets, as a browser sends them back. */
export function pairsIn(answer: Response): string[] {
  return answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '')
}

/** Goes to the provider and back as a browser does; answers where it ended, and with which cookies. */
export async function goThere(
  app: Hono,
  { id = 'oidc', cookie, add = '' }: { id?: string; cookie?: string; add?: string } = {},
) {
  const fields = { provider: id, to: '/papers/new', add }
  const leaving = await post(app, '/sign-in/with', fields, cookie === undefined ? {} : { cookie })
  if (leaving.status !== 200) return { status: leaving.status, location: null, cookie: '' }
  const there = leaving.headers.get('refresh')?.slice('0; url='.length) ?? ''
  const back = (await fetch(there, { redirect: 'manual' })).headers.get('location') ?? ''
  const path = back.slice('https://tides.example'.length)
  const cookies = [...(cookie === undefined ? [] : [cookie]), ...pairsIn(leaving)].join('; ')
  const arrived = await app.request(path, { headers: { cookie: cookies } })
  return {
    status: arrived.status,
    location: arrived.headers.get('location'),
    cookie: pairsIn(arrived)
      .filter((pair) => pair.includes('session_token'))
      .join('; '),
    path,
    cookies,
  }
}

/** The cookie of a session as the library signs it, made of one that `signIn` (test/readers.ts) made. */
export function signedCookie(cookie: string): string {
  const token = cookie.slice('__Secure-broadsheet.session_token='.length).split('.')[0] ?? ''
  const key = createHmac('sha256', SECRET).update('sessions').digest('base64url')
  const signature = createHmac('sha256', key).update(token).digest('base64')
  return `__Secure-broadsheet.session_token=${encodeURIComponent(`${token}.${signature}`)}`
}
