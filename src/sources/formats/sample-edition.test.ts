import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { collect, feed, papersIn, refusalsIn } from '../feed.fixture.ts'
import { decodeText } from './decode-text.ts'
import { readSampleEdition } from './sample-edition.ts'

const paper = {
  rank: 1,
  arxivId: '2412.00001',
  title: 'Lakes',
  synopsis: 'On lakes.',
  authors: ['Ann Lee'],
  published: null,
  primaryCategory: 'cs.AI',
  categories: ['cs.AI'],
  doi: null,
  links: [{ kind: 'code', url: 'https://github.com/lee/lakes' }],
}
const read = (value: unknown) => collect(readSampleEdition(feed(JSON.stringify(value))))

describe('the sample edition', () => {
  it('lists its papers on its day', async () => {
    const outcomes = await read({ date: '2025-07-08', papers: [paper, { ...paper, rank: 2, title: '' }] })
    expect(papersIn(outcomes)).toEqual([
      {
        source: 'sample',
        identifiers: [{ scheme: 'arxiv', value: '2412.00001' }],
        title: 'Lakes',
        synopsis: 'On lakes.',
        authors: [{ name: 'Ann Lee' }],
        primaryCategory: 'cs.AI',
        categories: ['cs.AI'],
        links: [{ kind: 'code', url: 'https://github.com/lee/lakes' }],
        listing: { date: '2025-07-08', rank: 1, of: 2 },
      },
    ])
    expect(refusalsIn(outcomes)).toEqual(['paper 2: It has no title.'])
  })

  it('is refused whole where it is not one', async () => {
    expect(refusalsIn(await read({ date: '2025-02-30', papers: [] }))[0]).toMatch(
      /^the edition: The field “date”/,
    )
    expect(refusalsIn(await collect(readSampleEdition(feed('{'))))[0]).toMatch(
      /^the edition: .*not valid JSON/,
    )
  })

  const real = join(import.meta.dirname, '../../db/seed/sample-edition.json')
  it.skipIf(!existsSync(real))('that comes with the program is read without a refusal', async () => {
    const outcomes = await collect(readSampleEdition(decodeText(createReadStream(real))))
    expect(refusalsIn(outcomes)).toEqual([])
    expect(papersIn(outcomes).length).toBeGreaterThan(0)
  })
})
