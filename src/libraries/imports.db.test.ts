import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON } from '../../test/site.ts'
import { openOutgoingClient } from '../outgoing/client.ts'
import { collectedPapers } from '../shelves/collection-papers.ts'
import { createCollection } from '../shelves/collections.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { importFromFile, importFromZotero, importsInto, leftItems, repeatImport } from './imports.ts'
import { runNextImport, type Libraries } from './run-imports.ts'
import { itemKey, KEY, openZotero } from './testing/zotero-server.ts'
import { connectZotero, disconnectZotero } from './zotero/account.ts'

const SECRET = 'a secret that is only for tests, long enough'
const MINUTE = 60_000
const PLACE = { library: 'users/4711', collection: null, name: 'My library' }

describeWithDatabase('importing a library', (db) => {
  let zotero: Awaited<ReturnType<typeof openZotero>>
  let clock: Date
  beforeEach(async () => {
    zotero = await openZotero()
    clock = new Date(NOON)
  })
  afterEach(() => zotero.close())

  const libraries = (signal = new AbortController().signal): Libraries => ({
    db: db(),
    client: openOutgoingClient({
      db: db(),
      userAgent: 'a test',
      now: () => clock,
      wait: async (ms) => void clock.setTime(clock.getTime() + ms),
    }),
    url: zotero.url,
    secret: SECRET,
    now: () => clock,
    signal,
  })
  const run = async () => {
    while (await runNextImport(libraries()));
  }
  const pass = (ms: number) => void clock.setTime(clock.getTime() + ms)
  async function open({ papers = [1, 2, 3] }: { papers?: number[] } = {}) {
    await recordHarvest(
      db(),
      papers.map((n) => stated(`2601.${String(n).padStart(5, '0')}`, { title: `Paper ${n}` })),
      { now: clock, timeZone: 'UTC' },
    )
    const { reader } = await signIn(db(), { name: 'Ada' })
    const facts = { title: 'Tides', description: '', public: false }
    const made = await createCollection(db(), { readerId: reader.id, facts, now: clock })
    if (!made.ok) throw new Error('no collection')
    const collectionId = made.id
    const of = { readerId: reader.id, collectionId }
    return {
      ...of,
      titles: async () => (await collectedPapers(db(), { collectionId })).map(({ paper }) => paper.title),
      newest: async () => (await importsInto(db(), { collectionId }))[0],
      connect: (key = KEY) =>
        connectZotero(libraries(), {
          readerId: reader.id,
          key,
          secret: SECRET,
          signal: new AbortController().signal,
        }),
      begin: () => importFromZotero(db(), { ...of, place: PLACE, now: clock }),
      file: (name: string, text: string) =>
        importFromFile(db(), { ...of, name, bytes: Buffer.from(text), now: clock }),
    }
  }
  const onArxiv = (n: number, data = {}) => ({
    key: itemKey(n),
    data: {
      itemType: 'preprint',
      title: `Paper ${n}`,
      archiveID: `arXiv:2601.${String(n).padStart(5, '0')}`,
      ...data,
    },
  })

  it('adds what is here, whichever field names it, and keeps what is not', async () => {
    const { connect, begin, titles, newest } = await open()
    zotero.put([
      onArxiv(3, { archiveID: '', extra: 'arXiv:2601.00003 [cs.CL]\nPMID: 1' }),
      onArxiv(1, { archiveID: '', url: 'https://arxiv.org/abs/2601.00001v2' }),
      onArxiv(2, { archiveID: '', DOI: '10.48550/arXiv.2601.00002' }),
      onArxiv(9),
      { key: itemKey(20), data: { itemType: 'book', title: 'A <i>book</i>', DOI: '' } },
      { key: itemKey(21), data: { itemType: 'attachment', title: 'a.pdf' } },
    ])
    expect(await connect()).toEqual({ ok: true })
    expect(await begin()).toMatchObject({ ok: true })
    await run()
    expect(await titles()).toEqual(['Paper 3', 'Paper 1', 'Paper 2'])
    const done = await newest()
    expect(done).toMatchObject({
      state: 'done',
      total: 6,
      counts: { added: 3, there: 0, absent: 1, bare: 1, waiting: 0 },
    })
    expect((await leftItems(db(), { importId: done?.id ?? 0, after: 0, limit: 10 })).items).toMatchObject([
      { title: 'Paper 9', state: 'absent', identifier: { scheme: 'arxiv', value: '2601.00009' } },
      { title: 'A book', state: 'bare', identifier: null },
    ])
    // Nobody was asked about what is not here, and nothing of it is a paper.
    expect(await db().selectFrom('papers').select('id').execute()).toHaveLength(3)
  })

  it('reads page after page, and the second time only what has changed', async () => {
    const { connect, begin, titles, newest } = await open({ papers: [1, 120, 251] })
    zotero.put(Array.from({ length: 250 }, (_, i) => onArxiv(i + 1)))
    await connect()
    await begin()
    await run()
    expect(await titles()).toEqual(['Paper 1', 'Paper 120'])
    expect(await newest()).toMatchObject({ listed: 250, total: 250, counts: { added: 2, absent: 248 } })
    const starts = zotero.asked
      .filter(({ url }) => url.pathname.endsWith('/top'))
      .map(({ url }) => url.searchParams.get('start'))
    expect(starts).toEqual(['0', '100', '200'])

    zotero.asked.length = 0
    await begin()
    await run()
    expect(zotero.asked.map(({ headers }) => headers['if-modified-since-version'])).toEqual(['2'])
    expect(await newest()).toMatchObject({ state: 'done', counts: { added: 2, absent: 248 } })

    zotero.put([onArxiv(251)])
    await recordHarvest(db(), [stated('2601.00007', { title: 'Paper 7' })], { now: clock, timeZone: 'UTC' })
    await begin()
    await run()
    expect(zotero.asked.at(-1)?.url.searchParams.get('since')).toBe('2')
    expect(await titles()).toEqual(['Paper 1', 'Paper 120', 'Paper 7', 'Paper 251'])
    expect(await newest()).toMatchObject({ listed: 251, counts: { added: 4, absent: 247 } })
  })

  it('begins again where the library changes while it is read, and loses nothing', async () => {
    const { connect, begin, titles, newest } = await open({ papers: [1, 150, 151] })
    zotero.put(Array.from({ length: 150 }, (_, i) => onArxiv(i + 1)))
    await connect()
    await begin()
    zotero.insteadOf(({ url }, count) => {
      if (url.searchParams.get('start') === '100' && count < 8) zotero.put([onArxiv(151)])
      return null
    })
    await run()
    expect(await titles()).toEqual(['Paper 1', 'Paper 150', 'Paper 151'])
    expect(await newest()).toMatchObject({ state: 'done', listed: 151 })
  })

  it('slows down, waits and gives up as Zotero says', async () => {
    const { connect, begin, newest, titles } = await open()
    zotero.put(Array.from({ length: 150 }, (_, i) => onArxiv(i + 1)))
    await connect()
    await begin()
    // Backoff comes with answers that are good.
    zotero.asksToSlowDown('120')
    await run()
    expect(await newest()).toMatchObject({ state: 'waiting', listed: 100, isRead: false })
    const asked = zotero.asked.length
    pass(MINUTE)
    await run()
    expect(zotero.asked).toHaveLength(asked)
    zotero.asksToSlowDown(null)
    pass(2 * MINUTE)
    zotero.insteadOf(() => ({ status: 429, headers: { 'retry-after': '600' } }))
    await run()
    expect(zotero.asked).toHaveLength(asked + 1)
    expect((await newest())?.dueAt?.getTime()).toBeGreaterThanOrEqual(clock.getTime() + 9 * MINUTE)
    zotero.insteadOf(() => null)
    pass(11 * MINUTE)
    await run()
    expect(await newest()).toMatchObject({ state: 'done', listed: 150, trouble: null })
    expect(await titles()).toEqual(['Paper 1', 'Paper 2', 'Paper 3'])

    for (const [status, words] of [
      [403, /does not accept your key/],
      [404, /no longer has/],
    ] as const) {
      zotero.insteadOf(() => ({ status, body: 'no' }))
      await begin()
      await run()
      expect(await newest()).toMatchObject({ state: 'failed', trouble: expect.stringMatching(words) })
    }
    zotero.insteadOf(() => ({ status: 500 }))
    await begin()
    for (let n = 0; n < 8; n++) {
      await run()
      pass(24 * 60 * MINUTE)
    }
    expect(await newest()).toMatchObject({
      state: 'failed',
      trouble: expect.stringMatching(/does not answer/),
    })
    zotero.insteadOf(() => ({ status: 200, body: '<html>' }))
    await begin()
    await run()
    expect(await newest()).toMatchObject({
      state: 'waiting',
      trouble: expect.stringMatching(/could not be read/),
    })
  })

  it('goes on where a process that died had stopped, and does nothing twice', async () => {
    const { connect, begin, newest, titles } = await open({ papers: [1, 101, 201] })
    zotero.put(Array.from({ length: 250 }, (_, i) => onArxiv(i + 1)))
    await connect()
    await begin()
    zotero.insteadOf(({ url }) => (url.searchParams.get('start') === '200' ? 'hold' : null))
    // It never hears of anything again.
    void runNextImport(libraries()).catch(() => {})
    while (!zotero.asked.some(({ url }) => url.searchParams.get('start') === '200'))
      await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await newest()).toMatchObject({ listed: 200, isRead: false })
    zotero.insteadOf(() => null)
    await run()
    // It is held.
    expect(await newest()).toMatchObject({ listed: 200, isRead: false })
    await sql`update library_imports set held_until = clock_timestamp() - interval '1 second'`.execute(db())
    zotero.asked.length = 0
    await run()
    expect(zotero.asked.map(({ url }) => url.searchParams.get('start'))).toEqual(['200'])
    expect(await titles()).toEqual(['Paper 1', 'Paper 101', 'Paper 201'])
    expect(await newest()).toMatchObject({ state: 'done', counts: { added: 3, there: 0, absent: 247 } })
  })

  it('is done once by two at once, and once however often it is asked for', async () => {
    const { connect, begin, newest, titles, collectionId, readerId } = await open()
    zotero.put([onArxiv(1), onArxiv(2)])
    await connect()
    const begun = await Promise.all([begin(), begin()])
    expect(new Set(begun.map((one) => (one.ok ? one.id : 0))).size).toBe(1)
    await Promise.all([runNextImport(libraries()), runNextImport(libraries())])
    await run()
    expect(await titles()).toEqual(['Paper 1', 'Paper 2'])
    expect((await importsInto(db(), { collectionId })).map(({ counts }) => counts.added)).toEqual([2])
    const id = (await newest())?.id ?? 0
    await repeatImport(db(), { id, readerId, collectionId, now: clock })
    await run()
    expect(await newest()).toMatchObject({ state: 'done', counts: { added: 2, absent: 0 } })
  })

  it('has room for as many papers as a collection, and says what found none', async () => {
    const { connect, begin, newest } = await open({ papers: Array.from({ length: 503 }, (_, i) => i + 1) })
    zotero.put(Array.from({ length: 503 }, (_, i) => onArxiv(i + 1)))
    await connect()
    await begin()
    await run()
    expect(await newest()).toMatchObject({ state: 'done', counts: { added: 500, full: 3 } })
  })

  it('does not show hidden papers, nor act for a reader who was suspended, nor without a key', async () => {
    const { connect, begin, newest, titles, readerId } = await open()
    await db().updateTable('papers').set({ hidden: true }).where('arxiv_id', '=', '2601.00002').execute()
    zotero.put([onArxiv(2), onArxiv(1)])
    await connect()
    await begin()
    await run()
    expect(await titles()).toEqual(['Paper 1'])
    expect(await newest()).toMatchObject({ counts: { added: 1, absent: 1 } })

    await db().updateTable('papers').set({ hidden: false }).execute()
    await begin()
    await db().updateTable('readers').set({ suspended_at: clock }).execute()
    await run()
    expect(await newest()).toMatchObject({ state: 'failed', trouble: expect.stringMatching(/Your account/) })
    await db().updateTable('readers').set({ suspended_at: null }).execute()
    await disconnectZotero(db(), { readerId })
    await begin()
    await run()
    expect(await newest()).toMatchObject({ state: 'failed', trouble: expect.stringMatching(/not connected/) })
  })

  it('reads BibTeX, RIS and CSL-JSON, and says which line it could not read', async () => {
    const { file, newest, titles } = await open()
    await file(
      'mine.bib',
      `@article{one, title={Paper 1}, author={Lee, Ann}, year=2026, eprint={2601.00001}, archiveprefix={arXiv}}
@misc{nine, title={Paper 9}, author={Lee, Ann}, year=2026, doi={10.1000/nine}}
@misc{none, author={Lee, Ann}}
@misc{bare, title={A report}, author={Lee, Ann}, year=1999}`,
    )
    await run()
    const done = await newest()
    expect(done).toMatchObject({
      name: 'mine.bib',
      state: 'done',
      total: 4,
      counts: { added: 1, absent: 2, unreadable: 1 },
    })
    const { items } = await leftItems(db(), { importId: done?.id ?? 0, after: 0, limit: 10 })
    expect(items).toMatchObject([
      { title: 'Paper 9', identifier: { scheme: 'doi', value: '10.1000/nine' } },
      { state: 'unreadable', title: expect.stringContaining('line 3'), reason: expect.any(String) },
      { title: 'A report', identifier: null },
    ])
    await file(
      'more.ris',
      'TY  - JOUR\nTI  - Paper 2\nAU  - Lee, Ann\nUR  - https://arxiv.org/abs/2601.00002\nER  - \n',
    )
    await run()
    await file(
      'more.json',
      JSON.stringify([{ type: 'article', title: 'Paper 3', number: 'arXiv:2601.00003', DOI: '', id: 'x' }]),
    )
    await run()
    expect(await titles()).toEqual(['Paper 1', 'Paper 2', 'Paper 3'])
    expect(await db().selectFrom('library_imports').select('file').execute()).toEqual([
      { file: null },
      { file: null },
      { file: null },
    ])

    await file('cat.png', '\x89PNG\r\n\x1a\n....')
    await run()
    expect(await newest()).toMatchObject({
      state: 'failed',
      trouble: expect.stringMatching(/neither BibTeX/),
    })
  })
})
