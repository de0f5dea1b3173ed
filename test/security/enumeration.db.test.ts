import type { Hono } from 'hono'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../database.ts'
import { post, signIn } from '../readers.ts'
import { openSite, wordsOf } from '../site.ts'
import { addressesOf } from './routes.fixture.ts'
import { forgetRates, HIDDEN, openPeopledSite } from './peopled-site.fixture.ts'

/** All that an answer says, without what the request itself said. */
async function saidBy(answer: Response, own: string[]): Promise<unknown> {
  let body = await answer.text()
  for (const text of own) body = body.replaceAll(text, '…')
  const headers = Object.fromEntries(answer.headers)
  for (const name of ['etag', 'content-length', 'location'])
    for (const text of own)
      if (headers[name] !== undefined)
        headers[name] = headers[name].replaceAll(encodeURIComponent(text), '…').replaceAll(text, '…')
  return { status: answer.status, headers, body }
}

describeWithDatabase('who asks for what they may not see', (db) => {
  /** Asks for two things at the same address as somebody: the answers must be the same, but for the names in them. */
  async function alike(
    app: Hono,
    cookie: string,
    path: (id: string) => string,
    [there, missing]: [string, string],
  ) {
    const [one, two] = await Promise.all(
      [there, missing].map(async (id) => saidBy(await app.request(path(id), { headers: { cookie } }), [id])),
    )
    expect([path(there), one]).toEqual([path(there), two])
  }

  it('is not told a private or hidden collection from none', async () => {
    const { app, cookies, collections } = await openPeopledSite(db())
    const missing = 'zzzzzzzzzzzz'
    for (const [id, who] of [
      [collections.private, 'bert'],
      [collections.private, 'cora'],
      [collections.hidden, 'ada'],
    ] as const)
      for (const cookie of ['', cookies[who]])
        for (const rest of ['', '.json', '.bib', '.ris', '.csl.json', '.atom', '.rss', '.feed.json', '/flag'])
          await alike(app, cookie, (id) => `/collections/${id}${rest}`, [id, missing])
    for (const act of [
      'edit',
      'delete',
      'papers/add',
      'papers/remove',
      'papers/move',
      'papers/note',
      'flag',
    ]) {
      const fields = { title: 'x', confirm: 'on', paper: '2601.00001', to: '1', note: 'x', reason: 'spam' }
      const answers = await Promise.all(
        [collections.private, missing].map(async (id) =>
          saidBy(await post(app, `/collections/${id}/${act}`, fields, { cookie: cookies.bert }), [id]),
        ),
      )
      expect([act, answers[0]]).toEqual([act, answers[1]])
    }
    // Their owner's page does not name it either, nor does any list.
    for (const path of ['/collections', `/papers/2601.00001`])
      expect(await (await app.request(path)).text()).not.toContain(collections.private)
  })

  it('is not told a reader who keeps to themselves from none', async () => {
    const { app, cookies, readers } = await openPeopledSite(db())
    for (const cookie of ['', cookies.ada, cookies.nina])
      for (const who of ['bert', 'sven'] as const)
        await alike(app, cookie, (id) => `/readers/${id}`, [
          readers[who],
          '00000000-0000-4000-8000-000000000000',
        ])
  })

  it('is told of a hidden paper no more than the public log tells: that it was hidden', async () => {
    const { app, cookies } = await openPeopledSite(db())
    for (const cookie of ['', cookies.ada]) {
      for (const rest of ['', '.md', '.bib', '.ris', '.csl.json', '.json', 'v1']) {
        const answer = await app.request(`/papers/${HIDDEN}${rest}`, { headers: { cookie } })
        expect([rest, answer.status]).toEqual([rest, 404])
        const text = await answer.text()
        expect(text).toContain('A curator has hidden this paper.')
        for (const secret of ['Some paper title', 'Some abstract', 'Some author', 'Iris'])
          expect(text).not.toContain(secret)
      }
      await alike(app, cookie, (id) => `/papers/${id}/flag`, [HIDDEN, '2601.99999'])
      await alike(app, cookie, (id) => `/papers/explain?a=${id}&b=2601.00001`, [HIDDEN, '2601.99999'])
    }
    for (const act of ['vote', 'comments', 'save', 'read', 'not-for-me', 'collect', 'claim', 'flag']) {
      const answers = await Promise.all(
        [HIDDEN, '2601.99999'].map(async (id) =>
          saidBy(
            await post(
              app,
              `/papers/${id}/${act}`,
              { body: 'x', reason: 'spam', vote: '1' },
              { cookie: cookies.ada },
            ),
            [id],
          ),
        ),
      )
      expect([act, answers[0]]).toEqual([act, answers[1]])
    }
  })

  it('is shown a hidden paper nowhere', async () => {
    const site = await openPeopledSite(db(), {
      text: (field) => (field === 'hidden paper title' ? 'Secret of the deep' : `Some ${field}`),
    })
    const { app, cookies } = site
    const searches = [
      '/papers?q=secret+deep',
      '/papers.atom?q=deep',
      '/papers/suggest?q=secret',
      '/papers?q=2601.00003',
    ]
    const paths = [...addressesOf(app, 'GET', site), ...searches, `/papers/explain?a=${HIDDEN}&b=${HIDDEN}`]
    for (const cookie of ['', cookies.bert, cookies.ada])
      for (const path of paths) {
        // The public log says what was hidden; what is kept about oneself, what one voted for.
        if (path === '/moderation' || path === '/settings/export') continue
        const text = await (await app.request(path, { headers: { cookie } })).text()
        expect([path, text.includes('Secret of the deep')]).toEqual([path, false])
      }
    for (const [path, fields] of [
      ['/papers/submit', { paper: HIDDEN, note: 'x' }],
      [`/collections/${site.collections.open}/papers/add`, { paper: HIDDEN }],
      [`/papers/${HIDDEN}/comments`, { body: 'x', preview: '1' }],
    ] as const)
      expect(await (await post(app, path, { ...fields }, { cookie: cookies.ada })).text()).not.toContain(
        'Secret of the deep',
      )
  })

  it('is not told a comment on a hidden paper, nor what a hidden or deleted one said', async () => {
    const { app, cookies, comments } = await openPeopledSite(db(), {
      text: (field) => (field === 'comment' ? 'Unspeakable' : `Some ${field}`),
    })
    // Of hidden and deleted ones the place is shown, the words are not.
    for (const cookie of ['', cookies.ada])
      for (const id of [comments.hidden, comments.deleted])
        for (const rest of ['/history', '/reply', '/flag', '/edit']) {
          const answer = await app.request(`/comments/${id}${rest}`, { headers: { cookie } })
          expect([rest, answer.status]).toEqual([rest, expect.toBeOneOf([303, 403, 404])])
          expect(await answer.text()).not.toContain('Unspeakable')
        }
    expect(await (await app.request('/papers/2601.00002')).text()).not.toContain('Unspeakable')
    await alike(app, cookies.ada, (id) => `/comments/${id}/edit`, ['999998', '999999'])
  })

  it('is not told addresses of readers anywhere', async () => {
    const { app, cookies, readers, collections, comments } = await openPeopledSite(db())
    const paths = [
      '/',
      '/papers/2601.00001',
      '/papers/2601.00001.json',
      '/comments',
      `/comments/${comments.shown}/history`,
      `/readers/${readers.ada}`,
      `/collections/${collections.open}.json`,
      `/collections/${collections.open}.atom`,
      '/moderation',
      '/index.atom',
    ]
    for (const cookie of ['', cookies.bert])
      for (const path of paths) {
        const text = await (await app.request(path, { headers: { cookie } })).text()
        expect([path, /[\w.]+@readers\.example/.exec(text)?.[0]]).toEqual([path, undefined])
      }
    // Nor is a curator, on any page of the desk.
    const desk = ['/desk', '/desk/readers', '/desk/readers?q=a', `/readers/${readers.bert}`]
    for (const path of [...paths, ...desk]) {
      const answer = await app.request(path, { headers: { cookie: cookies.cora } })
      expect([path, answer.status]).toEqual([path, 200])
      expect([path, /[\w.]+@readers\.example/.exec(await answer.text())?.[0]]).toEqual([path, undefined])
    }
    for (const q of ['ada@', 'ada@readers.example', '@readers.example'])
      expect(
        wordsOf(
          await (await app.request(`/desk/readers?q=${q}`, { headers: { cookie: cookies.cora } })).text(),
        ),
      ).toContain('No readers match your search.')
  })

  it('does not learn who has an account by asking to sign in: same words, same work', async () => {
    const queries: string[] = []
    const { app } = openSite(db())
    const counted = openSite(
      db().withPlugin({
        transformQuery: ({ node }) => {
          queries.push(node.kind)
          return node
        },
        transformResult: async ({ result }) => result,
      }),
    )
    await signIn(db(), { email: 'ada@readers.example' })
    await signIn(db(), { email: 'sven@readers.example', suspendedAt: new Date('2026-01-01') })
    // What the library looks up once is not of any request.
    await post(counted.app, '/sign-in', { email: 'first@readers.example' })
    const work = new Map<string, { said: unknown; queries: string[] }>()
    for (const email of ['nobody@readers.example', 'ada@readers.example', 'sven@readers.example']) {
      queries.length = 0
      const answer = await post(counted.app, '/sign-in', { email })
      work.set(email, { said: await saidBy(answer, [email]), queries: [...queries] })
    }
    const [unknown, known, suspended] = [...work.values()]
    expect(unknown?.queries.length).toBeGreaterThan(2)
    expect(known).toEqual(unknown)
    expect(suspended).toEqual(unknown)

    // And as long, in turns: the medians of many lie close, however busy the machine is.
    const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] }
    for (let i = 0; i < 40; i++)
      for (const [kind, email] of [
        ['known', 'ada@readers.example'],
        ['unknown', 'nobody@readers.example'],
      ] as const) {
        await forgetRates(db())
        const begun = performance.now()
        await post(app, '/sign-in', { email })
        times[kind].push(performance.now() - begun)
      }
    const median = (list: number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0
    const [a, b] = [median(times.known), median(times.unknown)]
    expect(Math.max(a, b) / Math.min(a, b)).toBeLessThan(2)
    // What is said to who has used their link up differs in nothing from what is said to who made it up.
    const tries = await Promise.all(
      ['abcdefghijklmnopqrstuvwxyzABCDEF', 'x'].map(async (token) =>
        saidBy(await post(app, '/sign-in/link', { token }), [token]),
      ),
    )
    expect(tries[0]).toEqual(tries[1])
  })
})
