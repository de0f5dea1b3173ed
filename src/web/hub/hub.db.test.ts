import { createHmac } from 'node:crypto'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { NOON, openSite, type TestSite } from '../../../test/site.ts'
import { feedsMadeHere } from '../../feeds/own-feed.ts'
import { openOutgoingClient } from '../../outgoing/client.ts'
import { runHub } from '../../webhooks/hub/run-hub.ts'
import { agrees, openSubscriber, type Heard } from '../../webhooks/hub/subscriber-server.fixture.ts'

const TOPIC = 'https://tides.example/papers/new.atom'
const CALLBACK = 'https://subscriber.example/take?key=1'
const MINUTE = 60_000

describeWithDatabase('the hub of our feeds', (db) => {
  let subscriber: Awaited<ReturnType<typeof openSubscriber>>
  let clock: Date
  let opened: TestSite
  beforeEach(async () => {
    subscriber = await openSubscriber()
    clock = new Date(NOON)
    opened = openSite(db(), { now: clock })
    await opened.record([stated('2601.00001', { title: 'On tides' })])
  })
  afterEach(() => subscriber.close())

  const ask = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    opened.app.request('/websub', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams({
        'hub.mode': 'subscribe',
        'hub.topic': TOPIC,
        'hub.callback': CALLBACK,
        ...fields,
      }).toString(),
    })
  const client = () =>
    openOutgoingClient({ db: db(), userAgent: 'a test', now: () => clock, wait: async () => {} })
  const run = (through = subscriber.through(client()), signal = new AbortController().signal) =>
    runHub({
      db: db(),
      client: through,
      origin: () => opened.site.origin,
      readFeed: feedsMadeHere((request) => opened.app.fetch(request), { origin: () => opened.site.origin }),
      now: () => clock,
      signal,
    })
  const pass = (ms: number) => void clock.setTime(clock.getTime() + ms)
  const subscriptions = () => db().selectFrom('websub_subscriptions').selectAll().execute()
  const asks = () => db().selectFrom('websub_asks').selectAll().execute()
  /** Subscribes, and is looked at before anything changes. */
  async function subscribe(fields: Record<string, string> = {}) {
    expect((await ask(fields)).status).toBe(202)
    await run()
    expect(await asks()).toEqual([])
  }

  it('is where every feed says it is, in itself and in its headers', async () => {
    for (const [path, hub] of [
      ['/papers/new.atom', '<link href="https://tides.example/websub" rel="hub"/>'],
      ['/index.rss', '<atom:link href="https://tides.example/websub" rel="hub"/>'],
      ['/papers.feed.json?q=tides', '"hubs":[{"type":"WebSub","url":"https://tides.example/websub"}]'],
      ['/digests.atom', '<link href="https://tides.example/websub" rel="hub"/>'],
    ] as const) {
      const answer = await opened.app.request(path)
      expect(await answer.text()).toContain(hub)
      expect(answer.headers.get('link')).toContain('<https://tides.example/websub>; rel="hub", ')
      expect(answer.headers.get('link')).toContain(`<https://tides.example${path}>; rel="self"`)
    }
    const read = await opened.app.request('/websub')
    expect([read.status, read.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it('sends a feed that has changed, signed, once to each subscriber who means it', async () => {
    await subscribe({ 'hub.secret': 'between us', 'hub.lease_seconds': '86400' })
    const [asked] = subscriber.heard
    expect(Object.fromEntries(asked?.url.searchParams ?? [])).toEqual({
      key: '1',
      'hub.mode': 'subscribe',
      'hub.topic': TOPIC,
      'hub.challenge': expect.stringMatching(/^[\w-]{32}$/),
      'hub.lease_seconds': '86400',
    })
    expect(await subscriptions()).toMatchObject([
      { callback: CALLBACK, expires_at: new Date(NOON.getTime() + 86_400_000) },
    ])
    pass(2 * MINUTE)
    await run()
    expect(subscriber.got()).toEqual([])

    await opened.record([stated('2601.00002', { title: 'On waves' })])
    pass(2 * MINUTE)
    await Promise.all([run(), run()])
    const [sent, ...more] = subscriber.got()
    expect(more).toEqual([])
    expect(sent?.url.search).toBe('?key=1')
    expect(sent?.headers).toMatchObject({
      'content-type': 'application/atom+xml; charset=utf-8',
      link: `<https://tides.example/websub>; rel="hub", <${TOPIC}>; rel="self"`,
      'x-hub-signature': `sha256=${createHmac('sha256', 'between us')
        .update(sent?.body ?? '')
        .digest('hex')}`,
    })
    expect(sent?.body).toBe(await (await opened.app.request('/papers/new.atom')).text())
    expect(sent?.body).toContain('On waves')
    pass(2 * MINUTE)
    await run()
    expect(subscriber.got()).toHaveLength(1)
  })

  it('sends changes of a feed at most once a minute, together', async () => {
    await subscribe()
    for (let n = 2; n < 8; n++) {
      await opened.record([stated(`2601.0000${n}`)])
      pass(20_000)
      await run()
    }
    expect(subscriber.got()).toHaveLength(2)
  })

  it('begins nothing that the callback does not want', async () => {
    for (const says of [
      () => ({ status: 200, body: 'something else' }),
      (one: Heard) => ({ ...agrees(one), status: 404 }),
      (one: Heard) => ({ status: 200, body: `${one.url.searchParams.get('hub.challenge')} and more` }),
    ]) {
      subscriber.says(says)
      await subscribe()
      expect(await subscriptions()).toEqual([])
    }
    subscriber.says((one) =>
      one.url.pathname === '/take'
        ? { status: 307, headers: { location: `/other?${one.url.searchParams}` } }
        : agrees(one),
    )
    await subscribe()
    expect(await subscriptions()).toEqual([])
  })

  it('asks a callback that does not answer once more, and then no more', async () => {
    subscriber.says(() => ({ status: 500 }))
    await ask({})
    for (let n = 0; n < 4; n++) {
      await run()
      pass(2 * MINUTE)
    }
    expect(subscriber.heard).toHaveLength(2)
    expect(await asks()).toEqual([])
  })

  it('ends a subscription when its subscriber says so, and only then', async () => {
    await subscribe()
    subscriber.says(() => ({ status: 404 }))
    await subscribe({ 'hub.mode': 'unsubscribe' })
    expect(await subscriptions()).toHaveLength(1)
    subscriber.says(agrees)
    await subscribe({ 'hub.mode': 'unsubscribe' })
    expect(subscriber.heard.at(-1)?.url.searchParams.get('hub.mode')).toBe('unsubscribe')
    expect(await subscriptions()).toEqual([])
  })

  it('ends subscriptions that are not renewed in time', async () => {
    await subscribe({ 'hub.lease_seconds': '3600' })
    pass(50 * MINUTE)
    await subscribe({ 'hub.lease_seconds': '3600' })
    pass(50 * MINUTE)
    await opened.record([stated('2601.00002')])
    await run()
    expect(subscriber.got()).toHaveLength(1)
    pass(11 * MINUTE)
    await opened.record([stated('2601.00003')])
    await run()
    expect(subscriber.got()).toHaveLength(1)
    expect(await db().selectFrom('websub_topics').selectAll().execute()).toEqual([])
  })

  it('tries again what was not taken, later each time, and gives up within a day; at once where it is gone', async () => {
    await subscribe()
    subscriber.says(() => ({ status: 503 }))
    await opened.record([stated('2601.00002')])
    pass(2 * MINUTE)
    let hours = 0
    while ((await subscriptions()).length > 0 && hours < 48) {
      await run()
      const [row] = await subscriptions()
      if (!row) break
      hours += ((row.due_at?.getTime() ?? 0) - clock.getTime()) / 3_600_000
      clock.setTime(row.due_at?.getTime() ?? 0)
    }
    expect(subscriber.got()).toHaveLength(7)
    expect(hours).toBeGreaterThan(12)
    expect(hours).toBeLessThan(24)

    subscriber.says(agrees)
    pass(2 * MINUTE)
    await subscribe()
    subscriber.says(() => ({ status: 410 }))
    await opened.record([stated('2601.00003')])
    pass(2 * MINUTE)
    await run()
    expect(await subscriptions()).toEqual([])
  })

  it('sends what a process that died was sending', async () => {
    await subscribe()
    await opened.record([stated('2601.00002')])
    pass(2 * MINUTE)
    const dying = new AbortController()
    subscriber.says((one) => (one.method === 'POST' ? 'hold' : agrees(one)))
    const real = subscriber.through(client())
    const sending = Promise.withResolvers<void>()
    // It never hears of anything again, and writes nothing down.
    void run(
      {
        request(service, url, options) {
          void real.request(service, url, options).catch(() => {})
          sending.resolve()
          return new Promise(() => {})
        },
      },
      dying.signal,
    )
    await sending.promise
    subscriber.says(agrees)
    await run()
    const held = (await subscriptions())[0]?.holder
    expect(held).not.toBeNull()
    await sql`update websub_subscriptions set held_until = clock_timestamp() - interval '1 second'`.execute(
      db(),
    )
    await run()
    expect(subscriber.got().at(-1)?.body).toContain('2601.00002')
    expect(await subscriptions()).toMatchObject([{ due_at: null, holder: null, attempts: 0 }])
  })

  it('asks no address that is not public, however it is written or reached', async () => {
    for (const callback of [
      'http://127.0.0.1/x',
      'http://[::1]/x',
      'http://localhost/x',
      'http://10.0.0.1/x',
      'http://0xa9fea9fe/',
      'http://printer/',
      'http://subscriber.example:22/',
      'http://ada:word@subscriber.example/',
      'ftp://subscriber.example/',
      'nonsense',
    ]) {
      const answer = await ask({ 'hub.callback': callback })
      expect([callback, answer.status, await answer.text()]).toEqual([
        callback,
        400,
        expect.stringContaining('hub.callback'),
      ])
    }
    // A name that leads inside.
    await ask({ 'hub.callback': 'http://inside.example/x' })
    const real = openOutgoingClient({
      db: db(),
      userAgent: 'a test',
      now: () => clock,
      wait: async () => {},
      resolve: async () => ['127.0.0.1'],
    })
    await run(real)
    pass(2 * MINUTE)
    await run(real)
    expect(subscriber.heard).toEqual([])
    expect(await asks()).toEqual([])
    expect(await subscriptions()).toEqual([])
  })

  it('is for feeds of this site that everybody may read, and says so where a feed is gone', async () => {
    for (const topic of [
      'https://elsewhere.example/papers/new.atom',
      'https://tides.example/papers/new',
      'https://tides.example/papers/../papers/new.atom',
      'javascript:0',
      '',
    ])
      expect([topic, (await ask({ 'hub.topic': topic })).status]).toEqual([topic, 400])
    expect((await ask({ 'hub.mode': 'publish' })).status).toBe(400)
    expect((await ask({ 'hub.lease_seconds': '-1' })).status).toBe(400)
    expect((await ask({ 'hub.secret': 'x'.repeat(200) })).status).toBe(400)

    await subscribe({ 'hub.topic': 'https://tides.example/collections/aaaaaaaaaaaa.atom' })
    expect(Object.fromEntries(subscriber.heard.at(-1)?.url.searchParams ?? [])).toMatchObject({
      'hub.mode': 'denied',
      'hub.reason': 'There is no such feed here.',
    })
    expect(await subscriptions()).toEqual([])

    const { id } = await db()
      .insertInto('readers')
      .values({ email: 'a@b.example', created_at: NOON })
      .returning('id')
      .executeTakeFirstOrThrow()
    const facts = { title: 'Mine', description: '', public: true, created_at: NOON, changed_at: NOON }
    await db()
      .insertInto('collections')
      .values({ id: 'abcdefghijkl', reader_id: id, ...facts })
      .execute()
    await subscribe({ 'hub.topic': 'https://tides.example/collections/abcdefghijkl.atom' })
    expect(await subscriptions()).toHaveLength(1)
    await db().updateTable('collections').set({ public: false }).execute()
    opened.cache.drop('everything')
    pass(2 * MINUTE)
    await run()
    await run()
    expect(await subscriptions()).toEqual([])
    expect(subscriber.heard.at(-1)?.url.searchParams.get('hub.mode')).toBe('denied')
  })

  it('has a limit for each host and each network, and for how often is asked', async () => {
    let last = new Response()
    for (let n = 0; n < 121; n++) last = await ask({ 'hub.callback': `http://s${n}.example/` })
    expect(last.status).toBe(429)
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
    await sql`
      insert into websub_asks (path, callback, callback_host, network, mode, lease_seconds, due_at)
      select '/papers/new.atom', 'http://crowded.example/' || n, 'crowded.example', 'x', 'subscribe', 60, now()
      from generate_series(1, 500) n`.execute(db())
    pass(61 * MINUTE)
    expect((await ask({ 'hub.callback': 'http://crowded.example/one-more' })).status).toBe(403)
  })

  it('is not for the pages of other sites', async () => {
    expect((await ask({}, { origin: 'https://elsewhere.example' })).status).toBe(403)
    expect((await ask({}, { 'content-type': 'text/plain' })).status).toBe(415)
    expect(await asks()).toEqual([])
  })
})
