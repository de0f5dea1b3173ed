import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { signIn } from '../../../test/readers.ts'
import { NOON, openSite } from '../../../test/site.ts'
import { hidePaper } from '../../moderation/hide-paper.ts'

describeWithDatabase('the map of the site', (db) => {
  const open = () => {
    const { app, record } = openSite(db())
    const get = async (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      app.request(path, { method, headers })
    const places = async (path: string): Promise<{ loc: string; lastmod?: string }[]> => {
      const answer = await get(path)
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        200,
        'application/xml; charset=utf-8',
      ])
      const text = await answer.text()
      expect(XMLValidator.validate(text)).toBe(true)
      const parser = new XMLParser({ isArray: (name) => name === 'url' || name === 'sitemap' })
      const { sitemapindex, urlset } = parser.parse(text)
      return sitemapindex?.sitemap ?? urlset?.url ?? []
    }
    return { app, record, get, places }
  }
  it('has all papers that may be on a list, the lists, and leads only to what is there', async () => {
    const { record, places, get } = open()
    await record([
      stated('2601.00001', { categories: ['cs.CL'], published: { precision: 'day', value: '2026-01-14' } }),
      stated('doi/10.5555/a&b<c>', { categories: ['Tides & dunes'] }),
      stated('2601.00003'),
    ])
    const { reader } = await signIn(db(), { curator: true })
    const { id } = await db()
      .selectFrom('papers')
      .select('id')
      .where('address', '=', '2601.00003')
      .executeTakeFirstOrThrow()
    await hidePaper(db(), { paperId: id, curatorId: reader.id, reason: 'spam', now: NOON })

    const files = await places('/sitemap.xml')
    expect(files.map(({ loc }) => loc)).toEqual([
      'https://tides.example/sitemap-pages.xml',
      'https://tides.example/sitemap-editions.xml',
      'https://tides.example/sitemap-papers-1.xml',
    ])
    const papers = await places('/sitemap-papers-1.xml')
    expect(papers.map(({ loc }) => loc)).toEqual([
      'https://tides.example/papers/2601.00001',
      'https://tides.example/papers/doi/10.5555/a&b%3Cc%3E',
    ])
    // The part changed when the third was hidden.
    const stamps = await db()
      .selectFrom('oai_records')
      .select(['paper_id', 'stamp'])
      .orderBy('stamp')
      .execute()
    const second = (stamp: number | undefined) =>
      `${new Date((stamp ?? 0) / 1_000).toISOString().slice(0, 19)}Z`
    expect(papers.map(({ lastmod }) => lastmod)).toEqual([second(stamps[0]?.stamp), second(stamps[1]?.stamp)])
    expect(files[2]?.lastmod).toBe(second(stamps[2]?.stamp))

    const all = (await Promise.all(files.map(({ loc }) => places(new URL(loc).pathname)))).flat()
    expect(all.map(({ loc }) => loc)).toEqual(
      expect.arrayContaining([
        'https://tides.example/',
        'https://tides.example/topics/cs.CL',
        'https://tides.example/topics/Tides%20%26%20dunes',
        'https://tides.example/papers/date/2026-01-14',
      ]),
    )
    for (const { loc } of all) expect([loc, (await get(loc)).status]).toEqual([loc, 200])
  })

  it('has later papers in later parts, and no part without any', async () => {
    const { record, places } = open()
    await record([stated('2601.00001')])
    // As if tens of thousands had come in between, and gone.
    await sql`select setval(pg_get_serial_sequence('papers', 'id'), 29999)`.execute(db())
    await record([stated('2601.00002')])
    await record([stated('2601.00003')])
    const parts = (await places('/sitemap.xml')).map(({ loc }) => new URL(loc).pathname).slice(2)
    expect(parts).toEqual(['/sitemap-papers-1.xml', '/sitemap-papers-3.xml', '/sitemap-papers-4.xml'])
    for (const [i, part] of parts.entries())
      expect((await places(part)).map(({ loc }) => loc)).toEqual([
        `https://tides.example/papers/2601.0000${i + 1}`,
      ])
  })

  it('is there without papers', async () => {
    const { places, get } = open()
    expect(await places('/sitemap.xml')).toHaveLength(2)
    expect(await places('/sitemap-editions.xml')).toEqual([{ loc: 'https://tides.example/' }])
    expect((await get('/sitemap-papers-1.xml')).status).toBe(404)
  })

  it('answers what is asked of it as HTTP wants, and refuses parameters', async () => {
    const { record, get } = open()
    await record([stated('2601.00001')])
    for (const path of [
      '/sitemap.xml',
      '/sitemap-pages.xml',
      '/sitemap-editions.xml',
      '/sitemap-papers-1.xml',
      '/robots.txt',
    ]) {
      const head = await get(path, {}, 'HEAD')
      expect([path, head.status, await head.text()]).toEqual([path, 200, ''])
      const etag = head.headers.get('etag') ?? ''
      expect(etag).toMatch(/^W\//)
      expect((await get(path, { 'if-none-match': etag })).status).toBe(304)
      const sent = await get(path, {}, 'POST')
      expect([path, sent.status, sent.headers.get('allow')]).toEqual([path, 405, 'GET, HEAD'])
      if (path === '/robots.txt') continue
      const refused = await get(`${path}?page=2`)
      expect([path, refused.status]).toEqual([path, 400])
      expect(await refused.text()).toContain('does not take “page”')
      expect((await get(path)).status).toBe(200)
    }
    for (const part of ['0', '2', '01', '1e3', '-1', '999999999', '9'.repeat(30), '1.0', ''])
      expect([part, (await get(`/sitemap-papers-${part}.xml`)).status]).toEqual([part, 404])
  })

  it('is named to crawlers, who are kept from what has no end or is for programs', async () => {
    const { get } = open()
    const text = await (await get('/robots.txt')).text()
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        'User-agent: *',
        'Disallow: /papers?',
        'Disallow: /api/',
        'Disallow: /mcp',
        'Disallow: /oai',
        'Sitemap: https://tides.example/sitemap.xml',
      ]),
    )
  })
})
