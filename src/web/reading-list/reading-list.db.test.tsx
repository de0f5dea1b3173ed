import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { openSite, wordsOf } from '../../../test/site.ts'
import { findPaper } from '../../papers/find.ts'
import { Picks } from '../picks/picks.tsx'
import { InCollections } from '../collections/links.tsx'
import { PaperActions, paperActions } from './paper-actions.tsx'

describeWithDatabase('a reading list', (db) => {
  async function open() {
    const { app, site, record } = openSite(db())
    await record([1, 2, 3].map((n) => stated(`2601.0000${n}`, { title: `Paper ${n}` })))
    const { cookie, reader } = await signIn(db())
    const get = (path: string, headers: Record<string, string> = { cookie }) => app.request(path, { headers })
    const read = async (path: string) => wordsOf(await (await get(path)).text())
    const send = (
      path: string,
      fields: Record<string, string>,
      options: Parameters<typeof post>[3] = { cookie },
    ) => post(app, path, fields, options)
    return { app, site, get, read, send, reader, cookie }
  }

  it('asks who is not signed in to be so, and says nothing', async () => {
    const { get, send } = await open()
    for (const path of ['/reading-list', '/reading-list.bib', '/reading-list.ris', '/reading-list.csl.json'])
      expect((await get(path, {})).headers.get('location')).toBe('/sign-in?to=/reading-list')
    expect((await get('/reading-list/not-for-me', {})).headers.get('location')).toBe(
      '/sign-in?to=/reading-list/not-for-me',
    )
    const back = { save: '1', back: '/papers/2601.00001' }
    expect((await send('/papers/2601.00001/save', back, {})).headers.get('location')).toBe(
      '/sign-in?to=%2Fpapers%2F2601.00001',
    )
    expect(await db().selectFrom('reading_list').selectAll().execute()).toEqual([])
  })

  it('holds what was saved, unread first, until it is taken off', async () => {
    const { get, read, send } = await open()
    expect(await read('/reading-list')).toContain('Papers you save will appear here')
    for (const n of [1, 2]) await send(`/papers/2601.0000${n}/save`, { save: '1' })
    await send('/papers/2601.00001/save', { save: '1' })
    await send('/papers/2601.00002/read', { read: '1', back: '/reading-list' })
    const page = await get('/reading-list')
    expect(page.headers.get('cache-control')).toBe('no-store')
    const words = wordsOf(await page.text())
    expect(words).toContain('1 to read, 1 read.')
    expect(words.indexOf('Paper 1')).toBeLessThan(words.indexOf('Paper 2'))
    expect(words).toContain('Read just now Mark as unread')
    const bib = await get('/reading-list.bib')
    expect(await bib.text()).toMatch(/2601\.00001[\s\S]*2601\.00002/)
    expect((await get('/reading-list.ris')).headers.get('content-disposition')).toContain('reading-list.ris')
    await send('/papers/2601.00001/save', { save: '0' })
    await send('/papers/2601.00001/save', { save: '0' })
    expect(await read('/reading-list')).toContain('0 to read, 1 read.')
    expect((await send('/papers/2601.09999/save', { save: '1' })).status).toBe(404)
    expect((await get('/reading-list?after=W10')).status).toBe(400)
    const other = await signIn(db())
    expect((await get('/reading-list', { cookie: other.cookie })).status).toBe(200)
    expect(wordsOf(await (await get('/reading-list', { cookie: other.cookie })).text())).not.toContain(
      'Paper 2',
    )
  })

  it('answers programs in pages with what stands now', async () => {
    const { send, cookie } = await open()
    const options = { cookie, headers: { accept: 'application/json' } }
    const json = async (path: string, fields: Record<string, string>) =>
      (await send(path, fields, options)).json()
    expect(await json('/papers/2601.00001/read', { read: '1' })).toEqual({ saved: false, read: false })
    expect(await json('/papers/2601.00001/save', { save: '1' })).toEqual({ saved: true })
    expect(await json('/papers/2601.00001/read', { read: '1' })).toEqual({ saved: true, read: true })
    expect(await json('/papers/2601.00001/not-for-me', { 'not-for-me': '1' })).toEqual({ notForMe: true })
  })

  it('folds papers away that are not for its reader', async () => {
    const { read, send } = await open()
    const fold = (value: string) =>
      send('/papers/2601.00002/not-for-me', { 'not-for-me': value, back: '/papers/new#p2' })
    expect((await fold('1')).headers.get('location')).toBe('/papers/new#p2')
    await fold('1')
    expect(await read('/papers/new')).toContain('Paper 2 You marked this paper “Not for me”. Show again')
    const list = await read('/reading-list/not-for-me')
    expect(list).toContain('Paper 2 You marked this paper “Not for me”. Show again')
    expect(list).not.toContain('Paper 1')
    await fold('0')
    expect(await read('/reading-list/not-for-me')).toContain('You have not marked any papers “Not for me”.')
    expect(await read('/papers/new')).not.toContain('Not for you.')
  })

  it('begins on a paper’s page, with what its reader can do there', async () => {
    const { site, send, cookie } = await open()
    const paper = await findPaper(db(), { scheme: 'arxiv', value: '2601.00001' }, { seenBy: 'program' })
    if (!paper) throw new Error('the paper is gone')
    const show = async (who: Awaited<ReturnType<typeof signIn>>['reader'] | null) => {
      const own = { ...site, viewer: who && { reader: who, sessionId: '' } }
      const actions = await paperActions(own, paper)
      const rendered = (
        <>
          <Picks picks={actions.picks} />
          <PaperActions site={own} paper={paper} actions={actions} />
          <InCollections collections={actions.inPublic} />
        </>
      )
      // oxlint-disable-next-line typescript/no-base-to-string -- the string form of an element is its HTML
      return wordsOf(String(rendered))
    }
    const curator = await signIn(db(), { curator: true, name: 'Cleo' })
    const reader = await signIn(db(), { name: 'Ada' })
    expect(await show(null)).toBe('Your lists Save to reading list')
    await send('/papers/2601.00001/pick', { note: '<Read> it', pick: '1' }, { cookie: curator.cookie })
    await send('/papers/2601.00001/save', { save: '1' }, { cookie: reader.cookie })
    await send(
      '/collections',
      { title: 'Open <one>', paper: '2601.00001', public: 'on' },
      { cookie: reader.cookie },
    )
    await send('/collections', { title: 'Closed' }, { cookie: reader.cookie })
    await send('/collections', { title: 'Not hers', paper: '2601.00001' }, { cookie })
    expect(await show(null)).toBe(
      'Picked by Cleo: <Read> it Your lists Save to reading list In collections Open <one> by Ada',
    )
    expect(await show(reader.reader)).toBe(
      'Picked by Cleo: <Read> it Your lists This paper is on your reading list. Remove from reading list Mark as read ' +
        'Not for me Open <one> Remove Add to a collection Closed New collection … Add to collection In collections Open <one> by Ada',
    )
    expect(await show(curator.reader)).toContain(
      'Why do you pick this paper? (optional) <Read> it Save note Withdraw pick',
    )
  })
})
