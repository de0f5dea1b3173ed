import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, TIME_ZONE } from '../../test/site.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { forgetSeen } from './forget-seen.ts'
import { MOST_OPENED, MOST_SEARCHES, noteOpened, noteSearch } from './noticed.ts'
import { changeTasteSettings } from './own-tastes.ts'

const at = (minutes: number) => new Date(NOON.getTime() + minutes * 60_000)

describeWithDatabase('what is noticed of a reader', (db) => {
  async function open(count: number) {
    const recorded = await recordHarvest(
      db(),
      Array.from({ length: count }, (_, i) => stated(`2601.${String(i + 1).padStart(5, '0')}`)),
      { now: NOON, timeZone: TIME_ZONE },
    )
    const { reader } = await signIn(db())
    return { ids: recorded.map(({ paperId }) => paperId), readerId: reader.id }
  }
  const opened = () => db().selectFrom('opened_papers').select(['paper_id', 'at']).orderBy('at').execute()
  const searches = async () =>
    (await db().selectFrom('reader_searches').select('text').orderBy('at').orderBy('id').execute()).map(
      ({ text }) => text,
    )

  it('is which papers they opened last, unless they do not want that', async () => {
    const { ids, readerId } = await open(2)
    const [one = 0, other = 0] = ids
    await noteOpened(db(), { readerId, paperId: one, now: at(0) })
    await noteOpened(db(), { readerId, paperId: other, now: at(1) })
    await noteOpened(db(), { readerId, paperId: one, now: at(2) })
    const known = [
      { paper_id: other, at: at(1) },
      { paper_id: one, at: at(2) },
    ]
    expect(await opened()).toEqual(known)
    await changeTasteSettings(db(), { readerId, learnsOpened: false })
    await noteOpened(db(), { readerId, paperId: other, now: at(3) })
    await noteOpened(db(), { readerId, paperId: 999_999, now: at(3) })
    expect(await opened()).toEqual(known)
  })

  it('is the newest of them, and no more', async () => {
    const { ids, readerId } = await open(MOST_OPENED + 2)
    await sql`insert into opened_papers (reader_id, paper_id, at)
      select ${readerId}, id, ${NOON}::timestamptz + row_number() over (order by id) * interval '1 minute'
      from papers where id <> ${ids.at(-1) ?? 0}`.execute(db())
    await noteOpened(db(), { readerId, paperId: ids.at(-1) ?? 0, now: at(5_000) })
    const left = (await opened()).map(({ paper_id: id }) => id)
    expect(left).toHaveLength(MOST_OPENED)
    expect(left).toEqual(ids.slice(2))
  })

  it('is what they searched for only once they allow it, and the newest of that', async () => {
    const { readerId } = await open(1)
    await noteSearch(db(), { readerId, text: 'tides', now: NOON })
    expect(await searches()).toEqual([])
    await changeTasteSettings(db(), { readerId, learnsSearches: true })
    await noteSearch(db(), { readerId, text: ' ', now: NOON })
    for (let i = 0; i < MOST_SEARCHES + 1; i++)
      await noteSearch(db(), { readerId, text: `tides ${i}`, now: at(i) })
    await noteSearch(db(), { readerId, text: 'tides 1', now: at(900) })
    await noteSearch(db(), { readerId, text: '𝔸'.repeat(400), now: at(901) })
    const known = await searches()
    expect(known).toHaveLength(MOST_SEARCHES)
    expect(known.slice(-2)).toEqual(['tides 1', '𝔸'.repeat(300)])
    expect(known[0]).toBe('tides 3')
  })

  it('is not for ever which papers they were shown', async () => {
    const { ids, readerId } = await open(3)
    for (const [place, paperId] of ids.entries())
      await db()
        .insertInto('seen_papers')
        .values({ reader_id: readerId, paper_id: paperId, at: at(place) })
        .execute()
    expect(await forgetSeen(db(), { before: at(2) })).toBe(2)
    expect(await forgetSeen(db(), { before: at(2) })).toBe(0)
    expect(await db().selectFrom('seen_papers').select('paper_id').execute()).toEqual([{ paper_id: ids[2] }])
  })
})
