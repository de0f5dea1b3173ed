import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDay } from '../../papers/calendar.ts'
import { parseQuery } from './parse-query.ts'
import type { Query, QueryTerm, TextField } from './query.ts'
import { anyText } from './testing/arbitraries.ts'

const word = (text: string, field: TextField = 'any'): QueryTerm => ({ kind: 'word', field, text })
const phrase = (text: string, field: TextField = 'any'): QueryTerm => ({ kind: 'phrase', field, text })
const category = (name: string): QueryTerm => ({ kind: 'category', category: name })
const date = (from: string | null, to: string | null): QueryTerm => ({ kind: 'date', from, to })
const has = (what: 'code' | 'data' | 'model'): QueryTerm => ({ kind: 'has', what })

/** What all of a paper's clauses are: a term, alternatives in an array, or an exclusion of one or several. */
type Wanted = QueryTerm | QueryTerm[] | { without: QueryTerm[] }
const without = (...terms: QueryTerm[]): Wanted => ({ without: terms })
const clausesOf = (...wanted: Wanted[]): Query['clauses'] =>
  wanted.map((one) =>
    'without' in one ? { not: true, anyOf: one.without } : { not: false, anyOf: [one].flat() },
  )

function means(text: string, ...wanted: Wanted[]) {
  expect(parseQuery(text)).toEqual({ clauses: clausesOf(...wanted), sort: 'relevance' })
}

const words = (text: string) => text.split(' ').map((one) => word(one))

describe('words', () => {
  it.each([
    ['', []],
    [' \t\n\u3000 ', []],
    ['graph', ['graph']],
    ['graph neural  networks ', ['graph', 'neural', 'networks']],
    ['state-of-the-art', ['state-of-the-art']],
    ["d'Alembert’s", ["d'Alembert’s"]],
    ['a\u0000b\u0085c\td', ['a', 'b', 'c', 'd']],
    ['e\u0301tale', ['\u00E9tale']],
    ['or and not Or', ['or', 'and', 'not', 'Or']],
    ['p(y|x) a|b', ['p(y|x)', 'a|b']],
    ['C++ C# F1@10 50%', ['C++', 'C#', 'F1@10', '50%']],
    ['$\\alpha$-stable $x_{i}$', ['$\\alpha$-stable', '$x_{i}$']],
    ['שלום עולם', ['שלום', 'עולם']],
    // With marks of direction, as text that is copied has them.
    ['\u200Fשלום\u200E \u202Bעולם\u202C', ['שלום', 'עולם']],
    ['می\u200Cخواهم', ['می\u200Cخواهم']],
    ['大規模言語モデル 图神经网络', ['大規模言語モデル', '图神经网络']],
    ['👩‍🔬🦜 🇪🇺', ['👩‍🔬🦜', '🇪🇺']],
    ['inter\u00ADnational zero\u200Bwidth', ['international', 'zerowidth']],
    ['half \uD83E pair', ['half', '\uFFFD', 'pair']],
    ['\uDD9C', ['\uFFFD']],
  ])('%j', (text, expected) => {
    means(text, ...expected.map((one) => word(one)))
  })

  it.each([
    'foo:bar',
    'https://arxiv.org/abs/2412.19723v2',
    'https://example.org/?q=author:x&sort=new#top',
    '10.1000/182',
    'doi:10.1000/182',
    'arXiv:2412.19723',
    'hep-th/9901001',
    'mailto:ada@example.org',
    ':',
    '::',
    ':author',
    'xtitle:a',
    '5"',
    'foo"bar',
    "'quoted'",
    '\\"o',
  ])('%s is one word', (text) => {
    means(text, word(text))
  })
})

