import { sql } from 'kysely'
import pg from 'pg'
import { expect, inject, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { storedPapers } from '../../test/stored.ts'
import { inTransaction } from '../db/transaction.ts'
import type { HarvestedPaper } from '../papers/harvested-paper.ts'
import { addHeat, eventHeat, WEIGHTS } from '../ranking/heat.ts'
import { countedElsewhereOf } from '../ranking/counted-elsewhere.ts'
import { recordSignals, replayHeat } from '../ranking/signals.ts'
import { heatParts } from '../ranking/heat-parts.ts'
import { verifyHeat } from '../ranking/verify-heat.ts'
import { importPapers } from './import.ts'
import { endRecording, recordHarvest } from './record-harvest.ts'

const now = new Date('2026-01-15T12:00:00Z')
const since = '2026-01-13T00:30:00.000Z'

describeWithDatabase('recording a harvest', (db) => {
  const outcomes = async (papers: HarvestedPaper[]) =>
    (await recordHarvest(db(), papers, { now, timeZone: 'UTC' })).map(({ outcome }) => outcome)
  const papers = () =>
    db().selectFrom('papers').select(['address', 'uuid', 'heat', 'attention']).orderBy('address').execute()
  const votes = (total: number, observedAt = '2026-01-14T00:00:00.000Z', of = '2601.00001') =>
    stated(of, { source: 'huggingface', upvotes: { total, observedAt, since } })
  const events = () =>
    db().selectFrom('signals').select(['kind', 'origin', 'amount', 'weight', 'at']).orderBy('id').execute()

  it('counts upvotes only as far as they exceed those counted before', async () => {
    expect(await outcomes([votes(10)])).toEqual(['new'])
    expect(await outcomes([votes(10, '2026-01-14T06:00:00.000Z')])).toEqual(['unchanged'])
    expect(await outcomes([votes(7, '2026-01-14T12:00:00.000Z')])).toEqual(['unchanged'])
    expect(await outcomes([votes(16, '2026-01-15T00:00:00.000Z')])).toEqual(['updated'])
    const upvote = { kind: 'upvote', origin: 'huggingface' }
    expect(await events()).toEqual([
      { ...upvote, amount: 10, weight: 10 * WEIGHTS.upvote, at: new Date(since) },
      {
        ...upvote,
        amount: 6,
        weight: expect.closeTo(6 * WEIGHTS.upvote, 12),
        at: new Date('2026-01-15T00:00:00Z'),
      },
    ])
    const heat = addHeat(
      eventHeat(10 * WEIGHTS.upvote, new Date(since)),
      eventHeat(6 * WEIGHTS.upvote, new Date('2026-01-15T00:00:00Z')),
    )
    expect(await papers()).toMatchObject([
      { heat: expect.closeTo(heat, 9), attention: expect.closeTo(1.6, 9) },
    ])
  })

  it('takes what is dated ahead by mistake for something of now', async () => {
    const ahead = '2099-01-01T00:00:00.000Z'
    const seen = (total: number, asOf?: string) =>
      stated('2601.00001', {
        source: 'huggingface',
        title: `Seen ${total} times`,
        upvotes: { total, observedAt: ahead, since: ahead },
        listing: { date: '2026-02-20' },
        ...(asOf === undefined ? {} : { asOf }),
      })
    await outcomes([seen(3, ahead)])
    await outcomes([seen(5, ahead)])
    expect((await events()).map(({ kind, at }) => [kind, at])).toEqual([
      ['listing', now],
      ['upvote', now],
      ['upvote', now],
    ])
    expect(await outcomes([seen(5, ahead)])).toEqual(['unchanged'])
    // And what the source says later is heard.
    await outcomes([seen(6, '2026-01-15T11:00:00.000Z')])
    expect(await db().selectFrom('papers').select('title').execute()).toEqual([{ title: 'Seen 6 times' }])
    // Tomorrow's list, where the day has begun.
    await outcomes([stated('2601.00002', { source: 'page', listing: { date: '2026-01-16' } })])
    expect((await events()).at(-1)?.at).toEqual(new Date('2026-01-16T12:00:00Z'))
    expect((await verifyHeat(db())).differences).toEqual([])
  })

  it('counts several totals in one batch as it would one after the other', async () => {
    await outcomes([votes(3), votes(8, '2026-01-15T00:00:00.000Z'), votes(5)])
    expect((await events()).map(({ amount }) => amount)).toEqual([3, 5])
  })

  it('counts only new stars and citations: their first count is where it begins', async () => {
    const count = (property: 'stars' | 'citations', total: number, day: string) =>
      recordHarvest(
        db(),
        [stated('2601.00001', { source: 'jsonl', [property]: { total, observedAt: day, since: day } })],
        { now, timeZone: 'UTC' },
      )
    await count('stars', 12_000, '2026-01-10T00:00:00.000Z')
    const weights = () =>
      db().selectFrom('signals').select(['kind', 'amount', 'weight']).orderBy('id').execute()
    expect(await weights()).toEqual([{ kind: 'star', amount: 12_000, weight: 0 }])
    const paper = () => db().selectFrom('papers').select(['heat', 'attention']).executeTakeFirstOrThrow()
    expect(await paper()).toEqual({ heat: -Infinity, attention: 0 })
    await count('stars', 12_000, '2026-01-11T00:00:00.000Z')
    await count('stars', 12_050, '2026-01-12T00:00:00.000Z')
    await count('stars', 11_000, '2026-01-13T00:00:00.000Z')
    await count('citations', 0, '2026-01-12T00:00:00.000Z')
    await count('citations', 2, '2026-01-13T00:00:00.000Z')
    expect(await weights()).toEqual([
      { kind: 'star', amount: 12_000, weight: 0 },
      { kind: 'star', amount: 50, weight: 1 },
      { kind: 'citation', amount: 0, weight: 0 },
      { kind: 'citation', amount: 2, weight: 1 },
    ])
    expect((await paper()).attention).toBeCloseTo(2)
    expect((await verifyHeat(db())).differences).toEqual([])
    const parts = await heatParts(
      db(),
      (await db().selectFrom('papers').select('id').executeTakeFirstOrThrow()).id,
    )
    expect(parts.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['citation', 2],
      ['star', 50],
    ])
  })

  it('counts comments elsewhere beside those of readers here', async () => {
    const comments = (total: number, observedAt = '2026-01-14T00:00:00.000Z') =>
      stated('2601.00001', { source: 'huggingface', commentCount: { total, observedAt, since } })
    expect(await outcomes([comments(3)])).toEqual(['new'])
    const { id: paperId } = await db().selectFrom('papers').select('id').executeTakeFirstOrThrow()
    await inTransaction(db(), (trx) =>
      recordSignals(
        trx,
        [
          {
            paperId,
            kind: 'comment',
            origin: 'reader',
            originKey: 'one',
            amount: 1,
            weight: WEIGHTS.comment,
            at: now,
          },
        ],
        { now },
      ),
    )
    expect(await outcomes([comments(3)])).toEqual(['unchanged'])
    expect(await outcomes([comments(4)])).toEqual(['updated'])
    expect(await countedElsewhereOf(db(), [paperId])).toEqual(
      new Map([[paperId, [{ kind: 'comment', origin: 'huggingface', total: 4 }]]]),
    )
    expect(await papers()).toMatchObject([
      { attention: expect.closeTo(4 * WEIGHTS.commentElsewhere + WEIGHTS.comment, 9) },
    ])
  })

  it('has no event in no upvotes', async () => {
    expect(await outcomes([votes(0)])).toEqual(['new'])
    expect(await events()).toEqual([])
    expect(await papers()).toMatchObject([{ heat: -Infinity, attention: 0 }])
  })

  it('counts a listing once a day and source', async () => {
    const listed = stated('2601.00001', { source: 'page', listing: { date: '2026-01-14', rank: 1, of: 3 } })
    await outcomes([listed])
    await outcomes([{ ...listed, listing: { date: '2026-01-14', rank: 2, of: 3 } }])
    await outcomes([{ ...listed, source: 'huggingface', listing: { date: '2026-01-14' } }])
    expect(await events()).toMatchObject([
      { kind: 'listing', origin: 'page', weight: 2 * WEIGHTS.listing, at: new Date('2026-01-14T12:00:00Z') },
      { kind: 'listing', origin: 'huggingface', weight: 1.5 * WEIGHTS.listing },
    ])
  })

  it('moves the attention of papers that turn out to be one, an event that several know once', async () => {
    const listing = { date: '2026-01-14', rank: 2, of: 3 }
    const listed = (of: string) => stated(of, { source: 'page', listing })
    await outcomes([votes(10), stated('doi/10.5555/a', { source: 'bibtex' })])
    await outcomes([listed('doi/10.5555/a'), listed('doi/10.5555/b'), listed('local/00000000000000aa')])
    // And one that only the last of them knows.
    await outcomes([{ ...listed('local/00000000000000aa'), listing: { ...listing, date: '2026-01-13' } }])
    const [oldest] = await papers()
    const all = stated(['2601.00001', 'doi/10.5555/a', 'doi/10.5555/b', 'local/00000000000000aa'])
    expect(await outcomes([all])).toEqual(['updated'])
    const merged = await papers()
    expect(merged).toMatchObject([{ address: '2601.00001', uuid: oldest?.uuid, attention: 4 }])
    const heat = ['2026-01-13T12:00:00Z', '2026-01-14T12:00:00Z']
      .map((at) => eventHeat(1.5, new Date(at)))
      .reduce(addHeat, eventHeat(1, new Date(since)))
    expect(merged[0]?.heat).toBeCloseTo(heat, 9)
    expect((await events()).map(({ kind }) => kind)).toEqual(['upvote', 'listing', 'listing'])

    const before = await storedPapers(db())
    const ids = await db().selectFrom('papers').select('id').execute()
    await db()
      .transaction()
      .execute((trx) =>
        replayHeat(
          trx,
          ids.map(({ id }) => id),
        ),
      )
    expect(await storedPapers(db())).toEqual(before)
  })

  it('lets every process hear of a change, and of nothing else', async () => {
    async function imported(papers: HarvestedPaper[]) {
      async function* outcomes() {
        for (const paper of papers) yield { ok: true as const, position: 'line 1', paper }
      }
      await importPapers(db(), outcomes(), { name: 'votes', format: 'some', timeZone: 'UTC', now: () => now })
    }
    const heard: string[] = []
    const { rows } = await sql<{ database: string }>`select current_database() as database`.execute(db())
    const client = new pg.Client({ ...inject('server'), ...rows[0] })
    await client.connect()
    client.on('notification', ({ channel, payload }) => heard.push([channel, payload].join(' ').trim()))
    await client.query('listen papers_changed')
    await outcomes([votes(3)])
    await client.query('select 1')
    expect(heard).toEqual(['papers_changed'])
    await outcomes([votes(3)])
    await outcomes([])
    await client.query('select 1')
    expect(heard).toEqual(['papers_changed'])
    // A run says that it goes on, and when it is over.
    await recordHarvest(db(), [votes(4)], { now, timeZone: 'UTC', run: true })
    await endRecording(db(), { new: 0, updated: 0 })
    await client.query('select 1')
    expect(heard.splice(1)).toEqual(['papers_changed recording'])
    await imported([votes(5), votes(5)])
    await client.query('select 1')
    expect(heard.splice(1)).toEqual(['papers_changed recording', 'papers_changed'])
    await imported([votes(5)])
    await client.query('select 1')
    expect(heard).toEqual(['papers_changed'])
    await client.end()
  })
})
