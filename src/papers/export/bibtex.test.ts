import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from '@retorquere/bibtex-parser'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Paper } from '../paper.ts'
import { plainText } from '../plain-text.ts'
import { toBibtex, withDistinctKeys } from './bibtex.ts'
import { inventedPaper } from './invented-paper.fixture.ts'

const CORPUS = join(import.meta.dirname, '../../../../shared/data/arxiv-40k.jsonl.gz')
const SAMPLE = 500
const OPTIONS = { url: 'https://papers.example/papers/2412.19723', siteName: 'Example Papers' }

function bibtex(facts: Partial<Paper> = {}): string {
  return toBibtex(inventedPaper(facts), OPTIONS)
}

function readBack(entry: string) {
  const library = parse(entry, { sentenceCase: false, unsupported: (_node, tex) => tex })
  expect(library.errors).toEqual([])
  expect(library.entries).toHaveLength(1)
  const [read] = library.entries
  if (read === undefined) throw new Error('no entry')
  return read
}

/** What two writings of one title share, whatever became of markup and spaces. */
function letters(text: string): string {
  return text
    .replace(/<[^>]+>/g, '')
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase()
}

/** The places where BibTeX's own count of braces, which knows no backslash, would end the entry too soon. */
function braceDepths(entry: string): { lowest: number; last: number } {
  let last = 0
  let lowest = Infinity
  const body = entry.slice(entry.indexOf('{') + 1, entry.lastIndexOf('}'))
  for (const character of body) {
    last += character === '{' ? 1 : character === '}' ? -1 : 0
    lowest = Math.min(lowest, last)
  }
  return { lowest, last }
}

