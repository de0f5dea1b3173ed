/**
 * How well readers' own front pages find what they choose next: `bench/run recommendation DIR`, where DIR has papers.jsonl.gz and
 * readers.jsonl.gz. Histories are replayed in order of time on the way of all readers: an edition is recorded and embedded, the
 * reader's page of it is asked for, what it showed is seen, they vote. Of each reader's last edition it is asked which papers of it
 * are theirs; beside it stand simple ways and the same without each of its parts. READERS=300 says how many readers are taken.
 */
import type { Kysely } from 'kysely'
import { basename } from 'node:path'
import { connect } from '../src/db/connect.ts'
import type { Database } from '../src/db/schema.ts'
import { parseAddress } from '../src/papers/identifiers.ts'
import { castVote } from '../src/ranking/votes.ts'
import { ALL_PARTS, type Parts } from '../src/recommendation/learn.ts'
import { openTaste } from '../src/recommendation/open-taste.ts'
import { keepPapersInMemory, type PapersInMemory } from '../src/recommendation/papers-in-memory.ts'
import { createLog } from '../src/runtime/log.ts'
import { embeddedText, embedNextPapers } from '../src/search/embed-papers.ts'
import { recordHarvest } from '../src/sources/record-harvest.ts'
import { meanMeaning, meanVector, nearest, openTfidf, svm } from './recommendation/baselines.ts'
import { keptVectors } from './recommendation/kept-vectors.ts'
import { mean, measure, pairedTest, type Measures } from './recommendation/measures.ts'
import { readReaders, type BenchPaper, type History } from './recommendation/readers.ts'
import { shuffled } from './search-speed/random.ts'
import { withDataFolder } from './site.ts'

const READERS = Number(process.env['READERS'] ?? 300)
/** What a page and those after it have shown a reader of an edition: so many of each list are looked at. */
const SEEN = 100
const RANDOM_PAPERS = 200

const VARIANTS: Record<string, Parts> = {
  Broadsheet: ALL_PARTS,
  '… one interest only': { ...ALL_PARTS, others: 1 },
  '… nothing is forgotten': { ...ALL_PARTS, forgetting: 'none' },
  '… forgotten without rehearsal': { ...ALL_PARTS, forgetting: 'exponential' },
  '… words alone': { ...ALL_PARTS, by: 'words' },
  '… meaning alone': { ...ALL_PARTS, by: 'meaning' },
  '… what was passed over left out': { ...ALL_PARTS, passedOver: false },
}

const [folder] = process.argv.slice(2)
if (folder === undefined) console.log('SKIPPED: name a folder with papers.jsonl.gz and readers.jsonl.gz.')
else await withDataFolder((data) => replay(folder, data))

