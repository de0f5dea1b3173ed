import { sql } from 'kysely'
import { beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { lockUntilCommit } from '../db/locks.ts'
import { inTransaction } from '../db/transaction.ts'
import { findPaper, sourcesOf } from '../papers/find.ts'
import type { PublicIdentifier } from '../sources/look-up.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { acceptWaitingSubmission } from './decide-submission.ts'
import { moderationLog } from './moderation-log.ts'
import { submissionsOf, waitingSubmissions } from './submission-lists.ts'
import { acceptSubmission, refuseSubmission, submitPaper, type WriteNote } from './submissions.ts'

// In New York it is still the day before.
const NIGHT = new Date('2026-01-16T03:00:00Z')
const LATER = new Date('2026-01-18T12:00:00Z')
const TIME_ZONE = 'America/New_York'

const TIDES: PublicIdentifier = { scheme: 'arxiv', value: '2501.00007' }
const FOUND = stated(['2501.00007', 'doi/10.5555/tides'], {
  source: 'arxiv-atom',
  title: 'Tides of an inland sea',
  abstract: 'We measure tides.',
  published: { precision: 'day', value: '2025-01-03' },
})

describeWithDatabase('submissions', (db) => {
  let ann: string
  let bo: string
  let curator: string

  let notes: Parameters<WriteNote>[1][]
  const writeNote: WriteNote = async (_, { readerId, note, paperId }) => {
    notes.push({ readerId, note, paperId })
  }

  beforeEach(async () => {
    notes = []
    await sql`delete from submissions`.execute(db())
    ann = (await signIn(db(), { name: 'Ann' })).reader.id
    bo = (await signIn(db(), { name: 'Bo' })).reader.id
    curator = (await signIn(db(), { name: 'Cy', curator: true })).reader.id
  })

  const submit = (more: Partial<Parameters<typeof submitPaper>[1]> = {}) =>
    submitPaper(db(), {
      found: FOUND,
      identifier: TIDES,
      readerId: ann,
      trusted: true,
      note: '',
      now: NIGHT,
      timeZone: TIME_ZONE,
      writeNote,
      ...more,
    })
  const accept = (id: number, now = NIGHT) =>
    inTransaction(db(), async (trx) => {
      await lockUntilCommit(trx, 'recording')
      return acceptSubmission(trx, { id, curatorId: curator, now, timeZone: TIME_ZONE, writeNote })
    })
  const refuse = (id: number) =>
    inTransaction(db(), (trx) =>
      refuseSubmission(trx, { id, curatorId: curator, reason: 'Off topic.', now: LATER }),
    )
  const rows = () => db().selectFrom('submissions').selectAll().orderBy('id').execute()
  const waiting = () => waitingSubmissions(db(), { limit: 10 })
  const firstWaiting = async () => (await waiting())[0]?.id ?? 0

  it('records the paper of a trusted reader at once, in today’s edition', async () => {
    const outcome = await submit({ note: 'Worth a look.' })
    const paper = await findPaper(db(), TIDES, { seenBy: 'program' })
    expect(outcome).toEqual({ kind: 'recorded', paperId: paper?.id, address: '2501.00007' })
    expect(paper).toMatchObject({
      title: 'Tides of an inland sea',
      abstract: 'We measure tides.',
      edition: '2026-01-15',
      editionFrom: 'listing',
      provenance: { title: 'arxiv-atom', edition: 'submission' },
    })
    expect(await sourcesOf(db(), paper?.id ?? 0)).toMatchObject([
      { source: 'arxiv-atom' },
      { source: 'submission' },
    ])
    expect(await rows()).toMatchObject([
      {
        scheme: 'arxiv',
        value: '2501.00007',
        reader_id: ann,
        note: 'Worth a look.',
        state: 'accepted',
        paper_id: paper?.id,
        submitted_at: NIGHT,
        decided_at: NIGHT,
        decided_by: null,
      },
    ])
  })

  it('says so of a paper that is here already, and leaves it as it is', async () => {
    await recordHarvest(db(), [stated('2501.00007')], { now: NIGHT, timeZone: TIME_ZONE })
    const paper = await findPaper(db(), TIDES, { seenBy: 'program' })
    const here = { kind: 'already-here', paperId: paper?.id, address: '2501.00007' }
    expect(await submit()).toEqual(here)
    expect(await submit({ trusted: false })).toEqual(here)
    expect(await findPaper(db(), TIDES, { seenBy: 'program' })).toEqual(paper)
    expect(await rows()).toEqual([])
  })

  it('knows a paper by its other identifiers, but not for one with an arXiv identifier of its own', async () => {
    await recordHarvest(db(), [stated('doi/10.5555/tides', { source: 'doi' })], {
      now: NIGHT,
      timeZone: TIME_ZONE,
    })
    expect(await submit()).toMatchObject({ kind: 'already-here', address: 'doi/10.5555/tides' })
    await recordHarvest(db(), [stated(['2501.00001', 'doi/10.5555/tides'])], {
      now: NIGHT,
      timeZone: TIME_ZONE,
    })
    expect(await submit()).toMatchObject({ kind: 'recorded', address: '2501.00007' })
  })

  it('finds a paper again by the identifier it was submitted by', async () => {
    const found = stated('doi/10.5555/renamed', { source: 'doi' })
    const identifier: PublicIdentifier = { scheme: 'doi', value: '10.5555/old-name' }
    expect(await submit({ found, identifier })).toMatchObject({ kind: 'recorded' })
    expect(await submit({ found, identifier })).toMatchObject({ kind: 'already-here' })
    expect(await findPaper(db(), identifier, { seenBy: 'program' })).toMatchObject({ title: found.title })
  })

  it('records once, and says so once, however often the button is pressed at the same moment', async () => {
    const outcomes = await Promise.all([submit(), submit(), submit({ readerId: bo }), submit()])
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual([
      'already-here',
      'already-here',
      'already-here',
      'recorded',
    ])
    expect((await rows()).filter(({ state }) => state === 'waiting')).toEqual([])
    expect(await db().selectFrom('papers').select('id').execute()).toHaveLength(1)
    expect(await db().selectFrom('signals').select('kind').execute()).toEqual([])
  })

  it('lets others wait for a curator', async () => {
    const outcomes = await Promise.all([
      submit({ trusted: false, note: 'Please!' }),
      submit({ trusted: false, note: 'Please!' }),
    ])
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['already-waiting', 'waiting'])
    expect(await submit({ trusted: false, readerId: bo })).toEqual({ kind: 'already-waiting' })
    expect(await findPaper(db(), TIDES, { seenBy: 'program' })).toBeNull()
    expect(await waiting()).toEqual([
      {
        id: expect.any(Number),
        identifier: TIDES,
        found: FOUND,
        note: 'Please!',
        reader: { id: ann, name: 'Ann' },
        submittedAt: NIGHT,
      },
    ])
  })

  it('lets a curator accept a paper, in the edition of that day', async () => {
    await submit({ trusted: false, note: 'Please!' })
    const id = await firstWaiting()
    const outcome = await accept(id, LATER)
    const paper = await findPaper(db(), TIDES, { seenBy: 'program' })
    expect(outcome).toEqual({
      kind: 'accepted',
      title: 'Tides of an inland sea',
      paperId: paper?.id,
      address: '2501.00007',
    })
    expect(notes).toEqual([{ readerId: ann, note: 'Please!', paperId: paper?.id }])
    expect(paper).toMatchObject({ edition: '2026-01-18' })
    expect(await waiting()).toEqual([])
    expect(await accept(id)).toEqual({ kind: 'not-waiting' })
    expect(await accept(0)).toEqual({ kind: 'not-waiting' })
    expect(await refuse(id)).toEqual({ kind: 'not-waiting' })
    expect(await rows()).toMatchObject([{ state: 'accepted', decided_by: curator, decided_at: LATER }])
  })

  it('lets one of two curators decide', async () => {
    await submit({ trusted: false })
    const id = await firstWaiting()
    const outcomes = await Promise.all([accept(id), accept(id)])
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['accepted', 'not-waiting'])
  })

  it('accepts a paper that came by another way meanwhile, and leaves it as it is', async () => {
    await submit({ trusted: false })
    const id = await firstWaiting()
    await recordHarvest(db(), [FOUND], { now: NIGHT, timeZone: TIME_ZONE })
    const before = await findPaper(db(), TIDES, { seenBy: 'program' })
    expect(await accept(id, LATER)).toMatchObject({ kind: 'accepted', paperId: before?.id })
    expect(await findPaper(db(), TIDES, { seenBy: 'program' })).toEqual(before)
    expect(await db().selectFrom('papers').select('id').execute()).toHaveLength(1)
  })

  it('stays waiting, and its paper away, when what comes with it cannot be written', async () => {
    await submit({ trusted: false, note: 'Please!' })
    const failing = {
      writeNote: async () => {
        throw new Error('no comments today')
      },
    }
    const deciding = { curatorId: curator, reason: 'Good.', now: LATER, timeZone: TIME_ZONE, ...failing }
    const id = await firstWaiting()
    await expect(acceptWaitingSubmission(db(), { id, ...deciding })).rejects.toThrow('no comments today')
    await expect(submit({ readerId: bo, ...failing })).rejects.toThrow('no comments today')
    expect(await findPaper(db(), TIDES, { seenBy: 'program' })).toBeNull()
    expect(await rows()).toMatchObject([{ reader_id: ann, state: 'waiting', paper_id: null }])
    expect((await moderationLog(db(), { before: null, limit: 5 })).entries).toEqual([])
    expect(await acceptWaitingSubmission(db(), { id, ...deciding, writeNote })).toEqual({
      ok: true,
      changed: true,
    })
    expect(notes).toMatchObject([{ readerId: ann, note: 'Please!' }])
    expect((await moderationLog(db(), { before: null, limit: 5 })).entries).toHaveLength(1)
  })

  it('lets a trusted reader’s submission settle one that waits, and tells of its note', async () => {
    await submit({ trusted: false, note: 'Please!' })
    expect(await submit({ readerId: bo, note: 'Yes.', now: LATER })).toMatchObject({ kind: 'recorded' })
    const paperId = (await findPaper(db(), TIDES, { seenBy: 'program' }))?.id
    expect(notes).toEqual([
      { readerId: ann, note: 'Please!', paperId },
      { readerId: bo, note: 'Yes.', paperId },
    ])
    expect(await rows()).toMatchObject([{ reader_id: ann, state: 'accepted', decided_by: null }])
  })

  it('lets a curator refuse a paper, which may be submitted again', async () => {
    await submit({ trusted: false })
    const id = await firstWaiting()
    expect(await refuse(id)).toEqual({
      kind: 'refused',
      identifier: TIDES,
      title: 'Tides of an inland sea',
      readerId: ann,
    })
    expect(await findPaper(db(), TIDES, { seenBy: 'program' })).toBeNull()
    expect(await accept(id)).toEqual({ kind: 'not-waiting' })
    expect(await submit({ trusted: false, now: LATER })).toEqual({ kind: 'waiting' })
  })

  it('shows readers what became of their submissions', async () => {
    await submit({ trusted: false })
    await refuse(await firstWaiting())
    await submit({ now: LATER })
    expect(await submissionsOf(db(), ann)).toEqual([
      {
        id: expect.any(Number),
        identifier: TIDES,
        title: 'Tides of an inland sea',
        state: 'accepted',
        address: '2501.00007',
        submittedAt: LATER,
        decidedAt: LATER,
        reason: null,
      },
      {
        id: expect.any(Number),
        identifier: TIDES,
        title: 'Tides of an inland sea',
        state: 'refused',
        address: null,
        submittedAt: NIGHT,
        decidedAt: LATER,
        reason: 'Off topic.',
      },
    ])
    expect(await submissionsOf(db(), bo)).toEqual([])
  })

  it('keeps what waits when the account of who submitted it goes, the longest waiting first', async () => {
    await submit({ trusted: false, now: LATER })
    await submit({
      trusted: false,
      found: stated('2501.00008'),
      identifier: { scheme: 'arxiv', value: '2501.00008' },
    })
    await sql`delete from readers where id = ${ann}`.execute(db())
    expect(await waiting()).toMatchObject([
      { identifier: { value: '2501.00008' }, reader: null },
      { identifier: TIDES, reader: null },
    ])
    expect(await accept(await firstWaiting())).toMatchObject({ kind: 'accepted' })
    expect(notes).toMatchObject([{ readerId: null }])
    expect(await waitingSubmissions(db(), { limit: 0 })).toEqual([])
  })
})
