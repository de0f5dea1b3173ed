import { expect, it } from 'vitest'
import { learnClustering } from './word-clustering.ts'
import { hashOf, readWords } from './words.ts'

/** Forty readers, who chose four papers each, or fewer of either. */
const learn = (
  text: (reader: number, paper: number) => string,
  { readers = 40, each = 4 }: { readers?: number; each?: number } = {},
) =>
  learnClustering(
    Array.from({ length: 160 }, (_, i) => readWords(text(Math.floor(i / 4), i % 4))),
    Array.from({ length: readers }, (_, reader) => [0, 1, 2, 3].slice(0, each).map((i) => reader * 4 + i)),
  )

it('counts a word more that some readers choose again and again, and others never', async () => {
  const clustering = await learn(
    (reader, paper) => `${reader < 10 ? 'tides' : 'dunes'} ${(reader + paper) % 4 === 0 ? 'slow' : 'fast'}`,
  )
  expect(clustering(hashOf('tides'))).toBeGreaterThan(1.3)
  // As many papers have it, one of each reader.
  expect(clustering(hashOf('slow'))).toBe(1)
  expect(clustering(hashOf('unseen'))).toBe(1)
})

it('counts no word more than four times, and more the more papers show it', async () => {
  const of = (reader: number) => (reader % 2 === 0 ? 'tides' : 'dunes')
  const many = (await learn(of))(hashOf('tides'))
  const few = (await learn(of, { readers: 12 }))(hashOf('tides'))
  expect(many).toBeLessThan(4)
  expect(many).toBeGreaterThan(few)
  expect(few).toBeGreaterThan(1)
})

it('tells nothing of what fewer than five readers chose', async () => {
  const of = async (count: number) =>
    (await learn((reader) => (reader < count ? 'tides' : 'dunes')))(hashOf('tides'))
  expect(await of(4)).toBe(1)
  expect(await of(5)).toBeGreaterThan(1)
  expect((await learnClustering([], []))(hashOf('tides'))).toBe(1)
  // Of one paper nothing can be told.
  expect((await learn(() => 'tides', { each: 1 }))(hashOf('tides'))).toBe(1)
})
