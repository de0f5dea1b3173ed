import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, openSite } from '../../test/site.ts'
import { MayNotAct } from '../db/hold-readers.ts'
import { markSeen, MOST_SEEN } from './seen.ts'

describeWithDatabase('papers that were seen', (db) => {
  async function open(papers: number) {
    const { record } = openSite(db())
    await record(Array.from({ length: papers }, (_, i) => stated(`2601.${String(i + 1).padStart(5, '0')}`)))
    const rows = await db().selectFrom('papers').select('id').orderBy('id').execute()
    const { reader } = await signIn(db())
    return { ids: rows.map(({ id }) => id), readerId: reader.id }
  }
  const seen = () => db().selectFrom('seen_papers').selectAll().orderBy('paper_id').execute()

  it('are known since the first time, and only those that are here', async () => {
    const { ids, readerId } = await open(2)
    const [one = 0, two = 0] = ids
    await markSeen(db(), { readerId, paperIds: [one], now: NOON })
    const later = new Date(NOON.getTime() + 60_000)
    await Promise.all([
      markSeen(db(), { readerId, paperIds: [two, one, two, 999_999_999], now: later }),
      markSeen(db(), { readerId, paperIds: [one, two], now: later }),
    ])
    expect(await seen()).toEqual([
      { reader_id: readerId, paper_id: one, at: NOON },
      { reader_id: readerId, paper_id: two, at: later },
    ])
    await markSeen(db(), { readerId, paperIds: [], now: later })
  })

  it('are at most a hundred at once', async () => {
    const { ids, readerId } = await open(MOST_SEEN + 1)
    await markSeen(db(), { readerId, paperIds: ids, now: NOON })
    expect(await seen()).toHaveLength(MOST_SEEN)
  })

  it('are the kept one where two were merged', async () => {
    const { ids, readerId } = await open(2)
    const [one = 0, two = 0] = ids
    await db().insertInto('paper_merges').values({ merged_id: two, kept_id: one, merged_at: NOON }).execute()
    await markSeen(db(), { readerId, paperIds: [two], now: NOON })
    expect((await seen()).map(({ paper_id }) => paper_id)).toEqual([one])
  })

  it('are not noted for readers who are suspended', async () => {
    const { ids, readerId } = await open(1)
    await db().updateTable('readers').set({ suspended_at: NOON }).where('id', '=', readerId).execute()
    await expect(markSeen(db(), { readerId, paperIds: ids, now: NOON })).rejects.toThrow(MayNotAct)
  })
})