describe('phrases', () => {
  it.each([
    ['"attention is all"', 'attention is all'],
    ['"attention"', 'attention'],
    ['“attention is all”', 'attention is all'],
    ['„attention is all“', 'attention is all'],
    ['”attention is all”', 'attention is all'],
    ['«attention is all»', 'attention is all'],
    ['»attention is all«', 'attention is all'],
    ['“attention is all"', 'attention is all'],
    ['"  attention \n is\u00A0all "', 'attention is all'],
    ['"attention is all', 'attention is all'],
    ['“attention is all', 'attention is all'],
    ['"-a OR author:b (c)"', '-a OR author:b (c)'],
    ['"OR"', 'OR'],
    ['"it\'s"', "it's"],
    ['«the "old" way»', 'the "old" way'],
    ['"the «old» way"', 'the «old» way'],
    ['("attention is all")', 'attention is all'],
    ['"$\\mathbb{R}^n$ of 𝔽"', '$\\mathbb{R}^n$ of 𝔽'],
  ])('%s', (text, expected) => {
    means(text, phrase(expected))
  })

  it('stand among words, white space or not', () => {
    means('deep "graph nets" now', word('deep'), phrase('graph nets'), word('now'))
    means('"a b""c d"e', phrase('a b'), phrase('c d'), word('e'))
    means('a 5" disk', ...words('a 5" disk'))
    means('a 5" disk "drive bay"', ...words('a 5" disk'), phrase('drive bay'))
  })

  it.each(['""', '"', '" "', '“”', '«', '-""', 'NOT ""', '"" OR ""'])('%s is nothing', (text) => {
    means(text)
  })
})

describe('exclusions', () => {
  it.each([
    ['-survey', word('survey')],
    ['NOT survey', word('survey')],
    ['--survey', word('survey')],
    ['NOT -survey', word('survey')],
    ['-"a survey"', phrase('a survey')],
    ['-“a survey”', phrase('a survey')],
    ['NOT "a survey"', phrase('a survey')],
    ['-author:x', word('x', 'author')],
    ['-author: x', word('x', 'author')],
    ['NOT author:"a x"', phrase('a x', 'author')],
    ['-cat:cs.CL', category('cs.CL')],
    ['-has:code', has('code')],
    ['-date:2024', date('2024-01-01', '2024-12-31')],
    ['-(survey)', word('survey')],
    ['(-survey)', word('survey')],
    ['-(un)supervised', word('(un)supervised')],
    ['-foo:bar', word('foo:bar')],
    ['-date:soon', word('date:soon')],
  ])('%s', (text, term) => {
    means(text, without(term))
  })

  it('are only of what follows the minus at once', () => {
    means('deep -survey nets', word('deep'), without(word('survey')), word('nets'))
    means('deep NOT survey nets', word('deep'), without(word('survey')), word('nets'))
    means('a-b a- -', ...words('a-b a-'))
  })

  it.each(['deep - nets', 'deep -- nets', 'deep --- nets', 'deep (-) nets', 'deep nets -', '- deep nets'])(
    'not by a dash: %s',
    (text) => {
      means(text, ...words('deep nets'))
    },
  )
})

