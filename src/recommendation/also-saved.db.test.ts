import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, TIME_ZONE } from '../../test/site.ts'
import { castVote } from '../ranking/votes.ts'
import { savePaper } from '../shelves/reading-list.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { alsoSaved } from './also-saved.ts'

describeWithDatabase('what readers of a paper also saved', (db) => {
  async function open(count: number) {
    const recorded = await recordHarvest(
      db(),
      Array.from({ length: count }, (_, i) => stated(`2601.0000${i + 1}`, { title: `Paper ${i + 1}` })),
      { now: NOON, timeZone: TIME_ZONE },
    )
    const ids = recorded.map(({ paperId }) => paperId)
    const reader = async () => (await signIn(db())).reader
    const save = (of: { id: string }, place: number) =>
      savePaper(db(), { readerId: of.id, paperId: ids[place] ?? 0, now: NOON })
    const vote = (of: Awaited<ReturnType<typeof reader>>, place: number) =>
      castVote(db(), { paperId: ids[place] ?? 0, voter: of, now: NOON })
    const also = async (limit = 5) =>
      (await alsoSaved(db(), { paperId: ids[0] ?? 0, limit })).map(({ title }) => title)
    return { ids, reader, save, vote, also }
  }

  it('is told from five readers on, whether they voted or saved, and none counts twice', async () => {
    const { reader, save, vote, also } = await open(2)
    for (let i = 0; i < 4; i++) {
      const one = await reader()
      // Each does all of it.
      for (const place of [0, 1]) {
        await save(one, place)
        await vote(one, place)
      }
    }
    expect(await also()).toEqual([])
    const fifth = await reader()
    await vote(fifth, 0)
    expect(await also()).toEqual([])
    await save(fifth, 1)
    expect(await also()).toEqual(['Paper 2'])
    await db().updateTable('readers').set({ suspended_at: NOON }).where('id', '=', fifth.id).execute()
    expect(await also()).toEqual([])
  })

  it('begins with what only they saved, not with what everyone did, and has no hidden paper', async () => {
    const { ids, reader, save, also } = await open(4)
    for (let i = 0; i < 6; i++) {
      const one = await reader()
      for (const place of [0, 1, 3]) await save(one, place)
      if (i > 0) await save(one, 2)
    }
    // Everyone has the second.
    for (let i = 0; i < 30; i++) await save(await reader(), 1)
    await db()
      .updateTable('papers')
      .set({ hidden: true })
      .where('id', '=', ids[3] ?? 0)
      .execute()
    expect(await also()).toEqual(['Paper 3', 'Paper 2'])
    expect(await also(1)).toEqual(['Paper 3'])
  })
})
