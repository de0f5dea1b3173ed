import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitName } from './guess-name.ts'
import { nameKey } from './names.ts'

describe('splitting a name', () => {
  it.each([
    ['Ada Loon', 'Ada', 'Loon', undefined],
    ['Ada B. C. Loon', 'Ada B. C.', 'Loon', undefined],
    ['Loon, Ada B.', 'Ada B.', 'Loon', undefined],
    ['Ludo van den Berg', 'Ludo', 'van den Berg', undefined],
    ['Ludo Van Der Berg', 'Ludo', 'Van Der Berg', undefined],
    ['Ana de la Cruz', 'Ana', 'de la Cruz', undefined],
    ['Ana De La Cruz', 'Ana', 'De La Cruz', undefined],
    ['Jo von Neustadt', 'Jo', 'von Neustadt', undefined],
    ['Ana Ramón y Cajal', 'Ana', 'Ramón y Cajal', undefined],
    ['Thi Le Tran', 'Thi Le', 'Tran', undefined],
    ['Sam Poe Jr.', 'Sam', 'Poe', 'Jr.'],
    ['Sam Poe, Jr.', 'Sam', 'Poe', 'Jr.'],
    ['Poe, Jr., Sam', 'Sam', 'Poe', 'Jr.'],
    ['Sam D. Poe III', 'Sam D.', 'Poe', 'III'],
    ['王小明', '小明', '王', undefined],
    ['欧阳小明', '小明', '欧阳', undefined],
    ['山田 太郎', '太郎', '山田', undefined],
    ['김민수', '민수', '김', undefined],
    ['Jean-Luc  O’Neil', 'Jean-Luc', 'O’Neil', undefined],
  ])('%s', (name, given, family, suffix) => {
    expect(splitName(name)).toEqual(suffix === undefined ? { given, family } : { given, family, suffix })
  })

  it.each([
    'Plato',
    '',
    '...',
    'van Dyk',
    'The Tide Collaboration',
    'ATLAS Collaboration',
    'Tide Research Team',
    'University of Nowhere',
    '山田太郎一',
    'Poe, Sam, and others, too',
    'Model 7',
  ])('%s is in one piece', (name) => {
    expect(splitName(name)).toBeNull()
  })

  it('has two parts with letters in them or none', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."aZé王 .,'-", 'van ', 'de ', 'Jr. ') }), (name) => {
        const split = splitName(name)
        if (split === null) return
        expect(split.family).toMatch(/\p{L}/u)
        expect(split.given.trim()).not.toBe('')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the key of a name', () => {
  it.each([
    ['Ada B. Loon', 'ada-b-loon'],
    ['Łukasz Kaïser', 'lukasz-kaiser'],
    ['Jürgen Weiß', 'jurgen-weiss'],
    ['Søren Ørsted', 'soren-orsted'],
    ['Đặng Æsir Œuvre Yıldız', 'dang-aesir-oeuvre-yildiz'],
    ["Sinéad O'Neil", 'sinead-oneil'],
    ['  --Jean--Luc-- ', 'jean-luc'],
    ['王小明', '王小明'],
    ['Ада Лунная', 'ада-лунная'],
    ['ガガ', 'ガガ'],
    ['İpek', 'ipek'],
  ])('%s is %s', (name, key) => {
    expect(nameKey(name)).toBe(key)
  })

  it('is its own key, and there for every name with a letter or digit', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })), (name) => {
        const key = nameKey(name)
        expect(nameKey(key)).toBe(key)
        if (/[\p{L}\p{N}]/u.test(name.normalize('NFKC'))) expect(key).not.toBe('')
        expect(key).toMatch(/^(?:[a-z0-9]|\P{ASCII})*(?:-(?:[a-z0-9]|\P{ASCII})+)*$/u)
      }),
      { numRuns: 5000 },
    )
  })
})
