import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { signIn } from '../../test/readers.ts'
import { NOON } from '../../test/site.ts'
import { repairHeat, verifyHeat } from '../ranking/verify-heat.ts'
import { castVote } from '../ranking/votes.ts'
import { deskCounts } from './desk.ts'
import { findSuspicions } from './find-suspicions.ts'
import { moderationLog } from './moderation-log.ts'
import { openSuspicions } from './open-suspicions.ts'
import { discountSuspicion, dismissSuspicion, suspendSuspected } from './resolve-suspicion.ts'
import { accountsIn, papersIn } from './suspicions/evidence.ts'
import { simulateVotes, storeVotes, type Simulation } from './suspicions/simulated-votes.fixture.ts'

const now = NOON
const MINUTE = 60_000

describeWithDatabase('suspicious votes', (db) => {
  /** The simulated community in the database; numbers of papers by their place in the simulation. */
  const settleIn = (simulation: Simulation) => storeVotes(db(), simulation, { now })
  const votesOf = async (ids: number[]) =>
    (await db().selectFrom('papers').select('votes').where('id', 'in', ids).orderBy('id').execute()).map(
      ({ votes }) => votes,
    )
  const found = () => openSuspicions(db(), { limit: 99 })

  it.each([1, 2])('finds what is planted among honest votes and nothing else (seed %i)', async (seed) => {
    const simulation = simulateVotes(seed, {
      now,
      voters: 400,
      papersADay: 30,
      rings: [
        { accounts: 3, papers: 8 },
        { accounts: 6, papers: 6 },
        { accounts: 20, papers: 10 },
      ],
      bursts: [10, 25],
    })
    const ids = await settleIn(simulation)
    const count = await findSuspicions(db(), { now })
    const findings = await found()
    expect(count).toBe(findings.length)

    const rings = findings.flatMap(({ evidence }) => (evidence.kind === 'ring' ? [evidence] : []))
    for (const planted of simulation.rings) {
      const ring = rings.find((evidence) => accountsIn(evidence).some((id) => planted.includes(id)))
      const members = ring ? accountsIn(ring) : []
      // Who voted for much else may stay out; nobody else is drawn in.
      expect(members.length).toBeGreaterThanOrEqual(Math.max(3, planted.length * 0.8))
      expect(members.filter((id) => !planted.includes(id))).toEqual([])
      expect(ring?.papers.length).toBeGreaterThanOrEqual(4)
    }
    const bursts = findings.flatMap(({ evidence }) => (evidence.kind === 'burst' ? [evidence] : []))
    const suspected = bursts.map(({ paper }) => paper.paperId)
    for (const paper of simulation.bursts) expect(suspected).toContain(ids[paper])
    // A ring of twenty is a burst, too; beside the planted ones there is nothing.
    const ringPapers = rings.flatMap((ring) => papersIn(ring))
    const planted = new Set([...simulation.bursts.map((paper) => ids[paper]), ...ringPapers])
    expect(suspected.filter((id) => !planted.has(id))).toEqual([])
    expect(rings).toHaveLength(simulation.rings.length)
    // Looking again finds nothing new.
    expect(await findSuspicions(db(), { now })).toBe(0)
    expect(await findSuspicions(db(), { now: new Date(now.getTime() + 900_000) })).toBe(0)
  })

  it.each([11, 12, 13, 14])('accuses no honest community (seed %i)', async (seed) => {
    const sizes = [
      { voters: 25, papersADay: 12 },
      { voters: 150, papersADay: 25 },
      { voters: 600, papersADay: 40 },
      // A site that has just opened: everybody is new.
      { voters: 300, papersADay: 20, youngShare: 1 },
    ]
    await settleIn(simulateVotes(seed, { now, ...(sizes[seed % 4] ?? { voters: 100, papersADay: 20 }) }))
    expect(await findSuspicions(db(), { now })).toBe(0)
    expect(await found()).toEqual([])
  })

  it.each([
    { name: 'at 25-minute gaps', gapMs: 25 * MINUTE, camouflage: false },
    { name: 'a day apart, and as honest readers do', gapMs: 1_440 * MINUTE, camouflage: true },
  ])('finds rings that vote $name', async ({ gapMs, camouflage }) => {
    const rings = [
      { accounts: 5, papers: 12 },
      { accounts: 12, papers: 10 },
    ]
    const simulation = simulateVotes(22, {
      now,
      voters: 300,
      papersADay: 15,
      days: 60,
      rings,
      gapMs,
      camouflage,
    })
    await settleIn(simulation)
    await findSuspicions(db(), { now })
    const evidence = (await found()).map((finding) => finding.evidence)
    const members = evidence.flatMap((finding) => (finding.kind === 'ring' ? [accountsIn(finding)] : []))
    expect(members).toHaveLength(rings.length)
    for (const planted of simulation.rings) {
      const ring = members.find((ids) => ids.some((id) => planted.includes(id))) ?? []
      expect(ring.filter((id) => !planted.includes(id))).toEqual([])
      expect(ring.length).toBeGreaterThanOrEqual(planted.length - 1)
    }
    expect(await findSuspicions(db(), { now: new Date(now.getTime() + 900_000) })).toBe(0)
  })

  it.each([31])('accuses nobody who shares a narrow interest (seed %i)', async (seed) => {
    const circles = [
      { accounts: 8, papers: 30, agreement: 0.4 },
      { accounts: 12, papers: 40, agreement: 0.3 },
      { accounts: 20, papers: 40, agreement: 0.5 },
    ]
    await settleIn(simulateVotes(seed, { now, voters: 400, papersADay: 15, days: 60, circles }))
    expect(await findSuspicions(db(), { now })).toBe(0)
  })

  /** Four accounts that vote for six papers together, and an honest reader. */
  const plantRing = async () => {
    const ids = await settleIn(simulateVotes(7, { now, voters: 60, papersADay: 8 }))
    await sql`insert into signals (paper_id, kind, origin, origin_key, amount, weight, at, recorded_at)
      select paper_id, 'vote', 'reader', event::text, 1, 1, voted_at, voted_at from votes`.execute(db())
    await repairHeat(db(), (await verifyHeat(db())).differences)
    const members = await Promise.all(['Una', 'Uno', 'Una2', 'Uno2'].map((name) => signIn(db(), { name })))
    const targets = ids.slice(0, 6)
    for (const [i, paperId] of targets.entries())
      for (const [j, { reader }] of members.entries())
        await castVote(db(), {
          paperId,
          voter: reader,
          now: new Date(now.getTime() - (i + 1) * 86_400_000 + j * 60_000),
        })
    return { members: members.map(({ reader }) => reader), targets }
  }

  it('lays the evidence out and lets a curator find nothing wrong', async () => {
    const { members, targets } = await plantRing()
    expect(await findSuspicions(db(), { now })).toBe(1)
    const [finding] = await found()
    if (finding?.evidence.kind !== 'ring') throw new Error('no ring was found')
    expect(accountsIn(finding.evidence).toSorted()).toEqual(members.map(({ id }) => id).toSorted())
    expect(papersIn(finding.evidence)).toEqual(targets)
    expect(finding.evidence.figures).toMatchObject({ likeness: 1 })
    expect(finding.evidence.figures.surprise).toBeGreaterThan(5)
    expect(finding.evidence.papers[0]?.theirs).toHaveLength(4)
    expect(finding.readers.get(members[0]?.id ?? '')).toMatchObject({ name: 'Una', suspended: false })

    const { reader: curator } = await signIn(db(), { name: 'Ada', curator: true })
    const acting = { suspicionId: finding.id, curatorId: curator.id, reason: 'A reading group.', now }
    expect(await dismissSuspicion(db(), acting)).toEqual({ ok: true, changed: true })
    expect(await dismissSuspicion(db(), acting)).toEqual({ ok: true, changed: false })
    expect(await suspendSuspected(db(), acting)).toEqual({ ok: true, changed: false })
    expect(await deskCounts(db())).toMatchObject({ suspicions: 0 })
    // A curator has decided: it does not come up again.
    expect(await findSuspicions(db(), { now })).toBe(0)
    const { entries } = await moderationLog(db(), { before: null, limit: 9 })
    expect(entries).toMatchObject([{ words: 'reviewed', reason: 'A reading group.' }])
    expect(JSON.stringify(entries)).not.toMatch(/Una|Paper/)
  })

  it('takes the votes out of the count', async () => {
    const { targets } = await plantRing()
    const before = await votesOf(targets)
    await findSuspicions(db(), { now })
    const [finding] = await found()
    const { reader: curator } = await signIn(db(), { curator: true })
    const acting = { suspicionId: finding?.id ?? 0, curatorId: curator.id, reason: 'One person.', now }
    expect(await discountSuspicion(db(), acting)).toEqual({ ok: true, changed: true })
    expect(await discountSuspicion(db(), acting)).toEqual({ ok: true, changed: false })
    expect(await votesOf(targets)).toEqual(before.map((votes) => votes - 4))
    expect((await verifyHeat(db())).differences).toEqual([])
    expect((await moderationLog(db(), { before: null, limit: 9 })).entries).toMatchObject([
      { words: 'discounted', subject: '24 votes for 6 papers', reason: 'One person.' },
    ])
  })

  it('suspends the accounts, each with a line in the log', async () => {
    const { members } = await plantRing()
    await findSuspicions(db(), { now })
    const [finding] = await found()
    const { reader: curator } = await signIn(db(), { curator: true })
    const acting = { suspicionId: finding?.id ?? 0, curatorId: curator.id, reason: 'One person.', now }
    await expect(suspendSuspected(db(), { ...acting, reason: '' })).rejects.toThrow(/reason_check/)
    expect(await suspendSuspected(db(), { ...acting, curatorId: members[0]?.id ?? '' })).toMatchObject({
      ok: false,
    })
    expect(await suspendSuspected(db(), acting)).toEqual({ ok: true, changed: true })
    const suspended = await db()
      .selectFrom('readers')
      .select('id')
      .where('suspended_at', 'is not', null)
      .execute()
    expect(suspended).toHaveLength(4)
    expect((await verifyHeat(db())).differences).toEqual([])
    const { entries } = await moderationLog(db(), { before: null, limit: 9 })
    expect(entries.filter(({ words }) => words === 'suspended')).toHaveLength(4)
  })
})
