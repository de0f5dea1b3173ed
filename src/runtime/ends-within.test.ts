import { expect, it } from 'vitest'
import { endsWithin } from './ends-within.ts'

it('waits for what ends in time, and no longer for what does not', async () => {
  expect(await endsWithin(Promise.resolve(), 60_000)).toBe(true)
  await expect(endsWithin(Promise.reject(new Error('broken')), 60_000)).rejects.toThrow('broken')
  const start = performance.now()
  expect(await endsWithin(new Promise(() => {}), 50)).toBe(false)
  expect(performance.now() - start).toBeLessThan(5_000)
})
