import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { mkdtempSync, rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { openSite, wordsOf, type TestSite } from '../../../test/site.ts'
import type { HarvestedPaper } from '../../papers/harvested-paper.ts'
import { createLog } from '../../runtime/log.ts'
import { SearchAway } from '../../search/engine-client.ts'
import { openMeaning } from '../../search/meaning.ts'
import type { SearchRoom } from '../../search/search.ts'

const day = (value: string) => ({ precision: 'day' as const, value })

const TIDES = [
  stated('2601.00001', {
    title: 'Tides at dawn',
    abstract: 'The moon pulls at the water. A tide gauge says how far it comes.',
    authors: [{ name: 'Ann Lee' }, { name: 'Bo Chen' }],
    published: day('2026-01-02'),
    categories: ['cs.LG', 'physics.ao-ph'],
    primaryCategory: 'cs.LG',
    links: [{ kind: 'code', url: 'https://github.com/lee/tide' }],
  }),
  stated('2512.00002', {
    title: 'Estuaries and tides',
    abstract: 'Where rivers meet the sea, water goes both ways.',
    authors: [{ name: 'Bo Chen' }],
    published: day('2025-12-20'),
    categories: ['physics.ao-ph'],
    primaryCategory: 'physics.ao-ph',
    upvotes: { total: 9, observedAt: '2026-01-14T00:00:00.000Z', since: '2026-01-13T00:00:00.000Z' },
  }),
  stated('doi/10.5555/a', {
    source: 'jsonl',
    title: 'A survey of lighthouses',
    abstract: 'Lamps that turn, and the coasts that they light. No tide is too high.',
    published: day('2024-05-05'),
    categories: ['Coasts & lamps'],
  }),
]

/** Papers on one subject, `n` of them, the last the newest. */
function manyPapers(n: number): HarvestedPaper[] {
  return Array.from({ length: n }, (_, i) =>
    stated(`2601.${String(i + 1).padStart(5, '0')}`, {
      title: `Kelp note ${i + 1}`,
      published: day(`2026-01-${String((i % 14) + 1).padStart(2, '0')}`),
    }),
  )
}

describeWithDatabase('the search', (db) => {
  async function open(papers: HarvestedPaper[] = TIDES, facts: { search?: SearchRoom; name?: string } = {}) {
    const site = openSite(db(), facts)
    if (papers.length > 0) await site.record(papers)
    return { ...site, ...readerOf(site) }
  }

  describe('its page', () => {
    it('finds papers by their words, and shows where they stand', async () => {
      const { read, html, titles } = await open()
      expect((await titles('/papers?q=tide+gauge'))[0]).toBe('Tides at dawn')
      const page = await html('/papers?q=tide+gauge')
      expect(page).toContain('A <mark>tide</mark> <mark>gauge</mark> says how far it comes.')
      expect(page).toContain('value="tide gauge"')
      expect(page).toContain('<title>tide gauge · Tide Lines</title>')
      expect(page).toContain('<meta name="robots" content="noindex"')
      expect(page).not.toContain('rel="canonical"')
      expect(wordsOf(page)).toContain('1 paper has these words; 2 more with some of them')
      const words = await read('/papers?q=tide')
      expect(words).toContain('Search tide 3 papers have these words')
      expect(words).toContain('Found by words only: this site does not search by meaning.')
      expect(await read('/papers?q=zzzz')).toContain('Searched by words only: this site does')
      expect(await read('/papers?q=ann+lee')).toContain('1 paper has these words')
    })

    it('is reached by its box on every page', async () => {
      const { html } = await open()
      for (const path of ['/', '/papers/2601.00001', '/about', '/papers?q=tide', '/nowhere']) {
        const page = await html(path)
        expect(page).toMatch(/<form class="search" role="search" action="\/papers" method="get">/)
        expect(page).toMatch(
          /<label[^>]* for="search">Search papers<\/label><input id="search" name="q" type="search"/,
        )
        expect(page).toContain(
          '<link rel="search" type="application/opensearchdescription+xml" title="Tide Lines"',
        )
      }
    })

    it('narrows down to topics, years and what papers come with, and widens again', async () => {
      const { html, titles, link } = await open()
      const narrowed = async (from: string, name: string) => {
        const path = link(await html(from), name)
        return { path, titles: await titles(path) }
      }
      const learning = await narrowed('/papers?q=tide', 'Machine Learning')
      expect(learning).toEqual({ path: '/papers?q=tide+cat%3Acs.LG', titles: ['Tides at dawn'] })
      expect((await narrowed('/papers?q=tide', 'Coasts &amp; lamps')).titles).toEqual([
        'A survey of lighthouses',
      ])
      expect((await narrowed('/papers?q=tide', '2025')).titles).toEqual(['Estuaries and tides'])
      expect((await narrowed('/papers?q=tide', 'Code')).path).toBe('/papers?q=tide+has%3Acode')

      const both = await narrowed(learning.path, '2026')
      expect(both.path).toBe('/papers?q=tide+cat%3Acs.LG+date%3A2026')
      const page = await html(both.path)
      for (const name of ['Machine Learning', '2026']) {
        const out = [
          ...page.matchAll(new RegExp(`href="([^"]*)"[^>]*><span class="vh">Remove: </span>${name} `, 'g')),
        ]
        // Once above the results, once in its list.
        expect(out).toHaveLength(2)
        expect(new Set(out.map(([, path]) => path)).size).toBe(1)
      }
      expect(page).toContain('aria-current="true"')
    })

    it('shows every other condition with a way to take it out', async () => {
      const { html, read } = await open()
      const path = `/papers?${new URLSearchParams({ q: 'tide -title:survey author:"bo chen" since:2025 cat:physics OR cat:cs -has:model' }).toString()}`
      const words = await read(path)
      for (const label of [
        'not survey in the title ×',
        'by “bo chen” ×',
        'since 2025 ×',
        'Physics or Computer Science ×',
        'not with model ×',
      ])
        expect(words).toContain(label)
      const [, without] = /href="([^"]*)" title="Search without “since 2025”"/.exec(await html(path)) ?? []
      expect(new URLSearchParams(decode(without).split('?')[1]).get('q')).toBe(
        'tide -title:survey author:"bo chen" cat:physics OR cat:cs -has:model',
      )
    })

    it('has an address for each order', async () => {
      const { html, titles, link } = await open()
      const page = await html('/papers?q=tide')
      expect(page).toContain('<a href="/papers?q=tide" aria-current="true">Relevance</a>')
      const order = async (name: string) => titles(link(page, name))
      expect(await order('New')).toEqual(['Tides at dawn', 'Estuaries and tides', 'A survey of lighthouses'])
      expect((await order('Hot'))[0]).toBe('Estuaries and tides')
      expect((await order('Top'))[0]).toBe('Estuaries and tides')
      expect(await html('/papers?q=tide+sort:hot')).toContain('sort%3Ahot" aria-current="true">Hot</a>')
      // Nothing is more relevant than another where there are no words.
      expect(await html('/papers?q=cat:cs.LG+OR+cat:physics.ao-ph')).not.toContain('>Relevance</a>')
    })

    it('goes on page by page, and back', async () => {
      const { html, read } = await open(manyPapers(60))
      const seen: string[] = []
      let path: string | undefined = '/papers?q=kelp+sort%3Anew'
      for (let page = 1; path !== undefined; page++) {
        const text: string = await html(path)
        seen.push(...titlesOf(text))
        expect(text).toContain(`Page ${page} of 3`)
        expect(text.includes('rel="prev"')).toBe(page > 1)
        path = /<link rel="next" href="([^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&')
      }
      expect(seen).toHaveLength(60)
      expect(new Set(seen).size).toBe(60)
      expect(await read('/papers?q=kelp&page=4')).toContain('You have reached the end.')
      expect(await read('/papers?q=kelp&page=')).toContain('Page 1 of 3')
      for (const page of ['0', '-1', 'x', '1e3', '9999999'])
        expect(await read(`/papers?q=kelp&page=${page}`, 400)).toContain(
          'This link to a later page is broken.',
        )
    })

    it('leads straight to a paper whose identifier is typed', async () => {
      const { get, read, html } = await open()
      const wayOf = async (q: string) => {
        const answer = await get(`/papers?${new URLSearchParams({ q }).toString()}`)
        return [answer.status, answer.headers.get('location')]
      }
      expect(await wayOf('2601.00001')).toEqual([302, '/papers/2601.00001'])
      expect(await wayOf(' arXiv:2601.00001v2 ')).toEqual([302, '/papers/2601.00001v2'])
      expect(await wayOf('https://arxiv.org/pdf/2601.00001')).toEqual([302, '/papers/2601.00001'])
      expect(await wayOf('https://doi.org/10.5555/A')).toEqual([302, '/papers/doi/10.5555/a'])
      expect(await read('/papers?q=2401.99999')).toContain(
        'The paper 2401.99999 is not on this site. You may find it on arXiv.',
      )
      expect(await read('/papers?q=10.5555/none')).toContain(
        'The paper with the DOI 10.5555/none is not on this site.',
      )
      // Whoever still types stays.
      expect(await html('/papers?q=2601.00001&unfinished=1')).toContain(
        'This is the identifier of <a href="/papers/2601.00001">Tides at dawn</a>',
      )
    })

    it.each([
      'kelp note',
      'kelp note sort:new',
      'kelp note sort:hot',
      'cat:cs.LG',
      'klep note',
      'kelp no&unfinished=1',
    ])('leaves nothing out and shows nothing twice while papers come in: %s', async (query) => {
      const first = manyPapers(60).map((paper, i) => ({
        ...paper,
        categories: ['cs.LG'],
        primaryCategory: 'cs.LG',
        abstract: 'kelp '.repeat(i % 7),
        ...(i % 3 === 0
          ? {
              upvotes: {
                total: i + 1,
                observedAt: '2026-01-14T00:00:00.000Z',
                since: '2026-01-13T00:00:00.000Z',
              },
            }
          : {}),
      }))
      const site = await open(first)
      const seen: string[] = []
      let path: string | undefined = `/papers?q=${query.replaceAll(' ', '+')}`
      for (let page = 1; path !== undefined; page++) {
        const text: string = await site.html(path)
        seen.push(...titlesOf(text))
        expect(text).toContain(`Page ${page} of 3`)
        path = /<link rel="next" href="([^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&')
        await site.record(
          Array.from({ length: 9 }, (_, i) =>
            stated(`2602.${page}000${i}`, {
              title: `Kelp ${'note '.repeat(i)}`,
              abstract: 'note '.repeat(page * 20),
              categories: ['cs.LG'],
              primaryCategory: 'cs.LG',
              published: day('2026-01-14'),
              upvotes: {
                total: 99,
                observedAt: '2026-01-14T00:00:00.000Z',
                since: '2026-01-13T00:00:00.000Z',
              },
            }),
          ),
        )
      }
      expect(seen.toSorted()).toEqual(first.map(({ title }) => title).toSorted())
    })

    it('takes the last word for a beginning only while it is being typed', async () => {
      const { titles } = await open()
      expect(await titles('/papers?q=lightho&unfinished=1')).toEqual(['A survey of lighthouses'])
      expect(await titles('/papers?q=lightho')).toEqual([])
    })

    it('corrects a word that no paper has, says so, and leads to what was asked', async () => {
      const { read, html, titles, link } = await open(manyPapers(50))
      const page = await html('/papers?q=klep+note+date:2026')
      expect(wordsOf(page)).toContain(
        'Showing results for kelp note date:2026. Search instead for "klep" note date:2026',
      )
      expect(wordsOf(page)).toContain('Search kelp note date:2026 50 papers have these words')
      expect(page).toContain('value="klep note date:2026"')
      // What follows from the page follows from what it shows.
      expect(link(page, 'New')).toBe('/papers?q=kelp+note+date%3A2026+sort%3Anew')
      expect(page).toContain('href="/papers?q=kelp+note+date%3A2026&amp;page=2&amp;upto=')
      expect(page).toContain('href="/papers.atom?q=kelp+note+date%3A2026"')
      const literal = '/papers?q=%22klep%22+note+date%3A2026'
      expect(link(page, '&quot;klep&quot; note date:2026')).toBe(literal)
      expect(await titles(literal)).toEqual([])
      expect(await read(literal)).not.toContain('Showing results for')
      expect(await read('/papers?q=klep+sort:new')).toContain('50 papers')
    })

    it('lets words decide where the model does not read the language, and says so', async () => {
      const opened = await open([
        ...TIDES,
        stated('2601.00007', { title: 'Traduction automatique pour les langues peu dotées' }),
      ])
      const { index } = opened.site.search
      const dataFolder = mkdtempSync(join(tmpdir(), 'broadsheet-languages-'))
      const meaning = openMeaning(
        { embeddingsUrl: null, embeddingsKey: null, embeddingsModel: null, dataFolder },
        { log: createLog('silent') },
      )
      const status = async () => ({
        ...(await index.status()),
        model: meaning.embedder?.model ?? null,
        vectors: 3,
      })
      opened.site.search = { ...opened.site.search, meaning, index: { ...index, status } }
      for (const text of ['peu+dotées+en+français', 'langues+peu+dotées']) {
        const words = await opened.read(`/papers?q=${encodeURI(text)}`)
        expect(words).toContain('Traduction automatique pour les langues peu dotées')
        expect(words).toContain('Found by words only: search by meaning makes sense of English only.')
        expect(words).not.toMatch(/Did you mean|Showing results for/)
      }
      await meaning.close()
      rmSync(dataFolder, { recursive: true })
    })

    it('says which dates and orders make no sense, and leaves them out', async () => {
      const { read, html, titles, link } = await open()
      const path = '/papers?q=tide+date:2026-02-30+sort:cold'
      const words = await read(path)
      expect(words).toContain(
        'We left out “date:2026-02-30”: this is not a date. Enter a year, a month or a day, such as 2026, 2026-03 or 2026-03-14.',
      )
      expect(words).toContain('We left out “sort:cold”: there is no such order.')
      expect(words).toContain('3 papers have these words')
      expect(await titles(path)).toHaveLength(3)
      expect(link(await html(path), 'New')).toBe('/papers?q=tide+sort%3Anew')
      // Alone it asks for nothing, and not for everything.
      expect(await read('/papers?q=date:soon')).toContain('No results')
      expect(await read('/papers?q=date:soon')).toContain('We left out “date:soon”')
    })

    it('takes days for those of the site', async () => {
      const at = (value: string) => ({ precision: 'time' as const, value })
      const { read, titles } = await open([
        // The evening before in New York, where the site is.
        stated('2601.00001', { title: 'Kelp by night', published: at('2026-01-01T03:00:00.000Z') }),
        stated('2601.00002', { title: 'Kelp by day', published: day('2026-01-01') }),
        stated('2601.00003', { title: 'Kelp by morning', published: at('2026-01-01T05:00:00.000Z') }),
      ])
      expect(await titles('/papers?q=kelp+date:2025-12-31')).toEqual(['Kelp by night'])
      expect(await titles('/papers?q=kelp+date:2025')).toEqual(['Kelp by night'])
      expect(await titles('/papers?q=kelp+before:2026')).toEqual(['Kelp by night'])
      expect((await titles('/papers?q=kelp+date:2026-01-01')).toSorted()).toEqual([
        'Kelp by day',
        'Kelp by morning',
      ])
      expect(await read('/papers?q=kelp')).toContain('Years 20262 20251')
    })

    it('never corrects in a feed', async () => {
      const { get } = await open(manyPapers(3))
      const entries = async (q: string) =>
        ((await (await get(`/papers.feed.json?q=${q}`)).json()) as { items: unknown[] }).items.length
      expect(await entries('kelp')).toBe(3)
      expect(await entries('klep')).toBe(0)
      expect(await entries('klep+note')).toBe(0)
    })

    it('says what to try where nothing is found', async () => {
      const { read, html } = await open()
      const path = '/papers?q=%22weather+machines%22+tide+author%3Alovelace'
      const words = await read(path)
      expect(words).toContain('No results')
      expect(words).toContain('No papers match this search.')
      const page = await html(path)
      for (const attempt of [
        '%22weather+machines%22+tide',
        'weather+machines+tide',
        'tide',
        '%22weather+machines%22',
      ])
        expect(page).toContain(`<a href="/papers?q=${attempt}">`)
      expect(page).toContain('<a href="/about/search">How to search</a>')
      expect(page).toContain('href="/papers.atom?q=%22weather+machines%22+tide+author%3Alovelace"')
      expect(await read('/papers?q=zzzz')).not.toContain('These may find something')
    })

    it('of a site without papers says so', async () => {
      const { read } = await open([])
      expect(await read('/papers?q=tide')).toContain('There are no papers here yet.')
    })

    it('shows the newest papers where nothing is asked for', async () => {
      const { get } = await open()
      for (const [path, to] of [
        ['/papers', '/papers/new'],
        ['/papers?q=', '/papers/new'],
        ['/papers?q=%20%00%0A', '/papers/new'],
        ['/papers.atom?q=', '/papers/new.atom'],
        ['/papers.rss', '/papers/new.rss'],
      ] as const) {
        const answer = await get(path)
        expect([path, answer.status, answer.headers.get('location')]).toEqual([path, 302, to])
      }
    })

    it('asks for patience while there is no index', async () => {
      const { get, read } = await open(TIDES, { search: broken(db(), new SearchAway('starting')) })
      for (const path of [
        '/papers?q=tide',
        '/papers.atom?q=tide',
        '/papers/explain?a=2601.00001&b=2512.00002',
      ])
        expect([path, (await get(path)).status, (await get(path)).headers.get('retry-after')]).toEqual([
          path,
          503,
          '5',
        ])
      expect(await read('/papers?q=tide', 503)).toContain('Search is not available at the moment.')
      expect(await (await get('/papers?q=tide')).text()).toContain('value="tide"')
      expect(await read('/about/search')).toContain('How to search')
    })

    it('says that the index is still being made', async () => {
      const { site, read } = await open()
      const { index } = site.search
      site.search = {
        ...site.search,
        index: { ...index, status: async () => ({ ...(await index.status()), upToDate: false }) },
      }
      expect(await read('/papers?q=tide')).toContain('The search index is being built: 3 papers so far.')
    })
  })

  describe('whatever is typed', () => {
    const HOSTILE = [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      `' onmouseover='alert(1)`,
      '“unclosed "quotes \' and «more',
      'عنوان עברית \u202E gnitfels',
      '{{x}} ${x} $<b>$ \\href{javascript:alert(3)}{x}',
      ']]></title><!-- -->',
      '\uFFFE\uFFFF\u0000\u0008\uD800 tide',
      '((((((()))))) -- - | OR AND NOT',
      'a'.repeat(10_000),
      'tide '.repeat(2_000),
      '"'.repeat(3_000),
      '💡'.repeat(700),
      'cat:"<b>" author:"<i>" date:2025..2026 title:</h1>',
      'sort:top sort:hot has:code',
      '%',
      '__proto__ constructor toString',
    ]

    it('has an answer that keeps it inert', async () => {
      const { get } = await open()
      const { XMLValidator } = await import('fast-xml-parser')
      for (const text of HOSTILE) {
        const query = new URLSearchParams({ q: text }).toString()
        const answer = await get(`/papers?${query}`)
        expect([text.slice(0, 40), answer.status]).toEqual([text.slice(0, 40), 200])
        const page = await answer.text()
        expect(inertness(page)).toEqual([])
        for (const [, href = ''] of page.matchAll(/href="(\/papers\?[^"]*)"/g))
          expect((await get(decode(href))).status).toBeLessThan(400)
        for (const feed of ['.atom', '.rss']) {
          const xml = await (await get(`/papers${feed}?${query}`)).text()
          expect([text.slice(0, 40), XMLValidator.validate(xml)]).toEqual([text.slice(0, 40), true])
          expect(xml).not.toMatch(/(?!\n)[\p{Cc}\uFFFE\uFFFF]/u)
        }
        for (const format of ['', '&format=opensearch']) {
          const suggestions = await get(`/papers/suggest?${query}${format}`)
          expect([text.slice(0, 40), suggestions.status]).toEqual([text.slice(0, 40), 200])
          JSON.parse(await suggestions.text())
        }
      }
    })

    it('may be no text at all', async () => {
      const { get } = await open()
      for (const query of [
        'q=%FF%FE',
        'q=%',
        'q=tide&q=dawn',
        'q=tide&page=2&page=x',
        'q[]=tide',
        'q=+tide+&n=1&after=x',
      ])
        for (const path of ['/papers', '/papers.atom', '/papers/suggest'])
          expect([query, path, (await get(`${path}?${query}`)).status < 500]).toEqual([query, path, true])
    })
  })

  describe('its feeds', () => {
    it('are there for every search, newest first or in the order it asks for', async () => {
      const { get, html } = await open()
      const feeds = [
        ...(await html('/papers?q=tide+water')).matchAll(
          /<link rel="alternate" type="([^"]*)"[^>]*href="([^"]*)"/g,
        ),
      ]
      expect(feeds.map(([, type, href]) => [type, href])).toEqual([
        ['application/atom+xml', '/papers.atom?q=tide+water'],
        ['application/rss+xml', '/papers.rss?q=tide+water'],
        ['application/feed+json', '/papers.feed.json?q=tide+water'],
      ])
      for (const [, type, href = ''] of feeds) {
        const answer = await get(href)
        expect(answer.headers.get('content-type')).toBe(`${type}; charset=utf-8`)
        const text = await answer.text()
        expect(text).toContain(`https://tides.example${href}`)
        expect(text).toContain('https://tides.example/papers?q=tide+water')
        expect(text).toContain('Tide Lines: tide water')
      }
      const titles = async (q: string) => {
        const { items } = (await (await get(`/papers.feed.json?q=${q}`)).json()) as {
          items: { title: string }[]
        }
        return items.map(({ title }) => title)
      }
      expect(await titles('tide')).toEqual([
        'Tides at dawn',
        'Estuaries and tides',
        'A survey of lighthouses',
      ])
      expect((await titles('tide+sort:top'))[0]).toBe('Estuaries and tides')
      expect(await titles('nothing+here')).toEqual([])
      expect((await get('/papers.atom?q=nothing+here')).status).toBe(200)
    })

    it('are sent again only when a paper of them changed', async () => {
      const { get, record } = await open()
      const first = await get('/papers.atom?q=tide')
      const etag = first.headers.get('etag') ?? ''
      await record([stated('2601.00009', { title: 'Kelp' })])
      expect((await get('/papers.atom?q=tide', { headers: { 'if-none-match': etag } })).status).toBe(304)
      await record([stated('2601.00010', { title: 'A tide of kelp' })])
      const again = await get('/papers.atom?q=tide', { headers: { 'if-none-match': etag } })
      expect([again.status, (await again.text()).includes('A tide of kelp')]).toEqual([200, true])
    })
  })

  describe('for browsers', () => {
    it('is described in OpenSearch', async () => {
      const { get } = await open(TIDES, { name: 'The <Tide> & Coast Reader' })
      const answer = await get('/opensearch.xml')
      expect(answer.headers.get('content-type')).toBe('application/opensearchdescription+xml; charset=utf-8')
      const xml = await answer.text()
      const { XMLParser } = await import('fast-xml-parser')
      const { OpenSearchDescription: said } = new XMLParser({
        ignoreAttributes: false,
        processEntities: true,
        htmlEntities: true,
      }).parse(xml) as { OpenSearchDescription: { ShortName: string; Url: Record<string, string>[] } }
      expect(said.ShortName).toBe('The <Tide> & Coa')
      const templates = Object.fromEntries(said.Url.map((url) => [url['@_type'], url['@_template']]))
      expect(templates).toEqual({
        'text/html': 'https://tides.example/papers?q={searchTerms}&page={startPage?}',
        'application/atom+xml': 'https://tides.example/papers.atom?q={searchTerms}',
        'application/rss+xml': 'https://tides.example/papers.rss?q={searchTerms}',
        'application/x-suggestions+json':
          'https://tides.example/papers/suggest?q={searchTerms}&format=opensearch',
        'application/opensearchdescription+xml': 'https://tides.example/opensearch.xml',
      })
    })

    it('suggests papers, authors and topics', async () => {
      const { get } = await open()
      const answer = await get('/papers/suggest?q=chen')
      expect(answer.headers.get('content-type')).toBe('application/json')
      expect(answer.headers.get('cache-control')).toMatch(/^private/)
      expect(await answer.json()).toMatchObject({
        papers: [{ path: expect.stringMatching(/^\/papers\//), by: expect.stringContaining('Bo Chen') }, {}],
        authors: [{ name: 'Bo Chen', path: '/authors/bo-chen', papers: 2 }],
        topics: [],
      })
      // A slip in a name, at its end or in the midst of it, is one while nothing begins like it.
      for (const [typed, authors] of [
        ['chne', ['Bo Chen']],
        ['bo+chne', ['Bo Chen']],
        ['cehn', ['Bo Chen']],
        ['ann', ['Ann Lee']],
        ['tied', []],
        ['lighthuose', []],
      ] as const) {
        const names = (await (await get(`/papers/suggest?q=${typed}`)).json()) as {
          authors: { name: string }[]
        }
        expect([typed, names.authors.map(({ name }) => name)]).toEqual([typed, authors])
      }
      expect(await (await get('/papers/suggest?q=machine+lear')).json()).toMatchObject({
        topics: [{ category: 'cs.LG', name: 'Machine Learning', path: '/topics/cs.LG' }],
      })
      const suggested = async (typed: string) => {
        const found = await (await get(`/papers/suggest?q=${encodeURIComponent(typed)}`)).json()
        return (found as { papers: { title: string }[] }).papers.map(({ title }) => title)
      }
      // A slip in a word, and in the one that is being typed; between its stem and its end; a quote and a filter not yet done.
      for (const typed of [
        'survey lighthou',
        'survye lighth',
        'survey lihgth',
        'survey of lighthouse',
        '"survey of light',
        'lighthouses sort:n',
        'lighthouses date:20',
      ])
        expect([typed, await suggested(typed)]).toEqual([typed, ['A survey of lighthouses']])
      expect(await suggested('survey of kelp')).toEqual([])
      expect(await (await get('/papers/suggest?q=2601.00001')).json()).toMatchObject({
        papers: [{ title: 'Tides at dawn', path: '/papers/2601.00001', by: '2601.00001' }],
      })
      expect(await (await get('/papers/suggest')).json()).toEqual({ papers: [], authors: [], topics: [] })
      const forBrowsers = await get('/papers/suggest?q=chen&format=opensearch')
      expect(forBrowsers.headers.get('content-type')).toBe('application/x-suggestions+json; charset=utf-8')
      const [text, titles, descriptions, addresses] = (await forBrowsers.json()) as [string, ...string[][]]
      expect(text).toBe('chen')
      expect(titles?.at(-1)).toBe('Bo Chen')
      expect(descriptions?.at(-1)).toBe('2 papers')
      expect(addresses?.at(-1)).toBe('https://tides.example/authors/bo-chen')
    })

    it('suggests nothing, but never fails, while there is no index', async () => {
      for (const error of [new SearchAway('starting'), new Error('broken')]) {
        const { get } = await open(TIDES, { search: broken(db(), error) })
        const answer = await get('/papers/suggest?q=tide')
        expect([answer.status, answer.headers.get('cache-control'), await answer.json()]).toEqual([
          200,
          'no-store',
          { papers: [], authors: [], topics: [] },
        ])
        expect(await (await get('/papers/suggest?q=tide&format=opensearch')).json()).toEqual([
          'tide',
          [],
          [],
          [],
        ])
      }
    })
  })

  describe('the papers near to a paper', () => {
    /** A room in which all papers are near to each other. */
    function near({ db, index, meaning, timeZone }: SearchRoom): SearchRoom {
      return {
        db,
        timeZone,
        index: {
          ...index,
          similar: async (id) =>
            [1, 2, 3].filter((other) => other !== id).map((id) => ({ id, similarity: 0.6 })),
        },
        meaning: {
          ...meaning,
          embedder: { model: 'of-letters' } as SearchRoom['meaning']['embedder'],
          vectorOf: async (text) => ({
            ok: true,
            vector: Float32Array.from('aeiou', (letter) => text.split(letter).length),
          }),
        },
      }
    }

    it('stand on its page, with the reason', async () => {
      const opened = await open()
      opened.site.search = near(opened.site.search)
      const words = await opened.read('/papers/2601.00001')
      expect(words).toContain('Similar papers')
      expect(words).toContain('Estuaries and tides Bo Chen, 2025 · Why? What they have in common')
      expect(await opened.html('/papers/2601.00001')).toContain(
        'href="/papers/explain?a=2601.00001&amp;b=doi%2F10.5555%2Fa"',
      )
      const reason = await opened.read('/papers/explain?a=2601.00001&b=doi%2F10.5555%2Fa')
      expect(reason).toContain('What they have in common')
      expect(reason).toContain(
        'First paper Tides at dawn Ann Lee, Bo Chen Second paper A survey of lighthouses',
      )
      expect(reason).toMatch(/First paper: The moon pulls at the water\.|First paper: A tide gauge/)
    })

    it('are left out where nobody can say what papers mean', async () => {
      const { read, get } = await open()
      expect(await read('/papers/2601.00001')).not.toContain('Similar papers')
      expect((await get('/papers/2601.00001')).headers.get('cache-control')).toBe('no-cache')
      expect(await read('/papers/explain?a=2601.00001&b=2512.00002')).toContain(
        'cannot compare their sentences',
      )
    })

    it('never keep a page from being shown, which is then rebuilt for the next reader', async () => {
      for (const error of [new SearchAway('starting'), new Error('broken')]) {
        const opened = await open()
        const { search } = opened.site
        opened.site.search = broken(db(), error)
        const answer = await opened.get('/papers/2601.00001')
        expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
        opened.site.search = near(search)
        expect(await opened.read('/papers/2601.00001')).toContain('Similar papers')
      }
    })

    it('are compared with what is there only', async () => {
      const { read, get } = await open()
      expect(await read('/papers/explain?a=2601.00001&b=2601.99999', 404)).toContain(
        'One of these papers is not on this site.',
      )
      for (const [query, which] of [
        ['', 'a'],
        ['?a=2601.00001', 'b'],
        ['?a=x&b=%FF', 'a'],
      ])
        expect(await read(`/papers/explain${query}`, 400)).toContain(
          `“${which}” is the identifier of a paper.`,
        )
      const itself = await get('/papers/explain?a=2601.00001&b=arXiv:2601.00001v1')
      expect([itself.status, itself.headers.get('location')]).toEqual([302, '/papers/2601.00001'])
    })
  })

  it('answers each search by itself, compressed', async () => {
    const { get, titles } = await open()
    const asked = ['tide', 'gauge', 'estuaries', 'lighthouses', 'tide+sort%3Anew']
    const answers = await Promise.all(
      Array.from(
        { length: 200 },
        async (_, i) => [i % asked.length, await titles(`/papers?q=${asked[i % asked.length]}`)] as const,
      ),
    )
    for (const [i, found] of answers) expect(found).toEqual(await titles(`/papers?q=${asked[i]}`))
    const packed = await get('/papers?q=tide', { headers: { 'accept-encoding': 'br' } })
    expect(packed.headers.get('content-encoding')).toBe('br')
    const etag = packed.headers.get('etag') ?? ''
    expect((await get('/papers?q=tide', { headers: { 'if-none-match': etag } })).status).toBe(304)
    expect(await titles('/%70apers?q=gauge')).toEqual(['Tides at dawn'])
    expect(await titles('/%70apers?q=lighthouses')).toEqual(['A survey of lighthouses'])
  })

  it('is kept from robots, who would never come to its end', async () => {
    const { get } = await open()
    expect(await (await get('/robots.txt')).text()).toContain('Disallow: /papers?\n')
  })
})

/** A room whose index fails whatever it is asked. */
function broken(db: SearchRoom['db'], error: Error): SearchRoom {
  const fail = async () => {
    throw error
  }
  return {
    db,
    index: { find: fail, correct: fail, similar: fail, status: fail },
    timeZone: 'UTC',
    meaning: { embedder: null, vectorOf: async () => ({ ok: false, reason: 'off' }), close: async () => {} },
  }
}

/** What in a page came out of its texts as markup. */
function inertness(page: string): string[] {
  const scripts = page.match(/<script\b[^>]*>[\s\S]*?<\/script\s*>/gi) ?? []
  const tags = page.match(/<[a-z!/][^>]*>/gi) ?? []
  return [
    ...scripts.filter(
      (script) => !/^<script (type="module" )?src="\/assets\/[a-z]+\.js"><\/script>$/.test(script),
    ),
    // What stands between quotes is text; so only names of attributes are left.
    ...tags.filter((tag) => /\son\w+|\sstyle|'|"/i.test(tag.replaceAll(/="[^"]*"/g, '='))),
    ...tags.filter((tag) => /^<(?:img|iframe|object|embed|base|style|b|i|!--)\b/i.test(tag)),
    ...tags.filter((tag) => /(?:href|src|action)="\s*(?:javascript|data|vbscript):/i.test(tag)),
  ]
}

function decode(href: string | undefined): string {
  return (href ?? '').replaceAll('&amp;', '&').replaceAll('&#39;', "'")
}

function titlesOf(html: string): string[] {
  return [...html.matchAll(/<h2 class="entry-title"><a href="[^"]*">(.*?)<\/a>/g)].map(
    ([, title]) => title ?? '',
  )
}

/** Somebody who searches: `titles` are those of the results on a page, `link` where a link of a page leads. */
function readerOf({ app }: TestSite) {
  const get = async (path: string, init?: { headers?: Record<string, string> }) => app.request(path, init)
  const html = async (path: string) => (await get(path)).text()
  return {
    get,
    html,
    read: async (path: string, status = 200) => {
      const answer = await get(path)
      expect([path, answer.status]).toEqual([path, status])
      return wordsOf(await answer.text())
    },
    titles: async (path: string) => titlesOf(await html(path)),
    link: (page: string, text: string) => {
      const [, href] = page.match(new RegExp(`<a href="(/papers\\?[^"]*)"[^>]*>${text}</a>`)) ?? []
      expect([text, href]).toEqual([text, expect.any(String)])
      return decode(href)
    },
  }
}
