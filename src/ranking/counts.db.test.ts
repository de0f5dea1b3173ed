import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { hidePaper, unhidePaper } from '../moderation/hide-paper.ts'
import { mergePapers } from '../moderation/merge-papers.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { editionsBetween, redateEditions, topicsOf } from './editions.ts'
import { monthPeriod } from '../papers/calendar.ts'

const NOW = new Date('2026-01-15T12:00:00Z')
const ZONES = ['America/New_York', 'Asia/Tokyo']
const CATEGORIES = [[], ['cs.LG'], ['cs.AI', 'cs.LG'], ['math.NT', 'cs.AI', 'cs.LG']]

const step = fc.oneof(
  fc.record({
    kind: fc.constant('state' as const),
    papers: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
    hour: fc.integer({ min: 0, max: 70 }),
    categories: fc.constantFrom(...CATEGORIES),
  }),
  fc.record({
    kind: fc.constantFrom('hide' as const, 'show' as const),
    paper: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({
    kind: fc.constant('merge' as const),
    paper: fc.integer({ min: 1, max: 9 }),
    other: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({ kind: fc.constant('redate' as const), zone: fc.constantFrom(...ZONES) }),
)

describeWithDatabase('the counts that are kept', (db) => {
  const idOf = async (n: number) => {
    const row = await db()
      .selectFrom('paper_identifiers')
      .select('paper_id')
      .where('value', '=', `10.5555/n.${n}`)
      .executeTakeFirst()
    return row?.paper_id ?? 0
  }

  /** As they would be counted now. */
  const counted = async () => ({
    editions: (
      await sql<{ edition: string; category: string; papers: number }>`
        select edition, coalesce(primary_category, '') as category, count(*) as papers from papers
        where not hidden group by 1, 2 order by 1, 2`.execute(db())
    ).rows,
    topics: (
      await sql<{ category: string; papers: number }>`
        select category, count(*) as papers from paper_categories k join papers p on p.id = k.paper_id
        where not hidden group by 1 order by 1`.execute(db())
    ).rows,
  })
  const kept = async () => ({
    editions: (
      await sql<{ edition: string; category: string; papers: number }>`
        select * from edition_counts where papers <> 0 order by edition, category`.execute(db())
    ).rows,
    topics: (
      await sql<{ category: string; papers: number }>`
        select * from topic_counts where papers <> 0 order by category`.execute(db())
    ).rows,
  })

  it('are what counting comes to, whatever is recorded, hidden, shown, united, dated anew or removed', async () => {
    const { reader } = await signIn(db(), { curator: true })
    const acting = { curatorId: reader.id, reason: 'Because.', now: NOW }
    let seen = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 12 }), async (steps) => {
        let timeZone = 'UTC'
        for (const one of steps) {
          switch (one.kind) {
            case 'state': {
              const value = new Date(Date.UTC(2026, 0, 10, one.hour)).toISOString()
              const papers = one.papers.map((n) =>
                stated(`doi/10.5555/n.${n}`, {
                  categories: one.categories,
                  published: { precision: 'time', value },
                }),
              )
              await recordHarvest(db(), papers, { now: NOW, timeZone })
              break
            }
            case 'hide':
              await hidePaper(db(), { paperId: await idOf(one.paper), ...acting })
              break
            case 'show':
              await unhidePaper(db(), { paperId: await idOf(one.paper), ...acting })
              break
            case 'merge': {
              const [keptId, mergedId] = [await idOf(one.paper), await idOf(one.other)]
              await mergePapers(db(), { keptId, mergedId, timeZone, ...acting })
              break
            }
            case 'redate':
              timeZone = one.zone
              await redateEditions(db(), { timeZone })
          }
          const now = await counted()
          expect(await kept()).toEqual(now)
          seen += now.topics.length
        }
        await db().deleteFrom('papers').execute()
        expect(await kept()).toEqual({ editions: [], topics: [] })
      }),
      { numRuns: 25 },
    )
    expect(seen).toBeGreaterThan(100)
    const month = monthPeriod('2026-01')
    if (!month) throw new Error('a month is none')
    // What has no papers any more is not shown with none.
    expect(await editionsBetween(db(), month)).toEqual(new Map())
    expect(await topicsOf(db(), month, { limit: 5 })).toEqual([])
  })
})
