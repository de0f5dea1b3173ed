import { sql, type Kysely } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { Database } from '../db/schema.ts'
import { distinctTopics } from '../papers/categories.ts'
import { plainText } from '../papers/plain-text.ts'
import { mapInTurns } from '../runtime/in-turns.ts'
import { bodyText } from '../search/body-text.ts'
import { decodeVector } from '../search/embeddings/quantize.ts'
import type { Parts } from './learn.ts'
import { openPaperIndex, type PaperIndex } from './learning/paper-index.ts'
import { learnComparison } from './learning/comparison.ts'
import type { Features } from './learning/features.ts'
import { learnWhitening } from './learning/whitening.ts'
import { countWords } from './learning/word-frequencies.ts'
import { weighWords } from './learning/weigh-words.ts'
import { readWords, withoutRuns, type Words } from './learning/words.ts'

/** A paper as tastes are learned from it. */
export type KnownPaper = {
  id: number
  features: Features
  /** Its meaning as the model gives it, of length 1; null where it has no vector. */
  vector: Float32Array | null
  topics: string[]
  /** Votes and picks: what the community thinks of it. */
  attention: number
}

/** Papers as they are compared at one moment. What was learned from them holds for papers of the same `scale` only. */
export type ComparedPapers = {
  /** Numbers what all is compared by: features of different numbers must not be mixed. */
  scale: number
  /** Numbers what `newest` says. */
  version: number
  /** The papers of the newest editions that may be recommended, in order of edition, newest first. */
  newest: readonly KnownPaper[]
  /** The same by their words. */
  index: PaperIndex
  /** Papers by number; those that are gone or hidden are left out. */
  byIds: (ids: readonly number[]) => Promise<Map<number, KnownPaper>>
  /** The words of a text, as those of a paper. */
  featuresOfText: (text: string) => Features
}

/** The papers of the newest editions, and whichever else are asked for. */
export type PapersInMemory = {
  /**
   * The papers as they are now: what has changed is read first, if it was told of changes or a while has passed. What is rare is
   * learned anew beside it, and the papers are compared as before until then.
   */
  now(): Promise<ComparedPapers>
  /** Waits until nothing is learned anew. */
  settled(): Promise<void>
  /** Tells it that papers, or their vectors, have changed. */
  wake(): void
}

/** Papers that are put in order: a week of all of arXiv. */
const NEWEST = 5_000
/**
 * The newest papers that tell how rare words are, and those of them that tell what papers have in common and how meanings lie.
 * After a start, when readers wait, a few say it first.
 */
const SAMPLE = { papers: 10_000, close: 2_000, first: 1_000 }
/** What is rare is looked at anew when there are so many more papers than before. */
const GROWTH = 1.1
/** Without a notice, changes are looked for so often; votes come without one. */
const LOOK_EVERY_MS = 60_000
/** Nor more often than this, while papers come in one after the other. */
const REST_MS = 1_000
/** Other papers that are kept: 9 kB each. */
const KEPT = 8_000
const READ_AT_ONCE = 500

type Row = {
  id: number
  title: string
  abstract: string | null
  synopsis: string | null
  categories: string[]
  attention: number
  vector: Buffer | null
}

/** What papers are compared by, learned from a sample of them. */
type Scale = {
  number: number
  /** What it was learned from. */
  of: { papers: number; hasVectors: boolean }
  toKnown: (row: Row) => KnownPaper
  featuresOfText: (text: string) => Features
  /** Papers that were asked for and are not among the newest. */
  others: LRUCache<number, KnownPaper>
}

/** The newest papers of a scale, and what each was read as: they are read again where it is another. */
type Held = {
  scale: Scale
  version: number
  newest: KnownPaper[]
  index: PaperIndex
  marks: Map<number, string>
}

