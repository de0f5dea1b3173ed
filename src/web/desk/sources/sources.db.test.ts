import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../../test/database.ts'
import { post, signIn } from '../../../../test/readers.ts'
import { NOON, openSite, wordsOf } from '../../../../test/site.ts'
import { addSource, listSources, sourceNamed } from '../../../sources/sources.ts'

const PATH = '/desk/sources'
const EVERY_FORM = [
  PATH,
  `${PATH}/fields`,
  ...['run', 'trial', 'pause', 'pause/end', 'removal'].map((act) => `${PATH}/arxiv/${act}`),
  '/desk/quarantine/rereading',
  '/desk/quarantine/1/rereading',
  '/desk/quarantine/1/removal',
  '/desk/arxiv-holidays',
  '/desk/arxiv-holidays/removal',
]

describeWithDatabase('sources at the desk', (db) => {
  const servers: Server[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  })
  async function open() {
    const site = openSite(db())
    const { cookie } = await signIn(db(), { curator: true })
    const read = async (path = PATH) =>
      wordsOf(await (await site.app.request(path, { headers: { cookie } })).text())
    const send = (path: string, fields: Record<string, string> = {}) =>
      post(site.app, path, fields, { cookie })
    return { ...site, cookie, read, send }
  }
  async function addArxiv() {
    const added = await addSource(
      db(),
      { kind: 'arxiv', settings: { categories: ['cs.CL'] } },
      { trusted: true, now: NOON },
    )
    if (!added.ok) throw new Error(added.reason)
    return added.source
  }
  async function quarantine(sourceId: number, record: string) {
    await db()
      .insertInto('quarantined_records')
      .values({
        source_id: sourceId,
        digest: record,
        position: 'record 7',
        record,
        reason: 'It has no title.',
        first_at: NOON,
        last_at: NOON,
      })
      .execute()
  }

  it('are for curators: every page and every form', async () => {
    const { app } = await open()
    await addArxiv()
    const { cookie } = await signIn(db())
    for (const path of [PATH, `${PATH}/arxiv`, '/desk/quarantine', '/desk/arxiv-holidays']) {
      expect([path, (await app.request(path)).status]).toEqual([path, 303])
      expect([path, (await app.request(path, { headers: { cookie } })).status]).toEqual([path, 403])
    }
    for (const path of EVERY_FORM)
      expect([path, (await post(app, path, {}, { cookie })).status]).toEqual([path, 403])
    expect(await listSources(db(), { now: NOON })).toMatchObject([{ name: 'arxiv', pausedAt: null }])
  })

  it('are chosen by field, or put together', async () => {
    const { read, send, app, cookie } = await open()
    expect(await read()).toContain('No papers arrive by themselves yet.')
    const chosen = await send(`${PATH}/fields`, { field: 'statistics' })
    expect([chosen.status, chosen.headers.get('location')]).toEqual([303, '/welcome/begun'])
    expect((await send(`${PATH}/fields`, { field: 'alchemy' })).status).toBe(404)
    const added = await send(PATH, {
      kind: 'europe-pmc',
      query: 'malaria',
      words: 'malaria, mosquito',
      without: 'poster',
    })
    expect([added.status, added.headers.get('location')]).toEqual([303, `${PATH}/europe-pmc`])
    expect(await sourceNamed(db(), { name: 'europe-pmc', now: NOON })).toMatchObject({
      settings: { query: 'malaria' },
      mustHave: ['malaria', 'mosquito'],
      mustNotHave: ['poster'],
      trusted: false,
    })
    expect(await read(`${PATH}/europe-pmc`)).toContain(
      'Only papers with: malaria, mosquito No papers with: poster',
    )
    const page = await (await app.request(PATH, { headers: { cookie } })).text()
    expect(wordsOf(page)).toContain('arXiv stat About to be asked Not asked yet.')
    // Pages must not read the files of the machine.
    expect(page).not.toContain('value="folder"')
    const folder = await send(PATH, { kind: 'folder', folder: '/etc' })
    expect([folder.status, wordsOf(await folder.text())]).toEqual([
      422,
      expect.stringContaining('A folder can only be added on the machine itself'),
    ])
  })

  it('that are refused are shown as they were typed, with the reason', async () => {
    const { send } = await open()
    const answer = await send(PATH, { kind: 'arxiv', categories: 'cs.CL, "tides"', words: 'moon' })
    const html = await answer.text()
    expect(answer.status).toBe(422)
    expect(wordsOf(html)).toContain('Categories: “"tides"” is no category of arXiv such as cs.CL')
    expect(html).toContain('value="cs.CL, &quot;tides&quot;" aria-invalid="true"')
    expect(html).toContain('value="moon"')
    expect(html.match(/<details class="compose" open/g)).toHaveLength(1)
    expect(await listSources(db(), { now: NOON })).toEqual([])
  })

  it('are paused, resumed, asked at once and removed', async () => {
    const { send, read } = await open()
    await addArxiv()
    const later = new Date('2026-01-15T20:00:00Z')
    await db().updateTable('source_tasks').set({ next_at: later }).execute()
    const held = async () => sourceNamed(db(), { name: 'arxiv', now: NOON })
    await send(`${PATH}/arxiv/pause`)
    expect(await held()).toMatchObject({ pausedAt: NOON })
    expect(await read()).toContain('arXiv cs.CL Paused')
    await send(`${PATH}/arxiv/pause/end`)
    expect(await held()).toMatchObject({ pausedAt: null, tasks: [{ nextAt: NOON }, { nextAt: NOON }] })
    await db().updateTable('source_tasks').set({ next_at: later }).execute()
    const ran = await send(`${PATH}/arxiv/run`, { back: PATH })
    expect([ran.status, ran.headers.get('location')]).toEqual([303, PATH])
    expect(await held()).toMatchObject({ tasks: [{ nextAt: NOON }, { nextAt: NOON }] })
    expect((await send(`${PATH}/arxiv/removal`)).headers.get('location')).toBe(PATH)
    expect(await held()).toBeNull()
    for (const act of ['run', 'trial', 'pause', 'pause/end', 'removal'])
      expect([act, (await send(`${PATH}/arxiv/${act}`)).status]).toEqual([act, 404])
  })

  it('in trouble say so in words, with their last runs', async () => {
    const { read } = await open()
    const { id } = await addArxiv()
    await db()
      .updateTable('source_tasks')
      .set({
        failures: 6,
        trouble: 'arXiv answered with status 503',
        next_at: new Date('2026-01-15T13:00:00Z'),
      })
      .where('task', '=', 'announcements')
      .execute()
    await db()
      .insertInto('harvest_runs')
      .values({
        source_id: id,
        task: 'announcements',
        started_at: new Date('2026-01-15T11:00:00Z'),
        finished_at: NOON,
        outcome: 'failed',
        reason: 'arXiv answered with status 503',
        new: 1234,
        quarantined: 2,
      })
      .execute()
    await quarantine(id, '<x/>')
    expect(await read()).toContain(
      'Resting after 6 failures in a row: arXiv answered with status 503 Last asked 1 hour ago: 1,234 new, 2 in quarantine.',
    )
    const own = await read(`${PATH}/arxiv`)
    expect(own).toContain('1 record in quarantine')
    expect(own).toContain('announcements 1,234 new, 2 in quarantine failed: arXiv answered with status 503')
  })

  it('can be tried: what a run would change is said, and nothing stored', async () => {
    const item = '<item><title>Tides</title><link>https://doi.org/10.5555/t</link></item>'
    const server = createServer((_request, response) =>
      response
        .writeHead(200, { 'content-type': 'application/rss+xml' })
        .end(`<rss version="2.0"><channel><title>A lab</title>${item}<item/></channel></rss>`),
    )
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed`
    const { send } = await open()
    await addSource(db(), { name: 'lab', kind: 'feed', settings: { url } }, { trusted: true, now: NOON })
    const words = wordsOf(await (await send(`${PATH}/lab/trial`)).text())
    expect(words).toContain('1 new paper, 0 that are here already, 1 unreadable')
    expect(words).toContain('Nothing was stored.')
    for (const table of ['papers', 'harvest_runs', 'quarantined_records'] as const)
      expect([table, await db().selectFrom(table).selectAll().execute()]).toEqual([table, []])

    // A curator's address of this machine is not asked.
    await addSource(db(), { name: 'near', kind: 'feed', settings: { url } }, { trusted: false, now: NOON })
    expect(wordsOf(await (await send(`${PATH}/near/trial`)).text())).toContain('0 new papers')
  })

  it('show how much of their budget is used', async () => {
    const { read } = await open()
    await addSource(db(), { kind: 'crossref', settings: {} }, { trusted: true, now: NOON })
    expect(await read(`${PATH}/crossref`)).toContain('Asked about 0 of 5,000 papers in the last day.')
    // What GitHub allows depends on whether it knows who asks.
    await addSource(db(), { kind: 'github', settings: {} }, { trusted: true, now: NOON })
    expect(await read(`${PATH}/github`)).toContain('Asked about 0 of 1,000 papers in the last day.')
  })

  it('have a quarantine, whose records are shown as they came, read again and deleted', async () => {
    const { read, send, app, cookie } = await open()
    expect(await read('/desk/quarantine')).toContain('No records are in quarantine.')
    const { id } = await addArxiv()
    await quarantine(id, '<record><script>alert(1)</script>')
    await quarantine(id, '<record>another')
    const html = await (await app.request('/desk/quarantine?source=arxiv', { headers: { cookie } })).text()
    expect(html).toContain('&lt;record&gt;&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html).not.toContain('<script>alert(1)')
    const [, first = ''] = /\/desk\/quarantine\/(\d+)\/rereading/.exec(html) ?? []
    const again = await send(`/desk/quarantine/${first}/rereading`, { source: 'arxiv' })
    const to = again.headers.get('location') ?? ''
    expect([again.status, to]).toEqual([303, '/desk/quarantine?source=arxiv&recorded=0&unreadable=1'])
    expect(await read(to)).toContain('0 papers were recorded; 1 could still not be read.')
    const back = '/desk/quarantine?source=arxiv'
    expect((await send(`/desk/quarantine/${first}/removal`, { back })).headers.get('location')).toBe(back)
    expect((await send(`/desk/quarantine/${first}/removal`)).status).toBe(404)
    expect((await send('/desk/quarantine/rereading')).headers.get('location')).toContain('unreadable=1')
    expect(await db().selectFrom('quarantined_records').selectAll().execute()).toHaveLength(1)
  })

  it('have a calendar: arXiv’s holidays are added, renamed and removed', async () => {
    const { read, send } = await open()
    const [PLACE, REMOVAL] = ['/desk/arxiv-holidays', '/desk/arxiv-holidays/removal']
    expect(await read(PLACE)).toContain('Thanksgiving')
    await send(PLACE, { day: '2026-03-03', name: 'A storm' })
    await send(PLACE, { day: '2026-03-03', name: 'A great storm' })
    expect(await read(PLACE)).toContain('3 March 2026: A great storm')
    for (const fields of [
      { day: '2026-02-30', name: 'No day' },
      { day: '3 March', name: 'In words' },
      { day: '2026-03-04', name: ' ' },
      { day: '2026-03-04', name: 'x'.repeat(101) },
    ])
      expect([fields, (await send(PLACE, fields)).status]).toEqual([fields, 422])
    await send(REMOVAL, { day: '2026-03-03' })
    expect(await read(PLACE)).not.toContain('great storm')
  })
})
