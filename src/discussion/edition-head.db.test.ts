import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON } from '../../test/site.ts'
import { MayNotAct } from '../db/hold-readers.ts'
import { inTransaction } from '../db/transaction.ts'
import { recordPapers } from '../papers/record.ts'
import { renderAnew } from './comment-html.ts'
import { editionHead, editionHeads, typedNote, writeEditionHead } from './edition-head.ts'

const [monday, tuesday] = ['2026-01-12', '2026-01-13']

describeWithDatabase('heads of editions', (db) => {
  const open = async () => {
    const papers = [monday, tuesday].map((day, i) =>
      stated(`2601.0000${i + 1}`, { published: { value: day, precision: 'day' } }),
    )
    await inTransaction(db(), (trx) => recordPapers(trx, papers, { now: NOON, timeZone: 'UTC' }))
    const { reader: curator } = await signIn(db(), { curator: true })
    const write = (edition: string, note: string, topPaperAddress: string | null = null) =>
      writeEditionHead(db(), { edition, note, topPaperAddress, curatorId: curator.id, now: NOON })
    return { curator, write }
  }

  it('are read by their days, newest first', async () => {
    const { curator, write } = await open()
    expect(await write(monday, 'One *word*.')).toEqual({ ok: true })
    expect(await write(tuesday, '', '2601.00002')).toEqual({ ok: true })
    const [second, first, ...others] = await editionHeads(db(), { from: '2026-01-01', to: '2026-01-31' })
    expect(others).toEqual([])
    expect(first).toEqual({
      edition: monday,
      text: 'One word.',
      html: '<p>One <em>word</em>.</p>\n',
      topPaperId: null,
      by: { id: curator.id, name: `Reader ${curator.id.slice(0, 4)}`, public: false },
      writtenAt: NOON,
    })
    expect(second).toMatchObject({ edition: tuesday, text: '', html: '', topPaperId: expect.any(Number) })
    expect(await editionHead(db(), { edition: '2026-01-14' })).toBeNull()
    expect(await typedNote(db(), { edition: monday })).toBe('One *word*.')
  })

  it('are of editions that there are, and of papers in them', async () => {
    const { write } = await open()
    expect(await write('2026-01-14', 'Nothing came.')).toMatchObject({ ok: false, kind: 'no-edition' })
    expect(await write(monday, 'x', '2601.00002')).toMatchObject({ ok: false, kind: 'no-paper' })
    expect(await write(monday, '𝔸'.repeat(2_000))).toEqual({ ok: true })
    expect(await write(monday, '𝔸'.repeat(2_001))).toMatchObject({ ok: false, kind: 'too-long' })
    expect(await write(monday, ' \u200b ')).toEqual({ ok: true })
    expect(await editionHead(db(), { edition: monday })).toBeNull()
  })

  it('are not written by whoever was suspended or has left meanwhile', async () => {
    const { curator, write } = await open()
    await sql`update readers set suspended_at = ${NOON}`.execute(db())
    await expect(write(monday, 'Too late.')).rejects.toThrow(MayNotAct)
    await sql`delete from readers where id = ${curator.id}`.execute(db())
    await expect(write(monday, 'Too late.')).rejects.toThrow(MayNotAct)
    expect(await editionHead(db(), { edition: monday })).toBeNull()
  })

  it('have their HTML made anew after an upgrade, and meanwhile when it is asked for', async () => {
    const { write } = await open()
    await write(monday, 'So $a^2$.')
    await write(tuesday, '', '2601.00002')
    await sql`update edition_heads set note_html = '<p>old</p>', html_version = 0`.execute(db())
    expect((await editionHead(db(), { edition: monday }))?.html).toContain('<mi>a</mi>')
    expect(await renderAnew(db(), { limit: 5 })).toBe(2)
    expect(await renderAnew(db(), { limit: 5 })).toBe(0)
    const kept = await db().selectFrom('edition_heads').select('note_html').orderBy('edition').execute()
    expect(kept).toEqual([{ note_html: expect.stringContaining('<mi>a</mi>') }, { note_html: '' }])
  })
})
