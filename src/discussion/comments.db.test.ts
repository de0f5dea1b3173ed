import { sql } from 'kysely'
import { beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON } from '../../test/site.ts'
import { deleteAccount } from '../readers/delete-account.ts'
import type { Reader } from '../accounts/reader.ts'
import { eventHeat, WEIGHTS } from '../ranking/heat.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { claimAuthorship } from '../moderation/authorship.ts'
import { commentsOf } from './comment-threads.ts'
import { editComment, writeComment } from './comments.ts'
import { deleteComment } from './delete-comment.ts'
import { hideComment, unhideComment } from '../moderation/hide-comment.ts'
import { lockComments } from '../moderation/lock-comments.ts'
import { react } from './reactions.ts'
import { editsOf, newestComments, parseCommentCursor, readComment } from './read-comments.ts'

const SITE = {
  origin: 'https://tides.example',
  name: 'Tide Lines',
  secret: 'a secret that is only for tests, long enough',
}
const later = (minutes: number) => new Date(NOON.getTime() + minutes * 60_000)

describeWithDatabase('comments', (db) => {
  let ann: Reader
  let bo: Reader
  let curator: Reader
  let paperId: number
  let otherId: number

  beforeEach(async () => {
    const papers = [
      stated('2601.00001', { title: 'Tides' }),
      stated('2601.00002', { authors: [{ name: 'Bo', orcid: '0000-0002-1825-0097' }] }),
    ]
    const [first, second] = await recordHarvest(db(), papers, { now: NOON, timeZone: 'UTC' })
    paperId = first?.paperId ?? 0
    otherId = second?.paperId ?? 0
    ann = (await signIn(db(), { name: 'Ann', email: 'ann@readers.example', mailReplies: true })).reader
    bo = (await signIn(db(), { name: 'Bo' })).reader
    curator = (await signIn(db(), { name: 'Cy', curator: true })).reader
  })

  const write = (
    body: string,
    {
      reader = ann,
      on = paperId,
      to = null,
      now = NOON,
    }: { reader?: Reader; on?: number; to?: number | null; now?: Date } = {},
  ) => {
    const common = { paperId: on, reader, body, now }
    return writeComment(
      db(),
      to === null ? { ...common, parentId: to } : { ...common, parentId: to, site: SITE },
    )
  }
  const written = async (...given: Parameters<typeof write>): Promise<number> => {
    const outcome = await write(...given)
    if (!outcome.ok) throw new Error(outcome.reason)
    return outcome.id
  }
  const remove = (commentId: number, reader = ann) =>
    deleteComment(db(), { commentId, readerId: reader.id, now: NOON })
  const edit = (
    commentId: number,
    body: string,
    { reader = ann, now = later(10) }: { reader?: Reader; now?: Date } = {},
  ) => editComment(db(), { commentId, reader, body, now })
  const hide = (commentId: number) =>
    hideComment(db(), { commentId, curatorId: curator.id, reason: 'Off the subject.', now: NOON })
  const paper = (id = paperId) =>
    db()
      .selectFrom('papers')
      .select(['comment_count', 'heat', 'attention'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
  const row = (id: number) => db().selectFrom('comments').selectAll().where('id', '=', id).executeTakeFirst()
  const mails = () => db().selectFrom('outgoing_mail').selectAll().orderBy('id').execute()
  const threads = (viewer: { id: string; curator: boolean } | null = null) =>
    commentsOf(db(), { paperId, viewer })

  it('go in with their place in the count and the event of a reader’s first one', async () => {
    const id = await written('  A fine\r\n\tpaper.\u0007  ')
    expect(await row(id)).toMatchObject({
      paper_id: paperId,
      parent_id: null,
      reader_id: ann.id,
      body: 'A fine\n    paper.',
      written_at: NOON,
      edited_at: null,
    })
    expect(await paper()).toEqual({
      comment_count: 1,
      heat: eventHeat(WEIGHTS.comment, NOON),
      attention: WEIGHTS.comment,
    })
    const signal = await db().selectFrom('signals').selectAll().executeTakeFirstOrThrow()
    expect(signal).toMatchObject({
      kind: 'comment',
      origin: 'reader',
      origin_key: (await row(id))?.event,
      amount: 1,
    })

    await written('And another thing.', { now: later(5) })
    expect(await paper()).toMatchObject({ comment_count: 2, attention: WEIGHTS.comment })
    await written('I agree.', { reader: bo, now: later(6) })
    expect(await paper()).toMatchObject({ comment_count: 3, attention: 2 * WEIGHTS.comment })
    await written('Elsewhere too.', { on: otherId })
    expect(await paper(otherId)).toMatchObject({ comment_count: 1, attention: WEIGHTS.comment })
  })

  it('weigh a tenth from an account that is new, and have two links at most', async () => {
    const { reader } = await signIn(db(), { createdAt: NOON })
    expect(await write('https://a.example https://b.example https://c.example', { reader })).toMatchObject({
      ok: false,
      kind: 'too-many-links',
    })
    expect((await write('https://a.example https://b.example arXiv:2412.19723', { reader })).ok).toBe(true)
    expect((await paper()).attention).toBeCloseTo(WEIGHTS.comment * WEIGHTS.newVote, 12)
    expect((await write('https://a.example https://b.example https://c.example')).ok).toBe(true)
  })

  it('draw no attention when an author of the paper writes them', async () => {
    const { reader } = await signIn(db(), { orcid: '0000-0002-1825-0097' })
    expect(await claimAuthorship(db(), { paperId: otherId, reader, note: '', now: NOON })).toMatchObject({
      state: 'confirmed',
    })
    const id = await written('Questions are welcome.', { reader, on: otherId })
    expect(await paper(otherId)).toEqual({ comment_count: 1, heat: -Infinity, attention: 0 })
    const [thread] = await commentsOf(db(), { paperId: otherId, viewer: null })
    expect(thread).toMatchObject({ id, writer: { author: true, curator: false } })
  })

  it('say something, and no more than 10,000 characters of it', async () => {
    for (const body of ['', ' \n\t ', '\u200b\u0000'])
      expect(await write(body)).toMatchObject({ ok: false, kind: 'empty' })
    expect((await write('🌊'.repeat(10_000))).ok).toBe(true)
    expect(await write('🌊'.repeat(10_001))).toMatchObject({ ok: false, kind: 'too-long' })
    expect(await written('e\u0301 \ud800')).toBeGreaterThan(0)
    expect((await threads()).at(-1)?.body).toBe('é \ufffd')
  })

  it('are written once by a double click', async () => {
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => write('Once.')))
    const ids = new Set(outcomes.map((outcome) => (outcome.ok ? outcome.id : 0)))
    expect(ids.size).toBe(1)
    expect(outcomes.filter((outcome) => outcome.ok && outcome.isNew)).toHaveLength(1)
    expect(await paper()).toMatchObject({ comment_count: 1, attention: WEIGHTS.comment })
    const [id = 0] = ids
    // Elsewhere, by somebody else, or later it is another one.
    expect(await write('Once.', { to: id })).toMatchObject({ isNew: true })
    expect(await write('Once.', { reader: bo })).toMatchObject({ isNew: true })
    expect(await write('Once.', { now: later(1.1) })).toMatchObject({ isNew: true })
  })

  it('are not written where there is no paper, or its discussion is closed', async () => {
    expect(await write('Hello.', { on: 999_999 })).toMatchObject({ ok: false, kind: 'no-paper' })
    const id = await written('Hello.')
    await lockComments(db(), { paperId, curatorId: curator.id, reason: 'Heated.', now: NOON })
    expect(await write('Hello?')).toMatchObject({ ok: false, kind: 'locked' })
    expect(await edit(id, 'Hello!')).toMatchObject({ ok: false, kind: 'locked' })
    expect(await remove(id)).toEqual({ ok: true, tombstone: false })
    await db().updateTable('papers').set({ hidden: true }).where('id', '=', paperId).execute()
    expect(await write('Hello?')).toMatchObject({ ok: false, kind: 'no-paper' })
  })

  it('answer only what is there, on the same paper', async () => {
    const id = await written('A question?')
    expect(await write('Here.', { on: otherId, to: id })).toMatchObject({ ok: false, kind: 'no-parent' })
    expect(await write('Here.', { to: 999_999 })).toMatchObject({ ok: false, kind: 'no-parent' })
    await written('An answer.', { reader: bo, to: id })
    await hide(id)
    expect(await write('Late.', { to: id })).toMatchObject({ ok: false, kind: 'no-parent' })
    await unhideComment(db(), { commentId: id, curatorId: curator.id, reason: 'It is fine.', now: NOON })
    await remove(id)
    expect(await write('Late.', { to: id })).toMatchObject({ ok: false, kind: 'no-parent' })
    expect((await paper()).comment_count).toBe(1)
  })

  it('are mailed to whoever is answered, if they want that', async () => {
    const id = await written('A question?')
    const answer = await written('An answer.', { reader: bo, to: id })
    await written('An answer.', { reader: bo, to: id })
    await written('Thank you.', { to: id })
    const sent = await mails()
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({
      key: `reply ${answer}`,
      recipient: 'ann@readers.example',
      subject: 'Bo replied to your comment on “Tides”',
      headers: {
        'List-Unsubscribe': expect.stringMatching(/^<https:\/\/tides\.example\/mail\/r\/[\w.-]+>$/),
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
    })
    expect(sent[0]?.text_body).toContain('> An answer.')
    // Bo wants none, and who is suspended or has no mailbox gets none.
    await written('To Bo.', { to: answer })
    for (const change of [
      { suspended_at: NOON },
      { suspended_at: null, email: 'x@no-mail.invalid' },
      { email_verified: false, email: 'ann@readers.example' },
    ]) {
      await db().updateTable('readers').set(change).where('id', '=', ann.id).execute()
      await written(`After ${JSON.stringify(change)}`, { reader: bo, to: id })
    }
    expect(await mails()).toHaveLength(1)
  })

  it('can be changed by who wrote them; what they said before is kept after two minutes', async () => {
    const id = await written('Frist.')
    expect(await edit(id, 'First.', { now: later(2) })).toEqual({ ok: true, edited: true })
    expect(await row(id)).toMatchObject({ body: 'First.', edited_at: null })
    expect(await editsOf(db(), id)).toMatchObject([])

    expect(await edit(id, 'First. ', { now: later(3) })).toEqual({ ok: true, edited: false })
    expect(await edit(id, 'Second.', { now: later(4) })).toEqual({ ok: true, edited: true })
    expect(await edit(id, 'Third.', { now: later(5) })).toEqual({ ok: true, edited: true })
    expect(await row(id)).toMatchObject({ body: 'Third.', edited_at: later(5) })
    expect(await editsOf(db(), id)).toMatchObject([
      { body: 'Second.', until: later(5) },
      { body: 'First.', until: later(4) },
    ])
    expect(await edit(id, 'Mine now.', { reader: bo })).toMatchObject({ ok: false, kind: 'not-own' })
    expect(await edit(id, ' ')).toMatchObject({ ok: false, kind: 'empty' })
    expect(await edit(999_999, 'Nothing.')).toMatchObject({ ok: false, kind: 'no-comment' })
    await hide(id)
    expect(await edit(id, 'Hidden.')).toMatchObject({ ok: false, kind: 'hidden' })
  })

  it('go when they are deleted, or leave an empty place where others have answered', async () => {
    const root = await written('Root.')
    const middle = await written('Middle.', { reader: bo, to: root })
    const end = await written('End.', { to: middle, now: later(1) })
    await edit(root, 'Root, changed.')
    expect(await remove(root, bo)).toMatchObject({ ok: false, kind: 'not-own' })
    expect(await remove(root)).toEqual({ ok: true, tombstone: true })
    expect(await remove(root)).toMatchObject({ ok: false, kind: 'no-comment' })
    expect(await row(root)).toMatchObject({ body: '', event: null, reader_id: null, deleted_at: NOON })
    expect(await editsOf(db(), root)).toEqual([])
    const [thread] = await threads()
    expect(thread).toMatchObject({ id: root, state: 'deleted', body: null, writer: null, editedAt: null })
    expect((await paper()).comment_count).toBe(2)

    expect(await remove(middle, bo)).toEqual({ ok: true, tombstone: true })
    // With the last answer go the empty places that only it kept.
    expect(await remove(end)).toEqual({ ok: true, tombstone: false })
    expect(await threads()).toEqual([])
    expect(await paper()).toEqual({ comment_count: 0, heat: -Infinity, attention: 0 })
  })

  it('leave no empty place behind once the account that kept it is deleted', async () => {
    const root = await written('Root.')
    await written('Answer.', { reader: bo, to: root })
    await remove(root)
    await deleteAccount(db(), { readerId: bo.id, now: NOON })
    expect(await threads()).toEqual([])
  })

  it('hand their event on to the reader’s next comment', async () => {
    const first = await written('First.')
    const second = await written('Second.', { now: later(1) })
    const event = (await row(first))?.event
    const before = await paper()
    await remove(first)
    expect((await row(second))?.event).toBe(event)
    expect(await paper()).toEqual({ ...before, comment_count: 1 })
    await remove(second)
    expect(await paper()).toEqual({ comment_count: 0, heat: -Infinity, attention: 0 })
    // What drew attention first is not renewed.
    await written('Third.', { now: later(2) })
    expect(await paper()).toEqual({
      comment_count: 1,
      heat: eventHeat(WEIGHTS.comment, NOON),
      attention: WEIGHTS.comment,
    })
  })

  it('neither count nor heat nor show once a curator has hidden them', async () => {
    const id = await written('Rude.')
    await hide(id)
    expect(await paper()).toEqual({ comment_count: 0, heat: -Infinity, attention: 0 })
    const seen = async (viewer: { id: string; curator: boolean } | null) => (await threads(viewer))[0]
    expect(await seen(null)).toMatchObject({ state: 'hidden', body: null, writer: { name: 'Ann' } })
    expect(await seen({ id: bo.id, curator: false })).toMatchObject({ body: null })
    expect(await seen({ id: ann.id, curator: false })).toMatchObject({ body: 'Rude.', own: true })
    expect(await seen({ id: bo.id, curator: true })).toMatchObject({ body: 'Rude.' })
    // The next one is the first that stands.
    await written('Polite.', { now: later(1) })
    expect(await paper()).toMatchObject({ comment_count: 1, attention: WEIGHTS.comment })
    await remove(id)
    expect(await paper()).toMatchObject({ comment_count: 1, attention: WEIGHTS.comment })
  })

  it('name who wrote them, and what they are here', async () => {
    await written('By Ann.')
    await written('By Cy.', { reader: curator, now: later(1) })
    const nameless = (await signIn(db(), { email: 'configured@tides.example', isPublic: true })).reader
    await written('By a curator of the configuration.', { reader: nameless, now: later(2) })
    const all = await commentsOf(db(), {
      paperId,
      viewer: null,
      curators: new Set(['configured@tides.example']),
    })
    expect(all.map(({ writer }) => writer)).toMatchObject([
      { name: 'Ann', curator: false, public: false },
      { name: 'Cy', curator: true, author: false },
      { name: `Reader ${nameless.id.slice(0, 4)}`, curator: true, public: true },
    ])
    expect(await readComment(db(), { commentId: 999_999, viewer: null, curators: new Set() })).toBeNull()
  })

  it('are reacted to once by each reader, and not by who wrote them', async () => {
    const id = await written('Insight.')
    const by = (reader: Reader, on = true) =>
      react(db(), { commentId: id, readerId: reader.id, reaction: 'insightful', on, now: NOON })
    expect(await by(bo)).toEqual({ ok: true, count: 1 })
    expect(await by(bo)).toEqual({ ok: true, count: 1 })
    expect(await by(curator)).toEqual({ ok: true, count: 2 })
    expect(await by(ann)).toMatchObject({ ok: false, kind: 'own-comment' })
    expect((await threads({ id: bo.id, curator: false }))[0]?.reactions).toEqual({
      insightful: { count: 2, own: true },
    })
    expect((await threads())[0]?.reactions).toEqual({ insightful: { count: 2, own: false } })
    expect(await by(bo, false)).toEqual({ ok: true, count: 1 })
    await hide(id)
    expect(await by(bo)).toMatchObject({ ok: false, kind: 'no-comment' })
    expect((await threads())[0]?.reactions).toEqual({})
  })

  it('are listed newest first, over pages, but for what is not for everybody', async () => {
    for (let i = 0; i < 5; i++)
      await written(`Note ${i}`, { on: i % 2 === 0 ? paperId : otherId, now: later(i) })
    await hide(await written('Rude.', { now: later(9) }))
    const list = (after: string | null) =>
      newestComments(db(), {
        after: after === null ? null : parseCommentCursor(after),
        limit: 2,
        viewer: null,
        curators: new Set(),
      })
    const bodies: (string | null)[] = []
    for (let after: string | null = null; ;) {
      const page = await list(after)
      bodies.push(...page.comments.map(({ comment }) => comment.body))
      if (!page.next) break
      after = Buffer.from(JSON.stringify(page.next)).toString('base64url')
    }
    expect(bodies).toEqual(['Note 4', 'Note 3', 'Note 2', 'Note 1', 'Note 0'])
    for (const broken of [
      '',
      'x',
      Buffer.from('["a",1]').toString('base64url'),
      Buffer.from('["2026-01-15T12:00:00.000Z",-1]').toString('base64url'),
    ])
      expect(parseCommentCursor(broken)).toBeNull()
    await sql`update papers set hidden = true where id = ${otherId}`.execute(db())
    expect((await list(null)).comments.map(({ comment }) => comment.body)).toEqual(['Note 4', 'Note 2'])
  })
})
