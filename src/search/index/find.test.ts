import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseQuery } from '../query/parse-query.ts'
import { anyText } from '../query/testing/arbitraries.ts'
import { findIn, indexOf } from '../testing/invented-index.ts'
import { indexed } from '../testing/invented-papers.ts'
import { newVectorStore } from '../vectors/vector-store.ts'
import { quantize } from '../embeddings/quantize.ts'
import { find, newKeptOrders, type FindRequest } from './find.ts'
import { FLAGS, type IndexedPaper } from './indexed-paper.ts'
import { Scores } from './match-words.ts'
import { addPapers, removePapers } from './word-index.ts'

const search = (papers: IndexedPaper[], text: string, more?: Partial<FindRequest>) =>
  findIn(indexOf(papers), text, more)
const ids = (papers: IndexedPaper[], text: string, more: Partial<FindRequest> = {}) =>
  search(papers, text, more).hits.map(({ id }) => id)
/** Those that have all that was asked for. */
const having = (papers: IndexedPaper[], text: string) =>
  search(papers, text)
    .hits.filter(({ byWords }) => byWords)
    .map(({ id }) => id)
    .toSorted((a, b) => a - b)

const LAKES = [
  indexed(1, {
    title: 'Tides of mountain lakes',
    body: 'Waves reach the shore at night.',
    authors: [['ada', 'a', 'quill']],
  }),
  indexed(2, {
    title: 'On colour in glaciers',
    body: 'Ice is blue. Mountain air is thin.',
    categories: ['physics.ao-ph'],
  }),
  indexed(3, {
    title: 'Learning to swim',
    body: 'A graph neural network learns tides.',
    categories: ['cs.LG', 'cs.AI'],
    flags: FLAGS.code,
    day: '2024-06-01',
  }),
  indexed(4, {
    title: 'Neural graph drawings',
    body: 'The network of lakes is drawn as a graph.',
    categories: ['cs.CG'],
    flags: FLAGS.code | FLAGS.data,
    day: '2025-03-31',
  }),
]

