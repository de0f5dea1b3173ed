import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { signIn } from '../../../test/readers.ts'
import { NOON } from '../../../test/site.ts'
import { openOutgoingClient } from '../../outgoing/client.ts'
import { recordHarvest } from '../../sources/record-harvest.ts'
import { KEY, NOTES_KEY, openZotero, READ_ONLY_KEY } from '../testing/zotero-server.ts'
import { connectZotero, disconnectZotero, zoteroAccountOf, zoteroKeyOf } from './account.ts'
import { savedFigures, savedStateOf, saveNext, savePapers, type Saves } from './saves.ts'

const SECRET = 'a secret that is only for tests, long enough'

describeWithDatabase('a library at Zotero', (db) => {
  let zotero: Awaited<ReturnType<typeof openZotero>>
  let clock: Date
  beforeEach(async () => {
    zotero = await openZotero()
    clock = new Date(NOON)
  })
  afterEach(() => zotero.close())

  const saves = (): Saves => ({
    db: db(),
    client: openOutgoingClient({ db: db(), userAgent: 'a test', now: () => clock, wait: async () => {} }),
    url: zotero.url,
    secret: SECRET,
    site: { name: 'Tide Lines', origin: () => 'https://tides.example' },
    now: () => clock,
    signal: new AbortController().signal,
  })
  const run = async () => {
    while (await saveNext(saves()));
  }
  const pass = (ms: number) => void clock.setTime(clock.getTime() + ms)
  async function open({ papers = 3, key = KEY }: { papers?: number; key?: string } = {}) {
    const recorded = await recordHarvest(
      db(),
      Array.from({ length: papers }, (_, i) =>
        stated(`2601.${String(i + 1).padStart(5, '0')}`, {
          title: `Paper ${i + 1}`,
          authors: [{ name: 'Ann Lee' }],
        }),
      ),
      { now: clock, timeZone: 'UTC' },
    )
    const { reader } = await signIn(db(), { name: 'Ada' })
    const readerId = reader.id
    const connect = (with_: string) =>
      connectZotero(saves(), { readerId, key: with_, secret: SECRET, signal: new AbortController().signal })
    const connected = await connect(key)
    const ids = recorded.map(({ paperId }) => paperId)
    return {
      readerId,
      connect,
      connected,
      ids,
      save: (paperIds = ids) => savePapers(db(), { readerId, paperIds, now: clock }),
      figures: () => savedFigures(db(), { readerId }),
    }
  }

  it('is connected by a key, which is shown to nobody and opens for its reader alone', async () => {
    const { readerId, connected } = await open()
    expect(connected).toEqual({ ok: true })
    expect(await zoteroAccountOf(db(), { readerId })).toEqual({
      userId: 4711,
      username: 'ada_reads',
      mayWrite: true,
      places: [
        { library: 'users/4711', collection: null, name: 'My library' },
        { library: 'users/4711', collection: 'COLL2345', name: 'Tides & waves' },
        { library: 'groups/99', collection: null, name: 'Our lab' },
      ],
      connectedAt: NOON,
    })
    const { rows } = await sql<{ row: string }>`select a::text as row from zotero_accounts a`.execute(db())
    expect(rows[0]?.row).not.toContain(KEY)
    expect(rows[0]?.row).not.toContain(Buffer.from(KEY).toString('hex'))
    expect(await zoteroKeyOf(db(), { readerId, secret: SECRET })).toBe(KEY)
    expect(await zoteroKeyOf(db(), { readerId, secret: `${SECRET}!` })).toBeNull()
    // A row that was moved to another reader opens nothing.
    const { reader: other } = await signIn(db())
    await db().updateTable('zotero_accounts').set({ reader_id: other.id }).execute()
    expect(await zoteroKeyOf(db(), { readerId: other.id, secret: SECRET })).toBeNull()
    await disconnectZotero(db(), { readerId: other.id })
    expect(await db().selectFrom('zotero_accounts').selectAll().execute()).toEqual([])
  })

  it('is not connected by what is no key, an unknown one, or one without access', async () => {
    const { connect, readerId } = await open({ key: 'nonsense' })
    for (const [key, words] of [
      ['', /24 letters/],
      ['a/../b', /24 letters/],
      ['unknownunknownunknownunk', /does not know/],
      [NOTES_KEY, /does not allow/],
    ] as const)
      expect(await connect(key)).toMatchObject({
        ok: false,
        kind: 'key',
        reason: expect.stringMatching(words),
      })
    zotero.insteadOf(() => ({ status: 503 }))
    expect(await connect(KEY)).toMatchObject({ ok: false, kind: 'away' })
    expect(await zoteroAccountOf(db(), { readerId })).toBeNull()
  })

  it('gets papers as items of the right type, fifty at a time, each once', async () => {
    const { save, figures, readerId, ids } = await open({ papers: 60 })
    expect(await save()).toEqual({ ok: true, queued: 60 })
    expect(await save()).toEqual({ ok: true, queued: 0 })
    await Promise.all([saveNext(saves()), saveNext(saves())])
    await run()
    const written = zotero.asked.filter(({ method }) => method === 'POST')
    expect(written.map(({ body }) => (JSON.parse(body) as unknown[]).length)).toEqual(
      expect.arrayContaining([10, 50]),
    )
    expect(await figures()).toEqual({ saved: 60, waiting: 0, failures: [], trouble: null })
    expect(await savedStateOf(db(), { readerId, paperId: ids[0] ?? 0 })).toBe('saved')
    const items = [...zotero.library.items.values()].map(({ data }) => data)
    expect(items).toHaveLength(60)
    expect(items.find(({ title }) => title === 'Paper 1')).toMatchObject({
      itemType: 'preprint',
      archiveID: 'arXiv:2601.00001',
      repository: 'arXiv',
      url: 'https://arxiv.org/abs/2601.00001',
      creators: [{ creatorType: 'author', firstName: 'Ann', lastName: 'Lee' }],
      extra: expect.stringContaining('arXiv:2601.00001'),
    })

    // Again: nothing is sent but the question what is there. What was deleted there comes back.
    zotero.asked.length = 0
    zotero.library.items.delete([...zotero.library.items.keys()][0] ?? '')
    await save()
    await run()
    expect(zotero.library.items.size).toBe(60)
    expect(
      zotero.asked
        .filter(({ method }) => method === 'POST')
        .map(({ body }) => (JSON.parse(body) as unknown[]).length),
    ).toEqual([1])
  })

  it('gets works of every type in fields that it knows', async () => {
    const { ids, save, figures } = await open({ papers: 8 })
    const types = [
      'article',
      'inproceedings',
      'incollection',
      'book',
      'phdthesis',
      'techreport',
      'unpublished',
      'misc',
    ]
    const papers = types.map((type, i) => ({
      ...stated(`2602.${String(i + 1).padStart(5, '0')}`, { title: type }),
      publication: {
        type: type as 'article',
        container: 'Journal of Lakes',
        volume: '12',
        issue: '3',
        pages: '1-20',
        publisher: 'Lake Press',
      },
    }))
    const recorded = await recordHarvest(db(), papers, { now: clock, timeZone: 'UTC' })
    await save([...ids, ...recorded.map(({ paperId }) => paperId)])
    await run()
    expect(await figures()).toEqual({ saved: 16, waiting: 0, failures: [], trouble: null })
    const typesThere = new Map([...zotero.library.items.values()].map(({ data }) => [data['title'], data]))
    expect(typesThere.get('article')).toMatchObject({
      itemType: 'journalArticle',
      publicationTitle: 'Journal of Lakes',
      volume: '12',
      issue: '3',
      pages: '1-20',
    })
    expect(typesThere.get('inproceedings')).toMatchObject({
      itemType: 'conferencePaper',
      proceedingsTitle: 'Journal of Lakes',
    })
    expect(typesThere.get('phdthesis')).toMatchObject({ itemType: 'thesis', university: 'Lake Press' })
  })

  it('has what arrived though the answer did not, once', async () => {
    const { save, figures } = await open()
    await save()
    const lost = Promise.withResolvers<void>()
    const real = saves()
    const losing: Saves = {
      ...real,
      client: {
        async request(service, url, options) {
          const answer = await real.client.request(service, url, options)
          if (options.body === undefined) return answer
          lost.resolve()
          // The process dies before it hears of it.
          return new Promise(() => {})
        },
      },
    }
    void saveNext(losing).catch(() => {})
    await lost.promise
    expect(zotero.library.items.size).toBe(3)
    await sql`update zotero_saves set held_until = clock_timestamp() - interval '1 second'`.execute(db())
    await run()
    expect(zotero.library.items.size).toBe(3)
    expect(await figures()).toMatchObject({ saved: 3, waiting: 0, failures: [] })
  })

  it('is asked again later, or not, as Zotero answers', async () => {
    const { save, figures, ids, readerId, connect } = await open()
    zotero.insteadOf(({ method }) =>
      method === 'POST' ? { status: 429, headers: { 'retry-after': '300' } } : null,
    )
    await save()
    await run()
    expect(await figures()).toMatchObject({
      saved: 0,
      waiting: 3,
      trouble: expect.stringMatching(/asked us to wait/),
    })
    zotero.insteadOf(({ method }) =>
      method === 'POST' ? { status: 412, body: 'Library has been modified' } : null,
    )
    pass(6 * 60_000)
    await run()
    expect(await figures()).toMatchObject({ waiting: 3, trouble: expect.stringMatching(/has changed/) })
    zotero.insteadOf(() => null)
    pass(6 * 60_000)
    await run()
    expect(await figures()).toMatchObject({ saved: 3 })

    await connect(READ_ONLY_KEY)
    expect(await save(ids)).toEqual({ ok: false, kind: 'read-only' })
    expect(await savedStateOf(db(), { readerId, paperId: ids[0] ?? 0 })).toBe('off')
    await connect(KEY)
    const [fresh] = await recordHarvest(db(), [stated('2601.00077')], { now: clock, timeZone: 'UTC' })
    zotero.insteadOf(() => ({ status: 403 }))
    await save([fresh?.paperId ?? 0])
    await run()
    expect(await figures()).toMatchObject({
      waiting: 0,
      failures: [{ reason: expect.stringMatching(/does not accept/) }],
    })
  })
})
