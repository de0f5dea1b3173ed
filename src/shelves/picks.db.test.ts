import fc from 'fast-check'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { deleteAccount } from '../readers/delete-account.ts'
import { recordPapers } from '../papers/record.ts'
import { WEIGHTS } from '../ranking/heat.ts'
import { verifyHeat } from '../ranking/verify-heat.ts'
import {
  parsePicksCursor,
  pickedPapers,
  pickPaper,
  picksOf,
  withdrawPick,
  type PicksCursor,
} from './picks.ts'

const now = new Date('2026-01-15T12:00:00Z')
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000)

describeWithDatabase('curators’ picks', (db) => {
  async function newPapers(count: number): Promise<number[]> {
    const papers = Array.from({ length: count }, (_, i) => stated(`2601.${String(i + 1).padStart(5, '0')}`))
    const { recorded } = await db()
      .transaction()
      .execute((trx) => recordPapers(trx, papers, { now, timeZone: 'UTC' }))
    return recorded.map(({ paperId }) => paperId)
  }
  const newCurator = async (name = '') => (await signIn(db(), { curator: true, name })).reader
  const stateOf = (paperId: number) =>
    db()
      .selectFrom('papers')
      .select(['pick_count', 'attention', 'heat'])
      .where('id', '=', paperId)
      .executeTakeFirstOrThrow()

  it('heat a paper once a curator, and say why', async () => {
    const [paperId = 0] = await newPapers(1)
    const [ada, ben] = [await newCurator('Ada'), await newCurator()]
    const pick = (curator: { id: string }, note: string, at = now) =>
      pickPaper(db(), { paperId, curator, note, now: at })
    expect(await pick(ada, 'A clear proof.')).toEqual({ ok: true, picked: true, picks: 1 })
    expect(await pick(ada, 'A very clear proof.', later(5))).toEqual({ ok: true, picked: true, picks: 1 })
    expect(await pick(ben, '', later(1))).toEqual({ ok: true, picked: true, picks: 2 })
    expect(await picksOf(db(), paperId)).toEqual([
      { curator: { id: ada.id, name: 'Ada', public: false }, note: 'A very clear proof.', pickedAt: now },
      { curator: { id: ben.id, name: '', public: false }, note: '', pickedAt: later(1) },
    ])
    expect(await stateOf(paperId)).toMatchObject({ pick_count: 2, attention: 2 * WEIGHTS.pick })
    expect(await withdrawPick(db(), { paperId, curatorId: ada.id, now })).toEqual({
      ok: true,
      picked: false,
      picks: 1,
    })
    expect(await withdrawPick(db(), { paperId, curatorId: ada.id, now })).toMatchObject({
      ok: true,
      picks: 1,
    })
    expect(await stateOf(paperId)).toMatchObject({ pick_count: 1, attention: WEIGHTS.pick })
    const { differences } = await verifyHeat(db())
    expect(differences).toEqual([])
  })

  it('count once when they are sent twice at the same time', async () => {
    const [paperId = 0] = await newPapers(1)
    const curator = await newCurator()
    await Promise.all(
      Array.from({ length: 8 }, (_, i) => pickPaper(db(), { paperId, curator, note: `No ${i}`, now })),
    )
    expect(await stateOf(paperId)).toMatchObject({ pick_count: 1, attention: WEIGHTS.pick })
    await Promise.all(
      Array.from({ length: 4 }, () => withdrawPick(db(), { paperId, curatorId: curator.id, now })),
    )
    expect(await stateOf(paperId)).toMatchObject({ pick_count: 0, attention: 0, heat: -Infinity })
  })

  it('are refused of a paper of one’s own, of a hidden one, and of none', async () => {
    const [own = 0, hidden = 0] = await newPapers(2)
    const curator = await newCurator()
    const claim = { paper_id: own, reader_id: curator.id, by: 'curator' as const, claimed_at: now }
    await db()
      .insertInto('authorship_claims')
      .values({ ...claim, state: 'waiting' })
      .execute()
    const pick = (paperId: number) => pickPaper(db(), { paperId, curator, note: '', now })
    expect(await pick(own)).toMatchObject({ ok: true })
    await db().updateTable('authorship_claims').set({ state: 'confirmed' }).execute()
    expect(await pick(own)).toEqual({ ok: false, kind: 'own-paper' })
    await db().updateTable('papers').set({ hidden: true }).where('id', '=', hidden).execute()
    expect(await pick(hidden)).toEqual({ ok: false, kind: 'no-paper' })
    expect(await pick(999_999)).toEqual({ ok: false, kind: 'no-paper' })
    expect(await withdrawPick(db(), { paperId: 999_999, curatorId: curator.id, now })).toEqual({
      ok: false,
      kind: 'no-paper',
    })
  })

  it('leave heat as its events make it, whatever is picked and withdrawn', async () => {
    const papers = await newPapers(3)
    const curators = [await newCurator(), await newCurator(), await newCurator()]
    const act = fc.record({
      paper: fc.nat(2),
      curator: fc.nat(2),
      pick: fc.boolean(),
      minutes: fc.integer({ min: -300_000, max: 300_000 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(act, { maxLength: 4 }), { maxLength: 6 }), async (rounds) => {
        for (const round of rounds) {
          await Promise.all(
            round.map(({ paper, curator, pick, minutes }) => {
              const at = { paperId: papers[paper] ?? 0, now: later(minutes) }
              const who = curators[curator]
              if (!who) throw new Error('no such curator')
              return pick
                ? pickPaper(db(), { ...at, curator: who, note: '' })
                : withdrawPick(db(), { ...at, curatorId: who.id })
            }),
          )
        }
        expect((await verifyHeat(db())).differences).toEqual([])
        for (const id of papers) expect((await stateOf(id)).pick_count).toBe((await picksOf(db(), id)).length)
      }),
      { numRuns: 25 },
    )
    for (const { id } of curators) await deleteAccount(db(), { readerId: id, now })
    expect((await verifyHeat(db())).differences).toEqual([])
    for (const id of papers) expect(await stateOf(id)).toMatchObject({ pick_count: 0, heat: -Infinity })
  })

  it('are listed paper by paper, the newest pick first', async () => {
    const [a = 0, b = 0, c = 0, d = 0] = await newPapers(4)
    const [ada, ben] = [await newCurator('Ada'), await newCurator('Ben')]
    for (const [paperId, curator, minutes] of [
      [a, ada, 0],
      [b, ada, 1],
      [c, ada, 1],
      [a, ben, 2],
      [d, ben, 3],
    ] as const)
      await pickPaper(db(), { paperId, curator, note: '', now: later(minutes) })
    await db().updateTable('papers').set({ hidden: true }).where('id', '=', d).execute()
    const seen: [number, string[]][] = []
    for (let after: PicksCursor | null = null; ;) {
      const page = await pickedPapers(db(), { after, limit: 1 })
      for (const { paper, picks } of page.papers)
        seen.push([paper.id, picks.map(({ curator }) => curator.name)])
      if (!page.next) break
      after = parsePicksCursor(Buffer.from(JSON.stringify(page.next)).toString('base64url'))
      expect(after).toEqual(page.next)
    }
    expect(seen).toEqual([
      [a, ['Ada', 'Ben']],
      [c, ['Ada']],
      [b, ['Ada']],
    ])
    expect(await pickedPapers(db(), { after: [now.toISOString(), 0], limit: 9 })).toEqual({
      papers: [],
      next: null,
    })
  })
})