describe('what is found', () => {
  it.each([
    ['tides', [1, 3]],
    ['TIDE', [1, 3]],
    ['lakes network', [4]],
    ['tides OR glaciers', [1, 2, 3]],
    ['mountain -lakes', [2]],
    ['"graph neural"', [3]],
    ['"neural graph"', [4]],
    ['"network of lakes"', [4]],
    ['"shore waves"', []],
    ['title:mountain', [1]],
    ['title:"mountain lakes"', [1]],
    ['author:quill', [1]],
    ['author:"ada quill"', [1]],
    ['author:"a quill"', [1]],
    ['author:lovelace', []],
    ['quill', [1]],
    ['cat:cs.LG', [3]],
    ['cat:cs', [3, 4]],
    ['cat:cs -cat:cs.AI', [4]],
    ['cat:cs.CG OR cat:physics.ao-ph', [2, 4]],
    ['has:code', [3, 4]],
    ['has:data graph', [4]],
    ['year:2024', [3]],
    ['date:2024..2025', [3, 4]],
    ['date:2025-03-31', [4]],
    ['date:..2025-03-30', [3]],
    ['color', [2]],
    ['graph has:model', []],
    ['zzzz', []],
    ['???', []],
  ] as [string, number[]][])('%s', (text, expected) => {
    expect(having(LAKES, text)).toEqual(expected)
    expect(search(LAKES, text).total).toBe(expected.length)
  })

  it('is everything, the newest first, without a query', () => {
    expect(ids(LAKES, '')).toEqual([2, 1, 4, 3])
  })

  it('is nothing where a word is in no paper, however near another one is', () => {
    expect(search(LAKES, 'glacirs')).toMatchObject({ hits: [], total: 0 })
    expect(search(LAKES, 'tides glacirs')).toMatchObject({ total: 0, reachable: 2 })
    expect(search(LAKES, 'tides glacirs sort:new')).toMatchObject({ hits: [], total: 0 })
  })

  it('completes the last word while it is typed, and no other', () => {
    expect(ids(LAKES, 'moun', { unfinished: true })).toEqual([1, 2])
    expect(ids(LAKES, 'moun')).toEqual([])
    expect(ids(LAKES, 'gla mou', { unfinished: true }).length).toBe(2)
    expect(ids(LAKES, 'author:qui', { unfinished: true })).toEqual([1])
    // Between its stem and its end as well.
    for (const typed of ['learn', 'learni', 'learnin', 'learning'])
      expect(ids(LAKES, typed, { unfinished: true })).toEqual([3])
    // And, in what is suggested, with a slip in what there is of it.
    for (const typed of ['neural garp', 'neural grph', 'graph nerual']) {
      const more = { unfinished: true, only: 'having' } as const
      expect(ids(LAKES, typed, more).toSorted((a, b) => a - b)).toEqual([3, 4])
      expect(search(LAKES, typed, { unfinished: true }).total).toBe(0)
    }
  })

  it('has what most mean by the beginning of a word before what few do', () => {
    const papers = [
      indexed(1, { title: 'Diffusion models' }),
      indexed(2, { title: 'Modelscope and its models' }),
      ...Array.from({ length: 40 }, (_, i) => indexed(i + 3, { title: `Models of river ${i}` })),
    ]
    expect(ids(papers, 'diffusion model', { unfinished: true })[0]).toBe(1)
  })

  it('is in titles, for words that say nothing by themselves', () => {
    const papers = [
      indexed(1, { title: 'To be or to have' }),
      indexed(2, { body: 'It is to be or to have.' }),
    ]
    expect(having(papers, 'to be or to have')).toEqual([1])
    expect(having(papers, '"to be or to"')).toEqual([1])
  })

  it('has most of many words, not all', () => {
    const text = 'waves reach the shore of lakes at night with tides and walruses'
    expect(having(LAKES, text)).toEqual([1])
  })

  it('is counted by kind', () => {
    expect(search(LAKES, 'graph').facets).toEqual({
      categories: [
        { category: 'cs.AI', papers: 1 },
        { category: 'cs.CG', papers: 1 },
        { category: 'cs.LG', papers: 1 },
      ],
      years: [
        { year: 2025, papers: 1 },
        { year: 2024, papers: 1 },
      ],
      has: { code: 2, data: 1, model: 0 },
    })
  })
})

describe('a day', () => {
  const at = (id: number, instant: string) => ({ ...indexed(id), datedAt: Date.parse(instant) })
  const papers = [
    at(1, '2026-03-08T04:59:59Z'),
    at(2, '2026-03-08T05:00:00Z'),
    // Clocks go forward in New York: this day has 23 hours.
    at(3, '2026-03-09T03:59:59Z'),
    at(4, '2026-03-09T04:00:00Z'),
    indexed(5, { day: '2026-03-08', flags: FLAGS.day }),
    indexed(6, { day: '2026-03-09', flags: FLAGS.day }),
  ]
  const on = (text: string, timeZone: string) => ids(papers, text, { timeZone }).toSorted((a, b) => a - b)

  it('is one of the time zone, of a paper that is known by an instant', () => {
    expect(on('date:2026-03-08', 'America/New_York')).toEqual([2, 3, 5])
    expect(on('date:2026-03-08', 'UTC')).toEqual([1, 2, 5])
    expect(on('date:2026-03-08', 'Asia/Tokyo')).toEqual([1, 2, 5])
    expect(on('since:2026-03-09', 'America/New_York')).toEqual([4, 6])
    expect(on('until:2026-03-07', 'America/New_York')).toEqual([1])
  })

  it('is in a year of the time zone', () => {
    const turning = [
      at(1, '2026-01-01T04:59:59Z'),
      at(2, '2025-12-31T15:00:00Z'),
      indexed(3, { day: '2026-01-01', flags: FLAGS.day }),
    ]
    const years = (timeZone: string) => search(turning, '', { timeZone }).facets.years
    expect(years('America/New_York')).toEqual([
      { year: 2026, papers: 1 },
      { year: 2025, papers: 2 },
    ])
    expect(years('Asia/Tokyo')).toEqual([{ year: 2026, papers: 3 }])
    expect(years('UTC')).toEqual([
      { year: 2026, papers: 2 },
      { year: 2025, papers: 1 },
    ])
  })
})

