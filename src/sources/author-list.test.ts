import fc from 'fast-check'
import { expect, it } from 'vitest'
import { splitAuthorLine } from './author-list.ts'

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
