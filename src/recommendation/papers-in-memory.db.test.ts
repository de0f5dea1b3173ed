import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { recordPapers } from '../papers/record.ts'
import { keepPapersInMemory, type ComparedPapers } from './papers-in-memory.ts'

const now = new Date('2026-01-15T12:00:00Z')
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

describeWithDatabase('papers in memory', (db) => {
  it('learn anew how rare words are once enough papers have come or some time has passed', async () => {
    let clock = 0
    const papers = keepPapersInMemory(db(), { now: () => clock, by: 'words and meaning' })
    let recorded = 0
    const come = async (count: number, words: string, after = 5_000) => {
      const stating = Array.from({ length: count }, () => {
        recorded += 1
        return stated(`2601.${String(recorded).padStart(5, '0')}`, {
          title: `Paper ${recorded} on ${words}`,
          published: { value: '2026-01-14', precision: 'day' },
        })
      })
      await db()
        .transaction()
        .execute((trx) => recordPapers(trx, stating, { now, timeZone: 'UTC' }))
      clock += after
      papers.wake()
      return papers.now()
    }
    /** A word that no paper has is rare, but nothing is known of what it is written with. */
    const isKnown = (of: ComparedPapers, word: string) => of.featuresOfText(word).ids.length > 1
    const before = await come(100, 'marshes')
    expect(isKnown(before, 'transformers')).toBe(false)
    for (let night = 0; night < 4; night++) await come(5, 'transformers')
    const last = await come(5, 'transformers')
    expect(last.newest).toHaveLength(125)
    await papers.settled()
    const after = await papers.now()
    expect(after.scale).toBeGreaterThan(before.scale)
    expect(isKnown(after, 'transformers')).toBe(true)
    expect(after.newest).toHaveLength(125)
    // What was asked for before goes on to be compared as it was.
    expect(isKnown(before, 'transformers')).toBe(false)
    const [paper] = before.newest
    expect((await before.byIds([paper?.id ?? 0])).get(paper?.id ?? 0)).toBe(paper)

    // A day later all is learned anew, for readers may have chosen others.
    const scaleAfter = async (ms: number, count = 0) => {
      await come(count, 'mycelium', ms)
      await papers.settled()
      return (await papers.now()).scale
    }
    const dayLater = await scaleAfter(DAY_MS)
    expect(dayLater).toBeGreaterThan(after.scale)
    // Two papers are few: an hour passes before what they say that is new counts.
    expect(await scaleAfter(5_000, 2)).toBe(dayLater)
    const hourLater = await scaleAfter(HOUR_MS)
    expect(hourLater).toBeGreaterThan(dayLater)
    expect(isKnown(await papers.now(), 'mycelium')).toBe(true)
    expect(await scaleAfter(HOUR_MS)).toBe(hourLater)
  })
})
