import { describe, expect, it } from 'vitest'
import type { Evidence } from './evidence.ts'
import { learn, type Learnt } from './learn.ts'
import { learnComparison } from './learning/comparison.ts'
import { openLikenessTable } from './learning/likeness-table.ts'
import { countWords } from './learning/word-frequencies.ts'
import { weighWords } from './learning/weigh-words.ts'
import { readWords, withoutRuns } from './learning/words.ts'
import type { KnownPaper } from './known-paper.ts'
import { reasonsFor } from './reasons-for.ts'
import type { Act, ActKind } from './taste.ts'

const NOW = new Date('2026-01-15T12:00:00Z')
const DAY = 86_400_000

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

/** Papers of invented words, each about one of `fields` fields, with a random meaning near to that of its field. */
async function library({
  count,
  fields,
  random,
}: {
  count: number
  fields: number
  random: () => number
}): Promise<KnownPaper[]> {
  const pick = (most: number) => Math.floor(random() * most)
  const centres = Array.from({ length: fields }, () => Array.from({ length: 16 }, () => random() - 0.5))
  const texts = Array.from({ length: count }, (_, i) =>
    Array.from({ length: 25 }, () =>
      random() < 0.6 ? `f${i % fields}w${pick(30)}` : `common${pick(60)}`,
    ).join(' '),
  )
  const frequencies = countWords()
  for (const text of texts) frequencies.add(readWords(text))
  const rarity = await frequencies.rarity()
  const weighed = texts.map((text) => weighWords(readWords(text), rarity))
  const words = texts.map((text) => weighWords(withoutRuns(readWords(text)), rarity))
  const comparison = await learnComparison({ papers: words, whole: weighed })
  return weighed.map((words, i) => {
    const meaning = unit((centres[i % fields] ?? []).map((value) => value + (random() - 0.5) * 0.6))
    const features = comparison.ofPaper(words, meaning, i)
    return { id: i + 1, features, vector: meaning, topics: [], attention: 0 }
  })
}

function unit(values: number[]): Float32Array {
  const length = Math.hypot(...values)
  return Float32Array.from(values, (value) => value / length)
}

function evidence(acts: Act[], facts: Partial<Evidence> = {}): Evidence {
  return {
    acts: acts.toSorted((a, b) => b.at.getTime() - a.at.getTime()),
    assigned: new Map(),
    interests: [],
    topics: new Set(),
    authors: new Map(),
    seen: new Set(),
    ...facts,
  }
}

/** What a small collection is compared by. */
const SMALL = await learnComparison({ papers: [], whole: [] })

function learnFrom(of: Evidence, papers: KnownPaper[]): Learnt {
  return learn(of, {
    papers: new Map(papers.map((paper) => [paper.id, paper])),
    textFeatures: (text) => SMALL.ofText(weighWords(readWords(text), () => 0)),
    table: openLikenessTable(),
    now: NOW,
  })
}

function scoreIn(learnt: Learnt, place: number, paper: KnownPaper): number {
  const model = learnt.interests[place]?.model
  if (!model) return 0
  const into = new Float64Array(1)
  learnt.together.scorer([model.counts])(paper.features, into)
  return into[0] ?? 0
}

const act = (paper: KnownPaper | undefined, kind: ActKind, days: number): Act => ({
  kind,
  paperId: paper?.id ?? 0,
  text: null,
  at: new Date(NOW.getTime() - days * DAY),
})

