import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { post, signIn } from '../../../test/readers.ts'
import { NOON, openSite, wordsOf } from '../../../test/site.ts'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { listSources } from '../../sources/sources.ts'

const KEY = 'the key on the console'
const PATH = `/welcome?${new URLSearchParams({ key: KEY }).toString()}`
const BEGUN = `/welcome/begun?${new URLSearchParams({ key: KEY }).toString()}`

describeWithDatabase('choosing the field of a new site', (db) => {
  const names = async () => (await listSources(db(), { now: NOON })).map(({ name }) => name)

  it('is for whoever has the key, adds the field’s sources, and tells how they get on', async () => {
    const { app } = openSite(db())
    const page = await app.request(PATH)
    expect([page.status, page.headers.get('cache-control'), page.headers.get('referrer-policy')]).toEqual([
      200,
      'no-store',
      'same-origin',
    ])
    expect(wordsOf(await page.text())).toContain('What is your field?')
    expect(await names()).toEqual([])

    const chosen = await post(app, '/welcome', { key: KEY, field: 'statistics' })
    expect([chosen.status, chosen.headers.get('location')]).toEqual([303, BEGUN])
    expect(await names()).toEqual(['arxiv', 'crossref'])
    const begun = await app.request(BEGUN)
    expect([begun.headers.get('refresh'), begun.headers.get('cache-control')]).toEqual(['5', 'no-store'])
    expect(wordsOf(await begun.text())).toContain('arXiv statAbout to be asked')

    // Papers come by one task, and another one completes them.
    const [{ id } = { id: 0 }] = await listSources(db(), { now: NOON })
    const run = {
      source_id: id,
      started_at: NOON,
      finished_at: NOON,
      outcome: 'whole' as const,
      reason: null,
    }
    await db()
      .insertInto('harvest_runs')
      .values([
        { ...run, task: 'announcements', new: 1234 },
        { ...run, task: 'records', updated: 1234 },
      ])
      .execute()
    await db().updateTable('source_tasks').set({ last_whole_at: NOON }).execute()
    const came = wordsOf(await (await app.request(BEGUN)).text())
    expect(came).toContain('arXiv statFine: 1,234 papers')
    expect(came).toContain('See the front page')

    await db()
      .updateTable('source_tasks')
      .set({ failures: 1, trouble: 'arXiv does not answer', next_at: new Date('2026-01-15T12:01:00Z') })
      .execute()
    const later = await app.request(BEGUN)
    expect(later.headers.get('refresh')).toBeNull()
    expect(wordsOf(await later.text())).toContain('Waiting to ask again: arXiv does not answer')
  })

  it('is over once there was a source, for good', async () => {
    const { app } = openSite(db())
    await post(app, '/welcome', { key: KEY, field: 'statistics' })
    await db().deleteFrom('sources').execute()
    expect((await app.request(PATH)).status).toBe(404)
    expect((await post(app, '/welcome', { key: KEY, field: 'economics' })).status).toBe(404)
    expect(await names()).toEqual([])
  })

  it('is refused to everyone else; guessing keeps no one out', async () => {
    const { app } = openSite(db())
    for (const path of ['/welcome', '/welcome?key=', '/welcome?key=guessed', `${PATH}x`])
      expect([path, (await app.request(path)).status]).toEqual([path, 404])
    const guess = async () => (await post(app, '/welcome', { key: 'guessed', field: 'statistics' })).status
    for (let times = 0; times < RATE_LIMITS.welcome.most; times++) expect(await guess()).toBe(404)
    expect(await guess()).toBe(429)
    expect(await names()).toEqual([])
    expect((await post(app, '/welcome', { key: KEY, field: 'statistics' })).status).toBe(303)
  })

  it('takes categories in place of a field, and keeps what was typed where they are none', async () => {
    const { app } = openSite(db())
    const typed = '<b>tides</b>'
    const refused = await post(app, '/welcome', { key: KEY, kind: 'arxiv', categories: typed })
    const html = await refused.text()
    expect(refused.status).toBe(422)
    expect(wordsOf(html)).toContain('is no category of arXiv')
    expect(html).toContain('value="&lt;b&gt;tides&lt;/b&gt;" aria-invalid="true"')
    expect(await names()).toEqual([])
    const folder = { key: KEY, kind: 'folder', folder: '/etc' }
    expect((await post(app, '/welcome', folder)).status).toBe(422)
    await post(app, '/welcome', { key: KEY, kind: 'arxiv', categories: 'cs.CL, cs.LG' })
    expect(await listSources(db(), { now: NOON })).toMatchObject([
      { name: 'arxiv', settings: { categories: ['cs.CL', 'cs.LG'] }, trusted: false },
    ])
  })

  it('shows what is asked to no one without the key, but to curators', async () => {
    const { app } = openSite(db())
    await post(app, '/welcome', { key: KEY, field: 'statistics' })
    const open = async (path: string, cookie = '') => {
      const answer = await app.request(path, { headers: { cookie } })
      return [answer.status, answer.headers.get('location')]
    }
    expect(await open('/welcome/begun')).toEqual([303, '/'])
    expect(await open('/welcome/begun?key=guessed', (await signIn(db())).cookie)).toEqual([303, '/'])
    expect(await open('/welcome/begun', (await signIn(db(), { curator: true })).cookie)).toEqual([200, null])
  })

  it('is what the front page tells curators of, and no reader, until there is a source', async () => {
    const { app, record } = openSite(db())
    await record([
      {
        source: 'arxiv-atom',
        identifiers: [{ scheme: 'arxiv', value: '2601.00001' }],
        title: 'Tides',
        published: { precision: 'day', value: '2026-01-14' },
      },
    ])
    const { cookie } = await signIn(db(), { curator: true })
    const words = async (headers = {}) => wordsOf(await (await app.request('/', { headers })).text())
    expect(await words({ cookie })).toContain('Choose your field')
    expect(await words()).not.toContain('Choose your field')
    await post(app, '/desk/sources/fields', { field: 'statistics' }, { cookie })
    expect(await words({ cookie })).not.toContain('Choose your field')
  })
})
