import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { countWithin, forgetRates } from './rate-limits.ts'

const HOUR = 3_600_000
const noon = new Date('2026-01-15T12:00:00Z')
const later = (ms: number) => new Date(noon.getTime() + ms)
const limit = { name: 'knock', most: 2, windowMs: HOUR }

describeWithDatabase('a rate limit', (db) => {
  const knock = (now: Date) => countWithin(db(), { limit, of: 'ada', now })

  it('ends with its window', async () => {
    expect(await knock(noon)).toEqual({ ok: true, left: 1, resetSeconds: 3_600 })
    expect(await knock(noon)).toEqual({ ok: true, left: 0, resetSeconds: 3_600 })
    expect(await knock(later(HOUR - 10_000))).toEqual({ ok: false, retryAfterSeconds: 10 })
    expect(await knock(later(HOUR))).toEqual({ ok: true, left: 1, resetSeconds: 3_600 })
  })

  it('begins anew when the clock was set back', async () => {
    for (let i = 0; i < 3; i++) await knock(later(48 * HOUR))
    expect(await knock(noon)).toMatchObject({ ok: true, left: 1 })
    expect(await knock(noon)).toMatchObject({ ok: true, left: 0 })
    expect(await knock(noon)).toEqual({ ok: false, retryAfterSeconds: 3_600 })
  })

  it('counts on when clocks differ a little', async () => {
    for (let i = 0; i < 2; i++) await knock(later(2_000))
    expect(await knock(noon)).toEqual({ ok: false, retryAfterSeconds: 3_602 })
  })

  it('is forgotten when it can limit nobody any more', async () => {
    for (const hours of [-3, 0, 48]) {
      await countWithin(db(), { limit, of: `${hours}`, now: later(hours * HOUR) })
    }
    await forgetRates(db(), { now: noon })
    expect(await db().selectFrom('rate_limits').select('window_start').execute()).toEqual([
      { window_start: noon },
    ])
  })
})
