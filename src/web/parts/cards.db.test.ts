import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { NOON, openSite, wordsOf } from '../../../test/site.ts'
import type { HarvestedPaper } from '../../papers/harvested-paper.ts'

const SEEN = NOON.toISOString()
const total = (n: number) => ({ total: n, observedAt: SEEN, since: '2026-01-15T00:00:00.000Z' })
const A = '2601.00001'

describeWithDatabase('papers in lists', (db) => {
  async function open(papers: HarvestedPaper[]) {
    const site = openSite(db())
    await site.record(papers)
    const entries = async (path = '/', cookie = '') => {
      const html = await (await site.app.request(path, { headers: { cookie } })).text()
      return [...html.matchAll(/<article class="entry[\s\S]*?<\/article>/g)].map(([entry]) => entry)
    }
    return { ...site, entries }
  }
  const paper = (of: string, facts: Partial<Omit<HarvestedPaper, 'identifiers'>> = {}) =>
    stated(of, { source: 'huggingface', published: { precision: 'day', value: '2026-01-15' }, ...facts })
  const why = (entry = '') =>
    [...(/<ul class="why">[\s\S]*?<\/ul>/.exec(entry)?.[0] ?? '').matchAll(/<li[^>]*>([\s\S]*?)<\/li>/g)].map(
      ([, said = '']) => said.replaceAll(/<[^>]*>/g, ''),
    )
  /** What is to be seen on the button that votes. */
  const button = (entry = '') => {
    const shown = /<span class="vote-count">([^<]*)<\/span>(<span[^>]*>Vote<\/span>)/.exec(entry)
    return shown?.[2]?.includes('hidden') ? shown[1] : `${shown?.[1]}Vote`
  }

  it('say why they are there: picks, upvotes, stars, citations and comments, never a bare 0', async () => {
    const code = { kind: 'code', url: 'https://github.com/lee/tide' } as const
    const { app, entries } = await open([
      paper(A, { upvotes: total(108), stars: total(1_204), links: [code] }),
      paper('2601.00002', { upvotes: total(1), commentCount: total(3), citations: total(2) }),
      paper('2601.00003', { links: [{ ...code, url: 'https://code.example/x' }], stars: total(1) }),
      paper('2601.00004'),
    ])
    const [first, ...others] = await entries()
    expect(why(first)).toEqual(['108 upvotes on Hugging Face', '1,204 stars on GitHub'])
    expect(others.map((entry) => why(entry))).toEqual([
      ['1 upvote on Hugging Face', '3 comments on Hugging Face', '2 citations'],
      [],
      ['1 star for its code'],
    ])
    for (const entry of [first, ...others]) expect(button(entry)).toBe('Vote')
    const curator = await signIn(db(), { curator: true })
    await post(app, `/papers/${A}/pick`, { pick: '1' }, curator)
    await post(app, `/papers/${A}/comments`, { body: 'Indeed.' }, curator)
    await post(app, `/papers/${A}/vote`, { vote: '1' }, curator)
    const [now] = await entries()
    expect(why(now)).toEqual([
      'Curators’ pick',
      '108 upvotes on Hugging Face',
      '1,204 stars on GitHub',
      '1 comment',
    ])
    expect(button(now)).toBe('1')
    await post(app, `/papers/${A}/pick`, { pick: '1' }, await signIn(db(), { curator: true }))
    expect(why((await entries())[0])[0]).toBe('Picked by 2 curators')
    // The same in every list, in searches too.
    for (const path of ['/papers/new', '/papers/trending', '/papers/top', '/papers/month/2026-01']) {
      const entry = (await entries(path)).find((html) => html.includes(`href="/papers/${A}"`))
      expect([path, why(entry).slice(1, 3)]).toEqual([
        path,
        ['108 upvotes on Hugging Face', '1,204 stars on GitHub'],
      ])
    }
  })

  it('count what several sources know as it is', async () => {
    const { record, entries } = await open([
      paper(A, { upvotes: total(5), stars: total(40) }),
      paper(A, { source: 'jsonl', upvotes: total(7), stars: total(44) }),
    ])
    expect(why((await entries())[0])).toEqual([
      '7 upvotes elsewhere',
      '5 upvotes on Hugging Face',
      '44 stars for its code',
    ])
    await record([paper(A, { upvotes: total(30), stars: total(60) })])
    expect(why((await entries())[0])).toEqual([
      '30 upvotes on Hugging Face',
      '7 upvotes elsewhere',
      '60 stars for its code',
    ])
  })

  it('name the institutions of their authors, each once', async () => {
    const { entries } = await open([
      paper(A, {
        authors: [
          { name: 'Ann Lee', affiliation: 'Inria' },
          { name: 'Bo Ek', affiliation: 'MIT & Co' },
          { name: 'Cy Oh', affiliation: 'Inria' },
          { name: 'Di Ra', affiliation: 'KAIST' },
          { name: 'Ed Us', affiliation: 'ETH' },
        ],
      }),
    ])
    expect((await entries())[0]).toContain(
      '<span class="institutions">Inria; MIT &amp; Co and 2 others</span>',
    )
  })

  it('can be saved and marked “Not for me” by forms that lead back to them', async () => {
    const { app, entries } = await open([paper(A), paper('2601.00002')])
    const { cookie } = await signIn(db())
    /** Sends the form of an entry as a browser without JavaScript does. */
    async function send(name: string): Promise<string | null> {
      const entry = (await entries('/papers/new', cookie)).find((html) => html.includes(A)) ?? ''
      const form = new RegExp(`<form method="post" action="([^"]*/${name})">([\\s\\S]*?)</form>`).exec(entry)
      const [, action = '', inside = ''] = form ?? []
      const back = /name="back" value="([^"]*)"/.exec(inside)?.[1] ?? ''
      const value = new RegExp(`name="${name}" value="(\\d)"`).exec(inside)?.[1] ?? ''
      const answer = await post(app, action, { back, [name]: value }, { cookie })
      expect(answer.status).toBe(303)
      return answer.headers.get('location')
    }
    const { id } = await db()
      .selectFrom('papers')
      .select('id')
      .where('address', '=', A)
      .executeTakeFirstOrThrow()
    const saved = () => db().selectFrom('reading_list').select('paper_id').execute()
    expect(await send('save')).toBe(`/papers/new#p${id}`)
    expect(await saved()).toEqual([{ paper_id: id }])
    expect((await entries('/papers/new', cookie)).join('')).toContain('Remove from reading list')
    expect(await send('save')).toBe(`/papers/new#p${id}`)
    expect(await saved()).toEqual([])
    expect(await send('not-for-me')).toBe(`/papers/new#p${id}`)
    const folded = (await entries('/papers/new', cookie)).find((html) => html.includes(A)) ?? ''
    expect(folded).toContain('entry not-for-me')
    expect(folded).not.toContain('/save"')
    await send('not-for-me')
    expect((await entries('/papers/new', cookie)).join('')).not.toContain('entry not-for-me')
    // Of everybody else’s list nothing changed.
    expect((await entries('/papers/new')).join('')).not.toMatch(/entry not-for-me|Remove from/)
  })

  it('say less after the first two, and on later pages', async () => {
    const abstract = 'The tide comes in and goes out again at the appointed time of day. '.repeat(12)
    const { entries } = await open(
      Array.from({ length: 120 }, (_, n) =>
        paper(`2601.0${1000 + n}`, { abstract, upvotes: total(500 - n) }),
      ),
    )
    const length = (entry: string) => (/<p class="lede">([\s\S]*?)<\/p>/.exec(entry)?.[1] ?? '').length
    const lengths = (await entries()).map(length)
    expect(lengths).toHaveLength(100)
    expect(Math.min(...lengths.slice(0, 2))).toBeGreaterThan(300)
    expect(Math.max(...lengths.slice(2))).toBeLessThanOrEqual(192)
    expect(Math.min(...lengths.slice(2))).toBeGreaterThan(100)
  })
})

