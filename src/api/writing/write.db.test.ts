import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { signIn } from '../../../test/readers.ts'
import { openSite } from '../../../test/site.ts'
import { ask, tokenOf } from '../../../test/tokens.ts'

const P = '2601.00001'
const DAY = '2026-01-14'

describeWithDatabase('a program that acts for a reader', (db) => {
  async function open({ curator = false, name = 'Ada' } = {}) {
    const site = openSite(db())
    await site.record([
      stated(P, { title: 'Tides in a channel', listing: { date: DAY } }),
      stated('2601.00002', { listing: { date: DAY } }),
      stated('hep-th/9901001', { listing: { date: DAY } }),
    ])
    const { reader } = await signIn(db(), { name, curator })
    const token = await tokenOf(db(), reader)
    const other = await signIn(db(), { name: 'Bert' })
    const others = await tokenOf(db(), other.reader)
    const does = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
      ask(site.app, method, path, { token, body, headers })
    const otherDoes = (method: string, path: string, body?: unknown) =>
      ask(site.app, method, path, { token: others, body })
    return { ...site, reader, other: other.reader, token, does, otherDoes }
  }

  it('votes, and withdraws its vote, however often it says so', async () => {
    const { does, app } = await open()
    for (const _ of [1, 2])
      expect(await does('PUT', `/api/papers/${P}/vote`)).toMatchObject({
        status: 200,
        body: { id: P, voted: true, upvotes: 1 },
      })
    expect((await ask(app, 'GET', `/api/papers/${P}`)).body).toMatchObject({ upvotes: 1 })
    expect((await does('GET', '/api/me/votes')).body).toMatchObject([{ paper: { id: P, upvotes: 1 } }])
    for (const _ of [1, 2])
      expect(await does('DELETE', `/api/papers/${P}/vote`)).toMatchObject({
        status: 200,
        body: { voted: false, upvotes: 0 },
      })
    // Identifiers with a slash too, written as it is or not.
    for (const id of ['hep-th/9901001', 'hep-th%2F9901001'])
      expect((await does('PUT', `/api/papers/${id}/vote`)).body).toMatchObject({ id: 'hep-th/9901001' })
  })

  it('keeps a reading list', async () => {
    const { does, otherDoes } = await open()
    expect((await does('PUT', `/api/me/reading-list/${P}`)).body).toEqual({ id: P, saved: true })
    expect((await does('PUT', '/api/me/reading-list/2601.00002', { read: true })).body).toEqual({
      id: '2601.00002',
      saved: true,
      read: true,
    })
    const first = await does('GET', '/api/me/reading-list?limit=1')
    expect(first.body).toMatchObject([{ paper: { id: P }, readAt: null }])
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
    expect((await does('GET', next)).body).toMatchObject([
      { paper: { id: '2601.00002' }, readAt: '2026-01-15T12:00:00.000Z' },
    ])
    expect((await otherDoes('GET', '/api/me/reading-list')).body).toEqual([])
    for (const _ of [1, 2])
      expect((await does('DELETE', `/api/me/reading-list/${P}`)).body).toEqual({ id: P, saved: false })
    expect((await does('GET', '/api/me/reading-list')).body).toHaveLength(1)
    expect((await does('GET', '/api/me/reading-list?cursor=zzz')).body).toMatchObject({
      status: 400,
      parameter: 'cursor',
    })
    for (const [method, notForMe] of [
      ['PUT', true],
      ['DELETE', false],
    ] as const) {
      expect((await does(method, `/api/papers/${P}/not-for-me`)).body).toEqual({ id: P, notForMe })
      expect((await does('GET', '/api/me/not-for-me')).body).toHaveLength(notForMe ? 1 : 0)
    }
  })

  it('comments, replies, edits, reacts and deletes', async () => {
    const { does, otherDoes, app } = await open()
    const made = await does('POST', `/api/papers/${P}/comments`, { body: 'Lakes, *too*: $x^2$.' })
    expect(made).toMatchObject({
      status: 201,
      body: { body: 'Lakes, *too*: $x^2$.', author: { name: 'Ada' }, parentId: null, state: 'shown' },
    })
    const at = made.headers.get('location') ?? ''
    expect((await ask(app, 'GET', at)).body).toMatchObject({ id: made.body['id'] })
    // A double click.
    expect(await does('POST', `/api/papers/${P}/comments`, { body: 'Lakes, *too*: $x^2$.' })).toMatchObject({
      status: 200,
      body: { id: made.body['id'] },
    })
    const reply = await otherDoes('POST', `${at}/replies`, { body: 'And seas.' })
    expect(reply).toMatchObject({ status: 201, body: { parentId: made.body['id'] } })
    for (const _ of [1, 2])
      expect((await otherDoes('PUT', `${at}/reactions/agree`)).body).toEqual({
        reaction: 'agree',
        own: true,
        count: 1,
      })
    expect(await does('PUT', `${at}/reactions/agree`)).toMatchObject({ status: 422 })
    expect(await does('PUT', `${at}/reactions/furious`)).toMatchObject({
      status: 400,
      body: { parameter: 'reaction' },
    })
    expect(await does('PATCH', at, { body: 'Rivers.' })).toMatchObject({
      status: 200,
      body: { body: 'Rivers.', reactions: { agree: 1 } },
    })
    expect(await otherDoes('PATCH', at, { body: 'Mine.' })).toMatchObject({ status: 403 })
    expect(await otherDoes('DELETE', at)).toMatchObject({ status: 403 })
    for (const _ of [1, 2])
      expect(await does('DELETE', at)).toMatchObject({ status: 200, body: { deleted: true } })
    expect((await ask(app, 'GET', at)).body).toMatchObject({ state: 'deleted', body: null })
    expect((await otherDoes('DELETE', `${at}/reactions/agree`)).status).toBe(404)
    expect((await otherDoes('POST', `${at}/replies`, { body: 'Gone?' })).status).toBe(409)
    const own = reply.headers.get('location') ?? ''
    for (const _ of [1, 2]) expect((await otherDoes('DELETE', own)).status).toBe(200)
    expect((await ask(app, 'GET', at)).status).toBe(404)
  })

  it('is held to the limits of comments as the form is', async () => {
    const { app } = await open()
    const { reader } = await signIn(db(), { createdAt: new Date('2026-01-15T11:00:00Z') })
    const token = await tokenOf(db(), reader)
    const say = (body: string) => ask(app, 'POST', `/api/papers/${P}/comments`, { token, body: { body } })
    expect((await say('https://a.example https://b.example https://c.example')).body).toMatchObject({
      status: 422,
      parameter: 'body',
    })
    expect((await say(' \u200b ')).status).toBe(422)
    for (let n = 1; n <= 5; n++) expect((await say(`Words ${n}`)).status).toBe(201)
    const refused = await say('Words 6')
    expect(refused).toMatchObject({ status: 429, body: { status: 429 } })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('keeps collections, private ones for itself', async () => {
    const { does, otherDoes, app } = await open()
    const made = await does('POST', '/api/collections', { title: 'On tides' })
    expect(made).toMatchObject({ status: 201, body: { title: 'On tides', public: false, papers: 0 } })
    const id = String(made.body['id'])
    const at = `/api/collections/${id}`
    expect(made.headers.get('location')).toBe(at)
    for (const _ of [1, 2])
      expect((await does('PUT', `${at}/papers/${P}`)).body).toEqual({ id, paper: P, collected: true })
    await does('PUT', `${at}/papers/hep-th/9901001`, { note: 'First of all.', place: 1 })
    const entries = () =>
      db()
        .selectFrom('collection_papers as c')
        .innerJoin('papers as p', 'p.id', 'c.paper_id')
        .select(['p.address', 'c.note'])
        .orderBy('position')
        .execute()
    expect(await entries()).toEqual([
      { address: 'hep-th/9901001', note: 'First of all.' },
      { address: P, note: '' },
    ])
    expect(await does('PUT', `${at}/papers/${P}`, { note: 'x'.repeat(1_001) })).toMatchObject({
      status: 422,
      body: { parameter: 'note' },
    })
    // To everybody else it is not there.
    for (const [method, path, body] of [
      ['PATCH', at, { title: 'Mine' }],
      ['PUT', `${at}/papers/2601.00002`, {}],
      ['DELETE', `${at}/papers/${P}`, undefined],
      ['POST', `${at}/flags`, { reason: 'spam' }],
    ] as const)
      expect([method, path, (await otherDoes(method, path, body)).status]).toEqual([method, path, 404])
    expect((await otherDoes('DELETE', at)).status).toBe(200)
    expect((await otherDoes('GET', '/api/me/collections')).body).toEqual([])
    expect((await does('PATCH', at, { public: true })).body).toMatchObject({
      title: 'On tides',
      public: true,
      papers: 2,
    })
    expect((await does('PATCH', at, { title: '  ' })).body).toMatchObject({ status: 422, parameter: 'title' })
    expect(await (await app.request('/collections')).text()).toContain('On tides')
    for (const _ of [1, 2]) expect((await does('DELETE', `${at}/papers/${P}`)).status).toBe(200)
    expect(await entries()).toHaveLength(1)
    for (const _ of [1, 2]) expect((await does('DELETE', at)).body).toEqual({ id, deleted: true })
    expect((await does('GET', '/api/me/collections')).body).toEqual([])
  })

  it('gets lists by email at the address of its reader', async () => {
    const { does, otherDoes, reader } = await open()
    const made = await does('POST', '/api/me/subscriptions', {
      list: '/papers/trending',
      every: 'week',
      weekdays: [2],
      notAbout: ['cats', 'dogs and cats'],
    })
    expect(made).toMatchObject({
      status: 201,
      body: {
        list: '/papers/trending',
        every: 'week',
        weekdays: [2],
        notAbout: ['cats', 'dogs and cats'],
        confirmed: true,
        paused: false,
      },
    })
    const at = made.headers.get('location') ?? ''
    expect((await db().selectFrom('subscribers').select('email').execute())[0]?.email).toBe(reader.email)
    expect((await does('POST', '/api/me/subscriptions', { list: '/papers/trending' })).status).toBe(200)
    expect((await does('GET', at)).body).toMatchObject({ every: 'week' })
    expect((await does('PATCH', at, { length: 5, paused: true })).body).toMatchObject({
      length: 5,
      every: 'week',
      paused: true,
      nextAt: null,
    })
    expect((await does('PATCH', at, { paused: false })).body).toMatchObject({ paused: false })
    expect((await does('PATCH', at, { timeZone: '+05:30' })).status).toBe(422)
    expect((await does('POST', '/api/me/subscriptions', { list: '/about' })).body).toMatchObject({
      status: 422,
      parameter: 'list',
    })
    expect((await otherDoes('GET', at)).status).toBe(404)
    expect((await otherDoes('PATCH', at, { paused: true })).status).toBe(404)
    await otherDoes('DELETE', at)
    expect((await does('GET', '/api/me/subscriptions')).body).toHaveLength(1)
    expect((await does('PATCH', '/api/me/mail', { paused: true, replies: true })).body).toEqual({
      paused: true,
      replies: true,
    })
    expect((await does('GET', '/api/me/mail')).body).toEqual({ paused: true, replies: true })
    for (const _ of [1, 2]) expect((await does('DELETE', at)).status).toBe(200)
    expect((await does('GET', '/api/me/subscriptions')).body).toEqual([])
  })

  it('flags and claims', async () => {
    const { does } = await open()
    for (const _ of [1, 2])
      expect(
        await does('POST', `/api/papers/${P}/flags`, { reason: 'spam', note: 'It sells.' }),
      ).toMatchObject({
        status: 201,
        body: { flagged: true },
      })
    expect(await db().selectFrom('flags').select('note').execute()).toEqual([{ note: 'It sells.' }])
    expect((await does('POST', `/api/papers/${P}/flags`, { reason: 'dull' })).body).toMatchObject({
      status: 400,
      parameter: 'reason',
    })
    for (const _ of [1, 2])
      expect((await does('PUT', `/api/papers/${P}/claim`, { note: 'It is mine.' })).body).toEqual({
        id: P,
        state: 'waiting',
      })
  })

  it('curates, for a curator', async () => {
    const { does, otherDoes, app } = await open({ curator: true, name: 'Cora' })
    expect((await does('PUT', `/api/papers/${P}/pick`, { note: 'A find.' })).body).toEqual({
      id: P,
      picked: true,
      picks: 1,
    })
    expect(await otherDoes('PUT', `/api/papers/${P}/pick`)).toMatchObject({ status: 403 })
    expect((await does('PUT', `/api/editions/${DAY}/head`, { note: 'Read *these*.', top: P })).body).toEqual({
      day: DAY,
      note: 'Read *these*.',
      top: P,
      by: 'Cora',
    })
    expect((await does('PUT', '/api/editions/2020-01-01/head', { note: 'x' })).status).toBe(404)
    expect((await does('PUT', `/api/papers/${P}/hiding`, { hidden: true, reason: '' })).body).toMatchObject({
      status: 422,
      parameter: 'reason',
    })
    expect((await does('PUT', `/api/papers/${P}/hiding`, { hidden: true, reason: 'A copy.' })).body).toEqual({
      changed: true,
    })
    expect((await ask(app, 'GET', `/api/papers/${P}`)).status).toBe(404)
    for (const [method, path, body] of [
      ['PUT', `/api/papers/${P}/vote`, undefined],
      ['PUT', `/api/me/reading-list/${P}`, undefined],
      ['POST', `/api/papers/${P}/comments`, { body: 'Where is it?' }],
      ['POST', `/api/papers/${P}/flags`, { reason: 'spam' }],
      ['PUT', `/api/papers/${P}/claim`, {}],
    ] as const)
      expect([path, (await otherDoes(method, path, body)).status]).toEqual([path, 404])
    await does('PUT', `/api/papers/${P}/hiding`, { hidden: false, reason: 'It is not.' })
    expect((await ask(app, 'GET', `/api/papers/${P}`)).status).toBe(200)
    expect(
      (await does('PUT', `/api/papers/${P}/comment-lock`, { locked: true, reason: 'Enough.' })).body,
    ).toEqual({ changed: true })
    expect(await otherDoes('POST', `/api/papers/${P}/comments`, { body: 'Still?' })).toMatchObject({
      status: 403,
      body: { type: 'https://tides.example/about/api#not-allowed' },
    })
    expect((await db().selectFrom('moderation_log').select('reason').execute()).length).toBe(3)
  })

  it('says who it is', async () => {
    const { does } = await open()
    const me = await does('GET', '/api/me')
    expect(me.body).toMatchObject({ name: 'Ada', isCurator: false, isTrusted: true })
    expect(JSON.stringify(me.body)).not.toContain('@')
  })
})