describe('alternatives', () => {
  it.each<[string, ...Wanted[]]>([
    ['a OR b', words('a b')],
    ['a | b', words('a b')],
    ['a OR b OR c', words('a b c')],
    ['a OR b c OR d', words('a b'), words('c d')],
    ['x a OR b y', word('x'), words('a b'), word('y')],
    ['(a OR b) c', words('a b'), word('c')],
    ['"a b" OR author:c OR cat:cs.LG', [phrase('a b'), word('c', 'author'), category('cs.LG')]],
    ['a or b', ...words('a or b')],
    ['author: a OR author: b', [word('a', 'author'), word('b', 'author')]],
    ['a OR sort:relevance b', words('a b')],
  ])('%s', (text, ...wanted) => {
    means(text, ...wanted)
  })

  it.each<[string, ...Wanted[]]>([
    ['OR'],
    ['AND'],
    ['NOT'],
    ['|'],
    ['OR OR AND NOT |'],
    ['-OR'],
    ['OR a', word('a')],
    ['a OR', word('a')],
    ['a OR OR b', words('a b')],
    ['a OR | b', words('a b')],
    ['a AND b', ...words('a b')],
    ['a AND', word('a')],
    ['AND a', word('a')],
    ['a NOT', word('a')],
    ['a NOT OR b', words('a b')],
    ['a AND NOT b', word('a'), without(word('b'))],
    ['NOT NOT a', without(word('a'))],
    ['a OR "" b', words('a b')],
    ['a (OR) b', words('a b')],
  ])('operators with nothing to work on are ignored: %s', (text, ...wanted) => {
    means(text, ...wanted)
  })

  it.each<[string, ...Wanted[]]>([
    ['-a OR b', without(...words('a b'))],
    ['-a OR -b', without(...words('a b'))],
    ['-(a OR b)', without(...words('a b'))],
    ['NOT a OR b', without(...words('a b'))],
    ['NOT a OR NOT b', without(...words('a b'))],
    ['-a OR b c', without(...words('a b')), word('c')],
    ['a OR -b', word('a'), without(word('b'))],
    ['a OR -b OR c', word('a'), without(...words('b c'))],
  ])('of exclusions: %s', (text, ...wanted) => {
    means(text, ...wanted)
  })
})

describe('parentheses', () => {
  it.each<[string, ...Wanted[]]>([
    ['(a b) c', ...words('a b c')],
    ['((a) ( b ) )', ...words('a b')],
    ['( ) () (()'],
    [')a( b', ...words('a( b')],
    ['f(x)', word('f(x)')],
    ['(f(x))', word('f(x)')],
    ['(f(x) OR O(n))', words('f(x) O(n)')],
    ['f(x))', word('f(x)')],
    ['O(n log n)', ...words('O(n log n')],
    ['(un)supervised', word('(un)supervised')],
    ['((un)supervised)', word('(un)supervised')],
    ['(2+1)-dimensional', word('(2+1)-dimensional')],
    ['SU(2)×U(1)', word('SU(2)×U(1)')],
    [':)', word(':')],
    ['title:(a) author:((b))', word('a', 'title'), word('b', 'author')],
    ['title:(a b)', word('a', 'title'), word('b')],
    ['title:O(n)', word('O(n)', 'title')],
    ['title:("a b")', phrase('a b', 'title')],
  ])('%s', (text, ...wanted) => {
    means(text, ...wanted)
  })
})

describe('authors and titles', () => {
  it.each([
    ['author:smith', word('smith', 'author')],
    ['au:smith', word('smith', 'author')],
    ['by:smith', word('smith', 'author')],
    ['AUTHOR:Smith', word('Smith', 'author')],
    ['author: smith', word('smith', 'author')],
    ['author:   "ada  lovelace"', phrase('ada lovelace', 'author')],
    ['author:"ada lovelace"', phrase('ada lovelace', 'author')],
    ['author:„ada lovelace“', phrase('ada lovelace', 'author')],
    ['author:"ada lovelace', phrase('ada lovelace', 'author')],
    ['author:«Sam "Loon" Poe»', phrase('Sam "Loon" Poe', 'author')],
    ["author:o'neil", word("o'neil", 'author')],
    ['author:王小明', word('王小明', 'author')],
    ['title:attention', word('attention', 'title')],
    ['ti:attention', word('attention', 'title')],
    ['Title: attention', word('attention', 'title')],
    ['title:"all you need"', phrase('all you need', 'title')],
    ['title:OR', word('OR', 'title')],
    ['title:-x', word('-x', 'title')],
    ['title:cat:cs.CL', word('cat:cs.CL', 'title')],
    ['title:https://example.org', word('https://example.org', 'title')],
    ['title::', word(':', 'title')],
  ])('%s', (text, expected) => {
    means(text, expected)
  })

  it('take one word unless quoted', () => {
    means('author:ada lovelace', word('ada', 'author'), word('lovelace'))
    means('Title: Attention Is', word('Attention', 'title'), word('Is'))
  })

  it.each<[string, ...Wanted[]]>([
    ['author:', word('author')],
    ['Author: ', word('Author')],
    ['author:""', word('author')],
    ['author: "" b', word('author'), word('b')],
    ['-author:', without(word('author'))],
    ['author: -b', word('author'), without(word('b'))],
    ['author: OR b', words('author b')],
    ['author: AND b', ...words('author b')],
    ['author: title:b', word('author'), word('b', 'title')],
    ['author: title: cat:', ...words('author title cat')],
  ])('a key without a value is a word: %s', (text, ...wanted) => {
    means(text, ...wanted)
  })
})

