import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { openSite } from '../../test/site.ts'

describeWithDatabase('the API, as programs read it', (db) => {
  async function open() {
    const site = openSite(db())
    await site.record([
      stated('2601.00001', {
        title: 'Tides in a channel',
        abstract: 'We measure tides.',
        authors: [{ name: 'Iris Sand', orcid: '0000-0002-1825-0097' }],
        published: { value: '2026-01-14', precision: 'day' },
        categories: ['cs.CL'],
        primaryCategory: 'cs.CL',
        links: [{ kind: 'code', url: 'https://github.com/tides/channel' }],
      }),
      stated('hep-th/9901001', { title: 'Strings and sand' }),
    ])
    const ask = async (path: string, init?: RequestInit) => {
      const answer = await site.app.request(path, init)
      const text = await answer.text()
      return {
        status: answer.status,
        headers: answer.headers,
        body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
      }
    }
    return { ...site, ask }
  }

  it('has a paper under each way to write its identifier', async () => {
    const { ask } = await open()
    const { status, body, headers } = await ask('/api/papers/2601.00001')
    expect(status).toBe(200)
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(body).toMatchObject({
      id: '2601.00001',
      title: 'Tides in a channel',
      githubRepo: 'https://github.com/tides/channel',
      authors: [{ name: 'Iris Sand' }],
    })
    for (const id of ['hep-th/9901001', 'hep-th%2F9901001'])
      expect((await ask(`/api/papers/${id}`)).body).toMatchObject({ id: 'hep-th/9901001' })
    expect(await ask('/api/papers/2601.99999')).toMatchObject({
      status: 404,
      body: { status: 404, parameter: 'id' },
    })
  })

  it('says which parameter makes no sense', async () => {
    const { ask } = await open()
    for (const [path, parameter] of [
      ['/api/daily_papers?limit=0', 'limit'],
      ['/api/daily_papers?limit=ten', 'limit'],
      ['/api/daily_papers?date=2026-02-30', 'date'],
      ['/api/daily_papers?week=2026-54', 'week'],
      ['/api/papers?list=papers', 'list'],
      ['/api/papers?cursor=abc', 'cursor'],
      ['/api/daily_papers?dat=2026-01-14', 'dat'],
      ['/api/daily_papers?p=9999999', 'p'],
      ['/api/papers/2601.00001?x=1', 'x'],
    ] as const) {
      const { status, body, headers } = await ask(path)
      expect([path, status, body['parameter']]).toEqual([path, 400, parameter])
      expect(headers.get('content-type')).toBe('application/problem+json')
    }
  })

  it('answers what it does not know as programs expect', async () => {
    const { ask } = await open()
    expect((await ask('/api/nothing')).body).toMatchObject({ status: 404 })
    const wrong = await ask('/api/daily_papers', { method: 'DELETE' })
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect(
      await ask('/api/daily_papers', { headers: { authorization: 'Bearer bs_nonsense' } }),
    ).toMatchObject({
      status: 401,
    })
  })

  it('answers the client of Papers with Code as its source reads', async () => {
    const { ask, app: site } = await open()
    const app = (path: string) => site.request(path)
    const entry = { arxiv_id: '2601.00001', title: 'Tides in a channel', published: '2026-01-14' }
    for (const path of [
      'papers/search?q=tides&page=1&page_size=10&mode=hybrid&start_date=2026-01-01',
      'papers/?page=1&page_size=20&start_date=2026-01-14&end_date=2026-01-14&latest_only=true&order_by=trending&order_dir=desc&include_resources=false',
      'papers/?search=tides&order_by=date_published',
    ])
      expect((await ask(`/api/v1/${path}`)).body).toMatchObject({ count: 1, results: [entry] })
    expect(
      (await ask('/api/v1/papers/?start_date=2026-01-14&end_date=2026-01-14')).body['applied_filters'],
    ).toEqual({ start_date: '2026-01-14', end_date: '2026-01-14' })
    expect((await ask('/api/v1/papers/recent?limit=1')).body).toMatchObject({ count: 1 })
    expect((await ask('/api/v1/papers/trending?limit=5&max_age_days=180')).status).toBe(200)
    expect((await ask('/api/v1/papers/2601.00001/related?limit=4')).body).toEqual({ count: 0, results: [] })
    expect((await ask('/api/v1/papers/2601.00001?include_resources=true')).body).toMatchObject({
      ...entry,
      authors: ['Iris Sand'],
      repositories: [{ url: 'https://github.com/tides/channel', is_official: true }],
      predecessor_papers: [],
    })
    const text = await app('/api/v1/research/papers/hep-th/9901001/read')
    expect([text.status, await text.text()]).toEqual([200, expect.stringContaining('# Strings and sand')])
    expect((await ask('/api/v1/papers/?framework=JAX')).body).toMatchObject({
      status: 400,
      parameter: 'framework',
    })
  })

  it('lists whatever people can see a list of, page by page', async () => {
    const { ask } = await open()
    const ids = (body: unknown) => (body as { paper: { id: string } }[]).map(({ paper }) => paper.id)
    const first = await ask('/api/papers?list=/papers/new&limit=1')
    const next = /^<([^>]+)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
    const second = await ask(next)
    expect(ids(first.body).concat(ids(second.body)).toSorted()).toEqual(['2601.00001', 'hep-th/9901001'])
    expect(second.headers.get('link')).toBeNull()
    const latest = await ask('/api/papers?list=/&limit=1')
    expect([ids(latest.body), latest.headers.get('link')]).toEqual([['2601.00001'], null])
    for (const list of [
      '/papers/date/2026-01-14',
      '/papers/week/2026-W03',
      '/topics/cs.CL',
      '/authors/0000-0002-1825-0097',
    ])
      expect([list, ids((await ask(`/api/papers?list=${list}`)).body)]).toEqual([list, ['2601.00001']])
    for (const list of ['/papers/picks', '/papers/trending', '/papers/top'])
      expect([list, ids((await ask(`/api/papers?list=${list}`)).body)]).toEqual([list, []])
    expect((await ask('/api/papers?list=/nothing')).body).toMatchObject({ status: 404, parameter: 'list' })
    expect((await ask('/api/editions')).body).toEqual([
      { day: '2026-01-14', papers: 1, url: 'https://tides.example/papers/date/2026-01-14' },
      { day: '1999-01-01', papers: 1, url: 'https://tides.example/papers/date/1999-01-01' },
    ])
    expect((await ask('/api/topics')).body).toMatchObject([{ category: 'cs.CL', papers: 1 }])
  })

  it('answers what has not changed with 304, and HEAD as GET', async () => {
    const { ask, app } = await open()
    const { headers } = await ask('/api/papers/2601.00001')
    const again = await app.request('/api/papers/2601.00001', {
      headers: { 'if-none-match': headers.get('etag') ?? '' },
    })
    expect([again.status, await again.text()]).toEqual([304, ''])
    const head = await app.request('/api/papers/2601.00001', { method: 'HEAD' })
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, headers.get('etag'), ''])
  })

  it('tells programs how much they may still read, and keeps that out of answers for others', async () => {
    const { app } = await open()
    const told = async (path: string) => (await app.request(path)).headers.get('ratelimit')
    expect(await told('/api/papers/2601.00001')).toBe('"page";r=1999;t=1')
    // At hand: it was not counted.
    expect(await told('/api/papers/2601.00001')).toBe(null)
    expect(await told('/api/papers/2601.00002')).toBe('"page";r=1998;t=1')
    expect(await told('/papers/2601.00001')).toBe(null)
    const search = await app.request('/api/papers/search?q=tides')
    expect(search.headers.get('ratelimit-policy')).toBe('"search";q=450;w=90')
    expect(search.headers.get('ratelimit')).toBe('"search";r=449;t=1')
  })
})