export function keepPapersInMemory(
  db: Kysely<Database>,
  { now, by }: { now: () => number; by: Parts['by'] },
): PapersInMemory {
  let held: Held | null = null
  let scales = 0
  let versions = 0
  /** Papers that have come since the scale was learned. */
  let grown = 0
  let lookedAt = -Infinity
  let woken = true
  let looking: Promise<Held> | null = null
  let learning: Promise<void> | null = null

  /** The newest papers in a scale; those that `before` has are not read again. */
  async function hold(rows: Marked[], scale: Scale, before: Held | null): Promise<Held> {
    const changed = rows.filter(({ id, mark }) => before?.marks.get(id) !== mark)
    const known = new Map(before?.newest.map((paper) => [paper.id, paper]))
    for (let from = 0; from < changed.length; from += READ_AT_ONCE) {
      const ids = changed.slice(from, from + READ_AT_ONCE).map(({ id }) => id)
      const read = await readRows(db, sql`p.id = any(${ids}::bigint[])`)
      for (const id of ids) known.delete(id)
      for (const paper of await mapInTurns(read, scale.toKnown)) known.set(paper.id, paper)
    }
    const newest = rows.flatMap(({ id, attention }) => {
      const paper = known.get(id)
      if (!paper) return []
      return paper.attention === attention ? paper : { ...paper, attention }
    })
    if (before && isSame(newest, before.newest)) return before
    const features = newest.map((paper) => paper.features)
    const index =
      before && isSame(features, before.index.papers) ? before.index : await openPaperIndex(features)
    versions += 1
    return {
      scale,
      version: versions,
      newest,
      index,
      marks: new Map(rows.map(({ id, mark }) => [id, mark])),
    }
  }

  async function learnAnew(most: number): Promise<Held> {
    scales += 1
    const scale = await learnScale(db, { number: scales, by, most })
    const anew = await hold(await readMarks(db), scale, null)
    grown = 0
    held = anew
    return anew
  }

  async function learnBeside(): Promise<void> {
    try {
      await learnAnew(SAMPLE.papers)
    } catch {
      // The database is away: whoever looks next is told so, and begins this again.
    } finally {
      learning = null
      woken = true
    }
  }

  async function look(): Promise<Held> {
    const before = held
    if (!before) {
      const first = await learnAnew(SAMPLE.first)
      if (first.scale.of.papers === SAMPLE.first) learning ??= learnBeside()
      return first
    }
    const rows = await readMarks(db)
    grown += rows.filter(({ id }) => !before.marks.has(id)).length
    const { papers, hasVectors } = before.scale.of
    const isStale =
      grown > papers * (GROWTH - 1) ||
      (!hasVectors && rows.filter(({ hasVector }) => hasVector).length >= VECTORS_WORTH_IT)
    if (isStale) learning ??= learnBeside()
    const after = await hold(rows, before.scale, before)
    // Papers that are not among the newest may have changed as well.
    if (after !== before) before.scale.others.clear()
    if (held === before) held = after
    return held ?? after
  }

  async function catchUp(): Promise<Held> {
    if (held && now() - lookedAt < (woken ? REST_MS : LOOK_EVERY_MS)) return held
    looking ??= (async () => {
      woken = false
      lookedAt = now()
      try {
        return await look()
      } catch (error) {
        woken = true
        throw error
      } finally {
        looking = null
      }
    })()
    return looking
  }

  return {
    async now() {
      const { scale, version, newest, index } = await catchUp()
      return {
        scale: scale.number,
        version,
        newest,
        index,
        byIds: (ids) => byIds(db, { ids, newest, scale }),
        featuresOfText: scale.featuresOfText,
      }
    },
    async settled() {
      await looking
      await learning
    },
    wake() {
      woken = true
    },
  }
}

async function byIds(
  db: Kysely<Database>,
  { ids, newest, scale }: { ids: readonly number[]; newest: readonly KnownPaper[]; scale: Scale },
): Promise<Map<number, KnownPaper>> {
  const found = new Map<number, KnownPaper>()
  const wanted = new Set(ids)
  for (const paper of newest) if (wanted.has(paper.id)) found.set(paper.id, paper)
  const missing: number[] = []
  for (const id of wanted) {
    if (found.has(id)) continue
    const paper = scale.others.get(id)
    if (paper) found.set(id, paper)
    else missing.push(id)
  }
  for (let from = 0; from < missing.length; from += READ_AT_ONCE) {
    const part = missing.slice(from, from + READ_AT_ONCE)
    const rows = await readRows(db, sql`p.id = any(${part}::bigint[])`)
    for (const paper of await mapInTurns(rows, scale.toKnown)) {
      scale.others.set(paper.id, paper)
      found.set(paper.id, paper)
    }
  }
  return found
}

