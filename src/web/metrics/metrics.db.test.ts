import type { Server } from 'node:http'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { searchRoom } from '../../../test/search.ts'
import { NOON, openSite } from '../../../test/site.ts'
import { listenWith } from '../../../test/security/listen.fixture.ts'
import { openDatabase } from '../../db/open.ts'
import { queueMail } from '../../mail/queue-mail.ts'
import { openRecordTotals } from '../../sources/source-figures.ts'

const HOUR = 3_600_000
const earlier = (hours: number) => new Date(NOON.getTime() - hours * HOUR)

describeWithDatabase('the metrics', (db) => {
  let server: Server | undefined
  afterEach(() => void server?.close())

  async function serve(options: Parameters<typeof openSite>[1] = {}, database = db()) {
    const listening = await listenWith(openSite(database, options))
    server = listening.server
    return (path: string, headers: Record<string, string> = {}) =>
      new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
        request({ port: listening.port, host: '127.0.0.1', path, headers, agent: false }, (response) => {
          void text(response).then((body) =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
          )
        })
          .on('error', reject)
          .end()
      })
  }

  async function addSource(name: string, facts: { failures?: number; pausedAt?: Date; whole?: Date } = {}) {
    const { id } = await db()
      .insertInto('sources')
      .values({
        name,
        kind: 'arxiv',
        settings: '{}',
        must_have: [],
        must_not_have: [],
        trusted: true,
        created_at: earlier(100),
        paused_at: facts.pausedAt ?? null,
        told_silent_at: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await db()
      .insertInto('source_tasks')
      .values({
        source_id: id,
        task: 'announcements',
        cursor: null,
        next_at: NOON,
        failures: facts.failures ?? 0,
        trouble: facts.failures ? 'rss.arxiv.org does not answer' : null,
        last_whole_at: facts.whole ?? null,
        last_new_at: null,
        holder: null,
        held_until: null,
      })
      .execute()
    return id
  }
  /** A digest that waits to be sent. */
  async function addDigest({ dueAt }: { dueAt: Date }) {
    const subscriber = await db()
      .insertInto('subscribers')
      .values({ email: 'ada@example.org', created_at: earlier(100) })
      .returning('id')
      .executeTakeFirstOrThrow()
    const subscription = await db()
      .insertInto('subscriptions')
      .values({
        subscriber_id: subscriber.id,
        list: '/',
        every: 'day',
        hour: 7,
        time_zone: 'America/New_York',
        weekdays: 127,
        length: 10,
        created_at: earlier(100),
        confirmed_at: earlier(100),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const run = await db()
      .insertInto('digest_runs')
      .values({ every: 'day', period: '2026-01-15', begun_at: dueAt })
      .returning('id')
      .executeTakeFirstOrThrow()
    await db()
      .insertInto('digest_issues')
      .values({
        run_id: run.id,
        subscription_id: subscription.id,
        period: '2026-01-15',
        due_at: dueAt,
        composed_at: dueAt,
        expires_at: NOON,
        state: 'waiting',
        content: null,
      })
      .execute()
  }
  const addRun = (id: number, facts: { new: number; finished?: boolean; at?: Date }) =>
    db()
      .insertInto('harvest_runs')
      .values({
        source_id: id,
        task: 'announcements',
        started_at: facts.at ?? earlier(1),
        finished_at: facts.finished === false ? null : NOON,
        outcome: facts.finished === false ? null : 'whole',
        reason: null,
        new: facts.new,
      })
      .returning('id')
      .executeTakeFirstOrThrow()

  it('are for this machine, and for others with the token', async () => {
    const open = await serve()
    const own = await open('/metrics')
    expect([own.status, own.headers['content-type'], own.headers['cache-control']]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
      'no-store',
    ])
    for (const headers of [{ 'x-forwarded-for': '192.0.2.7' }, { via: '1.1 web' }, { host: 'tides.example' }])
      expect((await open('/metrics', headers)).status).toBe(404)
    server?.close()
    const guarded = await serve({ metricsToken: 'sixteen-letters-long' })
    expect((await guarded('/metrics')).status).toBe(200)
    const away = { 'x-forwarded-for': '192.0.2.7' }
    const refused = await guarded('/metrics', away)
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer realm="metrics"'])
    expect((await guarded('/metrics', { ...away, authorization: 'Bearer sixteen-letters' })).status).toBe(401)
    const told = await guarded('/metrics', { ...away, authorization: 'Bearer sixteen-letters-long' })
    expect(told.status).toBe(200)
  })

  it('tell how sources, mail, search, pages and the database get on', async () => {
    const away = await addSource('arxiv', { failures: 5, whole: earlier(30) })
    await addSource('blog', { pausedAt: NOON })
    await db()
      .insertInto('quarantined_records')
      .values({
        source_id: away,
        digest: 'a',
        position: '1',
        record: 'x',
        reason: 'y',
        first_at: NOON,
        last_at: NOON,
      })
      .execute()
    for (const [key, now] of [
      ['a', earlier(2)],
      ['b', earlier(1)],
    ] as const)
      await queueMail(db(), { key, to: 'ada@example.org', subject: 's', text: 't' }, { now })
    await queueMail(db(), { key: 'c', to: 'ada@example.org', subject: 's', text: 't' }, { now: NOON })
    await db()
      .updateTable('outgoing_mail')
      .set({ due_at: null, failure: 'no such mailbox' })
      .where('key', '=', 'c')
      .execute()
    await addDigest({ dueAt: earlier(2) })
    const open = await serve()
    await open('/')
    await open('/')
    await open('/nowhere')
    const { body } = await open('/metrics')
    const lines = body.split('\n')
    for (const line of [
      'broadsheet_up{part="database"} 1',
      'broadsheet_up{part="search"} 1',
      'broadsheet_source_failures{source="arxiv",task="announcements"} 5',
      'broadsheet_source_circuit_open{source="arxiv",task="announcements"} 1',
      'broadsheet_source_circuit_open{source="blog",task="announcements"} 0',
      'broadsheet_source_paused{source="blog",task="announcements"} 1',
      `broadsheet_source_last_whole_run_timestamp_seconds{source="arxiv",task="announcements"} ${earlier(30).getTime() / 1_000}`,
      'broadsheet_source_quarantined_records{source="arxiv"} 1',
      'broadsheet_source_quarantined_records{source="blog"} 0',
      'broadsheet_mail_waiting 2',
      'broadsheet_mail_oldest_waiting_seconds 7200',
      'broadsheet_mail_failed 1',
      'broadsheet_up{part="digests"} 1',
      'broadsheet_subscribers 1',
      'broadsheet_digests{state="waiting"} 1',
      'broadsheet_digests{state="in_doubt"} 0',
      'broadsheet_digest_oldest_waiting_seconds 7200',
      'broadsheet_search_papers 0',
      'broadsheet_search_changes_behind 0',
      'broadsheet_http_requests_total{route="front_page",status="2xx"} 2',
      'broadsheet_http_requests_total{route="other",status="4xx"} 1',
      'broadsheet_http_pages_at_hand_total 1',
      'broadsheet_http_request_duration_seconds_bucket{le="+Inf",route="front_page"} 2',
      'broadsheet_http_request_duration_seconds_count{route="front_page"} 2',
    ])
      expect(lines).toContain(line)
    expect(body).toMatch(/^broadsheet_database_size_bytes [1-9]\d+$/m)
    expect(body).toMatch(/^process_resident_memory_bytes [1-9]/m)
    // Each family has its help and type, once.
    const types = lines.filter((line) => line.startsWith('# TYPE ')).map((line) => line.split(' ')[2])
    expect(new Set(types).size).toBe(types.length)
  })

  it('are measured once for all who ask within some seconds', async () => {
    const open = await serve()
    const [first] = await Promise.all([open('/metrics'), open('/metrics')])
    await queueMail(db(), { key: 'a', to: 'ada@example.org', subject: 's', text: 't' }, { now: NOON })
    expect((await open('/metrics')).body).toBe(first?.body)
  })

  it('say what cannot be measured while the database is away', async () => {
    const gone = openDatabase({ host: '127.0.0.1', port: 1 }, { onError: () => {} })
    const open = await serve({ search: searchRoom(db()) }, gone)
    const { status, body } = await open('/metrics')
    expect(status).toBe(200)
    expect(body).toContain('broadsheet_up{part="database"} 0')
    expect(body).toContain('broadsheet_up{part="sources"} 0')
    expect(body).toContain('process_cpu_seconds_total')
    await gone.destroy()
  })

  it('add up what runs bring, each once, however long they run', async () => {
    const id = await addSource('arxiv')
    await addRun(id, { new: 1_000 })
    const totals = openRecordTotals(db())
    const brought = async () => (await totals({ now: NOON })).map(({ source, new: count }) => [source, count])
    expect(await brought()).toEqual([])
    const long = await addRun(id, { new: 5, finished: false })
    await addRun(id, { new: 2 })
    expect(await brought()).toEqual([['arxiv', 7]])
    await db()
      .updateTable('harvest_runs')
      .set({ new: 8, finished_at: NOON })
      .where('id', '=', long.id)
      .execute()
    expect(await brought()).toEqual([['arxiv', 10]])
    expect(await brought()).toEqual([['arxiv', 10]])
    // One that was killed holds up nothing.
    await addRun(id, { new: 1, finished: false, at: earlier(48) })
    await addRun(id, { new: 1 })
    expect(await brought()).toEqual([['arxiv', 12]])
  })

  it('leave a site healthy whose digests are late, and say so', async () => {
    const open = await serve()
    await addDigest({ dueAt: earlier(2) })
    const { status, body } = await open('/healthz')
    expect([status, JSON.parse(body)]).toEqual([
      200,
      { status: 'ok', digests: 'late: 1 not sent, the first due 15 January 2026, 10:00 UTC' },
    ])
  })

  it('leave a site healthy whose sources wait, and name these', async () => {
    const open = await serve()
    await addSource('blog', { failures: 9, pausedAt: NOON })
    await addSource('well', { whole: NOON })
    expect(JSON.parse((await open('/healthz')).body)).toEqual({ status: 'ok' })
    const id = await addSource('arxiv', { failures: 1 })
    const next = (at: Date, trouble: string, failures = 1) =>
      db()
        .updateTable('source_tasks')
        .set({ next_at: at, trouble, failures })
        .where('source_id', '=', id)
        .execute()
    await next(new Date('2026-01-15T20:15:40Z'), 'rss.arxiv.org does not answer')
    const { status, body } = await open('/healthz')
    expect([status, JSON.parse(body)]).toEqual([
      200,
      { status: 'ok', sources: { arxiv: 'waiting: rss.arxiv.org does not answer; next try 20:15 UTC' } },
    ])
    await next(new Date('2026-01-16T00:15:00Z'), 'The folder /srv/secret/papers cannot be read.', 6)
    expect(JSON.parse((await open('/healthz')).body).sources.arxiv).toBe(
      'waiting: The folder a file cannot be read; it failed 6 times in a row; next try 2026-01-16 00:15 UTC',
    )
  })
})
