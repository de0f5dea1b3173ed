import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { writeComment } from '../discussion/comments.ts'
import { deleteComment } from '../discussion/delete-comment.ts'
import { inTransaction } from '../db/transaction.ts'
import { recordPapers } from '../papers/record.ts'
import { pickPaper, withdrawPick } from '../shelves/picks.ts'
import { eventHeat, WEIGHTS } from './heat.ts'
import { verifyHeat } from './verify-heat.ts'
import { castVote, takeBackAllVotes, takeBackVote } from './votes.ts'

const FIRST = new Date('2026-01-10T09:00:00Z')
const AGAIN = new Date('2026-01-12T21:30:00Z')

describeWithDatabase('what a reader withdraws and does again', (db) => {
  const newPapers = async (count: number) => {
    const papers = Array.from({ length: count }, (_, i) => stated(`2601.0000${i + 1}`))
    await inTransaction(db(), (trx) => recordPapers(trx, papers, { now: FIRST, timeZone: 'UTC' }))
    const rows = await db().selectFrom('papers').select('id').orderBy('id').execute()
    return rows.map(({ id }) => id)
  }
  const newPaper = async () => (await newPapers(1))[0] ?? 0
  const standing = (paperId: number) =>
    db()
      .selectFrom('papers')
      .select(['heat', 'attention', 'votes', 'vote_points'])
      .where('id', '=', paperId)
      .executeTakeFirstOrThrow()
  const agrees = async () => expect((await verifyHeat(db())).differences).toEqual([])

  it('votes with the time and weight of the first time', async () => {
    const paperId = await newPaper()
    const { reader } = await signIn(db())
    const voter = { id: reader.id, trusted: false }
    await castVote(db(), { paperId, voter, now: FIRST })
    const before = await standing(paperId)
    for (const hours of [1, 30, 60]) {
      const now = new Date(FIRST.getTime() + hours * 3_600_000)
      await takeBackVote(db(), { paperId, readerId: reader.id, now })
      expect(await standing(paperId)).toEqual({ heat: -Infinity, attention: 0, votes: 0, vote_points: 0 })
      await castVote(db(), { paperId, voter: { ...voter, trusted: true }, now })
      expect(await standing(paperId)).toEqual(before)
    }
    expect(before).toMatchObject({ heat: eventHeat(WEIGHTS.newVote, FIRST), votes: 1, vote_points: 1 })
    const { rows } = await sql`select voted_at from votes`.execute(db())
    expect(rows).toEqual([{ voted_at: FIRST }])
    await agrees()
  })

  it('votes so after a curator took all votes back, too, and after papers were merged', async () => {
    const [one = 0, other = 0] = await newPapers(2)
    const { reader } = await signIn(db())
    const voter = { id: reader.id, trusted: true }
    await castVote(db(), { paperId: one, voter, now: FIRST })
    await castVote(db(), { paperId: other, voter, now: AGAIN })
    await inTransaction(db(), (trx) => takeBackAllVotes(trx, { readerId: reader.id, now: AGAIN }))
    await sql`select merge_paper(${one}, ${other}, ${AGAIN})`.execute(db())
    await castVote(db(), { paperId: other, voter, now: AGAIN })
    expect((await standing(other)).heat).toBeCloseTo(eventHeat(WEIGHTS.vote, FIRST), 9)
    await agrees()
  })

  it('picks with the time of the first time', async () => {
    const paperId = await newPaper()
    const { reader: curator } = await signIn(db(), { curator: true })
    const pick = { paperId, curator, note: '' }
    await pickPaper(db(), { ...pick, now: FIRST })
    const before = await standing(paperId)
    await withdrawPick(db(), { paperId, curatorId: curator.id, now: AGAIN })
    await pickPaper(db(), { ...pick, now: AGAIN })
    expect(await standing(paperId)).toEqual(before)
    const { rows } = await sql`select picked_at from picks`.execute(db())
    expect(rows).toEqual([{ picked_at: FIRST }])
    await agrees()
  })

  it('comments with the attention of the first time', async () => {
    const paperId = await newPaper()
    const { reader } = await signIn(db())
    const write = (body: string, now: Date) =>
      writeComment(db(), { paperId, parentId: null, reader, body, now })
    const written = await write('Once.', FIRST)
    const before = await standing(paperId)
    if (!written.ok) throw new Error('no comment was written')
    await deleteComment(db(), { commentId: written.id, readerId: reader.id, now: AGAIN })
    expect((await standing(paperId)).heat).toBe(-Infinity)
    await write('Twice.', AGAIN)
    expect(await standing(paperId)).toEqual(before)
    await agrees()
  })
})
