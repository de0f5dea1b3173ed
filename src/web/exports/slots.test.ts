import { expect, it } from 'vitest'
import { openSlots } from './slots.ts'

it('has so many places in all and for each, and takes each back once', () => {
  const slots = openSlots({ most: 3, mostOfOne: 2 })
  const [one, two] = [slots.take('a'), slots.take('a')]
  expect([one.ok, two.ok]).toEqual([true, true])
  expect(slots.take('a')).toEqual({ ok: false, kind: 'own-taken' })
  expect(slots.take('b').ok).toBe(true)
  expect(slots.take('c')).toEqual({ ok: false, kind: 'all-taken' })
  if (!one.ok) throw new Error('there was no place')
  one.release()
  one.release()
  expect(slots.take('c').ok).toBe(true)
  expect(slots.take('d')).toEqual({ ok: false, kind: 'all-taken' })
})
