import { expect, it } from 'vitest'
import { atMost } from './at-most.ts'

const full = () => new Error('full')

it('runs so many works at once and no more, in the order in which they came', async () => {
  const run = atMost(3, { waiting: 100, full })
  let running = 0
  let most = 0
  const begun: number[] = []
  const works = Array.from({ length: 20 }, (_, number) =>
    run(async () => {
      begun.push(number)
      most = Math.max(most, ++running)
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      running--
      return number
    }),
  )
  expect(await Promise.all(works)).toEqual(begun)
  expect(most).toBe(3)
})

it('goes on after a work that fails', async () => {
  const run = atMost(1, { waiting: 1, full })
  const failing = run(async () => {
    throw new Error('no')
  })
  const next = run(async () => 'yes')
  await expect(run(async () => 'too many')).rejects.toThrow('full')
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('yes')
})
