import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { sql } from 'kysely'
import { afterAll, afterEach, expect, inject, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { NOON, TIME_ZONE } from '../../test/site.ts'
import { createLog } from '../runtime/log.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { SearchAway, startEngine, type EngineClient } from './engine-client.ts'
import { parseQuery } from './query/parse-query.ts'

describeWithDatabase('the search engine in its thread', (db) => {
  const root = mkdtempSync(join(tmpdir(), 'broadsheet-thread-'))
  let client: EngineClient | null = null
  async function start(folder: string): Promise<EngineClient> {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db())
    const address = { ...inject('server'), database: rows[0]?.name ?? '' }
    client = startEngine({ address, folder, keep: true, log: createLog('silent') })
    return client
  }
  afterEach(async () => {
    await client?.close()
    client = null
  })
  afterAll(() => rmSync(root, { recursive: true }))

  const request = (text: string) => ({
    query: parseQuery(text),
    vector: null,
    offset: 0,
    limit: 10,
    unfinished: false,
    ranked: [],
  })
  const record = (count: number) =>
    recordHarvest(
      db(),
      Array.from({ length: count }, (_, i) =>
        stated(`2601.${String(i + 1).padStart(5, '0')}`, {
          title: `Tides ${i}`,
          abstract: 'Water rises. '.repeat(60),
        }),
      ),
      { now: NOON, timeZone: TIME_ZONE },
    )

  it('answers from there, and holds nobody else up', async () => {
    const engine = await start(join(root, 'whole'))
    await record(1_000)
    const delay = monitorEventLoopDelay({ resolution: 5 })
    await engine.status()
    delay.enable()
    engine.wake()
    await engine.caughtUp()
    const found = await Promise.all(Array.from({ length: 200 }, () => engine.find(request('tides water'))))
    delay.disable()
    expect(found.every(({ total }) => total === 1_000)).toBe(true)
    // On an idle machine a few milliseconds; other tests share this one.
    expect(delay.max / 1e6).toBeLessThan(250)
    expect(await engine.similar(1, 5)).toEqual([])
  })

  it('says that it is away while it cannot start, and comes back by itself', async () => {
    const folder = join(root, 'a-file')
    writeFileSync(folder, '')
    const engine = await start(folder)
    await record(3)
    await expect(engine.find(request('tides'))).rejects.toThrow(SearchAway)
    rmSync(folder)
    await expect
      .poll(async () => engine.status().catch(() => null), { timeout: 20_000 })
      .toMatchObject({ papers: 3 })
    expect((await engine.find(request('tides'))).total).toBe(3)
  })

  it('refuses what comes after it was closed', async () => {
    const engine = await start(join(root, 'closed'))
    await engine.close()
    await expect(engine.status()).rejects.toThrow(SearchAway)
  })
})
