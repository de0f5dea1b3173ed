import { createHash } from 'node:crypto'
import type { Hono } from 'hono'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { post, signIn } from '../../../test/readers.ts'
import { NOON, openSite, wordsOf } from '../../../test/site.ts'
import { forgetUsedProofs, PROOF_BITS } from '../../accounts/proof-of-work.ts'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'

/** The cookies an answer sets, as the browser sends them back. */
function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0] ?? '')
    .join('; ')
}

/** The form on a page as the browser sends it, with the answer to its challenge. */
function prove(page: string, email: string): { email: string; challenge: string; answer: string } {
  const challenge = /name="challenge" value="([^"]+)"/.exec(page)?.[1] ?? ''
  for (let answer = 0; ; answer++) {
    const hash = createHash('sha256').update(`${challenge}:${email}:${answer}`).digest()
    if (hash.readUInt32BE(0) >>> (32 - PROOF_BITS) === 0) return { email, challenge, answer: String(answer) }
  }
}

describeWithDatabase('signing in', (db) => {
  const linkMails = () =>
    db().selectFrom('outgoing_mail').select(['recipient', 'text_body']).orderBy('id').execute()
  async function linkFor(app: Hono, email: string, fields: Record<string, string> = {}): Promise<string> {
    const before = (await linkMails()).length
    const answer = await post(app, '/sign-in', { email, ...fields })
    expect(answer.headers.get('location')).toBe('/sign-in/sent')
    const mail = (await linkMails()).slice(before)[0]
    return /https:\/\/\S+/.exec(mail?.text_body ?? '')?.[0] ?? ''
  }
  const read = async (app: Hono, path: string, cookie?: string) =>
    (await app.request(path, cookie === undefined ? {} : { headers: { cookie } })).text()
  async function enter(app: Hono, email: string): Promise<string> {
    const link = new URL(await linkFor(app, email))
    const answer = await post(app, '/sign-in/link', { token: link.searchParams.get('token') ?? '' })
    expect(answer.status).toBe(303)
    return cookiesOf(answer)
  }

  it('makes an account with the first link and finds it with the next', async () => {
    const { app } = openSite(db())
    const cookie = await enter(app, 'Ada@Example.org')
    expect(wordsOf(await read(app, '/settings', cookie))).toContain('A link to ada@example.org')
    await enter(app, 'ada@example.org')
    expect(await db().selectFrom('readers').select(['email', 'email_verified']).execute()).toEqual([
      { email: 'ada@example.org', email_verified: true },
    ])
  })

  it('sends its link before other mail, and not once the link has expired', async () => {
    const now = new Date()
    const { app } = openSite(db(), { now })
    await linkFor(app, 'ada@example.org')
    expect(await db().selectFrom('outgoing_mail').select(['urgent', 'expires_at']).execute()).toEqual([
      { urgent: true, expires_at: new Date(now.getTime() + 30 * 60_000) },
    ])
  })

  it('does nothing when a link is only opened, and nothing twice', async () => {
    const { app } = openSite(db())
    const link = await linkFor(app, 'ada@example.org')
    const path = link.slice('https://tides.example'.length)
    for (const method of ['GET', 'HEAD', 'GET']) {
      const opened = await app.request(path, { method })
      expect(opened.status).toBe(200)
      expect(opened.headers.getSetCookie()).toEqual([])
      expect(opened.headers.get('referrer-policy')).toBe('same-origin')
      expect(opened.headers.get('cache-control')).toBe('no-store')
    }
    expect(await db().selectFrom('sessions').selectAll().execute()).toEqual([])
    const token = new URL(link).searchParams.get('token') ?? ''
    const [first, second] = await Promise.all([
      post(app, '/sign-in/link', { token }),
      post(app, '/sign-in/link', { token }),
    ])
    expect([first, second].map((answer) => answer.headers.get('location') ?? '').toSorted()).toEqual([
      '/',
      '/sign-in?problem=link&to=%2F',
    ])
    expect(await read(app, '/sign-in?problem=link')).toContain('Ask for a new one')
    for (const bad of ['', 'x', 'a'.repeat(32), `${token}'`, '../../x', 'é'.repeat(40)])
      expect((await post(app, '/sign-in/link', { token: bad })).headers.get('location')).toContain('problem')
  })

  const tokenIn = (link: string) => new URL(link).searchParams.get('token') ?? ''
  const useLink = async (app: Hono, link: string, cookie?: string) => {
    const form = { token: tokenIn(link) }
    return post(app, '/sign-in/link', form, cookie === undefined ? {} : { cookie })
  }

  it('says on the page of a link whose account it is, and whose one leaves for it', async () => {
    const { app } = openSite(db())
    const link = await linkFor(app, 'Ada@Bücher.example')
    const path = link.slice('https://tides.example'.length)
    expect(wordsOf(await read(app, path))).toContain(
      'Sign in on this browser as ada@xn--bcher-kva.example. Sign in',
    )
    const bert = await signIn(db(), { email: 'bert@example.org' })
    expect(wordsOf(await read(app, path, bert.cookie))).toContain(
      'You are signed in as bert@example.org. This signs you out of that account.',
    )
    await useLink(app, link)
    for (const dead of [
      path,
      '/sign-in/link',
      '/sign-in/link?token=x',
      `/sign-in/link?token=${'a'.repeat(32)}`,
    ]) {
      const page = await read(app, dead)
      expect(wordsOf(page)).toContain('This link no longer works')
      expect(page).not.toContain('action="/sign-in/link"')
    }
  })

  it('lets no older link in once a newer one was used; of others nothing changes', async () => {
    const { app } = openSite(db())
    const older = await linkFor(app, 'ada@example.org')
    const other = await linkFor(app, 'bert@example.org')
    const used = await linkFor(app, 'Ada@example.org')
    const newer = await linkFor(app, 'ada@example.org')
    const where = async (link: string) => (await useLink(app, link)).headers.get('location')
    expect(await where(used)).toBe('/')
    expect(await where(older)).toBe('/sign-in?problem=link&to=%2F')
    expect(await where(other)).toBe('/')
    expect(await where(newer)).toBe('/')
  })

  it('makes one account where two links of a new reader are used at once', async () => {
    const { app } = openSite(db())
    for (const email of ['ada@example.org', 'bert@example.org', 'cora@example.org']) {
      const links = [await linkFor(app, email), await linkFor(app, email)]
      const answers = await Promise.all(links.map(async (link) => useLink(app, link)))
      expect(answers.map(({ status }) => status)).toEqual([303, 303])
      // The newer one always lets in; the older one if it was first.
      expect(answers[1]?.headers.get('location')).toBe('/')
    }
    expect(await db().selectFrom('readers').select('id').execute()).toHaveLength(3)
  })

  it('lets one in where a link is used many times at once, and shows the others a page that says so', async () => {
    const { app } = openSite(db())
    const link = await linkFor(app, 'ada@example.org')
    const answers = await Promise.all(Array.from({ length: 6 }, async () => useLink(app, link)))
    const locations = answers.map((answer) => answer.headers.get('location') ?? '').toSorted()
    expect(locations).toEqual(['/', ...Array.from({ length: 5 }, () => '/sign-in?problem=link&to=%2F')])
    expect(await db().selectFrom('sessions').select('id').execute()).toHaveLength(1)
    expect(wordsOf(await read(app, '/sign-in?problem=link'))).toContain(
      'That link has expired or was used already. Ask for a new one.',
    )
    // In the browser that was let in, the page it was on its way to.
    const cookie = answers.map((answer) => cookiesOf(answer)).find((cookies) => cookies !== '') ?? ''
    const shown = await app.request('/sign-in?problem=link&to=%2Fpapers%2Fnew', { headers: { cookie } })
    expect(shown.headers.get('location')).toBe('/papers/new')
  })

  it('promises that an address is shown to no one else', async () => {
    const { app } = openSite(db())
    expect(wordsOf(await read(app, '/sign-in'))).toContain('we show your address to no one else')
  })

  it('takes a proof of work from the network alone that asked for it, within an hour', async () => {
    const at = (minutes: number) => openSite(db(), { now: new Date(NOON.getTime() + minutes * 60_000) }).app
    const from = (network: string) => ({ 'x-forwarded-for': network })
    const page = await (await at(0).request('/sign-in', { headers: from('2001:db8:0:1::1') })).text()
    const proof = prove(page, 'ada@example.org')
    const send = async (minutes: number, network: string) => {
      // So that what is not proven is refused.
      await db().deleteFrom('rate_limits').execute()
      for (let i = 0; i < RATE_LIMITS.signInUnproved.most; i++)
        await post(at(minutes), '/sign-in', { email: `a${i}@example.org` }, { headers: from(network) })
      return (await post(at(minutes), '/sign-in', proof, { headers: from(network) })).status
    }
    expect(await send(0, '2001:db8:0:2::1')).toBe(429)
    expect(await send(0, '203.0.113.7')).toBe(429)
    expect(await send(61, '2001:db8:0:1::1')).toBe(429)
    expect(await send(59, '2001:db8:0:1:9::9')).toBe(303)
    expect(await send(59, '2001:db8:0:1::1')).toBe(429)
    await forgetUsedProofs(db(), { now: new Date(NOON.getTime() + 59 * 60_000) })
    expect(await send(59, '2001:db8:0:1::1')).toBe(429)
    await forgetUsedProofs(db(), { now: new Date(NOON.getTime() + 61 * 60_000) })
    expect(await db().selectFrom('used_proofs').selectAll().execute()).toEqual([])
  })

  it('keeps no token that would let anybody in', async () => {
    const { app } = openSite(db())
    const token = new URL(await linkFor(app, 'ada@example.org')).searchParams.get('token') ?? ''
    const rows = await db().selectFrom('verifications').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(token)
  })

  it('sets a cookie that scripts cannot read and other sites cannot send', async () => {
    const { app } = openSite(db())
    const link = new URL(await linkFor(app, 'ada@example.org'))
    const answer = await post(app, '/sign-in/link', { token: link.searchParams.get('token') ?? '' })
    const [cookie = ''] = answer.headers.getSetCookie()
    expect(cookie).toMatch(/^__Secure-broadsheet\.session_token=/)
    expect(cookie).toMatch(/; HttpOnly/i)
    expect(cookie).toMatch(/; Secure/i)
    expect(cookie).toMatch(/; SameSite=Lax/i)
  })

  it('says the same whether there is an account or not', async () => {
    const { app } = openSite(db())
    await enter(app, 'ada@example.org')
    const answers = await Promise.all(
      ['ada@example.org', 'nobody@example.org'].map(async (email) => {
        const answer = await post(app, '/sign-in', { email })
        return [answer.status, answer.headers.get('location'), await answer.text()]
      }),
    )
    expect(answers[0]).toEqual(answers[1])
    // Both are written to: the answer takes as long.
    expect((await linkMails()).map((mail) => mail.recipient).toSorted()).toEqual([
      'ada@example.org',
      'ada@example.org',
      'nobody@example.org',
    ])
  })

  it('leads on to where one came from, on this site only', async () => {
    const { app } = openSite(db())
    for (const [to, expected] of [
      ['/papers/trending?after=x#p1', '/papers/trending?after=x#p1'],
      ['https://evil.example/', '/'],
      ['//evil.example/', '/'],
      ['/\\evil.example', '/'],
      ['/\t/evil.example', '/'],
      ['javascript:alert(1)', '/'],
      ['', '/'],
    ] as const) {
      const link = new URL(await linkFor(app, `${Math.random()}@example.org`, { to }))
      const answer = await post(app, '/sign-in/link', {
        token: link.searchParams.get('token') ?? '',
        to: link.searchParams.get('to') ?? '/',
      })
      expect(answer.headers.get('location')).toBe(expected)
      const direct = await post(app, '/sign-in/link', { token: 'a'.repeat(32), to })
      expect(direct.headers.get('location')).toBe(`/sign-in?problem=link&to=${encodeURIComponent(expected)}`)
    }
  })

  it('refuses what is no address, keeping what was typed', async () => {
    const { app } = openSite(db())
    for (const email of ['', 'ada', 'a@b', 'a b@example.org', 'a@example.org\r\nBcc: b@example.org']) {
      const answer = await post(app, '/sign-in', { email })
      expect(answer.status).toBe(422)
      expect(wordsOf(await answer.text())).toContain('That is not an email address')
    }
    expect(await linkMails()).toEqual([])
  })

  it('sends nothing to who fills in what nobody sees, and tells them nothing', async () => {
    const { app } = openSite(db())
    const answer = await post(app, '/sign-in', { email: 'ada@example.org', website: 'https://spam.example' })
    expect(answer.headers.get('location')).toBe('/sign-in/sent')
    expect(await linkMails()).toEqual([])
  })

  it('limits how often links go to one mailbox, and who asks without proof of work sooner', async () => {
    const { app } = openSite(db())
    const statuses: number[] = []
    for (let i = 0; i < RATE_LIMITS.signInUnproved.most + 1; i++)
      statuses.push((await post(app, '/sign-in', { email: `a${i}@example.org` })).status)
    expect(statuses).toEqual([...Array.from({ length: RATE_LIMITS.signInUnproved.most }, () => 303), 429])

    const proof = prove(await read(app, '/sign-in'), 'b@example.org')
    for (const wrong of [
      { ...proof, answer: '1' },
      { ...proof, challenge: `${proof.challenge}x` },
      { ...proof, challenge: 'a.b.c' },
      // What was proven is for this address alone, as it was typed.
      { ...proof, email: 'c@example.org' },
    ])
      expect((await post(app, '/sign-in', wrong)).status).toBe(429)
    expect((await post(app, '/sign-in', proof)).status).toBe(303)
    // And good once: a single one does not serve a hundred mails.
    expect((await post(app, '/sign-in', proof)).status).toBe(429)

    const later = openSite(db(), { now: new Date(NOON.getTime() + 61 * 60_000) })
    const { most } = RATE_LIMITS.signInMailbox
    const ask = async (email: string) =>
      post(later.app, '/sign-in', prove(await read(later.app, '/sign-in'), email))
    for (let i = 0; i < most; i++) expect((await ask('b@example.org')).status).toBe(303)
    const refused = await ask('b@example.org')
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('takes all addresses of one mailbox for one, where it counts how many links go there', async () => {
    const { app } = openSite(db())
    const { most } = RATE_LIMITS.signInMailbox
    const statuses: number[] = []
    for (const email of [
      'ada.lovelace@gmail.com',
      'adalovelace@gmail.com',
      'Ada.Love.Lace@googlemail.com',
      'ada.lovelace+papers@gmail.com',
      'adalovelace+a+b@googlemail.com',
      'a.d.a.lovelace+x@gmail.com',
    ])
      statuses.push((await post(app, '/sign-in', { email })).status)
    expect(statuses).toEqual([...Array.from({ length: most }, () => 303), 429])
    // Each was written to as it was typed, and elsewhere dots are of the name.
    expect((await linkMails()).map(({ recipient }) => recipient)).toContain('ada.lovelace+papers@gmail.com')
    for (const email of ['ada.lovelace@example.org', 'adalovelace@example.org', 'ada@gmail.com'])
      expect((await post(app, '/sign-in', { email })).status).toBe(303)
  })

  it('signs out here, and elsewhere', async () => {
    const { app } = openSite(db())
    const here = await enter(app, 'ada@example.org')
    const there = await enter(app, 'ada@example.org')
    expect((await post(app, '/settings/sessions/end', {}, { cookie: here })).status).toBe(303)
    expect((await app.request('/settings', { headers: { cookie: there } })).status).toBe(303)
    expect((await app.request('/settings', { headers: { cookie: here } })).status).toBe(200)
    expect((await post(app, '/sign-out', {}, { cookie: here })).status).toBe(303)
    expect((await app.request('/settings', { headers: { cookie: here } })).status).toBe(303)
    expect(await db().selectFrom('sessions').selectAll().execute()).toEqual([])
  })

  it('ends no session of somebody else', async () => {
    const { app } = openSite(db())
    const ada = await signIn(db())
    const eve = await signIn(db())
    const session = await db()
      .selectFrom('sessions')
      .select('id')
      .where('reader_id', '=', ada.reader.id)
      .executeTakeFirstOrThrow()
    await post(app, '/settings/sessions/end', { id: session.id }, { cookie: eve.cookie })
    expect((await app.request('/settings', { headers: { cookie: ada.cookie } })).status).toBe(200)
  })

  it('does not know a session whose time is over, or a made-up one', async () => {
    const { cookie } = await signIn(db())
    const later = openSite(db(), { now: new Date(NOON.getTime() + 40 * 24 * 3_600_000) })
    expect((await later.app.request('/settings', { headers: { cookie } })).status).toBe(303)
    const { app } = openSite(db())
    for (const made of ['x', 'a'.repeat(32), '%00%00', '%E0%A4%A', `${'a'.repeat(32)}%27--.x`])
      expect(
        (await app.request('/settings', { headers: { cookie: `broadsheet.session_token=${made}` } })).status,
      ).toBe(303)
  })

  it('answers nothing else of the library behind it', async () => {
    const { app } = openSite(db())
    for (const path of [
      '/auth/sign-up/email',
      '/auth/sign-in/email',
      '/auth/sign-in/magic-link',
      '/auth/magic-link/verify?token=x',
      '/auth/list-sessions',
      '/auth/update-user',
      '/auth/delete-user',
      '/auth/ok',
      '/auth/error',
    ]) {
      expect((await app.request(path)).status).toBe(404)
      expect([404, 405]).toContain((await post(app, path, { email: 'a@example.org' })).status)
    }
  })
})
