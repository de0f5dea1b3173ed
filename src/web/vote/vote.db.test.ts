import fc from 'fast-check'
import type { Transaction } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { NOON, openSite, wordsOf } from '../../../test/site.ts'
import { settledOrWaiting } from '../../../test/waiting.ts'
import type { Database } from '../../db/schema.ts'
import { inTransaction } from '../../db/transaction.ts'
import { suspendReader } from '../../moderation/suspend-reader.ts'
import { HALF_LIFE_MS, WEIGHTS } from '../../ranking/heat.ts'
import { castVote, takeBackVote } from '../../ranking/votes.ts'
import { repairHeat, verifyHeat } from '../../ranking/verify-heat.ts'
import { deleteAccount } from '../../readers/delete-account.ts'

describeWithDatabase('voting', (db) => {
  const paper = (address: string) =>
    db()
      .selectFrom('papers')
      .select(['id', 'votes', 'vote_points', 'heat', 'attention'])
      .where('address', '=', address)
      .executeTakeFirstOrThrow()
  const HOME = { source: 'arxiv-oai', published: { precision: 'day', value: '2026-01-15' } } as const

  it('counts one vote a reader, however often it is cast, and takes it back', async () => {
    const { app, record } = openSite(db())
    await record([stated('2601.00001', HOME)])
    const { cookie } = await signIn(db())
    const vote = (value: string) =>
      post(app, '/papers/2601.00001/vote', { vote: value, back: '/' }, { cookie })
    const answers = await Promise.all([vote('1'), vote('1'), vote('1')])
    expect(answers.map((answer) => [answer.status, answer.headers.get('location')])).toEqual(
      Array.from({ length: 3 }, () => [303, '/']),
    )
    expect(await paper('2601.00001')).toMatchObject({ votes: 1, vote_points: 10, attention: 1 })
    await Promise.all([vote('0'), vote('0')])
    expect(await paper('2601.00001')).toMatchObject({
      votes: 0,
      vote_points: 0,
      heat: -Infinity,
      attention: 0,
    })
    await vote('1')
    expect(await paper('2601.00001')).toMatchObject({ votes: 1, vote_points: 10, attention: 1 })
    expect((await verifyHeat(db())).differences).toEqual([])
  })

  it('is shown to who voted, and the count to everybody', async () => {
    const { app, record } = openSite(db())
    await record([stated('2601.00001', HOME)])
    const { cookie } = await signIn(db())
    await app.request('/')
    await post(app, '/papers/2601.00001/vote', { vote: '1' }, { cookie })
    const seen = async (headers: Record<string, string>) => {
      const page = await (await app.request('/', { headers })).text()
      return /<vote-form[\s\S]*?<\/vote-form>/.exec(page)?.[0] ?? ''
    }
    expect(await seen({ cookie })).toContain('aria-pressed="true"')
    expect(await seen({ cookie })).toContain('Withdraw your vote: 1 vote"')
    expect(await seen({})).not.toContain('aria-pressed')
    expect(await seen({})).toContain('1 vote"')
    expect(await seen({ cookie: (await signIn(db())).cookie })).toContain('aria-pressed="false"')
  })

  it('answers a program on the page with what is now', async () => {
    const { app, record } = openSite(db())
    await record([stated('2601.00001', HOME)])
    const { cookie } = await signIn(db())
    const headers = { accept: 'application/json' }
    const vote = async (fields: Record<string, string>, options: { cookie?: string }) => {
      const answer = await post(app, '/papers/2601.00001/vote', fields, { ...options, headers })
      return [answer.status, await answer.json()]
    }
    expect(await vote({ vote: '1' }, { cookie })).toEqual([200, { voted: true, votes: 1 }])
    expect(await vote({ vote: '0' }, { cookie })).toEqual([200, { voted: false, votes: 0 }])
    expect(await vote({ vote: '1', back: '/papers/new' }, {})).toEqual([
      401,
      { signIn: '/sign-in?to=%2Fpapers%2Fnew' },
    ])
  })

  it('asks who is not signed in to do so, and leads back', async () => {
    const { app, record } = openSite(db())
    await record([stated('2601.00001', HOME)])
    const answer = await post(app, '/papers/2601.00001/vote', { vote: '1', back: '/papers/new#p1' })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/sign-in?to=%2Fpapers%2Fnew%23p1')
  })

  it('weighs a new account’s vote a tenth, in heat and in editions', async () => {
    const { app, record } = openSite(db())
    await record([stated('2601.00001', HOME), stated('2601.00002', HOME)])
    const trusted = await signIn(db())
    await post(app, '/papers/2601.00002/vote', { vote: '1' }, trusted)
    for (let i = 0; i < 5; i++) {
      const { cookie } = await signIn(db(), { createdAt: new Date(NOON.getTime() - 3_600_000) })
      await post(app, '/papers/2601.00001/vote', { vote: '1' }, { cookie })
    }
    expect(await paper('2601.00001')).toMatchObject({ votes: 5, vote_points: 5 })
    expect((await paper('2601.00001')).attention).toBeCloseTo(5 * WEIGHTS.newVote)
    for (const path of ['/', '/papers/trending', '/papers/top']) {
      const words = wordsOf(await (await app.request(path)).text())
      expect(words.indexOf('On 2601.00002')).toBeLessThan(words.indexOf('On 2601.00001'))
    }
  })

  it('does not take the vote of an author, of a suspended reader, or for a hidden paper', async () => {
    const { app, record } = openSite(db())
    await record([stated('2601.00001', HOME)])
    const { id } = await paper('2601.00001')
    const { reader, cookie } = await signIn(db())
    await db()
      .insertInto('authorship_claims')
      .values({ paper_id: id, reader_id: reader.id, state: 'confirmed', by: 'curator', claimed_at: NOON })
      .execute()
    const own = await post(app, '/papers/2601.00001/vote', { vote: '1' }, { cookie })
    expect(own.status).toBe(422)
    expect(await own.text()).toContain('You cannot vote for a paper you wrote')
    const suspended = await signIn(db(), { suspendedAt: NOON })
    expect((await post(app, '/papers/2601.00001/vote', { vote: '1' }, suspended)).status).toBe(403)
    await db().updateTable('papers').set({ hidden: true }).execute()
    const other = await signIn(db())
    expect((await post(app, '/papers/2601.00001/vote', { vote: '1' }, other)).status).toBe(404)
    expect((await post(app, '/papers/2601.99999/vote', { vote: '1' }, other)).status).toBe(404)
    expect(await paper('2601.00001')).toMatchObject({ votes: 0, heat: -Infinity })
  })

  it('does not take the vote of a reader who is suspended, or leaves, while it is on its way', async () => {
    const { app, record } = openSite(db())
    await record([stated('2601.00001', HOME)])
    const during = async (
      act: (trx: Transaction<Database>, readerId: string) => Promise<unknown>,
    ): Promise<Response> => {
      const { reader, cookie } = await signIn(db())
      let answer: Promise<Response> | null = null
      await inTransaction(db(), async (trx) => {
        await act(trx, reader.id)
        answer = Promise.resolve(post(app, '/papers/2601.00001/vote', { vote: '1', back: '/' }, { cookie }))
        await settledOrWaiting(db(), answer)
      })
      if (answer === null) throw new Error('nothing was sent')
      return answer
    }
    const { reader: curator } = await signIn(db(), { curator: true })
    const suspended = await during((trx, readerId) =>
      suspendReader(trx, { readerId, votesToo: true, curatorId: curator.id, reason: 'Spam.', now: NOON }),
    )
    expect(suspended.status).toBe(403)
    expect(await suspended.text()).toContain('Your account is suspended')
    const gone = await during((trx, readerId) => deleteAccount(trx, { readerId, now: NOON }))
    expect([gone.status, gone.headers.get('location')]).toEqual([303, '/sign-in?to=%2F'])
    expect(await paper('2601.00001')).toMatchObject({ votes: 0, heat: -Infinity })
  })

  it('is only taken from pages of this site', async () => {
    const { app, record } = openSite(db())
    await record([stated('2601.00001', HOME)])
    const { cookie } = await signIn(db())
    const vote = (headers: Record<string, string>) =>
      post(app, '/papers/2601.00001/vote', { vote: '1' }, { cookie, headers })
    for (const headers of [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: 'https://tides.example', 'sec-fetch-site': 'same-site' },
      { origin: 'null', 'sec-fetch-site': 'none' },
      { origin: 'https://tides.example.evil.example', 'sec-fetch-site': 'same-origin' },
    ])
      expect((await vote(headers)).status).toBe(403)
    expect(await paper('2601.00001')).toMatchObject({ votes: 0 })
    for (const path of ['/papers/2601.00001/vote', '/papers/2601.00001/vote?vote=1'])
      expect((await app.request(path, { headers: { cookie } })).status).toBe(405)
  })

  it('keeps heat equal to its replay, whatever readers do in whatever order', async () => {
    const { record } = openSite(db())
    const addresses = ['2601.00001', '2601.00002', '2601.00003']
    await record(addresses.map((address) => stated(address, HOME)))
    const papers = await Promise.all(addresses.map(async (address) => (await paper(address)).id))
    const readers = await Promise.all(Array.from({ length: 5 }, async () => (await signIn(db())).reader))
    const acts = fc.array(
      fc.record({
        paper: fc.nat({ max: 2 }),
        reader: fc.nat({ max: 4 }),
        trusted: fc.boolean(),
        back: fc.boolean(),
        // Up to eight years: what is subtracted may be all that can be seen of a sum.
        at: fc.integer({ min: 0, max: 8 * 365 * 24 * 3_600_000 }),
      }),
      { minLength: 20, maxLength: 60 },
    )
    for (const run of fc.sample(acts, 8)) {
      await Promise.all(
        run.map(({ paper, reader, trusted, back, at }) => {
          const paperId = papers[paper] ?? 0
          const voter = { id: readers[reader]?.id ?? '', trusted }
          const now = new Date(NOON.getTime() - 4 * 365 * 24 * 3_600_000 + at)
          return back
            ? takeBackVote(db(), { paperId, readerId: voter.id, now })
            : castVote(db(), { paperId, voter, now })
        }),
      )
      const check = await verifyHeat(db())
      expect(check.differences).toEqual([])
      expect(check.greatest).toBeLessThan(1e-9)
    }
  })

  it('is found out and mended when the stored ranking was tampered with', async () => {
    const { app, record } = openSite(db())
    await record([stated('2601.00001', HOME), stated('2601.00002', HOME)])
    const { cookie } = await signIn(db())
    await post(app, '/papers/2601.00001/vote', { vote: '1' }, { cookie })
    const right = await paper('2601.00001')
    await db()
      .updateTable('papers')
      .set({ votes: 7, vote_points: 70, heat: 900 })
      .where('address', '=', '2601.00001')
      .execute()
    const { differences } = await verifyHeat(db())
    expect(differences.map(({ address, what }) => [address, what])).toEqual([
      ['2601.00001', 'heat'],
      ['2601.00001', 'votes'],
      ['2601.00001', 'points'],
    ])
    await repairHeat(db(), differences)
    expect((await verifyHeat(db())).differences).toEqual([])
    expect(await paper('2601.00001')).toEqual(right)
  })

  it('fades by half in a half-life, as an event of its own time', async () => {
    const { record } = openSite(db())
    await record([stated('2601.00001', HOME), stated('2601.00002', HOME)])
    const [old, young] = [await paper('2601.00001'), await paper('2601.00002')]
    const { reader } = await signIn(db())
    await castVote(db(), { paperId: old.id, voter: reader, now: NOON })
    await castVote(db(), { paperId: young.id, voter: reader, now: new Date(NOON.getTime() + HALF_LIFE_MS) })
    expect((await paper('2601.00002')).heat - (await paper('2601.00001')).heat).toBeCloseTo(1, 9)
  })
})
