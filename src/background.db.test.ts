import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, expect, inject, it, onTestFinished } from 'vitest'
import { describeWithDatabase } from '../test/database.ts'
import { stated } from '../test/papers.ts'
import { NOON, TIME_ZONE } from '../test/site.ts'
import { startBackground } from './background.ts'
import { readConfig } from './config.ts'
import { openTroubles } from './runtime/troubles.ts'
import { createLog } from './runtime/log.ts'
import { openMeaning } from './search/meaning.ts'
import { recordHarvest } from './sources/record-harvest.ts'

const log = createLog('silent')
/** Half of what an operator is promised, so that a busy machine does not fail the test. */
const MOST_MS = 5_000

describeWithDatabase('the background', (db) => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'broadsheet-background-'))
  afterAll(() => rmSync(dataFolder, { recursive: true }))

  async function start(env: Record<string, string> = {}) {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db())
    const address = { ...inject('server'), database: rows[0]?.name ?? '' }
    const config = readConfig({ env: { BROADSHEET_DATA: dataFolder, ...env } })
    if (!config.ok) throw new Error('these settings are refused')
    const meaning = openMeaning(config.config, { log })
    return startBackground({
      config: config.config,
      connection: { db: db(), address },
      secret: 'a secret that is only for tests, long enough',
      meaning,
      troubles: openTroubles(),
      log,
      now: () => new Date(),
    })
  }
  async function stopping(background: { close(): Promise<void> }): Promise<number> {
    const started = performance.now()
    await background.close()
    return performance.now() - started
  }
  const record = (count: number) =>
    recordHarvest(
      db(),
      Array.from({ length: count }, (_, i) =>
        stated(`2601.${String(i + 1).padStart(5, '0')}`, {
          title: `Tides of lake ${i}`,
          abstract: 'Water rises and falls again, and nobody knows why. '.repeat(5),
        }),
      ),
      { now: NOON, timeZone: TIME_ZONE },
    )
  const leased = async () =>
    (await db().selectFrom('embedding_queue').select('leased_until').execute()).filter(
      ({ leased_until }) => leased_until !== null,
    ).length

  it.each<[string, RequestListener]>([
    ['never answers', () => undefined],
    [
      'answers a little at a time',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        const drip = setInterval(() => response.write(' '), 20)
        response.on('close', () => clearInterval(drip))
      },
    ],
    ['is overloaded', (_, response) => response.writeHead(503, { 'retry-after': '50' }).end()],
  ])('stops while a server that embeds %s', async (_, answer) => {
    const asked = Promise.withResolvers<void>()
    const server = createServer((request, response) => {
      asked.resolve()
      answer(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    await record(50)
    const background = await start({
      EMBEDDINGS_URL: `http://127.0.0.1:${port}/v1`,
      EMBEDDINGS_MODEL: 'slow',
    })
    await asked.promise
    await expect.poll(leased).toBe(32)
    expect(await stopping(background)).toBeLessThan(MOST_MS)
    expect(await leased()).toBe(0)
  })

  it('does not start with a key that no mail can be signed with', async () => {
    const dkim = { DKIM_KEY_FILE: '/nowhere/dkim.pem', DKIM_DOMAIN: 'papers.example', DKIM_SELECTOR: 'a' }
    await expect(start(dkim)).rejects.toThrow(
      'DKIM_KEY_FILE: /nowhere/dkim.pem cannot be read (there is no such file).',
    )
  })

  it('stops while the model that comes with it is at work', async () => {
    await record(400)
    const background = await start()
    const embedded = async () =>
      (await db().selectFrom('paper_embeddings').select('paper_id').execute()).length
    await expect.poll(embedded, { timeout: 50_000 }).toBeGreaterThan(0)
    await expect.poll(leased).toBe(32)
    expect(await stopping(background)).toBeLessThan(MOST_MS)
    expect(await leased()).toBe(0)
    expect(await embedded()).toBeLessThan(400)
  })
})
