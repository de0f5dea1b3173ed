import { sql } from 'kysely'
import type { Hono } from 'hono'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../database.ts'
import { post, signIn } from '../readers.ts'
import { wordsOf } from '../site.ts'
import {
  goThere,
  openSiteWith,
  pairsIn,
  signedCookie,
  useProvider,
} from '../../src/web/sign-in/oidc-provider.fixture.ts'
import { addPasskey, createAuthenticator, signInWithPasskey } from '../../src/web/sign-in/passkey.fixture.ts'

const ADDRESS = 'cora@tides.example'

describeWithDatabase('who wants into somebody else’s account', (db) => {
  const provider = useProvider()
  const open = () => openSiteWith(db(), provider).app
  const mails = async () =>
    db().selectFrom('outgoing_mail').select(['recipient', 'subject', 'text_body']).orderBy('id').execute()
  async function enterByLink(app: Hono, email: string): Promise<string> {
    await post(app, '/sign-in', { email })
    const token = /token=(\w+)/.exec((await mails()).at(-1)?.text_body ?? '')?.[1] ?? ''
    const answer = await post(app, '/sign-in/link', { token })
    expect(answer.headers.get('location')).toBe('/')
    return pairsIn(answer).join('; ')
  }
  const isIn = async (app: Hono, cookie: string) =>
    (await app.request('/settings', { headers: { cookie } })).status === 200
  const rows = async (table: 'identities' | 'passkeys' | 'sessions' | 'authorship_claims') =>
    db().selectFrom(table).select('reader_id').execute()
  const readers = () =>
    db()
      .selectFrom('readers')
      .select(['id', 'email', 'email_verified', 'name', 'public', 'orcid', 'orcid_verified', 'trusted_at'])
      .orderBy('email')
      .execute()

  /** An account as earlier versions let a provider make it: with an address that no one had proven. */
  async function unprovenAccount() {
    const eve = await signIn(db(), {
      email: ADDRESS,
      name: 'Eve',
      isPublic: true,
      orcid: '0000-0002-1825-0097',
      now: new Date(),
    })
    const cookie = signedCookie(eve.cookie)
    const authenticator = createAuthenticator()
    expect(await addPasskey(open(), authenticator, { cookie })).toBe(200)
    await db()
      .insertInto('identities')
      .values({ reader_id: eve.reader.id, provider: 'oidc', subject: 'u-eve' })
      .execute()
    await sql`update readers set email_verified = false, trusted_at = now() where id = ${eve.reader.id}`.execute(
      db(),
    )
    await sql`delete from outgoing_mail`.execute(db())
    return { id: eve.reader.id, cookie, authenticator }
  }
  const ANEW = { email: ADDRESS, email_verified: true, name: '', public: false }
  const NOTHING_PROVEN = { orcid: null, orcid_verified: false, trusted_at: null }

  it('gets neither an account nor a session by a provider that has not proven the address', async () => {
    const app = open()
    for (const verified of [false, 'false', undefined, null, 1, 'yes']) {
      provider.claims = {
        sub: `u-${String(verified)}`,
        email: ADDRESS,
        ...(verified === undefined ? {} : { email_verified: verified }),
      }
      const tried = await goThere(app)
      expect([verified, tried.cookie, tried.location]).toEqual([
        verified,
        '',
        '/sign-in?problem=provider-unproven',
      ])
    }
    expect([await readers(), await rows('identities'), await rows('sessions')]).toEqual([[], [], []])
    const page = wordsOf(await (await app.request('/sign-in?problem=provider-unproven')).text())
    expect(page).toContain('no email address that its provider has confirmed')
  })

  it('gets none by a proven address that is none, or would become another one', async () => {
    const app = open()
    await signIn(db(), { email: 'mike@tides.example' })
    for (const email of [
      'mi\u212Ae@tides.example',
      'mike@tides.example\r\nBcc: eve@evil.example',
      ' mike@tides.example',
      `${'m'.repeat(3_000)}@tides.example`,
      ['mike@tides.example'],
    ]) {
      provider.claims = { sub: 'u-eve', email, email_verified: true }
      const tried = await goThere(app)
      expect([email, tried.cookie]).toEqual([email, ''])
    }
    expect(await readers()).toHaveLength(1)
    expect(await rows('identities')).toEqual([])
  })

  it('finds one mailbox in all ways to write its domain', async () => {
    const app = open()
    const { reader } = await signIn(db(), { email: 'ada@xn--bcher-kva.example' })
    for (const [sub, email] of [
      ['u-1', 'ada@bücher.example'],
      ['u-2', 'Ada@XN--BCHER-KVA.example'],
      ['u-3', 'ada@BU\u0308CHER.example'],
    ] as const) {
      provider.claims = { sub, email, email_verified: true }
      expect((await goThere(app)).location).toBe('/papers/new')
    }
    expect((await rows('identities')).map((row) => row.reader_id)).toEqual([reader.id, reader.id, reader.id])
    expect(await readers()).toHaveLength(1)
  })

  it('does nothing with an account that was never proven, whatever way in it has', async () => {
    const app = open()
    const { cookie, authenticator, id } = await unprovenAccount()
    await sql`update readers set curator = true where id = ${id}`.execute(db())
    expect(await isIn(app, cookie)).toBe(false)
    expect((await app.request('/desk', { headers: { cookie } })).status).toBe(303)
    expect(await addPasskey(app, createAuthenticator(), { cookie })).toBe(403)
    expect(await signInWithPasskey(app, authenticator)).toEqual({ status: 403, cookie: '' })
    provider.claims = { sub: 'u-eve', email: ADDRESS, email_verified: false }
    expect((await goThere(app)).cookie).toBe('')
    provider.claims = { sub: 'u-other', email: ADDRESS, email_verified: false }
    await goThere(app, { cookie, add: '1' })
    expect([(await rows('passkeys')).length, (await rows('identities')).length]).toEqual([1, 1])
  })

  it('is out once the owner signs in by link: sessions, passkeys, accounts elsewhere and profile are gone', async () => {
    const app = open()
    const { id, cookie, authenticator } = await unprovenAccount()
    const owner = await enterByLink(app, ADDRESS)
    expect(await readers()).toEqual([{ id, ...ANEW, ...NOTHING_PROVEN }])
    expect([await rows('identities'), await rows('passkeys')]).toEqual([[], []])
    expect([await isIn(app, cookie), await isIn(app, owner)]).toEqual([false, true])
    expect(await signInWithPasskey(app, authenticator)).toEqual({ status: 401, cookie: '' })
    provider.claims = { sub: 'u-eve', email: ADDRESS, email_verified: false }
    expect((await goThere(app)).location).toBe('/sign-in?problem=provider-unproven')
    expect(await rows('sessions')).toHaveLength(1)
  })

  it('is out once the owner arrives from a provider that has proven the address', async () => {
    const app = open()
    const { id, cookie, authenticator } = await unprovenAccount()
    provider.claims = { sub: 'u-cora', email: ADDRESS, email_verified: true }
    const owner = await goThere(app)
    expect(owner.location).toBe('/papers/new')
    expect(await readers()).toEqual([{ id, ...ANEW, ...NOTHING_PROVEN }])
    expect(await db().selectFrom('identities').select(['subject', 'reader_id']).execute()).toEqual([
      { subject: 'u-cora', reader_id: id },
    ])
    expect([await isIn(app, cookie), await isIn(app, owner.cookie)]).toEqual([false, true])
    expect(await signInWithPasskey(app, authenticator)).toEqual({ status: 401, cookie: '' })
  })

  it('keeps what is theirs where they prove it themselves, by the provider that made the account', async () => {
    const app = open()
    const { id } = await unprovenAccount()
    provider.claims = { sub: 'u-eve', email: ADDRESS, email_verified: true }
    expect((await goThere(app)).location).toBe('/papers/new')
    expect(await db().selectFrom('identities').select(['subject', 'reader_id']).execute()).toEqual([
      { subject: 'u-eve', reader_id: id },
    ])
    expect(await rows('passkeys')).toEqual([])
  })

  it('loses nothing of an account that was proven', async () => {
    const app = open()
    const { reader, cookie } = await signIn(db(), { email: ADDRESS, name: 'Cora', now: new Date() })
    expect(await addPasskey(app, createAuthenticator(), { cookie: signedCookie(cookie) })).toBe(200)
    await enterByLink(app, ADDRESS)
    expect(await readers()).toMatchObject([{ id: reader.id, name: 'Cora', email_verified: true }])
    expect([await isIn(app, cookie), (await rows('passkeys')).length]).toEqual([true, 1])
  })

  it('adds no way in without the owner being told, and none that is removed works', async () => {
    const app = open()
    const { reader, cookie: plain } = await signIn(db(), { email: ADDRESS, now: new Date() })
    const cookie = signedCookie(plain)
    const authenticator = createAuthenticator()
    expect(await addPasskey(app, authenticator, { cookie })).toBe(200)
    expect((await signInWithPasskey(app, authenticator)).status).toBe(200)
    const told = async () => {
      const [mail, ...more] = (await mails()).slice(-1)
      await sql`delete from outgoing_mail`.execute(db())
      expect(more).toEqual([])
      expect(mail?.recipient).toBe(ADDRESS)
      expect(mail?.text_body).toContain('https://tides.example/settings')
      return [mail?.subject, mail?.text_body.split('\n', 1)[0]]
    }
    expect(await told()).toEqual([
      'A new way to sign in to Tide Lines',
      'You can now sign in to Tide Lines with a passkey that was added to your account.',
    ])
    const { id } = await db().selectFrom('passkeys').select('id').executeTakeFirstOrThrow()
    await post(app, '/settings/passkeys/remove', { id }, { cookie })
    expect(await told()).toEqual([
      'A way to sign in to Tide Lines was removed',
      'You can no longer sign in to Tide Lines with a passkey: it was removed from your account.',
    ])
    // One that is gone is not told of again.
    await post(app, '/settings/passkeys/remove', { id }, { cookie })
    expect(await mails()).toEqual([])
    expect(await signInWithPasskey(app, authenticator)).toEqual({ status: 401, cookie: '' })

    // By its address, and added by hand whatever address it has.
    for (const arrive of [
      async () => {
        provider.claims = { sub: 'u-1', email: ADDRESS, email_verified: true }
        return goThere(app)
      },
      async () => {
        provider.claims = { sub: 'u-2', email: 'elsewhere@tides.example', email_verified: false }
        return goThere(app, { cookie, add: '1' })
      },
    ]) {
      expect((await arrive()).location).toBe('/papers/new')
      expect(await told()).toEqual([
        'A new way to sign in to Tide Lines',
        'You can now sign in to Tide Lines with an account at Invented University that was added to your account.',
      ])
    }
    expect(await rows('identities')).toEqual([{ reader_id: reader.id }, { reader_id: reader.id }])

    await post(app, '/settings/identities/remove', { provider: 'oidc', subject: 'u-1' }, { cookie })
    expect((await told())[0]).toBe('A way to sign in to Tide Lines was removed')
    provider.claims = { sub: 'u-1', email: ADDRESS, email_verified: true }
    const tried = await goThere(app)
    expect([tried.cookie, tried.location]).toEqual(['', '/sign-in?problem=provider-removed'])
    // Until it is added again.
    expect((await goThere(app, { cookie, add: '1' })).location).toBe('/papers/new')
    expect((await goThere(app)).cookie).not.toBe('')
  })

  it('removes no way in of somebody else, nor one’s own last one', async () => {
    const app = open()
    const { reader } = await signIn(db(), { email: '0000-0002-1825-0097@no-mail.invalid' })
    const eve = await signIn(db())
    const identity = { provider: 'oidc', subject: 'u-1' }
    await db()
      .insertInto('identities')
      .values({ ...identity, reader_id: reader.id })
      .execute()
    await post(app, '/settings/identities/remove', identity, { cookie: eve.cookie })
    expect(await rows('identities')).toHaveLength(1)
    const { cookie } = await signInAgain(reader.id)
    const kept = await post(app, '/settings/identities/remove', identity, { cookie })
    expect(kept.status).toBe(422)
    expect(wordsOf(await kept.text())).toContain('This is your only way to sign in')
    expect(await rows('identities')).toHaveLength(1)
  })

  it('adds nothing with a session that was ended meanwhile, nor what belongs to another account', async () => {
    const app = open()
    const { cookie: plain } = await signIn(db(), { email: ADDRESS, now: new Date() })
    const cookie = signedCookie(plain)
    provider.claims = { sub: 'u-1' }
    const fields = { provider: 'oidc', to: '/settings', add: '1' }
    const leaving = await post(app, '/sign-in/with', fields, { cookie })
    const there = leaving.headers.get('refresh')?.slice('0; url='.length) ?? ''
    const back = (await fetch(there, { redirect: 'manual' })).headers.get('location') ?? ''
    await sql`delete from sessions`.execute(db())
    await app.request(back.slice('https://tides.example'.length), {
      headers: { cookie: [cookie, ...pairsIn(leaving)].join('; ') },
    })
    expect([await rows('identities'), await mails()]).toEqual([[], []])

    expect((await post(app, '/sign-in/with', fields)).headers.get('location')).toBe('/sign-in?to=%2Fsettings')

    const bert = await signIn(db(), { now: new Date() })
    await db()
      .insertInto('identities')
      .values({ reader_id: bert.reader.id, provider: 'oidc', subject: 'u-2' })
      .execute()
    const eve = await signIn(db(), { now: new Date() })
    provider.claims = { sub: 'u-2', email: 'x@tides.example', email_verified: true }
    const tried = await goThere(app, { cookie: signedCookie(eve.cookie), add: '1' })
    expect(tried.location).toContain('/settings?problem=provider')
    expect(await rows('identities')).toEqual([{ reader_id: bert.reader.id }])
  })

  /** Another session of a reader. */
  async function signInAgain(readerId: string) {
    const token = 'another-session-of-theirs'
    await db()
      .insertInto('sessions')
      .values({ token, reader_id: readerId, expires_at: new Date(Date.now() + 3_600_000) })
      .execute()
    return { cookie: `__Secure-broadsheet.session_token=${token}.x` }
  }
})
