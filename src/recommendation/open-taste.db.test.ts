import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { recordPapers } from '../papers/record.ts'
import { castVote, takeBackVote } from '../ranking/votes.ts'
import { setNotForMe } from '../shelves/not-for-me.ts'
import { keepInterests } from './keep-interests.ts'
import { openTaste } from './open-taste.ts'

const now = new Date('2026-01-15T12:00:00Z')
const days = (count: number) => new Date(now.getTime() - count * 86_400_000)

/** Invented abstracts of two fields that have no word in common, and of a third. */
const FIELDS = {
  tides: ['salt marsh', 'tidal basin', 'sediment flux', 'estuary mouth', 'mud flat', 'storm surge'],
  proofs: [
    'type theory',
    'proof assistant',
    'dependent types',
    'cubical sets',
    'kernel checker',
    'lemma search',
  ],
  bread: ['sour dough', 'oven spring', 'rye starter', 'crumb structure', 'gluten network', 'crust colour'],
}

function abstractOf(field: keyof typeof FIELDS, i: number): string {
  const words = FIELDS[field]
  return [0, 1, 2, 3].map((k) => words[(i + k) % words.length]).join(' with ')
}

describeWithDatabase('a taste', (db) => {
  async function papersOf(field: keyof typeof FIELDS, from: number, count: number): Promise<number[]> {
    const papers = Array.from({ length: count }, (_, i) =>
      stated(`2601.${String(from + i).padStart(5, '0')}`, {
        title: `Notes on ${field} ${FIELDS[field][i % 6]}`,
        abstract: abstractOf(field, i),
        published: { value: '2026-01-14', precision: 'day' },
      }),
    )
    const { recorded } = await db()
      .transaction()
      .execute((trx) => recordPapers(trx, papers, { now: days(1), timeZone: 'UTC' }))
    return recorded.map(({ paperId }) => paperId)
  }

  it('finds both fields of a reader in the first ten, and says which votes brought each paper', async () => {
    const [tides, proofs, bread] = [
      await papersOf('tides', 1, 14),
      await papersOf('proofs', 101, 14),
      await papersOf('bread', 201, 14),
    ]
    const { reader } = await signIn(db(), { name: 'Ada' })
    const voter = { id: reader.id, trusted: true }
    for (const paperId of [...tides.slice(0, 6), ...proofs.slice(0, 3)])
      await castVote(db(), { paperId, voter, now: days(1) })
    const taste = openTaste(db())
    const question = { readerId: reader.id, now, limit: 10 }
    const { papers, knows } = await taste.rank(question)
    const ids = papers.map(({ id }) => id)
    expect(ids.filter((id) => tides.includes(id)).length).toBeGreaterThan(1)
    expect(ids.filter((id) => proofs.includes(id)).length).toBeGreaterThan(1)
    expect(ids.filter((id) => bread.includes(id)).length).toBeLessThan(3)
    expect(knows).toEqual({ acts: 9, interests: 2, topics: 0, authors: 0 })

    const first = papers.find(({ id }) => proofs.includes(id))
    expect(first?.reasons.length).toBeGreaterThan(0)
    const told = first?.reasons.reduce((sum, { part }) => sum + Math.max(0, part), 0) ?? 0
    expect(first?.forIt).toBeGreaterThanOrEqual(told)
    expect(told).toBeGreaterThan(0)
    for (const { act, part } of first?.reasons.slice(0, 2) ?? []) {
      expect(act.kind).toBe('vote')
      expect(proofs).toContain(act.paperId)
      expect(part).toBeGreaterThan(0)
    }

    // What is shown of a vote is what the paper's score loses without it.
    const [strongest] = first?.reasons ?? []
    const before = first?.score ?? 0
    await keepInterests(db(), taste, { readerId: reader.id, now })
    // What one interest finds is of its field alone.
    for (const { id, acts } of await taste.interests({ readerId: reader.id, now })) {
      const field = acts.some(({ paperId }) => tides.includes(paperId ?? 0)) ? tides : proofs
      const found = await taste.rank({ ...question, interestId: id ?? 0, limit: 5 })
      expect(found.papers).toHaveLength(5)
      expect(found.papers.filter((paper) => !field.includes(paper.id))).toEqual([])
    }
    await takeBackVote(db(), { paperId: strongest?.act.paperId ?? 0, readerId: reader.id, now })
    const without = await taste.rank({ ...question, paperIds: [first?.id ?? 0] })
    expect(before - (without.papers[0]?.score ?? 0)).toBeCloseTo(strongest?.effect ?? NaN, 9)
  })

  it('keeps what it found, once, and lets papers that are not for the reader sink', async () => {
    const tides = await papersOf('tides', 301, 12)
    const { reader } = await signIn(db(), { name: 'Bea' })
    const voter = { id: reader.id, trusted: true }
    for (const paperId of tides.slice(0, 4)) await castVote(db(), { paperId, voter, now: days(2) })
    const taste = openTaste(db())
    const readerId = reader.id
    await keepInterests(db(), taste, { readerId, now })
    await keepInterests(db(), taste, { readerId, now })
    const kept = await db().selectFrom('interests').selectAll().where('reader_id', '=', readerId).execute()
    expect(kept).toHaveLength(1)
    expect(kept[0]?.name).toMatch(/tid|basin|marsh|sediment|estuary|mud|surge/i)
    const places = await db()
      .selectFrom('interest_papers')
      .select('paper_id')
      .where('reader_id', '=', readerId)
      .execute()
    expect(places.map(({ paper_id }) => paper_id).toSorted((a, b) => a - b)).toEqual(tides.slice(0, 4))

    const asked = { readerId, now, limit: 20, paperIds: [tides[9] ?? 0] }
    const before = (await taste.rank(asked)).papers[0]?.score ?? 0
    await setNotForMe(db(), { readerId, paperId: tides[10] ?? 0, notForMe: true, now })
    const after = (await taste.rank(asked)).papers[0]?.score ?? 0
    expect(after).toBeLessThan(before)
  })

  it('asks about papers that tell apart, never about what it knows', async () => {
    for (const [i, field] of (['tides', 'proofs', 'bread'] as const).entries())
      await papersOf(field, 401 + 100 * i, 8)
    const { reader } = await signIn(db(), { name: 'Cleo' })
    const asked = await openTaste(db()).askAbout({ readerId: reader.id, now, count: 6 })
    expect(new Set(asked).size).toBe(6)
    const rows = await db().selectFrom('papers').select(['id', 'title']).where('id', 'in', asked).execute()
    const fields = new Set(rows.map(({ title }) => title.split(' ')[2]))
    expect(fields.size).toBeGreaterThan(1)
  })
})
