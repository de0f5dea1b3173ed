import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { NOON, openSite, servicesAt, wordsOf } from '../../../test/site.ts'
import { runNextImport } from '../../libraries/run-imports.ts'
import { itemKey, KEY, openZotero, READ_ONLY_KEY } from '../../libraries/testing/zotero-server.ts'
import { saveNext } from '../../libraries/zotero/saves.ts'
import { openOutgoingClient } from '../../outgoing/client.ts'
import { deleteAccount } from '../../readers/delete-account.ts'

describeWithDatabase('a reader’s library elsewhere', (db) => {
  let zotero: Awaited<ReturnType<typeof openZotero>>
  beforeEach(async () => {
    zotero = await openZotero()
  })
  afterEach(() => zotero.close())

  async function open() {
    const client = openOutgoingClient({
      db: db(),
      userAgent: 'a test',
      now: () => NOON,
      wait: async () => {},
    })
    const { app, record, site } = openSite(db(), {
      harvesting: {
        client,
        urls: servicesAt(zotero.url),
        keys: { openalex: null, semanticScholar: null, github: null },
        contact: null,
      },
    })
    await record(
      [1, 2].map((n) => stated(`2601.0000${n}`, { title: `Paper ${n}`, authors: [{ name: 'Ann Lee' }] })),
    )
    const owner = await signIn(db(), { name: 'Ada' })
    const other = await signIn(db(), { name: 'Ben' })
    const who = (cookie = owner.cookie) => ({ headers: { cookie } })
    const send = (path: string, fields: Record<string, string>, cookie = owner.cookie) =>
      post(app, path, fields, { cookie })
    const read = async (path: string, cookie = owner.cookie) =>
      wordsOf(await (await app.request(path, who(cookie))).text())
    const made = await send('/collections', { title: 'Tides' })
    const collection = made.headers.get('location') ?? ''
    const asking = {
      db: db(),
      client,
      url: zotero.url,
      secret: site.accounts.secret,
      now: () => NOON,
      signal: new AbortController().signal,
    }
    const upload = async (
      file: { name: string; text: string } | null,
      { cookie = owner.cookie, text = '' } = {},
    ) => {
      const form = new FormData()
      if (file) form.set('file', new File([file.text], file.name))
      form.set('text', text)
      // As browsers send it.
      const sent = new Response(form)
      const type = sent.headers.get('content-type') ?? ''
      return app.request(`${collection}/import/file`, {
        method: 'POST',
        headers: {
          cookie,
          origin: 'https://tides.example',
          'sec-fetch-site': 'same-origin',
          'content-type': type,
        },
        body: await sent.arrayBuffer(),
      })
    }
    return {
      app,
      owner,
      other,
      who,
      send,
      read,
      collection,
      upload,
      work: async () => {
        while (await runNextImport(asking));
        while (await saveNext({ ...asking, site: { name: 'Tide Lines', origin: () => site.origin } }));
      },
    }
  }

  it('is connected, imported into a new collection, and saved to', async () => {
    const { app, who, send, read, work, collection } = await open()
    zotero.put([
      { key: itemKey(1), data: { itemType: 'preprint', title: 'Paper 2', archiveID: 'arXiv:2601.00002' } },
      { key: itemKey(2), data: { itemType: 'journalArticle', title: 'On <lakes>', DOI: '10.1000/lakes' } },
    ])
    expect(await read('/settings')).toContain('Connect Zotero')
    expect(await read('/papers/2601.00001')).not.toContain('Save to Zotero')
    expect((await send('/settings/zotero', { key: 'x' })).status).toBe(422)
    const refused = await send('/settings/zotero', { key: 'unknownunknownunknownunk' })
    const html = await refused.text()
    expect(wordsOf(html)).toContain('Zotero does not know this key.')
    expect(html).not.toContain('unknownunknown')
    expect((await send('/settings/zotero', { key: ` ${KEY} ` })).headers.get('location')).toBe(
      '/settings/zotero?connected',
    )
    const settings = await (await app.request('/settings/zotero?connected', who())).text()
    expect(wordsOf(settings)).toMatch(/Your Zotero account is connected\..*ada_reads.*reading and writing/)
    expect(settings).not.toContain(KEY)
    expect(settings).toContain('Tides &amp; waves')

    const begun = await send('/settings/zotero/import', { place: 'users/4711' })
    const at = begun.headers.get('location') ?? ''
    expect(at).toMatch(/^\/collections\/[a-z0-9]{12}\/imports\/\d+$/)
    const waiting = await app.request(at, who())
    expect([waiting.headers.get('refresh'), waiting.headers.get('cache-control')]).toEqual(['5', 'no-store'])
    expect(wordsOf(await waiting.text())).toContain('Waiting to be read.')
    await work()
    const done = await (await app.request(at, who())).text()
    expect(wordsOf(done)).toMatch(/Added to your collection 1 Not on this site 1/)
    expect(done).toContain('On &lt;lakes&gt;')
    expect(done).toContain('href="/papers/submit?paper=10.1000%2Flakes"')
    expect(await read(at.replace(/\/imports.*/, ''))).toContain('Paper 2')
    expect(await read(at.replace(/imports.*/, 'import'))).toMatch(/My library \(Zotero\).*1 added/)
    expect((await send(`${at}/repetition`, {})).headers.get('location')).toBe(at)

    expect(await read('/papers/2601.00001')).toContain('Save to Zotero')
    expect(
      (await send('/papers/2601.00001/zotero', { back: '/papers/2601.00001' })).headers.get('location'),
    ).toBe('/papers/2601.00001')
    expect(await read('/papers/2601.00001')).toContain('On its way to your Zotero library.')
    await work()
    expect(await read('/papers/2601.00001')).toContain('This paper is in your Zotero library.')
    await send(`${collection}/papers/add`, { paper: '2601.00002' })
    expect(await read(collection)).toContain('Save all to Zotero')
    expect((await send(`${collection}/zotero`, {})).headers.get('location')).toBe('/settings/zotero')
    await work()
    expect(await read('/settings/zotero')).toContain('2 papers')

    await send('/settings/zotero', { key: READ_ONLY_KEY })
    expect(await read('/settings/zotero')).toContain('reading only')
    expect((await send('/papers/2601.00001/zotero', {})).status).toBe(422)
    await send('/settings/zotero/removal', {})
    expect(await read('/settings/zotero')).toContain('Connect your account at Zotero')
  })

  it('comes from a file or a pasted text, within limits', async () => {
    const { upload, work, app, who, collection, read, owner, send } = await open()
    const bib =
      '@misc{a, title={Paper 1}, eprint={2601.00001}, archiveprefix={arXiv}, author={Lee, Ann}}\n@misc{broken, title={'
    const sent = await upload({ name: 'my "library" <1>.bib', text: bib })
    expect(sent.status).toBe(303)
    await work()
    const page = await (await app.request(sent.headers.get('location') ?? '', who())).text()
    expect(wordsOf(page)).toMatch(
      /Import of my "library" <1>\.bib.*Added to your collection 1.*Could not be read 1.*line 2/,
    )
    expect(page).not.toContain('<1>')

    expect(
      (
        await upload(null, {
          text: 'TY  - JOUR\nTI  - Paper 2\nUR  - https://arxiv.org/abs/2601.00002\nER  - \n',
        })
      ).status,
    ).toBe(303)
    // Without files, as small forms are sent.
    expect((await send(`${collection}/import/file`, { text: bib })).status).toBe(303)
    await work()
    expect(await read(collection)).toMatch(/Paper 1.*Paper 2/)

    const empty = await upload(null)
    expect([empty.status, wordsOf(await empty.text())]).toEqual([
      422,
      expect.stringContaining('Choose a file'),
    ])
    expect((await upload({ name: 'big.bib', text: 'x'.repeat(3_900_000) })).status).toBe(303)
    const large = await upload({ name: 'larger.bib', text: 'x'.repeat(4_300_000) })
    expect([large.status, wordsOf(await large.text())]).toEqual([413, expect.stringContaining('up to 4 MB')])
    const stranger = await upload({ name: 'a.bib', text: 'x'.repeat(200_000) }, { cookie: '' })
    expect(stranger.status).toBe(413)
    const elsewhere = await app.request(`${collection}/papers/add`, {
      method: 'POST',
      headers: { cookie: owner.cookie, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'x'.repeat(200_000),
    })
    expect(elsewhere.status).toBe(413)
    const broken = await app.request(`${collection}/import/file`, {
      method: 'POST',
      headers: { cookie: owner.cookie, 'content-type': 'multipart/form-data; boundary=x' },
      body: 'nothing of the kind',
    })
    expect(broken.status).toBe(400)
  })

  it('is nobody else’s business', async () => {
    const { app, who, send, read, upload, collection, other, owner, work } = await open()
    await send('/settings/zotero', { key: KEY })
    const begun = await send(`${collection}/import`, { place: 'users/4711/COLL2345' })
    const at = begun.headers.get('location') ?? ''
    await work()
    await send(`${collection}/edit`, { title: 'Tides', public: 'on' })
    for (const path of [`${collection}/import`, at]) {
      expect((await app.request(path, who(other.cookie))).status).toBe(404)
      expect((await app.request(path)).headers.get('location')).toBe(
        `/sign-in?to=${encodeURIComponent(path)}`,
      )
    }
    expect((await send(`${at}/repetition`, {}, other.cookie)).status).toBe(404)
    expect(
      (await upload({ name: 'a.bib', text: '@misc{a, title={x}}' }, { cookie: other.cookie })).status,
    ).toBe(404)
    await send('/settings/zotero', { key: KEY }, other.cookie)
    expect((await send(`${collection}/import`, { place: 'users/4711' }, other.cookie)).status).toBe(404)
    expect((await send(`${collection}/import`, { place: 'users/1' })).status).toBe(422)
    expect(await db().selectFrom('library_imports').select('reader_id').execute()).toEqual([
      { reader_id: owner.reader.id },
    ])

    const exported = await (await app.request('/settings/export', who())).text()
    expect(exported).toContain('ada_reads')
    expect(exported).toContain('Tides & waves')
    expect(exported).not.toContain(KEY)
    expect(exported).not.toContain('sealed')
    await deleteAccount(db(), { readerId: owner.reader.id, now: NOON })
    for (const table of ['library_imports', 'library_items', 'zotero_saves'] as const)
      expect(await db().selectFrom(table).selectAll().execute()).toEqual([])
    expect(await db().selectFrom('zotero_accounts').select('reader_id').execute()).toEqual([
      { reader_id: other.reader.id },
    ])
    expect(await read('/settings/zotero', other.cookie)).toContain('ada_reads')
  })
})
