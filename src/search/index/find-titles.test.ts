import { describe, expect, it } from 'vitest'
import { plainText } from '../../papers/plain-text.ts'
import { parseQuery } from '../query/parse-query.ts'
import { indexed } from '../testing/invented-papers.ts'
import { find } from './find.ts'
import { Scores } from './match-words.ts'
import { addPapers, newWordIndex, removePapers } from './word-index.ts'

/** As sources have them, each hard in its own way. */
const TITLES = String.raw`
LakeBERT: Pre-training Tide Models at the Shore
WaveNetter-2: Learning Waves -- Without Tears
To Be or Not to Be: That Is the Tide
Ice is NOT Water
Ice is Water
Lakes AND Rivers
Lakes OR Rivers
(Un)supervised Drift of Ice-Floes
Is Drift -1 or +1?
title: A Keyword for Tides
Author: Unknown, Lakes Without Names
Before: 2019 and After
The "Quiet" Lake
"Quiet" Lakes and “Loud” Rivers: «Sounds» of Ice
Tides of $\mathbb{Z}_2$-graded Lakes
$\alpha$-decay in H$_2$O ice at $10^{-3}$ eV
Erd\H{o}s--R\'enyi Ponds and the Schr{\"o}dinger Lake
A \textit{quiet} pond \& its {\bf shore}
O(n log n) Sorting of Shells
C++ and C# on .NET: 3-D Waves
Why does it do what it does?
It
Über Seen, Flüsse & Bäche
潮汐与湖泊的模型
О приливах и озёрах
What's in a Lake? A Diver's View
100% Ice | 0% Water
Tides~of~Mars: @night #lakes
DRIFT*: a^2 + b^2 = c^2?
cat:cs.LG is Not a Tide
x -y z
Sort: New Ways to Order Shells
Lake/River and/or Pond
`
  .trim()
  .split('\n')

const DECOYS = 5
const PAPERS = TITLES.flatMap((title, n) => {
  const plain = plainText(title)
  const id = n * (DECOYS + 1)
  return [
    indexed(id + 1, { title: plain }),
    indexed(id + 2, { title: `${plain} Revisited` }),
    indexed(id + 3, { title: `More on: ${plain}` }),
    indexed(id + 4, {
      title: `${plain.split(' ').toReversed().join(' ')} ${n}`,
      body: `${plain}. ${plain}!`,
    }),
    indexed(id + 5, { title: 'Notes', body: `${plain}. `.repeat(5) }),
    // Newer, with the words of two titles.
    indexed(id + 6, { title: `${plain}, ${plainText(TITLES[(n + 1) % TITLES.length] ?? '')}` }),
  ]
})
const index = newWordIndex()
addPapers(index, PAPERS, PAPERS.length)
const scratch = new Scores()

function search(typed: string, { told = true, of = index, unfinished = false } = {}) {
  return find(
    { words: of, vectors: null },
    {
      query: parseQuery(typed),
      ...(told ? { typed } : {}),
      vector: null,
      offset: 0,
      limit: 20,
      unfinished,
      ranked: [],
    },
    scratch,
  )
}
const ids = (typed: string, more?: Parameters<typeof search>[1]) =>
  search(typed, more).hits.map(({ id }) => id)

