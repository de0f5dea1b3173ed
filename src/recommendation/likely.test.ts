import { expect, it, vi } from 'vitest'
import { likelyOf } from './likely.ts'
import { TasteAway, type Act, type RankedPaper, type Ranking } from './taste.ts'

const NOW = new Date('2026-01-15T12:00:00Z')
const TIDES = { id: 7, name: 'Tides' }

function paper(id: number, facts: Partial<RankedPaper> = {}): RankedPaper {
  const followed = { topic: null, author: null }
  const none = { reasons: [], moreReasons: 0, forIt: 0, seen: false, outside: false, followed }
  return { id, score: 1, interest: TIDES, ...none, ...facts }
}

/** The marks on papers 1 to `of`, where a taste ranks some of them. */
async function marked(papers: RankedPaper[], { of }: { of: number }) {
  const knows = { acts: 9, interests: 1, topics: 0, authors: 0 }
  const rank = async (): Promise<Ranking> => ({ papers, total: papers.length, knows, interests: [] })
  return [...(await likelyOf({ rank }, asked(of))).keys()]
}

const asked = (papers: number) => ({
  readerId: 'ada',
  paperIds: Array.from({ length: papers }, (_, i) => i + 1),
  now: NOW,
})

it('marks the best of those that speak to an interest, and not too many', async () => {
  const papers = [1, 2, 3, 4].map((id) => paper(id, { score: id }))
  expect(await marked(papers, { of: 6 })).toEqual([4])
  expect(await marked(papers, { of: 12 })).toEqual([4, 3])
  expect(
    await marked(
      Array.from({ length: 100 }, (_, i) => paper(i + 1)),
      { of: 100 },
    ),
  ).toHaveLength(12)
})

it('marks nothing that speaks to no interest, or against which more speaks', async () => {
  const papers = [paper(1, { interest: null }), paper(2, { outside: true }), paper(3, { score: -0.1 })]
  expect(await marked(papers, { of: 100 })).toEqual([])
})

it('marks nothing that the reader has acted on themselves', async () => {
  const act: Act = { kind: 'vote', paperId: 2, text: null, at: NOW }
  const papers = [1, 2].map((id) => paper(id, { score: id, reasons: [{ act, part: 1, effect: 1 }] }))
  expect(await marked(papers, { of: 6 })).toEqual([1])
})

it('says for which interest', async () => {
  const knows = { acts: 9, interests: 1, topics: 0, authors: 0 }
  const rank = async () => ({ papers: [paper(1)], total: 1, knows, interests: [] })
  expect(await likelyOf({ rank }, asked(1))).toEqual(new Map([[1, TIDES]]))
})

it('comes without marks when they cannot be had, or not in time', async () => {
  const away = () => Promise.reject(new TasteAway('It is starting.'))
  expect(await likelyOf({ rank: away }, asked(6))).toEqual(new Map())
  const hanging = () => new Promise<Ranking>(() => {})
  expect(await likelyOf({ rank: hanging }, { ...asked(6), withinMs: 1 })).toEqual(new Map())
})

it('asks nothing about no papers', async () => {
  const rank = vi.fn<() => Promise<Ranking>>(() => Promise.reject(new TasteAway('It is starting.')))
  await likelyOf({ rank }, asked(0))
  expect(rank).not.toHaveBeenCalled()
})
