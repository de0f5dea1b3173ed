import { sql, type Kysely } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { Database } from '../db/schema.ts'
import { distinctTopics } from '../papers/categories.ts'
import { plainText } from '../papers/plain-text.ts'
import { mapInTurns } from '../runtime/in-turns.ts'
import { bodyText } from '../search/body-text.ts'
import { decodeVector } from '../search/embeddings/quantize.ts'
import type { Parts } from './learn.ts'
import { learnComparison, type Comparison } from './learning/comparison.ts'
import type { Features } from './learning/features.ts'
import { learnWhitening, type Whitening } from './learning/whitening.ts'
import { countWords, type WordFrequencies } from './learning/word-frequencies.ts'
import { weighWords } from './learning/weigh-words.ts'
import { readWords, type Words } from './learning/words.ts'

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

/** The papers of the newest editions, and whichever else are asked for. */
export type PapersInMemory = {
  /** Numbers what all is compared by: features of different numbers must not be mixed. */
  readonly scale: number
  /** Numbers what `newest` answers. */
  readonly version: number
  /** The papers of the newest editions that may be recommended, in order of edition, newest first. */
  newest(): readonly KnownPaper[]
  /** Papers by number; those that are gone or hidden are left out. */
  byIds(ids: readonly number[]): Promise<Map<number, KnownPaper>>
  /** The words of a text, as those of a paper. */
  featuresOfText(text: string): Features
  /** Reads what has changed in the database, if it was told of changes or a while has passed. */
  catchUp(): Promise<void>
  /** Tells it that papers, or their vectors, have changed. */
  wake(): void
}

/** Papers that are put in order: a week of all of arXiv. */
const NEWEST = 5_000
/** The newest papers that tell how rare words are, and those of them that tell what papers have in common and how meanings lie. */
const SAMPLE = { papers: 10_000, compared: 2_000 }
/** What is rare is looked at anew when there are so many more papers than before. */
const GROWTH = 1.2
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

export function keepPapersInMemory(
  db: Kysely<Database>,
  { now, by }: { now: () => number; by: Parts['by'] },
): PapersInMemory {
  let frequencies: WordFrequencies = countWords()
  let whitening: Whitening | null = null
  let comparison: Comparison = learnComparison([])
  /** The places of papers in the sample that they are compared with. */
  let sampledAt = new Map<number, number>()
  let scale = 0
  let version = 0
  let sampled = { papers: 0, hasVectors: false }
  /** Papers that have come since. */
  let grown = 0
  let newest: KnownPaper[] = []
  /** What the newest papers were read as, by number: they are read again where it is another. */
  let marks = new Map<number, string>()
  const others = new LRUCache<number, KnownPaper>({ max: KEPT })
  let lookedAt = -Infinity
  let woken = true
  let looking: Promise<void> | null = null

  function toKnown(row: Row): KnownPaper {
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
  }

  /** Learns from the newest papers how rare words are; what was made with the former scale is made again. */
  async function sample(): Promise<void> {
    const counted = countWords()
    const vectors: Float32Array[] = []
    const compared: { id: number; words: Words }[] = []
    let read = 0
    for (let before = Number.MAX_SAFE_INTEGER; read < SAMPLE.papers;) {
      const rows = await readRows(db, sql`p.id < ${before} order by p.id desc limit ${READ_AT_ONCE}`)
      if (rows.length === 0) break
      await mapInTurns(rows, (row) => {
        const words = readWords(`${plainText(row.title)}. ${bodyText(row)}`)
        counted.add(words)
        if (compared.length < SAMPLE.compared) compared.push({ id: row.id, words })
        if (row.vector && vectors.length < SAMPLE.compared) vectors.push(unitVector(row.vector))
      })
      read += rows.length
      before = rows.at(-1)?.id ?? 0
    }
    frequencies = counted
    whitening = learnWhitening(vectors.filter(({ length }) => length === vectors[0]?.length))
    comparison = learnComparison(
      by === 'meaning' ? [] : await mapInTurns(compared, ({ words }) => weighWords(words, counted)),
    )
    sampledAt = new Map(compared.map(({ id }, place) => [id, place]))
    grown = 0
    sampled = { papers: read, hasVectors: whitening !== null }
    scale += 1
    others.clear()
    marks.clear()
  }

  async function look(): Promise<void> {
    const { rows } = await sql<{ id: number; mark: string; hasVector: boolean }>`
      select p.id, concat(p.index_seq, ' ', e.seq, ' ', p.votes + p.pick_count) as mark, e.seq is not null as "hasVector"
      from papers p left join paper_embeddings e on e.paper_id = p.id
        and e.model = (select model from embedding_models where in_use)
      where p.edition is not null and not p.hidden
      order by p.edition desc, p.id desc limit ${NEWEST}`.execute(db)
    grown += rows.filter(({ id }) => !marks.has(id)).length
    const vectors = rows.filter(({ hasVector }) => hasVector).length
    // Where there are few papers, each may change how rare words are.
    if (
      scale === 0 ||
      grown > sampled.papers * (GROWTH - 1) ||
      (!sampled.hasVectors && vectors >= VECTORS_WORTH_IT)
    )
      await sample()
    const changed = rows.filter(({ id, mark }) => marks.get(id) !== mark)
    if (changed.length === 0 && rows.length === newest.length) return
    const held = new Map(newest.map((paper) => [paper.id, paper]))
    if (marks.size === 0) held.clear()
    const fresh = new Map<number, KnownPaper>()
    for (let from = 0; from < changed.length; from += READ_AT_ONCE) {
      const ids = changed.slice(from, from + READ_AT_ONCE).map(({ id }) => id)
      const read = await readRows(db, sql`p.id = any(${ids}::bigint[])`)
      for (const paper of await mapInTurns(read, toKnown)) fresh.set(paper.id, paper)
    }
    newest = rows.flatMap(({ id }) => fresh.get(id) ?? held.get(id) ?? [])
    marks = new Map(rows.map(({ id, mark }) => [id, mark]))
    // Papers that are not among the newest may have changed as well.
    others.clear()
    version += 1
  }

  return {
    get scale() {
      return scale
    },
    get version() {
      return version
    },
    newest: () => newest,
    async byIds(ids) {
      const found = new Map<number, KnownPaper>()
      const wanted = new Set(ids)
      for (const paper of newest) if (wanted.has(paper.id)) found.set(paper.id, paper)
      const missing: number[] = []
      for (const id of wanted) {
        if (found.has(id)) continue
        const paper = others.get(id)
        if (paper) found.set(id, paper)
        else missing.push(id)
      }
      for (let from = 0; from < missing.length; from += READ_AT_ONCE) {
        const part = missing.slice(from, from + READ_AT_ONCE)
        const rows = await readRows(db, sql`p.id = any(${part}::bigint[])`)
        for (const paper of await mapInTurns(rows, toKnown)) {
          others.set(paper.id, paper)
          found.set(paper.id, paper)
        }
      }
      return found
    },
    featuresOfText: (text) => comparison.ofText(weighWords(readWords(text), frequencies)),
    async catchUp() {
      if (now() - lookedAt < (woken ? REST_MS : LOOK_EVERY_MS)) return
      looking ??= (async () => {
        woken = false
        lookedAt = now()
        try {
          await look()
        } catch (error) {
          woken = true
          throw error
        } finally {
          looking = null
        }
      })()
      await looking
    },
    wake() {
      woken = true
    },
  }
}

const VECTORS_WORTH_IT = 200
const NO_WORDS = { ids: new Uint32Array(), weights: new Float32Array() }

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
