import { expect, it } from 'vitest'
import { oneAhead } from './one-ahead.ts'

function counted(most: number, { fails = Infinity }: { fails?: number } = {}) {
  const made = { count: 0, isEnded: false }
  async function* items() {
    try {
      for (; made.count < most;) {
        if (made.count === fails) throw new Error('it broke')
        yield ++made.count
      }
    } finally {
      made.isEnded = true
    }
  }
  return { made, items: oneAhead(items()) }
}

it('gives all items in order, and asks for no more than one ahead', async () => {
  const { made, items } = counted(4)
  const seen: number[] = []
  for await (const item of items) {
    seen.push(item)
    expect(made.count).toBeLessThanOrEqual(item + 1)
  }
  expect(seen).toEqual([1, 2, 3, 4])
  expect(made.isEnded).toBe(true)
})

it('ends what it reads from when nobody reads on, and tells where that breaks', async () => {
  const left = counted(100)
  for await (const item of left.items) if (item === 2) break
  expect(left.made).toEqual({ count: 3, isEnded: true })
  const broken = counted(100, { fails: 2 })
  const seen: number[] = []
  await expect(async () => {
    for await (const item of broken.items) seen.push(item)
  }).rejects.toThrow('it broke')
  expect(seen).toEqual([1, 2])
  // Where nobody waits for it any more, it breaks nothing else.
  const unheard = counted(100, { fails: 1 })
  for await (const _ of unheard.items) break
  expect(unheard.made.isEnded).toBe(true)
})
