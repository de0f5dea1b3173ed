import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { signIn } from '../../../test/readers.ts'
import { NOON, openSite } from '../../../test/site.ts'
import { ask, tokenOf } from '../../../test/tokens.ts'
import {
  TasteAway,
  type Act,
  type Interest,
  type RankedPaper,
  type Taste,
} from '../../recommendation/taste.ts'

const P = (n: number) => `2601.0000${n}`

describeWithDatabase('a program that reads what is for its reader', (db) => {
  /** A taste that answers what a test says, and writes down what it was asked. */
  async function open({
    ranked = [],
    interests = [],
    away = false,
  }: { ranked?: (Partial<RankedPaper> & { id: number })[]; interests?: Interest[]; away?: boolean } = {}) {
    const questions: unknown[] = []
    const answer = async <T>(question: unknown, make: () => T): Promise<T> => {
      questions.push(question)
      if (away) throw new TasteAway('starting')
      return make()
    }
    const taste: Taste = {
      rank: (question) =>
        answer(question, () => {
          const { offset = 0, limit } = question
          return {
            papers: ranked.slice(offset, offset + limit).map((paper) => ({
              score: 1,
              interest: null,
              followed: { topic: null, author: null },
              outside: false,
              seen: false,
              reasons: [],
              moreReasons: 0,
              forIt: (paper.reasons ?? []).reduce((sum, { part }) => sum + Math.max(0, part), 0),
              ...paper,
            })),
            total: ranked.length,
            knows: { acts: 1, interests: 1, topics: 0, authors: 0 },
            interests: [],
          }
        }),
      interests: (question) => answer(question, () => interests),
      askAbout: async () => [],
      wake: () => undefined,
      close: async () => undefined,
    }
    const site = openSite(db(), { taste })
    await site.record(
      [1, 2, 3].map((n) => stated(P(n), { title: `Tides ${n}`, listing: { date: '2026-01-14' } })),
    )
    const { reader } = await signIn(db(), { name: 'Ada' })
    const other = await signIn(db(), { name: 'Bert' })
    const token = await tokenOf(db(), reader)
    const others = await tokenOf(db(), other.reader)
    const does = (method: string, path: string, body?: unknown) =>
      ask(site.app, method, path, { token, body })
    const otherDoes = (method: string, path: string, body?: unknown) =>
      ask(site.app, method, path, { token: others, body })
    return { ...site, reader, other: other.reader, does, otherDoes, questions }
  }

  const act = (kind: Act['kind'], more: Partial<Act> = {}): Act => ({
    kind,
    paperId: null,
    text: null,
    at: new Date('2026-01-10T08:00:00Z'),
    ...more,
  })

  async function interestOf(readerId: string, name = 'Tides') {
    const { id } = await db()
      .insertInto('interests')
      .values({ reader_id: readerId, name, created_at: NOON })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  }
  const kept = (id: number) =>
    db()
      .selectFrom('interests')
      .select(['name', 'named_by_reader', 'boost', 'paused_at'])
      .where('id', '=', id)
      .executeTakeFirst()

  it('gets papers in their order, with what brought each of them there', async () => {
    const { does, questions, reader } = await open({
      ranked: [
        {
          id: 2,
          score: 0.8,
          interest: { id: 7, name: 'Channels' },
          seen: true,
          reasons: [
            { act: act('vote', { paperId: 1 }), part: 0.6, effect: 0.5 },
            { act: act('search', { text: 'ebb and flow' }), part: 0.4, effect: 0.3 },
            { act: act('not-for-me', { paperId: 3 }), part: -0.2, effect: -0.1 },
          ],
          moreReasons: 4,
        },
        { id: 3, outside: true, followed: { topic: 'cs.CL', author: null } },
      ],
    })
    const { status, body, headers } = await does('GET', '/api/me/for-you')
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toMatchObject([
      {
        paper: { id: P(2), title: 'Tides 2' },
        score: 0.8,
        interest: { id: 7, name: 'Channels' },
        outside: false,
        seen: true,
        reasons: [
          { act: { kind: 'vote', paper: P(1), title: 'Tides 1', words: null }, share: 0.6, effect: 0.5 },
          { act: { kind: 'search', paper: null, words: 'ebb and flow' }, share: 0.4 },
          { act: { kind: 'not-for-me', paper: P(3), at: '2026-01-10T08:00:00.000Z' }, share: -0.2 },
        ],
        moreReasons: 4,
      },
      { paper: { id: P(3) }, outside: true, followed: { topic: 'cs.CL', author: null }, interest: null },
    ])
    expect(questions).toMatchObject([{ readerId: reader.id, now: NOON, offset: 0, limit: 50 }])
  })

  it('gets what its reader’s votes speak for, as it is learned from them', async () => {
    const site = openSite(db())
    const words = ['salt marsh', 'tidal basin', 'sediment flux', 'estuary mouth', 'mud flat']
    const others = ['type theory', 'proof assistant', 'cubical sets', 'kernel checker', 'lemma search']
    const of = (from: number, all: string[]) =>
      Array.from({ length: 10 }, (_, i) =>
        stated(`2601.000${from + i}`, {
          title: `Notes on ${all[i % 5]}`,
          abstract: [0, 1, 2].map((k) => all[(i + k) % 5]).join(' with '),
          listing: { date: '2026-01-14' },
        }),
      )
    await site.record([...of(10, words), ...of(30, others)])
    const { reader } = await signIn(db())
    const token = await tokenOf(db(), reader)
    const does = (method: string, path: string) => ask(site.app, method, path, { token })
    expect((await does('GET', '/api/me/for-you')).body).toHaveLength(20)
    const voted = ['2601.00010', '2601.00011', '2601.00012']
    for (const id of voted) await does('PUT', `/api/papers/${id}/vote`)
    const { body } = await does('GET', '/api/me/for-you?limit=5')
    const [first] = body as unknown as { title: string; reasons: { act: Record<string, unknown> }[] }[]
    expect(words.some((word) => first?.title.endsWith(word))).toBe(true)
    expect(first?.reasons.length).toBeGreaterThan(0)
    for (const { act: reason } of first?.reasons ?? []) {
      expect(reason['kind']).toBe('vote')
      expect(voted).toContain(reason['paper'])
    }
    const { body: interests } = await does('GET', '/api/me/interests')
    expect(interests).toMatchObject([{ actCount: 3, weight: 'normal', passing: false }])
  })

  it('goes on page by page, and leaves out what was hidden since', async () => {
    const { does } = await open({ ranked: [{ id: 3 }, { id: 1 }, { id: 2 }] })
    await db().updateTable('papers').set({ hidden: true }).where('id', '=', 1).execute()
    const first = await does('GET', '/api/me/for-you?limit=2')
    expect(first.body).toMatchObject([{ paper: { id: P(3) } }])
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
    const second = await does('GET', next)
    expect(second.body).toMatchObject([{ paper: { id: P(2) } }])
    expect(second.headers.get('link')).toBeNull()
    for (const [cursor, status] of [
      ['zzz', 400],
      ['c.Wy0xXQ', 404],
      ['c.WzldLA', 404],
    ] as const)
      expect([cursor, (await does('GET', `/api/me/for-you?cursor=${cursor}`)).status]).toEqual([
        cursor,
        status,
      ])
    const far = Buffer.from(JSON.stringify([Number.MAX_SAFE_INTEGER])).toString('base64url')
    expect((await does('GET', `/api/me/for-you?cursor=c.${far}`)).body).toEqual([])
  })

  it('asks for one interest, if it is its reader’s', async () => {
    const { does, otherDoes, questions, reader } = await open({ ranked: [{ id: 1 }] })
    const id = await interestOf(reader.id)
    expect((await does('GET', `/api/me/for-you?interest=${id}`)).body).toHaveLength(1)
    expect(questions).toMatchObject([{ interestId: id }])
    for (const answer of [
      await otherDoes('GET', `/api/me/for-you?interest=${id}`),
      await does('GET', `/api/me/for-you?interest=${id + 1}`),
    ])
      expect(answer).toMatchObject({
        status: 404,
        body: { detail: 'You have no such interest.', parameter: 'interest' },
      })
    for (const wrong of ['0', '-1', 'x', '99999999999999999999'])
      expect((await does('GET', `/api/me/for-you?interest=${wrong}`)).status).toBe(400)
    expect(questions).toHaveLength(1)
  })

  it('is told when to ask again while a taste cannot be asked', async () => {
    const { does } = await open({ away: true })
    for (const path of ['/api/me/for-you', '/api/me/interests']) {
      const { status, headers, body } = await does('GET', path)
      expect([path, status, headers.get('retry-after')]).toEqual([path, 503, '5'])
      expect(body['type']).toMatch(/#unavailable$/)
    }
  })

  it('reads its reader’s interests, and what each comes from', async () => {
    const votes = Array.from({ length: 30 }, () => act('vote', { paperId: 1 }))
    const { does } = await open({
      interests: [
        {
          id: 7,
          name: 'Channels',
          boost: 2,
          isPaused: true,
          namedByReader: true,
          kind: 'standing',
          acts: [act('save', { paperId: 2 }), ...votes],
          excluded: [act('open', { paperId: 3 })],
          words: [{ word: 'tide', weight: 0.5 }],
        },
        {
          id: null,
          name: 'Ebb',
          boost: 1,
          isPaused: false,
          namedByReader: false,
          kind: 'passing',
          acts: [],
          excluded: [],
          words: [],
        },
      ],
    })
    const { body } = await does('GET', '/api/me/interests')
    expect(body).toMatchObject([
      {
        id: 7,
        name: 'Channels',
        namedByYou: true,
        weight: 'more',
        paused: true,
        passing: false,
        words: [{ word: 'tide', weight: 0.5 }],
        actCount: 31,
        leftOut: [{ kind: 'open', paper: P(3), title: 'Tides 3' }],
      },
      { id: null, weight: 'normal', paused: false, passing: true, actCount: 0 },
    ])
    const [channels] = body as unknown as { acts: unknown[] }[]
    expect(channels?.acts).toHaveLength(20)
    expect(channels?.acts[0]).toMatchObject({ kind: 'save', paper: P(2) })
  })

  it('changes an interest, all of it or nothing', async () => {
    const { does, otherDoes, reader } = await open()
    const id = await interestOf(reader.id)
    const at = `/api/me/interests/${id}`
    expect(await does('PATCH', at, { name: ' My  tides ', paused: true, weight: 'more' })).toMatchObject({
      status: 200,
      body: { id, name: 'My tides' },
    })
    expect(await kept(id)).toEqual({ name: 'My tides', named_by_reader: true, boost: 2, paused_at: NOON })
    expect((await does('PATCH', at, { paused: false, weight: 'less' })).body).toEqual({
      id,
      name: 'My tides',
    })
    const after = { name: 'My tides', named_by_reader: true, boost: 0.5, paused_at: null }
    expect(await kept(id)).toEqual(after)
    expect((await does('PATCH', at, {})).status).toBe(200)

    for (const name of [' ', '\u200b', 'x'.repeat(101)])
      expect(await does('PATCH', at, { name, paused: true })).toMatchObject({
        status: 422,
        body: { parameter: 'name' },
      })
    expect((await does('PATCH', at, { name: 'a\u0000b' })).status).toBe(400)
    expect((await does('PATCH', at, { weight: 7 })).status).toBe(400)
    expect((await does('PATCH', '/api/me/interests/99999999999999999999', {})).status).toBe(400)
    expect(await otherDoes('PATCH', at, { name: 'Mine' })).toMatchObject({
      status: 404,
      body: { parameter: 'id' },
    })
    expect(await kept(id)).toEqual(after)
  })

  it('drops an interest of its reader, and of nobody else', async () => {
    const { does, otherDoes, reader } = await open()
    const id = await interestOf(reader.id)
    expect((await otherDoes('DELETE', `/api/me/interests/${id}`)).body).toEqual({ id, dropped: true })
    expect(await kept(id)).toBeDefined()
    for (const _ of [1, 2])
      expect((await does('DELETE', `/api/me/interests/${id}`)).body).toEqual({ id, dropped: true })
    expect(await kept(id)).toBeUndefined()
  })

  it('says what its reader was shown', async () => {
    const { does, reader } = await open()
    const seen = () =>
      db().selectFrom('seen_papers').select(['reader_id', 'paper_id']).orderBy('paper_id').execute()
    expect(await does('POST', '/api/me/for-you/seen', { papers: [P(1), `${P(3)}v2`, P(1)] })).toMatchObject({
      status: 200,
      body: { seen: [P(1), P(3)] },
    })
    expect(await seen()).toEqual([
      { reader_id: reader.id, paper_id: 1 },
      { reader_id: reader.id, paper_id: 3 },
    ])
    expect(await does('POST', '/api/me/for-you/seen', { papers: [P(2), '2601.99999'] })).toMatchObject({
      status: 404,
      body: { parameter: 'papers' },
    })
    for (const papers of [[], Array.from({ length: 101 }, () => P(2)), [7], 'x'])
      expect((await does('POST', '/api/me/for-you/seen', { papers })).status).toBe(400)
    for (const [odd, status] of [
      ['a\u0000b', 400],
      ['10.1000/\ud800', 400],
      ['x'.repeat(401), 400],
      ['https://elsewhere.example/', 404],
    ] as const)
      expect([odd, (await does('POST', '/api/me/for-you/seen', { papers: [odd] })).status]).toEqual([
        odd,
        status,
      ])
    expect(await seen()).toHaveLength(2)
  })

  it('may do of it what its token is for', async () => {
    const { app, reader } = await open()
    const id = await interestOf(reader.id)
    const reads = await tokenOf(db(), reader, { scopes: ['read'] })
    const keeps = await tokenOf(db(), reader, { scopes: ['collect'] })
    for (const [method, path, body] of [
      ['GET', '/api/me/for-you', undefined],
      ['GET', '/api/me/interests', undefined],
      ['POST', '/api/me/for-you/seen', { papers: [P(1)] }],
      ['PATCH', `/api/me/interests/${id}`, { paused: true }],
      ['DELETE', `/api/me/interests/${id}`, undefined],
    ] as const) {
      const status = async (token?: string) => (await ask(app, method, path, { token, body })).status
      const [mayRead, mayKeep] = method === 'GET' ? [200, 403] : [403, 200]
      expect([method, path, await status(), await status(reads), await status(keeps)]).toEqual([
        method,
        path,
        401,
        mayRead,
        mayKeep,
      ])
    }
  })
})