describe('categories', () => {
  it.each([
    ['cat:cs.CL', 'cs.CL'],
    ['category:cs.CL', 'cs.CL'],
    ['topic:cs.CL', 'cs.CL'],
    ['cat: cs.cl', 'cs.CL'],
    ['CAT:CS.CL', 'cs.CL'],
    ['cat:"cs.cl"', 'cs.CL'],
    ['cat:stat.ml', 'stat.ML'],
    ['cat:ASTRO-PH.co', 'astro-ph.CO'],
    ['cat:Cond-Mat.Mes-Hall', 'cond-mat.mes-hall'],
    ['cat:PHYSICS.OPTICS', 'physics.optics'],
    ['cat:math.ag', 'math.AG'],
    ['cat:Q-BIO.nc', 'q-bio.NC'],
    ['cat:nlin.cd', 'nlin.CD'],
    ['cat:eess.iv', 'eess.IV'],
    ['cat:HEP-TH', 'hep-th'],
    ['cat:CS', 'cs'],
    ['cat:cs.*', 'cs'],
    ['cat:Hep-Th.*', 'hep-th'],
    // Not of arXiv: as written.
    ['cat:cs.XX', 'cs.XX'],
    ['cat:Cs.xX', 'Cs.xX'],
    ['cat:Biology.*', 'Biology.*'],
    ['cat:Constructor', 'Constructor'],
    ['cat:__proto__', '__proto__'],
    ['topic:"Machine  Learning"', 'Machine Learning'],
    ['topic:«the "new" maths»', 'the "new" maths'],
    ['cat:*', '*'],
    ['cat:.*', '.*'],
  ])('%s', (text, expected) => {
    means(text, category(expected))
  })
})

describe('dates', () => {
  it.each([
    ['date:2025', '2025-01-01', '2025-12-31'],
    ['date：２０２５', '2025-01-01', '2025-12-31'],
    ['date:2025−03', '2025-03-01', '2025-03-31'],
    ['date:2025-03', '2025-03-01', '2025-03-31'],
    ['date:2024-02', '2024-02-01', '2024-02-29'],
    ['date:2025-03-14', '2025-03-14', '2025-03-14'],
    ['date: 2025', '2025-01-01', '2025-12-31'],
    ['date:"2025"', '2025-01-01', '2025-12-31'],
    ['year:2024', '2024-01-01', '2024-12-31'],
    ['Year:2020..2024', '2020-01-01', '2024-12-31'],
    ['year:2020-2024', '2020-01-01', '2024-12-31'],
    ['year:2020–2024', '2020-01-01', '2024-12-31'],
    ['date:2025..2026', '2025-01-01', '2026-12-31'],
    ['date:2025-03..2025-04-10', '2025-03-01', '2025-04-10'],
    ['date:2025..', '2025-01-01', null],
    ['date:2025-03..', '2025-03-01', null],
    ['date:..2024-06', null, '2024-06-30'],
    ['date:>=2025', '2025-01-01', null],
    ['date:>2025', '2026-01-01', null],
    ['date:>2025-02', '2025-03-01', null],
    ['date:<2024', null, '2023-12-31'],
    ['date:<2024-03-01', null, '2024-02-29'],
    ['date:<=2024-02', null, '2024-02-29'],
    ['since:2025', '2025-01-01', null],
    ['after:2025-03', '2025-03-01', null],
    ['before:2025', null, '2024-12-31'],
    ['until:2025', null, '2025-12-31'],
    ['date:1000..2999', '1000-01-01', '2999-12-31'],
    // Turned.
    ['date:2026..2025', '2025-01-01', '2026-12-31'],
    ['year:2024-2020', '2020-01-01', '2024-12-31'],
    ['date:2025-04-10..2025-03', '2025-03-01', '2025-04-10'],
    // Not the wrong way round, only of unlike precision.
    ['date:2025-06..2025', '2025-06-01', '2025-12-31'],
  ])('%s', (text, from, to) => {
    means(text, date(from, to))
  })

  it.each([
    'date:soon',
    'date:..',
    'date:-',
    'date:>',
    'date:>=',
    'date:2025-13',
    'date:2025-02-30',
    'date:2025-3',
    'date:20250314',
    'date:25',
    'date:0999',
    'date:3000',
    'date:<1000',
    'date:>2999',
    'date:2025...2026',
    'date:2025..2026..2027',
    'date:2025..soon',
    'date:>2025..',
    'year:MMXXV',
    'since:2024..2025',
    'since:>2024',
    'before:x',
    'until:',
  ])('%s is a word', (text) => {
    means(text, word(text.replace(/:$/, '')))
  })

  it('which make no sense stay whole when quoted and do not take the next word', () => {
    means('date:"last week"', phrase('date:last week'))
    means('Date: tomorrow', ...words('Date tomorrow'))
    means('date: "last week"', word('date'), phrase('last week'))
  })
})

