import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { NOON, openSite, wordsOf } from '../../../test/site.ts'
import type { HarvestedPaper } from '../../papers/harvested-paper.ts'
import { TasteAway, type Act, type Interest, type Taste } from '../../recommendation/taste.ts'

const PATH = '/settings/interests'
const DAY = 86_400_000
const daysAgo = (days: number) => new Date(NOON.getTime() - days * DAY)

describeWithDatabase('a reader’s page of interests', (db) => {
  const paper = (n: number, facts: Partial<HarvestedPaper> = {}) =>
    stated(`2601.000${String(n).padStart(2, '0')}`, facts)

  /** A site whose taste answers what it is told to. */
  function open(answer: { interests: () => Interest[] } = { interests: () => [] }) {
    const taste: Taste = {
      rank: async () => {
        throw new Error('not asked here')
      },
      interests: async () => answer.interests(),
      askAbout: async () => [],
      wake: () => undefined,
      close: async () => undefined,
    }
    return openSite(db(), { taste })
  }

  const act = (paperId: number, facts: Partial<Act> = {}): Act => ({
    kind: 'vote',
    paperId,
    text: null,
    at: daysAgo(1),
    ...facts,
  })
  const interest = (id: number | null, facts: Partial<Interest> = {}): Interest => ({
    id,
    name: 'Tides',
    boost: 1,
    isPaused: false,
    namedByReader: false,
    kind: 'standing',
    acts: [],
    excluded: [],
    words: [],
    ...facts,
  })

  const keep = async (readerId: string, name: string) =>
    (
      await db()
        .insertInto('interests')
        .values({ reader_id: readerId, name, created_at: NOON })
        .returning('id')
        .executeTakeFirstOrThrow()
    ).id
  const paperIds = async () =>
    (await db().selectFrom('papers').select('id').orderBy('address').execute()).map(({ id }) => id)
  const pageOf = async (site: ReturnType<typeof open>, cookie: string, query = '') => {
    const answer = await site.app.request(`${PATH}${query}`, { headers: { cookie } })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    return answer.text()
  }

  it('is for readers who are signed in', async () => {
    const { app } = open()
    for (const path of [PATH, `${PATH}/export`]) {
      const answer = await app.request(path)
      expect([answer.status, answer.headers.get('location')]).toEqual([303, `/sign-in?to=${PATH}`])
    }
    const { cookie } = await signIn(db())
    const settings = await (await app.request('/settings', { headers: { cookie } })).text()
    expect(settings).toContain(`href="${PATH}"`)
  })

  it('says that there are none yet, and how they come', async () => {
    const { cookie } = await signIn(db())
    const page = await pageOf(open(), cookie)
    expect(wordsOf(page)).toContain('No interests yet We find them in what you do')
    expect(wordsOf(page)).toContain('You follow no topics or authors.')
    expect(page).toContain('href="/for-you/begin"')
  })

  it('says so while they cannot be told, and lets readers do what does not need them', async () => {
    const { cookie } = await signIn(db())
    const site = open({
      interests: () => {
        throw new TasteAway('starting')
      },
    })
    const page = await pageOf(site, cookie)
    expect(wordsOf(page)).toContain('We cannot show your interests at the moment. Try again')
    expect(wordsOf(page)).not.toContain('No interests yet')
    expect(page).toContain(`action="${PATH}/removal"`)
  })

  it('shows what an interest is about, and each paper it was learned from', async () => {
    const told: { interests: () => Interest[] } = { interests: () => [] }
    const site = open(told)
    const iris = { authors: [{ name: 'Iris Sand' }, { name: 'Otto' }] }
    await site.record([
      paper(1, { ...iris, categories: ['cs.RO', 'physics.ao-ph'], title: 'Ebb <b>and</b> flow' }),
      paper(2, { authors: [{ name: 'Iris Sand' }], categories: ['cs.RO', '68T50'] }),
      paper(3),
      paper(4, { title: 'A hidden one' }),
      paper(5),
    ])
    const [a = 0, b = 0, c = 0, hidden = 0, left = 0] = await paperIds()
    await db().updateTable('papers').set({ hidden: true }).where('id', '=', hidden).execute()
    const { reader, cookie } = await signIn(db())
    const [tides, robots] = [await keep(reader.id, 'Tides'), await keep(reader.id, 'Robots')]
    await db()
      .insertInto('interest_papers')
      .values({ reader_id: reader.id, paper_id: left, interest_id: null, excluded_at: NOON })
      .execute()
    told.interests = () => [
      interest(tides, {
        boost: 2,
        acts: [
          act(a, { at: daysAgo(3) }),
          act(a, { kind: 'save', at: daysAgo(2) }),
          act(b, { kind: 'like' }),
          act(hidden),
          act(0, { paperId: null, kind: 'search', text: 'spring tide' }),
        ],
        excluded: [act(c, { kind: 'open' })],
        words: [
          { word: 'moon', weight: 1 },
          { word: 'tide', weight: 2 },
          { word: 'tariff', weight: -0.5 },
        ],
      }),
      interest(robots, { name: 'Robots', isPaused: true }),
      interest(null, { name: 'Harbours' }),
    ]
    const page = await pageOf(site, cookie)
    const words = wordsOf(page)
    expect(words).toContain(
      'Tides counts more Words tide, moon Rather not tariff Topics Robotics (2), Atmospheric',
    )
    expect(words).toContain('Authors Iris Sand (2) Less of this')
    expect(words).toContain('Learned from 2 papers, 1 search, 1 left out')
    expect(words).toContain(
      'Ebb <b>and</b> flow You saved it 2 days ago, voted for it 3 days ago Not this reason',
    )
    expect(words).toContain('You searched for “spring tide”')
    expect(words).toContain('Left out On 2601.00003 You opened it yesterday Count it again')
    expect(words).toContain('Robots paused')
    expect(words).toContain('Papers you left out On 2601.00005 Count it again')
    expect(words).not.toContain('A hidden one')
    expect(words).not.toContain('68T50')
    expect(page).toContain(`<a href="/for-you/interests/${tides}">Tides</a>`)
    expect(page).toMatch(/value="more" aria-pressed="true"/)
    expect(page).toContain(`<option value="${robots}">Robots</option>`)
    // One that is not kept yet cannot be changed.
    expect(words).toContain('Harbours We have only just found this interest.')
    expect(page).not.toContain('interests/null')
  })

  it('draws how interests moved, in words and numbers too', async () => {
    const site = open({
      interests: () => [
        interest(1, {
          acts: [
            act(1, { at: new Date('2025-11-20T00:00:00Z') }),
            act(2, { at: new Date('2025-11-21T00:00:00Z') }),
            act(3, { at: new Date('2026-01-02T00:00:00Z') }),
            // Of no interest here: what speaks against it, and what was long ago.
            act(4, { kind: 'not-for-me', at: new Date('2026-01-03T00:00:00Z') }),
            act(5, { at: new Date('2024-01-03T00:00:00Z') }),
            // In New York it is still December.
            act(6, { at: new Date('2026-01-01T03:00:00Z') }),
          ],
        }),
      ],
    })
    const { cookie } = await signIn(db())
    const page = await pageOf(site, cookie)
    expect(page).toContain('aria-label="Tides: 4 times since November 2025, most in November 2025"')
    expect(wordsOf(page)).toContain('Month Tides January 2026 1 December 2025 1 November 2025 2')
    expect(page.match(/<rect/g)).toHaveLength(3)
    expect(page).not.toMatch(/<[^>]+ style=/)
  })

  it('draws nothing of one month', async () => {
    const site = open({ interests: () => [interest(1, { acts: [act(1, { at: daysAgo(1) })] })] })
    const { cookie } = await signIn(db())
    expect(await pageOf(site, cookie)).not.toContain('<rect')
  })

  it('asks where what a reader does points both ways, until they have answered', async () => {
    const told: { interests: () => Interest[] } = { interests: () => [] }
    const site = open(told)
    await site.record(
      Array.from({ length: 9 }, (_, i) =>
        paper(i + 1, { categories: i < 7 ? ['cs.RO'] : ['cs.CL'], authors: [{ name: 'Iris Sand' }] }),
      ),
    )
    const ids = await paperIds()
    const { reader, cookie } = await signIn(db())
    const rows = (from: number, to: number) =>
      ids.slice(from, to).map((paper_id) => ({ reader_id: reader.id, paper_id, at: daysAgo(2) }))
    await db().insertInto('not_for_me').values(rows(0, 4)).execute()
    await db()
      .insertInto('reading_list')
      .values(rows(4, 6).map(({ at, ...row }) => ({ ...row, added_at: at, read_at: null })))
      .execute()
    const id = await keep(reader.id, 'Robots')
    told.interests = () => [interest(id, { name: 'Robots', acts: ids.slice(4, 7).map((p) => act(p)) })]
    const asked = 'In the last year you marked 4 papers of Robotics “Not for me”, and voted for or saved 3,'
    // Two are too few to speak of.
    expect(wordsOf(await pageOf(site, cookie))).not.toContain('Which is it?')
    await db()
      .insertInto('paper_ratings')
      .values(rows(6, 7).map((row) => ({ ...row, likes: true })))
      .execute()
    const page = await pageOf(site, cookie)
    expect(wordsOf(page)).toContain(`Which is it? ${asked} most of them for your interest “Robots”.`)
    expect(wordsOf(page)).toContain('Less of “Robots” More of “Robots”')
    // Papers that were left out do not count.
    const leftOut = { reader_id: reader.id, paper_id: ids[6] ?? 0, interest_id: id, excluded_at: NOON }
    await db().insertInto('interest_papers').values(leftOut).execute()
    expect(wordsOf(await pageOf(site, cookie))).not.toContain(asked)
    await db().deleteFrom('interest_papers').execute()
    told.interests = () => [
      interest(id, { name: 'Robots', boost: 0.5, acts: ids.slice(4, 7).map((p) => act(p)) }),
    ]
    expect(wordsOf(await pageOf(site, cookie))).not.toContain('Which is it?')
  })

  it('asks about topics and authors that a reader follows but marks “Not for me”', async () => {
    const site = open()
    await site.record(
      [1, 2, 3].map((n) => paper(n, { categories: ['cs.RO'], authors: [{ name: 'Iris Sand' }] })),
    )
    const { reader, cookie } = await signIn(db())
    const rows = (await paperIds()).map((paper_id) => ({ reader_id: reader.id, paper_id, at: NOON }))
    await db().insertInto('not_for_me').values(rows).execute()
    expect(wordsOf(await pageOf(site, cookie))).not.toContain('Which is it?')
    await db()
      .insertInto('followed_topics')
      .values({ reader_id: reader.id, category: 'cs.RO', at: NOON })
      .execute()
    await db()
      .insertInto('followed_authors')
      .values({ reader_id: reader.id, name_key: 'iris-sand', name: 'Iris Sand', at: NOON })
      .execute()
    const words = wordsOf(await pageOf(site, cookie))
    expect(words).toContain(
      'You follow Robotics, but in the last year you marked 3 papers of it “Not for me”, and voted for or saved none.',
    )
    expect(words).toContain('You follow Iris Sand, but in the last year you marked 3 papers by this author')
    expect(words).toContain('What you follow Robotics Iris Sand')
    // Long ago is forgiven.
    await db()
      .updateTable('not_for_me')
      .set({ at: daysAgo(400) })
      .execute()
    expect(wordsOf(await pageOf(site, cookie))).not.toContain('Which is it?')
  })

  it('lets readers change their interests', async () => {
    const told: { interests: () => Interest[] } = { interests: () => [] }
    const site = open(told)
    const { reader, cookie } = await signIn(db())
    const [tides, robots] = [await keep(reader.id, 'Tides'), await keep(reader.id, 'Robots')]
    told.interests = () => [interest(tides), interest(robots, { name: 'Robots' })]
    const send = (path: string, fields: Record<string, string> = {}) =>
      post(site.app, `${PATH}/${path}`, fields, { cookie })
    const rows = () => db().selectFrom('interests').selectAll().orderBy('id').execute()
    const changed = async (path: string, fields: Record<string, string>, said: string, words: string) => {
      const answer = await send(path, fields)
      const location = answer.headers.get('location') ?? ''
      expect([answer.status, location]).toEqual([303, said])
      expect(wordsOf(await pageOf(site, cookie, location.slice(PATH.length).replace(/#.*/, '')))).toContain(
        words,
      )
    }
    const at = `#interest-${tides}`
    await changed(`${tides}/name`, { name: 'Ebb' }, `${PATH}?changed=renamed${at}`, 'has a new name')
    await changed(`${tides}/pause`, {}, `${PATH}?changed=paused${at}`, 'Paused. It brings you no papers')
    expect((await rows())[0]).toMatchObject({ name: 'Ebb', paused_at: NOON })
    await changed(`${tides}/pause/end`, {}, `${PATH}?changed=resumed${at}`, 'Resumed.')
    await changed(`${tides}/boost`, { boost: 'more' }, `${PATH}?changed=boosted${at}`, 'Saved.')
    expect((await rows())[0]).toMatchObject({ paused_at: null, boost: 2 })
    await changed(
      `${tides}/merge`,
      { into: String(robots) },
      `${PATH}?changed=merged#interest-${robots}`,
      'one now',
    )
    expect(await rows()).toMatchObject([{ id: robots }])
    expect((await send(`${robots}/removal`)).status).toBe(422)
    expect(await rows()).toHaveLength(1)
    await changed(`${robots}/removal`, { confirm: 'on' }, `${PATH}?changed=dropped`, 'Dropped.')
    expect(await rows()).toEqual([])
  })

  it('says what was wrong with a change, and keeps what was typed', async () => {
    const told: { interests: () => Interest[] } = { interests: () => [] }
    const site = open(told)
    const { reader, cookie } = await signIn(db())
    const tides = await keep(reader.id, 'Tides')
    told.interests = () => [interest(tides)]
    const send = (path: string, fields: Record<string, string>) =>
      post(site.app, `${PATH}/${path}`, fields, { cookie })
    const long = await send(`${tides}/name`, { name: 'x'.repeat(101) })
    expect(long.status).toBe(422)
    const page = await long.text()
    expect(wordsOf(page)).toContain('A name can have up to 100 characters.')
    expect(page).toContain(`value="${'x'.repeat(101)}"`)
    expect(wordsOf(await (await send(`${tides}/name`, { name: ' ' })).text())).toContain(
      'Give your interest a name.',
    )
    for (const boost of ['', 'most', 'toString'])
      expect((await send(`${tides}/boost`, { boost })).status).toBe(422)
    expect((await send(`${tides}/merge`, { into: String(tides) })).status).toBe(422)
    expect((await pageOf(site, cookie, '?changed=toString')).includes('role="status"')).toBe(false)
  })

  it('tells another reader’s interest from none in nothing', async () => {
    const { app } = open()
    const [ada, eve] = [await signIn(db()), await signIn(db())]
    const id = await keep(ada.reader.id, 'Tides')
    const own = await keep(eve.reader.id, 'Robots')
    const before = await db().selectFrom('interests').selectAll().orderBy('id').execute()
    const fields = { name: 'Mine', boost: 'more', into: String(own), confirm: 'on' }
    const paths = ['name', 'pause', 'pause/end', 'boost', 'merge', 'removal']
    for (const path of paths) {
      const said = []
      for (const number of [id, 99_999, '99999999999999999999', 'x', '-1']) {
        const answer = await post(app, `${PATH}/${number}/${path}`, fields, { cookie: eve.cookie })
        const words = (await answer.text()).replaceAll(`${PATH}/${number}/`, '')
        said.push([answer.status, words])
      }
      expect(new Set(said.map(([status]) => status)), path).toEqual(new Set([404]))
      expect(new Set(said.map(([, words]) => words)).size, path).toBe(1)
    }
    const into = await post(app, `${PATH}/${own}/merge`, { into: String(id) }, { cookie: eve.cookie })
    expect(into.status).toBe(404)
    expect(await db().selectFrom('interests').selectAll().orderBy('id').execute()).toEqual(before)
  })

  it('takes a paper out of what is learned from, and back in', async () => {
    const { app, record } = open()
    await record([paper(1), paper(2)])
    const [a = 0, hidden = 0] = await paperIds()
    await db().updateTable('papers').set({ hidden: true }).where('id', '=', hidden).execute()
    const { reader, cookie } = await signIn(db())
    const send = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
      post(app, `${PATH}/reasons/${path}`, fields, { cookie, headers })
    const row = () =>
      db().selectFrom('interest_papers').selectAll().where('reader_id', '=', reader.id).executeTakeFirst()
    const out = await send('removal', { paper: String(a), back: '/for-you?after=x' })
    expect([out.status, out.headers.get('location')]).toEqual([303, '/for-you?after=x'])
    expect(await row()).toMatchObject({ paper_id: a, interest_id: null, excluded_at: NOON })
    const back = await send('return', { paper: String(a) })
    expect(back.headers.get('location')).toBe(`${PATH}?changed=included`)
    expect(await row()).toBeUndefined()
    const json = await send('removal', { paper: String(a) }, { accept: 'application/json' })
    expect(await json.json()).toEqual({ excluded: true })
    for (const number of [String(hidden), '999999', '99999999999999999999', '', '1e3'])
      for (const path of ['removal', 'return'])
        expect([number, path, (await send(path, { paper: number })).status]).toEqual([number, path, 404])
  })

  /** A reader of whom something of everything is remembered. */
  async function remembered() {
    const site = open()
    await site.record([paper(1, { title: 'Ebb' }), paper(2)])
    const [a = 0, b = 0] = await paperIds()
    const ada = await signIn(db())
    const reader_id = ada.reader.id
    const id = await keep(reader_id, 'Tides of Ada')
    await db()
      .insertInto('tastes')
      .values({ reader_id, begun_at: NOON, feed_key: 'k'.repeat(32) })
      .execute()
    await db()
      .insertInto('interest_papers')
      .values([
        { reader_id, paper_id: a, interest_id: id },
        { reader_id, paper_id: b, interest_id: null, excluded_at: NOON },
      ])
      .execute()
    await db().insertInto('followed_topics').values({ reader_id, category: 'cs.RO', at: NOON }).execute()
    await db()
      .insertInto('followed_authors')
      .values({ reader_id, name_key: 'iris-sand', name: 'Iris Sand', at: NOON })
      .execute()
    await db().insertInto('paper_ratings').values({ reader_id, paper_id: a, likes: true, at: NOON }).execute()
    await db().insertInto('opened_papers').values({ reader_id, paper_id: a, at: NOON }).execute()
    await db().insertInto('seen_papers').values({ reader_id, paper_id: b, at: NOON }).execute()
    await db()
      .insertInto('reader_searches')
      .values([
        { reader_id, text: 'spring tide', at: NOON },
        { reader_id, text: 'neap tide', at: daysAgo(1) },
      ])
      .execute()
    await db()
      .insertInto('paper_notes')
      .values({ reader_id, paper_id: a, body: 'Mine.', changed_at: NOON })
      .execute()
    for (const path of ['vote', 'save'])
      await post(site.app, `/papers/2601.00001/${path}`, { [path]: '1' }, { cookie: ada.cookie })
    return { site, ada, id }
  }

  const TABLES = [
    'interests',
    'interest_papers',
    'followed_topics',
    'followed_authors',
    'paper_ratings',
    'opened_papers',
    'seen_papers',
    'reader_searches',
    'votes',
    'reading_list',
    'paper_notes',
  ] as const
  const counts = async (readerId: string) => {
    const found: Record<string, number> = {}
    for (const table of TABLES)
      found[table] = (
        await db().selectFrom(table).select('reader_id').where('reader_id', '=', readerId).execute()
      ).length
    return found
  }

  it('is handed out as a file, to its reader only', async () => {
    const { site, ada } = await remembered()
    const answer = await site.app.request(`${PATH}/export`, { headers: { cookie: ada.cookie } })
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="interests.json"')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const taste = await answer.json()
    expect(taste).toMatchObject({
      choices: [{ learns_opened: true, learns_searches: false }],
      interests: [
        {
          name: 'Tides of Ada',
          boost: 1,
          papers: [{ paper: '2601.00001', title: 'Ebb', excluded_at: null }],
        },
      ],
      papers_of_no_interest: [{ paper: '2601.00002' }],
      followed_topics: [{ category: 'cs.RO' }],
      followed_authors: [{ name: 'Iris Sand' }],
      ratings: [{ paper: '2601.00001', likes: true }],
      opened_papers: [{ paper: '2601.00001' }],
      seen_papers: [{ paper: '2601.00002' }],
      searches: [{ text: 'neap tide' }, { text: 'spring tide' }],
    })
    expect(JSON.stringify(taste)).not.toMatch(/kkkk|reader_id/)
    const eve = await signIn(db())
    const hers = await site.app.request(`${PATH}/export`, { headers: { cookie: eve.cookie } })
    expect(JSON.stringify(await hers.json())).not.toMatch(/Ada|tide|2601/)
  })

  it('deletes what was remembered of what is no longer learned from', async () => {
    const { site, ada } = await remembered()
    const learn = (fields: Record<string, string>) =>
      post(site.app, `${PATH}/learning`, fields, { cookie: ada.cookie })
    const settings = () =>
      db().selectFrom('tastes').selectAll().where('reader_id', '=', ada.reader.id).executeTakeFirst()
    expect((await learn({ opened: 'on', searches: 'on' })).headers.get('location')).toBe(
      `${PATH}?changed=learning`,
    )
    expect(await counts(ada.reader.id)).toMatchObject({ opened_papers: 1, reader_searches: 2 })
    await learn({ searches: 'on' })
    expect(await counts(ada.reader.id)).toMatchObject({
      opened_papers: 0,
      reader_searches: 2,
      seen_papers: 1,
    })
    await learn({ opened: 'on' })
    expect(await counts(ada.reader.id)).toMatchObject({ reader_searches: 0 })
    expect(await settings()).toMatchObject({ learns_opened: true, learns_searches: false, begun_at: NOON })
    const page = await pageOf(site, ada.cookie)
    expect(page).toMatch(/name="opened" checked/)
    expect(page).not.toMatch(/name="searches" checked/)
  })

  it('forgets one search, of one’s own', async () => {
    const { site, ada } = await remembered()
    const eve = await signIn(db())
    expect(wordsOf(await pageOf(site, ada.cookie))).toContain(
      'Searches we remember spring tide Forget neap tide Forget',
    )
    const [search] = await db().selectFrom('reader_searches').select('id').orderBy('id').execute()
    const forget = (cookie: string) =>
      post(site.app, `${PATH}/searches/removal`, { search: String(search?.id) }, { cookie })
    await forget(eve.cookie)
    expect(await counts(ada.reader.id)).toMatchObject({ reader_searches: 2 })
    await forget(ada.cookie)
    expect(wordsOf(await pageOf(site, ada.cookie))).toContain('Searches we remember neap tide Forget')
  })

  it('is forgotten as a whole, once that is confirmed, and votes, lists and notes stay', async () => {
    const { site, ada } = await remembered()
    const bob = await signIn(db())
    const bobs = await keep(bob.reader.id, 'Lakes')
    const forget = (fields: Record<string, string>) =>
      post(site.app, `${PATH}/removal`, fields, { cookie: ada.cookie })
    const before = await counts(ada.reader.id)
    const refused = await forget({})
    expect([refused.status, wordsOf(await refused.text())]).toEqual([
      422,
      expect.stringContaining('Nothing was deleted.'),
    ])
    expect(await counts(ada.reader.id)).toEqual(before)
    expect((await forget({ confirm: 'on' })).headers.get('location')).toBe(`${PATH}?changed=forgotten`)
    const nothing = Object.fromEntries(TABLES.map((table) => [table, 0]))
    expect(await counts(ada.reader.id)).toEqual({ ...nothing, votes: 1, reading_list: 1, paper_notes: 1 })
    const settings = await db().selectFrom('tastes').selectAll().executeTakeFirstOrThrow()
    expect(settings).toMatchObject({ begun_at: null, feed_key: 'k'.repeat(32) })
    expect(await db().selectFrom('interests').select('id').execute()).toEqual([{ id: bobs }])
  })

  it('of suspended readers can be read, exported and forgotten, but not changed', async () => {
    const told: { interests: () => Interest[] } = { interests: () => [] }
    const site = open(told)
    const { reader, cookie } = await signIn(db(), { suspendedAt: daysAgo(1) })
    const id = await keep(reader.id, 'Tides')
    told.interests = () => [interest(id, { words: [{ word: 'moon', weight: 1 }] })]
    const page = await pageOf(site, cookie)
    expect(wordsOf(page)).toContain('Your account is suspended, so you cannot change your interests.')
    expect(wordsOf(page)).toContain('Tides Words moon')
    expect(page).not.toContain(`${PATH}/${id}/`)
    expect((await post(site.app, `${PATH}/${id}/pause`, {}, { cookie })).status).toBe(403)
    const learning = await post(site.app, `${PATH}/learning`, {}, { cookie })
    expect(learning.headers.get('location')).toBe(`${PATH}?changed=learning`)
    await post(site.app, `${PATH}/removal`, { confirm: 'on' }, { cookie })
    expect(await db().selectFrom('interests').select('id').execute()).toEqual([])
  })
})
