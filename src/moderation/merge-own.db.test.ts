import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, TIME_ZONE } from '../../test/site.ts'
import { noteOn, writeNote } from '../shelves/paper-notes.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { mergePapers } from './merge-papers.ts'

const now = NOON
const later = new Date(NOON.getTime() + 3_600_000)
const OWN = ['interest_papers', 'paper_ratings', 'opened_papers', 'seen_papers', 'paper_notes'] as const

describeWithDatabase('what is each reader’s own, when papers are merged', (db) => {
  it('moves to the kept paper, and two notes become one that has both', async () => {
    const recorded = await recordHarvest(
      db(),
      [stated('2601.00001'), stated('doi/10.5555/tides', { source: 'bibtex' })],
      { now, timeZone: TIME_ZONE },
    )
    const [keptId = 0, mergedId = 0] = recorded.map(({ paperId }) => paperId)
    const { reader: curator } = await signIn(db(), { curator: true })
    const [both, one] = [(await signIn(db())).reader.id, (await signIn(db())).reader.id]
    for (const [readerId, paperId, at] of [
      [both, keptId, now],
      [both, mergedId, later],
      [one, mergedId, now],
    ] as const) {
      const row = { reader_id: readerId, paper_id: paperId }
      const { id } = await db()
        .insertInto('interests')
        .values({ reader_id: readerId, name: 'Tides', created_at: now })
        .returning('id')
        .executeTakeFirstOrThrow()
      await db()
        .insertInto('interest_papers')
        .values({ ...row, interest_id: id })
        .execute()
      await db()
        .insertInto('paper_ratings')
        .values({ ...row, likes: paperId === mergedId, at })
        .execute()
      await db()
        .insertInto('opened_papers')
        .values({ ...row, at })
        .execute()
      await db()
        .insertInto('seen_papers')
        .values({ ...row, at })
        .execute()
      const body = paperId === keptId ? 'k'.repeat(9_000) : 'm'.repeat(9_000)
      await writeNote(db(), { readerId, paperId, body, now: at })
    }
    await mergePapers(db(), {
      keptId,
      mergedId,
      timeZone: TIME_ZONE,
      curatorId: curator.id,
      reason: 'One work.',
      now: later,
    })
    for (const table of OWN) {
      const { rows } = await sql<{ reader_id: string; paper_id: number }>`
        select reader_id, paper_id from ${sql.table(table)}`.execute(db())
      expect([table, rows.map((row) => `${row.reader_id} ${row.paper_id}`).toSorted()]).toEqual([
        table,
        [both, one].map((readerId) => `${readerId} ${keptId}`).toSorted(),
      ])
    }
    expect(await noteOn(db(), { readerId: both, paperId: keptId })).toEqual({
      body: `${'k'.repeat(9_000)}\n\n${'m'.repeat(9_000)}`,
      changedAt: later,
    })
    expect(await noteOn(db(), { readerId: one, paperId: keptId })).toEqual({
      body: 'm'.repeat(9_000),
      changedAt: now,
    })
    expect(
      await db().selectFrom('opened_papers').select('at').where('reader_id', '=', both).execute(),
    ).toEqual([{ at: later }])
  })
})
