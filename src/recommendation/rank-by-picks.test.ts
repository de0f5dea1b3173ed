import { describe, expect, it } from 'vitest'
import { rankByPicks, pickShares, weightAt } from './rank-by-picks.ts'

const DAY = 86_400_000
const NOW = Date.parse('2026-01-15T12:00:00Z')
/** A direction in the plane, by its angle in degrees. */
const at = (degrees: number) =>
  Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180))
const pick = (degrees: number, days = 0) => ({ vector: at(degrees), at: NOW - days * DAY })

describe('the order of papers by what was picked', () => {
  it('is that of their nearness to one pick', () => {
    const [near, far, against] = rankByPicks([at(10), at(60), at(120)], [pick(0)], NOW)
    expect(near?.score).toBeGreaterThan(far?.score ?? 0)
    expect(far?.score).toBeGreaterThan(against?.score ?? 0)
    expect(near?.nearest).toBeCloseTo(Math.cos(Math.PI / 18))
    // One pick, weighed against the ridge: k / (1 + 1).
    expect(near?.score).toBeCloseTo(Math.cos(Math.PI / 18) / 2)
  })

  it('is the exact solution of the ridge for several', () => {
    const picks = [pick(0), pick(40, 21), pick(100, 3)]
    const standings = rankByPicks(
      picks.map(({ vector }) => vector),
      picks,
      NOW,
    )
    // (K + W⁻¹)x = 1 and s = Kx: what is missing to 1 at a pick is x there, over its weight.
    for (const [i, { score, parts }] of standings.entries()) {
      const own = parts[i] ?? NaN
      expect(score + own / weightAt(NOW - (picks[i]?.at ?? 0))).toBeCloseTo(1)
      expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(score)
    }
  })

  it('lets older picks fade: by half in three weeks, by a power law', () => {
    expect([0, 21, 105].map((days) => weightAt(days * DAY))).toEqual([1, 0.5, 0.25])
    expect(weightAt(-5 * DAY)).toBe(1)
    const [toOld, toNew] = rankByPicks([at(0), at(90)], [pick(0, 60), pick(90)], NOW)
    expect(toNew?.score).toBeGreaterThan(toOld?.score ?? 0)
  })

  it('counts two picks that are alike as little more than one', () => {
    const [once] = rankByPicks([at(0)], [pick(0)], NOW)
    const [twice] = rankByPicks([at(0)], [pick(0), pick(0)], NOW)
    expect(twice?.score).toBeLessThan(1.5 * (once?.score ?? 0))
  })

  it('says what share each pick has', () => {
    const [standing] = rankByPicks([at(20)], [pick(0), pick(70), pick(200)], NOW)
    const shares = standing ? pickShares(standing) : []
    expect(shares.map((one) => one.pick)).toEqual([0, 1])
    expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1)
  })

  it('is no order without picks', () => {
    const [standing] = rankByPicks([at(0)], [], NOW)
    expect(standing).toMatchObject({ score: 0, nearest: -1 })
    expect(standing && pickShares(standing)).toEqual([])
  })
})