describe('a paper as BibTeX', () => {
  it('is the entry that its readers expect', () => {
    expect(bibtex({ comments: '12 pages & 3 figures', synopsis: null })).toBe(
      [
        '@misc{vanloon2024tidegauges,',
        '  title = {{TideGauges: Sea Levels at $O(n^2)$ Cost}},',
        '  author = {van Loon, Ada B. and {The Tide Collaboration} and 王, 小明},',
        '  year = {2024},',
        '  month = dec,',
        '  day = {27},',
        '  eprint = {2412.19723},',
        '  archivePrefix = {arXiv},',
        '  primaryClass = {cs.LG},',
        '  doi = {10.1000/tide_1},',
        '  url = {https://papers.example/papers/2412.19723},',
        '  keywords = {cs.LG, physics.ao-ph},',
        '  note = {12 pages \\& 3 figures},',
        '  abstract = {We measure 5\\% of all tides.},',
        '}',
        '',
      ].join('\n'),
    )
  })

  it('is an article with its journal when it has a journal reference', () => {
    const entry = bibtex({ journalReference: 'J. Tides 4 (2024) 1-9' })
    expect(entry).toMatch(/^@article\{/)
    expect(readBack(entry).fields['journal']).toContain('J. Tides 4 (2024)')
  })

  it('says that a paper is withdrawn', () => {
    expect(bibtex({ withdrawn: true, comments: 'An error in Lemma 2' })).toContain(
      'note = {Withdrawn. An error in Lemma 2}',
    )
  })

  it('is keyed by the arXiv id when it has no authors', () => {
    expect(bibtex({ authors: [] })).toMatch(/^@misc\{arxiv-2412\.19723,/)
    expect(bibtex({ authors: [], arxivId: 'math/0309136' })).toMatch(/^@misc\{arxiv-math-0309136,/)
    expect(bibtex({ authors: [], arxivId: null, address: 'doi/10.1000/(a)' })).toMatch(
      /^@misc\{doi-10\.1000-a-,/,
    )
  })

  it('has an ASCII key of the family name, the year and the first word that says something', () => {
    const key = (facts: Partial<Paper>) => /\{([^,]*),/.exec(bibtex(facts))?.[1]
    expect(key({ title: 'On the Étale Site', authors: [{ name: 'Jo Løvås' }] })).toBe('lovas2024etale')
    expect(key({ title: 'A', authors: [{ name: 'Jo Day' }], published: null })).toBe('daya')
  })

  it('has a key of its own in a file of any length', () => {
    const withKey = withDistinctKeys({ most: 2 })
    const keys = ['2601.00001', '2601.00002', 'math/0309136', 'doi/10.1000/(a)', 'doi/10.1000/[a]'].map(
      (address) => /\{([^,]*),/.exec(withKey(bibtex({ address }), { address }))?.[1],
    )
    expect(keys).toEqual([
      'vanloon2024tidegauges',
      'vanloon2024tidegaugesb',
      'vanloon2024tidegauges-math_2f_0309136',
      'vanloon2024tidegauges-doi_2f_10.1000_2f__28_a_29_',
      'vanloon2024tidegauges-doi_2f_10.1000_2f__5b_a_5d_',
    ])
  })

  it('keeps formulas and escapes the rest', () => {
    const entry = bibtex({ title: 'Sets $\\left\\{x\\right.$ in A_1 & 50\\% of {B}, C:\\textbackslash~{' })
    expect(entry).toContain('{{Sets $\\left\\lbrace x\\right.$ in A\\_1 \\& 50\\% of B, C:\\textbackslash{}')
    expect(braceDepths(entry)).toEqual({ lowest: 0, last: 0 })
  })

  it('brings back the signs that TeX has other uses for', () => {
    expect(readBack(bibtex({ title: 'Is a < b > c | d & e_f?' })).fields['title']).toBe(
      'Is a < b > c | d & e_f?',
    )
  })

  it('gives families, particles and suffixes their places', () => {
    const authors = ['Ludo van den Berg', 'Sam Poe Jr.', 'Plato', 'Ann and Sons, Bo'].map((name) => ({
      name,
    }))
    const read = readBack(bibtex({ authors })).fields.author
    expect(read?.[0]).toMatchObject({ firstName: 'Ludo' })
    expect(`${read?.[0]?.prefix ?? ''} ${read?.[0]?.lastName}`.trim()).toBe('van den Berg')
    expect(read?.[1]).toMatchObject({ firstName: 'Sam', lastName: 'Poe', suffix: 'Jr.' })
    expect(read?.[2]).toMatchObject({ name: 'Plato' })
    expect(read).toHaveLength(4)
  })

  it('has names as their sources divide them, and says when authors are left out', () => {
    const authors = [
      { name: 'Ann García López', family: 'García López', given: 'Ann' },
      { name: 'Ana Ramón y Cajal', family: 'Ramón y Cajal', given: 'Ana' },
      {
        name: 'Ludwig van Beethoven Jr.',
        family: 'Beethoven',
        given: 'Ludwig',
        droppingParticle: 'van',
        suffix: 'Jr.',
      },
      { name: 'Ann Lee', literal: true as const },
      { name: 'Atlas Team', kind: 'collaboration' as const },
      { name: 'Wang Xiaoming' },
    ]
    expect(bibtex({ authors, authorsTruncated: true, authorsMissing: 3 })).toContain(
      '  author = {García López, Ann and {Ramón y Cajal}, Ana and van Beethoven, Jr., Ludwig and {Ann Lee} and ' +
        '{Atlas Team} and {Wang Xiaoming} and others},',
    )
    expect(bibtex({ authors })).toMatch(/^@misc\{garcialopez2024/)
  })

  it('can be read back whatever title, name and abstract are', () => {
    const tex = fc.string({ unit: fc.constantFrom(...'aZé \\{}$%&#_^~"@,=`\'-\n1()[]é∀') })
    const text = fc.oneof(tex, fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(text, text, text, (title, name, abstract) => {
        const entry = bibtex({ title: `Tides ${title}`, authors: [{ name }, { name: 'Ada Day' }], abstract })
        expect(braceDepths(entry)).toEqual({ lowest: 0, last: 0 })
        const read = readBack(entry)
        expect(read.fields.author?.at(-1)).toMatchObject({ firstName: 'Ada', lastName: 'Day' })
        expect(read.fields['title']).toContain('Tides')
        expect(read.fields['eprint']).toBe('2412.19723')
      }),
      { numRuns: 200 },
    )
  })

  it.skipIf(!existsSync(CORPUS))('of real records is read back with its title', { timeout: 600_000 }, () => {
    const records = gunzipSync(readFileSync(CORPUS)).toString('utf8').trim().split('\n')
    const step = Math.max(1, Math.floor(records.length / SAMPLE))
    const lost: string[] = []
    for (let index = 0; index < records.length; index += step) {
      const record = JSON.parse(records[index] ?? '') as { id: string; title: string; abstract: string }
      const entry = bibtex({ arxivId: record.id, title: record.title, abstract: record.abstract })
      const title = readBack(entry).fields['title'] ?? ''
      // Formulas come back in the reader's own manner; the words outside them must all be there.
      const withoutMath = record.title.includes('$') || record.title.includes('\\')
      const same = withoutMath
        ? letters(title).slice(0, 3) === letters(plainText(record.title)).slice(0, 3) ||
          record.title.startsWith('$')
        : letters(title) === letters(plainText(record.title))
      if (!same) lost.push(`${record.id}: ${record.title} -> ${title}`)
    }
    expect(lost).toEqual([])
  })
})
