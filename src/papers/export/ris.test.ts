import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Paper } from '../paper.ts'
import { inventedPaper } from './invented-paper.fixture.ts'
import { toRis } from './ris.ts'

const OPTIONS = { url: 'https://papers.example/papers/2412.19723', siteName: 'Example Papers' }
const TAGS = /^(?:TI|AU|PY|DA|AB|T2|JO|VL|IS|SP|EP|PB|AN|M3|DO|UR|KW|N1|C1|DP|ID)$/

/** The tags and values of one RIS record; throws where a line breaks the grammar of RIS. */
function readRis(record: string): [tag: string, value: string][] {
  const lines = record.split('\r\n')
  expect(lines.pop()).toBe('')
  const read = lines.map((line): [string, string] => {
    const [, tag = '', value = ''] = /^([A-Z][A-Z0-9]) {2}- ([^\p{Cc}\u2028\u2029]*)$/u.exec(line) ?? []
    if (tag === '') throw new Error(`not a line of RIS: ${JSON.stringify(line)}`)
    return [tag, value]
  })
  expect(read.at(0)?.[0]).toBe('TY')
  expect(read.at(-1)).toEqual(['ER', ''])
  for (const [tag, value] of read.slice(1, -1)) {
    if (!TAGS.test(tag) || value === '' || value !== value.trim())
      throw new Error(`${tag}: ${JSON.stringify(value)}`)
  }
  return read
}

function ris(facts: Partial<Paper> = {}): [tag: string, value: string][] {
  return readRis(toRis(inventedPaper(facts), OPTIONS))
}

describe('a paper as RIS', () => {
  it('is the record that its readers expect', () => {
    expect(ris()).toEqual([
      ['TY', 'UNPB'],
      ['TI', 'TideGauges: Sea Levels at O(n²) Cost'],
      ['AU', 'van Loon, Ada B.'],
      ['AU', 'The Tide Collaboration'],
      ['AU', '王, 小明'],
      ['PY', '2024'],
      ['DA', '2024/12/27/'],
      ['AB', 'We measure 5% of all tides.'],
      ['PB', 'arXiv'],
      ['AN', 'arXiv:2412.19723'],
      ['M3', 'preprint'],
      ['DO', '10.1000/tide_1'],
      ['UR', 'https://papers.example/papers/2412.19723'],
      ['KW', 'cs.LG'],
      ['KW', 'physics.ao-ph'],
      ['N1', '12 pages'],
      ['DP', 'Example Papers'],
      ['ID', '2412.19723'],
      ['ER', ''],
    ])
  })

  it('is an article in its journal when it has a journal reference', () => {
    const record = new Map(ris({ journalReference: 'J. Tides 4 (2024) 1-9' }))
    expect(record.get('TY')).toBe('JOUR')
    expect(record.get('T2')).toBe('J. Tides 4 (2024) 1-9')
    expect(record.get('JO')).toBe('J. Tides 4 (2024) 1-9')
    expect(record.has('M3')).toBe(false)
  })

  it('says a date as exactly as it is known', () => {
    const date = (published: Paper['published']) => new Map(ris({ published })).get('DA')
    expect(date({ precision: 'year', value: '2014' })).toBe('2014///')
    expect(date({ precision: 'month', value: '2014-02' })).toBe('2014/02//')
    expect(date({ precision: 'time', value: '2014-02-11T10:00:00.000Z' })).toBe('2014/02/11/')
    expect(date(null)).toBeUndefined()
  })

  it('sets a suffix behind the given name and says that a paper is withdrawn', () => {
    const record = ris({ authors: [{ name: 'Sam Poe Jr.' }], withdrawn: true, comments: 'See v1' })
    expect(record).toContainEqual(['AU', 'Poe, Sam, Jr.'])
    expect(record).toContainEqual(['N1', 'Withdrawn. See v1'])
  })

  it('has names as their sources divide them, and says when authors are left out', () => {
    const authors = [
      { name: 'Ann García López', family: 'García López', given: 'Ann' },
      { name: 'Ludwig van Beethoven', family: 'Beethoven', given: 'Ludwig', droppingParticle: 'van' },
      { name: 'Jean d’Alembert', family: 'Alembert', given: 'Jean', nonDroppingParticle: 'd’' },
      { name: 'Plato of Athens', literal: true as const },
    ]
    const named = (facts: Partial<Paper>) =>
      ris({ authors, ...facts }).flatMap(([tag, name]) => (tag === 'AU' ? [name] : []))
    const names = ['García López, Ann', 'van Beethoven, Ludwig', 'd’Alembert, Jean', 'Plato of Athens']
    expect(named({})).toEqual(names)
    expect(named({ authorsTruncated: true })).toEqual([...names, 'et al.'])
    expect(named({ authorsTruncated: true, authorsMissing: 1200 })).toEqual([...names, 'et al. (1,200 more)'])
  })

  it('keeps to its lines whatever the texts are', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'aé \\{}$%\r\n\t\u2028\u0000', 'ER  - ', 'TY  - ') }),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(text, text, text, text, (title, name, abstract, comments) => {
        const record = ris({
          title: `Tides ${title}`,
          authors: [{ name }],
          abstract,
          comments,
          journalReference: comments,
        })
        expect(record.filter(([tag]) => tag === 'TY' || tag === 'ER')).toHaveLength(2)
        expect(new Map(record).get('TI')).toMatch(/^Tides/)
      }),
      { numRuns: 500 },
    )
  })
})
