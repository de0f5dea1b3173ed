import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { signIn } from '../../../test/readers.ts'
import { openSite } from '../../../test/site.ts'
import { ask, tokenOf } from '../../../test/tokens.ts'

const P = '2601.00001'
const OTHER = 'hep-th/9901001'

describeWithDatabase('a program that keeps its reader’s notes', (db) => {
  async function open() {
    const site = openSite(db())
    await site.record([stated(P, { title: 'Tides' }), stated(OTHER, { title: 'Strings' })])
    const { reader } = await signIn(db(), { name: 'Ada' })
    const token = await tokenOf(db(), reader)
    const others = await tokenOf(db(), (await signIn(db(), { name: 'Bert' })).reader)
    const does = (method: string, path: string, body?: unknown) =>
      ask(site.app, method, path, { token, body })
    const otherDoes = (method: string, path: string, body?: unknown) =>
      ask(site.app, method, path, { token: others, body })
    return { ...site, reader, does, otherDoes }
  }

  it('writes, reads and removes them, for its reader alone', async () => {
    const { does, otherDoes, app } = await open()
    const note = { id: P, note: 'Lemma 2, again.', changedAt: '2026-01-15T12:00:00.000Z' }
    const none = { id: P, note: null, changedAt: null }
    expect((await does('GET', `/api/papers/${P}/note`)).body).toEqual(none)
    for (const _ of [1, 2])
      expect((await does('PUT', `/api/papers/${P}/note`, { note: 'Lemma 2, again.' })).body).toEqual(note)
    expect((await does('GET', `/api/papers/${P}/note`)).body).toEqual(note)
    expect((await otherDoes('GET', `/api/papers/${P}/note`)).body).toEqual(none)
    expect((await otherDoes('GET', '/api/me/notes')).body).toEqual([])
    expect((await ask(app, 'GET', `/api/papers/${P}/note`)).status).toBe(401)
    expect((await ask(app, 'GET', `/api/papers/${P}`)).body).not.toHaveProperty('note')
    await otherDoes('DELETE', `/api/papers/${P}/note`)
    expect((await does('GET', `/api/papers/${P}/note`)).body).toEqual(note)
    for (const _ of [1, 2]) expect((await does('DELETE', `/api/papers/${P}/note`)).body).toEqual(none)
    expect(await db().selectFrom('paper_notes').selectAll().execute()).toEqual([])
  })

  it('lists them with their papers, page by page, and those with some words', async () => {
    const { does } = await open()
    await does('PUT', `/api/papers/${P}/note`, { note: 'Ebb and flow' })
    await does('PUT', '/api/papers/hep-th%2F9901001/note', { note: 'Knots' })
    const first = await does('GET', '/api/me/notes?limit=1')
    expect(first.body).toMatchObject([{ paper: { id: OTHER, title: 'Strings' }, note: 'Knots' }])
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
    expect((await does('GET', next)).body).toMatchObject([{ paper: { id: P }, note: 'Ebb and flow' }])
    expect((await does('GET', '/api/me/notes?q=flow')).body).toMatchObject([{ paper: { id: P } }])
    expect((await does('GET', '/api/me/notes?cursor=c.W10x')).status).toBe(404)
  })

  it('is told what cannot be a note', async () => {
    const { does } = await open()
    for (const note of ['x'.repeat(10_001), '🌊'.repeat(9_999) + 'xx'])
      expect(await does('PUT', `/api/papers/${P}/note`, { note })).toMatchObject({
        status: 422,
        body: { parameter: 'note', detail: 'Notes can have up to 10,000 characters.' },
      })
    for (const note of ['x'.repeat(20_001), 'a\u0000b', 7])
      expect((await does('PUT', `/api/papers/${P}/note`, { note })).status).toBe(400)
    expect((await does('PUT', '/api/papers/2601.99999/note', { note: 'x' })).status).toBe(404)
  })
})
