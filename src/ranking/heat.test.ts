import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addHeat, attentionAt, eventHeat, HALF_LIFE_MS, listingWeight, WEIGHTS } from './heat.ts'

const now = new Date('2026-01-15T12:00:00Z')
const later = (ms: number) => new Date(now.getTime() + ms)
const weight = fc.double({ min: 0.01, max: 1_000, noNaN: true })
const age = fc.integer({ min: -400, max: 30 }).map((days) => days * 86_400_000)
const event = fc.record({ weight, age })

const heatOf = (events: { weight: number; age: number }[], offset = 0) =>
  events.reduce((sum, { weight, age }) => addHeat(sum, eventHeat(weight, later(age + offset))), -Infinity)

describe('heat', () => {
  it('is the logarithm of the sum of decayed weights, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 30 }), (events) => {
        const direct = events.reduce((sum, { weight, age }) => sum + weight * 2 ** (age / HALF_LIFE_MS), 0)
        const heat = heatOf(events)
        expect(Math.log2(attentionAt(heat, now)) - Math.log2(direct)).toBeCloseTo(0, 9)
        expect(heatOf(events.toReversed())).toBeCloseTo(heat, 9)
      }),
    )
  })

  it('is nothing’s without events, and adds nothing to nothing', () => {
    expect(addHeat(-Infinity, -Infinity)).toBe(-Infinity)
    expect(addHeat(-Infinity, 3)).toBe(3)
    expect(addHeat(3, -Infinity)).toBe(3)
    expect(attentionAt(-Infinity, now)).toBe(0)
    fc.assert(
      fc.property(
        fc.double({ min: -1e5, max: 1e5, noNaN: true }),
        fc.double({ min: -1e5, max: 1e5, noNaN: true }),
        (a, b) => {
          expect(addHeat(a, b)).toBe(addHeat(b, a))
          expect(addHeat(a, b)).toBeGreaterThanOrEqual(Math.max(a, b))
          expect(addHeat(a, b)).toBeLessThanOrEqual(Math.max(a, b) + 1)
        },
      ),
    )
    expect(addHeat(5, 5)).toBe(6)
  })

  it('orders papers the same at every time', () => {
    const events = fc.array(event, { minLength: 1, maxLength: 10 })
    fc.assert(
      fc.property(events, events, fc.integer({ min: 0, max: 10_000 }), (one, two, days) => {
        const [a, b] = [heatOf(one), heatOf(two)]
        fc.pre(Math.abs(a - b) > 1e-6)
        const then = later(days * 3_600_000)
        expect(attentionAt(a, then) > attentionAt(b, then)).toBe(a > b)
        // All events shifted alike, as another epoch would: the same order.
        expect(heatOf(one, days * 3_600_000) > heatOf(two, days * 3_600_000)).toBe(a > b)
      }),
    )
  })

  it('halves every two days', () => {
    const heat = eventHeat(3, now)
    expect(HALF_LIFE_MS).toBe(2 * 24 * 3_600_000)
    expect(attentionAt(heat, now)).toBeCloseTo(3, 9)
    expect(attentionAt(heat, later(HALF_LIFE_MS))).toBeCloseTo(1.5, 9)
    expect(attentionAt(heat, later(3 * HALF_LIFE_MS))).toBeCloseTo(0.375, 9)
  })
})

describe('the weight of a place on a list', () => {
  it('falls evenly from twice the last place’s', () => {
    expect(listingWeight({ rank: 1, of: 91 })).toBe(2 * WEIGHTS.listing)
    expect(listingWeight({ rank: 46, of: 91 })).toBeCloseTo(1.5 * WEIGHTS.listing, 12)
    expect(listingWeight({ rank: 91, of: 91 })).toBe(WEIGHTS.listing)
    expect(listingWeight({ rank: 95, of: 91 })).toBe(WEIGHTS.listing)
  })

  it('is the mean where there are no places', () => {
    for (const listing of [{}, { rank: 1 }, { of: 10 }, { rank: 1, of: 1 }])
      expect(listingWeight(listing)).toBe(1.5 * WEIGHTS.listing)
  })
})
