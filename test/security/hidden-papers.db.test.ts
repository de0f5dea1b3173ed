import type { Hono } from 'hono'
import type { Kysely } from 'kysely'
import { expect, it } from 'vitest'
import type { Database } from '../../src/db/schema.ts'
import { hidePaper } from '../../src/moderation/hide-paper.ts'
import type { SearchRoom } from '../../src/search/search.ts'
import { describeWithDatabase } from '../database.ts'
import { stated } from '../papers.ts'
import { signIn } from '../readers.ts'
import { searchRoom } from '../search.ts'
import { NOON, openSite } from '../site.ts'

const TITLE = 'Zyxomma dragonflies at dusk'
const ADDRESS = '2601.00009'
const DOI = '10.5555/zyxomma.9'
const AUTHOR = 'Quilla Zarathnik'

/** What a person could type to come upon the paper, whole and unfinished. */
const TYPED = [
  'zyxomma',
  'zyxo',
  'zyxomme',
  '"zyxomma dragonflies"',
  'title:zyxomma',
  'tides OR zyxomma',
  'dragonflies at dusk',
  'author:zarathnik',
  'author:zara',
  'zarathnik',
  'quil',
  ADDRESS,
  `arXiv:${ADDRESS}v1`,
  DOI,
  `https://doi.org/${DOI}`,
  `https://arxiv.org/abs/${ADDRESS}`,
  'cat:q-bio.PE',
  'populations',
  'q-bio',
  'date:2026-01',
  'has:code',
  'sort:new tides OR zyxomma',
]

/** Lists, pages and feeds that could name it. */
const PATHS = [
  ...TYPED.flatMap((typed) => {
    const q = encodeURIComponent(typed)
    return [
      `/papers?q=${q}`,
      `/papers?q=${q}&unfinished=1`,
      `/papers.atom?q=${q}`,
      `/papers.rss?q=${q}`,
      `/papers.feed.json?q=${q}`,
      `/papers/suggest?q=${q}`,
      `/papers/suggest?q=${q}&format=opensearch`,
    ]
  }),
  `/papers/${ADDRESS}`,
  ...['.md', '.bib', '.ris', '.csl.json', '.json', '/flag', '/badge.svg', '/card', '/card.png'].map(
    (suffix) => `/papers/${ADDRESS}${suffix}`,
  ),
  `/oembed?url=${encodeURIComponent(`https://tides.example/papers/${ADDRESS}`)}`,
  `/papers/doi/${DOI}`,
  `/papers/explain?a=${ADDRESS}&b=2601.00001`,
  '/authors/quilla-zarathnik',
  '/authors/quilla-zarathnik.atom',
  '/authors/0000-0002-1825-0097',
  '/topics/q-bio.PE',
  '/topics/q-bio.PE.rss',
  '/topics',
  '/papers/submit',
]

async function openSiteWithHidden(db: Kysely<Database>, { search }: { search?: SearchRoom } = {}) {
  const opened = openSite(db, search ? { search } : {})
  await opened.record([
    stated('2601.00001', { title: 'Tides of shallow seas', categories: ['physics.ao-ph'] }),
    stated([ADDRESS, `doi/${DOI}`], {
      title: TITLE,
      abstract: 'Zyxomma hunts when the light is nearly gone.',
      authors: [{ name: AUTHOR, orcid: '0000-0002-1825-0097' }, { name: 'Ana Tide' }],
      categories: ['q-bio.PE'],
    }),
  ])
  const curator = await signIn(db, { email: 'curator@tides.example', curator: true })
  const reader = await signIn(db, { email: 'ada@readers.example' })
  const { id } = await db
    .selectFrom('papers')
    .select('id')
    .where('address', '=', ADDRESS)
    .executeTakeFirstOrThrow()
  const hide = async () => {
    await hidePaper(db, { paperId: id, curatorId: curator.reader.id, reason: 'Spam.', now: NOON })
    opened.cache.drop('everything')
  }
  return { ...opened, hide, reader, curator }
}

