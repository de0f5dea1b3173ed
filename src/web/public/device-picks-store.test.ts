import { describe, expect, it } from 'vitest'
import { MOST_PICKS, parsePicks, withPick, type DevicePick } from './device-picks-store.ts'

const pick = (id: number, more: Partial<DevicePick> = {}): DevicePick => ({
  id,
  path: `/papers/2601.${id}`,
  title: `On tides ${id}`,
  kind: 'a kind',
  vector: 'AAECAw==',
  at: 1_768_478_400_000,
  ...more,
})

describe('the picks that a device keeps', () => {
  it('are read as they were written', () => {
    const picks = [pick(1), pick(2)]
    expect(parsePicks(JSON.stringify(picks))).toEqual({ picks, isWhole: true })
    expect(parsePicks(null)).toEqual({ picks: [], isWhole: true })
  })

  it.each(['', 'x', '{', '{}', 'null', '7', '"picks"', '[null]', '[[]]', '[{}]'])('are none in %j', (text) =>
    expect(parsePicks(text)).toEqual({ picks: [], isWhole: false }),
  )

  it.each([
    { id: 1.5 },
    { path: 'https://elsewhere.example/' },
    { path: '//elsewhere.example' },
    { path: 'javascript:alert(1)' },
    { path: '/papers/\\elsewhere.example' },
    { title: 'x'.repeat(301) },
    { vector: '' },
    { vector: 'AAE' },
    { vector: '<b>b</b>' },
    { vector: 'A'.repeat(4_000) },
    { at: null },
  ])('leave out what has %j', (wrong) => {
    const stored = [pick(1), { ...pick(2), ...wrong }, pick(3)]
    expect(parsePicks(JSON.stringify(stored))).toEqual({ picks: [pick(1), pick(3)], isWhole: false })
  })

  it('are each there once, the newest first, and not without end', () => {
    const again = pick(2, { at: 1_768_478_500_000 })
    expect(withPick([pick(1), pick(2)], again)).toEqual([again, pick(1)])
    const many = Array.from({ length: MOST_PICKS }, (_, i) => pick(i + 10))
    const more = withPick(many, pick(1, { title: 'x'.repeat(999) }))
    expect([more.length, more[0]?.id, more.at(-1)?.id]).toEqual([MOST_PICKS, 1, MOST_PICKS + 8])
    expect(parsePicks(JSON.stringify(more)).isWhole).toBe(true)
    expect(parsePicks(JSON.stringify([pick(1), pick(1)]))).toEqual({ picks: [pick(1)], isWhole: false })
  })
})