describe('a title that is typed', () => {
  const ways: Record<string, (title: string) => string> = {
    'as it stands': (title) => title,
    'as plain text': plainText,
    'in capitals': (title) => plainText(title).toUpperCase(),
    'in lower case': (title) => plainText(title).toLowerCase(),
    quoted: (title) => `"${title}"`,
    'quoted otherwise': (title) => `“${plainText(title)}”`,
    'with a full stop': (title) => `${title}.`,
    'with line breaks': (title) => title.replaceAll(' ', '\n   '),
    'with other dashes': (title) => plainText(title).replace(/[-–]+/g, '–'),
    'with hard spaces and non-breaking hyphens': (title) =>
      plainText(title).replaceAll(' ', '\u00a0').replaceAll('-', '\u2011'),
    'in full-width letters': (title) =>
      plainText(title).replace(/[a-z0-9]/gi, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
    decomposed: (title) => plainText(title).normalize('NFD'),
    'with soft hyphens': (title) => plainText(title).replace(/(\p{L}{3})(?=\p{L}{3})/gu, '$1\u00ad'),
  }
  it.each(Object.entries(ways).flatMap(([way, type]) => TITLES.map((title) => [way, title, type] as const)))(
    '%s brings its paper first: %s',
    (_, title, type) => {
      const { hits, total } = search(type(title))
      expect(hits[0]).toMatchObject({ id: TITLES.indexOf(title) * (DECOYS + 1) + 1, byWords: true })
      expect(total).toBeGreaterThan(0)
    },
  )

  it('comes first without the text that was typed, as far as the query has it', () => {
    const others = TITLES.filter((title, n) => ids(plainText(title), { told: false })[0] !== n * 6 + 1)
    // The query has no AND, and says the other way which years and which order it wants.
    expect(others).toEqual(['Lakes AND Rivers', 'Before: 2019 and After', 'Sort: New Ways to Order Shells'])
  })

  it.each([
    ['lake -quiet', 'The "Quiet" Lake'],
    ['ice -is NOT water', 'Ice is Water'],
    ['drift NOT ice', '(Un)supervised Drift of Ice-Floes'],
  ])('is left out by a query that means it: %s', (typed, title) => {
    expect(ids(typed)).not.toContain(TITLES.indexOf(title) * (DECOYS + 1) + 1)
  })
})

describe('a name', () => {
  const papers = [
    indexed(1, { title: 'TideBERTa: A Robust Approach to the Sea' }),
    indexed(2, { title: 'TideBERTa for Lakes, TideBERTa for Rivers', body: 'TideBERTa TideBERTa TideBERTa' }),
    indexed(3, { title: 'Is TideBERTa-2 Good?', body: 'TideBERTa '.repeat(9) }),
    indexed(4, { title: 'TideBERTa' }),
    indexed(5, { title: 'The Pond – 800 GB of Ripples' }),
    indexed(6, { title: 'Pond pond pond' }),
    indexed(7, { title: 'Lake-4 — A Report: With Waves' }),
    indexed(8, { title: 'Lake 4 lake 4' }),
    indexed(9, { title: 'Quiet Seas' }),
    indexed(10, { title: 'Quiet seas.' }),
    indexed(11, { title: 'Quiet seas and quiet lakes in quiet seas' }),
    indexed(12, { title: 'Shells: 3:2 Resonance' }),
  ]
  const named = newWordIndex()
  addPapers(named, papers, papers.length)

  it.each([
    ['TideBERTa', [4, 1]],
    ['tideberta', [4, 1]],
    ['TIDEBERTA', [4, 1]],
    ['"TideBERTa"', [4, 1]],
    ['Pond', [5]],
    ['the pond', [5]],
    ['Lake4', [7]],
    ['lake-4', [7]],
    ['Lake 4', [7]],
    ['quiet seas', [10, 9]],
    ['Shells', [12]],
  ])('%s brings those that have it before their colon, and equal titles, first', (typed, first) => {
    expect(ids(typed, { of: named }).slice(0, first.length)).toEqual(first)
  })

  it('keeps to the filters, orders and exclusions that come with it', () => {
    const filed = newWordIndex()
    addPapers(
      filed,
      [
        indexed(1, { title: 'Rip: A Tide', categories: ['cs.LG'], day: '2020-01-01' }),
        indexed(2, { title: 'Rip: A Wave', categories: ['cs.AI'], day: '2024-01-01' }),
        indexed(3, { title: 'Rip rip rip', categories: ['cs.AI'] }),
      ],
      3,
    )
    expect(ids('rip cat:cs.AI', { of: filed })).toEqual([2, 3])
    expect(ids('rip -wave', { of: filed })).toEqual([1, 3])
    expect(ids('rip: a wave cat:cs.LG', { of: filed })[0]).not.toBe(2)
    expect(ids('rip sort:new', { of: filed })).toEqual([3, 2, 1])
    removePapers(filed, [2])
    expect(ids('Rip: A Wave', { of: filed })).not.toContain(2)
  })

  it('finds a title that was cut off in the midst of a word', () => {
    const cut = newWordIndex()
    addPapers(
      cut,
      [
        indexed(1, { title: 'On tides and glaciology' }),
        indexed(2, { title: 'On tides' }),
        indexed(3, { title: 'Tides on glass' }),
      ],
      3,
    )
    expect(ids('On tides and glaciol…', { of: cut })[0]).toBe(1)
    expect(ids('On tides and glaciol...', { of: cut })[0]).toBe(1)
  })
})