/** Learns from the newest papers how rare words are, what papers have in common, and how meanings lie. */
async function learnScale(
  db: Kysely<Database>,
  { number, by, most }: { number: number; by: Parts['by']; most: number },
): Promise<Scale> {
  const frequencies = countWords()
  const count = await countPapers(db, { most })
  /** Whether the nth is one of those that are looked at closely, which are spread over all of the sample. */
  const isClose = (n: number) =>
    Math.floor(((n + 1) * SAMPLE.close) / count) > Math.floor((n * SAMPLE.close) / count)
  const vectors: Float32Array[] = []
  const papers: { id: number; words: Words }[] = []
  const whole: Words[] = []
  for (let before = Number.MAX_SAFE_INTEGER; papers.length < count;) {
    const rows = await readRows(db, sql`p.id < ${before} order by p.id desc limit ${READ_AT_ONCE}`)
    if (rows.length === 0) break
    await mapInTurns(rows, (row) => {
      const words = readWords(`${plainText(row.title)}. ${bodyText(row)}`)
      frequencies.add(words)
      if (isClose(papers.length)) {
        whole.push(words)
        if (row.vector) vectors.push(unitVector(row.vector))
      }
      papers.push({ id: row.id, words: withoutRuns(words) })
    })
    before = rows.at(-1)?.id ?? 0
  }
  const whitening = learnWhitening(vectors.filter(({ length }) => length === vectors[0]?.length))
  const comparison = await learnComparison(
    by === 'meaning'
      ? { papers: [], whole: [] }
      : {
          papers: await mapInTurns(papers, ({ words }) => weighWords(words, frequencies)),
          whole: await mapInTurns(whole, (words) => weighWords(words, frequencies)),
        },
  )
  /** The places of papers in the sample that they are compared with. */
  const sampledAt = new Map(papers.map(({ id }, place) => [id, place]))
  return {
    number,
    of: { papers: papers.length, hasVectors: whitening !== null },
    others: new LRUCache({ max: KEPT }),
    featuresOfText: (text) => comparison.ofText(weighWords(readWords(text), frequencies)),
    toKnown(row) {
      const vector = row.vector && unitVector(row.vector)
      const words =
        by === 'meaning'
          ? NO_WORDS
          : weighWords(readWords(`${plainText(row.title)}. ${bodyText(row)}`), frequencies)
      const meaning = by !== 'words' && vector && whitening ? whitening(vector) : null
      return {
        id: row.id,
        features: comparison.ofPaper(words, meaning, sampledAt.get(row.id)),
        vector,
        topics: distinctTopics(row.categories),
        attention: row.attention,
      }
    },
  }
}

const VECTORS_WORTH_IT = 200
const NO_WORDS = { ids: new Uint32Array(), weights: new Float32Array() }

function isSame<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i])
}

type Marked = { id: number; mark: string; attention: number; hasVector: boolean }

/** The newest papers, and what changes when they or their vectors do. */
async function readMarks(db: Kysely<Database>): Promise<Marked[]> {
  const { rows } = await sql<Marked>`
    select p.id, concat(p.index_seq, ' ', e.seq) as mark, p.votes + p.pick_count as attention, e.seq is not null as "hasVector"
    from papers p left join paper_embeddings e on e.paper_id = p.id
      and e.model = (select model from embedding_models where in_use)
    where p.edition is not null and not p.hidden
    order by p.edition desc, p.id desc limit ${NEWEST}`.execute(db)
  return rows
}

/** How many papers there are, counted up to `most`. */
async function countPapers(db: Kysely<Database>, { most }: { most: number }): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (select from papers where not hidden limit ${most}) as p`.execute(db)
  return rows[0]?.count ?? 0
}

async function readRows(db: Kysely<Database>, where: ReturnType<typeof sql>): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select p.id, p.title, p.abstract, p.synopsis, p.categories, p.votes + p.pick_count as attention, e.vector
    from papers p left join paper_embeddings e on e.paper_id = p.id
      and e.model = (select model from embedding_models where in_use)
    where not p.hidden and ${where}`.execute(db)
  return rows
}

/** A stored vector, of length 1. */
function unitVector(stored: Buffer): Float32Array {
  const { bytes } = decodeVector(stored)
  let square = 0
  for (const value of bytes) square += value * value
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0
  return Float32Array.from(bytes, (value) => value * scale)
}
