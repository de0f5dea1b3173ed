import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { mapInTurns } from '../runtime/in-turns.ts'
import { readPaperRows, type KnownPaper } from './known-paper.ts'
import type { Parts } from './learn.ts'
import { openPaperIndex, type PaperIndex } from './learning/paper-index.ts'
import type { Features } from './learning/features.ts'
import { learnScale, SAMPLE, type Scale } from './scale.ts'

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
 * What is rare is learned anew when there are a tenth more papers than before. A word that came up this morning stands in few
 * papers yet and says much of them, so it is after an hour when there are but a few more; and after a day for the readers' choices.
 */
const GROWTH = { atOnce: 0.1, afterAnHour: 0.005 }
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Without a notice, changes are looked for so often; votes come without one. */
const LOOK_EVERY_MS = 60_000
/** Nor more often than this, while papers come in one after the other. */
const REST_MS = 1_000
const READ_AT_ONCE = 500

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
  let learnedAt = -Infinity
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
      const read = await readPaperRows(db, sql`p.id = any(${ids}::bigint[])`)
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
    const began = now()
    const scale = await learnScale(db, { number: scales, by, most })
    const anew = await hold(await readMarks(db), scale, null)
    grown = 0
    learnedAt = began
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
    const age = now() - learnedAt
    const isStale =
      grown > papers * GROWTH.atOnce ||
      (age >= HOUR_MS && grown > papers * GROWTH.afterAnHour) ||
      age >= DAY_MS ||
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
    const rows = await readPaperRows(db, sql`p.id = any(${part}::bigint[])`)
    for (const paper of await mapInTurns(rows, scale.toKnown)) {
      scale.others.set(paper.id, paper)
      found.set(paper.id, paper)
    }
  }
  return found
}

const VECTORS_WORTH_IT = 200
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