describe('what a paper comes with', () => {
  it.each([
    ['has:code', 'code'],
    ['has:repo', 'code'],
    ['has:repository', 'code'],
    ['has:data', 'data'],
    ['has:dataset', 'data'],
    ['has:datasets', 'data'],
    ['has:model', 'model'],
    ['HAS:Models', 'model'],
    ['has: code', 'code'],
  ] as const)('%s', (text, what) => {
    means(text, has(what))
  })

  it.each(['has:', 'has:cheese', 'has:constructor'])('%s is a word', (text) => {
    means(text, word(text.replace(/:$/, '')))
  })
})

describe('the order', () => {
  it.each([
    ['a', 'relevance'],
    ['a sort:relevance', 'relevance'],
    ['a sort:best', 'relevance'],
    ['a sort:new', 'new'],
    ['sort:newest a', 'new'],
    ['a Sort:Date', 'new'],
    ['a sort: hot', 'hot'],
    ['a sort:trending', 'hot'],
    ['a sort:top', 'top'],
    ['a sort:votes', 'top'],
    ['sort:new a sort:top', 'top'],
    ['a sort:new sort:relevance', 'relevance'],
    ['a -sort:new', 'new'],
  ])('%s', (text, sort) => {
    expect(parseQuery(text)).toEqual({ clauses: clausesOf(word('a')), sort })
  })

  it('is not changed by what is none', () => {
    means('sort:sideways', word('sort:sideways'))
    means('sort:', word('sort'))
  })
})

it('reads all of it together', () => {
  expect(
    parseQuery(
      '(“graph neural networks” OR GNN) -survey author:"ada loon" CAT:cs.lg date:2024.. has:code sort:top',
    ),
  ).toEqual({
    clauses: clausesOf(
      [phrase('graph neural networks'), word('GNN')],
      without(word('survey')),
      phrase('ada loon', 'author'),
      category('cs.LG'),
      date('2024-01-01', null),
      has('code'),
    ),
    sort: 'top',
  })
})

