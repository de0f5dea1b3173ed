import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, openSite } from '../../test/site.ts'
import { inTransaction } from '../db/transaction.ts'
import { recordPapers } from '../papers/record.ts'
import { createApp } from './app.ts'
import { READ_ALLOWANCES, type ReadAllowances } from './read-limits.ts'

/** As on every site, but sooner used up. */
const FEW: ReadAllowances = {
  search: { ...READ_ALLOWANCES.search, most: 20 },
  page: { ...READ_ALLOWANCES.page, most: 20 },
  harvest: { ...READ_ALLOWANCES.harvest, most: 20 },
}

const MADE_UP =
  'broadsheet.session_token=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.c2lnbmF0dXJl; __Secure-broadsheet.session_token=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.c2lnbmF0dXJl'

describeWithDatabase('costly pages', (db) => {
  const record = (...papers: ReturnType<typeof stated>[]) =>
    inTransaction(db(), (trx) => recordPapers(trx, papers, { now: NOON, timeZone: 'UTC' }))

  it('are limited by network, and say when to come again', async () => {
    const now = new Date(NOON)
    const { app } = createApp(openSite(db(), { now }).site, { allowances: FEW })
    const ask = (path: string, network: string, headers: Record<string, string> = {}) =>
      app.request(path, { headers: { 'x-forwarded-for': network, ...headers } })
    for (let i = 0; i < FEW.search.most; i++)
      expect((await ask(`/papers/suggest?q=w${i}`, '192.0.2.1')).status).toBe(200)
    for (const path of [
      '/papers?q=tides',
      '/papers.atom?q=tides',
      '/papers/suggest?q=tides',
      '/papers/explain?q=a',
      '/subscribe/preview?list=/papers?q=tides',
      '/subscribe/preview/email?list=/',
    ]) {
      const refused = await ask(path, '192.0.2.1')
      expect([path, refused.status]).toEqual([path, 429])
      expect(refused.headers.get('retry-after')).toBe('1')
      expect(refused.headers.get('content-security-policy')).toContain("default-src 'none'")
    }
    // Whoever is signed in searches from a network, too; pages and other networks are not held up.
    const { cookie } = await signIn(db())
    expect((await ask('/papers?q=tides', '192.0.2.1', { cookie })).status).toBe(429)
    expect((await ask('/about', '192.0.2.1')).status).toBe(200)
    expect((await ask('/papers/suggest?q=tides', '192.0.2.2')).status).toBe(200)
    now.setTime(NOON.getTime() + 1_000)
    expect((await ask('/papers/suggest?q=tides', '192.0.2.1')).status).toBe(200)
  })

  it('count when they are made for strangers, not when they are at hand', async () => {
    const { app } = createApp(openSite(db()).site, { allowances: FEW })
    const ask = (path: string, headers: Record<string, string> = {}) =>
      app.request(path, { headers: { 'x-forwarded-for': '2001:db8::1', ...headers } })
    await ask('/about')
    for (let i = 1; i < FEW.page.most; i++) await ask(`/papers/2601.${10_000 + i}`)
    expect((await ask('/papers/2601.99999')).status).toBe(429)
    // An address of the same network is no other one.
    expect((await ask('/papers/2601.99999', { 'x-forwarded-for': '2001:db8::2' })).status).toBe(429)
    expect((await ask('/about')).status).toBe(200)
    const { cookie } = await signIn(db())
    expect((await ask('/papers/2601.99999', { cookie })).status).toBe(404)
  })

  it('count for each reader, from whatever network', async () => {
    await record(stated('2601.00001'))
    const { app } = createApp(openSite(db()).site, { allowances: FEW })
    const [ada, bert] = [await signIn(db()), await signIn(db())]
    const ask = async (cookie: string, network: number) => {
      const headers = { cookie, 'x-forwarded-for': `192.0.2.${network}` }
      return (await app.request('/papers/2601.00001.bib', { headers })).status
    }
    const asked = []
    for (let i = 0; i <= FEW.page.most; i++) asked.push(await ask(ada.cookie, i))
    expect(asked).toEqual([...Array.from({ length: FEW.page.most }, () => 200), 429])
    expect([await ask(bert.cookie, 0), await ask('', 0)]).toEqual([200, 200])
  })

  it('are at hand for whoever makes up a session', async () => {
    const site = openSite(db())
    const ask = (cookie?: string) => site.app.request('/about', { headers: cookie ? { cookie } : {} })
    const etag = (await ask()).headers.get('etag')
    const ready = (cookie: string) => site.cache.ready('GET', '/about', { cookie })
    expect(ready(MADE_UP)).toBeNull()
    const first = await ask(MADE_UP)
    expect([first.headers.get('etag'), first.headers.get('cache-control')]).toEqual([etag, 'no-cache'])
    // Looked up once; a session still gets pages of its own.
    expect(ready(MADE_UP)?.headers['etag']).toBe(etag)
    const { cookie } = await signIn(db())
    expect(ready(cookie)).toBeNull()
    expect((await ask(cookie)).headers.get('cache-control')).toContain('private')
    expect(ready(cookie)).toBeNull()
  })

  it('stay small for a paper of 40,000 authors, whose names are all on pages of their own', async () => {
    const authors = Array.from({ length: 40_000 }, (_, i) => ({
      name: `Ada M. Author${i + 1}`,
      affiliation: `Institute ${i % 900} of Large Collaborations`,
    }))
    await record(stated('2601.00001', { authors }), stated('2601.00002', { authors: authors.slice(0, 120) }))
    const { app } = openSite(db())
    const page = await (await app.request('/papers/2601.00001')).text()
    expect(page.length).toBeLessThan(100_000)
    expect(page).toContain('<a href="/papers/2601.00001/authors">All 40,000 authors</a>')
    for (const path of ['/', '/papers/new'])
      expect((await (await app.request(path)).text()).length).toBeLessThan(100_000)
    const first = await (await app.request('/papers/2601.00001/authors')).text()
    expect(first.length).toBeLessThan(100_000)
    expect(first).toContain('>Ada M. Author500</a>')
    expect(first).toContain('href="/papers/2601.00001/authors?page=2" rel="next"')
    const last = await (await app.request('/papers/2601.00001/authors?page=80')).text()
    expect(last).toContain('>Ada M. Author40000</a>')
    expect(last).not.toContain('rel="next"')
    for (const [page, status] of [
      ['81', 404],
      ['0', 400],
      ['x', 400],
    ])
      expect((await app.request(`/papers/2601.00001/authors?page=${page}`)).status).toBe(status)
    expect((await app.request('/papers/2601.99999/authors')).status).toBe(404)
    await sql`update papers set hidden = true where address = '2601.00001'`.execute(db())
    expect((await app.request('/papers/2601.00001/authors?page=3')).status).toBe(404)
    // Exports are whole, and a list that is not that long folds.
    expect(await (await app.request('/papers/2601.00002')).text()).toContain('>Ada M. Author120</a>')
    expect(await (await app.request('/papers/2601.00002.bib')).text()).toContain('Author120')
  })
})