describeWithDatabase('what stands beside lists', (db) => {
  const day = (value: string, facts = {}) => ({
    published: { precision: 'day' as const, value },
    ...facts,
  })
  const railOf = async (app: ReturnType<typeof openSite>['app'], path: string) =>
    wordsOf(/<aside class="rail"[\s\S]*?<\/aside>/.exec(await (await app.request(path)).text())?.[0] ?? '')

  it('is what readers and curators say of them, and what else there is', async () => {
    const { app, record } = openSite(db())
    await record([
      stated(A, day('2026-01-14', { categories: ['cs.LG'] })),
      stated('2601.00002', day('2026-01-14', { categories: ['cs.CL'] })),
      stated('2601.00003', day('2026-01-12', { listing: { date: '2026-01-12' } })),
      stated('2601.00004', day('2026-01-10')),
    ])
    const plain = await railOf(app, '/')
    for (const heading of ['Curators’ picks', 'Most discussed', 'Newest comments'])
      expect(plain).not.toContain(heading)
    expect(plain).toContain('Still trending On 2601.00003 12 Jan 2026')
    expect(plain).toMatch(/Topics (?:Machine Learning|Computation and Language)1/)
    expect(await railOf(app, '/papers/date/2026-01-12')).toContain('In the edition before On 2601.00004')

    const curator = await signIn(db(), { curator: true, name: 'Cleo' })
    await post(app, `/papers/${A}/pick`, { pick: '1' }, curator)
    const body = 'See [the **proof**](https://example.org) of $n^2$ <b>tides</b>.'
    await post(app, '/papers/2601.00002/comments', { body }, curator)
    await post(app, '/papers/2601.00003/comments', { body: 'Old one.' }, curator)
    const rail = await railOf(app, '/')
    expect(rail).toContain(`Curators’ picks On ${A}`)
    expect(rail).toContain('Most discussed On 2601.00002 1 comment')
    expect(rail).toContain('“Old one.” Cleo on')
    expect(rail).toContain('“See the proof of')
    expect(rail).toContain('<b>tides</b>.')
    // What is hidden is not there.
    const { id } = await db()
      .selectFrom('papers')
      .select('id')
      .where('address', '=', '2601.00002')
      .executeTakeFirstOrThrow()
    await post(app, `/desk/papers/${id}/hiding`, { reason: 'Spam.' }, curator)
    expect(await railOf(app, '/')).not.toContain('2601.00002')
    for (const path of ['/papers/trending', '/papers/top']) {
      expect(await railOf(app, path)).toContain('Newest comments “Old one.”')
      expect(await railOf(app, path)).toContain('Follow')
    }
  })
})
