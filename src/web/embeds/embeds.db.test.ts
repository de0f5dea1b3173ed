import { createHash } from 'node:crypto'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { signIn } from '../../../test/readers.ts'
import { NOON, openSite, TIME_ZONE } from '../../../test/site.ts'
import { hidePaper } from '../../moderation/hide-paper.ts'
import { mergePapers } from '../../moderation/merge-papers.ts'
import { DrawingAway } from '../../pictures/drawing/drawing.ts'
import { castVote } from '../../ranking/votes.ts'

const DOI = '10.5555/tides(2)/x'
const DAY = { precision: 'day', value: '2026-01-10' } as const
const PAPERS = [
  stated('2601.00001', {
    title: 'Tides of $O(n^2)$ & <shallow> seas',
    authors: ['Ada Quill', 'Bo Reed', 'Cy Sand', 'Di Tarn'].map((name) => ({ name })),
    categories: ['physics.ao-ph'],
    published: DAY,
  }),
  stated('hep-th/9901001', { title: 'An old one' }),
  stated(`doi/${DOI}`, { title: 'One with a DOI', published: DAY }),
  stated('doi/10.5555/a/card', { title: 'A DOI that ends like a card' }),
]
const ENDINGS = ['/badge.svg', '/card', '/card.png']

describeWithDatabase('embeds', (db) => {
  async function open() {
    const opened = openSite(db())
    await opened.record(PAPERS)
    const get = (path: string, headers: Record<string, string> = {}) => opened.app.request(path, { headers })
    const idOf = async (address: string) =>
      (await db().selectFrom('papers').select('id').where('address', '=', address).executeTakeFirstOrThrow())
        .id
    const vote = async (address: string, readers: number) => {
      for (let i = 0; i < readers; i++) {
        const { reader } = await signIn(db())
        await castVote(db(), {
          paperId: await idOf(address),
          voter: { id: reader.id, trusted: true },
          now: NOON,
        })
      }
      opened.cache.drop('everything')
    }
    const oembed = (url: string, more: Record<string, string> = {}) =>
      get(`/oembed?${new URLSearchParams({ url, ...more }).toString()}`)
    return { ...opened, get, idOf, vote, oembed }
  }

  it('are there for papers under every kind of identifier, for any site to show', async () => {
    const { get } = await open()
    const addresses = ['2601.00001', 'hep-th/9901001', `doi/${DOI}`, 'doi/10.5555/a/card']
    for (const address of addresses)
      for (const ending of ENDINGS) {
        const answer = await get(`/papers/${address}${ending}`)
        expect([address, ending, answer.status]).toEqual([address, ending, 200])
        expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
        expect(answer.headers.get('cache-control')).toMatch(/^public, max-age=(?:300|3600)$/)
      }
    const page = await (await get('/papers/doi/10.5555/a/card')).text()
    expect(page).toContain('<nav class="sections"')
  })

  it('answer HEAD, and 304 to whoever has them, parameters or not', async () => {
    const { app, get, oembed } = await open()
    const address = '/papers/2601.00001'
    const paths = [
      ...ENDINGS.map((ending) => address + ending),
      `${address}/badge.svg?show=rank`,
      '/card.png',
      '/oembed?url=https%3A%2F%2Ftides.example%2Fpapers%2F2601.00001',
    ]
    expect((await oembed('https://tides.example/papers/2601.00001')).status).toBe(200)
    for (const path of paths) {
      const answer = await get(path)
      const etag = answer.headers.get('etag') ?? 'none'
      const again = await get(path, { 'if-none-match': etag })
      expect([path, again.status, await again.text()]).toEqual([path, 304, ''])
      expect(again.headers.get('cache-control')).toBe(answer.headers.get('cache-control'))
      expect((await get(path, { 'if-none-match': '"another"' })).status).toBe(200)
      const head = await app.request(path, { method: 'HEAD' })
      expect([head.status, await head.text(), head.headers.get('content-type')]).toEqual([
        200,
        '',
        answer.headers.get('content-type'),
      ])
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const wrong = await app.request(path, {
          method,
          headers: { origin: 'https://tides.example', 'content-type': 'application/x-www-form-urlencoded' },
        })
        expect([path, method, wrong.status, wrong.headers.get('allow')]).toEqual([
          path,
          method,
          405,
          'GET, HEAD',
        ])
      }
    }
  })

  it('lead from other addresses of a paper to its own, also after it was merged', async () => {
    const { get, idOf, cache } = await open()
    const { reader } = await signIn(db(), { curator: true })
    const to = async (path: string) => {
      const answer = await get(path)
      return [answer.status, answer.headers.get('location')]
    }
    expect(await to('/papers/2601.00001v2/badge.svg?show=rank')).toEqual([
      301,
      '/papers/2601.00001/badge.svg?show=rank',
    ])
    expect(await to('/papers/doi/10.5555/TIDES(2)/x/card')).toEqual([301, `/papers/doi/${DOI}/card`])
    const merged = await mergePapers(db(), {
      keptId: await idOf('2601.00001'),
      mergedId: await idOf(`doi/${DOI}`),
      timeZone: TIME_ZONE,
      curatorId: reader.id,
      reason: 'The same.',
      now: NOON,
    })
    expect(merged).toMatchObject({ ok: true })
    cache.drop('everything')
    expect(await to(`/papers/doi/${DOI}/card.png`)).toEqual([301, '/papers/2601.00001/card.png'])
  })

  it('are not there for hidden papers, not even for curators, nor for papers that are not here', async () => {
    const { get, idOf, cache, oembed } = await open()
    const { reader, cookie } = await signIn(db(), { curator: true })
    for (const ending of ENDINGS) await get(`/papers/2601.00001${ending}`)
    await hidePaper(db(), {
      paperId: await idOf('2601.00001'),
      curatorId: reader.id,
      reason: 'Spam.',
      now: NOON,
    })
    cache.drop('everything')
    for (const headers of [{}, { cookie }])
      for (const ending of ENDINGS) {
        const answer = await get(`/papers/2601.00001${ending}`, headers)
        expect([ending, answer.status]).toEqual([ending, 404])
        expect(await answer.text()).not.toMatch(/shallow|Quill/)
        expect((await get(`/papers/2601.09999${ending}`, headers)).status).toBe(404)
        expect((await get(`/papers/nonsense${ending}`, headers)).status).toBe(404)
      }
    expect((await oembed('https://tides.example/papers/2601.00001')).status).toBe(404)
  })

  it('say which parameter they do not know', async () => {
    const { get } = await open()
    for (const [path, reason] of [
      ['/papers/2601.00001/badge.svg?colour=red', 'This address does not take “colour”. It takes “show”.'],
      ['/papers/2601.00001/badge.svg?show=age', 'The parameter “show” is votes or rank.'],
      ['/papers/2601.00001/badge.svg?show=rank&show=votes', '“show” is in this address more than once'],
      ['/papers/2601.00001/card?theme=dark', 'This address does not take “theme”.'],
      ['/papers/2601.00001/card.png?w=1', 'not take “w”'],
      ['/card.png?w=1', 'not take “w”'],
    ] as const) {
      const answer = await get(path)
      expect([path, answer.status]).toEqual([path, 400])
      expect(await answer.text()).toContain(reason)
    }
  })

  it('show votes as they are counted, and the rank in the edition where that is asked for', async () => {
    const { get, vote } = await open()
    const title = async (query = '', address = '2601.00001') =>
      /<title>(.*)<\/title>/.exec(await (await get(`/papers/${address}/badge.svg${query}`)).text())?.[1]
    expect(await title()).toBe('Tide Lines: 0 votes')
    await vote(`doi/${DOI}`, 2)
    await vote('2601.00001', 1)
    expect(await title()).toBe('Tide Lines: 1 vote')
    expect(await title('?show=votes', `doi/${DOI}`)).toBe('Tide Lines: 2 votes')
    expect(await title('?show=rank', `doi/${DOI}`)).toBe('Tide Lines: No. 1, 10 Jan 2026 · 2 votes')
    expect(await title('?show=rank')).toBe('Tide Lines: No. 2, 10 Jan 2026 · 1 vote')
    await vote('2601.00001', 2)
    expect(await title('?show=rank')).toBe('Tide Lines: No. 1, 10 Jan 2026 · 3 votes')
  })

  it('say first that a paper was retracted', async () => {
    const { get, record } = await open()
    await record([stated('2601.00001', { source: 'crossref', notices: [{ kind: 'retraction' }] })])
    expect(await (await get('/papers/2601.00001/badge.svg')).text()).toContain('Retracted · 0 votes')
    expect(await (await get('/papers/2601.00001/card')).text()).toContain('<strong>Retracted</strong>')
  })

  it('show a card that may be in any frame, runs nothing, and is the same for everyone', async () => {
    const { get } = await open()
    const { cookie } = await signIn(db(), { name: 'Zoe Zephyr' })
    const answer = await get('/papers/2601.00001/card')
    const html = await answer.text()
    expect(html).toContain('<math')
    expect(html).toContain('&amp; &lt;shallow&gt; seas')
    expect(html).toContain('Ada Quill, Bo Reed, Cy Sand and 1 more')
    expect(html).toContain('<time datetime="2026-01-10">10 January 2026</time>')
    expect(html).not.toMatch(/<script|<form|<link|<img/)
    expect([...html.matchAll(/<a [^>]*>/g)].map(([tag]) => tag)).toEqual([
      '<a href="https://tides.example/" target="_blank" rel="noopener">',
      '<a href="https://tides.example/papers/2601.00001" target="_blank" rel="noopener">',
    ])
    expect(answer.headers.get('x-frame-options')).toBeNull()
    expect(answer.headers.get('set-cookie')).toBeNull()
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/frame-ancestors \*(?:;|$)/)
    expect(policy).not.toMatch(/script-src|unsafe|allow-scripts/)
    // The style that is in the page is the one that the policy lets through.
    const style = /<style>([\s\S]*)<\/style>/.exec(html)?.[1] ?? ''
    expect(policy).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`)
    expect(await (await get('/papers/2601.00001/card', { cookie })).text()).toBe(html)
    // Nothing else may be in a frame.
    expect((await get('/papers/2601.00001')).headers.get('x-frame-options')).toBe('DENY')
  })

  it('draw a picture of every paper for links to it, and one of the site', async () => {
    const { get } = await open()
    for (const path of ['/papers/2601.00001/card.png', '/card.png']) {
      const picture = Buffer.from(await (await get(path, { 'accept-encoding': 'br' })).arrayBuffer())
      const { format, width, height } = await sharp(picture).metadata()
      expect({ format, width, height }).toEqual({ format: 'png', width: 1200, height: 630 })
    }
    const page = await (await get('/papers/2601.00001')).text()
    const meta = (name: string) =>
      new RegExp(`<meta (?:property|name)="${name}" content="([^"]*)"`).exec(page)?.[1]
    expect(meta('og:image')).toBe('https://tides.example/papers/2601.00001/card.png')
    expect([meta('og:image:width'), meta('og:image:height')]).toEqual(['1200', '630'])
    expect(meta('og:image:alt')).toContain('seas, by Ada Quill, Bo Reed, Cy Sand and 1 more')
    expect(meta('twitter:card')).toBe('summary_large_image')
    expect(await (await get('/papers/new')).text()).toContain('content="https://tides.example/card.png"')
  })

  it('ask whoever comes while nothing can be drawn to come again', async () => {
    const away = async () => Promise.reject(new DrawingAway('The thread that draws is busy.'))
    const { app, record } = openSite(db(), { drawing: { badge: away, card: away, close: async () => {} } })
    await record(PAPERS)
    for (const ending of ['/badge.svg', '/card.png']) {
      const answer = await app.request(`/papers/2601.00001${ending}`)
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '10'])
    }
  })

  it('are offered on the page of a paper, to copy, and to programs', async () => {
    const { get, app } = await open()
    const page = await (await get(`/papers/doi/${DOI}`)).text()
    expect(page).toContain(
      '[![Tide Lines: votes for this paper](https://tides.example/papers/doi/10.5555/tides%282%29/x/badge.svg)](https://tides.example/papers/doi/10.5555/tides%282%29/x)',
    )
    const links = [
      ...page.matchAll(
        /<link rel="alternate" type="(?:application\/json|text\/xml)\+oembed" href="([^"]*)"/g,
      ),
    ]
    expect(links).toHaveLength(2)
    for (const [, href = ''] of links) {
      const answer = await app.request(href.replaceAll('&amp;', '&').replace('https://tides.example', ''))
      expect(answer.status).toBe(200)
      expect(await answer.text()).toContain('One with a DOI')
    }
  })
})

