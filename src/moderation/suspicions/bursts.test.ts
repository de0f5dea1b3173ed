import { expect, it } from 'vitest'
import { burstsAmong, BURST_MS, type BurstWindow } from './bursts.ts'

const NOON = Date.UTC(2026, 0, 15, 12)
const HOUR = 3_600_000

/** A site with so many votes in each half hour of a day. */
function busy(votes: number, at: Record<number, number> = {}): Map<number, number> {
  return new Map(
    Array.from({ length: 96 }, (_, n) => {
      const slot = NOON - 24 * HOUR + n * BURST_MS
      return [slot, at[slot] ?? votes]
    }),
  )
}
const burst = (facts: Partial<BurstWindow>): BurstWindow => ({
  paperId: 1,
  from: new Date(NOON),
  votes: 20,
  young: 0,
  around: 20,
  ...facts,
})
const judge = (
  window: BurstWindow,
  {
    slots = busy(30),
    all = { votes: 2_000, young: 40 },
  }: { slots?: Map<number, number>; all?: { votes: number; young: number } } = {},
) => burstsAmong([window], { slots, all }).map(({ because }) => because)

it('sees votes of young accounts that come at once', () => {
  expect(judge(burst({ votes: 8, young: 8, around: 8 }))).toEqual(['young'])
  expect(judge(burst({ votes: 7, young: 7, around: 7 }))).toEqual([])
  expect(judge(burst({ votes: 10, young: 6, around: 10 }))).toEqual([])
})

it('finds nothing wrong with young accounts where most are young, or where little is known', () => {
  expect(judge(burst({ votes: 10, young: 10 }), { all: { votes: 2_000, young: 1_800 } })).toEqual([])
  expect(judge(burst({ votes: 8, young: 8, around: 8 }), { all: { votes: 8, young: 8 } })).toEqual([])
})

it('sees a rush that nothing else explains', () => {
  expect(judge(burst({ votes: 20, around: 22 }))).toEqual(['rate'])
  // A seminar of a dozen.
  expect(judge(burst({ votes: 12, around: 12 }))).toEqual([])
})

it('lets a good paper be found by many in the morning', () => {
  expect(judge(burst({ votes: 20, around: 60 }), { slots: busy(5, { [NOON]: 150 }) })).toEqual([])
  expect(judge(burst({ votes: 20, around: 60 }), { slots: busy(60, { [NOON]: 22 }) })).toEqual(['rate'])
})

it('makes one finding of a paper', () => {
  const windows = [burst({ votes: 30, young: 21 }), burst({ votes: 25, young: 24 })]
  expect(burstsAmong(windows, { slots: busy(30), all: { votes: 2_000, young: 40 } })).toHaveLength(1)
})
