import { request as httpRequest } from 'node:http'
import { parse } from '@retorquere/bibtex-parser'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { listenWith } from '../../../test/security/listen.fixture.ts'
import { openSite } from '../../../test/site.ts'
import { readExport } from '../../sources/formats/round-trip.fixture.ts'

const LISTS = [
  '/index',
  '/papers/date',
  '/papers/date/2026-01-14',
  '/papers/week',
  '/papers/week/2026-W03',
  '/papers/month',
  '/papers/month/2026-01',
  '/papers/new',
  '/papers/trending',
  '/papers/top',
  '/papers/picks',
  '/topics/cs.CL',
  '/authors/ada-rivers',
]
const SUFFIXES = ['.bib', '.ris', '.csl.json', '.jsonl'] as const
const TYPES = {
  '.bib': 'application/x-bibtex; charset=utf-8',
  '.ris': 'application/x-research-info-systems; charset=utf-8',
  '.csl.json': 'application/vnd.citationstyles.csl+json; charset=utf-8',
  '.jsonl': 'application/jsonl; charset=utf-8',
}

/** How many papers a file has, read as programs read it. */
function papersIn(suffix: keyof typeof TYPES, text: string): number {
  switch (suffix) {
    case '.bib':
      return parse(text).entries.length
    case '.ris':
      return text.match(/^ER {2}- \r$/gm)?.length ?? 0
    case '.csl.json':
      return (JSON.parse(text) as unknown[]).length
    case '.jsonl':
      return linesOf(text).length
  }
}

function linesOf(text: string) {
  expect(text === '' || text.endsWith('\n')).toBe(true)
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { id: string; title: string; votes: number; heat: number | null })
}

const facts = {
  authors: [{ name: 'Ada Rivers' }],
  categories: ['cs.CL'],
  published: { precision: 'day' as const, value: '2026-01-14' },
}

