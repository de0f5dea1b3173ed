import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { TestProject } from 'vitest/node'
import { dataFolder, openDatabase, startSite } from './site.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The data folder of a stopped site that has its sample edition, indexed and embedded. */
    sample: string
  }
}

const WITHIN_MS = 120_000

/** Makes the site once from which most journeys start: making a database and embedding the sample take seconds each time. */
export default async function makeSample(project: TestProject) {
  const folder = await dataFolder()
  const site = await startSite(folder)
  const database = await openDatabase(folder)
  const deadline = Date.now() + WITHIN_MS
  for (;;) {
    const { rows } = await database.query<{ left: string }>(
      'select (select count(*) from papers) - (select count(*) from paper_embeddings) as left',
    )
    if (rows[0]?.left === '0') break
    if (Date.now() > deadline) throw new Error(`the sample was not embedded: ${rows[0]?.left} papers left`)
    await delay(100)
  }
  await database.end()
  const code = await site.stop()
  if (code !== 0) throw new Error(`the sample's site ended with ${code}:\n${site.log()}`)
  project.provide('sample', folder)
  return () => rm(folder, { recursive: true, force: true })
}
