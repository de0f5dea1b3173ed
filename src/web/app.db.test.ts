import { describe, expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { NOON, openSite, wordsOf, type TestSite } from '../../test/site.ts'
import type { HarvestedPaper } from '../papers/harvested-paper.ts'
import { layOutSample } from '../sources/lay-out-sample.ts'

const ORCID = '0000-0002-1825-0097'
const day = (value: string) => ({ precision: 'day' as const, value })

/** A paper of a day; `n` is its arXiv number. */
function paper(
  n: number,
  date: string,
  facts: Partial<Omit<HarvestedPaper, 'identifiers'>> = {},
): HarvestedPaper {
  return stated(`2601.${String(n).padStart(5, '0')}`, { title: `Paper ${n}`, published: day(date), ...facts })
}

describeWithDatabase('the site', (db) => {
  async function open(papers: HarvestedPaper[] = [], { now = NOON } = {}): Promise<TestSite & Reader> {
    const site = openSite(db(), { now })
    if (papers.length > 0) await site.record(papers)
    return { ...site, ...readerOf(site) }
  }

  describe('its front page', () => {
    it('is the newest edition, its papers by heat', async () => {
      const { read } = await open([
        paper(1, '2026-01-14'),
        paper(2, '2026-01-14', {
          upvotes: { total: 9, observedAt: NOON.toISOString(), since: '2026-01-14T00:00:00.000Z' },
        }),
        paper(3, '2026-01-13'),
        paper(4, '2026-03-01'),
      ])
      const words = await read('/')
      expect(words).toContain('Latest edition Wednesday, 14 January 2026 2 papers')
      expect(words.indexOf('Paper 2')).toBeLessThan(words.indexOf('Paper 1'))
      expect(words).not.toContain('Paper 3')
      expect(words).not.toContain('Paper 4')
    })

    it('shows the sample edition whole, in its order', async () => {
      await layOutSample(db(), { now: () => NOON, timeZone: 'America/New_York' })
      const { html, read } = await open()
      expect(await read('/')).toContain('Tuesday, 8 July 2025 91 papers')
      const titles = [...(await html('/')).matchAll(/<h2 class="entry-title"><a href="([^"]*)"/g)]
      expect(titles).toHaveLength(91)
      expect(titles[0]?.[1]).toBe('/papers/2412.19723')
      expect(await read('/papers/2412.19723')).toContain('In our words, not the authors’.')
      expect(await read('/papers/trending')).toContain('OS-Genesis')
    })

    it('never has papers of which nobody knows when they came out', async () => {
      const { read, html } = await open([
        stated('doi/10.5555/undated', { source: 'bibtex', title: 'Some day' }),
        stated('doi/10.5555/far', {
          source: 'bibtex',
          title: 'Some other day',
          published: day('2099-01-01'),
        }),
      ])
      expect(await read('/')).toContain('No paper here has a date yet')
      expect(await read('/papers/date/2026-01-15')).toContain('No paper here has a date yet')
      expect(await read('/papers/new')).toContain('Some day')
      const words = await read('/papers/doi/10.5555/undated')
      expect(words).toContain('Some day')
      expect(words).not.toMatch(/Edition|null/)
      expect(await html('/papers/doi/10.5555/far')).not.toContain('/papers/date/2099')
    })

    it('says what to do on an empty site', async () => {
      const { get, read } = await open()
      expect(await read('/')).toContain('There are no papers here yet')
      expect(await read('/papers/date/2026-01-14')).toContain('There are no papers here yet')
      expect(await read('/papers/new')).toContain('There are no papers yet.')
      expect(await read('/papers/trending')).toContain('No paper here has drawn attention yet.')
      expect(await read('/papers/top')).toContain('No paper here has drawn attention yet')
      expect(await read('/topics')).toContain('There are no papers yet.')
      for (const kind of ['date', 'week', 'month']) {
        const response = await get(`/papers/${kind}`)
        expect([response.status, response.headers.get('location')]).toEqual([302, '/'])
      }
      for (const feed of [
        '/index.atom',
        '/index.rss',
        '/index.feed.json',
        '/papers/new.atom',
        '/papers/week/2026-W03.rss',
      ])
        expect((await get(feed)).status).toBe(200)
    })
  })

  describe('its editions', () => {
    const papers = [
      paper(1, '2026-01-02'),
      paper(2, '2026-01-05'),
      paper(3, '2026-01-05'),
      paper(4, '2026-02-10'),
    ]

    it('are days, weeks and months', async () => {
      const { read } = await open(papers)
      expect(await read('/papers/date/2026-01-05')).toContain('Monday, 5 January 2026 2 papers')
      expect(await read('/papers/week/2026-W02')).toContain(
        'Week 2, 5 to 11 January 2026 2 papers, best first',
      )
      expect(await read('/papers/month/2026-01')).toContain('January 2026 3 papers, best first')
      expect(await read('/papers/week/2026-W01')).toContain(
        'Week 1, 29 December 2025 to 4 January 2026 1 paper',
      )
    })

    it('lead to the newest of each kind', async () => {
      const { get } = await open([paper(1, '2026-01-02'), paper(2, '2026-01-05')])
      const locations = ['date', 'week', 'month'].map(async (kind) =>
        (await get(`/papers/${kind}`)).headers.get('location'),
      )
      expect(await Promise.all(locations)).toEqual([
        '/papers/date/2026-01-05',
        '/papers/week/2026-W02',
        '/papers/month/2026-01',
      ])
    })

    it('have a feed of the newest of each kind, at an address that stays', async () => {
      const { get } = await open([...papers, paper(5, '2099-01-01')])
      for (const [path, ids] of [
        ['/papers/date.feed.json', [3, 2]],
        ['/papers/week.feed.json', [3, 2]],
        ['/papers/month.feed.json', [3, 2, 1]],
        ['/papers/date/2026-01-05.feed.json', [3, 2]],
      ] as const) {
        const feed = (await (await get(path)).json()) as { feed_url: string; items: { url: string }[] }
        expect(feed.feed_url).toBe(`https://tides.example${path}`)
        expect(feed.items.map(({ url }) => Number(url.slice(-5)))).toEqual(ids)
      }
      for (const path of ['/papers/week.rss', '/papers/week.atom', '/papers/month.rss'])
        expect(await (await get(path)).text()).toContain('Paper 3')
    })

    it('give way to the nearest one and say so', async () => {
      const { read } = await open(papers)
      const nearest = await read('/papers/date/2026-01-04')
      expect(nearest).toContain('Monday, 5 January 2026')
      expect(nearest).toContain('No papers on Sunday, 4 January 2026; this is the nearest edition.')
      expect(await read('/papers/week/2026-W10')).toContain(
        'No papers in Week 10, 2 to 8 March 2026; this is the nearest week.',
      )
      expect(await read('/papers/month/1987-05')).toContain(
        'No papers in May 1987; this is the nearest month.',
      )
    })

    it('lead to those before and after', async () => {
      const { html, read } = await open(papers, { now: new Date('2026-02-11T12:00:00Z') })
      const walk = async (path: string) =>
        [...(await html(path)).matchAll(/<a href="([^"]*)" rel="(?:prev|next)">/g)].map(([, href]) => href)
      expect(await walk('/papers/date/2026-01-05')).toEqual([
        '/papers/date/2026-01-02',
        '/papers/date/2026-02-10',
      ])
      expect(await walk('/papers/date/2026-01-02')).toEqual(['/papers/date/2026-01-05'])
      expect(await walk('/papers/week/2026-W02')).toEqual(['/papers/week/2026-W01', '/papers/week/2026-W07'])
      expect(await walk('/papers/month/2026-02')).toEqual(['/papers/month/2026-01'])
      expect(await read('/papers/date/2026-01-02')).toContain('First edition')
      expect(await read('/papers/date/2026-02-10')).toContain('Newest edition')
      expect(await html('/papers/date/2026-01-05')).toContain(
        'href="/papers/date/2026-01-02" title="Friday, 2 January 2026: 1 paper"',
      )
    })

    it('have no next one that is dated ahead', async () => {
      const { html } = await open(papers)
      expect(await html('/papers/date/2026-01-05')).not.toContain('rel="next"')
      expect(await html('/')).not.toContain('rel="next"')
    })

    it('are none where the calendar has no such day', async () => {
      const { get, read } = await open(papers)
      const none = [
        'date/2026-02-30',
        'date/2026-1-5',
        'date/today',
        'date/0000-01-01',
        'week/2026-W54',
        'week/2021-W53',
        'week/2026-01-05',
        'month/2026-13',
        'month/2026-01-05',
        'date/%00',
        'date/2026-01-05.xml',
      ]
      for (const path of none) expect([path, (await get(`/papers/${path}`)).status]).toEqual([path, 404])
      expect(await read('/papers/week/2021-W53', 404)).toContain(
        'Write weeks like this: /papers/week/2026-W47.',
      )
      for (const path of [
        'date/1000-01-01',
        'week/1000-W01',
        'date/2999-12-31',
        'week/3000-W01',
        'month/2999-12',
        'month/1000-01',
      ])
        expect([path, (await get(`/papers/${path}`)).status]).toEqual([path, 200])
    })

    it('bear papers that are dated at either end of time', async () => {
      const { get } = await open([
        ...papers,
        paper(5, '2026-01-05', { listing: { date: '2999-12-31' } }),
        paper(6, '2026-01-05', { published: { precision: 'time', value: '1499-12-31T10:00:00.000Z' } }),
      ])
      for (const path of ['week/2026-W02', 'month/2026-01', 'week/3000-W01'])
        expect([path, (await get(`/papers/${path}`)).status]).toEqual([path, 200])
    })
  })

  describe('its lists', () => {
    it('go on page by page, numbered where places mean something', async () => {
      const { html, read } = await open(
        Array.from({ length: 230 }, (_, i) =>
          paper(i + 1, '2026-01-05', { listing: { date: '2026-01-05', rank: i + 1, of: 230 } }),
        ),
      )
      for (const list of ['/', '/papers/date/2026-01-05', '/papers/trending', '/papers/top', '/papers/new']) {
        const seen: string[] = []
        let path: string | undefined = list
        for (let page = 0; path !== undefined; page++) {
          const text: string = await html(path)
          seen.push(
            ...[...text.matchAll(/<h2 class="entry-title"><a href="([^"]*)"/g)].map(([, href]) => href ?? ''),
          )
          expect(/<ol[^>]* start="(\d+)"/.exec(text)?.[1]).toBe(
            list === '/papers/new'
              ? undefined
              : String(page * (list === '/papers/trending' || list === '/papers/top' ? 50 : 100) + 1),
          )
          expect(text.includes('<meta name="robots" content="noindex"')).toBe(page > 0)
          path = /<link rel="next" href="([^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&')
        }
        expect(seen).toHaveLength(230)
        expect(new Set(seen).size).toBe(230)
      }
      expect(await read('/papers/new')).toContain('More papers')
    })

    it('say so where a link to a later page is broken', async () => {
      const { read, get } = await open([paper(1, '2026-01-05')])
      for (const path of [
        '/',
        '/papers/new',
        '/papers/trending',
        '/papers/top',
        '/papers/date/2026-01-05',
        '/papers/new.atom',
      ])
        expect(await read(`${path}?after=x&n=100`, 400)).toContain('This link to a later page is broken.')
      const crafted = Buffer.from(JSON.stringify(['0000-01-01T00:00:00.000Z', 1])).toString('base64url')
      expect((await get(`/papers/new?after=${crafted}`)).status).toBe(400)
      expect((await get('/papers/new?after=')).status).toBe(400)
      expect((await get('/papers?utm_source=x')).headers.get('location')).toBe('/papers/new')
    })

    it('lead from a page of the order that editions once had to the first page', async () => {
      const { read } = await open([paper(1, '2026-01-05'), paper(2, '2026-01-05')])
      const former = Buffer.from(JSON.stringify([30, '9.5', '2026-01-05T12:00:00.000Z', 7])).toString(
        'base64url',
      )
      for (const path of ['/', '/papers/date/2026-01-05', '/papers/month/2026-01', '/index.atom']) {
        const words = await read(`${path}?after=${former}&n=100`)
        expect(words).toContain('Paper 1')
        expect(words).toContain('Paper 2')
      }
      await read(`/papers/new?after=${former}&n=100`, 400)
    })

    it('are ordered by heat, by all attention, and by time', async () => {
      const votes = (total: number, since: string) => ({ upvotes: { total, since, observedAt: since } })
      const { read } = await open([
        paper(1, '2026-01-01', votes(100, '2025-12-01T00:00:00.000Z')),
        paper(2, '2026-01-03', votes(20, '2026-01-14T00:00:00.000Z')),
        paper(3, '2026-01-02', votes(30, '2026-01-10T00:00:00.000Z')),
        paper(4, '2026-01-09'),
      ])
      const order = async (path: string) =>
        [...(await read(path)).matchAll(/Paper (\d)/g)].map(([, n]) => Number(n))
      expect(await order('/papers/trending')).toEqual([2, 3, 1])
      expect(await order('/papers/top')).toEqual([1, 3, 2])
      expect(await order('/papers/new')).toEqual([4, 2, 3, 1])
    })

    it('are there for topics', async () => {
      const { read, html, get } = await open([
        paper(1, '2026-01-01', { primaryCategory: 'cs.LG', categories: ['cs.LG', 'math.AP'] }),
        paper(2, '2026-01-02', { primaryCategory: 'cs.LG', categories: ['cs.LG', '68T05'] }),
        stated('doi/10.5555/a', { source: 'jsonl', categories: ['Tidal & wave mechanics'] }),
      ])
      expect(await read('/topics')).toContain('Machine Learning2')
      expect(await read('/topics/cs.LG')).toContain(
        'Topic cs.LG Machine Learning 2 papers, newest first Paper 2',
      )
      expect(await read('/topics/math.AP')).toContain('1 paper')
      expect(await html('/topics')).toContain('href="/topics/Tidal%20%26%20wave%20mechanics"')
      expect(await read('/topics/Tidal%20%26%20wave%20mechanics')).toContain('On doi/10.5555/a')
      for (const path of ['/topics/68T05', '/topics/cs.XX', '/topics/%00', '/topics/%FF'])
        expect([path, (await get(path)).status]).toEqual([path, 404])
    })

    it('are there for names, and for persons where they are known', async () => {
      const { read, html, get } = await open([
        paper(1, '2026-01-01', { authors: [{ name: 'José Álvarez' }, { name: '王小明' }, { name: '—' }] }),
        paper(2, '2026-01-02', { authors: [{ name: 'Jose Alvarez', orcid: ORCID }] }),
      ])
      const shared = await read('/authors/jose-alvarez')
      expect(shared).toContain('2 papers, newest first. People who share this name share this page.')
      expect(shared.indexOf('Paper 2')).toBeLessThan(shared.indexOf('Paper 1'))
      const person = await read(`/authors/${ORCID}`)
      expect(person).toContain(`Jose Alvarez 1 paper. ORCID ${ORCID}`)
      expect(person).not.toContain('share this name')
      expect(await html('/papers/2601.00002')).toContain(`<a href="/authors/${ORCID}">`)
      const links = [...(await html('/papers/2601.00001')).matchAll(/href="(\/authors\/[^"]*)"/g)].map(
        ([, href]) => href ?? '',
      )
      expect(links).toEqual(['/authors/jose-alvarez', `/authors/${encodeURIComponent('王小明')}`])
      for (const link of links) expect((await get(link)).status).toBe(200)
      const written = await get('/authors/Jos%C3%A9%20%C3%81lvarez')
      expect([written.status, written.headers.get('location')]).toEqual([301, '/authors/jose-alvarez'])
      for (const path of [
        '/authors/nobody',
        '/authors/%00',
        '/authors/jose%00alvarezz',
        '/authors/0000-0000-0000-0000',
        '/authors/%FF',
        '/authors/---',
      ])
        expect([path, [301, 404].includes((await get(path)).status)]).toEqual([path, true])
    })
  })

  describe('a paper', () => {
    const tides = stated(['2601.00001', 'doi/10.5555/a'], {
      title: 'Tides at $O(n^2)$ cost',
      abstract: 'We look at tides.\n\nCode: https://github.com/lee/tide',
      authors: [
        { name: 'Ann Lee' },
        { name: 'Ana García López', family: 'García López', given: 'Ana' },
        { name: 'Sam Poe Jr.', family: 'Poe', given: 'Sam', suffix: 'Jr.' },
        { name: 'ATLAS Collaboration', kind: 'collaboration' },
      ],
      authorsTruncated: true,
      authorsMissing: 1200,
      published: day('2026-01-02'),
      versions: [
        { number: 1, submittedAt: '2026-01-02T09:00:00.000Z' },
        { number: 2, submittedAt: '2026-01-05T09:00:00.000Z' },
      ],
      primaryCategory: 'cs.LG',
      categories: ['cs.LG'],
      comments: '9 pages',
      listing: { date: '2026-01-05', rank: 1, of: 2 },
    })

    it('shows what is known of it, and where from', async () => {
      const { read, html } = await open([tides])
      const words = await read('/papers/2601.00001')
      expect(words).toContain('Machine Learning')
      expect(words).toContain('Ann Lee')
      expect(words).toContain('We look at tides.')
      expect(words).toContain('9 pages')
      expect(words).toContain('Code github.com')
      expect(words).toContain(
        'arXiv (OAI-PMH): title, abstract, authors, date, versions, topics, comments, edition.',
      )
      expect(words).toContain('Listed by arXiv (OAI-PMH)')
      expect(words).toContain('100%')
      const page = await html('/papers/2601.00001')
      expect(page).toContain('<link rel="canonical" href="https://tides.example/papers/2601.00001"')
      expect(words).toContain('ATLAS Collaboration and 1,200 others')
      const cited = Array.from(
        page.matchAll(/<meta name="citation_author" content="([^"]*)"/g),
        ([, name]) => name,
      )
      expect(cited).toEqual(['Lee, Ann', 'García López, Ana', 'Poe, Sam, Jr.', 'ATLAS Collaboration'])
      expect(page).toContain('<meta name="citation_doi" content="10.5555/a"')
      const [, json = ''] = /<script type="application\/ld\+json">([\s\S]*?)<\/script>/.exec(page) ?? []
      expect(JSON.parse(json)).toMatchObject({
        '@type': 'ScholarlyArticle',
        url: 'https://tides.example/papers/2601.00001',
        datePublished: '2026-01-02',
        author: [
          { '@type': 'Person', name: 'Ann Lee' },
          { '@type': 'Person', name: 'Ana García López', familyName: 'García López', givenName: 'Ana' },
          { '@type': 'Person', familyName: 'Poe', givenName: 'Sam', honorificSuffix: 'Jr.' },
          { '@type': 'Organization', name: 'ATLAS Collaboration' },
        ],
      })
    })

    it('says which version was asked for', async () => {
      const { read } = await open([tides])
      expect(await read('/papers/2601.00001v1')).toContain(
        'You asked for version 1 from 2 January 2026. This page shows the paper as a whole',
      )
      expect(await read('/papers/2601.00001v2')).toContain(
        'This page shows that version, the latest we know of',
      )
      expect(await read('/papers/2601.00001v9')).toContain('You asked for version 9.')
    })

    it('is found by whatever names it', async () => {
      const odd = [
        'doi/10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2',
        'doi/10.1000/a%b?c#d[e]',
        'doi/10.1000/a%2fb',
        'doi/10.1000/größe',
        'doi/10.1000/data.json',
        'doi/10.1000//x',
      ] as const
      const { get, html } = await open([
        tides,
        stated('hep-th/9901001', { title: 'Old strings' }),
        stated('math/0309136', { title: 'Old sums' }),
        ...odd.map((address) => stated(address, { title: 'An odd one', source: 'bibtex' })),
      ])
      const shown = async (path: string) => {
        const response = await get(path)
        return response.status === 200 ? 200 : `${response.status} ${response.headers.get('location')}`
      }
      const own = '301 /papers/2601.00001'
      const cases: [string, string | number][] = [
        ['/papers/2601.00001', 200],
        ['/papers/2601.00001v2', 200],
        ['/papers/hep-th/9901001', 200],
        ['/papers/hep-th/9901001v3', 200],
        ['/papers/HEP-TH/9901001', '301 /papers/hep-th/9901001'],
        ['/papers/math.GT/0309136', '301 /papers/math/0309136'],
        ['/papers/math.GT/0309136v2', '301 /papers/math/0309136v2'],
        ['/papers/doi/10.5555/a', own],
        ['/papers/doi/10.5555/A', own],
        ['/papers/DOI/10.5555/A', own],
        ['/papers/10.5555/a', own],
        ['/papers/arXiv:2601.00001', own],
        ['/papers/arXiv:2601.00001v2', `${own}v2`],
        ['/papers/https://arxiv.org/abs/2601.00001', own],
        ['/papers/https://arxiv.org/pdf/2601.00001v2.pdf', `${own}v2`],
        ['/papers/https%3A%2F%2Fdoi.org%2F10.5555%2FA', own],
        ['/papers/https://huggingface.co/papers/2601.00001', own],
        ['/papers/https://dl.acm.org/action?doi=10.5555/a', own],
        ['/papers/2601.00001v2.bib', `${own}.bib`],
        ['/papers/doi/10.5555/a.json', `${own}.json`],
        ['/papers/2601.00002', '404 null'],
        ['/papers/doi/10.5555/none', '404 null'],
        ['/papers/local/0123456789abcdef', '404 null'],
        ['/papers/nonsense', '404 null'],
        ['/papers/%00', '404 null'],
        ['/papers/%FF', '404 null'],
        ['/papers/2601.00001%00', '404 null'],
        ['/papers/2601.00001.xml', '404 null'],
        [`/papers/${'x'.repeat(5_000)}`, '404 null'],
      ]
      for (const [path, expected] of cases) expect([path, await shown(path)]).toEqual([path, expected])

      const links = [...(await html('/papers/new')).matchAll(/<a href="(\/papers\/doi\/[^"]*)"/g)]
        .map(([, href]) => (href ?? '').replaceAll('&#39;', "'").replaceAll('&amp;', '&'))
        .filter((href) => !href.includes('#'))
      expect(links).toHaveLength(odd.length)
      for (const link of links) {
        expect([link, await shown(link)]).toEqual([link, 200])
        expect([link, await shown(`${link}.json`)]).toEqual([link, 200])
        const exported = JSON.parse(await (await get(`${link}.json`)).text()) as { id: string }
        expect(odd).toContain(exported.id)
      }
    })

    it('says what is missing, and where it may be', async () => {
      const { read } = await open([tides])
      expect(await read('/papers/2601.00002', 404)).toContain(
        'Submit it to bring it here, or read it at arXiv.',
      )
      expect(await read('/papers/nonsense', 404)).toContain('“nonsense” is not the identifier of a paper.')
      expect(await read('/nowhere', 404)).toContain('There is nothing at this address.')
    })

    it('can be had in every form', async () => {
      const { get } = await open([tides])
      const forms: [string, string, string][] = [
        ['.bib', 'application/x-bibtex; charset=utf-8', '@'],
        ['.ris', 'application/x-research-info-systems; charset=utf-8', 'TY  - '],
        ['.csl.json', 'application/vnd.citationstyles.csl+json; charset=utf-8', '[{"id":'],
        ['.md', 'text/markdown; charset=utf-8', '# Tides'],
        ['.json', 'application/json; charset=utf-8', '{"id":"2601.00001"'],
      ]
      for (const [suffix, type, start] of forms) {
        const response = await get(`/papers/2601.00001${suffix}`)
        expect(response.headers.get('content-type')).toBe(type)
        const text = await response.text()
        expect(text).toContain(start)
        expect(text).toContain('tides.example/papers/2601.00001')
      }
      expect((await get('/papers/2601.00001.bib')).headers.get('content-disposition')).toBe(
        'inline; filename="2601.00001.bib"',
      )
    })
  })

  describe('its feeds', () => {
    const FEEDS = [
      '/index',
      '/papers/new',
      '/papers/trending',
      '/papers/top',
      '/papers/date/2026-01-05',
      '/papers/week/2026-W02',
      '/papers/month/2026-01',
      '/topics/cs.LG',
      '/authors/ann-lee',
      `/authors/${ORCID}`,
    ]
    const TYPES = {
      '.atom': 'application/atom+xml',
      '.rss': 'application/rss+xml',
      '.feed.json': 'application/feed+json',
    }
    const tides = paper(1, '2026-01-05', {
      title: 'Tides & “<waves>” of $x^2$',
      categories: ['cs.LG'],
      authors: [{ name: 'Ann Lee' }, { name: 'Ann Lee', orcid: ORCID }],
      listing: { date: '2026-01-05' },
    })

    it('are there for every list, in three forms', async () => {
      const { get } = await open([tides])
      for (const path of FEEDS) {
        for (const [suffix, type] of Object.entries(TYPES)) {
          const response = await get(path + suffix)
          expect([path + suffix, response.status]).toEqual([path + suffix, 200])
          expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`)
          const text = await response.text()
          expect(text).toContain('https://tides.example/papers/2601.00001')
          expect(text).toContain(`https://tides.example${path}${suffix}`)
        }
      }
      expect((await get('/topics/cs.AI.atom')).status).toBe(404)
      expect((await get('/authors/nobody.rss')).status).toBe(404)
      expect((await get('/papers/date/2026-02-30.atom')).status).toBe(404)
    })

    it('are named by the pages they belong to', async () => {
      const { html, get } = await open([tides])
      for (const path of [
        '/',
        '/papers/new',
        '/topics/cs.LG',
        '/authors/ann-lee',
        '/papers/date/2026-01-05',
      ]) {
        const named = [...(await html(path)).matchAll(/<link rel="alternate"[^>]*href="([^"]*)"/g)].map(
          ([, href]) => href ?? '',
        )
        expect(named).toHaveLength(3)
        for (const href of named) expect((await get(href)).status).toBe(200)
      }
    })

    it('keep the names of their entries, also when an address changes', async () => {
      const { get, record } = await open([stated('doi/10.5555/a', { source: 'bibtex', title: 'Tides' })])
      const ids = async () => {
        const feed = (await (await get('/papers/new.feed.json')).json()) as {
          items: { id: string; url: string }[]
        }
        const atom = await (await get('/papers/new.atom')).text()
        const rss = await (await get('/papers/new.rss')).text()
        for (const { id } of feed.items) {
          expect(atom).toContain(`<id>${id}</id>`)
          expect(rss).toContain(`>${id}</guid>`)
        }
        return feed.items
      }
      const [before] = await ids()
      expect(before).toMatchObject({
        id: expect.stringMatching(/^urn:uuid:/),
        url: 'https://tides.example/papers/doi/10.5555/a',
      })
      await record([stated(['2601.00001', 'doi/10.5555/a'], { title: 'Tides' })])
      expect(await ids()).toMatchObject([{ id: before?.id, url: 'https://tides.example/papers/2601.00001' }])
    })

    it('are sent again only when a paper changed', async () => {
      const { get, record } = await open([tides])
      let said = tides
      for (const suffix of Object.keys(TYPES)) {
        const etag = (await get(`/papers/new${suffix}`)).headers.get('etag') ?? ''
        const again = await get(`/papers/new${suffix}`, { headers: { 'if-none-match': etag } })
        expect([again.status, await again.text()]).toEqual([304, ''])
        // Made anew, though nothing changed: the same.
        await record([said])
        expect((await get(`/papers/new${suffix}`, { headers: { 'if-none-match': etag } })).status).toBe(304)
        said = { ...tides, title: `Tides ${suffix}` }
        await record([said])
        const changed = await get(`/papers/new${suffix}`, { headers: { 'if-none-match': etag } })
        expect(changed.status).toBe(200)
        expect(changed.headers.get('etag')).not.toBe(etag)
        expect(await changed.text()).toContain(`Tides ${suffix}`)
      }
    })
  })

  describe('every answer', () => {
    const evil =
      '<script>alert(1)</script><img src=x onerror=alert(2)> "quoted" \'single\' & </script><!-- ]]> $<b>$ \\href{javascript:alert(3)}{x} {{x}} ${x}'
    const hostile = stated(['2601.00001', 'doi/10.1000/"><script>alert(4)</script>'], {
      title: evil,
      abstract: `${evil}\n\n${evil}`,
      synopsis: evil,
      authors: [{ name: evil, affiliation: evil }],
      published: day('2026-01-05'),
      comments: evil,
      journalReference: evil,
      categories: ['cs.LG'],
      primaryCategory: 'cs.LG',
      links: [{ kind: 'code', url: 'https://code.example/"><script>alert(5)</script>' }],
      versions: [{ number: 1, submittedAt: '2026-01-02T09:00:00.000Z' }],
      listing: { date: '2026-01-05' },
    })
    const PAGES = [
      '/',
      '/papers/date/2026-01-05',
      '/papers/date/2026-01-06',
      '/papers/week/2026-W02',
      '/papers/month/2026-01',
      '/papers/new',
      '/papers/trending',
      '/papers/top',
      '/papers/2601.00001',
      '/papers/2601.00001v1',
      '/papers/2601.00002',
      '/papers/%3Cscript%3Ealert(6)%3C/script%3E',
      '/authors/%22%3E%3Cscript%3E',
      '/topics',
      '/topics/cs.LG',
      '/topics/%3Cscript%3E',
      '/about',
      '/about/ranking',
      '/nowhere/%22onload=%22',
      '/papers/new?after=%22%3E%3Cscript%3E',
      '/papers/date/%3Cscript%3E',
    ]

    it('keeps what sources and addresses say inert', async () => {
      const { get, html } = await open([hostile])
      const [, author = ''] = /href="(\/authors\/[^"]*)"/.exec(await html('/papers/new')) ?? []
      expect((await get(author)).status).toBe(200)
      for (const path of [...PAGES, author]) {
        const page = await (await get(path)).text()
        for (const script of page.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script\s*>/gi)) {
          if (script[0].startsWith('<script type="application/ld+json">')) {
            expect(JSON.parse(script[1] ?? '')).toMatchObject({ author: [{ name: evil }] })
          } else expect(script[0]).toMatch(/^<script (type="module" )?src="\/assets\/[a-z]+\.js"><\/script>$/)
        }
        const tags = page
          .replaceAll(/<script type="application\/ld\+json">[\s\S]*?<\/script>/g, '')
          .match(/<[a-z!/][^>]*>/gi)
        for (const tag of tags ?? []) {
          // What stands between quotes is text; so only names of attributes are left.
          const names = tag.replaceAll(/="[^"]*"/g, '=')
          expect(names).not.toMatch(/\son\w+|\sstyle|'|"/i)
          expect(tag).not.toMatch(/(?:href|src|action)="\s*(?:javascript|data|vbscript):/i)
          expect(tag).not.toMatch(/^<(?:img|iframe|object|embed|base|style|b)\b/i)
          expect(tag).not.toMatch(/^<!--/)
        }
      }
    })

    it('keeps its feeds and exports well-formed', async () => {
      const { get, html } = await open([hostile])
      const { XMLParser, XMLValidator } = await import('fast-xml-parser')
      for (const path of ['/papers/new.atom', '/papers/new.rss', '/index.atom']) {
        const xml = await (await get(path)).text()
        expect([path, XMLValidator.validate(xml)]).toEqual([path, true])
        expect(new XMLParser().parse(xml)).toBeTypeOf('object')
        expect(xml.replaceAll(/<!\[CDATA\[[\s\S]*?\]\]>/g, '')).not.toMatch(/<(?:script|img)\b/)
      }
      const { items } = (await (await get('/papers/new.feed.json')).json()) as {
        items: { content_html: string }[]
      }
      expect(items[0]?.content_html).not.toMatch(/<(?:script|img)\b/)
      expect(await html('/papers/2601.00001')).not.toContain('<script>alert')
      const exported = (await (await get('/papers/2601.00001.json')).json()) as { title: string }
      expect(exported.title).toBe(evil)
    })

    it('bears the security headers', async () => {
      const { get } = await open([hostile])
      const answers = [
        ...PAGES,
        '/index.atom',
        '/papers/2601.00001.bib',
        '/papers/doi/10.5555/x',
        '/papers',
        '/healthz',
        '/robots.txt',
        '/assets/none.js',
      ]
      for (const path of answers) {
        const { headers } = await get(path)
        const policy = headers.get('content-security-policy') ?? ''
        expect([path, policy]).toEqual([path, expect.stringContaining("default-src 'none'")])
        expect(policy).toContain("script-src 'self'")
        expect(policy).not.toContain('unsafe')
        expect(policy).toContain("frame-ancestors 'none'")
        expect(headers.get('x-content-type-options')).toBe('nosniff')
        expect(headers.get('x-frame-options')).toBe('DENY')
        expect(headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin')
        expect(headers.get('strict-transport-security')).toContain('max-age=')
        expect(headers.get('set-cookie')).toBeNull()
        expect(headers.get('x-powered-by')).toBeNull()
      }
      const plain = openSite(db(), { origin: 'http://tides.example' })
      expect((await plain.app.request('/about')).headers.get('strict-transport-security')).toBeNull()
      const unchanged = await get('/', { headers: { 'if-none-match': '*' } })
      expect(unchanged.status).toBe(304)
      expect(unchanged.headers.get('content-security-policy')).toContain("default-src 'none'")
    })

    it('to HEAD is that to GET without a body', async () => {
      const { get } = await open([hostile])
      for (const path of [
        '/',
        '/papers/2601.00001',
        '/papers/new.atom',
        '/papers/2601.00001.bib',
        '/nowhere',
        '/healthz',
      ]) {
        const head = await get(path, { method: 'HEAD' })
        const whole = await get(path)
        expect([path, head.status, await head.text()]).toEqual([path, whole.status, ''])
        expect(head.headers.get('content-type')).toBe(whole.headers.get('content-type'))
        expect(head.headers.get('etag')).toBe(whole.headers.get('etag'))
      }
    })

    it('shows the change when a paper has changed', async () => {
      const { read, record, get } = await open([paper(1, '2026-01-05')])
      const etag = (await get('/papers/2601.00001')).headers.get('etag')
      expect(await read('/')).toContain('Paper 1')
      await record([paper(1, '2026-01-05', { title: 'Renamed' })])
      expect(await read('/')).toContain('Renamed')
      expect(await read('/papers/2601.00001')).toContain('Renamed')
      expect((await get('/papers/2601.00001')).headers.get('etag')).not.toBe(etag)
    })
  })

  it('says of each address which methods it answers', async () => {
    const { app, record } = await open()
    await record([stated('doi/10.5555/tides/vote', { source: 'bibtex', title: 'On votes' })])
    const asked = async (path: string, method: string) => {
      const answer = await app.request(path, { method })
      return [answer.status, answer.headers.get('allow')]
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND'])
      expect(await asked('/papers/new', method), method).toEqual([405, 'GET, HEAD'])
    // Unless there is a paper of that name.
    expect(await asked('/papers/doi/10.5555/tides/vote', 'GET')).toEqual([200, null])
    for (const method of ['PUT', 'DELETE', 'PATCH'])
      expect(await asked('/papers/submit', method), method).toEqual([405, 'GET, HEAD, POST'])
    for (const path of ['/view', '/papers/2601.00001/vote', '/comments/1/delete', '/mail/settings/lists'])
      for (const method of ['GET', 'HEAD', 'PUT'])
        expect(await asked(path, method), `${method} ${path}`).toEqual([405, 'POST'])
    expect(await asked('/papers/new', 'OPTIONS')).toEqual([204, 'GET, HEAD, OPTIONS'])
    expect(await asked('/papers/submit', 'OPTIONS')).toEqual([204, 'GET, HEAD, POST, OPTIONS'])
    for (const method of ['GET', 'POST', 'PUT', 'OPTIONS'])
      expect(await asked('/nowhere', method), method).toEqual([404, null])
  })

  it('forgives a slash too many, or one that a proxy took away', async () => {
    const { app } = await open([paper(1, '2026-01-14')])
    const wayOf = async (path: string) => {
      const answer = await app.request(path)
      return [answer.status, answer.headers.get('location')?.replace(/^https?:\/\/[^/]+/, '')]
    }
    expect(await wayOf('/topics/')).toEqual([301, '/topics'])
    expect(await wayOf('/papers/2601.00001/')).toEqual([301, '/papers/2601.00001'])
    expect(await wayOf('/papers/https:/arxiv.org/abs/2601.00001v1')).toEqual([301, '/papers/2601.00001v1'])
  })
})

type Reader = {
  get: (path: string, init?: { method?: string; headers?: Record<string, string> }) => Promise<Response>
  html: (path: string) => Promise<string>
  read: (path: string, status?: number) => Promise<string>
}

/** Somebody who asks for pages and reads them; `read` gives the words on one. */
function readerOf({ app }: TestSite): Reader {
  const get: Reader['get'] = async (path, init) => app.request(path, init)
  return {
    get,
    html: async (path) => (await get(path)).text(),
    async read(path, status = 200) {
      const response = await get(path)
      expect([path, response.status]).toEqual([path, status])
      return wordsOf(await response.text())
    },
  }
}
