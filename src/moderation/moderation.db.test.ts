import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, TIME_ZONE } from '../../test/site.ts'
import { listPapers } from '../ranking/lists.ts'
import { verifyHeat } from '../ranking/verify-heat.ts'
import { castVote } from '../ranking/votes.ts'
import { readChanges } from '../search/read-changes.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { writeComment } from '../discussion/comments.ts'
import { hideCollection, unhideCollection } from './hide-collection.ts'
import { hideComment, unhideComment } from './hide-comment.ts'
import { hidePaper, unhidePaper } from './hide-paper.ts'
import { lockComments, unlockComments } from './lock-comments.ts'
import { formatLogCursor, moderationLog, parseLogCursor, parseReason } from './moderation-log.ts'
import { discountVotes } from './resolve-suspicion.ts'
import { reinstateReader, suspendReader } from './suspend-reader.ts'
import { trustReader } from './trust-reader.ts'

const now = NOON
const DONE = { ok: true, changed: true }
const SO_ALREADY = { ok: true, changed: false }

describeWithDatabase('keeping order', (db) => {
  const curator = async (name = 'Ada') => (await signIn(db(), { name, curator: true })).reader
  const newPaper = async (address: string) => {
    const [recorded] = await recordHarvest(db(), [stated(address)], { now, timeZone: TIME_ZONE })
    return recorded?.paperId ?? 0
  }
  const log = async () => (await moderationLog(db(), { before: null, limit: 50 })).entries
  const paper = (id: number) =>
    db().selectFrom('papers').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const expectRightHeat = async () => expect((await verifyHeat(db())).differences).toEqual([])
  const comment = async (paperId: number, body: string, name = 'Bert') => {
    const { reader } = await signIn(db(), { name })
    const outcome = await writeComment(db(), { paperId, parentId: null, reader, body, now })
    if (!outcome.ok) throw new Error(outcome.reason)
    return { commentId: outcome.id, reader }
  }

  it('hides a paper from lists and search, and shows it again with its vector', async () => {
    const { id: curatorId } = await curator()
    const paperId = await newPaper('2601.00001')
    await sql`insert into embedding_models (model, in_use) values ('m', true)`.execute(db())
    await sql`insert into paper_embeddings (model, paper_id, digest, vector) values ('m', ${paperId}, '', '')`.execute(
      db(),
    )
    const vectorSeq = async () =>
      (await db().selectFrom('paper_embeddings').select('seq').executeTakeFirstOrThrow()).seq
    const before = { seq: (await paper(paperId)).index_seq, vector: await vectorSeq() }

    expect(await hidePaper(db(), { paperId, curatorId, reason: 'Not a paper.', now })).toEqual(DONE)
    expect((await listPapers(db(), { list: { kind: 'new' }, after: null, limit: 9 })).papers).toEqual([])
    const changes = await readChanges(db(), { after: before.seq, limit: 9 })
    expect(changes.removed).toEqual([paperId])
    expect(await vectorSeq()).toBe(before.vector)

    expect(await hidePaper(db(), { paperId, curatorId, reason: 'Again.', now })).toEqual(SO_ALREADY)
    expect(await unhidePaper(db(), { paperId, curatorId, reason: 'It is one.', now })).toEqual(DONE)
    expect((await readChanges(db(), { after: changes.through, limit: 9 })).papers).toHaveLength(1)
    expect(await vectorSeq()).toBeGreaterThan(before.vector)
    expect((await listPapers(db(), { list: { kind: 'new' }, after: null, limit: 9 })).papers).toHaveLength(1)
    expect(await log()).toMatchObject([
      { by: 'Ada', words: 'unhid the paper', subject: '“On 2601.00001”', reason: 'It is one.' },
      { by: 'Ada', words: 'hid the paper', address: '/papers/2601.00001', reason: 'Not a paper.' },
    ])
    expect(await hidePaper(db(), { paperId: 999, curatorId, reason: 'Gone.', now })).toMatchObject({
      ok: false,
    })
  })

  it('does nothing without a reason: the act and its line in the log are one', async () => {
    const { id: curatorId } = await curator()
    const paperId = await newPaper('2601.00001')
    const { commentId, reader } = await comment(paperId, 'Nonsense.')
    const acting = { curatorId, reason: '', now }
    const readerId = reader.id
    for (const act of [
      () => hidePaper(db(), { paperId, ...acting }),
      () => lockComments(db(), { paperId, ...acting }),
      () => hideComment(db(), { commentId, ...acting }),
      () => suspendReader(db(), { readerId, votesToo: true, ...acting }),
      () => trustReader(db(), { readerId, ...acting }),
      () => hidePaper(db(), { paperId, ...acting, reason: 'x'.repeat(1_001) }),
    ])
      await expect(act()).rejects.toThrow(/moderation_log_reason_check/)
    expect(await log()).toEqual([])
    expect(await paper(paperId)).toMatchObject({ hidden: false, comments_locked: false, comment_count: 1 })
    const kept = await db()
      .selectFrom('readers')
      .select(['suspended_at', 'trusted_at'])
      .where('id', '=', readerId)
      .execute()
    expect(kept).toEqual([{ suspended_at: null, trusted_at: null }])
  })

  it('reads a reason as one line', () => {
    expect(parseReason('  It is\n spam.\0 ')).toBe('It is spam.')
    expect(parseReason('   ')).toBeNull()
    expect(parseReason('x'.repeat(1_000))).toHaveLength(1_000)
    expect(parseReason('x'.repeat(1_001))).toBeNull()
  })

  it('closes a discussion and opens it', async () => {
    const { id: curatorId } = await curator()
    const paperId = await newPaper('2601.00001')
    expect(await lockComments(db(), { paperId, curatorId, reason: 'Too hot.', now })).toEqual(DONE)
    const { reader } = await signIn(db())
    expect(await writeComment(db(), { paperId, parentId: null, reader, body: 'But …', now })).toMatchObject({
      ok: false,
    })
    expect(await lockComments(db(), { paperId, curatorId, reason: 'Twice.', now })).toEqual(SO_ALREADY)
    expect(await unlockComments(db(), { paperId, curatorId, reason: 'Cooler.', now })).toEqual(DONE)
    expect((await log()).map(({ reason }) => reason)).toEqual(['Cooler.', 'Too hot.'])
  })

  it('hides a comment with what it counts and heats, and brings both back as they were', async () => {
    const { id: curatorId } = await curator()
    const paperId = await newPaper('2601.00001')
    const { commentId } = await comment(paperId, 'A secret thing.')
    const before = await paper(paperId)
    expect(before.comment_count).toBe(1)

    expect(await hideComment(db(), { commentId, curatorId, reason: 'Rude.', now })).toEqual(DONE)
    expect(await paper(paperId)).toMatchObject({ comment_count: 0, heat: -Infinity, attention: 0 })
    await expectRightHeat()
    expect(await hideComment(db(), { commentId, curatorId, reason: 'Rude.', now })).toEqual(SO_ALREADY)

    const later = new Date(now.getTime() + 86_400_000)
    expect(await unhideComment(db(), { commentId, curatorId, reason: 'Fair.', now: later })).toEqual(DONE)
    const { comment_count, heat, attention } = before
    expect(await paper(paperId)).toMatchObject({ comment_count, heat, attention })
    await expectRightHeat()
    expect(await unhideComment(db(), { commentId, curatorId, reason: 'Fair.', now: later })).toEqual(
      SO_ALREADY,
    )
    // And once more: a new event each time.
    expect(await hideComment(db(), { commentId, curatorId, reason: 'No.', now: later })).toEqual(DONE)
    expect(await paper(paperId)).toMatchObject({ comment_count: 0, heat: -Infinity })

    const entries = await log()
    expect(entries).toHaveLength(3)
    expect(JSON.stringify(entries)).not.toContain('secret')
    expect(entries[0]).toMatchObject({ subject: 'a comment by Bert on “On 2601.00001”' })
  })

  it('lets one comment of a reader heat a paper, whatever is hidden and shown', async () => {
    const { id: curatorId } = await curator()
    const paperId = await newPaper('2601.00001')
    const { commentId, reader } = await comment(paperId, 'The first one.')
    await hideComment(db(), { commentId, curatorId, reason: 'Hm.', now })
    await writeComment(db(), { paperId, parentId: null, reader, body: 'The second one.', now })
    await unhideComment(db(), { commentId, curatorId, reason: 'Ah.', now })
    expect(await paper(paperId)).toMatchObject({ comment_count: 2, attention: 0.5 })
    await expectRightHeat()
  })

  it('hides a public collection, and leaves private ones alone', async () => {
    const { id: curatorId } = await curator()
    const { reader } = await signIn(db(), { name: 'Cleo' })
    const make = (id: string, isPublic: boolean) =>
      db()
        .insertInto('collections')
        .values({
          id,
          reader_id: reader.id,
          title: 'A nasty title',
          public: isPublic,
          created_at: now,
          changed_at: now,
        })
        .execute()
    await make('aaaaaaaaaaaa', true)
    await make('bbbbbbbbbbbb', false)
    const acting = { curatorId, reason: 'Nasty.', now }
    expect(await hideCollection(db(), { collectionId: 'aaaaaaaaaaaa', ...acting })).toEqual(DONE)
    expect(await hideCollection(db(), { collectionId: 'aaaaaaaaaaaa', ...acting })).toEqual(SO_ALREADY)
    expect(await hideCollection(db(), { collectionId: 'bbbbbbbbbbbb', ...acting })).toMatchObject({
      ok: false,
    })
    expect(await unhideCollection(db(), { collectionId: 'aaaaaaaaaaaa', ...acting })).toEqual(DONE)
    expect(await log()).toMatchObject([
      { words: 'unhid', subject: 'a collection by Cleo' },
      { words: 'hid', subject: 'a collection by Cleo' },
    ])
  })

  it('suspends a reader, takes back what they voted for, and reinstates them', async () => {
    const { id: curatorId } = await curator()
    const papers = [await newPaper('2601.00001'), await newPaper('2601.00002')]
    const { reader } = await signIn(db(), { name: 'Dora', email: 'dora@private.example' })
    for (const paperId of papers) await castVote(db(), { paperId, voter: reader, now })
    const acting = { readerId: reader.id, curatorId, now }

    expect(await suspendReader(db(), { ...acting, votesToo: false, reason: 'Let us talk.' })).toEqual(DONE)
    expect((await paper(papers[0] ?? 0)).votes).toBe(1)
    expect(await suspendReader(db(), { ...acting, votesToo: false, reason: 'Twice.' })).toEqual(SO_ALREADY)
    expect(await suspendReader(db(), { ...acting, votesToo: true, reason: 'They were bought.' })).toEqual(
      DONE,
    )
    expect(await suspendReader(db(), { ...acting, votesToo: true, reason: 'Twice.' })).toEqual(SO_ALREADY)
    for (const id of papers) expect(await paper(id)).toMatchObject({ votes: 0, vote_points: 0, attention: 0 })
    await expectRightHeat()
    expect(await trustReader(db(), { ...acting, reason: 'Hm.' })).toMatchObject({ ok: false })
    expect(await reinstateReader(db(), { ...acting, reason: 'Sorry.' })).toEqual(DONE)
    expect(await reinstateReader(db(), { ...acting, reason: 'Sorry.' })).toEqual(SO_ALREADY)
    expect(await trustReader(db(), { ...acting, reason: 'We met.' })).toEqual(DONE)
    expect(await trustReader(db(), { ...acting, reason: 'We met.' })).toEqual(SO_ALREADY)
    const entries = await log()
    expect(entries.map(({ words, subject, reason }) => `${words} ${subject}: ${reason}`)).toEqual([
      'trusted Dora: We met.',
      'reinstated Dora: Sorry.',
      'suspended Dora: They were bought.',
      'suspended Dora: Let us talk.',
    ])
    expect(JSON.stringify(entries)).not.toContain('private.example')
    expect(
      await suspendReader(db(), { readerId: curatorId, votesToo: false, curatorId, reason: 'Me.', now }),
    ).toMatchObject({ ok: false })
  })

  it('takes votes out of the count without saying whose', async () => {
    const { id: curatorId } = await curator()
    const paperId = await newPaper('2601.00001')
    const readers = await Promise.all(['Eve', 'Finn', 'Gus'].map((name) => signIn(db(), { name })))
    for (const { reader } of readers) await castVote(db(), { paperId, voter: reader, now })
    const readerIds = readers.slice(0, 2).map(({ reader }) => reader.id)
    const both = Array.from({ length: 2 }, () =>
      discountVotes(db(), { readerIds, paperIds: [paperId], curatorId, reason: 'One person.', now }),
    )
    expect(await Promise.all(both)).toEqual(expect.arrayContaining([DONE, SO_ALREADY]))
    expect(await paper(paperId)).toMatchObject({ votes: 1, vote_points: 10, attention: 1 })
    await expectRightHeat()
    expect(await log()).toMatchObject([{ words: 'discounted', subject: '2 votes for “On 2601.00001”' }])
  })

  it('keeps a log that is only ever added to, and outlives accounts', async () => {
    const { id: curatorId } = await curator()
    const paperId = await newPaper('2601.00001')
    for (const n of [1, 2, 3]) {
      const at = new Date(now.getTime() + n)
      await hidePaper(db(), { paperId, curatorId, reason: `Off ${n}.`, now: at })
      await unhidePaper(db(), { paperId, curatorId, reason: `On ${n}.`, now: at })
    }
    await expect(db().deleteFrom('moderation_log').execute()).rejects.toThrow(/only ever added to/)
    await expect(db().updateTable('moderation_log').set({ reason: 'Other.' }).execute()).rejects.toThrow(
      /only ever added to/,
    )
    await db().deleteFrom('readers').where('id', '=', curatorId).execute()
    const seen: string[] = []
    for (let before: Parameters<typeof moderationLog>[1]['before'] = null; ;) {
      const page: Awaited<ReturnType<typeof moderationLog>> = await moderationLog(db(), { before, limit: 4 })
      seen.push(...page.entries.map(({ by, reason }) => `${by}: ${reason}`))
      if (!page.next) break
      expect(parseLogCursor(formatLogCursor(page.next))).toEqual(page.next)
      before = page.next
    }
    expect(seen).toEqual(
      ['On 3.', 'Off 3.', 'On 2.', 'Off 2.', 'On 1.', 'Off 1.'].map(
        (reason) => `A former curator: ${reason}`,
      ),
    )
    expect(parseLogCursor('x')).toBeNull()
  })
})
