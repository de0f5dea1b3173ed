import { generateKeyPairSync } from 'node:crypto'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { signIn } from '../../../test/readers.ts'
import { wordsOf } from '../../../test/site.ts'
import type { Provider } from '../../accounts/providers.ts'
import { goThere, openSiteWith, pairsIn, signedCookie, useProvider } from './oidc-provider.fixture.ts'

describeWithDatabase('signing in with an account elsewhere', (db) => {
  const provider = useProvider()
  const open = (id?: Provider['id']) => openSiteWith(db(), provider, id ? { id } : {})
  const readers = () =>
    db()
      .selectFrom('readers')
      .select(['id', 'email', 'email_verified', 'name', 'orcid', 'orcid_verified'])
      .execute()

  it('makes an account, finds it again, and keeps no key to the one elsewhere', async () => {
    const site = open()
    provider.claims = { sub: 'u-1', email: 'ada@uni.example', email_verified: true, name: 'Ada L.' }
    const first = await goThere(site.app)
    expect(first.location).toBe('/papers/new')
    const settings = await site.app.request('/settings', { headers: { cookie: first.cookie } })
    expect(wordsOf(await settings.text())).toContain('Invented University')
    const second = await goThere(site.app)
    expect(second.location).toBe('/papers/new')
    expect(await readers()).toMatchObject([{ email: 'ada@uni.example', email_verified: true, name: '' }])
    const kept = JSON.stringify(await db().selectFrom('identities').selectAll().execute())
    expect(kept).not.toMatch(/a secret of theirs|eyJ/)
  })

  it('is the same account as by mail where the provider has proved the address', async () => {
    const site = open()
    const { reader } = await signIn(db(), { email: 'ada@uni.example' })
    provider.claims = { sub: 'u-1', email: 'ada@uni.example', email_verified: true }
    expect((await goThere(site.app)).location).toBe('/papers/new')
    expect((await readers()).map(({ id }) => id)).toEqual([reader.id])
  })

  it('does not hand an account to who only claims its address', async () => {
    const site = open()
    await signIn(db(), { email: 'ada@uni.example' })
    provider.claims = { sub: 'u-evil', email: 'ada@uni.example', email_verified: false }
    const tried = await goThere(site.app)
    expect(tried.cookie).toBe('')
    expect(tried.location).toContain('/sign-in?problem=provider')
    expect(await db().selectFrom('identities').selectAll().execute()).toEqual([])
  })

  it('takes an ORCID, which makes its owner trusted, without any address', async () => {
    const site = open('orcid')
    provider.claims = { sub: '0000-0002-1825-0097' }
    const { location, cookie } = await goThere(site.app, { id: 'orcid' })
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
    const added = await goThere(site.app, { id: 'orcid', cookie: signedCookie(cookie), add: '1' })
    expect(added.location).toBe('/papers/new')
    expect(await readers()).toMatchObject([{ id: reader.id, email: 'ada@example.org', orcid_verified: true }])
  })

  it('believes no answer that it did not ask for, and none twice', async () => {
    const site = open()
    provider.claims = { sub: 'u-1', email: 'ada@uni.example', email_verified: true }
    const { path = '', cookies = '' } = await goThere(site.app)
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
      expect(pairsIn(answer).filter((pair) => /session_token=./.test(pair))).toEqual([])
    }
    // Whoever comes back once more reads what to do.
    const again = (await site.app.request(path)).headers.get('location') ?? ''
    expect(again).toMatch(/^\/sign-in\?/)
    expect(wordsOf(await (await site.app.request(again)).text())).toContain(
      'We could not sign you in that way. Try again, or ask for a sign-in link.',
    )
  })

  it('believes no token that somebody else signed', async () => {
    const site = open()
    const { key } = provider
    provider.key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    provider.claims = { sub: 'u-1', email: 'ada@uni.example', email_verified: true }
    const tried = await goThere(site.app)
    provider.key = key
    expect(tried.cookie).toBe('')
    expect(await readers()).toEqual([])
  })

  it('says so when the provider is away, or is none of ours', async () => {
    const site = open()
    expect((await goThere(site.app, { id: 'github' })).status).toBe(422)
    expect((await goThere(site.app, { id: 'x' })).status).toBe(422)
  })
})
