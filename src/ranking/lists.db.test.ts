import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { recordPapers } from '../papers/record.ts'
import { formatCursor } from '../db/cursor.ts'
import { countPapers, type CountedList } from './count-papers.ts'
import { parseCursor, type Cursor, type PaperList } from './list-orders.ts'
import { listPapers } from './lists.ts'

const now = new Date('2026-01-15T12:00:00Z')
const ORCID = '0000-0002-1825-0097'
const LISTS: PaperList[] = [
  { kind: 'editions', from: '2026-01-01', to: '2026-01-31' },
  { kind: 'editions', from: '2026-01-02', to: '2026-01-02' },
  { kind: 'new' },
  { kind: 'trending' },
  { kind: 'top', from: null, to: null },
  { kind: 'top', from: '2026-01-02', to: '2026-01-03' },
  { kind: 'topic', category: 'cs.LG' },
  { kind: 'name', nameKey: 'ann-lee' },
  { kind: 'orcid', orcid: ORCID },
]

function isCounted(list: PaperList): list is CountedList {
  return ['editions', 'topic', 'name', 'orcid'].includes(list.kind)
}

describeWithDatabase('lists', (db) => {
  /** Papers full of ties: of three days, of heats among which is none, with the same few votes. */
  async function invent(from: number, count: number) {
    const papers = Array.from({ length: count }, (_, i) => {
      const n = from + i
      return stated(`2601.${String(n).padStart(5, '0')}`, {
        published: { precision: 'day', value: `2026-01-0${1 + (n % 3)}` },
        categories: [n % 2 === 0 ? 'cs.LG' : 'cs.AI'],
        // The same name twice on some papers.
        authors: [
          { name: n % 4 === 0 ? 'Bo Ek' : 'Ann Lee', ...(n % 5 === 0 ? { orcid: ORCID } : {}) },
          { name: n % 3 === 0 ? 'Ann Lee' : 'Cy Oh' },
        ],
      })
    })
    await db()
      .transaction()
      .execute((trx) => recordPapers(trx, papers, { now, timeZone: 'UTC' }))
    const last = from + count - 1
    await sql`
      update papers set votes = id % 3, vote_points = 10 * (id % 3), hidden = id % 13 = 0,
        heat = case id % 5 when 0 then '-Infinity'::float8 when 1 then -3.25 when 2 then 0.1::float8 + 0.2 else 1e-7 end,
        attention = case id % 5 when 0 then 0 when 1 then 0.1::float8 + 0.2 when 2 then 0.3 else id % 4 end
      where arxiv_id between ${`2601.${String(from).padStart(5, '0')}`} and ${`2601.${String(last).padStart(5, '0')}`}
    `.execute(db())
  }

  /** The papers of a list in its order, calculated here from all that is stored. */
  async function calculated(list: PaperList): Promise<number[]> {
    const rows = await db().selectFrom('papers').selectAll().execute()
    const authors = await db().selectFrom('paper_authors').selectAll().execute()
    const by = (id: number) => authors.filter(({ paper_id }) => paper_id === id)
    const keep = rows.filter((row) => {
      if (row.hidden) return false
      switch (list.kind) {
        case 'editions':
          return row.edition !== null && row.edition >= list.from && row.edition <= list.to
        case 'new':
          return true
        case 'trending':
          return row.heat > -Infinity
        case 'top':
          return (
            row.attention > 0 &&
            (list.from === null || (row.edition ?? '') >= list.from) &&
            (list.to === null || (row.edition ?? '9999-12-31') <= list.to)
          )
        case 'topic':
          return row.categories.includes(list.category)
        case 'name':
          return by(row.id).some(({ name_key }) => name_key === list.nameKey)
        case 'orcid':
          return by(row.id).some(({ orcid }) => orcid === list.orcid)
      }
    })
    const keys = (row: (typeof rows)[0]): number[] => {
      const time = row.dated_at.getTime()
      if (list.kind === 'editions') return [Math.round(row.attention * 1e6), row.heat, time, row.id]
      if (list.kind === 'trending') return [row.heat, row.id]
      return list.kind === 'top' ? [row.attention, row.id] : [time, row.id]
    }
    const descending = (a: number[], b: number[]) => {
      const at = a.findIndex((value, i) => value !== b[i])
      return at < 0 ? 0 : (b[at] ?? 0) > (a[at] ?? 0) ? 1 : -1
    }
    return keep.toSorted((a, b) => descending(keys(a), keys(b))).map(({ id }) => id)
  }

  async function walk(list: PaperList, limit: number, between = async () => {}): Promise<number[]> {
    const ids: number[] = []
    let after: Cursor | null = null
    for (let pages = 0; pages < 100; pages++) {
      const page = await listPapers(db(), { list, after, limit })
      ids.push(...page.papers.map(({ id }) => id))
      if (page.next === null) return ids
      expect(page.papers).toHaveLength(limit)
      // As it goes through an address.
      after = parseCursor(list.kind, formatCursor(page.next))
      expect(after).not.toBeNull()
      await between()
    }
    throw new Error('the list has no end')
  }

  it.each(LISTS)('give each paper once in their order, page by page: $kind', async (list) => {
    await invent(1, 61)
    const expected = await calculated(list)
    expect(expected.length).toBeGreaterThan(10)
    if (isCounted(list)) expect(await countPapers(db(), list)).toBe(expected.length)
    for (const limit of [1, 4, 7, expected.length, 100]) expect(await walk(list, limit)).toEqual(expected)
  })

  it.each(LISTS)('shift by nothing when papers arrive between pages: $kind', async (list) => {
    await invent(1, 40)
    const before = await calculated(list)
    let arrived = 40
    const walked = await walk(list, 5, async () => {
      await invent(arrived + 1, 3)
      arrived += 3
    })
    const there = new Set(before)
    expect(walked.filter((id) => there.has(id))).toEqual(before)
    expect(new Set(walked).size).toBe(walked.length)
    // What arrived is found where it belongs, if that is still to come.
    const after = await calculated(list)
    expect(after.filter((id) => walked.includes(id))).toEqual(walked)
  })

  it.each(LISTS)('are empty on an empty site: $kind', async (list) => {
    expect(await listPapers(db(), { list, limit: 10 })).toEqual({ papers: [], next: null })
    if (isCounted(list)) expect(await countPapers(db(), list)).toBe(0)
  })

  it('take every cursor that can be read, whatever is in it', async () => {
    await invent(1, 5)
    const extreme: [PaperList['kind'], Cursor][] = [
      ['trending', ['1.7976931348623157e+308', Number.MAX_SAFE_INTEGER]],
      ['trending', ['5e-324', Number.MIN_SAFE_INTEGER]],
      ['new', ['0001-01-01T00:00:00.000Z', 0]],
      ['new', ['9999-12-31T23:59:59.999Z', 0]],
      ['editions', ['-1.7976931348623157e+308', '-Infinity', '2026-01-01T00:00:00.000Z', 1]],
    ]
    for (const [kind, cursor] of extreme) {
      const list = LISTS.find((one) => one.kind === kind) ?? { kind: 'new' }
      const after = parseCursor(kind, formatCursor(cursor))
      expect(after).toEqual(cursor)
      await expect(listPapers(db(), { list, after, limit: 3 })).resolves.toBeDefined()
    }
  })
})