async function replay(from: string, data: string): Promise<void> {
  const random = randomFrom(20_260_115)
  const { editions, histories } = await readReaders(from)
  const chosen = shuffled(histories, random).slice(0, READERS)
  console.log(
    `${basename(from)}: ${chosen.length} of ${histories.length} readers, ${editions.length} editions`,
  )
  const papers = editions.flatMap((edition) => edition.papers)
  const texts = papers.map(({ title, abstract }) => embeddedText({ title, abstract, synopsis: null }))
  const { embedder, vectors } = await keptVectors(texts)
  const vectorOf = new Map(papers.map(({ id }, i) => [id, vectors[i] ?? new Float32Array()]))
  const likeness = (a: string, b: string) => {
    const other = vectorOf.get(b)
    return vectorOf.get(a)?.reduce((sum, value, d) => sum + value * (other?.[d] ?? 0), 0) ?? 0
  }
  const connection = await connect({ databaseUrl: null, dataFolder: data }, { log: createLog('warn') })
  const { db } = connection
  /** The time of the replay. */
  let clock = 0
  const memories = new Map<Parts['by'], PapersInMemory>()
  const memoryBy = (by: Parts['by']) => {
    const kept = memories.get(by) ?? keepPapersInMemory(db, { now: () => clock, by })
    memories.set(by, kept)
    return kept
  }
  const tastes = Object.entries(VARIANTS).map(([name, parts]) => ({
    name,
    taste: openTaste(db, { parts, papers: memoryBy(parts.by) }),
  }))
  const readerIds = await makeReaders(db, chosen)
  const byEdition = Map.groupBy(
    chosen.flatMap((history) => history.editions.map(({ edition }) => ({ edition, history }))),
    ({ edition }) => edition,
  )
  const idOf = new Map<string, number>()
  const nameOf = new Map<number, string>()
  const tfidf = openTfidf()
  const earlier: string[] = []
  const measured = new Map<string, Measures[]>()
  const covered = new Map<string, Set<string>>()
  const offered = new Set<string>()
  const asked: number[] = []
  try {
    for (const { edition, at, papers: of } of editions) {
      const now = new Date(`${at}T12:00:00Z`)
      clock = now.getTime()
      await record(db, of, { now, idOf })
      for (const { id } of of) nameOf.set(idOf.get(id) ?? 0, id)
      while (!(await embedNextPapers(db, embedder, { now: () => now })).done);
      for (const { id, title, abstract } of of) tfidf.add(id, `${title}. ${abstract ?? ''}`)
      for (const { taste } of tastes) {
        taste.wake()
        await taste.warmUp()
      }
      const ids = of.map(({ id }) => id)
      const paperIds = ids.map((id) => idOf.get(id) ?? 0)
      for (const { history } of byEdition.get(edition) ?? []) {
        const readerId = readerIds.get(history.reader) ?? ''
        const place = history.editions.findIndex((one) => one.edition === edition)
        const theirs = history.editions[place]?.papers ?? new Set()
        const isLast = place === history.editions.length - 1
        const started = performance.now()
        const ranked = await rankAll(isLast ? tastes : tastes.slice(0, 1), {
          readerId,
          now,
          paperIds,
          nameOf,
        })
        if (!isLast) asked.push(performance.now() - started)
        if (isLast) {
          const known = history.editions.slice(0, -1).flatMap((one) => [...one.papers])
          const ways = new Map([...simpleWays({ ids, known, earlier, tfidf, vectorOf, random }), ...ranked])
          for (const id of ids) offered.add(id)
          for (const [name, list] of ways) {
            measured.set(name, [
              ...(measured.get(name) ?? []),
              measure(list.slice(0, SEEN), theirs, likeness),
            ])
            const heads = covered.get(name) ?? new Set()
            for (const id of list.slice(0, 10)) heads.add(id)
            covered.set(name, heads)
          }
          continue
        }
        const shown = ranked.get('Broadsheet') ?? []
        await see(db, { readerId, paperIds: shown.map((id) => idOf.get(id) ?? 0), now })
        for (const id of theirs)
          await castVote(db, { paperId: idOf.get(id) ?? 0, voter: { id: readerId, trusted: true }, now })
      }
      earlier.push(...ids)
      if (process.stderr.isTTY || process.env['PROGRESS'])
        console.error(`${edition}: ${earlier.length} papers`)
    }
  } finally {
    await connection.close()
  }
  report(measured, { covered, offered: offered.size, asked, random })
}

async function rankAll(
  tastes: { name: string; taste: ReturnType<typeof openTaste> }[],
  {
    readerId,
    now,
    paperIds,
    nameOf,
  }: { readerId: string; now: Date; paperIds: number[]; nameOf: ReadonlyMap<number, string> },
): Promise<Map<string, string[]>> {
  const ranked = new Map<string, string[]>()
  for (const { name, taste } of tastes) {
    const { papers } = await taste.rank({ readerId, now, paperIds, limit: SEEN })
    ranked.set(
      name,
      papers.map(({ id }) => nameOf.get(id) ?? ''),
    )
  }
  return ranked
}

function simpleWays({
  ids,
  known,
  earlier,
  tfidf,
  vectorOf,
  random,
}: {
  ids: string[]
  known: string[]
  earlier: string[]
  tfidf: ReturnType<typeof openTfidf>
  vectorOf: ReadonlyMap<string, Float32Array>
  random: () => number
}): Map<string, string[]> {
  const candidates = tfidf.vectors(ids)
  const history = tfidf.vectors(known)
  const others = shuffled(earlier, random).slice(0, RANDOM_PAPERS)
  const meaningOf = (names: string[]) => names.map((id) => vectorOf.get(id) ?? new Float32Array())
  return new Map([
    ['random', shuffled(ids, random)],
    ['newest', ids.toReversed()],
    ['nearest (best cosine of TF-IDF)', inOrder(ids, nearest(history, candidates))],
    ['mean TF-IDF vector', inOrder(ids, meanVector(history, candidates))],
    ['TF-IDF, linear SVM', inOrder(ids, svm(history, tfidf.vectors(others), candidates))],
    ['mean MiniLM vector', inOrder(ids, meanMeaning(meaningOf(known), meaningOf(ids)))],
  ])
}

