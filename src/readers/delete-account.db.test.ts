import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { countWithin, RATE_LIMITS } from '../accounts/rate-limits.ts'
import { inTransaction } from '../db/transaction.ts'
import { editComment, writeComment } from '../discussion/comments.ts'
import { deleteComment } from '../discussion/delete-comment.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { claimAuthorship } from '../moderation/authorship.ts'
import { flag } from '../moderation/flags.ts'
import { hideComment } from '../moderation/hide-comment.ts'
import { hideCollection } from '../moderation/hide-collection.ts'
import { moderationLog } from '../moderation/moderation-log.ts'
import { openFlags } from '../moderation/open-flags.ts'
import { rejectWaitingSubmission } from '../moderation/decide-submission.ts'
import { waitingSubmissions } from '../moderation/submission-lists.ts'
import { submitPaper } from '../moderation/submissions.ts'
import { reinstateReader, suspendReader } from '../moderation/suspend-reader.ts'
import { trustReader } from '../moderation/trust-reader.ts'
import { recordPapers } from '../papers/record.ts'
import { castVote, takeBackVote } from '../ranking/votes.ts'
import { verifyHeat } from '../ranking/verify-heat.ts'
import { noteOpened, noteSearch } from '../recommendation/noticed.ts'
import { changeTasteSettings, renewFeedKey } from '../recommendation/own-tastes.ts'
import { writeNote } from '../shelves/paper-notes.ts'
import { createCollection } from '../shelves/collections.ts'
import { deleteAccount } from './delete-account.ts'
import { exportAccount } from './export-account.ts'

const now = new Date('2026-01-15T12:00:00Z')
const later = new Date('2026-01-15T13:00:00Z')
const SITE = {
  origin: 'https://tides.example',
  name: 'Tides',
  secret: 'a secret that is only for tests, long enough',
}

