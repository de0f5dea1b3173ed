import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { openSite, wordsOf } from '../../../test/site.ts'
import { changeTasteSettings } from '../../recommendation/own-tastes.ts'

describeWithDatabase('notes on pages', (db) => {
  async function open() {
    const { app, record } = openSite(db())
    await record([1, 2].map((n) => stated(`2601.0000${n}`, { title: `Paper ${n} on lakes` })))
    const [own, other] = await Promise.all([signIn(db()), signIn(db())])
    const get = (path: string, cookie = own.cookie) => app.request(path, { headers: { cookie } })
    const read = async (path: string, cookie = own.cookie) => wordsOf(await (await get(path, cookie)).text())
    const send = (path: string, fields: Record<string, string>, cookie = own.cookie) =>
      post(app, path, fields, { cookie })
    return { app, own, other, get, read, send }
  }

  it('are written on a paper’s page, and shown there to their writer only', async () => {
    const { get, read, send, other } = await open()
    const path = '/papers/2601.00001'
    expect(await read(path)).toContain('Your note Only you can see it')
    expect(await read(path, '')).not.toContain('Your note')
    const answer = await send(`${path}/note`, { body: 'Ask Ines about <sand>.', back: `${path}#note` })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${path}#note`])
    const page = await get(path)
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(await page.text()).toMatch(/<textarea[^>]*>Ask Ines about &lt;sand&gt;\.<\/textarea>/)
    for (const cookie of [other.cookie, ''])
      for (const at of [path, `${path}.json`, `${path}.md`])
        expect(await (await get(at, cookie)).text()).not.toContain('Ines')
    await send(`${path}/note`, { body: 'Ask Ines about <sand>.', remove: '1' })
    expect(await (await get(path)).text()).not.toContain('Ines')
    expect(await db().selectFrom('paper_notes').selectAll().execute()).toEqual([])
  })

  it('say what is wrong with one', async () => {
    const { send } = await open()
    const long = await send('/papers/2601.00001/note', { body: 'x'.repeat(10_001) })
    expect([long.status, wordsOf(await long.text())]).toEqual([
      422,
      expect.stringContaining('A note can have up to 10,000 characters. Go back and shorten it.'),
    ])
    expect((await send('/papers/2601.09999/note', { body: 'x' })).status).toBe(404)
    const stranger = await send('/papers/2601.00001/note', { body: 'x', back: '/papers/2601.00001#note' }, '')
    expect(stranger.headers.get('location')).toBe('/sign-in?to=%2Fpapers%2F2601.00001%23note')
    expect(await db().selectFrom('paper_notes').selectAll().execute()).toEqual([])
  })

  it('are all on one page, with a search', async () => {
    const { get, read, send, other } = await open()
    expect((await get('/notes', '')).headers.get('location')).toBe('/sign-in?to=/notes')
    expect(await read('/notes')).toContain('Notes you write on the page of a paper will appear here.')
    for (const n of [1, 2]) await send(`/papers/2601.0000${n}/note`, { body: `Tidal idea ${n}.` })
    expect((await get('/notes')).headers.get('cache-control')).toBe('no-store')
    expect(await read('/notes')).toMatch(/Paper 2 on lakes.*Tidal idea 2\..*Paper 1 on lakes.*Tidal idea 1\./)
    const found = await read('/notes?q=idea+1')
    expect(found).toContain('Tidal idea 1.')
    expect(found).not.toContain('Tidal idea 2.')
    expect(await read('/notes?q=sand')).toContain('None of your notes has all these words.')
    expect((await get('/notes?after=W10')).status).toBe(400)
    expect(await read('/notes', other.cookie)).not.toContain('Tidal')
  })

  it('are found by their reader’s own search, and by nobody else’s', async () => {
    const { app, own, other, get, send } = await open()
    await send('/papers/2601.00001/note', { body: 'Compare with the zanzibar lakes.' })
    const search = '/papers?q=zanzibar+lakes'
    const page = await get(search)
    expect(page.headers.get('cache-control')).toBe('no-store')
    const words = wordsOf(await page.text())
    expect(words).toContain(
      'In your notes Paper 1 on lakes Compare with the zanzibar lakes. All your notes with these words. Only you can see this.',
    )
    for (const cookie of [other.cookie, ''])
      expect(await (await get(search, cookie)).text()).not.toContain('Compare')
    for (const at of ['.atom', '.rss', '.feed.json', '.json', '.bib', '/suggest', '/explain'])
      expect([at, await (await get(`/papers${at}?q=zanzibar`)).text()]).toEqual([
        at,
        expect.not.stringContaining('Compare'),
      ])
    const program = await app.request('/api/papers/search?q=zanzibar', { headers: { cookie: own.cookie } })
    expect(await program.text()).not.toContain('Compare')
    // Nor where only filters are asked for.
    expect(await (await get('/papers?q=author:zanzibar')).text()).not.toContain('Compare')
  })

  it('leave the page of a paper alone: what is opened and searched is told only where that is allowed', async () => {
    const { own, get, send } = await open()
    const [paper, search] = ['/papers/2601.00001', '/papers?q=lakes']
    const tells = async (path: string, cookie = own.cookie) =>
      /<remember-this data-to="([^"]*)"(?: data-text="([^"]*)")?>/
        .exec(await (await get(path, cookie)).text())
        ?.slice(1)
        .join(' ')
    expect(await tells(paper)).toBe(`${paper}/opened `)
    expect(await tells(search)).toBeUndefined()
    for (const path of [paper, search]) expect(await tells(path, '')).toBeUndefined()
    await send('/papers/searched', { text: 'lakes' })
    expect(await db().selectFrom('opened_papers').selectAll().execute()).toEqual([])
    expect((await send(`${paper}/opened`, {})).status).toBe(303)
    expect(await db().selectFrom('opened_papers').selectAll().execute()).toHaveLength(1)
    await changeTasteSettings(db(), { readerId: own.reader.id, learnsOpened: false, learnsSearches: true })
    expect(await tells(paper)).toBeUndefined()
    expect(await tells(search)).toBe('/papers/searched lakes')
    expect(await db().selectFrom('reader_searches').selectAll().execute()).toEqual([])
    expect((await send('/papers/searched', { text: 'lakes' })).status).toBe(303)
    expect(await db().selectFrom('reader_searches').select('text').execute()).toEqual([{ text: 'lakes' }])
    expect((await send('/papers/2601.09999/opened', {})).status).toBe(404)
  })
})
