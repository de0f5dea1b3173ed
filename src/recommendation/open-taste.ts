import { LRUCache } from 'lru-cache'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { askToTellApart } from './ask-about.ts'
import { isFor, readEvidence, type Evidence } from './evidence.ts'
import { ALL_PARTS, learn, type Learnt, type LearntInterest, type Parts } from './learn.ts'
import { openLikenessTable, type LikenessTable } from './learning/likeness-table.ts'
import { orderPapers, scorePapers, type ScoredPaper } from './order.ts'
import type { KnownPaper } from './known-paper.ts'
import { keepPapersInMemory, type ComparedPapers, type PapersInMemory } from './papers-in-memory.ts'
import { reasonsFor } from './reasons-for.ts'
import { openScores, type Scores } from './scores.ts'
import type { Interest, RankQuestion, Ranking, Taste } from './taste.ts'
import { nameOfWords, tellingWords, type TellingWord } from './telling-words.ts'

/** Readers whose taste is kept as it was learned: 4 MB each. */
const KEPT_READERS = 24

/** A reader's taste as it was learned from what they had done. */
type Held = {
  table: LikenessTable
  scale: number
  fingerprint: string
  learnt: Learnt
  words: Map<LearntInterest, TellingWord[]>
  scores: Scores
  scored: { version: number; papers: ScoredPaper[] } | null
}

