import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { recordPapers } from '../papers/record.ts'
import { notForMeList, parseNotForMeCursor, setNotForMe } from './not-for-me.ts'
import { paperStanding } from './paper-standing.ts'
import {
  countReadingList,
  markRead,
  MOST_SAVED,
  parseReadingCursor,
  readingList,
  savePaper,
  unsavePaper,
  type ReadingCursor,
} from './reading-list.ts'

const now = new Date('2026-01-15T12:00:00Z')
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000)
const inAddress = (cursor: unknown) => Buffer.from(JSON.stringify(cursor)).toString('base64url')

describeWithDatabase('what a reader keeps and folds away', (db) => {
  async function newPapers(count: number): Promise<number[]> {
    const papers = Array.from({ length: count }, (_, i) => stated(`2601.${String(i + 1).padStart(5, '0')}`))
    const { recorded } = await db()
      .transaction()
      .execute((trx) => recordPapers(trx, papers, { now, timeZone: 'UTC' }))
    return recorded.map(({ paperId }) => paperId)
  }

  it('lists unread papers first, then read ones, page after page', async () => {
    const { reader } = await signIn(db())
    const other = await signIn(db())
    const readerId = reader.id
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = await newPapers(5)
    for (const [i, paperId] of [a, b, c, d, e].entries())
      expect(await savePaper(db(), { readerId, paperId, now: later(i) })).toEqual({ ok: true })
    await savePaper(db(), { readerId: other.reader.id, paperId: a, now })
    await markRead(db(), { readerId, paperId: b, read: true, now: later(60) })
    await markRead(db(), { readerId, paperId: e, read: true, now: later(50) })
    // A second time changes nothing.
    await markRead(db(), { readerId, paperId: e, read: true, now: later(70) })
    await savePaper(db(), { readerId, paperId: e, now: later(80) })
    await db().updateTable('papers').set({ hidden: true }).where('id', '=', c).execute()

    const seen: number[] = []
    for (let after: ReadingCursor | null = null; ;) {
      const page = await readingList(db(), { readerId, after, limit: 1 })
      seen.push(...page.papers.map(({ paper }) => paper.id))
      if (!page.next) break
      after = parseReadingCursor(inAddress(page.next))
    }
    expect(seen).toEqual([d, a, b, e])
    expect(await countReadingList(db(), { readerId })).toEqual({ unread: 2, read: 2 })
    await markRead(db(), { readerId, paperId: b, read: false, now })
    await unsavePaper(db(), { readerId, paperId: a })
    await unsavePaper(db(), { readerId, paperId: a })
    expect(await countReadingList(db(), { readerId })).toEqual({ unread: 2, read: 1 })
    expect(await markRead(db(), { readerId, paperId: a, read: true, now })).toBe(false)
    for (const bad of [[2, now.toISOString(), 1], [1, 'now', 1], [1, now.toISOString(), -1], [], null])
      expect(parseReadingCursor(inAddress(bad))).toBeNull()
  })

  it('keeps a paper once, none that is hidden or gone, and 5,000 at most', async () => {
    const { reader } = await signIn(db())
    const readerId = reader.id
    const [a = 0, hidden = 0, b = 0] = await newPapers(3)
    await db().updateTable('papers').set({ hidden: true }).where('id', '=', hidden).execute()
    const saved = await Promise.all([1, 2, 3].map(() => savePaper(db(), { readerId, paperId: a, now })))
    expect(saved).toEqual([{ ok: true }, { ok: true }, { ok: true }])
    for (const paperId of [hidden, 999_999])
      expect(await savePaper(db(), { readerId, paperId, now })).toEqual({ ok: false, kind: 'no-paper' })
    const many = Array.from({ length: MOST_SAVED - 1 }, (_, i) =>
      stated(`2602.${String(i + 1).padStart(5, '0')}`),
    )
    const { recorded } = await db()
      .transaction()
      .execute((trx) => recordPapers(trx, many, { now, timeZone: 'UTC' }))
    const values = recorded.map(({ paperId }) => ({ reader_id: readerId, paper_id: paperId, added_at: now }))
    await db().insertInto('reading_list').values(values).execute()
    expect(await savePaper(db(), { readerId, paperId: b, now })).toEqual({ ok: false, kind: 'full' })
    expect(await savePaper(db(), { readerId, paperId: a, now })).toEqual({ ok: true })
    expect((await readingList(db(), { readerId, limit: MOST_SAVED })).papers).toHaveLength(MOST_SAVED)
  })

  it('folds a paper away once, and shows it again', async () => {
    const { reader } = await signIn(db())
    const readerId = reader.id
    const [a = 0, b = 0] = await newPapers(2)
    const fold = (paperId: number, notForMe: boolean, at = now) =>
      setNotForMe(db(), { readerId, paperId, notForMe, now: at })
    expect(await Promise.all([fold(a, true), fold(a, true)])).toEqual([true, true])
    expect(await fold(b, true, later(1))).toBe(true)
    expect(await fold(999_999, true)).toBe(false)
    const first = await notForMeList(db(), { readerId, limit: 1 })
    expect(first.papers.map(({ id }) => id)).toEqual([b])
    const after = parseNotForMeCursor(inAddress(first.next))
    const second = await notForMeList(db(), { readerId, after, limit: 1 })
    expect(second).toMatchObject({ papers: [{ id: a }], next: null })
    await fold(a, false)
    await fold(a, false)
    expect((await notForMeList(db(), { readerId, limit: 9 })).papers.map(({ id }) => id)).toEqual([b])
  })

  it('tells how a paper stands with a reader, and nothing of them to others', async () => {
    const { reader } = await signIn(db())
    const [a = 0] = await newPapers(1)
    const nothing = { saved: false, read: false, notForMe: false, own: [], inPublic: [] }
    expect(await paperStanding(db(), { paperId: a, readerId: null, limit: 3 })).toEqual(nothing)
    await savePaper(db(), { readerId: reader.id, paperId: a, now })
    await markRead(db(), { readerId: reader.id, paperId: a, read: true, now })
    await setNotForMe(db(), { readerId: reader.id, paperId: a, notForMe: true, now })
    const own = { saved: true, read: true, notForMe: true, own: [], inPublic: [] }
    expect(await paperStanding(db(), { paperId: a, readerId: reader.id, limit: 3 })).toEqual(own)
    expect(await paperStanding(db(), { paperId: a, readerId: null, limit: 3 })).toEqual(nothing)
  })
})
