import { expect, it } from 'vitest'
import { driveInTurns, mapInTurns } from './in-turns.ts'

/** Works for so many milliseconds. */
function work(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

/** The longest that the event loop stood still meanwhile, in its own work (not while others had the processor). */
async function longestStall(during: Promise<unknown>): Promise<number> {
  let over = false
  let longest = 0
  let before = process.cpuUsage()
  const look = () => {
    const { user, system } = process.cpuUsage(before)
    longest = Math.max(longest, (user + system) / 1_000)
    before = process.cpuUsage()
    if (!over) setImmediate(look)
  }
  setImmediate(look)
  await during
  over = true
  return longest
}

it('makes each in its order', async () => {
  expect(await mapInTurns([1, 2, 3], (n) => n * 2)).toEqual([2, 4, 6])
  expect(await mapInTurns([], () => 1)).toEqual([])
})

it('lets the event loop go on, however many lists are made at once', async () => {
  const lists = Promise.all(
    Array.from({ length: 40 }, () =>
      mapInTurns(
        Array.from({ length: 10 }, (_, i) => i),
        () => work(2),
      ),
    ),
  )
  // All together take 800 ms, of which each may take some ten at a time.
  expect(await longestStall(lists)).toBeLessThan(100)
})

it('drives work to its end beside others', async () => {
  let steps = 0
  function* generate(): Generator<void, number> {
    for (let i = 0; i < 50; i++) {
      work(1)
      steps++
      yield
    }
    return 50
  }
  expect(await Promise.all([driveInTurns(generate()), driveInTurns(generate())])).toEqual([50, 50])
  expect(steps).toBe(100)
})

it('gives turns to others after one has failed', async () => {
  await expect(
    mapInTurns([1], () => {
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect(await mapInTurns([1], (n) => n)).toEqual([1])
})
