import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { recordPapers } from '../papers/record.ts'
import {
  addToCollection,
  collectedPapers,
  moveInCollection,
  MOST_PAPERS,
  noteInCollection,
  parseNote,
  removeFromCollection,
} from './collection-papers.ts'
import {
  collectionsOf,
  createCollection,
  deleteCollection,
  editCollection,
  findCollection,
  MOST_COLLECTIONS,
  parseCollection,
  parseCollectionsCursor,
  publicCollections,
} from './collections.ts'
import { paperStanding } from './paper-standing.ts'

const now = new Date('2026-01-15T12:00:00Z')
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000)
const facts = { title: 'Tides', description: '', public: false }

describeWithDatabase('collections', (db) => {
  async function newPapers(count: number): Promise<number[]> {
    const papers = Array.from({ length: count }, (_, i) => stated(`2601.${String(i + 1).padStart(5, '0')}`))
    const { recorded } = await db()
      .transaction()
      .execute((trx) => recordPapers(trx, papers, { now, timeZone: 'UTC' }))
    return recorded.map(({ paperId }) => paperId)
  }
  async function newCollection(
    readerId: string,
    given: Partial<typeof facts> = {},
    at = now,
  ): Promise<string> {
    const made = await createCollection(db(), { readerId, facts: { ...facts, ...given }, now: at })
    if (!made.ok) throw new Error(made.kind)
    return made.id
  }
  async function orderOf(collectionId: string): Promise<number[]> {
    return (await collectedPapers(db(), { collectionId })).map(({ paper }) => paper.id)
  }
  const positionsOf = async (collectionId: string) =>
    (
      await db()
        .selectFrom('collection_papers')
        .select('position')
        .where('collection_id', '=', collectionId)
        .orderBy('position')
        .execute()
    ).map(({ position }) => position)

  it('takes titles and descriptions as plain text within their bounds', () => {
    const parse = (title: string, description = '') => parseCollection({ title, description, public: true })
    expect(parse('  Tidal \t waves\u0000\u202e ', 'One\r\n\r\n\r\n\r\ntwo\u0007')).toEqual({
      ok: true,
      facts: { title: 'Tidal waves', description: 'One\n\ntwo', public: true },
    })
    expect(parse('🌊'.repeat(120)).ok).toBe(true)
    expect(parse('a'.repeat(121))).toMatchObject({ field: 'title' })
    for (const blank of ['', ' ', '\u200b', '\u{e0001}'])
      expect(parse(blank)).toMatchObject({ field: 'title' })
    expect(parse('a', 'b'.repeat(2_000)).ok).toBe(true)
    expect(parse('a', 'b'.repeat(2_001))).toMatchObject({ field: 'description' })
    expect(parseNote('a\uffffb', { longest: 2 })).toBe('ab')
    expect(parseNote('abc', { longest: 2 })).toBeNull()
  })

  it('are private at first, named at random, and made once when asked for twice', async () => {
    const { reader } = await signIn(db())
    const made = await Promise.all(
      Array.from({ length: 5 }, () => createCollection(db(), { readerId: reader.id, facts, now })),
    )
    const ids = new Set(made.map((one) => (one.ok ? one.id : null)))
    expect(ids.size).toBe(1)
    const [id] = ids
    expect(id).toMatch(/^[a-z0-9]{12}$/)
    const again = await newCollection(reader.id, {}, later(2))
    expect(again).not.toBe(id)
    expect((await collectionsOf(db(), { readerId: reader.id })).map((one) => one.id)).toEqual([again, id])
  })

  it('stop at 200 a reader, however many are asked for at once', async () => {
    const { reader } = await signIn(db())
    const values = Array.from({ length: MOST_COLLECTIONS - 2 }, (_, i) => ({
      id: String(i).padStart(12, 'a'),
      reader_id: reader.id,
      title: `No ${i}`,
      created_at: now,
      changed_at: now,
    }))
    await db().insertInto('collections').values(values).execute()
    const made = await Promise.all(
      [1, 2, 3, 4, 5].map((n) =>
        createCollection(db(), { readerId: reader.id, facts: { ...facts, title: `More ${n}` }, now }),
      ),
    )
    expect(made.filter(({ ok }) => ok)).toHaveLength(2)
    expect(made.filter(({ ok }) => !ok)).toContainEqual({ ok: false, kind: 'full' })
    expect(await collectionsOf(db(), { readerId: reader.id })).toHaveLength(MOST_COLLECTIONS)
  })

  it('keep papers that come at the same time, each once and each in a place of its own', async () => {
    const { reader } = await signIn(db())
    const collectionId = await newCollection(reader.id)
    const ids = await newPapers(12)
    const add = (paperId: number) =>
      addToCollection(db(), { collectionId, readerId: reader.id, paperId, now: later(1) })
    const outcomes = await Promise.all([...ids, ...ids].map(add))
    expect(outcomes.every(({ ok }) => ok)).toBe(true)
    expect((await orderOf(collectionId)).toSorted((a, b) => a - b)).toEqual(ids)
    expect(await positionsOf(collectionId)).toEqual(ids.map((_, i) => i + 1))
    expect((await findCollection(db(), { id: collectionId, asking: reader }))?.changedAt).toEqual(later(1))
  })

  it('keep an order that moves and removals at the same time leave whole', async () => {
    const { reader } = await signIn(db())
    const collectionId = await newCollection(reader.id)
    const ids = await newPapers(10)
    const on = (paperId = 0) => ({ collectionId, readerId: reader.id, paperId, now })
    for (const id of ids.slice(0, 8)) await addToCollection(db(), on(id))
    await Promise.all([
      ...ids.slice(0, 4).map((id, i) => moveInCollection(db(), { ...on(id), to: 8 - i })),
      ...ids.slice(4, 6).map((id) => removeFromCollection(db(), on(id))),
      ...ids.slice(8).map((id) => addToCollection(db(), on(id))),
    ])
    const left = [...ids.slice(0, 4), ...ids.slice(6)]
    expect((await orderOf(collectionId)).toSorted((a, b) => a - b)).toEqual(left)
    expect(new Set(await positionsOf(collectionId)).size).toBe(left.length)
  })

  it('put a paper where it is to be, and twice is once', async () => {
    const { reader } = await signIn(db())
    const collectionId = await newCollection(reader.id)
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = await newPapers(5)
    const on = (paperId: number) => ({ collectionId, readerId: reader.id, paperId, now })
    for (const id of [a, b, c, d]) await addToCollection(db(), on(id))
    const move = async (paperId: number, to: number) => {
      const outcome = await moveInCollection(db(), { ...on(paperId), to })
      return outcome.ok ? orderOf(collectionId) : outcome.kind
    }
    expect(await move(c, 2)).toEqual([a, c, b, d])
    expect(await move(c, 2)).toEqual([a, c, b, d])
    expect(await move(a, 4)).toEqual([c, b, d, a])
    expect(await move(a, 0)).toEqual([a, c, b, d])
    expect(await move(a, 999)).toEqual([c, b, d, a])
    expect(await move(e, 1)).toBe('no-paper')
    // Places are counted as they are seen: the hidden paper is passed over.
    await db().updateTable('papers').set({ hidden: true }).where('id', '=', b).execute()
    expect(await orderOf(collectionId)).toEqual([c, d, a])
    expect(await move(a, 2)).toEqual([c, a, d])
    expect(await move(c, 2)).toEqual([a, c, d])
    await removeFromCollection(db(), on(a))
    await removeFromCollection(db(), on(a))
    expect(await positionsOf(collectionId)).toEqual([1, 2, 3])
  })

  it('stop at 500 papers, and take none that is hidden or gone', async () => {
    const { reader } = await signIn(db())
    const collectionId = await newCollection(reader.id)
    const ids = await newPapers(MOST_PAPERS + 2)
    const [hidden = 0, last = 0, ...others] = ids
    await db().updateTable('papers').set({ hidden: true }).where('id', '=', hidden).execute()
    const add = (paperId: number) =>
      addToCollection(db(), { collectionId, readerId: reader.id, paperId, now })
    expect(await add(hidden)).toEqual({ ok: false, kind: 'no-paper' })
    expect(await add(999_999)).toEqual({ ok: false, kind: 'no-paper' })
    const values = others.map((paper_id, i) => ({
      collection_id: collectionId,
      paper_id,
      position: i + 1,
      added_at: now,
    }))
    await db().insertInto('collection_papers').values(values).execute()
    expect(await add(last)).toEqual({ ok: false, kind: 'full' })
    expect(await add(others[0] ?? 0)).toMatchObject({ ok: true })
    await removeFromCollection(db(), { collectionId, readerId: reader.id, paperId: others[0] ?? 0, now })
    const two = await Promise.all([add(last), add(last)])
    expect(two.every(({ ok }) => ok)).toBe(true)
    expect(await positionsOf(collectionId)).toEqual(others.map((_, i) => i + 1))
  })

  it('can be changed by nobody but their reader', async () => {
    const [owner, other] = [await signIn(db()), await signIn(db(), { curator: true })]
    const id = await newCollection(owner.reader.id, { public: true })
    const [paperId = 0] = await newPapers(1)
    const readerId = other.reader.id
    const refused = { ok: false, kind: 'no-collection' }
    const on = { collectionId: id, readerId, paperId, now }
    expect(await editCollection(db(), { id, readerId, facts, now })).toEqual(refused)
    expect(await deleteCollection(db(), { id, readerId })).toEqual(refused)
    expect(await addToCollection(db(), on)).toEqual(refused)
    expect(await removeFromCollection(db(), on)).toEqual(refused)
    expect(await moveInCollection(db(), { ...on, to: 1 })).toEqual(refused)
    expect(await noteInCollection(db(), { ...on, note: 'mine' })).toEqual(refused)
    expect(await deleteCollection(db(), { id, readerId: owner.reader.id })).toEqual({ ok: true, seen: true })
    expect(await deleteCollection(db(), { id, readerId: owner.reader.id })).toEqual(refused)
  })

  it('exist for whom they are meant', async () => {
    const [owner, other] = [await signIn(db()), await signIn(db())]
    const curator = await signIn(db(), { curator: true })
    const id = await newCollection(owner.reader.id)
    const seenBy = async () => {
      const asking = [owner.reader, other.reader, curator.reader, null]
      const found = await Promise.all(asking.map((one) => findCollection(db(), { id, asking: one })))
      return found.map((one) => one !== null)
    }
    expect(await seenBy()).toEqual([true, false, false, false])
    await editCollection(db(), { id, readerId: owner.reader.id, facts: { ...facts, public: true }, now })
    expect(await seenBy()).toEqual([true, true, true, true])
    await db().updateTable('collections').set({ hidden: true }).execute()
    expect(await seenBy()).toEqual([true, false, true, false])
    expect((await publicCollections(db(), { limit: 5 })).collections).toEqual([])
    await editCollection(db(), { id, readerId: owner.reader.id, facts, now })
    expect(await seenBy()).toEqual([true, false, false, false])
    expect(await findCollection(db(), { id: "x' or true", asking: owner.reader })).toBeNull()
  })

  it('are listed by their newest change, page after page', async () => {
    const [one, two] = [await signIn(db(), { name: 'Ada' }), await signIn(db())]
    const [paperId = 0] = await newPapers(1)
    const made: string[] = []
    for (const n of [1, 2, 3, 4, 5]) {
      const { reader } = n % 2 ? one : two
      const id = await newCollection(reader.id, { title: `No ${n}`, public: n !== 3 })
      if (n > 2)
        await addToCollection(db(), { collectionId: id, readerId: reader.id, paperId, now: later(n) })
      made.push(id)
    }
    const titles: string[] = []
    for (let after = null; ;) {
      const page = await publicCollections(db(), { after, limit: 1 })
      titles.push(...page.collections.map(({ title }) => title))
      if (!page.next) break
      after = parseCollectionsCursor(Buffer.from(JSON.stringify(page.next)).toString('base64url'))
      expect(after).toEqual(page.next)
    }
    expect(titles.slice(0, 2)).toEqual(['No 5', 'No 4'])
    expect(titles.toSorted()).toEqual(['No 1', 'No 2', 'No 4', 'No 5'])
    const ofOne = await publicCollections(db(), { of: one.reader.id, limit: 9 })
    expect(ofOne.collections.map(({ title }) => title)).toEqual(['No 5', 'No 1'])
    expect(ofOne.collections[0]).toMatchObject({ papers: 1, owner: { name: 'Ada', public: false } })
    const { inPublic } = await paperStanding(db(), { paperId, readerId: null, limit: 9 })
    expect(inPublic.map(({ id }) => id)).toEqual([made[4], made[3]])
    for (const bad of ['', 'W10', Buffer.from('["now","aaaaaaaaaaaa"]').toString('base64url')])
      expect(parseCollectionsCursor(bad)).toBeNull()
  })

  it('say something of their papers, and keep it when a paper moves', async () => {
    const { reader } = await signIn(db())
    const collectionId = await newCollection(reader.id)
    const [a = 0, b = 0] = await newPapers(2)
    const on = (paperId: number) => ({ collectionId, readerId: reader.id, paperId, now })
    await addToCollection(db(), on(a))
    await addToCollection(db(), on(b))
    await noteInCollection(db(), { ...on(b), note: 'Read this\nfirst.' })
    await moveInCollection(db(), { ...on(b), to: 1 })
    await addToCollection(db(), on(b))
    const kept = await collectedPapers(db(), { collectionId })
    expect(kept.map(({ paper, place, note }) => [paper.id, place, note])).toEqual([
      [b, 1, 'Read this\nfirst.'],
      [a, 2, ''],
    ])
    expect(await noteInCollection(db(), { ...on(0), note: '' })).toEqual({ ok: false, kind: 'no-paper' })
    expect(await collectedPapers(db(), { collectionId, skip: 1, limit: 5 })).toMatchObject([{ place: 2 }])
  })
})
