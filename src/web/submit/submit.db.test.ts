import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { NOON, openSite, wordsOf } from '../../../test/site.ts'

describeWithDatabase('submitting', (db) => {
  let server: Server
  let away = false
  let asked: string[] = []
  beforeAll(async () => {
    // As arXiv's API answers.
    server = createServer((request, response) => {
      asked.push(request.url ?? '')
      const id = new URL(request.url ?? '', 'http://arxiv').searchParams.get('id_list') ?? ''
      if (away) return void response.writeHead(503, { 'retry-after': '5' }).end()
      const entry = id.startsWith('2601.')
        ? `<entry><id>http://arxiv.org/abs/${id}v1</id><updated>2026-01-10T10:00:00Z</updated>
            <published>2026-01-10T10:00:00Z</published><title>Tides of ${id}</title>
            <summary>Lakes have tides too.</summary><author><name>Ann Lee</name></author>
            <category term="physics.ao-ph"/></entry>`
        : ''
      response.writeHead(200, { 'content-type': 'application/atom+xml' })
      response.end(
        `<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">${entry}</feed>`,
      )
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
  })
  afterAll(() => void server.close())
  const open = () => {
    away = false
    asked = []
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return openSite(db(), { sources: { arxivUrl: url, doiUrl: url, userAgent: 'a test' } })
  }
  const read = async (answer: Response) => wordsOf(await answer.text())

  it('takes a paper from its source, into today’s edition, with a first comment', async () => {
    const { app } = open()
    const { cookie } = await signIn(db(), { name: 'Ada' })
    const answer = await post(
      app,
      '/papers/submit',
      { paper: ' https://arxiv.org/abs/2601.00007v1 ', note: 'Worth reading for its lakes.' },
      { cookie },
    )
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/papers/2601.00007'])
    const page = await read(await app.request('/papers/2601.00007'))
    expect(page).toContain('Tides of 2601.00007')
    expect(page).toContain('Worth reading for its lakes.')
    expect(await read(await app.request('/papers/date/2026-01-15'))).toContain('Tides of 2601.00007')
    expect(asked).toHaveLength(1)
  })

  it('makes it the pick of a curator who says why', async () => {
    const { app } = open()
    const { cookie } = await signIn(db(), { name: 'Cy', curator: true })
    await post(app, '/papers/submit', { paper: '2601.00008', note: 'A find.' }, { cookie })
    expect(await db().selectFrom('picks').select('note').execute()).toEqual([{ note: 'A find.' }])
    expect(await read(await app.request('/papers/2601.00008'))).toContain('A find.')
  })

  it('leads to a paper that is here, and loses no note', async () => {
    const { app, record } = open()
    await record([stated('2601.00001')])
    const { cookie } = await signIn(db())
    const answer = await post(app, '/papers/submit', { paper: 'arXiv:2601.00001', note: '' }, { cookie })
    expect(answer.headers.get('location')).toBe('/papers/2601.00001')
    const noted = await post(
      app,
      '/papers/submit',
      { paper: '2601.00001', note: 'My <b>words</b>' },
      { cookie },
    )
    const page = await noted.text()
    expect(page).toContain('My &lt;b&gt;words&lt;/b&gt;</textarea>')
    expect(page).toContain('action="/papers/2601.00001/comments"')
    expect(asked).toEqual([])
  })

  it('lets the submission of a new account wait for a curator', async () => {
    const { app } = open()
    const { cookie } = await signIn(db(), { createdAt: NOON })
    const answer = await post(app, '/papers/submit', { paper: '2601.00009', note: 'Words' }, { cookie })
    expect(await read(answer)).toContain('A curator will review')
    expect((await app.request('/papers/2601.00009')).status).toBe(404)
    const form = await app.request('/papers/submit', { headers: { cookie } })
    expect(await read(form)).toMatch(/Tides of 2601\.00009.*Waiting for review/)
  })

  it('says what is wrong and keeps what was typed', async () => {
    const { app } = open()
    const { cookie } = await signIn(db())
    const submit = (paper: string) => post(app, '/papers/submit', { paper, note: 'My words' }, { cookie })
    for (const [paper, status, words] of [
      ['nonsense', 422, 'We could not recognise that'],
      ['local/abc', 422, 'We could not recognise that'],
      ['2512.99999', 422, 'does not know'],
    ] as const) {
      const answer = await submit(paper)
      expect(answer.status).toBe(status)
      const page = await answer.text()
      expect(wordsOf(page)).toContain(words)
      expect(page).toContain('My words</textarea>')
      expect(page).toContain(`value="${paper}"`)
    }
    away = true
    const answer = await submit('2601.00011')
    expect(answer.status).toBe(503)
    expect(await read(answer)).toMatch(/arXiv does not answer right now|Too many look-ups/)
  })

  it('is for who is signed in, and not for who fills in what nobody sees', async () => {
    const { app } = open()
    expect((await app.request('/papers/submit')).headers.get('location')).toBe(
      '/sign-in?to=%2Fpapers%2Fsubmit',
    )
    const { cookie } = await signIn(db())
    await post(app, '/papers/submit', { paper: '2601.00012', website: 'https://spam.example' }, { cookie })
    expect(asked).toEqual([])
  })
})
