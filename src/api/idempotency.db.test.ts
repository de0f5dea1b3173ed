import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, openSite } from '../../test/site.ts'
import { ask, tokenOf } from '../../test/tokens.ts'
import { forgetExpired } from '../jobs/forget-expired.ts'

const P = '2601.00001'
const COMMENTS = `/api/papers/${P}/comments`

describeWithDatabase('a program that asks again under its key', (db) => {
  let arxiv: Server
  let asked = 0
  beforeAll(async () => {
    arxiv = createServer((request, response) => {
      asked++
      const id = new URL(request.url ?? '', 'http://arxiv').searchParams.get('id_list') ?? ''
      response.writeHead(200, { 'content-type': 'application/atom+xml' })
      response.end(
        `<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/${id}v1</id><updated>2026-01-10T10:00:00Z</updated>
          <published>2026-01-10T10:00:00Z</published><title>Tides of ${id}</title><summary>Lakes.</summary><author><name>Ann Lee</name></author><category term="cs.CL"/></entry></feed>`,
      )
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => arxiv.once('listening', resolve))
  })
  afterAll(() => void arxiv.close())

  async function open({ now = NOON } = {}) {
    const url = `http://127.0.0.1:${(arxiv.address() as AddressInfo).port}`
    let clock = now
    const site = openSite(db(), {
      now,
      sources: { arxivUrl: url, doiUrl: url, userAgent: 'a test' },
    })
    site.site.now = () => clock
    await site.record([stated(P), stated('2601.00002')])
    const { reader } = await signIn(db(), { name: 'Ada' })
    const token = await tokenOf(db(), reader)
    const does = (method: string, path: string, body: unknown, key?: string, as = token) =>
      ask(site.app, method, path, {
        token: as,
        body,
        headers: key === undefined ? {} : { 'idempotency-key': key },
      })
    const pass = (milliseconds: number) => (clock = new Date(clock.getTime() + milliseconds))
    return { ...site, reader, token, does, pass }
  }
  const count = async (table: 'comments' | 'collections' | 'idempotency_keys' | 'papers') =>
    Number(
      (await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(db())).rows[0]?.n,
    )

  it('is answered as before, and nothing is done', async () => {
    const { does, pass } = await open()
    const first = await does('POST', COMMENTS, { body: 'Lakes too.' }, '"a-key"')
    expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([201, null])
    // Later than a double click.
    pass(3_600_000)
    for (const key of ['"a-key"', 'a-key']) {
      const again = await does('POST', COMMENTS, { body: 'Lakes too.' }, key)
      expect(again.headers.get('idempotency-replayed')).toBe('true')
      expect(again.status).toBe(201)
      expect(again.headers.get('location')).toBe(first.headers.get('location'))
      expect(again.body).toEqual(first.body)
    }
    expect(await count('comments')).toBe(1)
    // Without a key, or under another one, it is said again.
    expect((await does('POST', COMMENTS, { body: 'Lakes too.' }, 'another')).status).toBe(201)
    expect(await count('comments')).toBe(2)
    pass(3_600_000)
    expect((await does('POST', COMMENTS, { body: 'Lakes too.' })).status).toBe(201)
    expect(await count('comments')).toBe(3)
  })

  it('is refused when it asks for something else', async () => {
    const { does } = await open()
    await does('POST', '/api/collections', { title: 'On tides', public: true }, 'k')
    // The order of what it says is no difference.
    const same = await does('POST', '/api/collections', { public: true, title: 'On tides' }, 'k')
    expect([same.status, same.headers.get('idempotency-replayed')]).toEqual([201, 'true'])
    for (const [path, body] of [
      ['/api/collections', { title: 'On lakes', public: true }],
      [COMMENTS, { body: 'On tides' }],
    ] as const)
      expect(await does('POST', path, body, 'k')).toMatchObject({
        status: 422,
        body: { parameter: 'idempotency-key' },
      })
    const id = String(same.body['id'])
    await does('PATCH', `/api/collections/${id}`, { title: 'On seas' }, 'p')
    await does('PATCH', `/api/collections/${id}`, { title: 'On rivers' })
    // What it asked for then is not done again.
    const patched = await does('PATCH', `/api/collections/${id}`, { title: 'On seas' }, 'p')
    expect(patched.body).toMatchObject({ title: 'On seas' })
    expect(await db().selectFrom('collections').select('title').execute()).toEqual([{ title: 'On rivers' }])
  })

  it('may use its key again after a refusal, as nothing was done', async () => {
    const { does } = await open()
    expect((await does('POST', COMMENTS, { body: ' ' }, 'k')).status).toBe(422)
    expect((await does('POST', '/api/collections', { title: '' }, 'k')).status).toBe(422)
    expect((await does('POST', COMMENTS, { body: 'Now then.' }, 'k')).status).toBe(201)
    expect(await count('idempotency_keys')).toBe(1)
  })

  it('does one thing, however many ask at once', async () => {
    const { does } = await open()
    for (const [table, path, body] of [
      ['comments', COMMENTS, { body: 'All at once.' }],
      ['collections', '/api/collections', { title: 'All at once' }],
    ] as const) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => does('POST', path, body, `at once ${table}`.replaceAll(' ', '-'))),
      )
      const statuses = Map.groupBy(answers, ({ status }) => status)
      expect([...statuses.keys()].filter((status) => status !== 409)).toEqual([201])
      for (const { headers, body } of statuses.get(409) ?? []) {
        expect(headers.get('retry-after')).toBe('1')
        expect(body['detail']).toContain('being done')
      }
      expect(await count(table)).toBe(1)
    }
  })

  it('looks a paper up once, and submits it once', async () => {
    const { does } = await open()
    asked = 0
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => does('POST', '/api/submissions', { paper: '2601.00077' }, 's')),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true)
    const again = await does('POST', '/api/submissions', { paper: '2601.00077' }, 's')
    expect([again.status, again.headers.get('idempotency-replayed'), asked]).toEqual([201, 'true', 1])
    expect(again.body).toMatchObject({ state: 'recorded', paper: '2601.00077' })
    expect((await does('POST', '/api/submissions', { paper: '2601.00077' })).body).toMatchObject({
      state: 'here',
    })
    expect((await does('POST', '/api/submissions', { paper: 'nonsense' })).body).toMatchObject({
      status: 422,
      parameter: 'paper',
    })
    expect(await count('papers')).toBe(3)
  })

  it('is told to wait while another process does it', async () => {
    const { does, reader } = await open()
    await db()
      .transaction()
      .execute(async (trx) => {
        const { tryLockOfKey } = await import('../db/locks.ts')
        const { createHash } = await import('node:crypto')
        await tryLockOfKey(trx, `${reader.id} ${createHash('sha256').update('k').digest('hex')}`)
        expect((await does('POST', COMMENTS, { body: 'Now.' }, 'k')).status).toBe(409)
      })
    expect((await does('POST', COMMENTS, { body: 'Now.' }, 'k')).status).toBe(201)
  })

  it('has nothing done that was not written down', async () => {
    const { does, site } = await open()
    const told: unknown[] = []
    const { changed } = site
    site.changed = (change) => told.push(change)
    await sql`create function fail_once() returns trigger language plpgsql as $$ begin raise 'the disk is gone'; end $$`.execute(
      db(),
    )
    await sql`create trigger fails before insert on idempotency_keys for each row execute function fail_once()`.execute(
      db(),
    )
    try {
      expect((await does('POST', COMMENTS, { body: 'Twice?' }, 'k')).status).toBe(500)
    } finally {
      await sql`drop trigger fails on idempotency_keys`.execute(db())
      await sql`drop function fail_once`.execute(db())
    }
    expect([await count('comments'), told]).toEqual([0, []])
    site.changed = changed
    const again = await does('POST', COMMENTS, { body: 'Twice?' }, 'k')
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, null])
    expect(await count('comments')).toBe(1)
  })

  it('has keys of its reader alone, for a day', async () => {
    const { does, pass } = await open()
    const other = await signIn(db())
    const others = await tokenOf(db(), other.reader)
    await does('POST', COMMENTS, { body: 'Mine.' }, 'k')
    const theirs = await does('POST', COMMENTS, { body: 'Mine.' }, 'k', others)
    expect([theirs.status, theirs.headers.get('idempotency-replayed')]).toEqual([201, null])
    expect(await count('comments')).toBe(2)
    const job = forgetExpired(db(), { now: () => new Date(NOON.getTime() + 23 * 3_600_000) })
    await job.work(new AbortController().signal)
    expect(await count('idempotency_keys')).toBe(2)
    pass(24 * 3_600_000)
    expect((await does('POST', COMMENTS, { body: 'Something else.' }, 'k')).status).toBe(201)
    await forgetExpired(db(), { now: () => new Date(NOON.getTime() + 25 * 3_600_000) }).work(
      new AbortController().signal,
    )
    expect(await count('idempotency_keys')).toBe(1)
    await db().deleteFrom('readers').where('id', '=', other.reader.id).execute()
  })

  it('is told what a key looks like', async () => {
    const { does } = await open()
    for (const key of ['', '""', '"open', 'two words', 'a,b', '"a";x=1', 'x'.repeat(256), '"caf\u00e9"'])
      expect([key, await does('POST', COMMENTS, { body: 'Words' }, key)]).toMatchObject([
        key,
        { status: 400, body: { parameter: 'idempotency-key' } },
      ])
    for (const key of ['x'.repeat(255), String.raw`"say \"yes\" \\"`, '8e03978e-40d5-43dd-bc93-6894a57f9324'])
      expect((await does('POST', COMMENTS, { body: `Under ${key.slice(0, 9)}` }, key)).status).toBe(201)
  })
})
