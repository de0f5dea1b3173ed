import { expect, it } from 'vitest'
import { learnClustering } from './word-clustering.ts'
import { hashOf, readWords } from './words.ts'

/** Forty readers, who chose four papers each. */
const readers = (text: (reader: number, paper: number) => string) =>
  Array.from({ length: 40 }, (_, reader) =>
    Array.from({ length: 4 }, (_, paper) => readWords(text(reader, paper))),
  )

it('counts a word more that some readers choose again and again, and others never', async () => {
  const clustering = await learnClustering(
    readers(
      (reader, paper) => `${reader < 10 ? 'tides' : 'dunes'} ${(reader + paper) % 4 === 0 ? 'slow' : 'fast'}`,
    ),
  )
  expect(clustering(hashOf('tides'))).toBeGreaterThan(1.5)
  // As many papers have it, one of each reader.
  expect(clustering(hashOf('slow'))).toBe(1)
  expect(clustering(hashOf('unseen'))).toBe(1)
})

it('counts no word more than four times, and more the more papers show it', async () => {
  const all = readers((reader) => (reader % 2 === 0 ? 'tides' : 'dunes'))
  const many = (await learnClustering(all))(hashOf('tides'))
  const few = (await learnClustering(all.slice(0, 12)))(hashOf('tides'))
  expect(many).toBeLessThan(4)
  expect(many).toBeGreaterThan(few)
  expect(few).toBeGreaterThan(1)
})

it('tells nothing of what fewer than five readers chose', async () => {
  const of = (count: number) => learnClustering(readers((reader) => (reader < count ? 'tides' : 'dunes')))
  expect((await of(4))(hashOf('tides'))).toBe(1)
  expect((await of(5))(hashOf('tides'))).toBeGreaterThan(1)
  expect((await learnClustering([]))(hashOf('tides'))).toBe(1)
  // Of one paper nothing can be told.
  const single = readers(() => 'tides').map((papers) => papers.slice(0, 1))
  expect((await learnClustering(single))(hashOf('tides'))).toBe(1)
})
