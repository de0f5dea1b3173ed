import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, TIME_ZONE } from '../../test/site.ts'
import { findPaper } from '../papers/find.ts'
import { WEIGHTS } from '../ranking/heat.ts'
import { verifyHeat } from '../ranking/verify-heat.ts'
import { castVote } from '../ranking/votes.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { claimAuthorship, confirmClaim } from './authorship.ts'
import { writeComment } from '../discussion/comments.ts'
import { flag } from './flags.ts'
import { mergePapers } from './merge-papers.ts'
import { moderationLog } from './moderation-log.ts'
import { pickPaper } from '../shelves/picks.ts'

const now = NOON

describeWithDatabase('merging papers', (db) => {
  const record = async (...papers: Parameters<typeof recordHarvest>[1]) => {
    const recorded = await recordHarvest(db(), papers, { now, timeZone: TIME_ZONE })
    return recorded.map(({ paperId }) => paperId)
  }
  const log = async () => (await moderationLog(db(), { before: null, limit: 50 })).entries

  it('brings together all that readers did, counts who did it twice once, and comes out as its events say', async () => {
    const [oneId = 0, otherId = 0] = await record(
      stated('2601.00001', { title: 'Tides of sand' }),
      stated('doi/10.5555/tides', { source: 'bibtex', title: 'Tides of Sand' }),
    )
    const { reader: curator } = await signIn(db(), { name: 'Ada', curator: true })
    const { reader: second } = await signIn(db(), { curator: true })
    const [both, one, other] = [
      (await signIn(db())).reader,
      (await signIn(db())).reader,
      (await signIn(db(), { name: 'Otto' })).reader,
    ]
    for (const [paperId, voter] of [
      [oneId, both],
      [otherId, both],
      [oneId, one],
      [otherId, other],
    ] as const)
      await castVote(db(), { paperId, voter, now })
    for (const [paperId, by] of [
      [oneId, curator],
      [otherId, curator],
      [otherId, second],
    ] as const)
      await pickPaper(db(), { paperId, curator: by, note: '', now })
    await writeComment(db(), { paperId: oneId, parentId: null, reader: one, body: 'Here.', now })
    await writeComment(db(), { paperId: otherId, parentId: null, reader: other, body: 'There.', now })
    for (const [paperId, reader] of [
      [oneId, both],
      [otherId, both],
      [otherId, other],
    ] as const) {
      await db()
        .insertInto('reading_list')
        .values({ reader_id: reader.id, paper_id: paperId, added_at: now, read_at: null })
        .execute()
      await flag(db(), {
        on: { kind: 'paper', id: paperId },
        readerId: reader.id,
        reason: reader === other ? 'wrong' : 'duplicate',
        note: '',
        curators: new Set(),
        now,
      })
    }
    await db()
      .insertInto('collections')
      .values({ id: 'cccccccccccc', reader_id: one.id, title: 'Sand', created_at: now, changed_at: now })
      .execute()
    await db()
      .insertInto('collection_papers')
      .values({ collection_id: 'cccccccccccc', paper_id: otherId, position: 1, added_at: now })
      .execute()
    await claimAuthorship(db(), { paperId: otherId, reader: one, note: 'Me.', now })

    const merging = { keptId: oneId, mergedId: otherId, timeZone: TIME_ZONE, curatorId: curator.id, now }
    const outcomes = await Promise.all(
      [1, 2].map(() => mergePapers(db(), { ...merging, reason: 'The same work.' })),
    )
    expect(outcomes).toEqual(
      expect.arrayContaining([
        { ok: true, paperId: oneId, address: '2601.00001' },
        { ok: false, reason: 'These are already one paper.' },
      ]),
    )

    const paper = await db().selectFrom('papers').selectAll().executeTakeFirstOrThrow()
    expect(paper).toMatchObject({ id: oneId, votes: 3, vote_points: 30, pick_count: 2, comment_count: 2 })
    expect(paper.attention).toBeCloseTo(3 * WEIGHTS.vote + 2 * WEIGHTS.pick + 2 * WEIGHTS.comment, 9)
    expect((await verifyHeat(db())).differences).toEqual([])
    const at = async (table: 'reading_list' | 'collection_papers' | 'authorship_claims' | 'comments') =>
      (await db().selectFrom(table).select('paper_id').execute()).map((row) => row.paper_id)
    expect(await at('reading_list')).toEqual([oneId, oneId])
    expect(await at('collection_papers')).toEqual([oneId])
    expect(await at('authorship_claims')).toEqual([oneId])
    expect(await at('comments')).toEqual([oneId, oneId])
    // What it was flagged for as a duplicate is resolved; the rest still waits.
    const open = await db()
      .selectFrom('flags')
      .select(['paper_id', 'reason'])
      .where('settled_at', 'is', null)
      .execute()
    expect(open).toEqual([{ paper_id: oneId, reason: 'wrong' }])
    expect(
      await findPaper(db(), { scheme: 'doi', value: '10.5555/tides' }, { seenBy: 'program' }),
    ).toMatchObject({ id: oneId })
    expect(await log()).toMatchObject([
      {
        by: 'Ada',
        words: 'merged',
        subject: '“Tides of Sand” with “Tides of sand”',
        address: '/papers/2601.00001',
        reason: 'The same work.',
      },
    ])
    // Harvested again, each source finds the one paper.
    await record(stated('2601.00001'), stated('doi/10.5555/tides', { source: 'bibtex' }))
    expect(await db().selectFrom('papers').select('id').execute()).toEqual([{ id: oneId }])
  })

  it('keeps two papers at arXiv apart', async () => {
    const [keptId = 0, mergedId = 0] = await record(stated('2601.00001'), stated('2601.00002'))
    const { reader } = await signIn(db(), { curator: true })
    const merging = { timeZone: TIME_ZONE, curatorId: reader.id, reason: 'The same.', now }
    expect(await mergePapers(db(), { keptId, mergedId, ...merging })).toEqual({
      ok: false,
      reason: expect.stringContaining('two papers on arXiv (2601.00001 and 2601.00002)'),
    })
    expect(await mergePapers(db(), { keptId, mergedId: keptId, ...merging })).toMatchObject({ ok: false })
    expect(await db().selectFrom('papers').select('id').execute()).toHaveLength(2)
    expect(await log()).toEqual([])
  })

  it('does not merge without a reason', async () => {
    const [keptId = 0, mergedId = 0] = await record(stated('2601.00001'), stated('doi/10.5555/a'))
    const { reader } = await signIn(db(), { curator: true })
    const merging = { timeZone: TIME_ZONE, curatorId: reader.id, reason: '', now }
    await expect(mergePapers(db(), { keptId, mergedId, ...merging })).rejects.toThrow(/reason_check/)
    expect(await db().selectFrom('papers').select('id').execute()).toHaveLength(2)
  })

  it('takes back an author’s vote for what turns out to be their paper', async () => {
    const [keptId = 0, mergedId = 0] = await record(stated('2601.00001'), stated('doi/10.5555/a'))
    const { reader: curator } = await signIn(db(), { curator: true })
    const { reader: author } = await signIn(db())
    await claimAuthorship(db(), { paperId: mergedId, reader: author, note: 'Me.', now })
    const acting = { curatorId: curator.id, reason: 'We know them.', now }
    await confirmClaim(db(), { paperId: mergedId, readerId: author.id, ...acting })
    await castVote(db(), { paperId: keptId, voter: author, now })
    await mergePapers(db(), { keptId, mergedId, timeZone: TIME_ZONE, ...acting })
    expect(await db().selectFrom('papers').select(['votes', 'attention']).execute()).toEqual([
      { votes: 0, attention: 0 },
    ])
    expect((await verifyHeat(db())).differences).toEqual([])
  })
})
