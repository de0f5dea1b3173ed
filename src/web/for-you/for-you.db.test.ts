import { pino } from 'pino'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { NOON, openSite, wordsOf } from '../../../test/site.ts'
import { act, interest, ranked, tasteSaying, type Said } from './taste.fixture.ts'

describeWithDatabase('a front page of one’s own', (db) => {
  async function open({ papers = 4 }: { papers?: number } = {}) {
    const said = new Map<string, Said | 'away'>()
    const taste = tasteSaying(said)
    const site = openSite(db(), { taste })
    const published = { value: '2026-01-14', precision: 'day' as const }
    await site.record(
      Array.from({ length: papers }, (_, i) =>
        stated(`2601.${String(i + 1).padStart(5, '0')}`, { title: `Paper ${i + 1}`, published }),
      ),
    )
    const rows = await db().selectFrom('papers').select('id').orderBy('address').execute()
    const [ada, bert] = [await signIn(db(), { name: 'Ada' }), await signIn(db(), { name: 'Bert' })]
    const get = (path: string, { cookie }: { cookie: string } = ada) =>
      site.app.request(path, { headers: { cookie } })
    const read = async (path: string, who = ada) => wordsOf(await (await get(path, who)).text())
    const send = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
      post(site.app, path, fields, { cookie: ada.cookie, headers })
    const keep = async (name: string, readerId = ada.reader.id) => {
      const row = await db()
        .insertInto('interests')
        .values({ reader_id: readerId, name, created_at: NOON })
        .returning('id')
        .executeTakeFirstOrThrow()
      return row.id
    }
    return { ...site, taste, said, ids: rows.map(({ id }) => id), ada, bert, get, read, send, keep }
  }
  const keyIn = (html: string) => /\/for-you\/feeds\/([A-Za-z0-9_-]{32})\.atom/.exec(html)?.[1] ?? ''
  const idAt = (ids: number[], i: number) => ids[i] ?? 0

  it('says what it is to people who are not signed in', async () => {
    const { app } = await open()
    const answer = await app.request('/for-you')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('/sign-in?to=/for-you')
    expect((await app.request('/for-you/interests/1')).headers.get('location')).toBe('/sign-in?to=/for-you')
  })

  it('says of each paper why it is there, and lets its reader say that this is no reason', async () => {
    const { said, ids, ada, get, keep } = await open()
    const id = await keep('Tides & lakes')
    const on = (i: number) => ({ paperId: idAt(ids, i) })
    said.set(ada.reader.id, {
      knows: { acts: 12, interests: 3, topics: 2, authors: 1 },
      interests: [interest(id, 'Tides & lakes'), interest(id + 1, 'Resting', { isPaused: true })],
      papers: [
        ranked(idAt(ids, 0), {
          score: 0.94,
          interest: { id, name: 'Tides & lakes' },
          followed: { topic: 'cs.CL', author: 'Iris Sand' },
          reasons: [
            { act: act('vote', on(1)), part: 0.41, effect: 0.38 },
            { act: act('save', on(2)), part: 0.22, effect: 0.25 },
            { act: act('search', { text: 'neap <tides>' }), part: 0.2, effect: 0.2 },
            { act: act('not-for-me', on(3)), part: -0.06, effect: -0.05 },
          ],
          moreReasons: 2,
        }),
        ranked(idAt(ids, 1), { outside: true }),
      ],
    })
    const answer = await get('/for-you')
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
    const html = await answer.text()
    const words = wordsOf(html)
    expect(words).toContain(
      'Based on 12 papers you voted for or saved, in 3 interests, and on 2 topics and 1 author you follow.',
    )
    // Of all that speaks for it: 0.41 + 0.22 + 0.2, and 0.17 of acts that are not named.
    expect(words).toContain(
      'For your interest Tides & lakes. Because you voted for Paper 2 (41%), saved Paper 3 (22%) and searched for ' +
        '“neap <tides>” (20%). You follow Computation and Language and Iris Sand. ' +
        'Spoke against it: you marked Paper 4 “Not for me” (−6%).',
    )
    expect(words).toContain('You voted for Paper 2, just now 41.0%, without it 38.0% less Not this reason')
    expect(words).toContain('−6.0%, without it 5.0% more')
    expect(words).toContain('Another 2 reasons count for less than these.')
    expect(words).toContain('From outside your interests')
    const removals = [...html.matchAll(/reasons\/removal"><input type="hidden" name="paper" value="(\d+)"/g)]
    expect(removals.map(([, paper]) => Number(paper))).toEqual([ids[1], ids[2], ids[3]])
    expect(html).toContain(`href="/for-you/interests/${id}"`)
    expect(words).not.toContain('Resting')
    expect(words).not.toContain('Tell us')
  })

  it('names no paper that was hidden, neither in its place nor as a reason', async () => {
    const { said, ids, ada, read } = await open()
    await db().updateTable('papers').set({ hidden: true }).where('id', '=', idAt(ids, 1)).execute()
    said.set(ada.reader.id, {
      knows: { acts: 9 },
      papers: [
        ranked(idAt(ids, 0), {
          reasons: [{ act: act('vote', { paperId: idAt(ids, 1) }), part: 1, effect: 1 }],
        }),
        ranked(idAt(ids, 1)),
      ],
    })
    const words = await read('/for-you')
    expect(words).toContain('you voted for a paper that is no longer here (100%)')
    expect(words).not.toContain('Paper 2')
  })

  it('begins with the newest papers while nothing is known, and asks for more while little is', async () => {
    const { said, ids, ada, read, get } = await open()
    const words = await read('/for-you')
    expect(words).toContain('We do not know yet what you read, so these are the newest papers.')
    expect(words).toContain('Paper 4')
    expect(await (await get('/for-you')).text()).toContain('href="/for-you/begin"')
    said.set(ada.reader.id, { knows: { topics: 2 }, papers: [ranked(idAt(ids, 0))] })
    const little = await read('/for-you')
    expect(little).toContain('Based on 2 topics you follow.')
    expect(little).toContain('We know little of what you read yet. Tell us more')
    expect(little).not.toContain('Paper 4')
  })

  it('has pages, and refuses those that cannot be', async () => {
    const { said, ids, ada, get, read } = await open({ papers: 32 })
    said.set(ada.reader.id, { knows: { acts: 9 }, papers: ids.map((id) => ranked(id)) })
    expect(await (await get('/for-you')).text()).toContain('href="/for-you?after=30"')
    const second = await read('/for-you?after=30')
    expect(second).toContain('Paper 32')
    expect(second).not.toContain('Paper 30')
    for (const after of ['-1', 'x', '1e3', '999999', '%00'])
      expect([after, (await get(`/for-you?after=${after}`)).status]).toEqual([after, 400])
    expect(await read('/for-you?after=99')).toContain('You have reached the end.')
  })

  it('says when papers cannot be put in order', async () => {
    const { said, ada, get } = await open()
    said.set(ada.reader.id, 'away')
    const answer = await get('/for-you')
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
    expect(wordsOf(await answer.text())).toContain('Papers cannot be put in your own order at the moment.')
  })

  it('has a page for each interest of its reader, and none for those of others', async () => {
    const { said, ids, ada, bert, get, read, keep } = await open()
    const [own, others] = [await keep('Tides'), await keep('Volcanoes of Bert', bert.reader.id)]
    said.set(ada.reader.id, {
      knows: { acts: 9 },
      papers: [ranked(idAt(ids, 0), { interest: { id: own, name: 'Tides' } }), ranked(idAt(ids, 1))],
    })
    const words = await read(`/for-you/interests/${own}`)
    expect(words).toContain('Paper 1')
    expect(words).not.toContain('Paper 2')
    for (const id of [others, own + 1_000, '0', 'x', '9'.repeat(30)]) {
      const answer = await get(`/for-you/interests/${id}`)
      expect([id, answer.status]).toEqual([id, 404])
      expect(await answer.text()).not.toContain('Volcanoes')
    }
  })

  it('lets papers step back that its reader has seen', async () => {
    const { said, ids, ada, read, get, send } = await open()
    const papers = [ranked(idAt(ids, 0), { seen: true }), ranked(idAt(ids, 1)), ranked(idAt(ids, 2))]
    said.set(ada.reader.id, { knows: { acts: 9 }, papers })
    const words = await read('/for-you')
    expect(words).toMatch(/Paper 2.*Paper 3.*Seen before.*Paper 1.*I have seen these/)
    const shown = /name="papers" value="([\d ]+)"/.exec(await (await get('/for-you')).text())?.[1] ?? ''
    expect(shown).toBe(`${ids[1]} ${ids[2]}`)
    const answer = await send('/for-you/seen', { papers: shown, back: '/for-you' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/for-you'])
    const json = await send('/for-you/seen', { papers: `${ids[1]}` }, { accept: 'application/json' })
    expect(await json.json()).toEqual({ seen: 1 })
    const rows = await db().selectFrom('seen_papers').select(['paper_id', 'reader_id']).execute()
    expect(rows.map(({ paper_id }) => paper_id).toSorted((a, b) => a - b)).toEqual([ids[1], ids[2]])
    expect(new Set(rows.map(({ reader_id }) => reader_id))).toEqual(new Set([ada.reader.id]))
    for (const sent of [
      '',
      'x',
      '1,2',
      '-1',
      '9'.repeat(19),
      Array.from({ length: 101 }, () => '1').join(' '),
    ])
      expect([sent, (await send('/for-you/seen', { papers: sent })).status]).toEqual([sent, 422])
  })

  it('has private feeds, whose address can be made anew and ended', async () => {
    const { app, said, ids, ada, get, send, keep } = await open()
    const own = await keep('Tides')
    said.set(ada.reader.id, {
      knows: { acts: 9 },
      papers: [ranked(idAt(ids, 2), { interest: { id: own, name: 'Tides' } }), ranked(idAt(ids, 0))],
    })
    const key = async () => keyIn(await (await get('/for-you')).text())
    expect(await key()).toBe('')
    await send('/for-you/feeds', { act: 'make', back: '/for-you' })
    const first = await key()
    await send('/for-you/feeds', { act: 'make' })
    expect([first.length, await key()]).toEqual([32, first])
    for (const [suffix, type] of [
      ['.atom', 'application/atom+xml'],
      ['.rss', 'application/rss+xml'],
      ['.feed.json', 'application/feed+json'],
    ] as const) {
      const feed = await app.request(`/for-you/feeds/${first}${suffix}`)
      expect([feed.status, feed.headers.get('content-type')]).toEqual([200, `${type}; charset=utf-8`])
      expect(feed.headers.get('cache-control')).toBe('no-store')
      expect(feed.headers.get('x-robots-tag')).toBe('noindex')
      expect(feed.headers.get('link')).not.toContain('hub')
      const text = await feed.text()
      expect(text.indexOf('Paper 3')).toBeLessThan(text.indexOf('Paper 1'))
      expect(text).not.toContain('websub')
    }
    const ofInterest = await (await app.request(`/for-you/feeds/${first}.${own}.atom`)).text()
    expect(ofInterest).toContain('Paper 3')
    expect(ofInterest).not.toContain('Paper 1')
    await send('/for-you/feeds', { act: 'renew' })
    const second = await key()
    expect(second).not.toBe(first)
    const status = async (name: string) => (await app.request(`/for-you/feeds/${name}`)).status
    expect([await status(`${first}.atom`), await status(`${second}.atom`)]).toEqual([404, 200])
    await send('/for-you/feeds', { act: 'end' })
    expect([await status(`${second}.atom`), await key()]).toEqual([404, ''])
    expect((await send('/for-you/feeds', { act: 'x' })).status).toBe(422)
  })

  it('gives nothing to who has no key, and nothing of a reader who is suspended', async () => {
    const { app, said, ids, ada, bert, send, get, keep } = await open()
    const others = await keep('Volcanoes', bert.reader.id)
    said.set(ada.reader.id, { knows: { acts: 9 }, papers: [ranked(idAt(ids, 0))] })
    await send('/for-you/feeds', { act: 'make' })
    const key = keyIn(await (await get('/for-you')).text())
    for (const name of [
      'nobody',
      `${'x'.repeat(32)}.atom`,
      key,
      `${key}.xml`,
      `${key}.bib`,
      `${key}.${others}.atom`,
      `${key}.0.atom`,
      `${key}.${'9'.repeat(30)}.atom`,
      `${key}%00.atom`,
      '%ED%A0%80.atom',
    ]) {
      const answer = await app.request(`/for-you/feeds/${name}`)
      expect([name, answer.status]).toEqual([name, 404])
      expect(await answer.text()).not.toMatch(/Paper|Volcanoes/)
    }
    expect(await (await app.request('/feeds.opml')).text()).not.toContain('for-you')
    await db().updateTable('readers').set({ suspended_at: NOON }).where('id', '=', ada.reader.id).execute()
    expect((await app.request(`/for-you/feeds/${key}.atom`)).status).toBe(404)
  })

  it('has feeds whose address is in no log, whatever goes wrong', async () => {
    const lines: string[] = []
    const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
    const { site, said, ada, send, get } = await open()
    await send('/for-you/feeds', { act: 'make' })
    const key = keyIn(await (await get('/for-you')).text())
    const broken = openSite(db(), {
      ...site,
      now: NOON,
      log,
      taste: { ...site.taste, rank: () => Promise.reject(new Error('It broke.')) },
    })
    expect((await broken.app.request(`/for-you/feeds/${key}.atom`)).status).toBe(500)
    expect(lines.join('')).toContain('"path":"/for-you/feeds/…"')
    expect(lines.join('')).not.toContain(key)
    said.set(ada.reader.id, 'away')
    const away = await openSite(db(), { ...site, now: NOON }).app.request(`/for-you/feeds/${key}.atom`)
    expect(away.status).toBe(503)
  })

  it('is for its reader alone', async () => {
    const { app, said, ids, ada, bert, get, keep } = await open()
    const id = await keep('Zyxomma of Ada')
    said.set(ada.reader.id, {
      knows: { acts: 9 },
      interests: [interest(id, 'Zyxomma of Ada')],
      papers: [
        ranked(idAt(ids, 0), {
          interest: { id, name: 'Zyxomma of Ada' },
          reasons: [{ act: act('search', { text: 'zyxomma at dusk' }), part: 1, effect: 1 }],
        }),
      ],
    })
    const paths = ['/', '/for-you', `/for-you/interests/${id}`, '/papers/date/2026-01-14']
    for (const path of paths) expect(await (await get(path)).text()).toMatch(/zyxomma/i)
    for (const path of paths) {
      expect(await (await get(path, bert)).text()).not.toMatch(/zyxomma/i)
      expect(await (await app.request(path)).text()).not.toMatch(/zyxomma/i)
    }
  })

  it('has its marks on editions, which come without when they cannot be had in time', async () => {
    const { said, taste, site, ids, ada, read } = await open({ papers: 6 })
    said.set(ada.reader.id, {
      knows: { acts: 9 },
      papers: [
        ranked(idAt(ids, 0), { score: 2, interest: { id: 7, name: 'Tides' } }),
        ranked(idAt(ids, 1), { score: 1, interest: { id: 7, name: 'Tides' } }),
        ranked(idAt(ids, 2), { score: 3, outside: true }),
      ],
    })
    const words = await read('/')
    expect(words).toContain('One paper here is likely for you. See your own front page')
    expect(words).toMatch(/Paper 1 .*?Likely for you: Tides/)
    expect(words.match(/Likely for you/g)).toHaveLength(1)
    expect(await read('/papers/date/2026-01-14')).toContain('Likely for you: Tides')
    expect(await read('/papers/week/2026-W03')).not.toContain('Likely for you')
    said.set(ada.reader.id, 'away')
    expect(await read('/')).toContain('Paper 1')
    const hanging = openSite(db(), {
      ...site,
      now: NOON,
      taste: { ...taste, rank: () => new Promise(() => {}) },
    })
    const answer = await hanging.app.request('/', { headers: { cookie: ada.cookie } })
    expect(answer.status).toBe(200)
    expect(wordsOf(await answer.text())).not.toContain('Likely for you')
  })
})
