import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { openRegistries, redirectsTo, sends, type Registries } from '../look-up/registries.fixture.ts'
import { editionsByTitle, harvestFrom } from '../testing/harvest.ts'

const NOW = new Date('2026-01-15T20:00:00Z')

const RSS = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
<channel><title>Journal of Lakes</title>
<item><title>Tides &amp; lakes</title><link>https://lakes.example/a/1</link><guid isPermaLink="false">a1</guid>
<description><![CDATA[<p>We look at <em>tides</em>.</p>]]></description><dc:creator>Änne Müller</dc:creator><dc:creator>Bo Lee</dc:creator>
<prism:doi>10.5555/lakes.1</prism:doi><pubDate>Tue, 13 Jan 2026 08:00:00 GMT</pubDate></item>
<item><title>A preprint</title><link>https://arxiv.org/abs/2601.00007v2</link><pubDate>Tue, 13 Jan 2026 09:00:00 GMT</pubDate></item>
<item><title>Neither</title><link>/blog/tides</link><author>bo@lakes.example (Bo Lee)</author><guid>tag:lakes,2026:7</guid><pubDate>Mon, 12 Jan 2026 09:00:00 +0100</pubDate></item>
<item><link>https://lakes.example/untitled</link></item>
</channel></rss>
`
const JSON_FEED = JSON.stringify({
  version: 'https://jsonfeed.org/version/1.1',
  title: 'A lab',
  items: [
    {
      id: 'x1',
      url: 'https://doi.org/10.5555/lab.1',
      title: 'From the lab',
      content_html: '<p>Short.</p>',
      date_published: '2026-01-14T10:00:00Z',
      authors: [{ name: 'Cy Ro' }],
    },
    { id: 8, title: 'A note', url: 'https://lab.example/8', date_published: '2026-01-14T11:00:00Z' },
  ],
})

describeWithDatabase('a web feed', (db) => {
  let server: Registries
  beforeEach(async () => void (server = await openRegistries()))
  afterEach(() => server.close())
  const harvest = (path: string, more = {}) =>
    harvestFrom(db(), server.url, {
      kind: 'feed',
      settings: { url: `${server.url}${path}` },
      now: NOW,
      ...more,
    })

  it('gives papers by DOI, by arXiv identifier, or by what the feed calls them', async () => {
    server.on('/rss', sends(RSS, { type: 'application/rss+xml', headers: { etag: '"v1"' } }))
    expect(await harvest('/rss')).toMatchObject({ outcome: 'whole', counts: { new: 3, quarantined: 1 } })
    expect(await editionsByTitle(db())).toEqual([
      ['A preprint', '2026-01-13'],
      ['Neither', '2026-01-12'],
      ['Tides & lakes', '2026-01-13'],
    ])
    const papers = await db().selectFrom('papers').selectAll().orderBy('title').execute()
    expect(papers.map(({ arxiv_id: id, doi }) => [id, doi])).toEqual([
      ['2601.00007', null],
      [null, null],
      [null, '10.5555/lakes.1'],
    ])
    expect(papers[2]).toMatchObject({ abstract: 'We look at tides.' })
    expect(papers[1]?.authors.map(({ name }) => name)).toEqual(['Bo Lee'])
    expect(papers[1]?.links.map(({ url }) => url)).toEqual([`${server.url}/blog/tides`])
    // An entry whose title was mended is no second paper.
    server.on('/rss', sends(RSS.replace('Neither', 'Neither of both')))
    expect(await harvest('/rss')).toMatchObject({ counts: { new: 0, updated: 1 } })
    expect(server.asked.at(-1)?.headers['if-none-match']).toBe('"v1"')
  })

  it('may be Atom or JSON Feed, and is found from a page', async () => {
    server.on(
      '/lab/',
      sends(
        `<html><head><link rel="stylesheet" href="x.css"><link rel="alternate" type="application/feed+json" href="feed.json"></head></html>`,
      ),
    )
    server.on('/lab/feed.json', sends(JSON_FEED, { type: 'application/feed+json' }))
    expect(await harvest('/lab/')).toMatchObject({ outcome: 'whole', counts: { new: 2 } })
    expect(
      (await db().selectFrom('papers').select('doi').orderBy('title').execute()).map(({ doi }) => doi),
    ).toEqual([null, '10.5555/lab.1'])
    // From now on the feed itself is asked.
    await harvest('/lab/')
    expect(server.asked.map(({ path }) => path)).toEqual(['/lab/', '/lab/feed.json', '/lab/feed.json'])
  })

  it('that has become a page, or is cut short, is a trouble and not an empty feed', async () => {
    for (const text of ['<html><body>Sorry</body></html>', RSS.slice(0, 700), '{"items": []}', '']) {
      server.on('/rss', sends(text))
      expect([text.slice(0, 20), await harvest('/rss')]).toMatchObject([
        text.slice(0, 20),
        { outcome: 'failed' },
      ])
    }
    server.on('/rss', sends('gone', { status: 410 }))
    expect(await harvest('/rss')).toMatchObject({
      reason: expect.stringContaining('answered with status 410'),
    })
  })

  it('that a page added is asked for on the public internet only', async () => {
    server.on('/rss', sends(RSS))
    const run = await harvest('/rss', { trusted: false })
    expect(run).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('is not an address of the public internet'),
    })
    expect(server.asked).toEqual([])
  })

  it('is looked for again at its page when it has gone', async () => {
    const page = (href: string) =>
      server.on('/lab/', sends(`<link rel="alternate" type="application/rss+xml" href="${href}">`))
    page('/old')
    server.on('/old', sends(RSS))
    expect(await harvest('/lab/')).toMatchObject({ counts: { new: 3 } })
    for (const [i, gone] of [sends('gone', { status: 404 }), sends('<html>A page</html>')].entries()) {
      server.on(i === 0 ? '/old' : '/new0', gone)
      page(`/new${i}`)
      server.on(`/new${i}`, sends(JSON_FEED))
      expect(await harvest('/lab/')).toMatchObject({ outcome: 'whole' })
      expect(server.asked.at(-1)?.path).toBe(`/new${i}`)
    }
  })

  it('is told from what else a page links to', async () => {
    server.on(
      '/blog',
      sends(`<link rel="alternate" type="application/json+oembed" href="/oembed">
        <link rel="alternate" title="JSON" type="application/json" href="/wp-json/7">
        <link rel="alternate" type="application/rss+xml" title="Lab » Comments Feed" href="/comments/feed/">
        <link rel="alternate" type="application/rss+xml; charset=UTF-8" title="Lab" href="/feed/">`),
    )
    // A cache has signed it.
    server.on('/feed/', sends(`${RSS}\n<!-- kept for 60 seconds -->\n<!-- by a cache -->`))
    expect(await harvest('/blog')).toMatchObject({ outcome: 'whole', counts: { new: 3 } })
    expect(server.asked.map(({ path }) => path)).toEqual(['/blog', '/feed/'])
  })

  it('is read as what stands where redirects lead', async () => {
    server.on('/lab', redirectsTo('/labs/tides/'))
    server.on('/labs/tides/', sends('<link rel="alternate" type="application/rss+xml" href="feed.xml">'))
    server.on('/labs/tides/feed.xml', redirectsTo('/feeds/7/'))
    server.on('/feeds/7/', sends(RSS.replace('/blog/tides', 'notes/tides')))
    expect(await harvest('/lab')).toMatchObject({ outcome: 'whole', counts: { new: 3 } })
    const links = await db().selectFrom('papers').select('links').where('title', '=', 'Neither').execute()
    expect(JSON.stringify(links)).toContain('/feeds/7/notes/tides')
  })

  it('may be empty', async () => {
    server.on('/rss', sends('<rss version="2.0"><channel><title>Quiet</title></channel></rss>'))
    expect(await harvest('/rss')).toMatchObject({ outcome: 'whole', counts: { new: 0 } })
  })
})
