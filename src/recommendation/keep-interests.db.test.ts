import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { signIn } from '../../test/readers.ts'
import { NOON } from '../../test/site.ts'
import { keepNextInterests } from './keep-interests.ts'
import type { Taste } from './taste.ts'

describeWithDatabase('keeping interests', (db) => {
  const change = (readerIds: string[]) =>
    db()
      .insertInto('taste_changes')
      .values(readerIds.map((reader_id) => ({ reader_id })))
      .execute()

  /** Asks until nobody is left; tells who was asked about, in turn. */
  async function keepAll(
    onAsked: (readerId: string) => Promise<unknown> = async () => null,
  ): Promise<string[]> {
    const asked: string[] = []
    const taste: Taste = {
      rank: () => Promise.reject(new Error('not asked here')),
      async interests({ readerId }) {
        asked.push(readerId)
        await onAsked(readerId)
        return []
      },
      askAbout: async () => [],
      wake: () => undefined,
      close: async () => undefined,
    }
    while (!(await keepNextInterests(db(), taste, { now: () => NOON })).done);
    return asked
  }

  it('looks at each reader once, however much they did and in whatever order', async () => {
    const readers: string[] = []
    for (let n = 0; n < 25; n++) readers.push((await signIn(db())).reader.id)
    // As many votes come in after an import: more than one round reads.
    for (let vote = 0; vote < 60; vote++) await change(readers)
    const asked = await keepAll()
    expect(asked).toHaveLength(readers.length)
    expect(new Set(asked)).toEqual(new Set(readers))
    expect(await db().selectFrom('taste_changes').select('id').execute()).toEqual([])
  })

  it('looks again at what a reader did meanwhile', async () => {
    const { reader } = await signIn(db())
    await change([reader.id])
    let left = 1
    const asked = await keepAll(async (readerId) => (left-- > 0 ? change([readerId]) : null))
    // The second one came too late for the first round, which then was the last; it is there for the next.
    expect(asked).toEqual([reader.id])
    expect(await keepAll()).toEqual([reader.id])
    expect(await keepAll()).toEqual([])
  })
})
