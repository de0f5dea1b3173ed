import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, TIME_ZONE } from '../../test/site.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { LONGEST_NOTE, MOST_NOTES, noteOn, notesOf, searchNotes, writeNote } from './paper-notes.ts'

const at = (minutes: number) => new Date(NOON.getTime() + minutes * 60_000)

describeWithDatabase('notes on papers', (db) => {
  async function open(count = 3) {
    const recorded = await recordHarvest(
      db(),
      Array.from({ length: count }, (_, i) => stated(`2601.0000${i + 1}`, { title: `Paper ${i + 1}` })),
      { now: NOON, timeZone: TIME_ZONE },
    )
    const { reader } = await signIn(db())
    const write = (place: number, body: string, now = NOON) =>
      writeNote(db(), { readerId: reader.id, paperId: recorded[place]?.paperId ?? 0, body, now })
    return { ids: recorded.map(({ paperId }) => paperId), readerId: reader.id, write }
  }

  it('are written, written anew and removed', async () => {
    const { ids, readerId, write } = await open()
    const paperId = ids[0] ?? 0
    expect(await noteOn(db(), { readerId, paperId })).toBeNull()
    await write(0, '  Mind the tides.\r\n\r\n\r\n\r\nAnd the sand. ')
    expect(await noteOn(db(), { readerId, paperId })).toEqual({
      body: 'Mind the tides.\n\nAnd the sand.',
      changedAt: NOON,
    })
    // The same again is not newer.
    await write(0, 'Mind the tides.\n\nAnd the sand.', at(1))
    expect(await noteOn(db(), { readerId, paperId })).toMatchObject({ changedAt: NOON })
    await write(0, 'Only the sand.', at(2))
    expect(await noteOn(db(), { readerId, paperId })).toEqual({ body: 'Only the sand.', changedAt: at(2) })
    await write(0, ' \n ', at(3))
    expect(await noteOn(db(), { readerId, paperId })).toBeNull()
    expect(await writeNote(db(), { readerId, paperId: 999_999, body: 'x', now: NOON })).toEqual({
      ok: false,
      kind: 'no-paper',
    })
  })

  it('can be so long, and so many', async () => {
    const { ids, readerId, write } = await open()
    expect(await write(0, '𝔸'.repeat(LONGEST_NOTE))).toEqual({ ok: true })
    expect(await write(0, 'x'.repeat(LONGEST_NOTE + 1))).toEqual({ ok: false, kind: 'too-long' })
    await db()
      .connection()
      .execute(async (connection) => {
        // Notes on papers that are not here, to have so many soon.
        await sql`set session_replication_role = 'replica'`.execute(connection)
        await sql`insert into paper_notes (reader_id, paper_id, body, changed_at)
        select ${readerId}, 1000000 + n, 'x', ${NOON} from generate_series(1, ${MOST_NOTES - 1}) n`.execute(
          connection,
        )
        await sql`set session_replication_role = 'origin'`.execute(connection)
      })
    expect(await write(1, 'One too many.')).toEqual({ ok: false, kind: 'full' })
    expect(await write(0, 'Instead of one.')).toEqual({ ok: true })
    expect(await write(0, 'Instead of one.')).toEqual({ ok: true })
    expect(await noteOn(db(), { readerId, paperId: ids[1] ?? 0 })).toBeNull()
  })

  it('are listed by page, the last written first, without hidden papers and those of others', async () => {
    const { ids, readerId, write } = await open()
    for (const place of [0, 1, 2]) await write(place, `Note ${place}.`, at(place))
    const { reader: other } = await signIn(db())
    await writeNote(db(), { readerId: other.id, paperId: ids[0] ?? 0, body: 'Not yours.', now: at(9) })
    const first = await notesOf(db(), { readerId, limit: 2 })
    expect(first.notes.map(({ paper, note }) => [paper.title, note.body])).toEqual([
      ['Paper 3', 'Note 2.'],
      ['Paper 2', 'Note 1.'],
    ])
    const second = await notesOf(db(), { readerId, after: first.next, limit: 2 })
    expect(second).toMatchObject({ notes: [{ note: { body: 'Note 0.' } }], next: null })
    await db()
      .updateTable('papers')
      .set({ hidden: true })
      .where('id', '=', ids[2] ?? 0)
      .execute()
    expect((await notesOf(db(), { readerId, limit: 9 })).notes).toHaveLength(2)
  })

  it('are found by all their words, and only by their reader', async () => {
    const { ids, readerId, write } = await open()
    await write(0, 'Compare with the tidal model of Sand.')
    await write(1, 'The tidal one; see page 4.')
    const { reader: other } = await signIn(db())
    await writeNote(db(), { readerId: other.id, paperId: ids[0] ?? 0, body: 'tidal sand', now: NOON })
    const found = async (text: string, by = readerId) =>
      (await searchNotes(db(), { readerId: by, text, limit: 5 })).map(({ paper }) => paper.title)
    expect(await found('TIDAL sand')).toEqual(['Paper 1'])
    expect((await found('tidal')).toSorted()).toEqual(['Paper 1', 'Paper 2'])
    expect(await found('tidal -sand')).toEqual(['Paper 2'])
    expect(await found('"sand tidal"')).toEqual([])
    for (const odd of ['', '"', '& | !', "'; --", '(((', '\\', '<->'])
      expect([odd, await found(odd)]).toEqual([odd, []])
    expect(await found('page', other.id)).toEqual([])
  })
})
