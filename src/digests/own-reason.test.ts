import { expect, it } from 'vitest'
import type { ActKind, RankedPaper, Reason } from '../recommendation/taste.ts'
import { ownReason } from './own-reason.ts'

const titles = new Map([
  [1, 'Why tides turn'],
  [2, 'Slow water'],
  [3, 'Sand in motion'],
])

function did(kind: ActKind, paperId: number | null, part = 1, text: string | null = null): Reason {
  return { act: { kind, paperId, text, at: new Date(0) }, part, effect: part }
}

function ranked(changes: Partial<RankedPaper> = {}): RankedPaper {
  return {
    id: 9,
    score: 1,
    interest: null,
    followed: { topic: null, author: null },
    outside: false,
    seen: false,
    reasons: [],
    moreReasons: 0,
    forIt: 1,
    ...changes,
  }
}

const told = (changes: Partial<RankedPaper>, isOfInterest = false) =>
  ownReason(ranked(changes), { titles, isOfInterest })

it('tells what a reader did that a paper is there for', () => {
  expect(told({ reasons: [did('vote', 1), did('save', 2), did('vote', 3)] })).toBe(
    'Because you voted for “Why tides turn” and saved “Slow water”',
  )
  expect(told({ reasons: [did('vote', 1), did('vote', 2)] })).toBe(
    'Because you voted for “Why tides turn” and “Slow water”',
  )
  expect(told({ reasons: [did('search', null, 1, 'tidal locks')] })).toBe(
    'Because you searched for “tidal locks”',
  )
})

it('leaves out what speaks against a paper, what may not be told of, and the same twice', () => {
  expect(told({ reasons: [did('vote', 1, -1), did('not-for-me', 2), did('vote', 77), did('like', 3)] })).toBe(
    'Because you chose “Sand in motion” as one to read',
  )
  expect(told({ reasons: [did('vote', 1), did('save', 1)] })).toMatch(
    /^Because you \w+( for)? “Why tides turn”$/,
  )
  expect(told({})).toBe('')
})

it('names the interest, what is followed, and that a paper is from elsewhere', () => {
  const interest = { id: 4, name: 'Tides' }
  expect(told({ interest, reasons: [did('vote', 1)] })).toBe('Tides · Because you voted for “Why tides turn”')
  expect(told({ interest }, true)).toBe('')
  expect(told({ followed: { author: 'Ada Lovelace', topic: 'cs.CL' } })).toBe(
    'By Ada Lovelace, whom you follow · In Computation and Language, which you follow',
  )
  expect(told({ outside: true })).toBe('Outside your interests')
})

it('shortens long titles at a word', () => {
  const long = new Map([[1, `Tides ${'and tides '.repeat(30)}`]])
  const text = ownReason(ranked({ reasons: [did('vote', 1)] }), { titles: long, isOfInterest: false })
  expect(text.length).toBeLessThan(125)
  expect(text).toMatch(/(and|tides)…”$/)
})
