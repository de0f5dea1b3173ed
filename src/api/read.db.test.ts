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
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
    expect(await ask('/api/daily_papers', { headers: { authorization: 'Bearer nonsense' } })).toMatchObject({
      status: 401,
    })
  })
})
