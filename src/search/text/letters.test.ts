import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold, isSignName, signName } from './letters.ts'

describe('folding', () => {
  it.each([
    ['TENSOR', 'tensor'],
    ['Ångström', 'angstrom'],
    ['Ängström', 'angstrom'],
    ['Weiß', 'weiss'],
    ['ŒUVRE', 'oeuvre'],
    ['ﬀ', 'ff'],
    ['İıĦ', 'iih'],
    ['Ⅳ', 'iv'],
    ['x₁²', 'x12'],
    ['Йод', 'иод'],
    ['שָׁלוֹם', 'שלום'],
    ['مُعَلِّم', 'معلم'],
    ['हिन्दी', 'हिन्दी'],
    ['が', 'が'],
    ['한국', '한국'],
    ['Σοφός', 'σοφοσ'],
  ])('%s is %s', (word, folded) => {
    expect(fold(word)).toBe(folded)
  })

  it('is done once', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })), (word) => {
        const folded = fold(word)
        if (/[^\x20-\x7e]/.test(word)) expect(folded).not.toMatch(/[^\p{L}\p{M}\p{N}.]/u)
        expect(fold(folded)).toBe(folded)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('the name of a sign', () => {
  it.each([
    ['α', 'alpha'],
    ['Ω', 'omega'],
    ['\u2126', 'omega'],
    ['ϑ', 'theta'],
    ['ς', 'sigma'],
    ['ά', 'alpha'],
    ['𝛼', 'alpha'],
    ['ᵦ', 'beta'],
    ['µ', 'mu'],
    ['∞', 'infinity'],
    ['ℏ', 'hbar'],
    ['\u212b', 'angstrom'],
  ])('%s is %s', (sign, name) => {
    expect(signName(sign)).toBe(name)
    expect(isSignName(name)).toBe(true)
  })

  it.each(['a', 'π2', '量', ''])('%j has none', (letter) => {
    expect(signName(letter)).toBeUndefined()
  })
})
