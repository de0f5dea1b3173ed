import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, TIME_ZONE } from '../../test/site.ts'
import { castVote } from '../ranking/votes.ts'
import { savePaper } from '../shelves/reading-list.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { hashOf } from './learning/words.ts'
import { learnScale } from './scale.ts'

describeWithDatabase('what papers are compared by', (db) => {
  /** How much more a word weighs than another, by what readers have chosen. */
  async function ratio(word: string, to: string): Promise<number> {
    const scale = await learnScale(db(), { number: 1, by: 'words', most: 1_000 })
    const { ids, weights } = scale.featuresOfText(`${word} ${to}`)
    const weightOf = (of: string) => weights[ids.indexOf(hashOf(of))] ?? 0
    return weightOf(word) / weightOf(to)
  }

  it('counts words more that tell readers apart who are not suspended', async () => {
    const recorded = await recordHarvest(
      db(),
      Array.from({ length: 40 }, (_, i) =>
        stated(`2601.${String(i + 1).padStart(5, '0')}`, {
          title: `Paper ${i} on ${i % 2 === 0 ? 'tides' : 'dunes'} seen ${i % 4 < 2 ? 'slowly' : 'rapidly'}`,
        }),
      ),
      { now: NOON, timeZone: TIME_ZONE },
    )
    expect(await ratio('tides', 'slowly')).toBeCloseTo(1, 6)
    for (let n = 0; n < 12; n++) {
      const { reader } = await signIn(db())
      // Some chose tides and others dunes, each of them seen slowly and rapidly.
      for (const place of [0, 2, 4, 6].map((at) => at + (n % 2) + 8 * (n % 4))) {
        const paperId = recorded[place]?.paperId ?? 0
        if (n % 3 === 0) await savePaper(db(), { readerId: reader.id, paperId, now: NOON })
        else await castVote(db(), { paperId, voter: reader, now: NOON })
      }
    }
    expect(await ratio('tides', 'slowly')).toBeGreaterThan(1.1)
    await db().updateTable('readers').set({ suspended_at: NOON }).execute()
    expect(await ratio('tides', 'slowly')).toBeCloseTo(1, 6)
  })
})
