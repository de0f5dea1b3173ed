import { parseOpml } from 'feedsmith'
import { XMLValidator } from 'fast-xml-parser'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { openSite } from '../../../test/site.ts'

describeWithDatabase('the list of all feeds', (db) => {
  it('is OPML whose feeds are all there, with topics and public collections', async () => {
    const { app, record } = openSite(db(), { name: 'Tides & “Seas” <1>' })
    await record([
      stated('2601.00001', { categories: ['cs.CL'] }),
      stated('doi/10.5555/a', {
        source: 'jsonl',
        categories: ['Ευρετική & heuristics'],
        published: { precision: 'day', value: '2026-01-14' },
      }),
    ])
    const { cookie } = await signIn(db())
    await post(app, '/collections', { title: 'Own "tides"' }, { cookie })
    const made = await post(app, '/collections', { title: `Open <b> & "q" ]]>`, public: 'on' }, { cookie })
    const answer = await app.request('/feeds.opml')
    expect(answer.headers.get('content-type')).toBe('text/x-opml; charset=utf-8')
    const xml = await answer.text()
    expect(XMLValidator.validate(xml)).toBe(true)
    expect(xml).toContain('<opml version="2.0">')
    expect(xml).not.toContain('Own')
    const groups = parseOpml(xml).body?.outlines ?? []
    expect(groups.map(({ text }) => text)).toEqual([
      'Tides & “Seas” <1>',
      'Tides & “Seas” <1>: topics',
      'Tides & “Seas” <1>: collections',
    ])
    const feeds = groups.flatMap(({ outlines }) => outlines ?? [])
    expect(feeds.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        'Tides & “Seas” <1>: Trending papers',
        'Tides & “Seas” <1>: Ευρετική & heuristics',
        'Tides & “Seas” <1>: Open <b> & "q" ]]>',
      ]),
    )
    expect(feeds.map(({ htmlUrl }) => htmlUrl)).toContain(
      `https://tides.example${made.headers.get('location')}`,
    )
    for (const { type, xmlUrl = '', htmlUrl = '' } of feeds) {
      expect(type).toBe('rss')
      const feed = await app.request(xmlUrl.replace('https://tides.example', ''))
      expect([xmlUrl, feed.status, feed.headers.get('content-type')]).toEqual([
        xmlUrl,
        200,
        'application/atom+xml; charset=utf-8',
      ])
      expect((await app.request(htmlUrl.replace('https://tides.example', ''))).status).toBeLessThan(400)
    }
    const again = { headers: { 'if-none-match': answer.headers.get('etag') ?? '' } }
    expect((await app.request('/feeds.opml', again)).status).toBe(304)
    for (const path of ['/', '/about'])
      expect(await (await app.request(path)).text()).toMatch(
        /<link rel="outline" type="text\/x-opml" title="[^"]*" href="\/feeds\.opml"/,
      )
    expect(await (await app.request('/about')).text()).toContain('<a href="/feeds.opml">')
  })
})
