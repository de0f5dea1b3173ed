import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { NOON, openSite, wordsOf } from '../../../test/site.ts'

const EMAIL = 'new@readers.example'
const A = '2601.00001'
const LIST = '/papers/new#p1'

describeWithDatabase('what is begun signed out', (db) => {
  async function open({ now = NOON }: { now?: Date } = {}) {
    const site = openSite(db(), { now })
    const published = { precision: 'day', value: '2026-01-15' } as const
    await site.record([stated(A, { published, title: 'On the $n$-th tide' })])
    return site
  }
  type Opened = Awaited<ReturnType<typeof open>>
  /** The cookies that an answer sets, as a browser sends them from then on; those it removes are left out. */
  const cookiesOf = (answer: Response) =>
    answer.headers
      .getSetCookie()
      .filter((cookie) => !/max-age=0/i.test(cookie))
      .map((cookie) => cookie.split(';', 1)[0] ?? '')
      .join('; ')
  const begin = async ({ app }: Opened, act = 'vote', back = LIST) => {
    const answer = await post(app, `/papers/${A}/${act}`, { [act]: '1', back })
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      `/sign-in?to=${encodeURIComponent(back)}`,
    ])
    return cookiesOf(answer)
  }
  /** The token and the page to continue to of the newest mail. */
  const linkOf = async ({ app }: Opened, { to, cookie = '' }: { to: string; cookie?: string }) => {
    await post(app, '/sign-in', { email: EMAIL, to }, { cookie })
    const mail = await db()
      .selectFrom('outgoing_mail')
      .select('text_body')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    const [address = ''] = /https:\S+/.exec(mail.text_body) ?? []
    const { searchParams } = new URL(address)
    return { token: searchParams.get('token') ?? '', to: searchParams.get('to') ?? '/' }
  }
  const votes = () => db().selectFrom('votes').select(['paper_id', 'points']).execute()
  const words = async ({ app }: Opened, path: string, cookie = '') =>
    wordsOf(await (await app.request(path, { headers: { cookie } })).text())

  it('is done with the press of the button that signs in, and once', async () => {
    const site = await open()
    const cookie = await begin(site)
    expect(await words(site, `/sign-in?to=${encodeURIComponent(LIST)}`, cookie)).toContain(
      'Once you sign in on this browser, we will cast your vote for On the n-th tide',
    )
    const link = await linkOf(site, { to: LIST, cookie })
    const page = `/sign-in/link?token=${link.token}&to=${encodeURIComponent(link.to)}`
    expect(await words(site, page, cookie)).toContain('Sign in and vote')
    // Opening pages does nothing.
    expect(await votes()).toEqual([])
    const answer = await post(site.app, '/sign-in/link', link, { cookie })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, LIST])
    expect(await votes()).toEqual([{ paper_id: expect.any(Number), points: 1 }])
    // The browser forgets it.
    expect(answer.headers.getSetCookie().join('\n')).toMatch(/broadsheet\.begun=;[^\n]*Max-Age=0/)
    const session = cookiesOf(answer)
    expect(session).toContain('broadsheet.session_token=')
    expect(await (await site.app.request('/', { headers: { cookie: session } })).text()).toContain(
      'aria-pressed="true" aria-label="Withdraw your vote: 1 vote"',
    )
  })

  it.each([
    ['save', 'we will save to your reading list', 'reading_list'],
    ['not-for-me', 'we will mark as “Not for me”', 'not_for_me'],
  ] as const)('can be %s', async (act, said, table) => {
    const site = await open()
    const cookie = await begin(site, act)
    expect(await words(site, `/sign-in?to=${encodeURIComponent(LIST)}`, cookie)).toContain(said)
    await post(site.app, '/sign-in/link', await linkOf(site, { to: LIST, cookie }), { cookie })
    expect(await db().selectFrom(table).select('paper_id').execute()).toHaveLength(1)
  })

  it('is done by a button, or the browser, for those who sign in with a passkey or a provider', async () => {
    const site = await open()
    const begun = await begin(site)
    const page = await (
      await site.app.request(`/sign-in?to=${encodeURIComponent(LIST)}`, { headers: { cookie: begun } })
    ).text()
    const onward = `/sign-in/begun?to=${encodeURIComponent(LIST)}`
    expect(page).toContain(`data-to="${onward}"`)
    const { cookie: session } = await signIn(db())
    const cookie = `${begun}; ${session}`
    const shown = await site.app.request(onward, { headers: { cookie } })
    expect(shown.headers.get('cache-control')).toBe('no-store')
    expect(wordsOf(await shown.text())).toContain('On the n-th tide Vote for this paper')
    expect(await votes()).toEqual([])
    const answer = await post(site.app, '/sign-in/begun', { to: LIST }, { cookie })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, LIST])
    expect(await votes()).toEqual([{ paper_id: expect.any(Number), points: 10 }])
    // Whoever is signed in already comes by there, too.
    const again = await site.app.request(`/sign-in?to=${encodeURIComponent(LIST)}`, { headers: { cookie } })
    expect(again.headers.get('location')).toBe(onward)
    // Without a session, or without anything begun, it leads on.
    const without = await site.app.request(onward, { headers: { cookie: session } })
    expect(without.headers.get('location')).toBe(LIST)
    const out = await site.app.request(onward, { headers: { cookie: begun } })
    expect(out.headers.get('location')).toBe(`/sign-in?to=${encodeURIComponent(LIST)}`)
  })

  it('is done in the browser where it was begun, on the way to that page, and soon, or not at all', async () => {
    const site = await open()
    const begun = await begin(site)
    const finish = async (
      { to = LIST, cookie = begun }: { to?: string; cookie?: string },
      { app } = site,
    ) => {
      const { cookie: session } = await signIn(db())
      const answer = await post(app, '/sign-in/begun', { to }, { cookie: `${cookie}; ${session}` })
      expect([answer.status, answer.headers.get('location')]).toEqual([303, to])
      return (await votes()).length
    }
    // Another browser, to which the mail came.
    const answer = await post(site.app, '/sign-in/link', await linkOf(site, { to: LIST }))
    expect(answer.headers.get('location')).toBe(LIST)
    expect(await votes()).toEqual([])
    expect(await finish({ cookie: '' })).toBe(0)
    // Signing in for something else.
    expect(await finish({ to: '/settings' })).toBe(0)
    // Whatever was tampered with.
    const [name = '', value = ''] = begun.split('=')
    const [text = '', signature = ''] = value.split('.')
    const other = Buffer.from(text, 'base64url').toString().replace(A, '2601.00002')
    for (const forged of [
      '',
      'x',
      '.',
      `${text}.`,
      `.${signature}`,
      `${text}.${signature}x`,
      `${Buffer.from(other).toString('base64url')}.${signature}`,
    ])
      expect([forged, await finish({ cookie: `${name}=${forged}` })]).toEqual([forged, 0])
    // Too late.
    expect(await finish({}, await open({ now: new Date(NOON.getTime() + 40 * 60_000) }))).toBe(0)
    expect(await finish({}, await open({ now: new Date(NOON.getTime() + 39 * 60_000) }))).toBe(1)
  })

  it('is kept in a cookie that no other host can set and no script can read', async () => {
    const { app } = await open()
    const answer = await post(app, `/papers/${A}/vote`, { vote: '1', back: '/' })
    const [cookie = ''] = answer.headers.getSetCookie()
    expect(cookie).toMatch(/^__Host-broadsheet\.begun=/)
    for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax', 'Max-Age=2400'])
      expect(cookie).toContain(attribute)
    expect(cookie).not.toContain('Domain')
    // Nothing to remember of withdrawing, of an address no cookie holds, or of what another site sends.
    const withdrawn = await post(app, `/papers/${A}/vote`, { vote: '0', back: '/' })
    const long = await post(app, `/papers/local/${'a'.repeat(3_000)}/vote`, { vote: '1', back: '/' })
    const foreign = await post(
      app,
      `/papers/${A}/vote`,
      { vote: '1' },
      { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } },
    )
    for (const without of [withdrawn, long, foreign]) expect(without.headers.getSetCookie()).toEqual([])
    const ended = await post(app, '/sign-out', {}, await signIn(db()))
    expect(ended.headers.getSetCookie().join('\n')).toMatch(/broadsheet\.begun=;/)
  })

  it('is refused as it would be at once: to authors, to suspended readers, and too often', async () => {
    const site = await open()
    const finish = async (session: string) =>
      post(site.app, '/sign-in/begun', { to: LIST }, { cookie: `${await begin(site)}; ${session}` })
    const { id } = await db().selectFrom('papers').select('id').executeTakeFirstOrThrow()
    const author = await signIn(db())
    await db()
      .insertInto('authorship_claims')
      .values({
        paper_id: id,
        reader_id: author.reader.id,
        state: 'confirmed',
        by: 'curator',
        claimed_at: NOON,
      })
      .execute()
    const own = await finish(author.cookie)
    expect([own.status, await own.text()]).toEqual([422, expect.stringContaining('a paper you wrote')])
    const suspended = await finish((await signIn(db(), { suspendedAt: NOON })).cookie)
    expect([suspended.status, await suspended.text()]).toEqual([
      403,
      expect.stringContaining('Your account is suspended'),
    ])
    await db().updateTable('papers').set({ hidden: true }).execute()
    expect((await finish((await signIn(db())).cookie)).status).toBe(404)
    expect(await votes()).toEqual([])
  })

  it('is remembered for programs on the page, too, whose session has ended', async () => {
    const { app } = await open()
    const answer = await post(
      app,
      `/papers/${A}/vote`,
      { vote: '1', back: LIST },
      { headers: { accept: 'application/json' } },
    )
    expect([answer.status, await answer.json()]).toEqual([
      401,
      { signIn: `/sign-in?to=${encodeURIComponent(LIST)}` },
    ])
    expect(answer.headers.getSetCookie()).toHaveLength(1)
  })
})
