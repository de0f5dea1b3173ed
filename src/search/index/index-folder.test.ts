import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, describe, expect, it } from 'vitest'
import { indexed } from '../testing/invented-papers.ts'
import type { MergingKeeper } from '../testing/merging-keeper.ts'
import {
  closeIndex,
  damageIn,
  keepIn,
  lookAtFiles,
  openIndexFolder,
  removeSegments,
  sweepFolder,
} from './index-folder.ts'
import { readManifest, replaceManifest, type FoundManifest, type Manifest } from './manifest.ts'
import { addPapers, mergeHeld, newWordIndex } from './word-index.ts'

const root = mkdtempSync(join(tmpdir(), 'broadsheet-folder-'))
afterAll(() => rmSync(root, { recursive: true }))
/** How often the index is opened beside processes that merge, for how long at most, and how many papers it has. */
const OPENS = 3_000
const MOST_MS = 8_000
const PAPERS = 20
const newFolder = () => mkdtempSync(join(root, 'index-'))

/** Writes a segment of papers 1 to `count`, which no manifest names yet. */
function segmentOf(folder: string, count: number): string {
  const index = newWordIndex()
  const ids = Array.from({ length: count }, (_, i) => i + 1)
  addPapers(
    index,
    ids.map((id) => indexed(id, { title: `tide ${id}` })),
    count,
  )
  for (const _ of mergeHeld(index, [...index.segments], keepIn(folder))) {
    // Turns.
  }
  closeIndex(index)
  return index.segments[0]?.file ?? ''
}
const manifestOf = (name: string, through: number, more: Partial<Manifest> = {}) => ({
  database: 'd',
  through,
  segments: [{ name, through }],
  gone: [],
  vectors: null,
  ...more,
})
/** Keeps papers 1 to `count`, and removes the segment of before as a keeper does. */
function keep(folder: string, count: number, more: Partial<Manifest> = {}): FoundManifest & { ok: true } {
  const found = readManifest(folder)
  const written = replaceManifest(folder, found, manifestOf(segmentOf(folder, count), count, more))
  if (!written) throw new Error('somebody else wrote')
  if (found.ok)
    removeSegments(
      folder,
      found.manifest.segments.map(({ name }) => name),
    )
  return written
}
function papersIn(folder: string): number | string | null {
  const opened = openIndexFolder(folder, { database: 'd' })
  if (!opened.ok) return opened.reason
  closeIndex(opened.index)
  return opened.index.table.count
}

describe('a manifest', () => {
  it('is replaced only by who has read it', () => {
    const folder = newFolder()
    const nothing = readManifest(folder)
    expect(nothing).toEqual({ number: 0, ok: false, reason: null })
    const first = replaceManifest(folder, nothing, manifestOf('a', 10))
    expect(readManifest(folder)).toEqual(first)
    // Who started from nothing as well, with less.
    expect(replaceManifest(folder, nothing, manifestOf('b', 3))).toBeNull()
    expect(readManifest(folder)).toEqual(first)
    let latest = readManifest(folder)
    for (let through = 11; through < 20; through++) {
      latest = replaceManifest(folder, latest, manifestOf('a', through)) ?? latest
    }
    // Its number is free again by now.
    expect(first && replaceManifest(folder, first, manifestOf('b', 99))).toBeNull()
    expect(readManifest(folder)).toMatchObject({ number: 10, ok: true, manifest: { through: 19 } })
    expect(readdirSync(folder)).toHaveLength(2)
  })

  it('that is damaged is replaced as any other, by one of two', () => {
    const folder = newFolder()
    keep(folder, 5)
    truncateSync(join(folder, 'manifest-1.json'), 20)
    const found = readManifest(folder)
    expect(found).toMatchObject({ number: 1, ok: false, reason: expect.stringContaining('not whole') })
    expect(replaceManifest(folder, found, manifestOf('a', 5))).toMatchObject({ number: 2 })
    expect(replaceManifest(folder, found, manifestOf('b', 3))).toBeNull()
    expect(readManifest(folder)).toMatchObject({ ok: true, manifest: { through: 5 } })
  })

  it('is whole or not there, whatever a writer left behind that was killed', () => {
    const folder = newFolder()
    keep(folder, 5)
    writeFileSync(join(folder, 'a-draft.new'), '{"half":')
    segmentOf(folder, 9)
    expect(papersIn(folder)).toBe(5)
    keep(folder, 6)
    expect(papersIn(folder)).toBe(6)
  })
})

