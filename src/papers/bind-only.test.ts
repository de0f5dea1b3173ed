import { expect, it } from 'vitest'
import { stated } from '../../test/papers.ts'
import { bindOnly } from './bind-only.ts'

const EVIL = { scheme: 'doi', value: '10.5555/evil' } as const
const VICTIM = { scheme: 'arxiv', value: '2601.00001' } as const

it('leaves a statement the identifier that was asked for, and makes claims of the others', () => {
  const bound = bindOnly(
    stated(['2601.00001', 'doi/10.5555/evil', 'doi/10.5555/other'], { source: 'doi' }),
    EVIL,
  )
  expect(bound).toEqual({
    source: 'doi',
    title: 'On 2601.00001',
    identifiers: [EVIL],
    claims: [VICTIM, { scheme: 'doi', value: '10.5555/other' }],
  })
  expect(bindOnly(bound, EVIL)).toEqual(bound)
  const alone = stated('doi/10.5555/evil', { source: 'doi' })
  expect(bindOnly(alone, EVIL)).toEqual(alone)
  // A record that does not even name what was asked for speaks of that all the same.
  expect(bindOnly(stated('2601.00001', { source: 'doi' }), EVIL)).toMatchObject({
    identifiers: [EVIL],
    claims: [VICTIM],
  })
})

it('keeps the DOI that authors give at arXiv as a link', () => {
  const bound = bindOnly(stated(['2601.00001', 'doi/10.1000/a#b<c>']), VICTIM)
  expect(bound).toMatchObject({
    identifiers: [VICTIM],
    claims: [{ scheme: 'doi', value: '10.1000/a#b<c>' }],
    links: [{ kind: 'paper', url: 'https://doi.org/10.1000/a%23b%3Cc%3E' }],
  })
  expect(bindOnly(bound, VICTIM)).toEqual(bound)
})
