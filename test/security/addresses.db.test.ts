import { expect, it } from 'vitest'
import { isForPrograms } from '../../src/api/addresses.ts'
import { describeWithDatabase } from '../database.ts'
import { openPeopledSite, SHOWN } from './peopled-site.fixture.ts'
import { addressesOf } from './routes.fixture.ts'

/** Where another program decides what it takes: OAuth wants parameters ignored that are not known (RFC 6749, 3.1). */
const OF_THE_LIBRARY = /^\/auth\//
/** Where a protocol says how what it does not know is refused; harvesters are told in XML, with status 200. */
const OF_A_PROTOCOL = /^\/(?:oai|mcp|websub)(?:\/|$)/

describeWithDatabase('every address', (db) => {
  it('says which parameter it does not take, and which it was given twice', async () => {
    const site = await openPeopledSite(db())
    const addresses = addressesOf(site.app, 'GET', site).filter(
      (path) => !OF_THE_LIBRARY.test(path) && !OF_A_PROTOCOL.test(path),
    )
    expect(addresses.length).toBeGreaterThan(100)
    for (const path of addresses) {
      const answer = await site.app.request(`${path}?sort=new`)
      expect([path, answer.status]).toEqual([path, 400])
      const page = await answer.text()
      if (!isForPrograms(path)) expect(page, path).toContain('This address does not take “sort”.')
      const json = await site.app.request(`${path}?sort=new`, { headers: { accept: 'application/json' } })
      expect([path, await json.json()]).toMatchObject([path, { parameter: 'sort' }])
    }
    for (const [path, twice] of [
      ['/papers/new', 'after'],
      ['/papers/top', 'from'],
      ['/papers', 'q'],
    ])
      expect(await (await site.app.request(`${path}?${twice}=2026-01-01&${twice}=x`)).text()).toContain(
        `“${twice}” is in this address more than once.`,
      )
  })

  it('answers as without them when it is shared with marks of where', async () => {
    const site = await openPeopledSite(db())
    const addresses = addressesOf(site.app, 'GET', site)
    // Nobody shares the addresses that programs ask.
    for (const path of addresses.filter((address) => !isForPrograms(address))) {
      const statusOf = async (address: string) => (await site.app.request(address)).status
      expect([path, await statusOf(`${path}?utm_source=x&fbclid=y&utm_source=z`)]).toEqual([
        path,
        await statusOf(path),
      ])
    }
  })

  it('leads from what it does not take to itself', async () => {
    const { app } = await openPeopledSite(db())
    const linkOn = async (path: string) =>
      /<a href="([^"]*)" rel="nofollow">Open the address without it/.exec(
        await (await app.request(path)).text(),
      )?.[1]
    expect(await linkOn('/papers/new?sort=new')).toBe('/papers/new')
    expect(await linkOn('/papers/top?from=2026-01-01&"><script>=1&x=2')).toBe(
      '/papers/top?from=2026-01-01&amp;x=2',
    )
    expect(await linkOn('/papers?q=a+b%26c&page=0')).toBe('/papers?q=a+b%26c')
  })

  it('says which value makes no sense', async () => {
    const { app } = await openPeopledSite(db())
    for (const [path, name] of [
      ['/?after=x', 'after'],
      ['/papers/new?after=x', 'after'],
      ['/papers/new.atom?after=x', 'after'],
      ['/papers/date/2026-01-15?after=x', 'after'],
      ['/papers/top?from=2026-02-30', 'from'],
      ['/papers/top?to=1e9', 'to'],
      ['/papers/top?from=2026-02-01&to=2026-01-01', 'from'],
      ['/papers?q=tides&page=0', 'page'],
      ['/papers?q=tides&page=1000000000', 'page'],
      ['/papers?q=tides&page=2&upto=x', 'upto'],
      ['/papers?q=tides&unfinished=maybe', 'unfinished'],
      ['/papers/suggest?q=t&format=xml', 'format'],
      ['/papers/explain?a=x&b=y', 'a'],
      [`/papers/explain?a=${SHOWN}`, 'b'],
      [`/papers/${SHOWN}/authors?page=-1`, 'page'],
      ['/papers/picks?after=x', 'after'],
      ['/authors/iris-sand?after=x', 'after'],
      ['/topics/cs.CL?after=x', 'after'],
      ['/digests?after=x', 'after'],
      ['/digests/front-page?after=x', 'after'],
      ['/comments?after=x', 'after'],
      ['/collections?after=x', 'after'],
      ['/moderation?before=x', 'before'],
      ['/subscribe?list=/nothing', 'list'],
      ['/subscribe?every=hour', 'every'],
      ['/subscribe/preview?every=hour', 'every'],
      ['/subscribe/preview?length=1000000', 'length'],
      ['/subscribe/preview/email?list=/nothing', 'list'],
      ['/sign-in?problem=x', 'problem'],
    ] as const) {
      const answer = await app.request(path, { headers: { accept: 'application/json' } })
      expect([path, answer.status, await answer.json()]).toMatchObject([path, 400, { parameter: name }])
    }
  })

  it('keeps the whole query of an address that was pasted', async () => {
    const { app } = await openPeopledSite(db())
    for (const pasted of [
      `https://arxiv.org/abs/${SHOWN}?context=cs`,
      `arxiv.org/abs/${SHOWN}?context=cs&x=1`,
      `https:/arxiv.org/abs/${SHOWN}?context=cs`,
      `https://doi.org/10.5555/tides.1?x=y`,
    ]) {
      const answer = await app.request(`/papers/${pasted}`)
      expect([pasted, answer.status]).toEqual([pasted, 301])
    }
  })

  it('answers HEAD as GET without the page, and what has not changed with 304', async () => {
    const endless = { most: 1e6, aSecond: 1e6 }
    const site = await openPeopledSite(db(), {
      allowances: { search: endless, page: endless, harvest: endless },
    })
    const kept: string[] = []
    for (const cookie of ['', site.cookies.bert, site.cookies.cora])
      for (const path of addressesOf(site.app, 'GET', site)) {
        if (OF_THE_LIBRARY.test(path)) continue
        const headers = { cookie, 'accept-encoding': 'identity' }
        const got = await site.app.request(path, { headers })
        const head = await site.app.request(path, { method: 'HEAD', headers })
        // What nobody may keep may be another page each time.
        const isKept = got.headers.get('cache-control') !== 'no-store'
        const facts = ({ status, headers: given }: Response) => [
          path,
          status,
          ...['content-type', 'cache-control', 'vary', 'location'].map((name) => given.get(name)),
          ...(isKept ? ['content-length', 'etag'] : []).map((name) => given.get(name)),
        ]
        expect(facts(head)).toEqual(facts(got))
        expect([path, await head.text()]).toEqual([path, ''])
        if (got.status !== 200 || !isKept) continue
        const etag = got.headers.get('etag') ?? ''
        expect([path, etag]).toEqual([path, expect.stringMatching(/^W\/"[\w-]+"$/)])
        const again = await site.app.request(path, { headers: { ...headers, 'if-none-match': etag } })
        expect([path, again.status, await again.text()]).toEqual([path, 304, ''])
        for (const name of ['etag', 'cache-control', 'vary'])
          expect([path, name, again.headers.get(name)]).toEqual([path, name, got.headers.get(name)])
        kept.push(path)
      }
    expect(kept.length).toBeGreaterThan(100)
  })

  it('answers methods that it does not know with those that it does', async () => {
    const site = await openPeopledSite(db())
    const posts = new Set(addressesOf(site.app, 'POST', site))
    const gets = addressesOf(site.app, 'GET', site)
    const asked = async (path: string, method: string) => {
      const answer = await site.app.request(path, { method, headers: { cookie: site.cookies.bert } })
      return [path, method, answer.status, answer.headers.get('allow')]
    }
    for (const path of gets) {
      // Their operations have methods of their own (src/api).
      if (isForPrograms(path)) {
        expect(await asked(path, 'PROPFIND')).toEqual([
          path,
          'PROPFIND',
          405,
          expect.stringMatching(/^GET, HEAD/),
        ])
        expect(await asked(path, 'OPTIONS')).toEqual([
          path,
          'OPTIONS',
          204,
          expect.stringMatching(/OPTIONS$/),
        ])
        continue
      }
      const allow = posts.has(path) ? 'GET, HEAD, POST' : 'GET, HEAD'
      for (const method of ['PUT', 'PATCH', 'DELETE', 'PROPFIND', ...(posts.has(path) ? [] : ['POST'])])
        expect(await asked(path, method)).toEqual([path, method, 405, allow])
      expect(await asked(path, 'OPTIONS')).toEqual([path, 'OPTIONS', 204, `${allow}, OPTIONS`])
    }
    for (const path of posts) {
      if (gets.includes(path) || isForPrograms(path)) continue
      for (const method of ['PUT', 'PATCH', 'DELETE'])
        expect(await asked(path, method)).toEqual([path, method, 405, 'POST'])
    }
  })
})
