import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, vi } from 'vitest'
import { dataFolder, importPapers, processesIn, startSite, type RunningSite } from './site.ts'

/** Waits until searches find all the papers of a site. */
export async function untilIndexed({ origin }: RunningSite, papers: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const html = await (await fetch(`${origin}/papers?q=since:1000`)).text()
      expect(/data-found="(\d+)"/.exec(html)?.[1]).toBe(String(papers))
    },
    { timeout: 60_000 },
  )
}

/** The data folder of a site that has its sample edition and is done with it; remove it when the site is gone. */
export async function sampleFolder(): Promise<string> {
  const folder = await dataFolder()
  await promisify(execFile)('cp', ['-a', `${inject('sample')}/.`, folder])
  return folder
}

/**
 * One site for the tests of a file, with the sample edition and the given papers; it must stop cleanly at the end. `fresh`:
 * from an empty folder, as a newcomer starts one.
 */
export function useSite({
  fresh = false,
  papers = [],
  settings = {},
}: { fresh?: boolean; papers?: object[]; settings?: Record<string, string> } = {}): () => RunningSite {
  let site: RunningSite
  beforeAll(async () => {
    site = await startSite(await (fresh ? dataFolder() : sampleFolder()), settings)
    if (papers.length > 0) await importPapers(site.data, papers)
  })
  afterAll(async () => {
    expect(await site.stop(), 'exit code').toBe(0)
    expect(await processesIn(site.data), 'processes left over').toEqual([])
    await rm(site.data, { recursive: true })
  })
  return () => site
}
