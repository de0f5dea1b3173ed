import { sql } from 'kysely'
import { expect, inject, it, vi } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { openSite, type TestSite } from '../../../test/site.ts'
import { listen } from '../../db/listen.ts'
import { announceChanges, parseChange, type Change } from '../../ranking/announce-changes.ts'
import { createLog } from '../../runtime/log.ts'

const [A, B] = ['2601.00001', '2601.00002']
const PAGES = {
  ofA: ['/papers/2601.00001', '/papers/2601.00001.bib', '/papers/date/2026-01-14', '/topics/cs.CL'],
  ofB: ['/papers/2601.00002', '/papers/date/2026-01-13', '/topics/math.NT', '/topics/math.NT.atom'],
  ofOrder: ['/papers/trending', '/papers/trending.rss', '/papers/top', '/papers/month/2026-01', '/'],
  comments: ['/comments'],
  picks: ['/papers/picks'],
  collections: ['/collections'],
  others: ['/topics'],
} as const
type Kind = keyof typeof PAGES

describeWithDatabase('pages at hand', (db) => {
  async function open(): Promise<TestSite> {
    const site = openSite(db())
    const day = (value: string) => ({ precision: 'day' as const, value })
    await site.record([
      stated(A, { published: day('2026-01-14'), categories: ['cs.CL'] }),
      stated(B, { published: day('2026-01-13'), categories: ['math.NT'] }),
    ])
    await readAll(site)
    return site
  }
  const readAll = async ({ app }: TestSite) => {
    for (const path of Object.values(PAGES).flat()) {
      const answer = await app.request(path)
      await answer.text()
      expect([path, answer.status]).toEqual([path, 200])
    }
  }
  const atHand = ({ cache }: TestSite, path: string) => cache.ready('GET', path, {}) !== null
  /** The kinds of which no page is at hand any more; of each, all are or none. */
  const dropped = (site: TestSite) =>
    (Object.keys(PAGES) as Kind[]).filter((kind) => {
      const there = PAGES[kind].map((path) => atHand(site, path))
      expect([kind, new Set(there).size]).toEqual([kind, 1])
      return !there[0]
    })
  const rowOf = (arxivId: string) =>
    db()
      .selectFrom('papers')
      .select(['id', 'edition'])
      .where('arxiv_id', '=', arxivId)
      .executeTakeFirstOrThrow()

  it('go when what they show is voted for, commented on, picked or collected, and others stay', async () => {
    const site = await open()
    const { cookie } = await signIn(db(), { curator: true })
    const act = async (path: string, fields: Record<string, string>) => {
      const etag = (await site.app.request(`/papers/${B}`)).headers.get('etag')
      const answer = await post(site.app, path, fields, { cookie })
      expect([path, answer.status]).toEqual([path, 303])
      const gone = dropped(site)
      if (!gone.includes('ofB'))
        expect((await site.app.request(`/papers/${B}`)).headers.get('etag')).toBe(etag)
      await readAll(site)
      return gone
    }
    expect(await act(`/papers/${A}/vote`, { vote: '1' })).toEqual(['ofA', 'ofOrder'])
    expect(await act(`/papers/${A}/vote`, { vote: '0' })).toEqual(['ofA', 'ofOrder'])
    expect(await act(`/papers/${A}/comments`, { body: 'Quite so.' })).toEqual(['ofA', 'ofOrder', 'comments'])
    expect(await act(`/papers/${A}/pick`, { pick: '1', note: 'Read it.' })).toEqual([
      'ofA',
      'ofOrder',
      'picks',
    ])
    // It stands on it now.
    expect(await act(`/papers/${A}/vote`, { vote: '1' })).toEqual(['ofA', 'ofOrder', 'picks'])
    const made = { title: 'Tides', description: '', public: 'on' }
    // A paper's page names the collections it is in.
    await post(site.app, '/collections', made, { cookie })
    expect(PAGES.collections.map((path) => atHand(site, path))).toEqual([false])
    await readAll(site)
    const { id } = await rowOf(A)
    expect(await act(`/desk/papers/${id}/comment-lock`, { reason: 'It gets heated.' })).toHaveLength(
      Object.keys(PAGES).length,
    )
  })

  it('show everybody what was changed', async () => {
    const site = await open()
    const { cookie } = await signIn(db())
    await post(site.app, `/papers/${A}/vote`, { vote: '1' }, { cookie })
    const order = async (path: string) =>
      [
        ...(await (await site.app.request(path)).text()).matchAll(
          /<h2 class="entry-title"><a href="([^"]*)"/g,
        ),
      ].map(([, href]) => href)
    expect(await order('/papers/trending')).toEqual([`/papers/${A}`])
    await post(site.app, `/papers/${B}/vote`, { vote: '1' }, { cookie })
    await post(site.app, `/papers/${B}/comments`, { body: 'Indeed.' }, { cookie })
    // It was on neither before.
    expect(await order('/papers/trending')).toEqual([`/papers/${B}`, `/papers/${A}`])
    expect(await (await site.app.request('/comments')).text()).toContain('Indeed.')
  })

  it('are for everybody who is not signed in, whatever their cookie says, and hold no marks of a reader', async () => {
    const site = await open()
    const { cookie } = await signIn(db(), { name: 'Ada Own' })
    await post(site.app, `/papers/${A}/vote`, { vote: '1' }, { cookie })
    const paths = [`/papers/${A}`, '/papers/trending', '/', '/papers/new']
    for (const path of paths) {
      const own = await site.app.request(path, { headers: { cookie } })
      expect([path, own.headers.get('cache-control')]).toEqual([path, 'private, no-cache'])
      expect(await own.text()).toContain('Ada Own')
      // Nothing was kept of it.
      expect([path, atHand(site, path)]).toEqual([path, false])
      const made = await (await openSite(db()).app.request(path)).text()
      const first = await site.app.request(path, {
        headers: { cookie: '__Secure-broadsheet.session_token=invented-invented-invented.x' },
      })
      expect([path, await first.text(), first.headers.get('cache-control')]).toEqual([path, made, 'no-cache'])
      expect(made).not.toContain('Ada Own')
      expect([path, atHand(site, path)]).toEqual([path, true])
    }
    // And served from there: what changes without being announced does not show.
    await sql`update papers set title = 'Another title'`.execute(db())
    for (const forged of ['invented-invented-invented', 'x', ''])
      expect(
        await (
          await site.app.request(`/papers/${A}`, {
            headers: { cookie: `__Secure-broadsheet.session_token=${forged}.x` },
          })
        ).text(),
      ).not.toContain('Another title')
    expect(await (await site.app.request(`/papers/${A}`, { headers: { cookie } })).text()).toContain(
      'Another title',
    )
    await db().deleteFrom('sessions').execute()
    expect(await (await site.app.request(`/papers/${A}`, { headers: { cookie } })).text()).not.toContain(
      'Another title',
    )
  })

  it('go in every process', async () => {
    const [here, there] = [await open(), openSite(db())]
    await readAll(there)
    const log = createLog('silent')
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db())
    const address = { ...inject('server'), database: rows[0]?.name ?? '' }
    const heard: Change[] = []
    const listener = listen(address, {
      on: {
        ranking(notice) {
          heard.push(parseChange(notice))
          there.cache.drop(parseChange(notice))
        },
      },
      log,
    })
    await vi.waitFor(() => expect(heard).toEqual(['everything']))
    await readAll(there)
    const changes = announceChanges(db(), { onChange: (change) => here.cache.drop(change), log })
    here.site.changed = changes.changed
    const { cookie } = await signIn(db())
    await post(here.app, `/papers/${A}/vote`, { vote: '1' }, { cookie })
    // Closing tells at once.
    await changes.close()
    const { id } = await rowOf(A)
    await vi.waitFor(() => expect(heard).toHaveLength(2))
    expect(heard[1]).toEqual([`paper ${id}`, 'edition 2026-01-14', 'ranking'])
    expect([dropped(here), dropped(there)]).toEqual([
      ['ofA', 'ofOrder'],
      ['ofA', 'ofOrder'],
    ])

    // More than a notice holds.
    const many = announceChanges(db(), { onChange: () => {}, log })
    many.changed(Array.from({ length: 1_000 }, (_, n) => `paper ${n}` as const))
    await many.close()
    await vi.waitFor(() => expect(heard[2]).toBe('everything'))
    await listener.close()
  })
})