/** What an answer tells, without what was asked, which pages repeat. */
async function told(app: Hono, path: string, cookie: string): Promise<string> {
  const answer = await app.request(path, { headers: { cookie } })
  return `${answer.headers.get('location') ?? ''}\n${await answer.text()}`
}

const TELLS = [
  /dragonflies at dusk/i,
  /light is nearly gone/i,
  /Zarathnik/,
  /q-bio/i,
  /populations/i,
  /2601\.00009/,
]

/** Which of the paper's marks an answer has that the request did not have. */
function leaks(path: string, answer: string): string[] {
  const asked = decodeURIComponent(path).toLowerCase()
  return (
    TELLS.filter((tell) => tell.test(answer))
      .map((tell) => tell.source)
      .filter((source) => !asked.includes(source.replaceAll('\\', '').toLowerCase()))
      // The name of a category that was asked for is no secret.
      .filter((source) => source !== 'populations' || !asked.includes('q-bio'))
  )
}

describeWithDatabase('a hidden paper', (db) => {
  it('is named by no search, suggestion, list, feed or export, to anyone but curators', async () => {
    const { app, hide, reader } = await openSiteWithHidden(db())
    expect(await told(app, '/papers/suggest?q=zyxo', '')).toContain(TITLE)
    await hide()
    for (const cookie of ['', reader.cookie])
      for (const path of PATHS) {
        const answer = await told(app, path, cookie)
        expect([path, leaks(path, answer)]).toEqual([path, []])
      }
  })

  it('is answered like one that never was, where it is searched for', async () => {
    const { app, hide } = await openSiteWithHidden(db())
    await hide()
    const said = async (typed: string, rest: string) => {
      const answer = await told(app, `/papers${rest}q=${encodeURIComponent(typed)}`, '')
      const own = typed.replace(/^\w+:/, '')
      const ways = [own, encodeURIComponent(own), encodeURIComponent(encodeURIComponent(own))]
      return answer.replaceAll(new RegExp(ways.join('|'), 'gi'), '…')
    }
    for (const [there, missing] of [
      ['zyxomma', 'qwxomme'],
      [ADDRESS, '2601.00099'],
      [DOI, '10.5555/zyxomma.8'],
      ['author:zarathnik', 'author:zarathnok'],
    ] as const)
      for (const rest of ['?', '?unfinished=1&', '/suggest?', '.feed.json?'])
        expect([there, rest, await said(there, rest)]).toEqual([there, rest, await said(missing, rest)])
  })

  it('stays unnamed while the index has not yet heard of it', async () => {
    // An index that stopped before the paper was hidden, as one that lags behind.
    const room = searchRoom(db())
    const { app, hide, reader } = await openSiteWithHidden(db(), { search: room })
    await told(app, '/papers?q=zyxomma', '')
    const behind = await room.index.find({
      query: {
        clauses: [{ not: false, anyOf: [{ kind: 'word', field: 'any', text: 'zyxomma' }] }],
        sort: 'relevance',
      },
      vector: null,
      offset: 0,
      limit: 10,
      unfinished: false,
      ranked: [],
    })
    expect(behind.hits).toHaveLength(1)
    room.index.find = async () => behind
    await hide()
    for (const path of ['/papers?q=zyxomma', '/papers/suggest?q=zyxomma', '/papers.feed.json?q=zyxomma'])
      expect(await told(app, path, reader.cookie)).not.toMatch(
        /dragonflies at dusk|Zarathnik|light is nearly gone/,
      )
  })

  it('is opened by curators, who are told that it is hidden', async () => {
    const { app, hide, curator } = await openSiteWithHidden(db())
    await hide()
    const page = await told(app, `/papers/${ADDRESS}`, curator.cookie)
    expect(page).toContain(TITLE)
    expect(page).toContain('This paper is hidden.')
  })
})
