import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import {
  importPapers,
  killEverything,
  openDatabase,
  processesIn,
  startSite,
  type RunningSite,
} from './site.ts'
import { sampleFolder } from './use-site.ts'

const READERS = 40
const KILLS = Number(process.env['KILLS'] ?? 2)
const PAPER = '2601.00001'

let data: string
const tokens = Array.from({ length: READERS }, () => `bs_${randomBytes(32).toString('base64url')}`)

beforeAll(async () => {
  data = await sampleFolder()
  const site = await startSite(data)
  await importPapers(data, [{ id: PAPER, title: 'Tides of a lake', published: '2026-01-15' }])
  const database = await openDatabase(data)
  await database.query(
    `with r as (insert into readers (email, email_verified, created_at)
      select 'reader' || n || '@readers.example', true, now() - interval '1 year' from generate_series(1, $1) n returning id)
     insert into tokens (reader_id, name, hash, ending, scopes, created_at)
     select id, 'a script', hash, 'xxxx', '{read,comment,collect}', now() from (select id, row_number() over () n from r) r
     join unnest($2::bytea[]) with ordinality t(hash, n) using (n)`,
    [READERS, tokens.map((token) => createHash('sha256').update(token).digest())],
  )
  await database.end()
  expect(await site.stop()).toBe(0)
})
afterAll(async () => {
  expect(await processesIn(data), 'processes left over').toEqual([])
  await rm(data, { recursive: true })
})

/** Something a program asks for under a key. */
type Asked = { token: string; key: string; path: string; body: Record<string, unknown> }

async function send({ origin }: RunningSite, { token, key, path, body }: Asked) {
  const answer = await fetch(origin + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify(body),
  })
  return {
    status: answer.status,
    isReplayed: answer.headers.get('idempotency-replayed') === 'true',
    body: (await answer.json()) as Record<string, unknown>,
  }
}

it('does nothing twice that was killed between the act and the writing down of its answer', async () => {
  const site = await startSite(data)
  const database = await openDatabase(data)
  // The comment is written by then; its answer is not.
  await database.query(`
    create function wait_there() returns trigger language plpgsql as $$ begin perform pg_sleep(600); return new; end $$;
    create trigger waits before insert on idempotency_keys for each row execute function wait_there()`)
  const asked = {
    token: tokens[0] ?? '',
    key: 'once',
    path: `/api/papers/${PAPER}/comments`,
    body: { body: 'Once.' },
  }
  const lost = send(site, asked).catch(() => 'lost' as const)
  await vi.waitFor(
    async () => {
      const { rows } = await database.query(
        `select from pg_stat_activity where wait_event = 'PgSleep' and query like '%idempotency_keys%'`,
      )
      expect(rows).toHaveLength(1)
    },
    { timeout: 20_000, interval: 20 },
  )
  // Whoever asks again meanwhile is told to wait.
  expect((await send(site, asked)).status).toBe(409)
  await killEverything(data, site.pid)
  expect(await lost).toBe('lost')
  await database.end().catch(() => {})
  await site.kill()

  const again = await startSite(data)
  const repaired = await openDatabase(data)
  await repaired.query('drop trigger waits on idempotency_keys; drop function wait_there')
  const first = await send(again, asked)
  expect([first.status, first.isReplayed]).toEqual([201, false])
  const second = await send(again, asked)
  expect([second.status, second.isReplayed, second.body]).toEqual([201, true, first.body])
  const { rows } = await repaired.query(`select id from comments where body = 'Once.'`)
  expect(rows).toHaveLength(1)
  await repaired.end()
  expect(await again.stop()).toBe(0)
})

it('does each thing once that programs ask for until they are answered, through kill -9 again and again', async () => {
  /** What each was answered, by its key; absent while nobody was. */
  const answered = new Map<string, unknown>()
  const all: Asked[] = []
  let waiting: Asked[] = []
  for (let round = 0; round <= KILLS; round++) {
    const site = await startSite(data)
    const database = await openDatabase(data)
    // No double click: only the key tells that it is the same.
    await database.query(`update comments set written_at = written_at - interval '1 hour';
      update collections set created_at = created_at - interval '1 hour'; delete from rate_limits`)
    await database.end()
    const over = new AbortController()
    const working = Promise.all(
      tokens.map(async (token) => {
        let asked = waiting.find((one) => one.token === token)
        while (!over.signal.aborted) {
          if (asked === undefined) {
            // In the last round only what is left is asked for again.
            if (round === KILLS) return
            const key = randomUUID()
            asked =
              all.length % 2 === 0
                ? { token, key, path: `/api/papers/${PAPER}/comments`, body: { body: `Comment ${key}` } }
                : { token, key, path: '/api/collections', body: { title: `Collection ${key}` } }
            all.push(asked)
          }
          try {
            const { status, body } = await send(site, asked)
            if (status === 201) {
              answered.set(asked.key, body['id'])
              asked = undefined
            } else if (status === 429) asked = undefined
            else await delay(20)
          } catch {
            // Nobody was told what became of it.
            await delay(5)
          }
        }
        return asked
      }),
    )
    if (round < KILLS) {
      const enough = answered.size + 20 + Math.random() * 80
      await vi.waitFor(() => expect(answered.size).toBeGreaterThan(enough), { timeout: 60_000, interval: 2 })
      await killEverything(data, site.pid)
      over.abort()
    }
    waiting = (await working).filter((asked) => asked !== undefined)
    if (round < KILLS) await site.kill()
    else expect(await site.stop()).toBe(0)
  }
  expect(answered.size).toBeGreaterThan(20 * KILLS)

  const site = await startSite(data)
  const database = await openDatabase(data)
  const { rows } = await database.query<{ said: string; id: string | number; n: number }>(
    `select body as said, min(id)::text as id, count(*)::int as n from comments where body like 'Comment %' group by body
     union all select title, min(id), count(*)::int from collections group by title`,
  )
  expect(rows.filter(({ n }) => n !== 1)).toEqual([])
  const stored = new Map(rows.map(({ said, id }) => [said.split(' ')[1] ?? '', String(id)]))
  const wrong = [...answered].filter(([key, id]) => stored.get(key) !== String(id))
  expect(wrong).toEqual([])
  await database.end()
  expect(await site.stop()).toBe(0)
}, 300_000)