describeWithDatabase('a reader who leaves', (db) => {
  it('is named nowhere: in no table, in no log and on no desk', async () => {
    const papers = [stated('2601.00001'), stated('2601.00002')]
    await inTransaction(db(), (trx) => recordPapers(trx, papers, { now, timeZone: 'UTC' }))
    const [one = 0, other = 0] = (await db().selectFrom('papers').select('id').orderBy('id').execute()).map(
      ({ id }) => id,
    )
    const { reader: zoe } = await signIn(db(), {
      name: 'Zoë Quill',
      email: 'zoe.quill@example.org',
      curator: true,
      isPublic: true,
      mailReplies: true,
    })
    const { reader: bob } = await signIn(db(), { name: 'Bob', mailReplies: true })
    const { reader: cleo } = await signIn(db(), { name: 'Cleo', curator: true })
    const trusted = { trusted: true }
    const write = async (reader: typeof zoe, body: string, parentId: number | null = null) => {
      const options = { paperId: one, reader: { ...reader, ...trusted }, body, now }
      const written = await writeComment(
        db(),
        parentId === null ? { ...options, parentId } : { ...options, parentId, site: SITE },
      )
      if (!written.ok) throw new Error('no comment was written')
      return written.id
    }

    const bobs = await write(bob, 'Bob begins.')
    const kept = await write(zoe, 'zoe-words one', bobs)
    await write(bob, 'Bob replies.', kept)
    await editComment(db(), {
      commentId: kept,
      reader: { ...zoe, ...trusted },
      body: 'zoe-words two',
      now: later,
    })
    const gone = await write(zoe, 'zoe-words three', bobs)
    await deleteComment(db(), { commentId: gone, readerId: zoe.id, now: later })
    await write(zoe, 'zoe-words four', bobs)
    await castVote(db(), { paperId: one, voter: { id: zoe.id, ...trusted }, now })
    await castVote(db(), { paperId: other, voter: { id: zoe.id, ...trusted }, now })
    await takeBackVote(db(), { paperId: other, readerId: zoe.id, now: later })
    const collection = await createCollection(db(), {
      readerId: zoe.id,
      facts: { title: 'zoe-words five', description: 'zoe-words six', public: true },
      now,
    })
    await claimAuthorship(db(), { paperId: other, reader: zoe, note: 'zoe-words seven', now })
    const flagging = {
      readerId: zoe.id,
      reason: 'spam',
      note: 'zoe-words eight',
      curators: new Set<string>(),
      now,
    } as const
    await flag(db(), { on: { kind: 'comment', id: bobs }, ...flagging })
    await flag(db(), { on: { kind: 'paper', id: one }, ...flagging })
    await flag(db(), {
      on: { kind: 'paper', id: other },
      ...flagging,
      readerId: bob.id,
      note: 'Ask Zoë Quill.',
    })
    for (const value of ['2601.00003', '2601.00004'])
      await submitPaper(db(), {
        found: stated(value),
        identifier: { scheme: 'arxiv', value },
        readerId: zoe.id,
        trusted: false,
        note: 'zoe-words nine',
        now,
        timeZone: 'UTC',
        writeNote: async () => {},
      })
    const [submission] = await waitingSubmissions(db(), { limit: 1 })
    const by = { curatorId: cleo.id, now }
    await rejectWaitingSubmission(db(), {
      id: submission?.id ?? 0,
      ...by,
      reason: 'Zoë Quill sent it twice.',
    })
    await hideComment(db(), { commentId: kept, ...by, reason: 'Abusive; zoë quill knows.' })
    if (collection.ok) await hideCollection(db(), { collectionId: collection.id, ...by, reason: 'Spam.' })
    const about = { readerId: zoe.id, ...by }
    await trustReader(db(), { ...about, reason: 'zoe.quill@example.org is known to us.' })
    await suspendReader(db(), { ...about, votesToo: false, reason: 'Zoë Quill went on.' })
    await reinstateReader(db(), { ...about, reason: 'Quill feathers are on topic.' })
    await suspendReader(db(), { readerId: bob.id, votesToo: false, curatorId: zoe.id, reason: 'Spam.', now })
    await queueMail(
      db(),
      { key: 'sign-in 1', to: zoe.email, subject: 'Sign in', text: 'For zoe.quill@example.org' },
      { now },
    )
    await sql`insert into suspicions (key, kind, evidence, found_at) values ('k', 'ring',
      ${JSON.stringify({ kind: 'ring', accounts: [{ readerId: zoe.id, createdAt: '', votes: 4 }], papers: [], figures: {} })}, ${now})`.execute(
      db(),
    )
    await sql`insert into verifications (identifier, value, expires_at) values ('passkey', ${JSON.stringify({ userId: zoe.id })}, ${later})`.execute(
      db(),
    )
    await countWithin(db(), { limit: RATE_LIMITS.vote, of: zoe.id, now })
    await countWithin(db(), { limit: RATE_LIMITS.signInMailbox, of: zoe.email, now })

    await writeNote(db(), { readerId: zoe.id, paperId: one, body: 'zoe-words ten', now })
    const at = { reader_id: zoe.id, paper_id: one, at: now }
    await changeTasteSettings(db(), { readerId: zoe.id, learnsSearches: true })
    await renewFeedKey(db(), { readerId: zoe.id })
    const { id: interestId } = await db()
      .insertInto('interests')
      .values({ reader_id: zoe.id, name: 'zoe-words eleven', created_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    await db()
      .insertInto('interest_papers')
      .values({ reader_id: zoe.id, paper_id: one, interest_id: interestId })
      .execute()
    await db()
      .insertInto('followed_topics')
      .values({ reader_id: zoe.id, category: 'cs.CL', at: now })
      .execute()
    await db()
      .insertInto('followed_authors')
      .values({ reader_id: zoe.id, name_key: 'zoe-words', name: 'zoe-words twelve', at: now })
      .execute()
    await db()
      .insertInto('paper_ratings')
      .values({ ...at, likes: true })
      .execute()
    await db().insertInto('seen_papers').values(at).execute()
    await noteOpened(db(), { readerId: zoe.id, paperId: one, now })
    await noteSearch(db(), { readerId: zoe.id, text: 'zoe-words thirteen', now })
    expect(await exportAccount(db(), { readerId: zoe.id })).toMatchObject({
      notes: [{ paper: '2601.00001', body: 'zoe-words ten' }],
      front_page: [{ learns_opened: true, learns_searches: true, private_feeds: true }],
      interests: [{ name: 'zoe-words eleven', papers: ['2601.00001'] }],
      followed_topics: [{ topic: 'cs.CL' }],
      followed_authors: [{ name: 'zoe-words twelve' }],
      ratings: [{ paper: '2601.00001', likes: true }],
      opened: [{ paper: '2601.00001' }],
      seen: [{ paper: '2601.00001' }],
      searches: [{ text: 'zoe-words thirteen' }],
    })
    expect(
      await db().selectFrom('taste_changes').select('id').where('reader_id', '=', zoe.id).execute(),
    ).not.toEqual([])

    await deleteAccount(db(), { readerId: zoe.id, now: later })

    const { rows: tables } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(db())
    for (const { name } of tables) {
      const { rows } = await sql`select to_jsonb(t) as row from ${sql.id(name)} t`.execute(db())
      expect(JSON.stringify(rows), name).not.toMatch(/zoe-words|zo[eë][ .]quill/i)
      expect(JSON.stringify(rows), name).not.toContain(zoe.id)
    }
    const { entries } = await moderationLog(db(), { before: null, limit: 20 })
    expect(
      entries.map(({ by, words, subject, reason }) => `${by} ${words} ${subject}: ${reason}`).toSorted(),
    ).toEqual([
      'A former curator suspended Bob: Spam.',
      'Cleo hid a collection by a former reader: Spam.',
      'Cleo hid a comment by a former reader on “On 2601.00001”: Abusive; a former reader knows.',
      'Cleo reinstated a former reader: Quill feathers are on topic.',
      expect.stringMatching(
        /^Cleo rejected the submission “On 2601\.0000\d”: a former reader sent it twice\.$/,
      ),
      'Cleo suspended a former reader: a former reader went on.',
      'Cleo trusted a former reader: a former reader is known to us.',
    ])
    expect(entries.map(({ address }) => address).join(' ')).not.toContain('/readers/')
    const flags = (await openFlags(db(), { limit: 9 })).flatMap((subject) => subject.flags)
    expect(
      flags.map(({ reader, note }) => `${reader?.name ?? 'a former reader'}: ${note}`).toSorted(),
    ).toEqual(['Bob: Ask a former reader.', 'a former reader: ', 'a former reader: '])
    expect(await waitingSubmissions(db(), { limit: 9 })).toMatchObject([{ reader: null, note: '' }])
    const { rows: limits } = await sql`select key from rate_limits`.execute(db())
    expect(limits).toEqual([])
    expect((await verifyHeat(db())).differences).toEqual([])
  })

  it('takes nobody else’s name along, and lets no one else change the log', async () => {
    const { reader: first } = await signIn(db(), { name: 'Ada' })
    const { reader: second } = await signIn(db(), { name: 'Ada' })
    const { reader: cleo } = await signIn(db(), { name: 'Cleo', curator: true })
    const by = { curatorId: cleo.id, votesToo: false, reason: 'Adamant, says Cleo.', now }
    await suspendReader(db(), { readerId: first.id, ...by })
    await suspendReader(db(), { readerId: second.id, ...by })
    await deleteAccount(db(), { readerId: first.id, now: later })
    const { entries } = await moderationLog(db(), { before: null, limit: 20 })
    expect(entries).toMatchObject([
      { subject: 'Ada', reason: by.reason },
      { subject: 'a former reader', reason: by.reason },
    ])
    for (const change of [
      sql`update moderation_log set subject = 'x'`,
      sql`update moderation_log set reason = 'x'`,
      sql`delete from moderation_log`,
    ])
      await expect(change.execute(db())).rejects.toThrow('only ever added to')
  })
})