describe('the order', () => {
  it('puts titles before bodies, and rare words before common ones', () => {
    expect(ids(LAKES, 'graph')[0]).toBe(4)
    expect(ids(LAKES, 'mountain glaciers')[0]).toBe(2)
  })

  it('puts the shorter title first', () => {
    const papers = [
      indexed(1, { title: 'Wide and very long rivers in spring' }),
      indexed(2, { title: 'Wide rivers' }),
    ]
    expect(ids(papers, 'wide rivers')).toEqual([2, 1])
  })

  it('is by date, or by what the ranking says', () => {
    expect(ids(LAKES, 'graph OR lakes sort:new')).toEqual([1, 4, 3])
    expect(ids(LAKES, 'graph OR lakes sort:hot', { ranked: [2, 3, 1] })).toEqual([3, 1, 4])
    expect(ids(LAKES, 'graph OR lakes sort:top', { ranked: [] })).toEqual([1, 4, 3])
  })

  it('is cut into pages that leave nothing out', () => {
    const papers = Array.from({ length: 57 }, (_, i) =>
      indexed(i + 1, { title: `Rivers ${i}`, day: `2026-01-${String((i % 28) + 1).padStart(2, '0')}` }),
    )
    for (const text of ['rivers', 'rivers sort:new', 'rivers sort:hot']) {
      const pages = [0, 20, 40].map((offset) => ids(papers, text, { offset, limit: 20, ranked: [9, 5] }))
      expect(pages.flat()).toEqual(ids(papers, text, { ranked: [9, 5] }))
      expect(new Set(pages.flat()).size).toBe(57)
    }
  })
})

describe('what is suggested', () => {
  const papers = [
    indexed(1, {
      title: 'On rivers',
      body: 'Diffusion models of silt. Diffusion models again, and diffusion models.',
    }),
    indexed(2, { title: 'A very long title on diffusion, in which there are some models' }),
    indexed(3, { title: 'Diffusion' }),
    indexed(4, { title: 'Models', body: 'Of diffusors.' }),
  ]
  const only = (text: string, which: 'having' | 'titled') =>
    ids(papers, text, { only: which, unfinished: true }).toSorted((a, b) => a - b)

  it('has all the words, in its title or anywhere', () => {
    expect(only('diffusion models', 'titled')).toEqual([2])
    expect(only('diffusion mod', 'titled')).toEqual([2])
    expect(only('diffusion mo', 'having')).toEqual([1, 2])
    expect(only('diffusion mdo', 'having')).toEqual([])
    expect(only('diffusion mdoe', 'having')).toEqual([1, 2])
  })
})

describe('a later page', () => {
  it('is of the order that the first was of, whatever came in and drew attention', () => {
    const index = indexOf(
      Array.from({ length: 30 }, (_, i) => indexed(i + 1, { title: i % 3 === 0 ? 'Lakes' : 'Rivers' })),
    )
    const kept = newKeptOrders()
    const page = (text: string, offset: number, more: Partial<FindRequest>) =>
      find(
        { words: index, vectors: null, kept },
        { query: parseQuery(text), vector: null, offset, limit: 15, unfinished: false, ranked: [], ...more },
        new Scores(),
      )
    // Corrected: the link to the second page has what was looked for.
    const { asOf, hits } = page('rivers OR lakes', 0, { typed: 'rivres OR lakes' })
    const queries = [
      ['lakes rivers', [], []],
      ['lakes OR rivers sort:hot', [3, 5, 8, 20], [7, 8, 3, 30]],
      ['lakes OR rivers sort:new', [], []],
    ] as const
    const first = queries.map(([text, ranked]) => page(text, 0, { ranked: [...ranked] }))
    // Now rivers are rarer, and lakes come last.
    addPapers(
      index,
      Array.from({ length: 100 }, (_, i) => indexed(i + 31, { title: 'Lakes', day: '2026-02-01' })),
      130,
    )
    const more = page('rivers OR lakes', 15, { typed: 'rivers OR lakes', asOf })
    expect(new Set([...hits, ...more.hits].map(({ id }) => id)).size).toBe(30)
    removePapers(index, [2])
    queries.forEach(([text, , ranked], i) => {
      const { asOf, hits } = first[i] ?? { asOf: 0, hits: [] }
      const second = page(text, 15, { asOf, ranked: [...ranked] })
      const seen = [...hits, ...second.hits].map(({ id }) => id)
      expect([text, new Set(seen).size]).toEqual([text, seen.length])
      if (i < 2) expect([text, seen.length]).toEqual([text, hits.some(({ id }) => id === 2) ? 30 : 29])
      expect(Math.max(...seen)).toBe(30)
    })
  })
})

