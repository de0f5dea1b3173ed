import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON } from '../../test/site.ts'
import type { Reader } from '../accounts/reader.ts'
import { verifyHeat } from '../ranking/verify-heat.ts'
import { castVote, takeBackVote } from '../ranking/votes.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { editComment, writeComment } from './comments.ts'
import { deleteComment } from './delete-comment.ts'
import { hideComment, unhideComment } from '../moderation/hide-comment.ts'
import { react } from './reactions.ts'

const SITE = {
  origin: 'https://tides.example',
  name: 'Tide Lines',
  secret: 'a secret that is only for tests, long enough',
}

type Step = {
  act: 'write' | 'answer' | 'edit' | 'delete' | 'hide' | 'show' | 'react' | 'vote' | 'unvote'
  who: number
  pick: number
  hours: number
}

const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom(
    'write',
    'write',
    'answer',
    'answer',
    'edit',
    'delete',
    'delete',
    'delete',
    'hide',
    'show',
    'react',
    'vote',
    'unvote',
  ),
  who: fc.nat(2),
  pick: fc.nat(60),
  hours: fc.integer({ min: 0, max: 200 }),
})

describeWithDatabase('a discussion', (db) => {
  it('keeps counts and heat as its comments make them, whatever is done to it', async () => {
    const recorded = await recordHarvest(db(), [stated('2601.00001'), stated('2601.00002')], {
      now: NOON,
      timeZone: 'UTC',
    })
    const papers = recorded.map(({ paperId }) => paperId)
    const readers: Reader[] = []
    for (const facts of [{}, { createdAt: NOON }, { curator: true }])
      readers.push((await signIn(db(), facts)).reader)
    let said = 0

    async function take({ act, who, pick, hours }: Step): Promise<void> {
      const now = new Date(NOON.getTime() + hours * 3_600_000)
      const reader = readers[who]
      const paperId = papers[pick % 2] ?? 0
      const comments = await db()
        .selectFrom('comments')
        .select(['id', 'paper_id', 'reader_id'])
        .orderBy('id')
        .execute()
      const isOwn = act === 'edit' || act === 'delete'
      const choice = isOwn ? comments.filter((comment) => comment.reader_id === reader?.id) : comments
      const comment = choice[pick % Math.max(1, choice.length)]
      if (!reader) return
      const common = { reader, body: `Note ${said++}`, now }
      const by = { curatorId: reader.id, reason: 'For a reason.', now }
      if (act === 'write') await writeComment(db(), { ...common, paperId, parentId: null })
      else if (act === 'vote') await castVote(db(), { paperId, voter: reader, now })
      else if (act === 'unvote') await takeBackVote(db(), { paperId, readerId: reader.id, now })
      else if (comment === undefined) return
      else if (act === 'answer')
        await writeComment(db(), { ...common, paperId: comment.paper_id, parentId: comment.id, site: SITE })
      else if (act === 'edit') await editComment(db(), { ...common, commentId: comment.id })
      else if (act === 'delete')
        await deleteComment(db(), { commentId: comment.id, readerId: reader.id, now })
      else if (act === 'hide') await hideComment(db(), { commentId: comment.id, ...by })
      else if (act === 'show') await unhideComment(db(), { commentId: comment.id, ...by })
      else
        await react(db(), {
          commentId: comment.id,
          readerId: reader.id,
          reaction: 'agree',
          on: pick % 3 > 0,
          now,
        })
    }

    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        await sql`delete from comments`.execute(db())
        await sql`delete from votes`.execute(db())
        await sql`delete from signals`.execute(db())
        await sql`update papers set comment_count = 0, votes = 0, vote_points = 0, heat = '-Infinity', attention = 0`.execute(
          db(),
        )
        for (const one of steps) await take(one)

        const { rows } = await sql<{
          kept: number
          counted: number
          events: number
          carriers: number
          twice: number
          orphans: number
        }>`
          select p.comment_count as kept,
            (select count(*)::int from comments c where c.paper_id = p.id and deleted_at is null and hidden_at is null) as counted,
            (select count(*)::int from signals s where s.paper_id = p.id and s.kind = 'comment' and s.takes_back is null
              and not exists (select from signals b where b.takes_back = s.id)) as events,
            (select count(*)::int from comments c join signals s on s.origin_key = c.event::text and s.paper_id = p.id
              where c.paper_id = p.id and deleted_at is null and hidden_at is null
              and not exists (select from signals b where b.takes_back = s.id)) as carriers,
            (select count(*)::int from (select reader_id from comments c where c.paper_id = p.id and event is not null
              and deleted_at is null and hidden_at is null group by reader_id having count(*) > 1) d) as twice,
            (select count(*)::int from comments c where c.paper_id = p.id and deleted_at is not null
              and not exists (select from comments a where a.parent_id = c.id)) as orphans
          from papers p order by p.id`.execute(db())
        for (const row of rows) {
          expect(row.kept).toBe(row.counted)
          // Each event that stands is that of one comment that stands, and no reader has two.
          expect(row.carriers).toBe(row.events)
          expect(row.twice).toBe(0)
          // No empty place without an answer.
          expect(row.orphans).toBe(0)
        }
        expect((await verifyHeat(db())).differences).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  it('keeps them when all is done at once', async () => {
    const recorded = await recordHarvest(db(), [stated('2601.00003')], { now: NOON, timeZone: 'UTC' })
    const paperId = recorded[0]?.paperId ?? 0
    const readers = await Promise.all(Array.from({ length: 6 }, async () => (await signIn(db())).reader))
    await Promise.all(
      readers.map(async (reader, i) => {
        const first = await writeComment(db(), {
          paperId,
          parentId: null,
          reader,
          body: `First ${i}`,
          now: NOON,
        })
        if (!first.ok) throw new Error(first.reason)
        await Promise.all([
          castVote(db(), { paperId, voter: reader, now: NOON }),
          writeComment(db(), {
            paperId,
            parentId: first.id,
            reader,
            body: `Second ${i}`,
            now: NOON,
            site: SITE,
          }),
          deleteComment(db(), { commentId: first.id, readerId: reader.id, now: NOON }),
        ])
      }),
    )
    const { rows } = await sql<{ kept: number; counted: number }>`select comment_count as kept,
      (select count(*)::int from comments where deleted_at is null) as counted from papers`.execute(db())
    expect(rows[0]?.kept).toBe(rows[0]?.counted)
    expect((await verifyHeat(db())).differences).toEqual([])
  })
})
