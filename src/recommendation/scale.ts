import { sql, type Kysely } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { Database } from '../db/schema.ts'
import { distinctTopics } from '../papers/categories.ts'
import { plainText } from '../papers/plain-text.ts'
import { mapInTurns } from '../runtime/in-turns.ts'
import { bodyText } from '../search/body-text.ts'
import { decodeVector } from '../search/embeddings/quantize.ts'
import { readPaperRows, type KnownPaper, type PaperRow } from './known-paper.ts'
import type { Parts } from './learn.ts'
import { learnComparison } from './learning/comparison.ts'
import type { Features } from './learning/features.ts'
import { learnWhitening } from './learning/whitening.ts'
import { learnClustering } from './learning/word-clustering.ts'
import { countWords } from './learning/word-frequencies.ts'
import { weighWords } from './learning/weigh-words.ts'
import { readWords, withoutRuns, type Words } from './learning/words.ts'

/**
 * The newest papers that tell how rare words are, and those of them that tell what papers have in common and how meanings lie.
 * After a start, when readers wait, a few say it first.
 */
export const SAMPLE = { papers: 10_000, close: 2_000, first: 1_000 }
/** Readers whose choices tell which words stand for an interest, and the newest that each chose. */
const CHOSEN = { readers: 2_000, papers: 20 }
/** Other papers that are kept: 9 kB each. */
const KEPT = 8_000
const READ_AT_ONCE = 500

/** What papers are compared by, learned from a sample of them. */
export type Scale = {
  number: number
  /** What it was learned from. */
  of: { papers: number; hasVectors: boolean }
  toKnown: (row: PaperRow) => KnownPaper
  featuresOfText: (text: string) => Features
  /** Papers that were asked for and are not among the newest. */
  others: LRUCache<number, KnownPaper>
}

/** Learns from the newest papers how rare words are, what papers have in common, and how meanings lie. */
export async function learnScale(
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
  // When readers wait, it is left to what is learned beside.
  const isHasty = most < SAMPLE.papers && count === most
  const chosen = by === 'meaning' || isHasty ? [] : await readChosen(db, { among: count })
  const isChosen = new Set(chosen.flat())
  const chosenAt = new Map<number, number>()
  const wordsOfChosen: Words[] = []
  for (let before = Number.MAX_SAFE_INTEGER; papers.length < count;) {
    const rows = await readPaperRows(db, sql`p.id < ${before} order by p.id desc limit ${READ_AT_ONCE}`)
    if (rows.length === 0) break
    await mapInTurns(rows, (row) => {
      const words = wordsOf(row)
      frequencies.add(words)
      if (isClose(papers.length)) {
        whole.push(words)
        if (row.vector) vectors.push(unitVector(row.vector))
      }
      if (isChosen.has(row.id)) chosenAt.set(row.id, wordsOfChosen.push(words) - 1)
      papers.push({ id: row.id, words: withoutRuns(words) })
    })
    before = rows.at(-1)?.id ?? 0
  }
  const clustering = await learnClustering(
    wordsOfChosen,
    chosen.map((ids) => ids.flatMap((id) => chosenAt.get(id) ?? [])),
  )
  const rarity = await frequencies.rarity(clustering)
  const whitening = learnWhitening(vectors.filter(({ length }) => length === vectors[0]?.length))
  const comparison = await learnComparison(
    by === 'meaning'
      ? { papers: [], whole: [] }
      : {
          papers: await mapInTurns(papers, ({ words }) => weighWords(words, rarity)),
          whole: await mapInTurns(whole, (words) => weighWords(words, rarity)),
        },
  )
  /** The places of papers in the sample that they are compared with. */
  const sampledAt = new Map(papers.map(({ id }, place) => [id, place]))
  return {
    number,
    of: { papers: papers.length, hasVectors: whitening !== null },
    others: new LRUCache({ max: KEPT }),
    featuresOfText: (text) => comparison.ofText(weighWords(readWords(text), rarity)),
    toKnown(row) {
      const vector = row.vector && unitVector(row.vector)
      const words = by === 'meaning' ? NO_WORDS : weighWords(wordsOf(row), rarity)
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

const NO_WORDS = { ids: new Uint32Array(), weights: new Float32Array() }

/** What a paper is written with. */
function wordsOf(row: PaperRow): Words {
  return readWords(`${plainText(row.title)}. ${bodyText(row)}`)
}

/** How many papers there are, counted up to `most`. */
async function countPapers(db: Kysely<Database>, { most }: { most: number }): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (select from papers where not hidden limit ${most}) as p`.execute(db)
  return rows[0]?.count ?? 0
}

/** What readers chose among the newest papers, by reader: those who did so last, who chose two at least. */
async function readChosen(db: Kysely<Database>, { among }: { among: number }): Promise<number[][]> {
  const { rows } = await sql<{ papers: number[] }>`
    with oldest as (
      select min(id) as id from (select id from papers where not hidden order by id desc limit ${among}) as p),
    chosen as (
      select reader_id, paper_id, max(at) as at from (
        select reader_id, paper_id, voted_at as at from votes where paper_id >= (select id from oldest)
        union all
        select reader_id, paper_id, added_at from reading_list where paper_id >= (select id from oldest)) as acts
      group by reader_id, paper_id)
    -- As numbers: a list of bigints is read as one of texts.
    select (array_agg(c.paper_id::float8 order by c.at desc))[1:${CHOSEN.papers}] as papers
    from chosen c join readers r on r.id = c.reader_id
    where r.suspended_at is null
    group by c.reader_id having count(*) > 1
    order by max(c.at) desc, c.reader_id limit ${CHOSEN.readers}`.execute(db)
  return rows.map(({ papers }) => papers)
}

/** A stored vector, of length 1. */
function unitVector(stored: Buffer): Float32Array {
  const { bytes } = decodeVector(stored)
  let square = 0
  for (const value of bytes) square += value * value
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0
  return Float32Array.from(bytes, (value) => value * scale)
}
