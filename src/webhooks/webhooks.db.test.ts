import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { searchRoom } from '../../test/search.ts'
import { settledOrWaiting } from '../../test/waiting.ts'
import { inTransaction } from '../db/transaction.ts'
import { hidePaper } from '../moderation/hide-paper.ts'
import { openOutgoingClient } from '../outgoing/client.ts'
import type { HarvestedPaper } from '../papers/harvested-paper.ts'
import { recordSignals } from '../ranking/signals.ts'
import { pickPaper } from '../shelves/picks.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { openClock } from '../sources/testing/moved-clock.ts'
import { SHAPES, type Shape } from './shapes.ts'
import { forgetDeliveries, sendTest, tellWebhooks } from './tell.ts'
import { isSigned, openChatServer, type ChatServer } from './testing/chat-server.ts'
import {
  addWebhook,
  listWebhooks,
  pauseWebhook,
  removeWebhook,
  resumeWebhook,
  rotateSecret,
  type WebhookDraft,
} from './webhooks.ts'

const ORIGIN = 'https://tides.example'
const MINUTE = 60_000
const HOUR = 60 * MINUTE

describeWithDatabase('a webhook', (db) => {
  let clock = openClock('2026-01-15T12:00:00Z')
  const servers: ChatServer[] = []
  beforeEach(() => {
    clock = openClock('2026-01-15T12:00:00Z')
  })
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close()
  })

  const serve = async (options?: Parameters<typeof openChatServer>[0]) => {
    const server = await openChatServer(options)
    servers.push(server)
    return server
  }
  const telling = (signal = new AbortController().signal) => ({
    room: searchRoom(db()),
    client: openOutgoingClient({ db: db(), userAgent: 'a test', now: clock.now, wait: clock.wait }),
    site: { name: 'Tide Lines', origin: () => ORIGIN },
    now: clock.now,
    signal,
  })
  const tell = () => tellWebhooks(telling())
  const later = async (milliseconds: number) => {
    await clock.wait(milliseconds)
    return tell()
  }
  const add = async (
    draft: Partial<WebhookDraft> & Pick<WebhookDraft, 'target'>,
    { trusted = true } = {},
  ) => {
    const outcome = await addWebhook(
      searchRoom(db()),
      { list: '/papers/new', shape: 'json', ...draft },
      { origin: ORIGIN, trusted, now: clock.now() },
    )
    if (!outcome.ok) throw new Error(outcome.reason)
    return outcome
  }
  const record = (papers: HarvestedPaper[]) =>
    recordHarvest(db(), papers, { now: clock.now(), timeZone: 'America/New_York' })
  const paper = (number: number, facts: Partial<HarvestedPaper> = {}) =>
    stated(`2601.${String(number).padStart(5, '0')}`, {
      published: { value: clock.now().toISOString(), precision: 'time' },
      ...facts,
    })
  const bodies = ({ posted }: ChatServer) => posted.map(({ body }) => JSON.parse(body))
  const titles = (server: ChatServer): string[][] =>
    bodies(server).map(({ data }) => data.papers.map(({ title }: { title: string }) => title))
  const idOf = async (number: number) =>
    (
      await db()
        .selectFrom('papers')
        .select('id')
        .where('arxiv_id', '=', `2601.${String(number).padStart(5, '0')}`)
        .executeTakeFirstOrThrow()
    ).id

  it('tells each paper that comes to its list once, signed, and none that was there before', async () => {
    const server = await serve()
    await record([paper(1)])
    const { secret } = await add({ target: server.target('json') })
    await later(MINUTE)
    expect(server.posted).toEqual([])
    await record([
      paper(2, { title: 'On $E = mc^2$', authors: [{ name: 'Ada Lovelace' }] }),
      paper(1, { title: 'Renamed' }),
    ])
    expect(await later(MINUTE)).toEqual({ told: 1, failed: 0 })
    const [posted] = server.posted
    expect(posted && isSigned(posted, secret)).toBe(true)
    expect(posted && isSigned(posted, 'whsec_AAAA')).toBe(false)
    expect(posted?.headers['user-agent']).toBe('a test')
    expect(posted?.headers['webhook-timestamp']).toBe(String(Math.floor(clock.now().getTime() / 1_000)))
    expect(bodies(server)[0]).toMatchObject({
      type: 'papers.new',
      data: {
        site: { name: 'Tide Lines', url: ORIGIN },
        list: { title: 'New papers', url: `${ORIGIN}/papers/new` },
        total: 1,
        url: `${ORIGIN}/papers/new`,
        papers: [{ id: '2601.00002', url: `${ORIGIN}/papers/2601.00002`, title: 'On $E = mc^2$' }],
      },
    })
    await record([paper(3)])
    // People read in peace: not sooner than ten minutes after the last.
    await later(MINUTE)
    expect(server.posted).toHaveLength(1)
    await later(10 * MINUTE)
    expect(titles(server)).toEqual([['On $E = mc^2$'], ['On 2601.00003']])
    expect(new Set(server.posted.map(({ headers }) => headers['webhook-id'])).size).toBe(2)
    await later(DAY)
    expect(server.posted).toHaveLength(2)
  })

  it('tells of topics, authors, searches and picks', async () => {
    const server = await serve()
    for (const list of [
      '/topics/cs.CL',
      `${ORIGIN}/authors/ada-lovelace.atom`,
      '/papers?q=engines',
      '/papers/picks',
    ])
      await add({ target: server.target('json'), list })
    expect((await listWebhooks(db())).map(({ list, title }) => [list, title])).toEqual([
      ['/topics/cs.CL', 'Computation and Language'],
      ['/authors/ada-lovelace', 'Papers by ada-lovelace'],
      ['/papers?q=engines', '“engines”'],
      ['/papers/picks', 'Curators’ picks'],
    ])
    await record([
      paper(1, { primaryCategory: 'cs.CL', categories: ['cs.CL'] }),
      paper(2, { authors: [{ name: 'Ada Lovelace' }] }),
      paper(3, { title: 'Analytical engines' }),
      paper(4),
    ])
    const { reader } = await signIn(db(), { curator: true })
    await pickPaper(db(), { paperId: await idOf(4), curator: reader, note: '', now: clock.now() })
    expect(await later(MINUTE)).toEqual({ told: 4, failed: 0 })
    const told = bodies(server).map(
      ({ data }) => `${data.list.url.slice(ORIGIN.length)}: ${data.papers[0].title}`,
    )
    expect(told.toSorted()).toEqual([
      '/authors/ada-lovelace: On 2601.00002',
      '/papers/picks: On 2601.00004',
      '/papers?q=engines: Analytical engines',
      '/topics/cs.CL: On 2601.00001',
    ])
  })

  it('reads its list again only when something may have changed', async () => {
    const server = await serve()
    await add({ target: server.target('json') })
    let changes = 0
    const looks = { changes: () => changes, seen: new Map() }
    const look = async (milliseconds: number) => {
      await clock.wait(milliseconds)
      return tellWebhooks({ ...telling(), looks })
    }
    await look(MINUTE)
    await record([paper(1)])
    // As if nobody had said so.
    await look(MINUTE)
    expect(server.posted).toEqual([])
    changes += 1
    await look(MINUTE)
    expect(titles(server)).toEqual([['On 2601.00001']])
    await look(11 * MINUTE)
    await record([paper(2)])
    // And if it was missed, a little later.
    await look(MINUTE)
    expect(server.posted).toHaveLength(1)
    await look(5 * MINUTE)
    expect(server.posted).toHaveLength(2)
  })

  it('tells papers that come late too, which are not at the head of their list', async () => {
    const server = await serve()
    await record(Array.from({ length: 250 }, (_, i) => paper(i + 10)))
    await add({ target: server.target('json') })
    await record([paper(1, { published: { value: '2020-01-01', precision: 'day' } })])
    await later(MINUTE)
    expect(titles(server)).toEqual([['On 2601.00001']])
  })

  it('of the front page tells each edition once, when all of it has come', async () => {
    const server = await serve()
    await record([paper(1)])
    await add({ target: server.target('json'), list: '/', most: 2 })
    await clock.wait(DAY)
    await record([paper(2), paper(3)])
    await tell()
    expect(server.posted).toEqual([])
    await clock.wait(30_000)
    await record([paper(4)])
    await later(40_000)
    expect(server.posted).toEqual([])
    await later(MINUTE)
    expect(bodies(server)).toMatchObject([
      {
        type: 'edition.published',
        data: { edition: '2026-01-16', total: 3, url: `${ORIGIN}/papers/date/2026-01-16` },
      },
    ])
    expect(titles(server)[0]).toHaveLength(2)
    // What comes late does not make it new.
    await record([paper(5)])
    await later(HOUR)
    expect(server.posted).toHaveLength(1)
  })

  it('of trending papers tells those that are hot enough', async () => {
    const server = await serve()
    await record([paper(1), paper(2), paper(3)])
    await heat(1, 50)
    await add({ target: server.target('json'), list: '/papers/trending', leastHeat: 5 })
    await heat(2, 4)
    await heat(3, 30)
    await later(MINUTE)
    expect(titles(server)).toEqual([['On 2601.00003']])
    await heat(2, 2)
    await later(11 * MINUTE)
    expect(titles(server)).toEqual([['On 2601.00003'], ['On 2601.00002']])
    await heat(1, 50)
    await later(11 * MINUTE)
    expect(server.posted).toHaveLength(2)
  })
  async function heat(number: number, weight: number) {
    const paperId = await idOf(number)
    await inTransaction(db(), (trx) =>
      recordSignals(
        trx,
        [
          {
            paperId,
            kind: 'upvote',
            origin: 'elsewhere',
            originKey: `${number} ${clock.now().toISOString()}`,
            amount: weight,
            weight,
            at: clock.now(),
          },
        ],
        { now: clock.now() },
      ),
    )
  }

  it('with an hour tells once a day, then, in the time zone of the site', async () => {
    const server = await serve()
    await add({ target: server.target('json'), atHour: 9 })
    await record([paper(1)])
    // 13:59 UTC is 8:59 in New York.
    clock.set(new Date('2026-01-15T13:59:00Z'))
    await tell()
    expect(server.posted).toEqual([])
    await later(MINUTE)
    await record([paper(2), paper(3)])
    await later(12 * HOUR)
    expect(titles(server)).toEqual([['On 2601.00001']])
    await later(12 * HOUR)
    expect(server.posted).toHaveLength(2)
  })

  it('names at most so many papers, and leads to the rest', async () => {
    const server = await serve()
    await add({ target: server.target('json'), most: 3 })
    await add({ target: server.target('slack'), shape: 'slack', most: 3 })
    await record(Array.from({ length: 250 }, (_, i) => paper(i + 1)))
    await later(MINUTE)
    const json = server.posted.find(({ path }) => path === '/hook')
    expect(JSON.parse(json?.body ?? '').data).toMatchObject({ total: 250 })
    expect(JSON.parse(json?.body ?? '').data.papers).toHaveLength(3)
    const slack = server.posted.find(({ path }) => path.startsWith('/services'))
    expect(slack?.body).toContain(`<${ORIGIN}/papers/new|And 247 more papers>`)
    await later(DAY)
    expect(server.posted).toHaveLength(2)
  })

  it.each(SHAPES.map(({ shape }) => shape))(
    'is taken by a service that takes the shape %s',
    async (shape: Shape) => {
      const server = await serve()
      await add({
        target: server.target(shape),
        shape,
        ...(shape === 'telegram' && { chat: '-100123' }),
        most: 25,
      })
      await record(
        Array.from({ length: 30 }, (_, i) =>
          paper(i + 1, {
            title: `<b>&amp; *Stars* @everyone <!channel> [x](y) ${'very long '.repeat(40)}`,
            authors: Array.from({ length: i === 0 ? 3_000 : 5 }, (_, at) => ({
              name: `Author ${at} <x> & “Łódź”`,
            })),
          }),
        ),
      )
      expect(await later(MINUTE)).toEqual({ told: 1, failed: 0 })
      expect(server.posted).toHaveLength(1)
    },
  )

  it('is tried again for a day and a half, always with the same id, and then paused with the reason', async () => {
    let isUp = false
    const server = await serve({ answer: () => (isUp ? null : { status: 500 }) })
    await add({ target: server.target('json') })
    await record([paper(1)])
    const waits: number[] = []
    let sum = 0
    await later(MINUTE)
    for (;;) {
      const [webhook] = await listWebhooks(db())
      if (webhook?.pausedAt || !webhook?.waiting) break
      expect(webhook.trouble).toMatch(/127.0.0.1:\d+ answered with status 500/)
      const wait = webhook.waiting.dueAt.getTime() - clock.now().getTime()
      waits.push(wait / MINUTE)
      sum += wait
      await later(wait - 1)
      const before = server.posted.length
      await later(1)
      expect(server.posted).toHaveLength(before + 1)
    }
    expect(waits.slice(0, 4)).toEqual([1, 5, 30, 120])
    expect(sum / HOUR).toBeGreaterThan(24)
    expect(sum / HOUR).toBeLessThan(48)
    expect(new Set(server.posted.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    const [paused] = await listWebhooks(db())
    expect(paused?.pauseReason).toMatch(/^127.0.0.1:\d+ answered with status 500, the last of 9 attempts$/)
    // Nothing is told while it is paused, and then all at once.
    await record([paper(2), paper(3)])
    await later(DAY)
    const before = server.posted.length
    isUp = true
    expect(await resumeWebhook(db(), { id: paused?.id ?? 0, now: clock.now() })).toBe(true)
    await later(MINUTE)
    await later(11 * MINUTE)
    expect(titles(server).slice(before)).toEqual([['On 2601.00001'], ['On 2601.00003', 'On 2601.00002']])
    expect((await listWebhooks(db()))[0]).toMatchObject({ trouble: null, pauseReason: null, waiting: null })
  })

  it('that is gone is paused at once', async () => {
    const server = await serve({ answer: () => ({ status: 410 }) })
    await add({ target: server.target('slack'), shape: 'slack' })
    await record([paper(1)])
    await later(MINUTE)
    expect((await listWebhooks(db()))[0]).toMatchObject({
      pausedAt: clock.now(),
      pauseReason: expect.stringContaining('410'),
    })
    await later(DAY)
    expect(server.posted).toHaveLength(1)
  })

  it.each([
    ['600', 600_000],
    ['7200', 7_200_000],
    ['Thu, 15 Jan 2026 13:01:00 GMT', HOUR],
  ])('is left alone for as long as it asks (Retry-After: %s)', async (retryAfter, milliseconds) => {
    const server = await serve({
      answer: (_, count) => (count === 1 ? { status: 429, headers: { 'retry-after': retryAfter } } : null),
    })
    await add({ target: server.target('discord'), shape: 'discord' })
    await record([paper(1)])
    await later(MINUTE)
    expect(server.posted).toHaveLength(1)
    await later(milliseconds - 2_000)
    expect(server.posted).toHaveLength(1)
    await later(2 * MINUTE)
    expect(server.posted).toHaveLength(2)
  })

  it('is posted to where it leads, and nowhere else', async () => {
    const elsewhere = await serve()
    const server = await serve({
      answer: () => ({ status: 307, headers: { location: elsewhere.target('json') } }),
    })
    await add({ target: server.target('json') })
    await record([paper(1)])
    expect(await later(MINUTE)).toEqual({ told: 0, failed: 1 })
    expect(elsewhere.posted).toEqual([])
  })

  it('of a page reaches no private network, also when its name comes to lead there', async () => {
    const server = await serve()
    for (const target of [
      server.target('json'),
      'http://localhost/hook',
      'http://10.0.0.1/hook',
      'http://[::1]/hook',
      'http://169.254.169.254/latest',
      'http://0x7f.1/hook',
    ]) {
      const outcome = await addWebhook(
        searchRoom(db()),
        { list: '/', shape: 'json', target },
        { origin: ORIGIN, trusted: false, now: clock.now() },
      )
      expect([target, outcome]).toEqual([
        target,
        { ok: false, reason: expect.stringContaining('not on the public internet') },
      ])
    }
    await add({ target: server.target('json') })
    await db().updateTable('webhooks').set({ trusted: false }).execute()
    await record([paper(1)])
    expect(await later(MINUTE)).toEqual({ told: 0, failed: 1 })
    expect(server.posted).toEqual([])
    expect((await listWebhooks(db()))[0]?.trouble).toContain('not an address of the public internet')
  })

  it('tells of no paper that was hidden, even where it was about to', async () => {
    let isUp = false
    const server = await serve({ answer: () => (isUp ? null : { status: 503 }) })
    await add({ target: server.target('json') })
    const { reader } = await signIn(db(), { curator: true })
    const hide = async (number: number) =>
      hidePaper(db(), {
        paperId: await idOf(number),
        curatorId: reader.id,
        reason: 'spam',
        now: clock.now(),
      })
    await record([paper(1), paper(2), paper(3)])
    await hide(1)
    await later(MINUTE)
    await hide(2)
    isUp = true
    await later(5 * MINUTE)
    expect(titles(server).at(-1)).toEqual(['On 2601.00003'])
    expect(bodies(server).at(-1).data.total).toBe(1)
    // And where all were, it stays silent.
    await record([paper(4)])
    isUp = false
    await later(11 * MINUTE)
    const before = server.posted.length
    await hide(4)
    isUp = true
    await later(HOUR)
    expect(server.posted).toHaveLength(before)
    expect((await listWebhooks(db()))[0]?.waiting).toBeNull()
  })

  it('does not tell a paper again that was merged into another one', async () => {
    const server = await serve()
    await add({ target: server.target('json') })
    await record([paper(1)])
    await later(MINUTE)
    await record([
      stated('doi/10.5555/a', {
        source: 'bibtex',
        published: { value: clock.now().toISOString(), precision: 'time' },
      }),
    ])
    await later(11 * MINUTE)
    expect(server.posted).toHaveLength(2)
    await db()
      .deleteFrom('webhook_papers')
      .where('paper_id', '=', await idOf(1))
      .execute()
    await sql`insert into paper_merges (merged_id, kept_id, merged_at) values (
      (select id from papers where doi = '10.5555/a'), ${await idOf(1)}, ${clock.now()})`.execute(db())
    await later(11 * MINUTE)
    expect(server.posted).toHaveLength(2)
  })

  it('is looked after by one process at a time, and taken over from one that died', async () => {
    let arrived = () => {}
    const arrival = new Promise<void>((resolve) => (arrived = resolve))
    const server = await serve({
      answer: (_, count) => {
        if (count > 1) return null
        arrived()
        return 'hold'
      },
    })
    await add({ target: server.target('json') })
    await record([paper(1)])
    await clock.wait(MINUTE)
    const killed = new AbortController()
    const first = tellWebhooks(telling(killed.signal))
    await arrival
    // While the first waits for an answer, others leave it alone.
    expect(await tell()).toEqual({ told: 0, failed: 0 })
    killed.abort()
    await first
    // As if it had been killed before it could say so.
    await db()
      .updateTable('webhooks')
      .set({ holder: crypto.randomUUID(), held_until: sql`clock_timestamp() + interval '1 minute'` })
      .execute()
    expect(await tell()).toEqual({ told: 0, failed: 0 })
    await db()
      .updateTable('webhooks')
      .set({ held_until: sql`clock_timestamp() - interval '1 second'` })
      .execute()
    expect(await tell()).toEqual({ told: 1, failed: 0 })
    const ids = server.posted.map(({ headers }) => headers['webhook-id'])
    expect([ids.length, new Set(ids).size]).toEqual([2, 1])
  })

  it('writes down what it tells together with what it then knows', async () => {
    const server = await serve()
    await add({ target: server.target('json') })
    await record([paper(1)])
    await clock.wait(MINUTE)
    // The process dies where it would send: nothing is lost, and nothing told twice in another message.
    const dying = { ...telling(), client: { request: () => Promise.reject(new Error('killed')) } }
    await expect(tellWebhooks(dying)).rejects.toThrow('killed')
    await later(MINUTE)
    await later(HOUR)
    expect(titles(server)).toEqual([['On 2601.00001']])
  })

  it('that fails in a way nobody foresaw keeps no other from its turn', async () => {
    const server = await serve()
    await add({ target: server.target('json') })
    await add({ target: server.target('json') })
    await record([paper(1)])
    await clock.wait(MINUTE)
    const [first] = await listWebhooks(db())
    const { client } = telling()
    const odd = {
      ...telling(),
      client: {
        request: ((service, ...rest) =>
          service.name === `webhook ${first?.id}`
            ? Promise.reject(new Error('odd'))
            : client.request(service, ...rest)) as typeof client.request,
      },
    }
    await expect(tellWebhooks(odd)).rejects.toThrow('odd')
    expect(server.posted).toHaveLength(1)
  })

  it('is tested at once, once, even while it is paused', async () => {
    const answers: (null | { status: number })[] = [{ status: 404 }, null]
    const server = await serve({ answer: () => answers.shift() ?? null })
    const { id } = await add({ target: server.target('mattermost'), shape: 'mattermost' })
    await pauseWebhook(db(), { id, now: clock.now() })
    expect(await sendTest(telling(), id)).toMatch(/^127.0.0.1:\d+ answered with status 404/)
    await later(DAY)
    expect(server.posted).toHaveLength(1)
    const [failed] = await listWebhooks(db())
    expect(failed?.lastTest?.failure).toContain('status 404')
    expect([failed?.waiting, failed?.trouble]).toEqual([null, null])
    expect(await sendTest(telling(), id)).toBeNull()
    expect(bodies(server)[1].text).toContain('This is a test from Tide Lines')
    expect((await listWebhooks(db()))[0]?.lastTest?.failure).toBeNull()
    expect(await sendTest(telling(), id + 1)).toBeUndefined()
  })

  it('is signed with the former secret too for a day after that was rotated', async () => {
    const server = await serve()
    const { id, secret } = await add({ target: server.target('json') })
    const rotated = (await rotateSecret(db(), { id, now: clock.now() })) ?? ''
    expect(rotated).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    await record([paper(1)])
    await later(MINUTE)
    expect(server.posted.map((one) => [isSigned(one, secret), isSigned(one, rotated)])).toEqual([
      [true, true],
    ])
    await clock.wait(DAY)
    await record([paper(2)])
    await later(MINUTE)
    expect(server.posted.slice(1).map((one) => [isSigned(one, secret), isSigned(one, rotated)])).toEqual([
      [false, true],
    ])
  })

  it('shows nothing of its address and its secret that others could use', async () => {
    const server = await serve()
    const { id, secret } = await add({ target: server.target('slack'), shape: 'slack' })
    const shown = JSON.stringify(await listWebhooks(db()))
    expect(shown).not.toContain('secretsec')
    expect(shown).not.toContain(secret.slice(6))
    expect(shown).toMatch(/http:\/\/127.0.0.1:\d+\/…cret/)
    expect(await removeWebhook(db(), { id })).toBe(true)
    expect(await removeWebhook(db(), { id })).toBe(false)
    expect(await listWebhooks(db())).toEqual([])
  })

  it('is one of a hundred at most, also when many are added at once', async () => {
    await sql`insert into webhooks (list, target, shape, secret, most, trusted, created_at, next_at)
      select '/', 'https://chat.example', 'json', '', 10, true, ${clock.now()}, ${clock.now()} from generate_series(1, 99)`.execute(
      db(),
    )
    const draft = { list: '/', target: 'https://chat.example/hook', shape: 'json' }
    let both: ReturnType<typeof addWebhook>[] = []
    await inTransaction(db(), async (trx) => {
      await sql`lock table webhooks in share row exclusive mode`.execute(trx)
      both = [1, 2].map(() =>
        addWebhook(searchRoom(db()), draft, { origin: ORIGIN, trusted: true, now: clock.now() }),
      )
      await settledOrWaiting(db(), Promise.all(both))
    })
    const added = (await Promise.all(both)).filter(({ ok }) => ok)
    expect(added).toHaveLength(1)
  })

  it('forgets what it delivered after a month', async () => {
    const server = await serve()
    await add({ target: server.target('json') })
    await record([paper(1)])
    await later(MINUTE)
    await forgetDeliveries(db(), { now: clock.now() })
    const count = async () => (await db().selectFrom('webhook_deliveries').selectAll().execute()).length
    expect(await count()).toBe(1)
    await clock.wait(31 * DAY)
    await forgetDeliveries(db(), { now: clock.now() })
    expect(await count()).toBe(0)
    await tell()
    expect(server.posted).toHaveLength(1)
  })

  it.each([
    [{ list: '/nowhere' }, /^Enter the address of a list/],
    [{ list: 'https://elsewhere.example/papers/new' }, /^Enter the address of a list/],
    [{ list: '//elsewhere.example/' }, /^Enter the address of a list/],
    [{ list: '/papers/2601.00001' }, /^Enter the address of a list/],
    [{ list: '/topics/%E0%A4%A' }, /^Enter the address of a list/],
    [{ target: 'chat.example/hook' }, /^Enter the full address/],
    [{ target: 'ftp://chat.example/hook' }, /^Enter the full address/],
    [{ target: 'javascript:alert(1)' }, /^Enter the full address/],
    [{ shape: 'irc' }, /^Choose one of these shapes/],
    [{ shape: 'telegram', target: 'https://api.telegram.org/bot1:a' }, /^Enter the chat/],
    [
      { shape: 'telegram', target: 'https://api.telegram.org/1:a', chat: '1' },
      /^Enter the address of the bot/,
    ],
    [{ atHour: 24 }, /^Enter the hour/],
    [{ most: 0 }, /^A message can name/],
    [{ most: 26 }, /^A message can name/],
    [{ leastHeat: 5 }, /^A least heat is only/],
    [{ leastHeat: -1, list: '/papers/trending' }, /^Enter the least heat/],
  ])('cannot be %j', async (wrong, reason) => {
    const draft = { list: '/', target: 'https://chat.example/hook', shape: 'json', ...wrong }
    const outcome = await addWebhook(searchRoom(db()), draft, {
      origin: ORIGIN,
      trusted: true,
      now: clock.now(),
    })
    expect(outcome).toEqual({ ok: false, reason: expect.stringMatching(reason) })
  })
})

const DAY = 24 * HOUR
