import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { othersText, readOthers } from './others.ts'

describe('what a list of authors says of others', () => {
  it.each([
    ['others', undefined],
    ['and others', undefined],
    ['et al.', undefined],
    ['et al', undefined],
    ['Et. al.', undefined],
    ['u. a.', undefined],
    ['und andere', undefined],
    ['y otros', undefined],
    ['et autres', undefined],
    ['и др.', undefined],
    ['等', undefined],
    ['...', undefined],
    ['…', undefined],
    ['etc.', undefined],
    ['and co-workers', undefined],
    ['(200 more)', 200],
    ['and 200 more authors', 200],
    ['+ 12 others', 12],
    ['+12', 12],
    ['[and 3,456 others]', 3456],
    ['and 3\u202f456 others', 3456],
    ['et al., (50 more)', 50],
    ['et al. (2915 additional authors not shown)', 2915],
    ['외 3명', 3],
    ['等12人', 12],
    ['& al.', undefined],
    ['et coll.', undefined],
    ['i inni', undefined],
    ['og andre', undefined],
    ['and more', undefined],
    ['and the rest', undefined],
    ['(additional authors not shown)', undefined],
    ['and two others', undefined],
    ['and over 200 others', 200],
    ['and 200+ others', 200],
    ['und 12 weitere Autoren', 12],
    ['plus 12', 12],
    ['12+', 12],
    ['et al., 2019', undefined],
  ])('%s is no author', (item, missing) => {
    expect(readOthers(item)).toEqual({ name: '', others: missing === undefined ? {} : { missing } })
  })

  it.each([
    ['Ann Lee et al.', undefined],
    ['Ann Lee, et al', undefined],
    ['Ann Lee and others', undefined],
    ['Ann Lee y otros', undefined],
    ['Ann Lee u. a.', undefined],
    ['Ann Lee...', undefined],
    ['Ann Lee …', undefined],
    ['Ann Lee (200 more)', 200],
    ['Ann Lee and 200 more authors', 200],
    ['Ann Lee + 12 others', 12],
    ['Ann Lee [and 3,456 others]', 3456],
    ['Ann Lee (et al.)', undefined],
    ['Ann Lee et al., 2019', undefined],
    ['Ann Lee et al., +12', 12],
    ['Ann Lee & al.', undefined],
    ['… Ann Lee', undefined],
    ['. . . & Ann Lee', undefined],
  ])('%s is an author and others', (item, missing) => {
    expect(readOthers(item)).toEqual({ name: 'Ann Lee', others: missing === undefined ? {} : { missing } })
  })

  it.each([
    'U. A.',
    'Khan, U. A.',
    'Al Gore',
    'Etal Cohen',
    'Jane Others',
    'Ned More',
    'J. Etchells',
    'Bo Alia',
    'Anders Sand',
    'Andre',
    'Joao e Andre',
    'Colin Forrest',
    'Van Dalen',
  ])('%s is an author', (name) => {
    expect(readOthers(name)).toEqual({ name, others: null })
  })

  it('is apart from the collaboration that follows', () => {
    expect(readOthers('Aad, G. et al. (ATLAS Collaboration)')).toEqual({
      name: 'Aad, G. (ATLAS Collaboration)',
      others: {},
    })
  })

  it('is read back as it is written', () => {
    fc.assert(
      fc.property(fc.option(fc.integer({ min: 1, max: 100_000 })), (missing) => {
        expect(readOthers(othersText(missing))).toEqual({
          name: '',
          others: missing === null ? {} : { missing },
        })
      }),
    )
  })
})
