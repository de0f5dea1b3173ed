import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { recordPapers } from '../papers/record.ts'
import { heatParts } from './heat-parts.ts'
import { addHeat, eventHeat } from './heat.ts'
import { countedElsewhere, recordSignals, replayHeat, type Signal } from './signals.ts'

const now = new Date('2026-01-15T12:00:00Z')

describeWithDatabase('signals', (db) => {
  const inTransaction = <T>(work: (trx: Parameters<typeof recordSignals>[0]) => Promise<T>) =>
    db().transaction().execute(work)
  const newPaper = async (id: string) => {
    const { recorded } = await inTransaction((trx) =>
      recordPapers(trx, [stated(id)], { now, timeZone: 'UTC' }),
    )
    return recorded[0]?.paperId ?? 0
  }
  const heatsOf = () => db().selectFrom('papers').select(['id', 'heat', 'attention']).orderBy('id').execute()
  const signal = (paperId: number, facts: Partial<Signal>): Signal => ({
    paperId,
    kind: 'upvote',
    origin: 'huggingface',
    originKey: '1',
    amount: 1,
    weight: 1,
    at: now,
    ...facts,
  })

  it('heats a paper once by each event', async () => {
    const paperId = await newPaper('2601.00001')
    const event = signal(paperId, { weight: 4 })
    expect(await inTransaction((trx) => recordSignals(trx, [event, event], { now }))).toEqual(
      new Set([paperId]),
    )
    expect(await inTransaction((trx) => recordSignals(trx, [event], { now }))).toEqual(new Set())
    expect(await inTransaction((trx) => recordSignals(trx, [], { now }))).toEqual(new Set())
    expect(await heatsOf()).toEqual([{ id: paperId, heat: eventHeat(4, now), attention: 4 }])
    expect(await inTransaction((trx) => countedElsewhere(trx, [paperId]))).toEqual({
      counted: new Map([[`${paperId} upvote huggingface`, { total: 1, base: 1 }]]),
      weighed: new Map([[`${paperId} upvote`, 4]]),
    })
  })

  it('adds in the database as in the program', async () => {
    const heat = fc.oneof(
      { weight: 5, arbitrary: fc.double({ min: -5_000, max: 5_000, noNaN: true }) },
      { weight: 1, arbitrary: fc.constantFrom(-Infinity, 0, 59.99, 60.01) },
    )
    const pairs = fc.sample(
      fc.tuple(
        heat,
        heat.chain((a) => fc.oneof(heat, fc.constant(a))),
      ),
      { numRuns: 300, seed: 7 },
    )
    const near = fc.sample(fc.tuple(heat, fc.double({ min: -70, max: 70, noNaN: true })), {
      numRuns: 300,
      seed: 8,
    })
    const all = [...pairs, ...near.map(([a, difference]) => [a, a + difference])]
    const { rows } = await sql<{ sum: number }>`
      select heat_sum(a, b) as sum from unnest(${all.map(([a]) => a)}::float8[], ${all.map(([, b]) => b)}::float8[])
        with ordinality as t(a, b, n) order by n`.execute(db())
    expect(rows).toHaveLength(600)
    rows.forEach(({ sum }, i) => {
      const [a = 0, b = 0] = all[i] ?? []
      const expected = addHeat(a, b)
      if (expected === -Infinity) expect(sum).toBe(-Infinity)
      else expect(Math.abs(sum - expected)).toBeLessThan(1e-9)
    })
  })

  it('comes out the same when it is rebuilt from the events', async () => {
    const ids = [await newPaper('2601.00001'), await newPaper('2601.00002'), await newPaper('2601.00003')]
    const events = fc.array(
      fc.record({
        paper: fc.integer({ min: 0, max: 1 }),
        originKey: fc.integer({ min: 1, max: 1_000 }).map(String),
        weight: fc.double({ min: 0.1, max: 500, noNaN: true }),
        at: fc.integer({ min: 0, max: 2_000 }).map((hours) => new Date(now.getTime() - hours * 3_600_000)),
      }),
      { minLength: 1, maxLength: 12 },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(events, { maxLength: 4 }), async (batches) => {
        await sql`truncate signals`.execute(db())
        await sql`update papers set heat = '-Infinity', attention = 0`.execute(db())
        for (const batch of batches) {
          const signals = batch.map(({ paper, ...facts }) => signal(ids[paper] ?? 0, facts))
          await inTransaction((trx) => recordSignals(trx, signals, { now }))
        }
        const grown = await heatsOf()
        await inTransaction((trx) => replayHeat(trx, ids))
        const replayed = await heatsOf()
        grown.forEach(({ heat, attention }, i) => {
          expect(replayed[i]?.attention).toBeCloseTo(attention, 9)
          if (heat === -Infinity) expect(replayed[i]?.heat).toBe(-Infinity)
          else expect(Math.abs((replayed[i]?.heat ?? 0) - heat)).toBeLessThan(1e-9)
        })
        expect(grown[2]).toMatchObject({ heat: -Infinity, attention: 0 })
      }),
      { numRuns: 15 },
    )
  })

  it('tells what a paper’s heat is made of', async () => {
    const paperId = await newPaper('2601.00001')
    const twoDaysAgo = new Date('2026-01-13T12:00:00Z')
    await inTransaction((trx) =>
      recordSignals(
        trx,
        [
          signal(paperId, {
            kind: 'listing',
            origin: 'page',
            originKey: '2026-01-13',
            weight: 2,
            at: twoDaysAgo,
          }),
          signal(paperId, { amount: 30, weight: 3, originKey: '30', at: now }),
        ],
        { now },
      ),
    )
    expect(await heatParts(db(), paperId)).toEqual([
      {
        kind: 'upvote',
        origin: 'huggingface',
        amount: 30,
        weight: 3,
        day: '2026-01-15',
        share: expect.closeTo(0.75, 9),
      },
      {
        kind: 'listing',
        origin: 'page',
        amount: 1,
        weight: 2,
        day: '2026-01-13',
        share: expect.closeTo(0.25, 9),
      },
    ])
    expect(await heatParts(db(), await newPaper('2601.00002'))).toEqual([])
  })
})
