import { createPublicKey, createSign, generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { post, signIn } from '../../../test/readers.ts'
import { NOON, openSite, wordsOf } from '../../../test/site.ts'
import { openAccounts } from '../../accounts/open-accounts.ts'
import type { Provider } from '../../accounts/providers.ts'
import { createLog } from '../../runtime/log.ts'

/** Who signs in at the provider next, as its ID token says it. */
type Claims = { sub: string; email?: string; email_verified?: boolean; name?: string }

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

describeWithDatabase('signing in with an account elsewhere', (db) => {
  const provider = startProvider()
  beforeAll(async () => {
    const { server } = provider
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => void provider.server.close())

  function open(id: Provider['id'] = 'oidc') {
    const log = createLog('silent')
    const providers: Provider[] = [
      { id, name: 'Invented University', clientId: 'client', clientSecret: 'hush', issuer: provider.url },
    ]
    const accounts = openAccounts({
      db: db(),
      secret: 'a secret that is only for tests, long enough',
      publicUrl: 'https://tides.example',
      hosts: [],
      providers,
      curators: [],
      siteName: 'Tide Lines',
      log,
      now: () => NOON,
    })
    // What the library times are real: sessions begin now.
    return openSite(db(), { accounts, now: new Date() })
  }
  const pairs = (answer: Response) =>
    answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '')

  /** Goes to the provider and back as a browser does; answers where it ended, and with which cookies. */
  async function goThere(
    { app }: ReturnType<typeof open>,
    { id = 'oidc', cookie, add = '' }: { id?: string; cookie?: string; add?: string } = {},
  ) {
    const fields = { provider: id, to: '/papers/new', add }
    const leaving = await post(app, '/sign-in/with', fields, cookie === undefined ? {} : { cookie })
    if (leaving.status !== 200) return { status: leaving.status, location: null, cookie: '' }
    expect(wordsOf(await leaving.clone().text())).toContain('Continue at 127.0.0.1')
    const there = leaving.headers.get('refresh')?.slice('0; url='.length) ?? ''
    const back = (await fetch(there, { redirect: 'manual' })).headers.get('location') ?? ''
    const path = back.slice('https://tides.example'.length)
    const cookies = [...(cookie === undefined ? [] : [cookie]), ...pairs(leaving)].join('; ')
    const arrived = await app.request(path, { headers: { cookie: cookies } })
    return {
      status: arrived.status,
      location: arrived.headers.get('location'),
      cookie: pairs(arrived)
        .filter((pair) => pair.includes('session_token'))
        .join('; '),
      path,
      cookies,
    }
  }
  const readers = () =>
    db()
      .selectFrom('readers')
      .select(['id', 'email', 'email_verified', 'name', 'orcid', 'orcid_verified'])
      .execute()

  it('makes an account, finds it again, and keeps no key to the one elsewhere', async () => {
    const site = open()
    provider.claims = { sub: 'u-1', email: 'ada@uni.example', email_verified: true, name: 'Ada L.' }
    const first = await goThere(site)
    expect(first.location).toBe('/papers/new')
    const settings = await site.app.request('/settings', { headers: { cookie: first.cookie } })
    expect(wordsOf(await settings.text())).toContain('Invented University')
    const second = await goThere(site)
    expect(second.location).toBe('/papers/new')
    expect(await readers()).toMatchObject([{ email: 'ada@uni.example', email_verified: true, name: '' }])
    const kept = JSON.stringify(await db().selectFrom('identities').selectAll().execute())
    expect(kept).not.toMatch(/a secret of theirs|eyJ/)
  })

  it('is the same account as by mail where the provider has proved the address', async () => {
    const site = open()
    const { reader } = await signIn(db(), { email: 'ada@uni.example' })
    provider.claims = { sub: 'u-1', email: 'ada@uni.example', email_verified: true }
    expect((await goThere(site)).location).toBe('/papers/new')
    expect((await readers()).map(({ id }) => id)).toEqual([reader.id])
  })

  it('does not hand an account to who only claims its address', async () => {
    const site = open()
    await signIn(db(), { email: 'ada@uni.example' })
    provider.claims = { sub: 'u-evil', email: 'ada@uni.example', email_verified: false }
    const tried = await goThere(site)
    expect(tried.cookie).toBe('')
    expect(tried.location).toContain('/sign-in?problem=provider')
    expect(await db().selectFrom('identities').selectAll().execute()).toEqual([])
  })

  it('takes an ORCID, which makes its owner trusted, without any address', async () => {
    const site = open('orcid')
    provider.claims = { sub: '0000-0002-1825-0097' }
    const { location, cookie } = await goThere(site, { id: 'orcid' })
    expect(location).toBe('/papers/new')
    expect(await readers()).toMatchObject([
      { email: '0000-0002-1825-0097@no-mail.invalid', orcid: '0000-0002-1825-0097', orcid_verified: true },
    ])
    const words = wordsOf(await (await site.app.request('/settings', { headers: { cookie } })).text())
    expect(words).toContain('Verified when you signed in with ORCID')
    expect(words).toContain('Your votes have their full weight')
    expect(words).not.toContain('no-mail.invalid')
  })

  it('adds an account elsewhere to the one that is signed in', async () => {
    const site = open('orcid')
    const { reader, cookie } = await signIn(db(), { email: 'ada@example.org', now: new Date() })
    provider.claims = { sub: '0000-0002-1825-0097' }
    const token = cookie.slice('__Secure-broadsheet.session_token='.length).split('.')[0] ?? ''
    const signed = await signedCookie(site, token)
    const added = await goThere(site, { id: 'orcid', cookie: signed, add: '1' })
    expect(added.location).toBe('/papers/new')
    expect(await readers()).toMatchObject([{ id: reader.id, email: 'ada@example.org', orcid_verified: true }])
  })

  /** A session's cookie as the library signs it. */
  async function signedCookie(site: ReturnType<typeof open>, token: string): Promise<string> {
    const context = await site.site.accounts.auth.$context
    const key = await crypto.subtle.importKey(
      'raw',
      new TextEncoder().encode(context.secret),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    )
    const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(token))
    return `__Secure-broadsheet.session_token=${encodeURIComponent(`${token}.${Buffer.from(signature).toString('base64')}`)}`
  }

  it('believes no answer that it did not ask for, and none twice', async () => {
    const site = open()
    provider.claims = { sub: 'u-1', email: 'ada@uni.example', email_verified: true }
    const { path = '', cookies = '' } = await goThere(site)
    const without = await site.app.request(path)
    expect(without.headers.getSetCookie().join()).not.toContain('session_token=ey')
    for (const answer of [
      await site.app.request(path, { headers: { cookie: cookies } }),
      await site.app.request('/auth/callback/oidc?code=code-0&state=made-up', {
        headers: { cookie: cookies },
      }),
      await site.app.request('/auth/callback/oidc?error=access_denied&state=x'),
      await site.app.request('/auth/callback/oidc'),
      await site.app.request('/auth/callback/nobody?code=1&state=2'),
    ]) {
      expect(answer.status).toBeLessThan(500)
      expect(pairs(answer).filter((pair) => /session_token=./.test(pair))).toEqual([])
    }
  })

  it('believes no token that somebody else signed', async () => {
    const site = open()
    const { key } = provider
    provider.key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    provider.claims = { sub: 'u-1', email: 'ada@uni.example', email_verified: true }
    const tried = await goThere(site)
    provider.key = key
    expect(tried.cookie).toBe('')
    expect(await readers()).toEqual([])
  })

  it('says so when the provider is away, or is none of ours', async () => {
    const site = open()
    expect((await goThere(site, { id: 'github' })).status).toBe(422)
    expect((await goThere(site, { id: 'x' })).status).toBe(422)
  })
})
