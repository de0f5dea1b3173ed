import { pino } from 'pino'
import { sql } from 'kysely'
import { expect, inject, it, vi } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { NOON, openSite, wordsOf } from '../../test/site.ts'
import { otherConnections } from '../../test/waiting.ts'
import { openDatabase } from '../db/open.ts'
import type { Logger } from '../runtime/log.ts'
import { recordHarvest } from '../sources/record-harvest.ts'

const PAPER = stated('2601.00001', {
  title: 'Paper 1',
  published: { precision: 'day', value: '2026-01-05' },
})

describeWithDatabase('the site in trouble', (db) => {
  it('asks for patience while the database is away', async () => {
    const away = openDatabase({ host: '127.0.0.1', port: 1 }, { onError: () => {} })
    const answer = await openSite(away).app.request('/papers/new')
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
    expect(wordsOf(await answer.text())).toContain('Try again in a few seconds')
    await away.destroy()
  })

  it('stops what takes the database too long, says so, and goes on', async () => {
    await recordHarvest(db(), [PAPER], { now: NOON, timeZone: 'UTC' })
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db())
    const address = { ...inject('server'), database: rows[0]?.name ?? '' }
    const forReaders = openDatabase(address, { longestMs: 200, onError: () => {} })
    const { app } = openSite(forReaders)
    await sql`alter table papers rename to slow`.execute(db())
    await sql`create view papers as select slow.* from slow, (select count(pg_sleep(60))) as s`.execute(db())
    try {
      const answer = await app.request('/papers/new')
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '60'])
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
      const words = wordsOf(await answer.text())
      expect(words).toContain('That took too long')
      expect(words).not.toMatch(/statement|timeout|cancel/)
      // At the server, too.
      await vi.waitFor(
        async () => {
          expect((await otherConnections(db())).filter(({ state }) => state === 'active')).toEqual([])
        },
        { timeout: 10_000 },
      )
    } finally {
      await sql`drop view papers`.execute(db())
      await sql`alter table slow rename to papers`.execute(db())
    }
    expect((await app.request('/papers/new')).status).toBe(200)
    // Whoever is not a reader may take longer.
    await sql`select pg_sleep(0.4)`.execute(db())
    await expect(sql`select pg_sleep(0.4)`.execute(forReaders)).rejects.toThrow('statement timeout')
    await forReaders.destroy()
  })

  it('says whether it is well', async () => {
    const well = await openSite(db()).app.request('/healthz')
    expect([well.status, await well.json(), well.headers.get('cache-control')]).toEqual([
      200,
      { status: 'ok' },
      'no-store',
    ])
    const gone = openDatabase({ host: '127.0.0.1', port: 1 }, { onError: () => {} })
    const ill = await openSite(gone).app.request('/healthz')
    expect([ill.status, await ill.json()]).toEqual([503, { status: 'the database does not answer' }])
    await gone.destroy()
  })

  it('says in plain words that the disk is full, and is well again once there is room', async () => {
    await recordHarvest(db(), [PAPER], { now: NOON, timeZone: 'UTC' })
    const logged: string[] = []
    const log = pino({ level: 'trace' }, { write: (line) => void logged.push(line) })
    const { app } = openSite(db(), { log })
    const health = async () => {
      const answer = await app.request('/healthz')
      return [answer.status, await answer.json()]
    }
    const signIn = async (accept: string) =>
      app.request('/sign-in', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept },
        body: 'email=ada@example.org',
      })
    // What PostgreSQL says when it cannot make a file longer, whatever is written.
    await sql`create function no_room() returns trigger language plpgsql as $$ begin
      raise 'could not extend file' using errcode = '53100'; end $$`.execute(db())
    await sql`create function no_room_at_all() returns event_trigger language plpgsql as $$ begin
      raise 'could not create file' using errcode = '53100'; end $$`.execute(db())
    await sql`create trigger no_room before insert on rate_limits execute function no_room()`.execute(db())
    await sql`create event trigger no_room on ddl_command_start when tag in ('CREATE TABLE AS')
      execute function no_room_at_all()`.execute(db())
    try {
      expect(await health()).toEqual([200, { status: 'ok' }])
      const answer = await signIn('text/html')
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '60'])
      const words = wordsOf(await answer.text())
      expect(words).toContain('The disk is full')
      expect(words).not.toMatch(/extend|Stop the presses/)
      expect(logged).toHaveLength(1)
      expect(logged[0]).not.toContain('    at ')
      expect(logged[0]).toContain('The disk of the database is full: free some space.')
      expect(await health()).toEqual([503, { status: 'the disk is full' }])
      expect((await app.request('/papers/new')).status).toBe(200)
    } finally {
      await sql`drop event trigger no_room`.execute(db())
      await sql`drop trigger no_room on rate_limits`.execute(db())
      await sql`drop function no_room, no_room_at_all`.execute(db())
    }
    expect(await health()).toEqual([200, { status: 'ok' }])
    expect((await signIn('text/html')).headers.get('location')).toBe('/sign-in/sent')
  })

  it('owns up to a fault of its own, under a number that stands in the log', async () => {
    await recordHarvest(db(), [PAPER], { now: NOON, timeZone: 'UTC' })
    const logged: { reference: string; path: string; error: string }[] = []
    const log = { error: (line: (typeof logged)[0]) => logged.push(line) } as unknown as Logger
    const site = openSite(db(), { log })
    await sql`alter table papers rename to mislaid`.execute(db())
    try {
      const response = await site.app.request('/papers/new')
      expect(response.status).toBe(500)
      const words = wordsOf(await response.text())
      expect(words).toContain('Something went wrong on our side.')
      expect(logged).toMatchObject([{ path: '/papers/new', error: expect.stringContaining('papers') }])
      expect(words).toContain(logged[0]?.reference)
      expect(words).not.toContain('relation')
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect((await site.app.request('/papers/new.atom')).status).toBe(500)
    } finally {
      await sql`alter table mislaid rename to papers`.execute(db())
    }
    // Not kept.
    expect((await site.app.request('/papers/new')).status).toBe(200)
  })
})
