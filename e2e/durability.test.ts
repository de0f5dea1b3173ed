import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  dataFolder,
  environment,
  openDatabase,
  processesIn,
  PROGRAM,
  runVerb,
  startSite,
  killEverything,
} from './site.ts'

const PAPERS = 4_000
/** How far the import has come when everything is killed: papers that are in. */
const KILLS_AFTER = [0, 500, 1_500, 2_500, 3_500]

let data: string
let file: string

beforeAll(async () => {
  data = await dataFolder()
  file = join(data, 'papers.jsonl')
  await writeFile(file, Array.from({ length: PAPERS }, (_, i) => JSON.stringify(paper(i))).join('\n'))
})
afterAll(async () => {
  expect(await processesIn(data), 'processes left over').toEqual([])
  await rm(data, { recursive: true })
})

it('has exactly the right papers after kill -9 of everything, again and again, in the middle of an import', async () => {
  for (const records of KILLS_AFTER) await importAndKill(records)

  const last = await runVerb(data, ['import', file])
  const [total, added, updated, unchanged, refused] = [...last.matchAll(/\d+/g)].map(Number)
  expect([total, updated, refused]).toEqual([PAPERS, 0, 0])
  expect((added ?? 0) + (unchanged ?? 0)).toBe(PAPERS)
  expect(unchanged, 'what was in before the last kill').toBeGreaterThanOrEqual(
    Math.max(...KILLS_AFTER) - 1_000,
  )
  expect(await runVerb(data, ['import', file])).toContain(`0 new, 0 updated, ${PAPERS} unchanged, 0 refused`)

  const site = await startSite(data)
  const database = await openDatabase(data)
  const { rows } = await database.query<{ arxiv_id: string; title: string; signals: string }>(
    `select arxiv_id, title, (select count(*) from signals) as signals from papers order by arxiv_id`,
  )
  await database.end()
  expect(await site.stop()).toBe(0)
  expect(rows.map(({ arxiv_id, title }) => ({ id: arxiv_id, title }))).toEqual(
    Array.from({ length: PAPERS }, (_, i) => ({ id: paper(i).id, title: paper(i).title })),
  )
})

it('leaves an import in order when it is asked to', async () => {
  const folder = await dataFolder()
  const child = spawn(process.execPath, [PROGRAM, 'import', file], {
    env: environment(folder),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = Promise.all([text(child.stdout), text(child.stderr)])
  const exited = once(child, 'exit')
  const over = new AbortController()
  child.once('exit', () => over.abort())
  await recordsIn(500, over.signal, folder)
  child.kill('SIGINT')
  expect(await exited).toEqual([1, null])
  const [counts, reason] = await said
  expect(reason).toContain('Interrupted')
  const total = Number(/^\d+/.exec(counts)?.[0])
  expect(total).toBeGreaterThanOrEqual(500)
  expect(total).toBeLessThan(PAPERS)
  expect(await processesIn(folder)).toEqual([])
  expect(await runVerb(folder, ['import', file])).toContain(` ${total} unchanged, 0 refused`)
  await rm(folder, { recursive: true })
})

function paper(i: number) {
  return {
    id: `2601.${String(i + 1).padStart(5, '0')}`,
    title: `Tides of the ${i}th lake`,
    abstract: 'Lakes have tides too. '.repeat(30).trim(),
    published: '2026-01-15',
    categories: ['physics.ao-ph', 'physics.flu-dyn'],
  }
}

/** Starts an import, and kills it and its database once so many papers are in. */
async function importAndKill(records: number): Promise<void> {
  const child = spawn(process.execPath, [PROGRAM, 'import', file], {
    env: { ...environment(data), LOG_LEVEL: 'info' },
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  const exited = once(child, 'exit')
  const over = new AbortController()
  child.once('exit', () => over.abort())
  await recordsIn(records, over.signal)
  await killEverything(data, child.pid ?? 0)
  await exited
}

/** Waits until the database has so many papers, as another process sees them, or the import is over. */
async function recordsIn(records: number, over: AbortSignal, folder = data): Promise<void> {
  while (!over.aborted) {
    await delay(10)
    try {
      const database = await openDatabase(folder)
      const { rows } = await database
        .query<{ n: number }>('select count(*)::int as n from papers')
        .finally(() => void database.end())
      if ((rows[0]?.n ?? 0) >= records) return
    } catch {
      // Not up yet.
    }
  }
}
