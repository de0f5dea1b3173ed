import { createHmac } from 'node:crypto'
import { sql } from 'kysely'
import type { Hono } from 'hono'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../database.ts'
import { post, signIn } from '../readers.ts'
import { NOON, openSite } from '../site.ts'
import { openAccounts } from '../../src/accounts/open-accounts.ts'
import { createLog } from '../../src/runtime/log.ts'

const DAY = 86_400_000

describeWithDatabase('sessions', (db) => {
  const accounts = (secret: string, publicUrl: string | null = 'https://tides.example') =>
    openAccounts({
      db: db(),
      secret,
      publicUrl,
      hosts: ['localhost:*'],
      providers: [],
      curators: [],
      siteName: 'Tide Lines',
      log: createLog('silent'),
      now: () => NOON,
    })
  async function enter(
    app: Hono,
    { cookie = '', email = 'ada@example.org', origin = 'https://tides.example' } = {},
  ) {
    const headers = { origin, host: new URL(origin).host }
    await post(app, `${origin}/sign-in`, { email }, { headers })
    const { text_body: mail } = await db()
      .selectFrom('outgoing_mail')
      .select('text_body')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    const token = /token=(\w+)/.exec(mail)?.[1] ?? ''
    return post(app, `${origin}/sign-in/link`, { token }, { cookie, headers })
  }
  const sent = (answer: Response) =>
    answer.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0] ?? '')
      .join('; ')
  const isIn = async (app: Hono, cookie: string) =>
    (await app.request('/settings', { headers: { cookie } })).status === 200
  const tokens = async () =>
    (await db().selectFrom('sessions').select('token').orderBy('created_at').execute()).map(
      ({ token }) => token,
    )

  it('have cookies for this host and path alone, hidden from scripts and from other sites’ forms', async () => {
    const { app } = openSite(db())
    const cookies = (await enter(app)).headers.getSetCookie()
    expect(cookies).not.toEqual([])
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^__Secure-broadsheet\./)
      expect(cookie).toMatch(/; Path=\/(?:;|$)/i)
      expect(cookie).toMatch(/; HttpOnly/i)
      expect(cookie).toMatch(/; Secure/i)
      expect(cookie).toMatch(/; SameSite=Lax/i)
      expect(cookie).not.toMatch(/; Domain=/i)
      expect(cookie.length).toBeLessThan(4_096)
    }
  })

  it('are not marked Secure where there is no https, and are otherwise as closed', async () => {
    const { app } = openSite(db(), {
      origin: 'http://localhost:3000',
      accounts: accounts('x'.repeat(32), null),
    })
    for (const cookie of (await enter(app, { origin: 'http://localhost:3000' })).headers.getSetCookie()) {
      expect(cookie).toMatch(
        /^broadsheet\..*; HttpOnly.*; SameSite=Lax|^broadsheet\..*; SameSite=Lax.*; HttpOnly/i,
      )
      expect(cookie).not.toMatch(/; Domain=/i)
    }
  })

  it('are known by their own name alone: with https no other cookie counts, and without it none of https', async () => {
    const { app } = openSite(db())
    const { cookie } = await signIn(db())
    const plain = cookie.replace('__Secure-', '')
    const other = (await signIn(db())).cookie
    expect([await isIn(app, cookie), await isIn(app, plain)]).toEqual([true, false])
    // One that a page without https has planted neither signs in, nor hides the one that does, nor ends it.
    expect(await isIn(app, `${other.replace('__Secure-', '')}; ${cookie}`)).toBe(true)
    await enter(app, { cookie: plain })
    expect(await isIn(app, cookie)).toBe(true)
    const { app: open } = openSite(db(), {
      origin: 'http://localhost:3000',
      accounts: accounts('x'.repeat(32), null),
    })
    expect([await isIn(open, plain), await isIn(open, cookie)]).toEqual([true, false])
  })

  it('are new with each sign-in, whatever cookie came with it', async () => {
    const { app } = openSite(db())
    const planted = `__Secure-broadsheet.session_token=${'p'.repeat(32)}.x`
    const first = sent(await enter(app, { cookie: planted }))
    expect(first).not.toContain('p'.repeat(32))
    expect(await isIn(app, planted)).toBe(false)
    const second = sent(await enter(app, { cookie: first }))
    expect(second).not.toBe(first)
    // And the one before it lets nobody in any more, whoever signs in after it.
    expect([await isIn(app, first), await isIn(app, second), (await tokens()).length]).toEqual([
      false,
      true,
      1,
    ])
    const other = sent(await enter(app, { cookie: second, email: 'bert@example.org' }))
    expect([await isIn(app, second), await isIn(app, other)]).toEqual([false, true])
    // 128 bits at least.
    for (const token of await tokens()) expect(token).toMatch(/^[A-Za-z0-9]{32}$/)
  })

  it('stay out of addresses and pages', async () => {
    const { app } = openSite(db())
    const answer = await enter(app)
    const cookie = sent(answer)
    const [token = ''] = await tokens()
    expect(token).not.toBe('')
    expect(answer.headers.get('location')).toBe('/')
    for (const path of ['/', '/settings', '/settings/export', '/reading-list'])
      expect(await (await app.request(path, { headers: { cookie } })).text()).not.toContain(token)
  })

  it('are known on the page of an address that leads nowhere, too', async () => {
    const { app } = openSite(db())
    const cookie = sent(await enter(app))
    for (const path of ['/nowhere', '/papers/2601.99999']) {
      const answer = await app.request(path, { headers: { cookie } })
      expect([path, answer.status]).toEqual([path, 404])
      expect(await answer.text()).toContain('<a href="/settings">')
    }
  })

  it('end on the server at sign-out', async () => {
    const { app } = openSite(db())
    const cookie = sent(await enter(app))
    const answer = await post(app, '/sign-out', {}, { cookie })
    expect(answer.headers.getSetCookie().join()).toMatch(/session_token=;.*Max-Age=0/i)
    expect(await isIn(app, cookie)).toBe(false)
    expect(await tokens()).toEqual([])
  })

  it('end at sign-out even after the secret was changed', async () => {
    const cookie = sent(await enter(openSite(db(), { accounts: accounts('a'.repeat(32)) }).app))
    const { app } = openSite(db(), { accounts: accounts('b'.repeat(32)) })
    await post(app, '/sign-out', {}, { cookie })
    expect(await isIn(app, cookie)).toBe(false)
    expect(await tokens()).toEqual([])
  })

  it('end when the account is deleted, everywhere at once', async () => {
    const { app } = openSite(db())
    const here = sent(await enter(app))
    const there = sent(await enter(app))
    await post(app, '/settings/delete', { confirm: 'delete' }, { cookie: here })
    expect([await isIn(app, here), await isIn(app, there)]).toEqual([false, false])
    expect(await tokens()).toEqual([])
  })

  it('end when their time is over, and when they are revoked from another browser', async () => {
    const { app } = openSite(db())
    const here = sent(await enter(app))
    const there = sent(await enter(app))
    await post(app, '/settings/sessions/end', {}, { cookie: here })
    expect([await isIn(app, here), await isIn(app, there)]).toEqual([true, false])
    const { cookie } = await signIn(db())
    const later = (days: number) => openSite(db(), { now: new Date(NOON.getTime() + days * DAY) }).app
    expect(await isIn(later(29), cookie)).toBe(true)
    expect(await isIn(later(31), cookie)).toBe(false)
  })

  it('of a suspended reader read on, but do nothing; of a curator no more, nothing of a curator', async () => {
    const { app } = openSite(db())
    const { reader, cookie } = await signIn(db(), { curator: true })
    const desk = async () => (await app.request('/desk', { headers: { cookie } })).status
    expect(await desk()).toBe(200)
    await sql`update readers set curator = false where id = ${reader.id}`.execute(db())
    expect(await desk()).toBe(403)
    await sql`update readers set curator = true, suspended_at = ${NOON} where id = ${reader.id}`.execute(db())
    expect(await desk()).toBe(403)
    expect((await post(app, '/collections', { title: 'x' }, { cookie })).status).toBe(403)
    // They may still leave.
    expect(
      (await post(app, '/settings/delete', { confirm: 'delete' }, { cookie })).headers.get('location'),
    ).toBe('/')
  })

  it('are not to be made by who knows how cookies are signed', async () => {
    const { app } = openSite(db())
    const secret = createHmac('sha256', 'a secret that is only for tests, long enough')
      .update('sessions')
      .digest('base64url')
    const token = 'm'.repeat(32)
    const signature = createHmac('sha256', secret).update(token).digest('base64')
    const cookie = `__Secure-broadsheet.session_token=${encodeURIComponent(`${token}.${signature}`)}`
    expect(await isIn(app, cookie)).toBe(false)
  })

  it('begin with a link once, within half an hour', async () => {
    const { app } = openSite(db())
    await post(app, '/sign-in', { email: 'ada@example.org' })
    const { text_body: mail } = await db()
      .selectFrom('outgoing_mail')
      .select('text_body')
      .executeTakeFirstOrThrow()
    const token = /token=(\w+)/.exec(mail)?.[1] ?? ''
    // As long as 128 random bits at least.
    expect(token).toMatch(/^[A-Za-z]{32}$/)
    await sql`update verifications set expires_at = now() - interval '1 second'`.execute(db())
    expect((await post(app, '/sign-in/link', { token })).headers.get('location')).toContain('problem=link')
    expect(await tokens()).toEqual([])
  })
})