describe('reasons', () => {
  it('say what a score is without an act, as if all were learned anew: for 1,000 random papers and readers', async () => {
    const random = randomFrom(13)
    const pick = (most: number) => Math.floor(random() * most)
    const kinds: ActKind[] = ['vote', 'save', 'open', 'comment', 'not-for-me', 'passed-over']
    // Of a few papers, and of so many that what they have in common is taken out.
    const libraries: KnownPaper[][] = []
    for (let i = 0; i < 40; i++)
      libraries.push(await library({ count: i % 2 === 0 ? 40 : 240, fields: 3, random }))
    let compared = 0
    for (let reader = 0; reader < 1_000; reader++) {
      const all = libraries[reader % libraries.length] ?? []
      const from = pick(all.length - 40)
      const papers = all.slice(from, from + 40)
      const acts = papers
        .slice(0, 6 + pick(12))
        .map((paper, i) => act(paper, i < 4 ? 'vote' : (kinds[pick(kinds.length)] ?? 'vote'), pick(2_000)))
      const interests = [1, 2].map((id) => ({
        id,
        name: `${id}`,
        namedByReader: false,
        boost: 1,
        isPaused: false,
      }))
      const assigned = new Map(
        acts.map(({ paperId }) => [
          paperId ?? 0,
          { interestId: 1 + ((paperId ?? 0) % 2), isExcluded: false },
        ]),
      )
      const learnt = learnFrom(evidence(acts, { interests, assigned }), papers)
      const paper = papers[20 + pick(20)]
      const [interest] = learnt.interests
      if (!paper || !interest?.model) throw new Error('nothing was learned')
      const whole = scoreIn(learnt, 0, paper)
      const { reasons } = reasonsFor(paper, { interest, learnt })
      const reason = reasons[pick(reasons.length)]
      if (!reason) continue
      // The parts of all acts add up to the score.
      const without = acts.filter(({ paperId }) => paperId !== reason.act.paperId)
      const anew = learnFrom(evidence(without, { interests, assigned }), papers)
      const effect = whole - scoreIn(anew, 0, paper)
      expect(Math.abs(effect - reason.effect)).toBeLessThanOrEqual(1e-6 * Math.abs(effect) + 1e-13)
      compared += 1
    }
    expect(compared).toBeGreaterThan(950)
  })

  it('add up to the score', async () => {
    const papers = await library({ count: 30, fields: 2, random: randomFrom(5) })
    const learnt = learnFrom(evidence(papers.slice(0, 5).map((paper, i) => act(paper, 'vote', i))), papers)
    const [interest] = learnt.interests
    const paper = papers[12]
    if (!interest || !paper) throw new Error('nothing was learned')
    const { reasons, moreReasons } = reasonsFor(paper, { interest, learnt })
    expect(moreReasons).toBe(0)
    expect(reasons.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(scoreIn(learnt, 0, paper), 2)
  })
})

describe('an interest', () => {
  it('keeps nine tenths of its score after thirty votes on a new one', async () => {
    const papers = await library({ count: 120, fields: 2, random: randomFrom(7) })
    const [old, young] = [0, 1].map((field) => papers.filter(({ id }) => (id - 1) % 2 === field))
    const before = old?.slice(0, 10).map((paper, i) => act(paper, 'vote', 400 + i)) ?? []
    const after = [...before, ...(young?.slice(0, 30).map((paper, i) => act(paper, 'vote', i)) ?? [])]
    const scores = (acts: Act[]) => {
      const learnt = learnFrom(evidence(acts), papers)
      const counts = learnt.interests.flatMap(({ model }) => (model ? [model.counts] : []))
      const into = new Float64Array(counts.length)
      const score = learnt.together.scorer(counts)
      return old?.slice(10, 30).map(({ features }) => {
        score(features, into)
        return Math.max(...into)
      })
    }
    const sum = (values: number[] = []) => values.reduce((total, value) => total + value, 0)
    expect(sum(scores(after))).toBeGreaterThan(0.9 * sum(scores(before)))
  })

  it('is not learned from what its reader took out of it, nor while it is paused', async () => {
    const papers = await library({ count: 20, fields: 1, random: randomFrom(3) })
    const acts = papers.slice(0, 4).map((paper, i) => act(paper, 'vote', i))
    const interest = { id: 1, name: 'Tides', namedByReader: true, boost: 1, isPaused: false }
    const assigned = new Map(
      acts.map(({ paperId }, i) => [paperId ?? 0, { interestId: 1, isExcluded: i === 0 }]),
    )
    const learnt = learnFrom(evidence(acts, { interests: [interest], assigned }), papers)
    expect(learnt.interests[0]?.acts).toHaveLength(3)
    expect(learnt.interests[0]?.excluded).toMatchObject([{ paperId: 1 }])
    expect(learnt.examples.map(({ key }) => key)).not.toContain('1')
    const paused = learnFrom(
      evidence(acts, { interests: [{ ...interest, isPaused: true }], assigned }),
      papers,
    )
    expect(paused.interests[0]?.model).toBeNull()
    expect(paused.examples).toEqual([])
  })
})
