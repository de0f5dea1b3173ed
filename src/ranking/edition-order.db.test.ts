import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { discountVotes } from '../moderation/resolve-suspicion.ts'
import { hidePaper, unhidePaper } from '../moderation/hide-paper.ts'
import { mergePapers } from '../moderation/merge-papers.ts'
import type { HarvestedPaper } from '../papers/harvested-paper.ts'
import { pickPaper, withdrawPick } from '../shelves/picks.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { listPapers } from './lists.ts'
import { repairHeat, verifyHeat } from './verify-heat.ts'
import { castVote, takeBackVote } from './votes.ts'

const NOW = new Date('2026-01-15T12:00:00Z')
const DAY = '2026-01-10'

describeWithDatabase('the order of an edition', (db) => {
  const upvoted = (
    n: number,
    total: number,
    facts: Partial<Omit<HarvestedPaper, 'identifiers'>> = {},
  ): HarvestedPaper =>
    stated(`2601.0000${n}`, {
      source: 'huggingface',
      published: { precision: 'day', value: DAY },
      ...(total > 0
        ? { upvotes: { total, since: `${DAY}T12:00:00.000Z`, observedAt: `${DAY}T12:00:00.000Z` } }
        : {}),
      ...facts,
    })
  const record = (papers: HarvestedPaper[]) => recordHarvest(db(), papers, { now: NOW, timeZone: 'UTC' })
  const idOf = async (n: number) =>
    (
      await db()
        .selectFrom('papers')
        .select('id')
        .where('address', '=', `2601.0000${n}`)
        .executeTakeFirstOrThrow()
    ).id
  /** The papers of the edition by the last digit of their addresses; a week and a month have the same order. */
  async function order(): Promise<string> {
    const [day, month] = await Promise.all(
      [DAY, '2026-01-31'].map((to) =>
        listPapers(db(), {
          list: { kind: 'editions', from: to === DAY ? DAY : '2026-01-01', to },
          limit: 20,
        }),
      ),
    )
    const digits = (page: typeof day) => page?.papers.map(({ address }) => address.slice(-1)).join('')
    expect(digits(month)).toBe(digits(day))
    return digits(day) ?? ''
  }
  const voter = async (trusted: boolean) => ({ id: (await signIn(db())).reader.id, trusted })
  const vote = async (n: number, by: { id: string; trusted: boolean }) =>
    castVote(db(), { paperId: await idOf(n), voter: by, now: NOW })

  it('puts a throwaway vote (0.1) below 108 upvotes elsewhere (10.8)', async () => {
    await record([upvoted(1, 0), upvoted(2, 108), upvoted(3, 0)])
    await vote(1, await voter(false))
    expect(await order()).toBe('213')
  })

  it('adds up votes, picks and attention elsewhere, each as it weighs', async () => {
    // 4.9, 5.1, 0.9, 1.1, 0, 0
    await record([
      upvoted(1, 49),
      upvoted(2, 51),
      upvoted(3, 9),
      upvoted(4, 11),
      upvoted(5, 0),
      upvoted(6, 0),
    ])
    const curator = (await signIn(db(), { curator: true })).reader
    const reader = await voter(true)
    await vote(5, reader)
    await pickPaper(db(), { paperId: await idOf(6), curator, note: '', now: NOW })
    expect(await order()).toBe('261453')
    // A vote more: 6 and 1 are both above 5.1 now.
    await vote(1, reader)
    await vote(6, reader)
    expect(await order()).toBe('612453')
    await withdrawPick(db(), { paperId: await idOf(6), curatorId: curator.id, now: NOW })
    await takeBackVote(db(), { paperId: await idOf(1), readerId: reader.id, now: NOW })
    // 5.1, 4.9, 1.1; 6 and 5 have a vote each, cast at the same time, and 6 is newer here; 0.9.
    expect(await order()).toBe('214653')
    expect((await verifyHeat(db())).differences).toEqual([])
  })

  it('counts a place on another site’s list, and more upvotes when they come', async () => {
    await record([
      upvoted(1, 10),
      upvoted(2, 0, { source: 'page', listing: { date: DAY, rank: 1, of: 3 } }),
      upvoted(3, 0, { source: 'page', listing: { date: DAY, rank: 2, of: 3 } }),
    ])
    expect(await order()).toBe('231')
    await record([upvoted(1, 16)])
    expect(await order()).toBe('213')
    await record([upvoted(1, 21)])
    expect(await order()).toBe('123')
  })

  it('is by heat, then newest, where the sums are the same in whatever order they were added', async () => {
    await record([upvoted(1, 0), upvoted(2, 0), upvoted(3, 0)])
    const [few, many] = [await voter(false), await voter(true)]
    // 0.1 + 0.1 + 0.1 + 1 and 1 + 0.1 + 0.1 + 0.1 differ in the last digit, and so does 1.4 - 0.1.
    for (const by of [await voter(false), await voter(false), await voter(false), many]) await vote(2, by)
    for (const by of [many, few, await voter(false), await voter(false), await voter(false)])
      await vote(1, by)
    await takeBackVote(db(), { paperId: await idOf(1), readerId: few.id, now: NOW })
    const sums = await db().selectFrom('papers').select('attention').orderBy('id').execute()
    expect(new Set(sums.map(({ attention }) => attention)).size).toBe(3)
    await sql`update papers set heat = 5 where address = '2601.00001'`.execute(db())
    await sql`update papers set heat = 6 where address = '2601.00002'`.execute(db())
    expect(await order()).toBe('213')
    await sql`update papers set heat = 7 where address = '2601.00001'`.execute(db())
    expect(await order()).toBe('123')
  })

  it('follows what curators do: discounted votes, hidden and merged papers', async () => {
    await record([
      upvoted(1, 0),
      upvoted(2, 25),
      upvoted(3, 28),
      stated('doi/10.5555/twin.4', { published: { precision: 'day', value: DAY } }),
    ])
    const voters = [await voter(true), await voter(true), await voter(true)]
    for (const by of voters) await vote(1, by)
    expect(await order()).toBe('1324')
    const curator = (await signIn(db(), { curator: true })).reader
    const acting = { curatorId: curator.id, reason: 'Because.', now: NOW }
    await discountVotes(db(), {
      readerIds: voters.slice(1).map(({ id }) => id),
      paperIds: [await idOf(1)],
      ...acting,
    })
    expect(await order()).toBe('3214')
    await hidePaper(db(), { paperId: await idOf(3), ...acting })
    expect(await order()).toBe('214')
    await unhidePaper(db(), { paperId: await idOf(3), ...acting })
    expect(await order()).toBe('3214')
    const twin = await db()
      .selectFrom('papers')
      .select('id')
      .where('doi', '=', '10.5555/twin.4')
      .executeTakeFirstOrThrow()
    // 2.5 and a vote.
    await castVote(db(), { paperId: twin.id, voter: await voter(true), now: NOW })
    await mergePapers(db(), { keptId: await idOf(2), mergedId: twin.id, timeZone: 'UTC', ...acting })
    expect(await order()).toBe('231')
    expect((await verifyHeat(db())).differences).toEqual([])
  })

  it('is compared with the events, and mended', async () => {
    await record([upvoted(1, 30), upvoted(2, 40)])
    await db()
      .updateTable('papers')
      .set({ attention: 3 + 2e-6 + 1 })
      .where('id', '=', await idOf(1))
      .execute()
    expect(await order()).toBe('12')
    const { differences } = await verifyHeat(db())
    expect(differences.map(({ what, replayed }) => [what, replayed])).toEqual([['attention', 3]])
    await repairHeat(db(), differences)
    expect(await order()).toBe('21')
  })

  it('is read out of its index', async () => {
    await record([upvoted(1, 30), upvoted(2, 40)])
    await db()
      .transaction()
      .execute(async (trx) => {
        await sql`set local enable_seqscan = off`.execute(trx)
        await sql`set local enable_sort = off`.execute(trx)
        const { rows } = await sql<{ 'QUERY PLAN': string }>`
          explain select p.id from papers p where p.edition = ${DAY}::date and not p.hidden
          order by floor(p.attention * 1000000 + 0.5) desc, p.heat desc, p.dated_at desc, p.id desc limit 10
        `.execute(trx)
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
        expect(plan).toContain('papers_edition')
        expect(plan).not.toContain('Sort')
      })
  })
})
