import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { openSite, wordsOf } from '../../../test/site.ts'

const paper = (n: number, title = `Paper ${n}`) => stated(`2601.${String(n).padStart(5, '0')}`, { title })
/** What XML 1.0 holds no character for. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const ILLEGAL_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/

describeWithDatabase('the pages of collections', (db) => {
  async function open(count = 3) {
    const { app, record } = openSite(db())
    await record(Array.from({ length: count }, (_, i) => paper(i + 1)))
    const owner = await signIn(db(), { name: 'Ada <Lovelace>' })
    const other = await signIn(db(), { name: 'Ben' })
    const get = (path: string, who?: { cookie: string }) =>
      app.request(path, who ? { headers: { cookie: who.cookie } } : {})
    const read = async (path: string, who?: { cookie: string }) =>
      wordsOf(await (await get(path, who)).text())
    const send = (path: string, fields: Record<string, string>, who?: { cookie: string }) =>
      post(app, path, fields, who ?? {})
    /** Makes one and answers its address. */
    const make = async (fields: Record<string, string>, who: { cookie: string } = owner) => {
      const response = await send('/collections', { title: 'Tides', ...fields }, who)
      expect(response.status).toBe(303)
      return response.headers.get('location') ?? ''
    }
    return { app, owner, other, get, read, send, make }
  }

  it('begin with a form, and a private collection', async () => {
    const { get, read, make, owner } = await open()
    expect((await get('/collections/new')).headers.get('location')).toBe('/sign-in?to=/collections/new')
    expect(await read('/collections/new', owner)).toContain('Create a collection Title')
    const path = await make({ paper: '2601.00002' })
    expect(path).toMatch(/^\/collections\/[a-z0-9]{12}$/)
    const words = await read(path, owner)
    expect(words).toContain('Tides 1 paper, by Ada <Lovelace>, changed just now · private')
    expect(words).toContain('Paper 2')
    expect(await read('/collections', owner)).toContain('Your collections Tides 1 paper')
    expect(await read('/collections')).toContain('There are no public collections yet.')
  })

  it('say what is wrong with what was typed, and keep it', async () => {
    const { send, make, owner } = await open()
    const long = { title: 'T'.repeat(121), description: 'kept as typed', public: 'on' }
    const made = await send('/collections', long, owner)
    expect(made.status).toBe(422)
    const html = await made.text()
    expect(html).toContain('A title can have up to 120 characters.')
    expect(html).toContain('kept as typed')
    expect(html).toMatch(/name="public" checked/)
    const edited = await send(`${await make({})}/edit`, { title: ' ' }, owner)
    expect(edited.status).toBe(422)
    expect(wordsOf(await edited.text())).toContain('Give your collection a title.')
    expect((await send('/collections', { title: 'x' })).headers.get('location')).toBe('/sign-in?to=%2F')
  })

  it('are for nobody else as if they were not there, while they are private', async () => {
    const { get, send, make, owner, other } = await open()
    const curator = await signIn(db(), { curator: true })
    const path = await make({ paper: '2601.00001' })
    const missing = '/collections/aaaaaaaaaaaa'
    for (const suffix of ['', '.atom', '.rss', '.feed.json', '.bib', '.ris', '.csl.json', '.json']) {
      expect((await get(path + suffix, owner)).status).toBe(200)
      expect((await get(path + suffix, owner)).headers.get('cache-control')).toBe('no-store')
      for (const who of [other, curator, undefined]) {
        const answer = await get(path + suffix, who)
        expect(answer.status).toBe(404)
        const none = await get(missing + suffix, who)
        expect(none.status).toBe(404)
        expect(wordsOf(await answer.text())).toBe(wordsOf(await none.text()))
      }
    }
    const before = await db().selectFrom('collection_papers').selectAll().execute()
    const fields = { title: 'Mine now', paper: '2601.00001', to: '1', note: 'mine', confirm: 'on' }
    for (const act of ['edit', 'delete', 'papers/add', 'papers/remove', 'papers/move', 'papers/note']) {
      for (const who of [other, curator]) {
        const answer = await send(`${path}/${act}`, fields, who)
        const none = await send(`${missing}/${act}`, fields, who)
        expect(answer.status).toBe(404)
        expect(wordsOf(await answer.text())).toBe(wordsOf(await none.text()))
      }
      expect((await send(`${path}/${act}`, fields)).headers.get('location')).toMatch(/^\/sign-in/)
    }
    const id = path.slice('/collections/'.length)
    expect((await send('/papers/2601.00002/collect', { collection: id }, other)).status).toBe(404)
    expect(await db().selectFrom('collection_papers').selectAll().execute()).toEqual(before)
    expect(await db().selectFrom('collections').select('title').execute()).toEqual([{ title: 'Tides' }])
  })

  it('open to everybody, with feeds, and close again', async () => {
    const { get, read, send, make, owner, other } = await open()
    const path = await make({ public: 'on', description: 'Two\nlines', paper: '2601.00001' })
    for (const who of [undefined, other]) {
      const words = await read(path, who)
      expect(words).toContain('Tides Two lines 1 paper, by Ada <Lovelace>')
      expect(words).toContain('Follow new papers in this collection:')
      expect(words).not.toContain('Remove')
    }
    expect(await read('/collections')).toContain('Public collections Tides 1 paper')
    expect((await get(`${path}.feed.json`)).headers.get('content-type')).toMatch(/^application\/feed\+json/)
    await send(`${path}/edit`, { title: 'Tides' }, owner)
    expect((await get(path)).status).toBe(404)
    expect((await get(`${path}.atom`)).status).toBe(404)
    expect(await read('/collections')).not.toContain('Tides')
    await send(`${path}/edit`, { title: 'Tides', public: 'on' }, owner)
    await db().updateTable('collections').set({ hidden: true }).execute()
    expect((await get(path, other)).status).toBe(404)
    expect(await read(path, owner)).toContain('hidden by a curator')
  })

  it('take papers by whatever names them, and show no hidden ones', async () => {
    const { read, send, make, owner, get } = await open()
    const path = await make({ public: 'on' })
    const add = (named: string) => send(`${path}/papers/add`, { paper: named }, owner)
    expect((await add('https://arxiv.org/abs/2601.00003v2')).headers.get('location')).toBe(path)
    expect((await add('2601.00001')).status).toBe(303)
    expect((await add('2601.00001')).status).toBe(303)
    for (const unknown of ['2601.09999', 'nonsense', '']) expect((await add(unknown)).status).toBe(404)
    const id = path.slice('/collections/'.length)
    const collected = await send('/papers/2601.00002/collect', { collection: id, back: '/papers/new' }, owner)
    expect(collected.headers.get('location')).toBe('/papers/new')
    const fresh = await send('/papers/2601.00002/collect', { collection: 'new' }, owner)
    expect(fresh.headers.get('location')).toBe('/collections/new?paper=2601.00002')
    expect(await (await get('/collections/new?paper=2601.00002', owner)).text()).toContain(
      '<input type="hidden" name="paper" value="2601.00002"',
    )
    await db().updateTable('papers').set({ hidden: true }).where('arxiv_id', '=', '2601.00001').execute()
    const words = await read(path, owner)
    expect(words).toContain('2 papers')
    expect(words.indexOf('Paper 3')).toBeLessThan(words.indexOf('Paper 2'))
    for (const suffix of ['', '.atom', '.rss', '.feed.json', '.bib', '.ris', '.csl.json', '.json'])
      expect(await (await get(path + suffix, owner)).text()).not.toContain('2601.00001')
  })

  it('are put in order by buttons that say what is to be', async () => {
    const { get, send, make, owner } = await open()
    const path = await make({ public: 'on' })
    for (const n of [1, 2, 3]) await send(`${path}/papers/add`, { paper: `2601.0000${n}` }, owner)
    const order = async () =>
      [...(await (await get(path)).text()).matchAll(/entry-title"><a href="\/papers\/([^"]*)"/g)].map(
        ([, address]) => address,
      )
    const up = await (await get(path, owner)).text()
    expect(up).toMatch(/name="to" value="2" aria-label="Move up: Paper 3"/)
    const moved = await send(
      `${path}/papers/move`,
      { paper: '2601.00003', to: '2', back: `${path}#p3` },
      owner,
    )
    expect(moved.headers.get('location')).toBe(`${path}#p3`)
    await send(`${path}/papers/move`, { paper: '2601.00003', to: '2' }, owner)
    expect(await order()).toEqual(['2601.00001', '2601.00003', '2601.00002'])
    for (const to of ['', '-1', '1e3', '99999999999999999999'])
      expect((await send(`${path}/papers/move`, { paper: '2601.00003', to }, owner)).status).toBe(422)
    await send(`${path}/papers/remove`, { paper: '2601.00001' }, owner)
    await send(`${path}/papers/remove`, { paper: '2601.00001' }, owner)
    expect(await order()).toEqual(['2601.00003', '2601.00002'])
  })

  it('go a hundred papers a page', async () => {
    const { get, read, make, owner } = await open(101)
    const path = await make({ public: 'on' })
    const ids = await db().selectFrom('papers').select('id').orderBy('id').execute()
    const collectionId = path.slice('/collections/'.length)
    const values = ids.map(({ id }, i) => ({
      collection_id: collectionId,
      paper_id: id,
      position: i + 1,
      added_at: new Date(i * 1_000),
    }))
    await db().insertInto('collection_papers').values(values).execute()
    expect(await (await get(path, owner)).text()).toContain(`href="${path}?after=100" rel="next"`)
    const second = await read(`${path}?after=100`, owner)
    expect(second).toContain('Paper 101')
    expect(second).not.toContain('Paper 99')
    expect(await read(`${path}?after=900`, owner)).toContain('You have reached the end.')
    for (const broken of ['x', '-1', '', '9999999'])
      expect((await get(`${path}?after=${broken}`, owner)).status).toBe(400)
    // What came last is in the feed, though it stands at the end.
    const feed = await (await get(`${path}.feed.json`)).text()
    expect(feed).toContain('Paper 101')
    expect((JSON.parse(feed) as { items: unknown[] }).items).toHaveLength(100)
    expect((await get('/collections?after=W10')).status).toBe(400)
  })

  it('are deleted by who means it', async () => {
    const { get, send, make, owner } = await open()
    const path = await make({ public: 'on' })
    expect((await send(`${path}/delete`, {}, owner)).status).toBe(422)
    expect((await get(path)).status).toBe(200)
    expect((await send(`${path}/delete`, { confirm: 'on' }, owner)).headers.get('location')).toBe(
      '/collections',
    )
    expect((await get(path, owner)).status).toBe(404)
    expect((await send(`${path}/delete`, { confirm: 'on' }, owner)).status).toBe(404)
  })

  it('show markup as text, and keep out of feeds what XML has no character for', async () => {
    const { get, send, make, owner } = await open()
    const title = `<b>T</b> & ]]> "q" \u0001\ufffe`
    const note = 'I paid $5 & {more} \\than <i>this</i> ~ ]]>\u0002\uffff\n\nSecond.'
    const path = await make({ title, description: '<script>x</script>', public: 'on', paper: '2601.00001' })
    await send(`${path}/papers/note`, { paper: '2601.00001', note }, owner)
    for (const who of [owner, undefined]) {
      const html = await (await get(path, who)).text()
      expect(html).not.toMatch(/<b>T|<i>this|<script>x/)
      expect(wordsOf(html)).toContain('<b>T</b> & ]]> "q"')
      expect(wordsOf(html)).toContain('I paid $5 & {more} \\than <i>this</i> ~ ]]> Second.')
    }
    expect(await (await get('/collections')).text()).not.toMatch(/<b>T|<script>x/)
    for (const suffix of ['.atom', '.rss']) {
      const xml = await (await get(path + suffix)).text()
      expect(XMLValidator.validate(xml)).toBe(true)
      expect(xml).not.toMatch(ILLEGAL_IN_XML)
      const parsed: unknown = new XMLParser({ processEntities: true }).parse(xml)
      const feed = parsed as { feed?: { title: string }; rss?: { channel: { title: string } } }
      expect(feed.feed?.title ?? feed.rss?.channel.title).toBe('Tide Lines: <b>T</b> & ]]> "q"')
    }
    const json = (await (await get(`${path}.feed.json`)).json()) as {
      title: string
      items: { content_html: string }[]
    }
    expect(json.title).toBe('Tide Lines: <b>T</b> & ]]> "q"')
    expect(json.items[0]?.content_html).toBe(
      '<p>I paid $5 &amp; {more} \\than &lt;i&gt;this&lt;/i&gt; ~ ]]&gt;</p><p>Second.</p>',
    )
    const long = await send(`${path}/papers/note`, { paper: '2601.00001', note: 'x'.repeat(1_001) }, owner)
    expect(long.status).toBe(422)
    const empty = await send(`${path}/papers/note`, { paper: '2601.00002', note: 'x' }, owner)
    expect(empty.status).toBe(404)
  })

  it('go to reference managers whole, each BibTeX entry under a key of its own', async () => {
    const { app, record } = openSite(db())
    const same = {
      title: 'Tides',
      authors: [{ name: 'Ada Rivers' }],
      published: { precision: 'day' as const, value: '2026-01-14' },
    }
    await record([stated('2601.00001', same), stated('2601.00002', same), stated('2601.00003', same)])
    const { cookie } = await signIn(db())
    const made = await post(app, '/collections', { title: 'Tides' }, { cookie })
    const path = made.headers.get('location') ?? ''
    for (const n of [1, 2, 3]) await post(app, `${path}/papers/add`, { paper: `2601.0000${n}` }, { cookie })
    const get = (suffix: string) => app.request(path + suffix, { headers: { cookie } })
    const bib = await get('.bib')
    expect(bib.headers.get('content-disposition')).toBe(
      `attachment; filename="collection-${path.slice(13)}.bib"`,
    )
    expect([...(await bib.text()).matchAll(/^@misc\{(.*),$/gm)].map(([, key]) => key)).toEqual([
      'rivers2026tides',
      'rivers2026tidesb',
      'rivers2026tidesc',
    ])
    const ris = await (await get('.ris')).text()
    expect(ris.match(/^TY {2}- UNPB\r$/gm)).toHaveLength(3)
    expect(ris.match(/^ER {2}- \r$/gm)).toHaveLength(3)
    expect(await (await get('.json')).json()).toMatchObject({
      title: 'Tides',
      papers: [{ note: '', paper: { id: '2601.00001' } }, { paper: {} }, { paper: {} }],
    })
  })
})
