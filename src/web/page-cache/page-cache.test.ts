import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { describe, expect, it, vi } from 'vitest'
import type { ChangingPart } from '../../ranking/announce-changes.ts'
import { createPageCache } from './page-cache.ts'
import { pageShows } from '../shows.ts'

/** In a cookie of the shape of those of sessions. */
const SIGNED_IN = 'a-session-that-is-good'

const LONG = 'We look at tides. '.repeat(200)

/** An app whose pages are numbered as they are made, with the cache before it. */
function open({ maxAgeMs = 30_000, maxBytes }: { maxAgeMs?: number; maxBytes?: number } = {}) {
  const state = { made: 0, time: Date.UTC(2026, 0, 15), status: 200, text: LONG }
  let gate: Promise<void> = Promise.resolve()
  const cache = createPageCache({
    isSignedIn: async (c) => c.req.header('cookie')?.includes(SIGNED_IN) ?? false,
    remake: async (request) => app.fetch(request),
    maxAgeMs: () => maxAgeMs,
    now: () => new Date(state.time),
    ...(maxBytes === undefined ? {} : { maxBytes }),
  })
  const app = new Hono()
  app.use(cache.middleware)
  app.get('/moved', (c) => c.redirect('/page', 301))
  app.get('/fails', () => {
    state.made++
    throw new Error('a fault')
  })
  app.get('/session', (c) => c.body(`page ${++state.made}`, 200, { 'set-cookie': 'a=b' }))
  app.get('/shows/:what', async (c) => {
    const page = ++state.made
    pageShows(c, c.req.param('what').split(',') as ChangingPart[])
    await gate
    return c.text(`page ${page}`)
  })
  app.get('/passing', (c) => c.body(`page ${++state.made}`, 200, { 'cache-control': 'no-store' }))
  app.get('*', async (c) => {
    const page = ++state.made
    const { text } = state
    await gate
    return c.html(`page ${page} ${text}`, state.status as 200, { 'x-kept': 'yes' })
  })
  app.onError((_, c) => c.text(`fault ${state.made}`, 500))
  const get = (path = '/page', headers: Record<string, string> = {}, method = 'GET') =>
    Promise.resolve(app.request(path, { method, headers }))
  return {
    app,
    cache,
    state,
    get,
    /** Which page is shown. */
    page: async (path?: string, headers?: Record<string, string>) =>
      /^page \d+/.exec(await (await get(path, headers)).text())?.[0],
    /** When so many pages have been begun. */
    begun: (count: number) => vi.waitFor(() => expect(state.made).toBe(count)),
    /** Holds pages back that are being made until the answer is called. */
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate = promise
      return resolve
    },
  }
}

