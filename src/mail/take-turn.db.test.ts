import { sql } from 'kysely'
import { beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { parseMailRates, type MailRates } from './mail-rate.ts'
import { takeTurn } from './take-turn.ts'

const start = new Date('2026-01-15T12:00:00Z')
const after = (ms: number) => new Date(start.getTime() + ms)
const rated = (text: string): MailRates => {
  const rates = parseMailRates(text)
  if (rates === null) throw new Error(text)
  return rates
}

describeWithDatabase('turns of mail', (db) => {
  beforeEach(async () => void (await sql`truncate mail_turns`.execute(db())))
  const take = (rates: string, ms: number, { domain = 'example.org', urgent = false } = {}) =>
    takeTurn(db(), { domain, rates: rated(rates), now: after(ms), urgent })
  /** How many of so many are taken at one time. */
  async function taken(rates: string, ms: number, { of, domain }: { of: number; domain?: string }) {
    let count = 0
    for (let i = 0; i < of; i++) if ((await take(rates, ms, { domain })).ok) count++
    return count
  }

  it('are free where there is no rate, and nothing is asked then', async () => {
    expect(await take('', 0)).toEqual({ ok: true })
    expect(await take('gmail.com=1/hour', 0)).toEqual({ ok: true })
    expect(await db().selectFrom('mail_turns').selectAll().execute()).toEqual([])
  })

  it('come as fast as the rate says, after a burst of one second', async () => {
    expect(await taken('14', 0, { of: 40 })).toBe(14)
    const refused = await take('14', 0)
    expect(refused).toEqual({ ok: false, domain: '*', at: expect.any(Date) })
    expect(await taken('14', 50, { of: 5 })).toBe(0)
    let count = 0
    for (let ms = 1_000; ms <= 11_000; ms += 10) count += await taken('14', ms, { of: 3 })
    expect(count).toBeGreaterThanOrEqual(14 * 10)
    expect(count).toBeLessThanOrEqual(14 * 11)
    expect(await taken('14', 3_600_000, { of: 40 })).toBe(14)
  })

  it('come at the time that was said, and not before', async () => {
    expect(await take('10/minute', 0)).toEqual({ ok: true })
    expect(await take('10/minute', 1)).toEqual({ ok: false, domain: '*', at: after(6_000) })
    expect(await take('10/minute', 5_999)).toMatchObject({ ok: false })
    expect(await take('10/minute', 6_000)).toEqual({ ok: true })
    expect(await take('1/hour', 7_000, { domain: 'a.example' })).toMatchObject({ ok: false })
  })

  it('are taken for a domain and in all, or not at all', async () => {
    const rates = '100 gmail.com=1'
    expect(await taken(rates, 0, { of: 5, domain: 'gmail.com' })).toBe(1)
    expect(await take(rates, 0, { domain: 'gmail.com' })).toEqual({
      ok: false,
      domain: 'gmail.com',
      at: after(1_000),
    })
    // The four that were refused have taken nothing of the others' turns.
    expect(await taken(rates, 0, { of: 150, domain: 'example.org' })).toBe(99)
    expect(await take(rates, 1_000, { domain: 'gmail.com' })).toEqual({ ok: true })
  })

  it('are kept by all that take them at once', async () => {
    const rates = rated('20 gmail.com=5 outlook.com=50')
    const domains = ['gmail.com', 'outlook.com', 'example.org']
    const turns = await Promise.all(
      Array.from({ length: 120 }, async (_, i) => {
        const domain = domains[i % 3] ?? ''
        return { domain, ...(await takeTurn(db(), { domain, rates, now: start })) }
      }),
    )
    expect(turns.filter(({ ok }) => ok)).toHaveLength(20)
    expect(turns.filter(({ ok, domain }) => ok && domain === 'gmail.com').length).toBeLessThanOrEqual(5)
  })

  it('are taken by urgent mail before they have come, and others then wait, but not for ever', async () => {
    for (let i = 0; i < 200; i++) expect(await take('1', 0, { urgent: true })).toEqual({ ok: true })
    const refused = await take('1', 0)
    expect(refused).toEqual({ ok: false, domain: '*', at: after(31_000) })
    expect(await take('1', 31_000)).toEqual({ ok: true })
  })

  it('come though the clock was set back, or the rate was slower', async () => {
    expect(await take('1', 48 * 3_600_000)).toEqual({ ok: true })
    expect(await take('1', 0)).toEqual({ ok: true })
    expect(await take('1', 0)).toMatchObject({ ok: false })
    expect(await take('1/hour', 10_000)).toEqual({ ok: true })
    expect(await take('10', 20_000)).toEqual({ ok: true })
  })
})
