import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { NOON, TIME_ZONE } from '../../test/site.ts'
import { inTransaction } from '../db/transaction.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { embedNextPapers, papersToEmbed } from './embed-papers.ts'
import { wordCounter } from './testing/embedders.ts'

const MODEL = 'counter/1'

describeWithDatabase('papers that change while they are embedded', (db) => {
  const recorded = (papers: Parameters<typeof recordHarvest>[1], on = db()) =>
    recordHarvest(on, papers, { now: NOON, timeZone: TIME_ZONE })
  const somethingWaits = async () => {
    for (;;) {
      const { rows } = await sql<{ waits: boolean }>`select exists (select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock') as waits`.execute(db())
      if (rows[0]?.waits) return
    }
  }
  /** Counts words; does something else before it answers the first time. */
  function counting({ meanwhile }: { meanwhile: () => Promise<void> }) {
    const counter = wordCounter(MODEL)
    let calls = 0
    return {
      ...counter,
      async embedTexts(texts: string[]) {
        if (calls++ === 0) await meanwhile()
        return counter.embedTexts(texts)
      },
      calls: () => calls,
    }
  }

  it('let themselves be merged: neither of the two has to be done again', async () => {
    const [one, other] = ['2601.00001', 'doi/10.5555/one'] as const
    const [kept] = await recorded([stated(one), stated(other, { source: 'bibtex' })])
    let attempts = 0
    let merge: Promise<unknown> = Promise.resolve()
    const embedder = counting({
      meanwhile: async () => {
        merge = inTransaction(db(), (trx) => {
          attempts++
          return recorded([stated([one, other], { source: 'jsonl' })], trx)
        })
        await Promise.race([merge, somethingWaits()])
      },
    })
    await embedNextPapers(db(), embedder)
    await merge
    expect({ attempts, calls: embedder.calls() }).toEqual({ attempts: 1, calls: 1 })
    while (!(await embedNextPapers(db(), wordCounter(MODEL))).done);
    const vectors = await db().selectFrom('paper_embeddings').select('paper_id').execute()
    expect(vectors).toEqual([{ paper_id: kept?.paperId }])
    expect(await papersToEmbed(db(), MODEL)).toBe(0)
  })

  it('get the vector of their new text, also when another process has queued the change', async () => {
    await recorded([stated('2601.00001', { title: 'Tides', abstract: 'Water rises.' })])
    const embedder = counting({
      meanwhile: async () => {
        await recorded([stated('2601.00001', { title: 'Glaciers', abstract: 'Ice melts.' })])
        await embedNextPapers(db(), wordCounter(MODEL))
      },
    })
    await embedNextPapers(db(), embedder)
    while (!(await embedNextPapers(db(), wordCounter(MODEL))).done);
    const vectors = await db().selectFrom('paper_embeddings').select('digest').execute()
    expect(vectors).toEqual([{ digest: createHash('sha256').update('Glaciers. Ice melts.').digest() }])
  })
})