describe('files that are missing', () => {
  it('were removed by who wrote another manifest, whose files count', () => {
    const folder = newFolder()
    keep(folder, 5)
    const looked: unknown[] = []
    const seen = lookAtFiles(folder, (found) => {
      looked.push(found.number)
      // Between the manifest and its files, another process goes on.
      if (looked.length < 3) keep(folder, 5 + looked.length)
      if (!found.ok) return { whole: true, value: 'nothing' }
      const [name] = found.manifest.segments.map((segment) => segment.name)
      const whole = existsSync(join(folder, `${name}.segment`))
      return { whole, value: whole ? found.manifest.through : 'missing' }
    })
    expect(looked).toEqual([1, 2, 3])
    expect(seen).toBe(7)
  })

  it.each(['segment', 'positions'])('are damage while the manifest is the same (%s)', (ending) => {
    const folder = newFolder()
    const { manifest } = keep(folder, 5)
    const file = join(folder, `${manifest.segments[0]?.name}.${ending}`)
    renameSync(file, `${file}.away`)
    expect(papersIn(folder)).toContain('ENOENT')
    expect(damageIn(folder)).toEqual([expect.stringContaining('ENOENT')])
    renameSync(`${file}.away`, file)
    expect(papersIn(folder)).toBe(5)
    expect(damageIn(folder)).toEqual([])
  })

  it('are told of vectors as well', () => {
    const folder = newFolder()
    keep(folder, 5, { vectors: { file: 'of-a-model.vectors', model: 'm', dimensions: 8, through: 5 } })
    expect(damageIn(folder)).toEqual([expect.stringContaining('of-a-model.vectors is missing')])
    writeFileSync(join(folder, 'of-a-model.vectors'), '')
    expect(damageIn(folder)).toEqual([])
  })

  it('are not what a machine means that has too many files open', () => {
    const folder = newFolder()
    const names = [segmentOf(folder, 5), segmentOf(folder, 5)]
    const segments = names.map((name) => ({ name, through: 5 }))
    replaceManifest(folder, readManifest(folder), manifestOf('', 5, { segments }))
    const script = `
      import { openSync, closeSync } from 'node:fs'
      const { openIndexFolder } = await import(${JSON.stringify(new URL('index-folder.ts', import.meta.url).href)})
      const open = []
      try { for (;;) open.push(openSync('/dev/null')) } catch {}
      // Enough for one segment, whose positions stay open.
      closeSync(open.pop())
      let said
      try { said = openIndexFolder(${JSON.stringify(folder)}, { database: 'd' }) } catch (error) { said = error.code }
      open.forEach((file) => closeSync(file))
      process.stdout.write(JSON.stringify(said))`
    const limited = ['-c', 'ulimit -n 256 && exec "$0" --input-type=module -e "$1"', process.execPath, script]
    expect(JSON.parse(execFileSync('sh', limited, { encoding: 'utf8' }))).toBe('EMFILE')
    expect(papersIn(folder)).toBe(5)
  })
})

it('opens always and whole, thousands of times beside processes that merge', async () => {
  const folder = newFolder()
  const data: MergingKeeper = { folder, database: 'd', papers: PAPERS }
  const keepers = [1, 2].map(
    () => new Worker(new URL('../testing/merging-keeper.ts', import.meta.url), { workerData: data }),
  )
  const failures: unknown[] = []
  const successes = keepers.map(
    (keeper) =>
      new Promise<number>((resolve) => {
        keeper.once('message', resolve)
        keeper.once('error', (error) => failures.push(error))
        keeper.once('exit', () => resolve(0))
      }),
  )
  await expect
    .poll(() => failures.length > 0 || readManifest(folder).number > PAPERS, { timeout: 20_000 })
    .toBe(true)
  let last = PAPERS
  const end = performance.now() + MOST_MS
  for (let n = 0; n < OPENS && failures.length === 0 && performance.now() < end; n++) {
    const opened = openIndexFolder(folder, { database: 'd' })
    if (opened.ok) {
      const { table } = opened.index
      const { through } = opened.found.manifest
      closeIndex(opened.index)
      // All papers, up to the change that the manifest names, which is never an earlier one than before.
      if (table.count !== PAPERS || Math.max(...table.seqs) !== through || through < last)
        failures.push({ papers: table.count, through, last })
      last = through
    } else failures.push(opened.reason)
    if (n % 20 === 0) failures.push(...damageIn(folder))
  }
  for (const keeper of keepers) keeper.postMessage('stop', [])
  const written = await Promise.all(successes)
  expect(failures).toEqual([])
  expect(last).toBeGreaterThan(PAPERS + 10)
  // No success of one was undone by the other.
  const found = readManifest(folder)
  expect(found.ok && found.manifest.through).toBe(written.reduce((sum, each) => sum + each, 0))
})

it('sweeps away what no manifest names, once it is old', () => {
  const folder = newFolder()
  const abandoned = segmentOf(folder, 9)
  const fresh = segmentOf(folder, 8)
  const { manifest } = keep(folder, 5)
  const old = new Date(Date.now() - 2 * 3_600_000)
  for (const name of [abandoned, manifest.segments[0]?.name])
    for (const ending of ['segment', 'positions']) utimesSync(join(folder, `${name}.${ending}`), old, old)
  sweepFolder(folder, manifest, { now: Date.now() })
  const left = readdirSync(folder).filter((name) => name.endsWith('.segment'))
  expect(left.toSorted()).toEqual([`${fresh}.segment`, `${manifest.segments[0]?.name}.segment`].toSorted())
  expect(papersIn(folder)).toBe(5)
})
