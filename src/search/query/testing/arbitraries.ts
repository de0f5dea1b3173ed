import fc from 'fast-check'
import type { Query, QueryClause, QueryTerm, TextField } from '../query.ts'

const PIECES = (
  '" “ ” „ « » - -- ( ) | : . .. , \\ $ * a b é 王 א 🦜 f(x) (un)b OR AND NOT author: au: by: Title: ti: cat: topic: ' +
  'cs cs.cl STAT.ml physics.Optics cs.* date: year: since: before: until: 2024 2025-02 2025-02-28 2025-13 > >= < has: ' +
  'code datasets sort: new top foo: https://a.org/b'
).split(' ')
const STRANGE = [
  '\u0301',
  '\u0338',
  '\u0958',
  '\u0000',
  '\u200F',
  '\u00AD',
  '\uD800',
  '\uDC00',
  '\u212B',
  '\u3000',
]

// What is longer in its canonical text than as it stands here.
const GROWING = [
  'ti:a',
  'au:b',
  'by:"c d"',
  '-ti:é',
  'since:2025',
  'before:2024-03',
  'a |',
  '-b |',
  'x',
  '"🦜 "',
  '"y',
  '«z',
]

/**
 * Any text at all, and text out of what the language is made of, with and without white space, often too long or with a
 * canonical text that would be.
 */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc
    .tuple(
      fc.array(fc.constantFrom(...PIECES, ' ', ' ', ' ', ...STRANGE), { maxLength: 30 }),
      fc.constantFrom('', ' '),
    )
    .map(([pieces, between]) => pieces.join(between)),
  fc
    .array(fc.constantFrom(...PIECES, ...STRANGE), { minLength: 150, maxLength: 600, size: 'max' })
    .map((pieces) => pieces.join(' ')),
  fc
    .tuple(
      fc.array(fc.constantFrom(...GROWING.slice(0, -2)), { minLength: 100, maxLength: 250, size: 'max' }),
      fc.array(fc.constantFrom(...GROWING), { maxLength: 100, size: 'max' }),
      fc.constantFrom('', 'sort:new', 'sort:top'),
    )
    .map(([closed, any, sort]) => [sort, ...closed, ...any].join(' ')),
)

const field = fc.constantFrom<TextField>('any', 'title', 'author')
const character = fc.constantFrom(...'abZ09éß王אש🦜-–\'"“»:/.,;|$\\_^{}<>=+*&#~?!ひ')
const KEY = /^(?:author|au|by|title|ti|category|cat|topic|date|year|since|after|before|until|has|sort):/i

/** What can be a word anywhere: see the language's description at `parseQuery`. */
const word = fc
  .oneof(
    fc.string({ unit: character, minLength: 1, maxLength: 12 }),
    fc.constantFrom('f(x)', '(un)b', 'O(n', 'x()y'),
  )
  .map((text) => text.normalize('NFC'))
  .filter((text) => !/^(?:[-"“”„«»]|(?:AND|OR|NOT|\|)$)/.test(text) && !KEY.test(text))

const phrase = fc
  .tuple(
    fc.array(fc.string({ unit: character, minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
    fc.constantFrom(/["“”„]/g, /[«»]/g),
  )
  // What was quoted has the characters of one group of quotes at most.
  .map(([words, quotes]) => words.join(' ').replace(quotes, "'").normalize('NFC'))

const day = fc
  .date({ min: new Date('1000-01-01'), max: new Date('2999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
// Days at which years and months begin and end, by which a range is written shorter.
const edge = fc
  .tuple(
    fc.integer({ min: 2023, max: 2025 }),
    fc.constantFrom('01-01', '02-29', '03-01', '06-30', '12-01', '12-31'),
  )
  .map(([year, rest]) => `${year}-${year % 4 !== 0 && rest === '02-29' ? '02-28' : rest}`)
const anyDay = fc.oneof(day, edge)

const dates = fc
  .tuple(anyDay, anyDay, fc.constantFrom<'both' | 'from' | 'to'>('both', 'from', 'to'))
  .map(([one, other, ends]): QueryTerm => {
    const [from, to] = one <= other ? [one, other] : [other, one]
    return { kind: 'date', from: ends === 'to' ? null : from, to: ends === 'from' ? null : to }
  })

const category = fc.oneof(
  fc.constantFrom(
    'cs',
    'cs.CL',
    'stat.ML',
    'astro-ph.CO',
    'cond-mat.mes-hall',
    'hep-th',
    'cs.XX',
    'Machine Learning',
    'No.*',
  ),
  phrase.filter((text) => !/^[a-z]+\.?\S*$/i.test(text)),
)

/** A term as `parseQuery` can give it. */
export const anyTerm: fc.Arbitrary<QueryTerm> = fc.oneof(
  fc.record({ kind: fc.constant('word'), field, text: word }),
  fc.record({ kind: fc.constant('phrase'), field, text: phrase }),
  fc.record({ kind: fc.constant('category'), category }),
  dates,
  fc.record({ kind: fc.constant('has'), what: fc.constantFrom('code', 'data', 'model') }),
)

const clause: fc.Arbitrary<QueryClause> = fc.record({
  not: fc.boolean(),
  anyOf: fc.array(anyTerm, { minLength: 1, maxLength: 3 }),
})

/** A query as `parseQuery` can give it, short enough to be written down whole. */
export const anyQuery: fc.Arbitrary<Query> = fc.record({
  clauses: fc.array(clause, { maxLength: 5 }),
  sort: fc.constantFrom('relevance', 'new', 'hot', 'top'),
})
