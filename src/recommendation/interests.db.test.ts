import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, openSite } from '../../test/site.ts'
import { MayNotAct } from '../db/hold-readers.ts'
import {
  boostInterest,
  dropInterest,
  excludeReason,
  includeReason,
  mergeInterests,
  pauseInterest,
  renameInterest,
  resumeInterest,
} from './interests.ts'

const LATER = new Date(NOON.getTime() + 60_000)

describeWithDatabase('a reader’s interests', (db) => {
  /** A reader with two interests, of two papers each. */
  async function interested() {
    await openSite(db()).record(
      ['2601.00001', '2601.00002', '2601.00003', '2601.00004'].map((a) => stated(a)),
    )
    const papers = await db().selectFrom('papers').select('id').orderBy('address').execute()
    const paperIds = papers.map(({ id }) => id)
    const { reader } = await signIn(db())
    const of = async (name: string, ids: number[]) => {
      const { id } = await db()
        .insertInto('interests')
        .values({ reader_id: reader.id, name, created_at: NOON })
        .returning('id')
        .executeTakeFirstOrThrow()
      const rows = ids.map((paper_id) => ({ reader_id: reader.id, paper_id, interest_id: id }))
      await db().insertInto('interest_papers').values(rows).execute()
      return { readerId: reader.id, interestId: id }
    }
    const tides = await of('tides', paperIds.slice(0, 2))
    const robots = await of('robots', paperIds.slice(2, 3))
    return { readerId: reader.id, tides, robots, paperIds }
  }

  const row = ({ interestId }: { interestId: number }) =>
    db().selectFrom('interests').selectAll().where('id', '=', interestId).executeTakeFirst()
  const papersOf = async (readerId: string) => {
    const rows = await db()
      .selectFrom('interest_papers')
      .select(['paper_id', 'interest_id', 'excluded_at'])
      .where('reader_id', '=', readerId)
      .orderBy('paper_id')
      .execute()
    return rows.map(({ paper_id, interest_id, excluded_at }) => [paper_id, interest_id, excluded_at])
  }

  it('have the name that the reader types, on one line', async () => {
    const { tides } = await interested()
    expect(await renameInterest(db(), { ...tides, name: '  Ebb \n and\u202e flow ' })).toEqual({ ok: true })
    expect(await row(tides)).toMatchObject({ name: 'Ebb and flow', named_by_reader: true })
    for (const [name, kind] of [
      [' \u200b\n', 'no-name'],
      ['x'.repeat(101), 'long-name'],
    ])
      expect(await renameInterest(db(), { ...tides, name: name ?? '' })).toEqual({ ok: false, kind })
    expect(await row(tides)).toMatchObject({ name: 'Ebb and flow' })
    expect(await renameInterest(db(), { ...tides, name: '🌊'.repeat(100) })).toEqual({ ok: true })
  })

  it('are paused and resumed, and count more or less', async () => {
    const { tides, robots } = await interested()
    await pauseInterest(db(), { ...tides, now: NOON })
    await pauseInterest(db(), { ...tides, now: LATER })
    expect(await row(tides)).toMatchObject({ paused_at: NOON })
    expect(await row(robots)).toMatchObject({ paused_at: null })
    await resumeInterest(db(), tides)
    expect(await row(tides)).toMatchObject({ paused_at: null })
    for (const [boost, factor] of [
      ['less', 0.5],
      ['more', 2],
      ['normal', 1],
    ] as const) {
      expect(await boostInterest(db(), { ...tides, boost })).toEqual({ ok: true })
      expect(await row(tides)).toMatchObject({ boost: factor })
    }
  })

  it('merge, with their papers', async () => {
    const { readerId, tides, robots, paperIds } = await interested()
    const merge = { ...tides, intoId: robots.interestId }
    expect(await mergeInterests(db(), { ...tides, intoId: tides.interestId })).toEqual({
      ok: false,
      kind: 'same-interest',
    })
    expect(await mergeInterests(db(), merge)).toEqual({ ok: true })
    expect(await row(tides)).toBeUndefined()
    expect(await papersOf(readerId)).toEqual(paperIds.slice(0, 3).map((id) => [id, robots.interestId, null]))
    expect(await mergeInterests(db(), merge)).toEqual({ ok: false, kind: 'no-interest' })
  })

  it('merge either way at once, and one of them stays', async () => {
    const { readerId, tides, robots } = await interested()
    const outcomes = await Promise.all([
      mergeInterests(db(), { ...tides, intoId: robots.interestId }),
      mergeInterests(db(), { ...robots, intoId: tides.interestId }),
    ])
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
    const [left, ...others] = await db().selectFrom('interests').select('id').execute()
    expect(others).toEqual([])
    expect((await papersOf(readerId)).map(([, interest]) => interest)).toEqual([left?.id, left?.id, left?.id])
  })

  it('are dropped, and their papers remembered as speaking for none', async () => {
    const { readerId, tides, robots, paperIds } = await interested()
    expect(await dropInterest(db(), tides)).toEqual({ ok: true })
    expect(await row(tides)).toBeUndefined()
    expect(await papersOf(readerId)).toEqual([
      [paperIds[0], null, null],
      [paperIds[1], null, null],
      [paperIds[2], robots.interestId, null],
    ])
    expect(await dropInterest(db(), tides)).toEqual({ ok: false, kind: 'no-interest' })
  })

  it('are nobody else’s to change', async () => {
    const { tides, robots } = await interested()
    const { reader } = await signIn(db())
    const eves = { interestId: tides.interestId, readerId: reader.id }
    const before = [await row(tides), await row(robots)]
    const no = { ok: false, kind: 'no-interest' }
    expect(await renameInterest(db(), { ...eves, name: 'Mine' })).toEqual(no)
    expect(await pauseInterest(db(), { ...eves, now: NOON })).toEqual(no)
    expect(await resumeInterest(db(), eves)).toEqual(no)
    expect(await boostInterest(db(), { ...eves, boost: 'more' })).toEqual(no)
    expect(await mergeInterests(db(), { ...eves, intoId: robots.interestId })).toEqual(no)
    expect(await dropInterest(db(), eves)).toEqual(no)
    const own = await db()
      .insertInto('interests')
      .values({ reader_id: reader.id, name: 'Eve’s', created_at: NOON })
      .returning('id')
      .executeTakeFirstOrThrow()
    expect(await mergeInterests(db(), { ...tides, intoId: own.id })).toEqual(no)
    expect([await row(tides), await row(robots)]).toEqual(before)
  })

  it('leave a paper out of what they are learned from, and count it again', async () => {
    const { readerId, tides, paperIds } = await interested()
    const [first = 0, , , fourth = 0] = paperIds
    const of = (paperId: number) => ({ readerId, paperId })
    expect(await excludeReason(db(), { ...of(first), now: NOON })).toEqual({ ok: true })
    expect(await excludeReason(db(), { ...of(first), now: LATER })).toEqual({ ok: true })
    // One that no interest has been found for yet.
    expect(await excludeReason(db(), { ...of(fourth), now: NOON })).toEqual({ ok: true })
    const rows = await papersOf(readerId)
    expect([rows[0], rows[3]]).toEqual([
      [first, tides.interestId, NOON],
      [fourth, null, NOON],
    ])
    const changes = () => db().selectFrom('taste_changes').select('reader_id').execute()
    expect(await changes()).toEqual([])
    expect(await includeReason(db(), of(first))).toEqual({ ok: true })
    expect(await includeReason(db(), of(fourth))).toEqual({ ok: true })
    expect((await papersOf(readerId))[0]).toEqual([first, tides.interestId, null])
    expect(await papersOf(readerId)).toHaveLength(3)
    expect(await changes()).toEqual([{ reader_id: readerId }])
    for (const outcome of [
      await excludeReason(db(), { ...of(999_999), now: NOON }),
      await includeReason(db(), of(999_999)),
    ])
      expect(outcome).toEqual({ ok: false, kind: 'no-paper' })
  })

  it('keep papers of a dropped interest out when one was never left out', async () => {
    const { readerId, tides, paperIds } = await interested()
    await dropInterest(db(), tides)
    await includeReason(db(), { readerId, paperId: paperIds[0] ?? 0 })
    expect((await papersOf(readerId))[0]).toEqual([paperIds[0], null, null])
  })

  it('are not changed for readers who are suspended', async () => {
    const { readerId, tides } = await interested()
    await db().updateTable('readers').set({ suspended_at: NOON }).where('id', '=', readerId).execute()
    await expect(dropInterest(db(), tides)).rejects.toBeInstanceOf(MayNotAct)
    expect(await row(tides)).toBeDefined()
  })
})
