import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, TIME_ZONE } from '../../test/site.ts'
import { verifyHeat } from '../ranking/verify-heat.ts'
import { castVote } from '../ranking/votes.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { authorsHere, claimAuthorship, claimOf, confirmClaim, rejectClaim } from './authorship.ts'
import { writeComment } from '../discussion/comments.ts'
import { waitingClaims } from './desk.ts'
import { moderationLog } from './moderation-log.ts'
import { pickPaper } from '../shelves/picks.ts'

const now = NOON
const ORCID = '0000-0002-1825-0097'

describeWithDatabase('claims of authorship', (db) => {
  const newPaper = async () => {
    const authors = [{ name: 'Iris Sand', orcid: ORCID }, { name: 'Jon Salt' }]
    const [recorded] = await recordHarvest(db(), [stated('2601.00001', { authors })], {
      now,
      timeZone: TIME_ZONE,
    })
    return recorded?.paperId ?? 0
  }

  it('believes who signed in with the ORCID that stands on the paper, and lets them heat it no more', async () => {
    const paperId = await newPaper()
    const { reader } = await signIn(db(), { name: 'Iris', orcid: ORCID, curator: true })
    await castVote(db(), { paperId, voter: reader, now })
    await pickPaper(db(), { paperId, curator: reader, note: '', now })
    await writeComment(db(), { paperId, parentId: null, reader, body: 'Mine.', now })
    const claim = () => claimAuthorship(db(), { paperId, reader, note: '', now })
    expect(await claim()).toEqual({ ok: true, state: 'confirmed' })
    expect(await claim()).toEqual({ ok: true, state: 'confirmed' })
    expect(await authorsHere(db(), paperId)).toEqual([
      { id: reader.id, name: 'Iris', orcid: ORCID, public: false },
    ])
    const paper = await db().selectFrom('papers').selectAll().executeTakeFirstOrThrow()
    expect(paper).toMatchObject({ votes: 0, vote_points: 0, pick_count: 0, comment_count: 1, attention: 0 })
    expect((await verifyHeat(db())).differences).toEqual([])
    expect(await castVote(db(), { paperId, voter: reader, now })).toEqual({ ok: false, kind: 'own-paper' })
  })

  it('asks a curator about everybody else', async () => {
    const paperId = await newPaper()
    const { reader } = await signIn(db(), { name: 'Jon' })
    const { reader: curator } = await signIn(db(), { name: 'Ada', curator: true })
    // What somebody typed proves nothing.
    const typed = { ...reader, orcid: ORCID, orcidVerified: false }
    await castVote(db(), { paperId, voter: reader, now })
    const claim = () => claimAuthorship(db(), { paperId, reader: typed, note: 'See my page.', now })
    expect(await Promise.all([claim(), claim()])).toEqual([
      { ok: true, state: 'waiting' },
      { ok: true, state: 'waiting' },
    ])
    expect(await authorsHere(db(), paperId)).toEqual([])
    expect(await waitingClaims(db(), { limit: 9 })).toMatchObject([
      {
        paper: { id: paperId, authors: ['Iris Sand', 'Jon Salt'] },
        reader: { name: 'Jon' },
        note: 'See my page.',
      },
    ])
    const acting = { paperId, readerId: reader.id, curatorId: curator.id, reason: 'Seen.', now }
    expect(await confirmClaim(db(), { ...acting, curatorId: reader.id })).toMatchObject({ ok: false })
    await expect(confirmClaim(db(), { ...acting, reason: '' })).rejects.toThrow(/reason_check/)
    expect(await claimOf(db(), { paperId, readerId: reader.id })).toBe('waiting')
    expect(await confirmClaim(db(), acting)).toEqual({ ok: true, changed: true })
    expect(await confirmClaim(db(), acting)).toEqual({ ok: true, changed: false })
    expect(await rejectClaim(db(), acting)).toEqual({ ok: true, changed: false })
    expect(await authorsHere(db(), paperId)).toMatchObject([{ name: 'Jon' }])
    expect((await db().selectFrom('papers').select('votes').executeTakeFirst())?.votes).toBe(0)
    expect((await moderationLog(db(), { before: null, limit: 9 })).entries).toMatchObject([
      { by: 'Ada', words: 'confirmed an author of', reason: 'Seen.' },
    ])
  })

  it('takes a refused claim again only with proof', async () => {
    const paperId = await newPaper()
    const { reader } = await signIn(db())
    const { reader: curator } = await signIn(db(), { curator: true })
    await claimAuthorship(db(), { paperId, reader, note: 'Me.', now })
    const acting = { paperId, readerId: reader.id, curatorId: curator.id, reason: 'Not shown.', now }
    expect(await rejectClaim(db(), acting)).toEqual({ ok: true, changed: true })
    expect(await claimAuthorship(db(), { paperId, reader, note: 'Me!', now })).toEqual({
      ok: false,
      kind: 'refused',
    })
    const proved = { ...reader, orcid: ORCID, orcidVerified: true }
    expect(await claimAuthorship(db(), { paperId, reader: proved, note: '', now })).toEqual({
      ok: true,
      state: 'confirmed',
    })
    expect(await claimAuthorship(db(), { paperId: 999, reader, note: '', now })).toEqual({
      ok: false,
      kind: 'no-paper',
    })
  })
})