function inOrder(ids: string[], scores: number[]): string[] {
  return ids
    .map((id, i) => ({ id, score: scores[i] ?? 0 }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ id }) => id)
}

async function record(
  db: Kysely<Database>,
  papers: BenchPaper[],
  { now, idOf }: { now: Date; idOf: Map<string, number> },
): Promise<void> {
  const numbered = papers.map((paper, i) => ({ paper, address: `doi/10.5555/${idOf.size + i + 1}` }))
  await recordHarvest(
    db,
    numbered.map(({ paper: { title, abstract, at }, address }) => {
      const identifier = parseAddress(address)?.identifier
      if (!identifier) throw new Error(`${address} is no address`)
      return {
        source: 'jsonl' as const,
        identifiers: [identifier] as const,
        title,
        ...(abstract === null ? {} : { abstract }),
        published: { value: at, precision: 'day' as const },
      }
    }),
    { now, timeZone: 'UTC' },
  )
  const rows = await db
    .selectFrom('papers')
    .select(['id', 'address'])
    .where(
      'address',
      'in',
      numbered.map(({ address }) => address),
    )
    .execute()
  const found = new Map(rows.map(({ id, address }) => [address, id]))
  for (const { paper, address } of numbered) idOf.set(paper.id, found.get(address) ?? 0)
}

async function makeReaders(db: Kysely<Database>, histories: History[]): Promise<Map<string, string>> {
  const rows = await db
    .insertInto('readers')
    .values(
      histories.map(({ reader }) => ({
        email: `${reader}@readers.invalid`,
        name: reader,
        email_verified: true,
      })),
    )
    .returning(['id', 'name'])
    .execute()
  return new Map(rows.map(({ id, name }) => [name, id]))
}

/** As the page reports it. */
async function see(
  db: Kysely<Database>,
  { readerId, paperIds, now }: { readerId: string; paperIds: number[]; now: Date },
): Promise<void> {
  if (paperIds.length === 0) return
  await db
    .insertInto('seen_papers')
    .values(paperIds.map((id) => ({ reader_id: readerId, paper_id: id, at: now })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

function report(
  measured: ReadonlyMap<string, Measures[]>,
  {
    covered,
    offered,
    asked,
    random,
  }: { covered: ReadonlyMap<string, Set<string>>; offered: number; asked: number[]; random: () => number },
): void {
  const ours = measured.get('Broadsheet')?.map(({ ndcg }) => ndcg) ?? []
  console.log(
    `${'way'.padEnd(34)} nDCG@10  recall@20    MRR  never shown  coverage  alike   Broadsheet is   p`,
  )
  for (const [name, of] of measured) {
    const average = (key: keyof Measures) => mean(of.map((one) => one[key]))
    const theirs = of.map(({ ndcg }) => ndcg)
    const ratio = mean(ours) / mean(theirs)
    console.log(
      [
        name.padEnd(34),
        average('ndcg').toFixed(4).padStart(7),
        average('recall').toFixed(3).padStart(10),
        average('mrr').toFixed(3).padStart(6),
        average('neverShown').toFixed(3).padStart(12),
        ((covered.get(name)?.size ?? 0) / offered).toFixed(3).padStart(9),
        average('alike').toFixed(3).padStart(6),
        name === 'Broadsheet'
          ? ''
          : `${ratio.toFixed(3).padStart(10)} ×  ${pairedTest(ours, theirs, random).toFixed(4)}`,
      ].join(' '),
    )
  }
  const sorted = asked.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0
  console.log(
    `a page after a vote: p50 ${at(0.5).toFixed(0)} ms, p95 ${at(0.95).toFixed(0)} ms (${asked.length} pages)`,
  )
}

/** Mulberry32: the same numbers on every run. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), 1 | state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
}
