import type { Kysely } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import type { Database } from '../../db/schema.ts'
import { EXPORT_FORMATS, exportWriter, type ExportFormat } from '../../papers/export/formats.ts'
import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { listedPapers } from '../../papers/find.ts'
import { feed } from '../feed.fixture.ts'
import { importPapers } from '../import.ts'
import { readJsonLines } from './jsonl.ts'
import { inventedRecords, NOW, readExport, recordsOf, SITE } from './round-trip.fixture.ts'

/** More than are read at a time. */
const PAPERS = 600

async function takeIn(db: Kysely<Database>, outcomes: AsyncIterable<HarvestOutcome>) {
  return importPapers(db, outcomes, { name: 'trip', format: 'trip', timeZone: 'UTC', now: () => NOW })
}

async function exported(db: Kysely<Database>, format: ExportFormat): Promise<string> {
  const { first, next, last } = exportWriter(format, SITE)
  let text = first
  for await (const papers of listedPapers(db)) text += papers.map(next).join('')
  return text + last
}

describeWithDatabase('the papers of a site', (db) => {
  it.each(EXPORT_FORMATS)(
    'are the same, byte for byte, when an empty site has them from their export as %s',
    async (format) => {
      await takeIn(db(), readJsonLines(feed(inventedRecords(PAPERS, 2).join('\n')), { now: NOW }))
      const before = await exported(db(), format)
      expect(recordsOf(format, before).length).toBeGreaterThanOrEqual(PAPERS)
      await db().deleteFrom('papers').execute()
      expect(await takeIn(db(), readExport(format, before))).toMatchObject({ new: PAPERS, refused: 0 })
      expect((await exported(db(), format)) === before).toBe(true)
    },
  )

  it('leave out those that are hidden', async () => {
    await takeIn(db(), readJsonLines(feed(inventedRecords(3, 3).join('\n')), { now: NOW }))
    const [first] = await db().selectFrom('papers').select(['id', 'address']).orderBy('id').execute()
    await db()
      .updateTable('papers')
      .set({ hidden: true })
      .where('id', '=', first?.id ?? 0)
      .execute()
    for (const format of EXPORT_FORMATS)
      expect(await exported(db(), format)).not.toContain(first?.address ?? 'no paper')
  })
})
