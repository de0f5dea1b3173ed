import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, TIME_ZONE } from '../../test/site.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { writeComment } from '../discussion/comments.ts'
import { flag, type FlagReason } from './flags.ts'
import { hideComment, unhideComment } from './hide-comment.ts'
import { hidePaper } from './hide-paper.ts'
import { moderationLog } from './moderation-log.ts'
import { openFlags } from './open-flags.ts'
import type { Flagged } from './flagged.ts'
import { dismissFlags } from './resolve-flags.ts'

const now = NOON
const YESTERDAY = new Date(NOON.getTime() - 86_400_000)

describeWithDatabase('flags', (db) => {
  const newPaper = async () => {
    const [recorded] = await recordHarvest(db(), [stated('2601.00001')], { now, timeZone: TIME_ZONE })
    return recorded?.paperId ?? 0
  }
  const flagged = (on: Flagged, readerId: string, reason: FlagReason = 'spam') =>
    flag(db(), { on, readerId, reason, note: 'Look.', curators: new Set(), now })
  const newComment = async () => {
    const { reader } = await signIn(db(), { name: 'Bert' })
    const outcome = await writeComment(db(), {
      paperId: await newPaper(),
      parentId: null,
      reader,
      body: 'Buy my tides.',
      now,
    })
    return { kind: 'comment' as const, id: outcome.ok ? outcome.id : 0 }
  }
  const readers = async (count: number, facts: Parameters<typeof signIn>[1] = {}) =>
    Promise.all(Array.from({ length: count }, async () => (await signIn(db(), facts)).reader.id))
  const isHidden = async () =>
    (await db().selectFrom('comments').select('hidden_at').executeTakeFirstOrThrow()).hidden_at !== null

  it('gathers them by what they are on, each reader’s once while it is open', async () => {
    const paperId = await newPaper()
    const on = { kind: 'paper' as const, id: paperId }
    const [one = '', other = ''] = await readers(2)
    await Promise.all([flagged(on, one), flagged(on, one), flagged(on, one)])
    await flagged(on, other, 'wrong')
    const [item, ...others] = await openFlags(db(), { limit: 9 })
    expect(others).toEqual([])
    expect(item).toMatchObject({
      on,
      subject: '“On 2601.00001”',
      address: '/papers/2601.00001',
      hidden: false,
    })
    expect(item?.flags.map(({ reason, note }) => `${reason} ${note}`)).toEqual(['spam Look.', 'wrong Look.'])

    const { reader } = await signIn(db(), { name: 'Ada', curator: true })
    const acting = { curatorId: reader.id, reason: 'It is fine.', now }
    expect(await dismissFlags(db(), { on, ...acting })).toEqual({ ok: true, changed: true })
    expect(await dismissFlags(db(), { on, ...acting })).toEqual({ ok: true, changed: false })
    expect(await openFlags(db(), { limit: 9 })).toEqual([])
    expect(await flagged(on, one)).toEqual({ ok: true, hidden: false })
    expect(await openFlags(db(), { limit: 9 })).toHaveLength(1)
    // Hiding it answers them.
    await hidePaper(db(), { paperId, ...acting, reason: 'It is spam.' })
    expect(await openFlags(db(), { limit: 9 })).toEqual([])
    expect(await flagged(on, other)).toEqual({ ok: false, kind: 'gone' })
  })

  it('hides a comment that three trusted readers flag, and says so in the log', async () => {
    const on = await newComment()
    const fresh = await readers(5, { createdAt: YESTERDAY })
    const trusted = await readers(3)
    for (const id of [...fresh, ...trusted.slice(0, 2)])
      expect(await flagged(on, id)).toEqual({ ok: true, hidden: false })
    expect(await isHidden()).toBe(false)
    expect(await flagged(on, trusted[2] ?? '')).toEqual({ ok: true, hidden: true })
    expect(await isHidden()).toBe(true)
    const paper = await db().selectFrom('papers').select(['comment_count', 'attention']).executeTakeFirst()
    expect(paper).toEqual({ comment_count: 0, attention: 0 })
    expect((await moderationLog(db(), { before: null, limit: 9 })).entries).toMatchObject([
      { by: 'The site', words: 'hid', subject: 'a comment by Bert on “On 2601.00001”' },
    ])
    expect(await openFlags(db(), { limit: 9 })).toMatchObject([{ hidden: true, text: 'Buy my tides.' }])
  })

  it('counts flags that come at once', async () => {
    const on = await newComment()
    const outcomes = await Promise.all((await readers(5)).map((id) => flagged(on, id)))
    expect(outcomes.filter((outcome) => outcome.ok && outcome.hidden)).toHaveLength(1)
    expect((await moderationLog(db(), { before: null, limit: 9 })).entries).toHaveLength(1)
  })

  it('leaves a comment alone on which a curator has decided', async () => {
    const on = await newComment()
    const trusted = await readers(3)
    for (const id of trusted) await flagged(on, id)
    const { reader } = await signIn(db(), { curator: true })
    const acting = { commentId: on.id, curatorId: reader.id, now }
    expect(await unhideComment(db(), { ...acting, reason: 'Fair.' })).toEqual({ ok: true, changed: true })
    for (const id of trusted) expect(await flagged(on, id)).toEqual({ ok: true, hidden: false })
    expect(await isHidden()).toBe(false)
    expect(await hideComment(db(), { ...acting, reason: 'After all.' })).toEqual({ ok: true, changed: true })
    expect(await openFlags(db(), { limit: 9 })).toEqual([])
  })

  it('keeps what it hid hidden when a curator agrees, with their reason', async () => {
    const on = await newComment()
    for (const id of await readers(3)) await flagged(on, id)
    const { reader } = await signIn(db(), { name: 'Ada', curator: true })
    const acting = { commentId: on.id, curatorId: reader.id, reason: 'Advertising.', now }
    expect(await hideComment(db(), acting)).toEqual({ ok: true, changed: true })
    expect(await hideComment(db(), acting)).toEqual({ ok: true, changed: false })
    const { entries } = await moderationLog(db(), { before: null, limit: 9 })
    expect(entries.map(({ by, reason }) => `${by}: ${reason}`)).toEqual([
      'Ada: Advertising.',
      'The site: 3 trusted readers flagged it. It stays hidden until a curator reviews it.',
    ])
  })
})
