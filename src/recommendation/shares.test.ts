import { expect, it } from 'vitest'
import { sharesOf } from './shares.ts'
import type { Act, Reason } from './taste.ts'

const act: Act = { kind: 'vote', paperId: 1, text: null, at: new Date(0) }
const reason = (part: number, effect = part): Reason => ({ act, part, effect })

it('tells shares of all that speaks for a paper, told or not', () => {
  const shares = sharesOf({ forIt: 2, reasons: [reason(1), reason(0.5), reason(-0.25)] })
  expect(shares.map(({ share }) => share)).toEqual([0.5, 0.25, -0.125])
})

it('tells how much less there would be without an act', () => {
  expect(sharesOf({ forIt: 2, reasons: [reason(2, 1)] })).toMatchObject([{ share: 1, lost: 0.5 }])
})

it('has none where nothing speaks for a paper', () => {
  expect(sharesOf({ forIt: 0, reasons: [reason(-0.5)] })).toEqual([])
})