describe('words and meaning', () => {
  const axis = (i: number) =>
    Float32Array.from({ length: 32 }, (_, n) => (n === i ? 1 : 0.05 * Math.sin(n + i)))
  const unit = (vector: Float32Array) => {
    const length = Math.hypot(...vector)
    return vector.map((value) => value / length)
  }
  function searchMeaning(
    text: string,
    toward: number,
    { embedded = [1, 2, 3, 4], meaningOnly = false, leastSimilarity = 0.25 } = {},
  ) {
    const vectors = newVectorStore({ path: null, dimensions: 32 })
    for (const id of embedded) {
      const { bytes, scale } = quantize(unit(axis(id)))
      vectors.set(id, { scale, numbers: bytes }, id)
    }
    const request = {
      query: parseQuery(text),
      vector: unit(axis(toward)),
      offset: 0,
      limit: 10,
      unfinished: false,
      ranked: [],
    }
    const found = find(
      { words: indexOf(LAKES), vectors },
      { ...request, meaningOnly, leastSimilarity },
      new Scores(),
    )
    vectors.close()
    return found.hits
  }

  it('finds by meaning what lacks the words, and says so', () => {
    const hits = searchMeaning('oceanography', 2)
    expect(hits[0]).toMatchObject({ id: 2, byWords: false })
    expect(hits[0]?.similarity).toBeCloseTo(1, 2)
  })

  it('counts both', () => {
    expect(searchMeaning('graph', 3)[0]?.id).toBe(3)
    expect(searchMeaning('graph', 4)[0]?.id).toBe(4)
  })

  it('keeps to the filters', () => {
    expect(searchMeaning('oceanography cat:cs', 2).every(({ id }) => id > 2)).toBe(true)
    expect(searchMeaning('oceanography -glaciers', 2).map(({ id }) => id)).not.toContain(2)
  })

  it('does not hold it against a paper that it was not embedded yet', () => {
    expect(searchMeaning('colour in glaciers', 1, { embedded: [1, 3, 4] })[0]?.id).toBe(2)
  })

  it('finds only what is near enough', () => {
    const near = (leastSimilarity: number) =>
      searchMeaning('oceanography', 2, { leastSimilarity }).map(({ id }) => id)
    expect(near(0.9)).toEqual([2])
    expect(near(1.1)).toEqual([])
  })

  it('goes by meaning alone when asked to', () => {
    expect(searchMeaning('graph', 1, { meaningOnly: true })[0]?.id).toBe(1)
  })
})

it('has an answer to any query', () => {
  const index = indexOf(LAKES)
  const scratch = new Scores()
  fc.assert(
    fc.property(anyText, fc.boolean(), (text, unfinished) => {
      const query = parseQuery(text)
      const found = find(
        { words: index, vectors: null },
        { query, vector: null, offset: 0, limit: 10, unfinished, ranked: [4, 9] },
        scratch,
      )
      expect(found.hits.length).toBeLessThanOrEqual(found.reachable)
      expect(new Set(found.hits.map(({ id }) => id)).size).toBe(found.hits.length)
    }),
  )
})
