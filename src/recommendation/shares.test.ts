import { expect, it } from 'vitest'
import { sharesOf } from './shares.ts'
import type { Act, Reason } from './taste.ts'

const act: Act = { kind: 'vote', paperId: 1, text: null, at: new Date(0) }
const reason = (part: number, effect = part): Reason => ({ act, part, effect })
const shares = (score: number, parts: number[]) =>
  sharesOf({ score, reasons: parts.map((part) => reason(part)) }).map(({ share }) => share)

it('tells shares of all that speaks for a paper', () => {
  expect(shares(0.75, [0.75, 0.25, -0.25])).toEqual([0.75, 0.25, -0.25])
})

it('counts what speaks for it without being told', () => {
  expect(shares(1, [0.5])).toEqual([0.5])
})

it('tells how much less there would be without an act', () => {
  expect(sharesOf({ score: 2, reasons: [reason(2, 1)] })).toMatchObject([{ share: 1, lost: 0.5 }])
})

it('has none where nothing speaks for a paper', () => {
  expect(shares(-0.5, [-0.5])).toEqual([])
  expect(shares(0, [])).toEqual([])
})
