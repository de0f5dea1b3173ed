import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { listQuarantine, rereadQuarantine } from './quarantine.ts'
import { addSource } from './sources.ts'

const NOW = new Date('2026-01-15T20:00:00Z')

describeWithDatabase('reading the quarantine again', (db) => {
  /** A source with records that an older version could not read. */
  async function quarantined(records: string[], { mustHave = [] }: { mustHave?: string[] } = {}) {
    const added = await addSource(
      db(),
      { name: 'lab', kind: 'feed', settings: { url: 'https://lab.example/feed' }, mustHave },
      { trusted: true, now: NOW },
    )
    if (!added.ok) throw new Error(added.reason)
    for (const [index, record] of records.entries())
      await db()
        .insertInto('quarantined_records')
        .values({
          source_id: added.source.id,
          digest: String(index),
          position: `entry ${index}`,
          record,
          reason: 'As an older version said.',
          first_at: NOW,
          last_at: NOW,
        })
        .execute()
  }
  const item = (title: string, doi: string) =>
    `<item><title>${title}</title><link>https://lab.example/${title}</link><guid>doi:${doi}</guid></item>`
  const reread = (options: { id?: number; source?: string; signal?: AbortSignal } = {}) =>
    rereadQuarantine(db(), { ...options, now: NOW, timeZone: 'UTC' })
  const titles = async () =>
    (await db().selectFrom('papers').select('title').orderBy('title').execute()).map(({ title }) => title)

  it('records what is readable now; of the rest the reason is kept anew', async () => {
    await quarantined([item('Tides', '10.5555/t'), '<item><title></title></item>', '{"half a rec'])
    const done = await reread()
    expect(done).toEqual({ recorded: 1, passedOver: 0, stillUnreadable: 2 })
    expect(await titles()).toEqual(['Tides'])
    const { records, count } = await listQuarantine(db(), { limit: 10 })
    expect([count, records.length]).toEqual([2, 2])
    expect(Object.fromEntries(records.map(({ position, reason }) => [position, reason]))).toEqual({
      'entry 1': 'It has no title.',
      // A reader that finds nothing at all has nothing to say about it.
      'entry 2': 'As an older version said.',
    })
    expect(await reread()).toMatchObject({ recorded: 0, stillUnreadable: 2 })
  })

  it('takes no paper that lacks the source’s words', async () => {
    await quarantined([item('Tides', '10.5555/t'), item('Lakes', '10.5555/l')], { mustHave: ['tides'] })
    expect(await reread()).toEqual({ recorded: 1, passedOver: 1, stillUnreadable: 0 })
    expect(await titles()).toEqual(['Tides'])
    expect(await listQuarantine(db(), { limit: 10 })).toEqual({ records: [], count: 0 })
  })

  it('comes to the last of many, however many cannot be read, and stops where it is asked to', async () => {
    const unreadable = Array.from({ length: 120 }, (_, n) => `{"half": ${n}`)
    await quarantined([...unreadable, item('Tides', '10.5555/t')])
    expect(await reread({ signal: AbortSignal.abort() })).toEqual({
      recorded: 0,
      passedOver: 0,
      stillUnreadable: 0,
    })
    expect(await reread({ source: 'another' })).toMatchObject({ recorded: 0, stillUnreadable: 0 })
    expect(await reread({ source: 'lab' })).toEqual({ recorded: 1, passedOver: 0, stillUnreadable: 120 })
    expect(await titles()).toEqual(['Tides'])
  })
})