/** Readers' tastes, learned in this thread. */
export function openTaste(
  db: Kysely<Database>,
  {
    clock = () => performance.now(),
    parts = ALL_PARTS,
    papers = keepPapersInMemory(db, { now: clock, by: parts.by }),
  }: { clock?: () => number; parts?: Parts; papers?: PapersInMemory } = {},
): Taste & {
  /** Reads the papers before anybody waits for them, and what has changed since. */
  warmUp(): Promise<void>
} {
  const readers = new LRUCache<string, Held>({ max: KEPT_READERS })

  /** Learns what has changed since the last time; nothing where nothing has. */
  async function tasteOf(
    readerId: string,
    now: Date,
  ): Promise<{ held: Held; evidence: Evidence; compared: ComparedPapers }> {
    const [evidence, compared] = await Promise.all([readEvidence(db, { readerId }), papers.now()])
    const { scale } = compared
    const before = readers.get(readerId)
    const fingerprint = fingerprintOf(evidence, now)
    if (before?.fingerprint === fingerprint && before.scale === scale)
      return { held: before, evidence, compared }
    const table = before?.scale === scale ? before.table : openLikenessTable()
    const learnt = learn(evidence, {
      papers: await compared.byIds(evidence.acts.flatMap(({ paperId }) => paperId ?? [])),
      textFeatures: compared.featuresOfText,
      table,
      now,
      parts,
    })
    const held: Held = {
      table,
      scale,
      fingerprint,
      learnt,
      words: new Map(),
      scores: openScores(learnt),
      scored: null,
    }
    readers.set(readerId, held)
    return { held, evidence, compared }
  }

  async function wordsOf(held: Held, interest: LearntInterest): Promise<TellingWord[]> {
    const known = held.words.get(interest)
    if (known) return known
    const { model } = interest
    const words = model
      ? await tellingWords(db, {
          weightOf: (word) => held.learnt.together.weightOf(word, model.counts),
          paperIds: interest.acts.flatMap(({ paperId }) => paperId ?? []),
        })
      : []
    held.words.set(interest, words)
    return words
  }

  async function nameOf(held: Held, interest: LearntInterest): Promise<string> {
    return interest.name ?? nameOfWords(await wordsOf(held, interest)) ?? 'Something new'
  }

  async function rank({
    readerId,
    now,
    interestId,
    paperIds,
    mixed = paperIds === undefined,
    without = [],
    offset = 0,
    limit,
  }: RankQuestion): Promise<Ranking> {
    const { held, evidence, compared } = await tasteOf(readerId, now)
    const { learnt } = held
    const only = interestId === undefined ? null : learnt.interests.findIndex(({ id }) => id === interestId)
    const scored = only === -1 ? [] : await scoresOf(held, { evidence, compared, paperIds, only })
    const left = new Set(without)
    // What a reader has acted on needs no recommending; where papers are named, all are told.
    const acted = new Set(
      evidence.acts.flatMap(({ kind, paperId }) =>
        paperId === null || kind === 'passed-over' ? [] : paperId,
      ),
    )
    const isAsked = ({ paper: { id } }: ScoredPaper) =>
      !left.has(id) && (paperIds !== undefined || !acted.has(id))
    const { page, total } = orderPapers(scored.filter(isAsked), {
      interests: learnt.interests,
      scores: held.scores,
      seen: paperIds === undefined ? evidence.seen : new Set(),
      only,
      mixed,
      offset,
      limit,
    })
    const told = page.map((placed) => ({
      ...placed,
      of: placed.interest === null ? undefined : learnt.interests[placed.interest],
    }))
    const named = new Set(told.flatMap(({ of, isLikely }) => (of && isLikely ? of : [])))
    const names = new Map(
      await Promise.all([...named].map(async (of) => [of, await nameOf(held, of)] as const)),
    )
    return {
      papers: told.map(({ paper, score, of, isLikely, topic, author, isOutside }) => {
        const name = isLikely && of ? names.get(of) : undefined
        return {
          id: paper.id,
          score,
          interest: of && name !== undefined ? { id: of.id, name } : null,
          followed: { topic, author },
          outside: isOutside,
          seen: evidence.seen.has(paper.id),
          ...(of?.model
            ? reasonsFor(paper, { interest: of, learnt })
            : { reasons: [], moreReasons: 0, forIt: 0 }),
        }
      }),
      total,
      knows: {
        acts: evidence.acts.filter(({ kind }) => isFor(kind)).length,
        interests: learnt.interests.filter(({ kind }) => kind === 'standing').length,
        topics: evidence.topics.size,
        authors: evidence.authors.size,
      },
      interests: learnt.interests
        .toSorted(byActs)
        .flatMap(({ id, name, isPaused }) => (id === null || name === null ? [] : [{ id, name, isPaused }])),
    }
  }

  /** The scores of the newest papers, made once while nothing changes, or of these. */
  async function scoresOf(
    held: Held,
    {
      evidence,
      compared: { version, newest, index, byIds },
      paperIds,
      only,
    }: {
      evidence: Evidence
      compared: ComparedPapers
      paperIds: number[] | undefined
      only: number | null
    },
  ): Promise<ScoredPaper[]> {
    const isPage = paperIds === undefined && only === null
    if (isPage && held.scored?.version === version) return held.scored.papers
    const found: readonly KnownPaper[] =
      paperIds === undefined ? newest : [...(await byIds(paperIds)).values()]
    const byAuthor = await papersBy(evidence.authors, found)
    const { scores } = held
    const scored = scorePapers(found, { scores, index, only, topics: evidence.topics, byAuthor })
    if (isPage) held.scored = { version, papers: scored }
    return scored
  }

  /** Which of the papers are by authors that the reader follows. */
  async function papersBy(
    authors: ReadonlyMap<string, string>,
    among: readonly KnownPaper[],
  ): Promise<Map<number, string>> {
    if (authors.size === 0 || among.length === 0) return new Map()
    const { rows } = await sql<{ paper_id: number; name_key: string }>`
      select paper_id, name_key from paper_authors
      where name_key = any(${[...authors.keys()]}::text[]) and paper_id = any(${among.map(({ id }) => id)}::bigint[])`.execute(
      db,
    )
    return new Map(rows.map(({ paper_id: id, name_key: key }) => [id, authors.get(key) ?? key]))
  }

  return {
    rank,
    async interests({ readerId, now }) {
      const { held } = await tasteOf(readerId, now)
      const told = await Promise.all(
        held.learnt.interests.map(async (interest): Promise<Interest> => {
          const words = await wordsOf(held, interest)
          const { id, boost, isPaused, namedByReader, kind, acts, excluded } = interest
          return {
            id,
            name:
              namedByReader && interest.name !== null
                ? interest.name
                : (nameOfWords(words) ?? (await nameOf(held, interest))),
            boost,
            isPaused,
            namedByReader,
            kind,
            acts,
            excluded,
            words,
          }
        }),
      )
      return told.toSorted(byActs)
    },
    async askAbout({ readerId, now, count }) {
      const { held, evidence, compared } = await tasteOf(readerId, now)
      const asked = new Set(evidence.acts.flatMap(({ paperId }) => paperId ?? []))
      return askToTellApart(
        compared.newest.filter(({ id }) => !asked.has(id)),
        { learnt: held.learnt, topics: evidence.topics, count },
      )
    },
    async warmUp() {
      await papers.now()
      await papers.settled()
    },
    wake: () => papers.wake(),
    close: async () => undefined,
  }
}

type Counted = { id: number | null; acts: unknown[] }

/** The interest with most acts first, and of those with as many the oldest. */
function byActs(a: Counted, b: Counted): number {
  return b.acts.length - a.acts.length || (a.id ?? Infinity) - (b.id ?? Infinity)
}

/** Changes when what is learned would: with each act, with the reader's corrections, and from day to day. */
function fingerprintOf({ acts, assigned, interests, topics, authors }: Evidence, now: Date): string {
  return JSON.stringify([
    Math.floor(now.getTime() / 86_400_000),
    acts.map(({ kind, paperId, text, at }) => [kind, paperId, text, at.getTime()]),
    [...assigned].map(([paper, { interestId, isExcluded }]) => [paper, interestId, isExcluded]),
    interests,
    [...topics],
    [...authors.keys()],
  ])
}