describeWithDatabase('files of lists', (db) => {
  async function open() {
    const opened = openSite(db())
    await opened.record([1, 2, 3].map((n) => stated(`2601.0000${n}`, { ...facts, title: `Tides ${n}` })))
    return opened
  }
  /** So many more papers, the newest first by their numbers, without reading them in one by one. */
  async function addMany(count: number) {
    await sql`
      insert into papers (address, arxiv_id, title, abstract, edition, edition_from, dated_at, recorded_at, changed_at)
      select '2512.' || lpad(n::text, 5, '0'), '2512.' || lpad(n::text, 5, '0'), 'Many ' || n, repeat('Long words. ', 120),
        '2025-12-01', 'publication', '2025-12-01T00:00:00Z'::timestamptz + n * interval '1 second', now(), now()
      from generate_series(1, ${count}::int) n`.execute(db())
  }

  it('have every list, in every format', async () => {
    const { app } = await open()
    const { cookie } = await signIn(db(), { curator: true })
    for (const n of [1, 2, 3]) await post(app, `/papers/2601.0000${n}/pick`, { pick: '1' }, { cookie })
    await post(app, '/papers/2601.00002/vote', { vote: '1' }, { cookie })
    await sql`update papers set attention = 1, heat = id`.execute(db())
    const made = await post(app, '/collections', { title: 'Tides', public: 'on' }, { cookie })
    const collection = made.headers.get('location') ?? ''
    for (const n of [1, 2, 3]) {
      await post(app, `${collection}/papers/add`, { paper: `2601.0000${n}` }, { cookie })
      await post(app, `/papers/2601.0000${n}/save`, { save: '1' }, { cookie })
    }
    for (const suffix of SUFFIXES)
      for (const list of [...LISTS, collection, '/reading-list', '/papers?q=tides']) {
        const [path = '', query] = list.split('?')
        const address = path + suffix + (query === undefined ? '' : `?${query}`)
        const answer = await app.request(address, path === '/reading-list' ? { headers: { cookie } } : {})
        expect([address, answer.status]).toEqual([address, 200])
        expect(answer.headers.get('content-type')).toBe(TYPES[suffix])
        expect(answer.headers.get('content-disposition')).toMatch(
          new RegExp(`^attachment; filename="[\\w.-]+${suffix.replaceAll('.', '\\.')}"$`),
        )
        expect([address, papersIn(suffix, await answer.text())]).toEqual([address, 3])
      }
    const names = await Promise.all(
      ['/index.bib', '/papers/week.ris', '/papers/top.jsonl?from=2026-01-01', '/topics/cs.CL.csl.json'].map(
        async (path) => (await app.request(path)).headers.get('content-disposition'),
      ),
    )
    expect(names).toEqual([
      'attachment; filename="edition-2026-01-14.bib"',
      'attachment; filename="week-2026-W03.ris"',
      'attachment; filename="top-from-2026-01-01.jsonl"',
      'attachment; filename="topic-cs.CL.csl.json"',
    ])
  })

  it('are in the order of the page, and JSON Lines have all that a paper’s own JSON has', async () => {
    const { app } = await open()
    await sql`update papers set attention = id, heat = id where arxiv_id <> '2601.00002'`.execute(db())
    const lines = linesOf(await (await app.request('/index.jsonl')).text())
    expect(lines.map(({ id }) => id)).toEqual(['2601.00003', '2601.00001', '2601.00002'])
    expect(lines[0]).toEqual(await (await app.request('/papers/2601.00003.json')).json())
    const outcomes = []
    for await (const outcome of readExport('json', await (await app.request('/index.jsonl')).text()))
      outcomes.push(outcome)
    expect(outcomes).toMatchObject(lines.map(({ title }) => ({ ok: true, paper: { title } })))
    const trending = linesOf(await (await app.request('/papers/trending.jsonl')).text())
    expect(trending.map(({ id }) => id)).toEqual(['2601.00003', '2601.00001'])
  })

  it('are empty where the list is: no file is of another day than was asked for', async () => {
    const { app } = await open()
    for (const [suffix, text] of [
      ['.bib', ''],
      ['.ris', ''],
      ['.csl.json', '[\n]\n'],
      ['.jsonl', ''],
    ] as const) {
      const answer = await app.request(`/papers/date/2024-02-29${suffix}`)
      expect([answer.status, await answer.text()]).toEqual([200, text])
    }
    for (const path of ['/papers/date/nonsense.bib', '/topics/none.bib', '/authors/nobody.ris'])
      expect((await app.request(path)).status).toBe(404)
    expect((await app.request('/papers.jsonl')).headers.get('location')).toBe('/papers/new.jsonl')
    const few = await app.request('/papers.bib?q=+&limit=2')
    expect(few.headers.get('location')).toBe('/papers/new.bib?limit=2')
    expect((await app.request('/topics/cs.cl.bib')).headers.get('location')).toBe('/topics/cs.CL.bib')
    expect((await app.request('/reading-list.jsonl')).status).toBe(303)
  })

  it('leave out hidden papers', async () => {
    const { app, cache } = await open()
    await db().updateTable('papers').set({ hidden: true }).where('arxiv_id', '=', '2601.00002').execute()
    cache.drop('everything')
    const { cookie } = await signIn(db(), { curator: true })
    for (const list of ['/index', '/papers/new', '/topics/cs.CL', '/authors/ada-rivers'])
      for (const headers of [{}, { cookie }]) {
        const text = await (await app.request(`${list}.jsonl`, { headers })).text()
        expect(linesOf(text)).toHaveLength(2)
        expect(text).not.toContain('2601.00002')
      }
  })

  it('have a tag and a length while they are short, and answer who has them already', async () => {
    const { app, record } = await open()
    const first = await app.request('/papers/new.bib')
    const etag = first.headers.get('etag') ?? ''
    expect(etag).not.toBe('')
    expect(Number(first.headers.get('content-length'))).toBe((await first.text()).length)
    const head = await app.request('/papers/new.bib', { method: 'HEAD' })
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, ''])
    const again = () => app.request('/papers/new.bib', { headers: { 'if-none-match': etag } })
    expect((await again()).status).toBe(304)
    await record([stated('2601.00004', facts)])
    expect((await again()).status).toBe(200)
    expect((await app.request('/papers/new.bib', { method: 'PUT' })).headers.get('allow')).toBe('GET, HEAD')
  })

  it('go on beyond a page to the end of the list, or as far as was asked for', async () => {
    const { app } = await open()
    await addMany(450)
    const whole = linesOf(await (await app.request('/papers/new.jsonl')).text())
    const rows = await sql<{
      address: string
    }>`select address from papers order by dated_at desc, id desc`.execute(db())
    expect(whole.map(({ id }) => id)).toEqual(rows.rows.map(({ address }) => address))
    for (const limit of [1, 199, 200, 201, 400, 453, 454]) {
      const part = linesOf(await (await app.request(`/papers/new.jsonl?limit=${limit}`)).text())
      expect(part).toEqual(whole.slice(0, limit))
    }
    const bib = await (await app.request('/papers/new.bib')).text()
    expect(new Set(bib.match(/^@\w+\{[^,]+,$/gm)).size).toBe(453)
    expect(papersIn('.csl.json', await (await app.request('/papers.csl.json?q=many+sort:new')).text())).toBe(
      450,
    )
    const long = await app.request('/papers/new.jsonl', { method: 'HEAD' })
    expect([long.status, await long.text(), long.headers.get('content-type')]).toEqual([
      200,
      '',
      TYPES['.jsonl'],
    ])
    expect((await app.request('/papers/new.jsonl')).headers.get('cache-control')).toBe('no-cache')
  })

  it('say which parameter is wrong', async () => {
    const { app } = await open()
    for (const [query, parameter] of [
      ['limit=0', 'limit'],
      ['limit=-1', 'limit'],
      ['limit=', 'limit'],
      ['limit=1e3', 'limit'],
      ['limit=1.5', 'limit'],
      ['limit=100000001', 'limit'],
      ['limit=99999999999999999999', 'limit'],
      ['limit=1&limit=2', 'limit'],
      ['page=2', 'page'],
      ['after=W10', 'after'],
      ['constructor=1', 'constructor'],
      ['from=2026-13-01', 'from'],
      ['from=2026-01-01&to=x', 'to'],
    ] as const) {
      const answer = await app.request(`/papers/top.jsonl?${query}`)
      expect([query, answer.status]).toEqual([query, 400])
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(await answer.json()).toMatchObject({
        status: 400,
        parameter,
        detail: expect.stringContaining(`“${parameter}”`),
      })
    }
    expect((await app.request('/papers/new.jsonl?from=2026-01-01')).status).toBe(400)
    expect((await app.request('/papers.jsonl?q=tides&sort=new')).status).toBe(400)
    expect((await app.request('/papers/new.jsonl?limit=100000000')).status).toBe(200)
  })

  it('are sent to a network only so many at once, and no longer than somebody reads', async () => {
    const site = await open()
    await addMany(3_000)
    const { server, port } = await listenWith(site)
    const ask = (from = '192.0.2.1') =>
      new Promise<{ status: number; close(): void; text(): Promise<string> }>((resolve, reject) => {
        const asked = httpRequest(
          { port, host: '127.0.0.1', path: '/papers/new.jsonl', headers: { 'x-forwarded-for': from } },
          (answer) =>
            resolve({
              status: answer.statusCode ?? 0,
              close: () => void answer.destroy(),
              async text() {
                let text = ''
                for await (const piece of answer) text += String(piece)
                return text
              },
            }),
        )
        asked.on('error', reject)
        asked.end()
      })
    try {
      // Neither is read: they wait, and hold their places.
      const [one, two] = [await ask(), await ask()]
      expect([one.status, two.status]).toEqual([200, 200])
      expect((await ask()).status).toBe(429)
      const other = await ask('198.51.100.7')
      expect(linesOf(await other.text())).toHaveLength(3_003)
      one.close()
      await expect
        .poll(async () => {
          const next = await ask()
          next.close()
          return next.status
        })
        .toBe(200)
      expect(linesOf(await two.text())).toHaveLength(3_003)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  it('are broken off where they cannot be finished, so that nobody takes a part for the whole', async () => {
    const site = await open()
    await addMany(3_000)
    const { server, port } = await listenWith(site)
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/papers/new.jsonl`)
      expect(answer.status).toBe(200)
      await sql`alter table papers rename to papers_away`.execute(db())
      await expect(answer.text()).rejects.toThrow('terminated')
    } finally {
      await sql`alter table if exists papers_away rename to papers`.execute(db())
      server.closeAllConnections()
      server.close()
    }
  })
})
