import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { identifier, stated } from '../../test/papers.ts'
import { NOON, TIME_ZONE } from '../../test/site.ts'
import { enlarge, smallDisk } from '../../test/small-disk.ts'
import { createLog } from '../runtime/log.ts'
import { findPaper } from '../papers/find.ts'
import type { HarvestedPaper } from '../papers/harvested-paper.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { findDifferences, healDifferences } from './doctor.ts'
import { embedNextPapers, papersToEmbed } from './embed-papers.ts'
import { EmbeddingUnavailable, type Embedder } from './embeddings/embedder.ts'
import { openEngine, type Engine } from './engine.ts'
import { readManifest } from './index/manifest.ts'
import { parseQuery } from './query/parse-query.ts'
import { wordCounter } from './testing/embedders.ts'

describeWithDatabase('the search engine', (db) => {
  const folders: string[] = []
  const engines: Engine[] = []
  const newFolder = () => {
    const folder = mkdtempSync(join(tmpdir(), 'broadsheet-engine-'))
    folders.push(folder)
    return folder
  }
  async function open(folder = newFolder(), { keep = true, anew = false } = {}): Promise<Engine> {
    const engine = await openEngine(db(), { folder, keep, anew, log: createLog('silent') })
    engines.push(engine)
    await engine.caughtUp()
    return engine
  }
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close()
  })
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })

  const record = (...papers: HarvestedPaper[]) =>
    recordHarvest(db(), papers, { now: NOON, timeZone: TIME_ZONE })
  const lake = (n: number, facts: Parameters<typeof stated>[1] = {}) =>
    stated(`2601.${String(n).padStart(5, '0')}`, {
      title: `Tides of lake ${n}`,
      abstract: `Water number${n} rises.`,
      ...facts,
    })
  const titles = async (engine: Engine, text: string) => {
    await engine.caughtUp()
    const { hits } = engine.find({
      query: parseQuery(text),
      vector: null,
      offset: 0,
      limit: 1_000,
      unfinished: false,
      ranked: [],
    })
    const rows = await db().selectFrom('papers').select(['id', 'title']).execute()
    return hits.map(({ id }) => rows.find((row) => row.id === id)?.title)
  }
  const remove = async (address: string) => {
    const paper = await findPaper(db(), identifier(address), { seenBy: 'program' })
    await db()
      .deleteFrom('papers')
      .where('id', '=', paper?.id ?? 0)
      .execute()
  }
  async function embedAll(embedder: Embedder) {
    while (!(await embedNextPapers(db(), embedder, { now: () => NOON })).done);
  }
  const differences = async (engine: Engine, folder: string) => findDifferences(db(), engine, { folder })
  const NONE = { damage: [], missing: [], outdated: [], ghosts: [], vectors: [] }

  it('has what is recorded, as it changes and goes', async () => {
    const engine = await open()
    expect(await titles(engine, 'tides')).toEqual([])
    await record(lake(1), lake(2))
    expect(await titles(engine, 'tides')).toHaveLength(2)
    await record(lake(1, { title: 'Rivers instead' }))
    expect(await titles(engine, 'tides')).toEqual(['Tides of lake 2'])
    expect(await titles(engine, 'rivers')).toEqual(['Rivers instead'])
    await remove('2601.00002')
    expect(await titles(engine, 'tides')).toEqual([])
  })

  it('follows two papers that turn out to be one', async () => {
    const engine = await open()
    await record(lake(1), stated('doi/10.5555/lake', { source: 'bibtex', title: 'Tides by another name' }))
    expect(await titles(engine, 'tides')).toHaveLength(2)
    await record(stated(['2601.00001', 'doi/10.5555/lake'], { source: 'jsonl', title: 'Tides of both' }))
    expect(await titles(engine, 'tides')).toHaveLength(1)
  })

  it('finds on while the disk is full, says so, and is kept once there is room', async () => {
    const folder = await smallDisk('64k')
    if (folder === null) return
    const engine = await open(folder)
    await record(...Array.from({ length: 2_100 }, (_, i) => lake(i + 1)))
    const stuck = { trouble: 'the disk is full', papers: 2_100 }
    await vi.waitFor(() => expect(engine.status()).toMatchObject(stuck), { timeout: 20_000 })
    expect(readManifest(folder).ok).toBe(false)

    enlarge(folder, '50m')
    expect(await titles(engine, 'number2100')).toEqual(['Tides of lake 2100'])
    expect(engine.status()).toMatchObject({ papers: 2_100, trouble: null })
    expect(readManifest(folder)).toMatchObject({ ok: true })
    expect(await differences(engine, folder)).toMatchObject({ ...NONE, papers: 2_100 })
  })

  it('is there again after a stop, without what went before and meanwhile', async () => {
    const folder = newFolder()
    await record(...Array.from({ length: 300 }, (_, i) => lake(i + 1)))
    const first = await open(folder)
    await remove('2601.00007')
    await first.caughtUp()
    await engines.splice(0)[0]?.close()
    expect(readdirSync(folder).filter((name) => name.endsWith('.segment'))).toHaveLength(1)
    await remove('2601.00008')
    await record(lake(9, { title: 'Changed while nobody looked' }), lake(400))
    const again = await open(folder)
    expect(again.status()).toMatchObject({ papers: 299, remade: null })
    expect(await titles(again, 'tides')).toHaveLength(298)
    expect(await differences(again, folder)).toMatchObject({ ...NONE, papers: 299 })
  })

  it.each([
    ['a segment is damaged', (folder: string) => damageFile(folder, '.segment')],
    ['a segment is missing', (folder: string) => rmSync(nameIn(folder, '.segment'))],
    ['the manifest is half a file', (folder: string) => truncateSync(newestManifest(folder), 20)],
    [
      'the manifest is something else',
      (folder: string) => writeFileSync(newestManifest(folder), '{"format":99}'),
    ],
  ])('is rebuilt when %s', async (_, damage) => {
    const folder = newFolder()
    await record(...Array.from({ length: 50 }, (__, i) => lake(i + 1)))
    await open(folder)
    await engines.splice(0)[0]?.close()
    damage(folder)
    const engine = await open(folder)
    expect(engine.status()).toMatchObject({ papers: 50, upToDate: true, remade: expect.any(String) })
    expect(await titles(engine, 'tides')).toHaveLength(50)
    await engines.splice(0)[0]?.close()
    expect((await open(folder)).status().remade).toBeNull()
  })

  it('is rebuilt when the database was set back to an earlier state', async () => {
    const folder = newFolder()
    await record(lake(1), lake(2), lake(3))
    await open(folder)
    await engines.splice(0)[0]?.close()
    await sql`select setval('papers_index_seq', 1)`.execute(db())
    await db().updateTable('papers').set({ index_seq: 1 }).execute()
    expect((await open(folder)).status()).toMatchObject({ papers: 3, remade: 'the database was set back' })
  })

  it('is taken over when another process made it anew', async () => {
    const folder = newFolder()
    await record(...Array.from({ length: 2_500 }, (_, i) => lake(i + 1)))
    const serving = await open(folder)
    const rebuilding = await open(folder, { anew: true })
    await engines.splice(1)[0]?.close()
    expect(rebuilding.status().papers).toBe(2_500)
    await record(...Array.from({ length: 2_500 }, (_, i) => lake(i + 3_001)))
    expect(await titles(serving, 'tides sort:new')).toHaveLength(1_000)
    expect(serving.status()).toMatchObject({ papers: 5_000 })
    expect(await differences(serving, folder)).toMatchObject(NONE)
    await engines.splice(0)[0]?.close()
    expect((await open(folder)).status()).toMatchObject({ papers: 5_000, remade: null })
  })

  /** More than are written down at once. */
  const MANY = 2_300
  const recordMany = (from: number, facts: Parameters<typeof stated>[1] = {}) =>
    record(...Array.from({ length: MANY }, (_, i) => lake(from + i, facts)))
  const keptThrough = (folder: string) => {
    const found = readManifest(folder)
    return found.ok ? found.manifest.through : found.reason
  }

  it.each([
    ['is damaged', (folder: string) => rmSync(nameIn(folder, '.segment')), false],
    ['is overruled', () => {}, true],
  ])('gives way, when it %s, to nothing less', async (_, damage, anew) => {
    const folder = newFolder()
    await recordMany(1)
    await open(folder)
    await engines.splice(0)[0]?.close()
    damage(folder)
    const before = readManifest(folder)
    const through = keptThrough(folder)
    const seen: unknown[] = []
    const log = createLog('silent')
    const onProgress = () => seen.push(keptThrough(folder))
    const stopped = await openEngine(db(), { folder, keep: true, anew, log, onProgress })
    await expect.poll(() => stopped.status().papers).toBeGreaterThan(0)
    await stopped.close()
    expect(readManifest(folder)).toEqual(before)
    const finished = await openEngine(db(), { folder, keep: true, anew, log, onProgress })
    engines.push(finished)
    await finished.caughtUp()
    expect(new Set(seen)).toEqual(new Set([through]))
    expect(readManifest(folder).number).toBeGreaterThan(before.number)
    expect(await differences(finished, folder)).toMatchObject({ ...NONE, papers: MANY })
    await engines.splice(0)[0]?.close()
    expect((await open(folder)).status()).toMatchObject({ papers: MANY, remade: null })
  })

  it('stays whole between several that keep it and several that make it anew', async () => {
    const folder = newFolder()
    const counts: number[][] = []
    const follow = async (anew: boolean) => {
      const seen: number[] = []
      counts.push(seen)
      const onProgress = ({ papers }: { papers: number }) => seen.push(papers)
      const log = createLog('silent')
      const engine = await openEngine(db(), { folder, keep: true, anew, log, onProgress })
      engines.push(engine)
      return engine
    }
    await recordMany(1)
    const keepers = [await follow(false), await follow(false)]
    const through: unknown[] = []
    const recorded = recordMany(3_001)
    const rebuilding = [await follow(true), await follow(true)]
    for (const engine of [...keepers, ...rebuilding]) {
      await engine.caughtUp()
      through.push(keptThrough(folder))
    }
    await recorded
    for (const engine of [...keepers, ...rebuilding]) {
      await engine.caughtUp()
      through.push(keptThrough(folder))
      expect(await differences(engine, folder)).toMatchObject({ ...NONE, papers: 2 * MANY })
    }
    // Neither on the disk nor in what is searched was there ever less than before.
    for (const seen of [...counts, through as number[]]) expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    await Promise.all(engines.splice(0).map((engine) => engine.close()))
    const again = await open(folder)
    expect(again.status()).toMatchObject({ papers: 2 * MANY, remade: null })
    expect(await differences(again, folder)).toMatchObject(NONE)
  })

  it('is written again by who has it open when its files are removed', async () => {
    const folder = newFolder()
    await recordMany(1)
    await embedAll(wordCounter('counter/1'))
    const engine = await open(folder)
    for (const name of readdirSync(folder)) rmSync(join(folder, name))
    await record(lake(9_000))
    await engine.caughtUp()
    await engines.splice(0)[0]?.close()
    const again = await open(folder)
    expect(again.status()).toMatchObject({ papers: MANY + 1, vectors: MANY, remade: null })
    expect(await differences(again, folder)).toMatchObject(NONE)
  })

  it('does not show a paper again that was hidden', async () => {
    const folder = newFolder()
    await record(lake(1), lake(2))
    await embedAll(wordCounter('counter/1'))
    const reopen = async () => {
      await engines.splice(0)[0]?.close()
      return open(folder)
    }
    const hide = (address: string, hidden: boolean) =>
      sql`update papers set hidden = ${hidden}, index_seq = nextval('papers_index_seq') where address = ${address}`.execute(
        db(),
      )
    await reopen()
    const engine = await reopen()
    await hide('2601.00001', true)
    await engine.caughtUp()
    const again = await reopen()
    expect(await titles(again, 'tides')).toEqual(['Tides of lake 2'])
    expect(again.status().vectors).toBe(1)
    await hide('2601.00001', false)
    await hide('2601.00002', true)
    expect(await titles(again, 'tides')).toEqual(['Tides of lake 1'])
    expect(await titles(await reopen(), 'tides')).toEqual(['Tides of lake 1'])
    await engines.splice(0)[0]?.close()
    const fresh = await open()
    expect(await titles(fresh, 'tides')).toEqual(['Tides of lake 1'])
    expect(fresh.status().vectors).toBe(1)
  })

  it('takes vectors in again when their file is missing', async () => {
    const folder = newFolder()
    await record(lake(1), lake(2))
    await embedAll(wordCounter('counter/1'))
    await open(folder)
    await engines.splice(0)[0]?.close()
    rmSync(nameIn(folder, '.vectors'))
    const engine = await open(folder)
    expect(engine.status()).toMatchObject({ vectors: 2, remade: null })
    expect(await differences(engine, folder)).toMatchObject(NONE)
  })

  it('serves beside another one without writing', async () => {
    const folder = newFolder()
    await record(lake(1))
    const reading = await open(folder, { keep: false })
    expect(await titles(reading, 'tides')).toHaveLength(1)
    expect(readdirSync(folder)).toEqual([])
  })

  it('finds by meaning what was embedded, also after a restart', async () => {
    const folder = newFolder()
    const counter = wordCounter('counter/1')
    await record(lake(1), lake(2, { title: 'Glaciers', abstract: 'Ice and snow.' }))
    await embedAll(counter)
    const near = async (engine: Engine, text: string) =>
      engine.find({
        query: parseQuery('zzz'),
        vector: await counter.embedQuery(text),
        offset: 0,
        limit: 10,
        unfinished: false,
        ranked: [],
      }).hits[0]?.id
    const ids = await db().selectFrom('papers').select(['id', 'title']).execute()
    const glaciers = ids.find(({ title }) => title === 'Glaciers')?.id ?? 0
    const engine = await open(folder)
    expect(engine.status()).toMatchObject({ model: 'counter/1', vectors: 2 })
    expect(await near(engine, 'snow and ice')).toBe(glaciers)
    expect(engine.similar(glaciers, 5).map(({ id }) => id)).toEqual(
      ids.filter(({ id }) => id !== glaciers).map(({ id }) => id),
    )
    await engines.splice(0)[0]?.close()
    const again = await open(folder)
    expect(again.status()).toMatchObject({ vectors: 2 })
    expect(await near(again, 'snow and ice')).toBe(glaciers)
    expect(await differences(again, folder)).toMatchObject(NONE)
  })

  it('embeds a text once, the newest first, and again when it changes', async () => {
    const counter = wordCounter('counter/1')
    await record(...Array.from({ length: 70 }, (_, i) => lake(i + 1)))
    expect(await papersToEmbed(db(), 'counter/1')).toBe(70)
    expect(await embedNextPapers(db(), counter, { now: () => NOON })).toEqual({
      embedded: 32,
      unchanged: 0,
      done: false,
    })
    expect(counter.embedded[0]).toContain('Tides of lake 70')
    expect(await papersToEmbed(db(), 'counter/1')).toBe(38)
    await embedAll(counter)
    expect(counter.embedded).toHaveLength(70)
    await record(lake(5, { categories: ['cs.LG'] }), lake(6, { title: 'Anew' }))
    expect(await embedNextPapers(db(), counter, { now: () => NOON })).toEqual({
      embedded: 1,
      unchanged: 1,
      done: false,
    })
    expect(counter.embedded.at(-1)).toContain('Anew')
    expect(await papersToEmbed(db(), 'counter/1')).toBe(0)
  })

  it('loses nothing when the model fails', async () => {
    await record(lake(1))
    const failing = {
      ...wordCounter('counter/1'),
      embedTexts: () => Promise.reject(new EmbeddingUnavailable('away')),
    }
    await expect(embedNextPapers(db(), failing, { now: () => NOON })).rejects.toThrow(EmbeddingUnavailable)
    expect(await papersToEmbed(db(), 'counter/1')).toBe(1)
    await embedAll(wordCounter('counter/1'))
    expect(await papersToEmbed(db(), 'counter/1')).toBe(0)
  })

  it('uses another model once that has embedded all, not before', async () => {
    const engine = await open()
    await record(...Array.from({ length: 40 }, (_, i) => lake(i + 1)))
    await embedAll(wordCounter('counter/1'))
    await engine.caughtUp()
    const next = wordCounter('counter/2', { dimensions: 48 })
    await embedNextPapers(db(), next, { now: () => NOON })
    await engine.caughtUp()
    expect(engine.status()).toMatchObject({ model: 'counter/1', vectors: 40 })
    await embedAll(next)
    await engine.caughtUp()
    expect(engine.status()).toMatchObject({ model: 'counter/2', vectors: 40 })
    const models = await db().selectFrom('paper_embeddings').select('model').distinct().execute()
    expect(models).toEqual([{ model: 'counter/2' }])
  })

  it('is healed of every kind of difference', async () => {
    const folder = newFolder()
    await record(...Array.from({ length: 10 }, (_, i) => lake(i + 1)))
    await embedAll(wordCounter('counter/1'))
    const engine = await open(folder)
    expect(await differences(engine, folder)).toMatchObject(NONE)
    // Behind the back of everything that tells the index.
    const [lost, stale, ghost, vector] = await db().selectFrom('papers').select('id').orderBy('id').execute()
    await sql`alter table papers disable trigger all`.execute(db())
    await sql`update papers set index_seq = 1000 where id = ${stale?.id}`.execute(db())
    await sql`delete from papers where id = ${ghost?.id}`.execute(db())
    await sql`delete from paper_embeddings where paper_id = ${ghost?.id}`.execute(db())
    await sql`alter table papers enable trigger all`.execute(db())
    await sql`update paper_embeddings set seq = 999 where paper_id = ${vector?.id}`.execute(db())
    await sql`insert into papers (address, title, edition, edition_from, dated_at, recorded_at, changed_at, index_seq)
      select '2601.99999', 'Tides that came in the back way', edition, edition_from, dated_at, recorded_at, changed_at, 0 from papers where id = ${lost?.id}`.execute(
      db(),
    )
    const found = await differences(engine, folder)
    expect(found).toMatchObject({ outdated: [stale?.id], ghosts: [ghost?.id], damage: [] })
    expect(found.missing).toHaveLength(1)
    expect(found.vectors).toContain(vector?.id)
    await healDifferences(db(), found)
    await engine.caughtUp()
    expect(await differences(engine, folder)).toMatchObject(NONE)
    expect(await titles(engine, 'tides')).toContain('Tides that came in the back way')
  })
})

function nameIn(folder: string, ending: string): string {
  return join(folder, readdirSync(folder).find((name) => name.endsWith(ending)) ?? '')
}

function newestManifest(folder: string): string {
  return join(folder, `manifest-${readManifest(folder).number}.json`)
}

function damageFile(folder: string, ending: string): void {
  truncateSync(nameIn(folder, ending), 4_000)
}
