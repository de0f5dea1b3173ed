import fc from 'fast-check'
import { expect, it } from 'vitest'
import { authorsInLine, splitAuthorLine } from './author-list.ts'

it.each([
  ['Ann Lee', ['Ann Lee']],
  ['A. Lee, B. Ek and C. Fo', ['A. Lee', 'B. Ek', 'C. Fo']],
  ['A. Lee, B. Ek, and C. Fo', ['A. Lee', 'B. Ek', 'C. Fo']],
  ['A. Lee (1 and 2), B. Ek (Lab (Town), X) ((1) Univ., (2) Lab)', ['A. Lee', 'B. Ek']],
  ['A. Lee, Jr., B. Ek III', ['A. Lee Jr.', 'B. Ek III']],
  ['A. Lee et al.', ['A. Lee']],
  ['A. Lee, et al. (50 more)', ['A. Lee']],
  ['The CMS Collaboration', ['The CMS Collaboration']],
  ['CMS Collaboration: A. Lee, B. Ek', ['CMS Collaboration', 'A. Lee', 'B. Ek']],
  ['The CMS and ATLAS Collaborations', ['The CMS and ATLAS Collaborations']],
  ['A. Lee for the CMS Collaboration', ['A. Lee', 'CMS Collaboration']],
  ['Anders Sand, Andy Band', ['Anders Sand', 'Andy Band']],
  ['A. Lee (Univ. X, B. Ek', ['A. Lee']],
  ['A. Lee, B. Ek for the ALEPH Collaboration', ['A. Lee', 'B. Ek', 'ALEPH Collaboration']],
  ['A. Lee, for the ALEPH Collaboration', ['A. Lee', 'ALEPH Collaboration']],
  ['A. Lee et al. (ATLAS Collaboration)', ['A. Lee', 'ATLAS Collaboration']],
  ['ATLAS Collaboration (G. Aad et al.)', ['ATLAS Collaboration', 'G. Aad']],
  [
    'The Event Horizon Telescope Collaboration: K. Akiyama, A. Alberdi, ...',
    ['The Event Horizon Telescope Collaboration', 'K. Akiyama', 'A. Alberdi'],
  ],
  [
    'The LIGO Scientific Collaboration, the Virgo Collaboration, the KAGRA Collaboration',
    ['The LIGO Scientific Collaboration', 'the Virgo Collaboration', 'the KAGRA Collaboration'],
  ],
  [
    'A. Lee and B. Ek, the LIGO, Virgo, and KAGRA Collaborations',
    ['A. Lee', 'B. Ek', 'the LIGO, Virgo, and KAGRA Collaborations'],
  ],
  ['', []],
])('the line “%s”', (line, names) => {
  expect(splitAuthorLine(line)).toEqual(names)
})

it('gives trimmed names for any line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (line) => {
      for (const name of splitAuthorLine(line)) expect(name).toBe(name.trim())
    }),
  )
})

it.each([
  ['Lee, Ann', ['Lee, Ann']],
  ['García López, A.', ['García López, A.']],
  ['Lee, Ann; Ek, Bo', ['Lee, Ann', 'Ek, Bo']],
  [
    'García López, Ann; Poe, Sam, Jr.; ATLAS Collaboration',
    ['García López, Ann', 'Poe, Sam, Jr.', 'ATLAS Collaboration'],
  ],
  ['Lee, Ann and van der Berg, Bo and others', ['Lee, Ann', 'van der Berg, Bo']],
  ['Lee, A. B., Ek, C., and Fo, D.-E.', ['Lee, A. B.', 'Ek, C.', 'Fo, D.-E.']],
  ['A. Lee; B. Ek', ['A. Lee', 'B. Ek']],
  ['Ann Lee, Bo Ek', ['Ann Lee', 'Bo Ek']],
  ['Ann Lee, Bo Ek and Cy Fo', ['Ann Lee', 'Bo Ek', 'Cy Fo']],
  ['Ann Lee, Bo Ek and the ABC Collaboration', ['Ann Lee', 'Bo Ek', 'the ABC Collaboration']],
])('the line “%s”, whichever name comes first in it', (line, names) => {
  expect(authorsInLine(line).authors.map(({ name }) => name)).toEqual(names)
})

it.each([
  ['A. Lee', undefined],
  ['A. Lee et al.', {}],
  ['A. Lee, B. Ek, and others', {}],
  ['A. Lee, et al. (50 more)', { missing: 50 }],
  ['A. Lee, B. Ek and 3,456 others', { missing: 3456 }],
  ['A. Lee, B. Ek [and 3,456 others]', { missing: 3456 }],
  ['A. Lee, B. Ek (2915 additional authors not shown)', { missing: 2915 }],
  ['A. Lee, B. Ek + 12 others', { missing: 12 }],
  ['A. Lee u. a.', {}],
  ['A. Lee y otros', {}],
  ['A. Lee, ..., Z. Zed', {}],
  ['Lee, Ann; Ek, Bo; et al.', {}],
])('the others of the line “%s”', (line, others) => {
  expect(authorsInLine(line).others).toEqual(others)
})

it('takes time in proportion to the line', () => {
  for (const piece of [
    'the a, ',
    '(',
    '[',
    'a and ',
    'Lee, A., ',
    ', ',
    '(x collaboration ',
    'the a and b, ',
  ]) {
    const started = performance.now()
    authorsInLine(`${piece.repeat(20_000)} collaborations`)
    expect(performance.now() - started).toBeLessThan(2_000)
  }
})
