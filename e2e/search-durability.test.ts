import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dataFolder, environment, processesIn, PROGRAM, runVerb, killEverything } from './site.ts'

const PAPERS = 4_500
/** A third of them changes with each import, so that there is always something to index. */
const KILLS = 10
const LATEST_KILL_MS = 1_200

let data: string

beforeAll(async () => {
  data = await dataFolder()
})
afterAll(async () => {
  expect(await processesIn(data), 'processes left over').toEqual([])
  await rm(data, { recursive: true })
})

it('heals the search index after kill -9 in the middle of indexing, ten times at random', async () => {
  // The same moments every time would miss what another moment shows.
  const moments = Array.from({ length: KILLS }, () => Math.round(Math.random() * LATEST_KILL_MS))
  for (const [round, moment] of moments.entries()) {
    await importEdition(round)
    await indexAndKill(moment)
  }
  const healed = await runVerb(data, ['doctor'])
  expect(healed, `killed after ${moments.join(', ')} ms`).toMatch(/agree\.$/m)
  expect(await runVerb(data, ['doctor', '--check'])).toContain(`${PAPERS} papers in the database`)
  const found = JSON.parse(await runVerb(data, ['search', `edition${KILLS - 1}`, '--json'])) as {
    total: number
  }
  expect(found.total).toBe(PAPERS / 3)
}, 300_000)

async function importEdition(round: number): Promise<void> {
  const file = join(data, 'papers.jsonl')
  const papers = Array.from({ length: PAPERS }, (_, i) => i).filter((i) => round === 0 || i % 3 === round % 3)
  const lines = papers.map((i) =>
    JSON.stringify({
      id: `2601.${String(i + 1).padStart(5, '0')}`,
      title: `Tides of the ${i}th lake, edition${round}`,
      abstract: `Lakes have tides too, number${i % 100}. `.repeat(20).trim(),
      published: '2026-01-15',
      categories: ['physics.ao-ph'],
    }),
  )
  await writeFile(file, lines.join('\n'))
  await runVerb(data, ['import', file])
}

/** Kills the program that indexes, with its database, after so long; it may have been done. */
async function indexAndKill(ms: number): Promise<void> {
  const child = spawn(process.execPath, [PROGRAM, 'index'], { env: environment(data), stdio: 'ignore' })
  const exited = once(child, 'exit')
  await Promise.race([delay(ms), exited])
  await killEverything(data, child.pid ?? 0)
  await exited
}