describe('long text', () => {
  it('is read as far as 4,000 units', () => {
    means(`${'a'.repeat(3990)} ${'b'.repeat(20)}`, word('a'.repeat(3990)), word('b'.repeat(9)))
    means(`${' '.repeat(4000)}b`)
  })

  it('is not cut inside a character', () => {
    means('🦜'.repeat(2400), word('🦜'.repeat(2000)))
    means(`a${'🦜'.repeat(2400)}`, word(`a${'🦜'.repeat(1999)}`))
  })

  it('is no longer when it is normalised', () => {
    // This letter is two in NFC.
    means('\u0958'.repeat(4000), word('\u0915\u093C'.repeat(2000)))
  })

  it('loses what its canonical text has no room for', () => {
    // `title:aa` and a space, and the last of 444 has none.
    const { clauses } = parseQuery('ti:aa '.repeat(700))
    expect(clauses).toHaveLength(444)
    const alternatives = parseQuery('a|b | '.repeat(700)).clauses
    expect(alternatives).toHaveLength(1)
    expect(alternatives[0]?.anyOf).toHaveLength(572)
    means('ti:' + 'a'.repeat(3997))
  })

  it('shortens a phrase rather than to lose it', () => {
    means(`"${'a '.repeat(2400)}`, phrase('a '.repeat(1999).trim()))
    means(`"${'🦜'.repeat(2400)}`, phrase('🦜'.repeat(1999)))
    means(
      `au:"${'b'.repeat(2400)}" a "${'b'.repeat(2400)}`,
      phrase('b'.repeat(2400), 'author'),
      word('a'),
      phrase('b'.repeat(1586)),
    )
  })
})

describe('hostile text', () => {
  it.each([
    ['words', 'a '],
    ['one word', 'a'],
    ['quotes', '"'],
    ['quotes apart', '" '],
    ['kinds of quotes', '“«"»„'],
    ['operators', 'OR '],
    ['alternatives', 'a OR '],
    ['exclusions', 'NOT '],
    ['minuses', '-'],
    ['minuses apart', '- '],
    ['colons', ':'],
    ['keys', 'author:'],
    ['keys apart', 'author: '],
    ['categories', 'cat:cs.'],
    ['dates', 'date:2024..'],
    ['dots', 'date:....'],
    ['opening parentheses', '('],
    ['closing parentheses', ')'],
    ['pairs', '()'],
    ['pairs in words', '(a)b'],
    ['exclusions of parentheses', '-('],
    ['closing parentheses in words', 'a)))))))'],
    ['white space', '\u3000'],
    ['controls', '\u0000'],
    ['lone surrogates', '\uD800'],
    ['lone surrogates the wrong way round', '\uDC00\uD800'],
    ['marks', '\u0301'],
    ['marks out of order', '\u0301\u0323'],
    ['invisible characters', '\u200B'],
    ['emoji', '👩‍🔬'],
  ])('is read fast: %s', (_, piece) => {
    const text = piece.repeat(100_000 / piece.length)
    const start = performance.now()
    for (let time = 0; time < 5; time++) parseQuery(text)
    // Some milliseconds, on a busy machine as well; work that grows with the square of the text takes minutes.
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})

it('gives a sound query for any text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const { clauses } = parseQuery(text)
      for (const { anyOf } of clauses) {
        expect(anyOf).not.toEqual([])
        for (const term of anyOf) expect(flawOf(term)).toBeNull()
      }
    }),
    { numRuns: 1_000 },
  )
})

/** What is wrong with a term by the promises of its type, or null. */
function flawOf(term: QueryTerm): string | null {
  if (term.kind === 'has') return null
  if (term.kind === 'date') {
    const { from, to } = term
    if (from === null && to === null) return 'without an end'
    if ([from, to].some((day) => day !== null && parseDay(day) !== day)) return 'not days'
    return from !== null && to !== null && from > to ? 'the wrong way round' : null
  }
  const text = term.kind === 'category' ? term.category : term.text
  if (text === '' || text !== text.normalize('NFC') || !text.isWellFormed()) return 'not tidy'
  if (/\p{Cc}/u.test(text)) return 'with control characters'
  if (term.kind === 'word') return /\s/.test(text) ? 'more than a word' : null
  return text.trim().replace(/\s+/g, ' ') === text ? null : 'with white space to spare'
}