describe('the page cache', () => {
  it('makes a page once, until the papers change', async () => {
    const { page, cache } = open()
    expect([await page(), await page(), await page('/other'), await page()]).toEqual([
      'page 1',
      'page 1',
      'page 2',
      'page 1',
    ])
    cache.drop('everything')
    expect([await page(), await page()]).toEqual(['page 3', 'page 3'])
  })

  it('makes a page anew when something that it shows has changed, and only then', async () => {
    const { page, cache } = open()
    const paths = ['/shows/paper 1', '/shows/paper 2,ranking', '/shows/edition 2026-01-15', '/page']
    const all = () => Promise.all(paths.map((path) => page(path)))
    expect(await all()).toEqual(['page 1', 'page 2', 'page 3', 'page 4'])
    cache.drop(['paper 1'])
    // Of one that does not say what it shows, nobody knows.
    expect(await all()).toEqual(['page 5', 'page 2', 'page 3', 'page 6'])
    cache.drop(['paper 3', 'edition 2026-01-14', 'ranking'])
    expect(await all()).toEqual(['page 5', 'page 7', 'page 3', 'page 8'])
    cache.drop('everything')
    expect(await all()).toEqual(['page 9', 'page 10', 'page 11', 'page 12'])
  })

  it('keeps a page through changes while it was made only if they were of something else', async () => {
    const { page, cache, hold, begun } = open()
    const release = hold()
    const before = [page('/shows/paper 1'), page('/shows/paper 2')]
    await begun(2)
    cache.drop(['paper 1'])
    release()
    expect(await Promise.all(before)).toEqual(['page 1', 'page 2'])
    expect([await page('/shows/paper 1'), await page('/shows/paper 2')]).toEqual(['page 3', 'page 2'])
  })

  it('gives whoever is signed in pages of their own, and a cookie of no session the page of everybody', async () => {
    const { page, get, cache, state } = open()
    const cookie = (token: string) => ({ cookie: `a=b; __Secure-broadsheet.session_token=${token}.x` })
    await page()
    const own = await get('/page', cookie(SIGNED_IN))
    expect([(await own.text()).slice(0, 6), own.headers.get('cache-control')]).toEqual([
      'page 2',
      'private, no-cache',
    ])
    for (const token of ['a-session-that-is-over', 'invented-invented', '', '%'])
      expect([token, await page('/page', cookie(token))]).toEqual([token, 'page 1'])
    expect([await page('/other', cookie('invented-invented')), await page('/other')]).toEqual([
      'page 3',
      'page 3',
    ])
    expect(state.made).toBe(3)
    expect(cache.ready('GET', '/page', cookie(SIGNED_IN))).toBeNull()
    expect(cache.ready('GET', '/page', { cookie: 'theme=dark' })?.status).toBe(200)
  })

  it('knows a page by its path and the part of a list, and keeps none whose query says more', async () => {
    const { page } = open()
    expect([await page(), await page('/page?utm_source=x'), await page('/page?n=1&after=a')]).toEqual([
      'page 1',
      'page 1',
      'page 2',
    ])
    expect([await page('/page?ref=x&after=a&n=1'), await page('/page?after=b&n=1')]).toEqual([
      'page 2',
      'page 3',
    ])
    // The query of a pasted URL may hold the identifier.
    const pasted = '/papers/https://a.example/?id=1'
    expect([await page(pasted), await page(pasted)]).toEqual(['page 4', 'page 5'])
    expect([await page('/papers/new'), await page('/papers/new?gclid=1')]).toEqual(['page 6', 'page 6'])
    // Of two that ask at once, either may hold what opens a page.
    expect(await Promise.all(['a', 'b', 'a'].map((key) => page(`/welcome?key=${key}`)))).toEqual([
      'page 7',
      'page 8',
      'page 9',
    ])
    expect([await page('/page?after=a&x=1'), await page('/page?after=a&%61fter=b')]).toEqual([
      'page 10',
      'page 11',
    ])
  })

  it('makes a search for each who asks, and keeps none', async () => {
    const { page, get, state, cache } = open()
    for (const path of [
      '/papers?q=a',
      '/papers?q=b',
      '/papers',
      '/papers/?q=a',
      '/%70apers?q=a',
      '/papers.atom?q=a',
      '/papers.rss?q=a',
      '/papers.feed.json?q=a',
      '/papers/suggest?q=a',
      '/papers/explain?a=1&b=2',
    ]) {
      const before = state.made
      const made = new Set(await Promise.all([page(path), page(path)]))
      expect([path, made.size, state.made]).toEqual([path, 2, before + 2])
      expect(cache.ready('GET', path, {})).toBeNull()
    }
    const packed = await get('/papers?q=a', { 'accept-encoding': 'br' })
    expect(packed.headers.get('content-encoding')).toBe('br')
    expect(packed.headers.get('etag')).toMatch(/^W\//)
    expect(packed.headers.get('cache-control')).toBe('no-cache')
    expect((await get('/papers?q=a', { 'if-none-match': '*' })).status).toBe(304)
    expect((await get('/papers?q=a', {}, 'HEAD')).status).toBe(200)
    // Not a search.
    expect(await page('/papers/new?n=1')).toBe(await page('/papers/new?utm_id=b&n=1'))
  })

  it('does not keep what says so', async () => {
    const { page, get } = open()
    expect([await page('/passing'), await page('/passing')]).toEqual(['page 1', 'page 2'])
    expect((await get('/passing')).headers.get('cache-control')).toBe('no-store')
  })

  it('makes a page anew when it is too old, or the clock was set back', async () => {
    const { page, state } = open()
    await page()
    state.time += 30_000
    expect(await page()).toBe('page 1')
    state.time += 1
    expect(await page()).toBe('page 2')
    state.time -= 10_000
    expect(await page()).toBe('page 3')
  })

  it('lets all readers who arrive meanwhile wait for the one being made', async () => {
    const { page, state, hold } = open()
    const release = hold()
    const waiting = Promise.all(Array.from({ length: 20 }, () => page()))
    release()
    expect(new Set(await waiting)).toEqual(new Set(['page 1']))
    expect(state.made).toBe(1)
  })

  it('shows no reader a page begun before the last change', async () => {
    const { page, cache, hold, begun } = open()
    const release = hold()
    const before = page()
    await begun(1)
    cache.drop('everything')
    const after = [page(), page()]
    release()
    expect([await before, ...(await Promise.all(after))]).toEqual(['page 1', 'page 2', 'page 2'])
    expect(await page()).toBe('page 2')
  })

  it('makes a page anew that changed while it was made', async () => {
    const { page, cache, hold, begun } = open()
    const release = hold()
    const before = page()
    await begun(1)
    cache.drop('everything')
    release()
    expect(await before).toBe('page 1')
    expect(await page()).toBe('page 2')
  })

  describe('when papers come in', () => {
    it('shows those who read a page it as it was, until a new one is made', async () => {
      const { page, get, cache, state, hold, begun } = open()
      const zipped = { 'accept-encoding': 'gzip' }
      expect([await page(), await page('/other')]).toEqual(['page 1', 'page 2'])
      await (await get('/page', zipped)).arrayBuffer()
      const letGo = hold()
      cache.outdate()
      await begun(3)
      expect(await page()).toBe('page 1')
      letGo()
      await begun(4)
      await vi.waitFor(async () => expect([await page(), await page('/other')]).toEqual(['page 3', 'page 4']))
      // Compressed as the one before was.
      expect(cache.ready('GET', '/page', zipped)?.headers['content-encoding']).toBe('gzip')
      expect(state.made).toBe(4)
    })

    it('makes nothing anew that nobody reads', async () => {
      const { page, cache, state } = open()
      expect([await page('/old'), await page()]).toEqual(['page 1', 'page 2'])
      state.time += 2_001
      expect(await page()).toBe('page 2')
      cache.outdate()
      await vi.waitFor(async () => expect(await page()).toBe('page 3'))
      expect(cache.ready('GET', '/old', {})).toBeNull()
      expect(await page('/old')).toBe('page 4')
    })

    it('shows none for longer than a second, nor one that something else has changed', async () => {
      const { page, cache, state, hold, begun } = open()
      await page()
      const letGo = hold()
      cache.outdate()
      await begun(2)
      state.time += 1_001
      // It waits for the new one.
      const waiting = page()
      letGo()
      expect([await waiting, state.made]).toEqual(['page 2', 2])
      const letGoAgain = hold()
      await cache.close()
      cache.outdate()
      cache.drop('everything')
      const anew = page()
      letGoAgain()
      expect(await anew).toBe('page 3')
    })

    it('makes one anew again that they came in for while it was made', async () => {
      const { page, cache, hold, begun } = open()
      await page()
      const letGo = hold()
      cache.outdate()
      await begun(2)
      cache.outdate()
      letGo()
      await vi.waitFor(async () => expect(await page()).toBe('page 2'))
      await begun(3)
      await vi.waitFor(async () => expect(await page()).toBe('page 3'))
    })

    it('makes anew no more than what is read most, each in its view', async () => {
      const { page, cache, state, begun } = open()
      const headlines = { cookie: `broadsheet.view=headlines; ${SIGNED_IN.slice(1)}` }
      for (let i = 0; i < 10; i++) await page(`/${i}`)
      expect(await page('/9', headlines)).toBe('page 11')
      cache.outdate()
      await begun(11 + 8)
      await vi.waitFor(async () => expect(await page('/9')).not.toBe('page 10'))
      expect(await page('/9', headlines)).not.toBe('page 11')
      expect(state.made).toBe(19)
      expect(cache.ready('GET', '/0', {})).toBeNull()
    })

    it('lets the next reader see why one can’t be made', async () => {
      const { page, get, cache, state, begun } = open()
      await page()
      state.status = 503
      cache.outdate()
      await begun(2)
      await vi.waitFor(async () => expect((await get()).status).toBe(503))
      state.status = 200
      expect(await page()).toMatch(/^page/)
    })
  })

  it('keeps no errors, redirects, nor what sets a cookie', async () => {
    const { get, state } = open()
    expect([await (await get('/fails')).text(), await (await get('/fails')).text()]).toEqual([
      'fault 1',
      'fault 2',
    ])
    expect((await get('/fails')).headers.get('etag')).toBeNull()
    state.made = 0
    await get('/session')
    expect(await (await get('/session')).text()).toBe('page 2')
    const moved = await get('/moved')
    expect([moved.status, moved.headers.get('location'), moved.headers.get('etag')]).toEqual([
      301,
      '/page',
      null,
    ])
    state.status = 404
    state.made = 0
    await get()
    const missing = await get()
    expect([missing.status, (await missing.text()).slice(0, 6)]).toEqual([404, 'page 2'])
    state.status = 200
    expect((await get()).status).toBe(200)
  })

  it('makes a page anew after one failed, also for those who waited', async () => {
    const { get, state, hold } = open()
    const release = hold()
    state.status = 500
    const waiting = [get(), get()]
    release()
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([500, 500])
    state.status = 200
    expect((await get()).status).toBe(200)
  })

  it('passes by files and other methods', async () => {
    const { page, get, cache } = open()
    await page()
    expect([await page('/assets/a.js'), await page('/assets/a.js')]).toEqual(['page 2', 'page 3'])
    expect([await page('/healthz'), await page('/healthz')]).toEqual(['page 4', 'page 5'])
    expect((await get('/page', {}, 'POST')).status).toBe(404)
    expect(cache.ready('POST', '/page', {})).toBeNull()
  })

  it('answers with 304 whoever has the page already', async () => {
    const { get, state, cache } = open()
    const first = await get()
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^W\/"[\w-]{27}"$/)
    for (const tag of [etag, etag.slice(2), `"x", ${etag}`, '*', ` ${etag} `]) {
      const again = await get('/page', { 'if-none-match': tag, 'accept-encoding': 'br' })
      expect([again.status, await again.text()]).toEqual([304, ''])
      expect(again.headers.get('etag')).toBe(etag)
      expect(again.headers.get('cache-control')).toBe('no-cache')
      expect(again.headers.get('vary')).toBe('accept-encoding, cookie')
      expect(again.headers.get('x-kept')).toBe('yes')
      expect(again.headers.get('content-type')).toBeNull()
      expect(again.headers.get('content-encoding')).toBeNull()
    }
    for (const tag of ['"other"', 'W/""', '', etag.slice(0, -2)])
      expect((await get('/page', { 'if-none-match': tag })).status).toBe(200)
    state.text += '.'
    cache.drop('everything')
    const changed = await get('/page', { 'if-none-match': etag })
    expect(changed.status).toBe(200)
    expect(changed.headers.get('etag')).not.toBe(etag)
  })

  it('answers HEAD as GET, without a body', async () => {
    const { get, state } = open()
    const head = await get('/page', {}, 'HEAD')
    const page = await get()
    expect([head.status, await head.text()]).toEqual([200, ''])
    for (const name of ['etag', 'content-length', 'content-type', 'x-kept'])
      expect(head.headers.get(name)).toBe(page.headers.get(name))
    expect(state.made).toBe(1)
    expect((await page.text()).length).toBe(Number(head.headers.get('content-length')))
  })

  it('compresses as the reader can read', async () => {
    const { get, state, cache } = open()
    const encodings: [string, string | null][] = [
      ['br', 'br'],
      ['gzip', 'gzip'],
      ['gzip, deflate, br, zstd', 'br'],
      ['gzip;q=1.0, br;q=0.1', 'br'],
      ['br;q=0, gzip', 'gzip'],
      ['BR ; Q=0.5', 'br'],
      ['gzip;q=0', null],
      ['identity', null],
      ['deflate', null],
      ['*', 'br'],
      ['*;q=0', null],
      ['br;q=0, *', 'gzip'],
      ['gzip;q=x', null],
      ['', null],
    ]
    const tags = new Set()
    for (const [accepted, expected] of encodings) {
      const response = await get('/page', { 'accept-encoding': accepted })
      expect([accepted, response.headers.get('content-encoding')]).toEqual([accepted, expected])
      const body = Buffer.from(await response.arrayBuffer())
      expect(response.headers.get('content-length')).toBe(String(body.length))
      expect(response.headers.get('vary')).toBe('accept-encoding, cookie')
      const plain =
        expected === 'br' ? brotliDecompressSync(body) : expected === 'gzip' ? gunzipSync(body) : body
      expect(plain.toString()).toBe(`page 1 ${LONG}`)
      if (expected !== null) expect(body.length).toBeLessThan(plain.length / 4)
      tags.add(response.headers.get('etag'))
    }
    expect(tags.size).toBe(1)
    state.text = 'short'
    cache.drop('everything')
    expect((await get('/page', { 'accept-encoding': 'br' })).headers.get('content-encoding')).toBeNull()
  })

  it('holds no more than it may, the oldest pages going first', async () => {
    const { page, state, cache } = open({ maxBytes: 40_000 })
    for (let i = 0; i < 20; i++) await page(`/page/${i}`)
    expect(state.made).toBe(20)
    expect(await page('/page/19')).toBe('page 20')
    expect(await page('/page/0')).toBe('page 21')
    state.text = 'x'.repeat(100_000)
    cache.drop('everything')
    expect([await page('/huge'), await page('/huge')]).toEqual(['page 22', 'page 23'])
    // Nothing of what went counts any more.
    state.text = LONG
    cache.drop('everything')
    for (let i = 0; i < 5; i++) await page(`/page/${i}`)
    expect(state.made).toBe(28)
    for (let i = 0; i < 5; i++) expect(await page(`/page/${i}`)).toBe(`page ${24 + i}`)
  })

  it('has at hand what was made, and nothing else', async () => {
    const { app, cache, get } = open()
    expect(cache.ready('GET', '/page', {})).toBeNull()
    await get()
    const ready = cache.ready('GET', '/page', {})
    expect(ready).toMatchObject({
      status: 200,
      headers: { 'x-kept': 'yes', 'content-length': expect.any(String) },
    })
    expect(Buffer.from(ready?.body ?? []).toString()).toBe(`page 1 ${LONG}`)
    expect(cache.ready('HEAD', '/page', {})?.status).toBe(200)
    expect(cache.ready('GET', '/page', { 'accept-encoding': 'br' })).toBeNull()
    await app.request('http://tides.example/page', { headers: { 'accept-encoding': 'br' } })
    expect(cache.ready('GET', '/page', { 'accept-encoding': 'br' })?.headers['content-encoding']).toBe('br')
    expect(cache.ready('GET', '/page', { 'if-none-match': '*' })).toMatchObject({ status: 304, body: null })
    expect(cache.ready('GET', undefined, {})).toBeNull()
    cache.drop('everything')
    expect(cache.ready('GET', '/page', {})).toBeNull()
  })
})
