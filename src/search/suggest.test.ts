import { expect, it } from 'vitest'
import { correctQuery } from './index/correct-query.ts'
import { find } from './index/find.ts'
import { Scores } from './index/match-words.ts'
import { addPapers, newWordIndex } from './index/word-index.ts'
import { parseQuery } from './query/parse-query.ts'
import { suggestedIds } from './suggest.ts'
import { indexed } from './testing/invented-papers.ts'

const words = newWordIndex()
addPapers(
  words,
  [
    indexed(1, { title: 'Signs of a langauge' }),
    indexed(2, { title: 'A follow-up on tides' }),
    ...Array.from({ length: 1_000 }, (_, i) => indexed(i + 3, { title: 'Notes', body: 'On language.' })),
    indexed(1_003, { title: 'Rivers and language' }),
  ],
  1_003,
)
const index = {
  correct: async (question: Parameters<typeof correctQuery>[1]) => correctQuery(words, question),
  find: async (request: Parameters<typeof find>[1]) => find({ words, vectors: null }, request, new Scores()),
}

it.each([
  ['rivers language', [1_003]],
  // The slip is in one paper, on something else.
  ['rivers langauge', [1_003]],
  ['signs langauge', [1]],
  ['rivers langauge x', [1_003]],
  // Half of a compound, and a word of which nothing is known yet.
  ['follow-', [2]],
  ['follow-u', [2]],
  ['follow-up t', [2]],
  ['tides x', [2]],
  ['tides xy', []],
  ['x', []],
] as [string, number[]][])('%s suggests %j', async (typed, ids) => {
  expect(await suggestedIds(index, { query: parseQuery(typed), typed, limit: 5 })).toEqual(ids)
})
