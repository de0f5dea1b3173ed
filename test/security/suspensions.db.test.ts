import { sql } from 'kysely'
import type { Hono } from 'hono'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../database.ts'
import { post, signIn } from '../readers.ts'
import { NOON, wordsOf } from '../site.ts'
import { forgetRates } from './peopled-site.fixture.ts'
import { MOST_OF_MAILBOX } from '../../src/accounts/admit.ts'
import {
  goThere,
  openSiteWith,
  pairsIn,
  signedCookie,
  useProvider,
} from '../../src/web/sign-in/oidc-provider.fixture.ts'

describeWithDatabase('a suspension', (db) => {
  const provider = useProvider()
  const open = () => openSiteWith(db(), provider).app
  async function enter(app: Hono, email: string) {
    await forgetRates(db())
    await post(app, '/sign-in', { email })
    const mail = await db()
      .selectFrom('outgoing_mail')
      .select('text_body')
      .orderBy('id', 'desc')
      .executeTakeFirst()
    const token = /token=(\w+)/.exec(mail?.text_body ?? '')?.[1] ?? ''
    const answer = await post(app, '/sign-in/link', { token })
    return { location: answer.headers.get('location'), cookie: pairsIn(answer).join('; ') }
  }
  /** Suspended by a curator, as the desk does it. */
  async function suspend(app: Hono, email: string, { end = false } = {}) {
    const { id } = await db()
      .selectFrom('readers')
      .select('id')
      .where('email', '=', email)
      .executeTakeFirstOrThrow()
    const curator = await signIn(db(), { curator: true, now: new Date() })
    const path = `/desk/readers/${id}/suspension${end ? '/end' : ''}`
    const answer = await post(app, path, { reason: 'Spam.' }, { cookie: curator.cookie })
    expect(answer.headers.get('location')).not.toContain('/sign-in')
  }
  const leave = async (app: Hono, cookie: string) =>
    expect(
      (await post(app, '/settings/delete', { confirm: 'delete' }, { cookie })).headers.get('location'),
    ).toBe('/')
  const mayAct = async (app: Hono, cookie: string) => {
    const answer = await post(app, '/collections', { title: 'Tides' }, { cookie })
    if (answer.status === 403) expect(wordsOf(await answer.text())).toContain('Your account is suspended')
    return answer.status === 303
  }

  it('outlives the account: who signs in with the same mailbox is suspended, and told so', async () => {
    const app = open()
    const { cookie } = await enter(app, 'eve@evil.example')
    expect(await mayAct(app, cookie)).toBe(true)
    await suspend(app, 'eve@evil.example')
    const leaving = wordsOf(await (await app.request('/settings', { headers: { cookie } })).text())
    expect(leaving).toContain('Your suspension stays: we keep a code')
    await leave(app, cookie)
    for (const email of ['eve@evil.example', 'Eve+again@evil.example', 'eve+two+three@EVIL.example']) {
      const again = await enter(app, email)
      expect([email, again.location]).toEqual([email, '/settings'])
      expect([email, await mayAct(app, again.cookie)]).toEqual([email, false])
      const page = await (await app.request('/settings', { headers: { cookie: again.cookie } })).text()
      expect(wordsOf(page)).toContain('The suspension of an earlier account with your mailbox')
      await leave(app, again.cookie)
    }
    // Of others there is no talk.
    for (const email of ['evelyn@evil.example', 'eve@other.example', 'e.ve@evil.example'])
      expect([email, await mayAct(app, (await enter(app, email)).cookie)]).toEqual([email, true])
  })

  it('is known by dots and names of Gmail, too', async () => {
    const app = open()
    const { cookie } = await enter(app, 'e.v.e@gmail.com')
    await suspend(app, 'e.v.e@gmail.com')
    // Also while the account is there.
    for (const email of ['eve@gmail.com', 'ev.e+x@googlemail.com'])
      expect([email, await mayAct(app, (await enter(app, email)).cookie)]).toEqual([email, false])
    await leave(app, cookie)
    expect(await mayAct(app, (await enter(app, 'EVE@googlemail.com')).cookie)).toBe(false)
  })

  it('outlives the account for its accounts elsewhere, whatever address they have by then', async () => {
    const app = open()
    provider.claims = { sub: 'u-eve', email: 'eve@uni.example', email_verified: true }
    const { cookie } = await goThere(app)
    await suspend(app, 'eve@uni.example')
    await leave(app, cookie)
    provider.claims = { sub: 'u-eve', email: 'new@uni.example', email_verified: true }
    const again = await goThere(app)
    expect(again.location).toBe('/settings')
    expect(await mayAct(app, again.cookie)).toBe(false)

    // Nor can it be added to an account of somebody else, by its address or by hand.
    await sql`delete from readers where email = 'new@uni.example'`.execute(db())
    const { cookie: plain } = await signIn(db(), { email: 'bert@uni.example', now: new Date() })
    provider.claims = { sub: 'u-eve', email: 'bert@uni.example', email_verified: true }
    expect((await goThere(app)).location).toBe('/sign-in?problem=provider-suspended')
    const added = await goThere(app, { cookie: signedCookie(plain), add: '1' })
    expect(added.location).toContain('/settings?problem=provider')
    expect(await db().selectFrom('identities').select('reader_id').execute()).toEqual([])
    expect(await mayAct(app, plain)).toBe(true)
  })

  it('counts an account elsewhere that was removed before', async () => {
    const app = open()
    provider.claims = { sub: 'u-eve', email: 'eve@uni.example', email_verified: true }
    const { cookie } = await goThere(app)
    await post(app, '/settings/identities/remove', { provider: 'oidc', subject: 'u-eve' }, { cookie })
    await suspend(app, 'eve@uni.example')
    await leave(app, cookie)
    provider.claims = { sub: 'u-eve', email: 'new@uni.example', email_verified: true }
    expect(await mayAct(app, (await goThere(app)).cookie)).toBe(false)
  })

  it('keeps nothing that tells who it was', async () => {
    const app = open()
    provider.claims = { sub: 'subject-of-eve', email: 'eve@uni.example', email_verified: true }
    const { cookie } = await goThere(app)
    const { id } = await db().selectFrom('readers').select('id').executeTakeFirstOrThrow()
    await suspend(app, 'eve@uni.example')
    await leave(app, cookie)
    const { rows: tables } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(db())
    for (const { name } of tables) {
      const { rows } = await sql`select to_jsonb(t) as row from ${sql.table(name)} t`.execute(db())
      expect([name, /eve@uni|subject-of-eve/.test(JSON.stringify(rows))]).toEqual([name, false])
      if (name !== 'moderation_log') expect([name, JSON.stringify(rows).includes(id)]).toEqual([name, false])
    }
    const kept = await db().selectFrom('suspended_ways_in').selectAll().execute()
    expect(kept).toHaveLength(2)
    for (const { hash, reader_id: readerId } of kept) {
      expect(hash).toMatch(/^[\w-]{43}$/)
      expect(readerId).toBeNull()
    }
  })

  it('ends with what a curator reinstates, and is not kept of readers who were not suspended', async () => {
    const app = open()
    const first = await enter(app, 'eve@evil.example')
    await suspend(app, 'eve@evil.example')
    await suspend(app, 'eve@evil.example', { end: true })
    await leave(app, first.cookie)
    const second = await enter(app, 'eve@evil.example')
    expect(await mayAct(app, second.cookie)).toBe(true)
    expect(await db().selectFrom('suspended_ways_in').selectAll().execute()).toEqual([])

    await suspend(app, 'eve@evil.example')
    await leave(app, second.cookie)
    const third = await enter(app, 'eve+3@evil.example')
    expect(await mayAct(app, third.cookie)).toBe(false)
    await suspend(app, 'eve+3@evil.example', { end: true })
    expect(await mayAct(app, third.cookie)).toBe(true)
    expect(await mayAct(app, (await enter(app, 'eve@evil.example')).cookie)).toBe(true)
    expect(await db().selectFrom('suspended_ways_in').selectAll().execute()).toEqual([])
  })

  it('takes the ways in of a suspended reader from no one, and lets none be added', async () => {
    const app = open()
    const { reader, cookie: plain } = await signIn(db(), { suspendedAt: NOON, now: new Date() })
    const cookie = signedCookie(plain)
    const identity = { provider: 'oidc', subject: 'u-1' }
    await db()
      .insertInto('identities')
      .values({ ...identity, reader_id: reader.id })
      .execute()
    expect((await post(app, '/settings/identities/remove', identity, { cookie })).status).toBe(403)
    provider.claims = { sub: 'u-2' }
    await goThere(app, { cookie, add: '1' })
    expect(await db().selectFrom('identities').select('subject').execute()).toEqual([{ subject: 'u-1' }])
  })

  it('is not needed for who wants many accounts: one mailbox has few', async () => {
    const app = open()
    const addresses = Array.from({ length: MOST_OF_MAILBOX }, (_, i) => `eve+${i}@evil.example`)
    for (const email of addresses) expect((await enter(app, email)).location).toBe('/')
    const refused = await enter(app, 'eve+more@evil.example')
    expect(refused).toEqual({ location: '/sign-in?problem=full&to=%2F', cookie: '' })
    expect(wordsOf(await (await app.request('/sign-in?problem=full')).text())).toContain(
      `Other addresses of your mailbox already have ${MOST_OF_MAILBOX} accounts.`,
    )
    provider.claims = { sub: 'u-1', email: 'eve+p@evil.example', email_verified: true }
    expect((await goThere(app)).location).toBe('/sign-in?problem=provider-full')
    // Each of them is an account of its own, and can be signed in to.
    expect((await enter(app, 'eve+0@evil.example')).location).toBe('/')
    const known = await db().selectFrom('readers').select('email').orderBy('email').execute()
    expect(known.map(({ email }) => email)).toEqual(addresses)
  })
})