describeWithDatabase('oEmbed', (db) => {
  async function open() {
    const { app, record } = openSite(db())
    await record(PAPERS)
    return (query: Record<string, string>) => app.request(`/oembed?${new URLSearchParams(query).toString()}`)
  }
  const url = 'https://tides.example/papers/2601.00001'

  it('answers as the specification says, as JSON and as XML', async () => {
    const ask = await open()
    const json = await ask({ url })
    expect(json.headers.get('content-type')).toBe('application/json')
    const said = (await json.json()) as Record<string, unknown>
    expect(said).toEqual({
      version: '1.0',
      type: 'rich',
      title: 'Tides of O(n²) & <shallow> seas',
      author_name: 'Ada Quill, Bo Reed, Cy Sand and 1 more',
      provider_name: 'Tide Lines',
      provider_url: 'https://tides.example/',
      cache_age: 3600,
      thumbnail_url: `${url}/card.png`,
      thumbnail_width: 1200,
      thumbnail_height: 630,
      width: 560,
      height: 240,
      html: `<iframe src="${url}/card" title="Tides of O(n²) &amp; &lt;shallow&gt; seas · Tide Lines" width="560" height="240" style="border:0;max-width:100%" loading="lazy"></iframe>`,
    })
    const xml = await ask({ url, format: 'xml' })
    expect(xml.headers.get('content-type')).toBe('text/xml; charset=utf-8')
    const text = await xml.text()
    expect(XMLValidator.validate(text)).toBe(true)
    const { oembed } = new XMLParser({ parseTagValue: false }).parse(text) as {
      oembed: Record<string, string>
    }
    expect(oembed).toEqual(
      Object.fromEntries(Object.entries(said).map(([name, value]) => [name, String(value)])),
    )
  })

  it('keeps to the size that is asked for, and leaves out a picture that has no room', async () => {
    const ask = await open()
    const said = async (query: Record<string, string>) =>
      (await (await ask({ url, ...query })).json()) as Record<string, unknown>
    expect(await said({ maxwidth: '400', maxheight: '150' })).toMatchObject({ width: 400, height: 150 })
    expect(await said({ maxwidth: '400' })).not.toHaveProperty('thumbnail_url')
    expect(await said({ maxheight: '600' })).not.toHaveProperty('thumbnail_height')
    expect(await said({ maxwidth: '4000', maxheight: '4000' })).toMatchObject({
      width: 560,
      height: 240,
      thumbnail_width: 1200,
    })
  })

  it('knows a paper by all its addresses here, and no other site’s', async () => {
    const ask = await open()
    const statusOf = async (url: string) => (await ask({ url })).status
    for (const here of [
      `${url}v3`,
      `${url}/`,
      `${url}?utm_source=x#comments`,
      'http://tides.example/papers/2601.00001',
      'https://tides.example/papers/hep-th/9901001',
      'https://tides.example/papers/doi/10.5555/tides(2)/x',
      'https://tides.example/papers/doi/10.5555%2Ftides%282%29%2Fx',
    ])
      expect([here, await statusOf(here)]).toEqual([here, 200])
    for (const elsewhere of [
      'https://evil.example/papers/2601.00001',
      'https://tides.example.evil.example/papers/2601.00001',
      'https://tides.example@evil.example/papers/2601.00001',
      'ftp://tides.example/papers/2601.00001',
      'javascript:alert(1)',
      '/papers/2601.00001',
      'https://tides.example/',
      'https://tides.example/papers/2601.99999',
      'https://tides.example/papers/%FF',
      'https://tides.example/papers/trending',
      'x'.repeat(5_000),
    ])
      expect([elsewhere.slice(0, 80), await statusOf(elsewhere)]).toEqual([elsewhere.slice(0, 80), 404])
  })

  it('says what it cannot do', async () => {
    const ask = await open()
    for (const [query, status, reason] of [
      [{}, 400, '“url” is missing'],
      [{ url: '' }, 400, '“url” is missing'],
      [{ url, format: 'yaml' }, 501, 'use json or xml'],
      [{ url, maxwidth: '-1' }, 400, '“maxwidth”'],
      [{ url, maxwidth: '1e9' }, 400, '“maxwidth”'],
      [{ url, maxheight: '0' }, 400, '“maxheight”'],
      [{ url, callback: 'f' }, 400, 'not take “callback”'],
    ] as const) {
      const answer = await ask(query)
      expect([query, answer.status]).toEqual([query, status])
      expect(await answer.text()).toContain(reason)
    }
    expect((await ask({ url, dnt: '1', lang: 'de' })).status).toBe(200)
  })
})
