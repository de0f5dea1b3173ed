import { describe, expect, it } from 'vitest'
import { stated } from '../../test/papers.ts'
import { completed } from './complete-statement.ts'
import type { HarvestedPaper, Source } from './harvested-paper.ts'

const full = (source: Source, facts: Partial<HarvestedPaper> = {}) =>
  stated(['2601.00001', 'doi/10.5555/a'], {
    source,
    title: 'Tides',
    abstract: 'We look at tides. Then at seas.',
    authors: [{ name: 'Ann Lee' }, { name: 'Bo Ek' }],
    published: { precision: 'day', value: '2026-01-05' },
    versions: [{ number: 1, submittedAt: '2026-01-05T00:00:00.000Z' }],
    primaryCategory: 'cs.CL',
    categories: ['cs.CL', 'cs.AI'],
    comments: '9 pages',
    journalReference: 'J. Tides 1',
    licenseUrl: 'https://example.org/licence',
    links: [{ kind: 'code', url: 'https://github.com/lee/tides' }],
    ...facts,
  })

describe('a statement', () => {
  it('that is poorer takes nothing away, in whatever order both come', () => {
    for (const source of ['jsonl', 'bibtex', 'huggingface', 'arxiv-atom', 'arxiv-oai'] as const) {
      const poor = stated('2601.00001', { source, title: 'Tides, again' })
      expect(completed(poor, full(source))).toEqual({ ...full(source), title: 'Tides, again' })
      expect(completed(full(source), poor)).toEqual(full(source))
    }
  })

  it('that is whole takes remarks away, but nothing that every paper has', () => {
    const { comments: _, journalReference: __, links: ___, ...rest } = full('arxiv-oai')
    const later = { ...rest, identifiers: stated('2601.00001').identifiers }
    expect(completed(later, full('arxiv-oai', { withdrawn: true }))).toEqual(later)
    const { comments, ...bare } = full('jsonl')
    expect(completed(bare, full('jsonl'))).toEqual({ ...bare, comments })
  })

  it('replaces what it says anew, and not by less of the same', () => {
    const held = full('jsonl')
    const replaced = (facts: Partial<HarvestedPaper>) =>
      completed(stated('2601.00001', { source: 'jsonl', ...facts }), held)
    expect(replaced({ abstract: 'Other words.' }).abstract).toBe('Other words.')
    expect(replaced({ abstract: 'We look at…' }).abstract).toBe(held.abstract)
    expect(replaced({ authors: [{ name: 'Cy Ro' }] }).authors).toEqual([{ name: 'Cy Ro' }])
    const cut = replaced({ authors: [{ name: 'Ann Lee' }], authorsTruncated: true })
    expect([cut.authors, cut.authorsTruncated]).toEqual([held.authors, undefined])
    expect(replaced({ published: { precision: 'year', value: '2026' } }).published).toEqual(held.published)
    expect(replaced({ published: { precision: 'year', value: '2025' } }).published?.value).toBe('2025')
    expect(replaced({ abstract: 'We look at [...]' }).abstract).toBe(held.abstract)
    expect(replaced({ abstract: 'We look at tides. Then at' }).abstract).toBe(held.abstract)
    expect(replaced({ abstract: 'We look at tides.' }).abstract).toBe('We look at tides.')
    expect(replaced({ title: 'Ti…' }).title).toBe('Tides')
    expect(replaced({ title: 'Tide' }).title).toBe('Tide')
    expect(replaced({ comments: '12 pages' }).comments).toBe('12 pages')
    expect(
      replaced({ versions: [{ number: 2, submittedAt: '2026-02-01T00:00:00.000Z' }] }).versions,
    ).toHaveLength(2)
    expect(
      replaced({ identifiers: stated(['2601.00001', 'doi/10.5555/b']).identifiers }).identifiers,
    ).toEqual(stated(['2601.00001', 'doi/10.5555/b']).identifiers)
  })

  it('that names fewer of many authors, or does not divide their names, leaves them as they were', () => {
    const people = ['Ann García López', 'Bo Ek', 'Cy Ro'].map((name) => ({ name }))
    const held = full('bibtex', { authors: people, authorsTruncated: true, authorsMissing: 200 })
    const replaced = (facts: Partial<HarvestedPaper>) =>
      completed(stated('2601.00001', { source: 'bibtex', ...facts }), held)
    for (const authors of [people.slice(0, 1), people])
      expect(replaced({ authors, authorsTruncated: true })).toMatchObject({
        authors: people,
        authorsTruncated: true,
        authorsMissing: 200,
      })
    expect(replaced({ authors: people, authorsTruncated: true, authorsMissing: 3 }).authorsMissing).toBe(3)
    expect(replaced({ authors: people })).not.toHaveProperty('authorsTruncated')

    const divided = { name: 'Ann García López', family: 'García López', given: 'Ann' }
    const later = completed(full('bibtex', { authors: people }), full('bibtex', { authors: [divided] }))
    expect(later.authors).toEqual([divided, ...people.slice(1)])
  })

  it('that says less of where a paper came out leaves that as it was', () => {
    const publication = { type: 'article', container: 'J. Tides', volume: '1', pages: '2–3' } as const
    const held = full('bibtex', { publication, journalReference: 'J. Tides 1, 2–3' })
    const replaced = (facts: Partial<HarvestedPaper>) => {
      const { publication: where, journalReference } = completed(
        stated('2601.00001', { source: 'bibtex', ...facts }),
        held,
      )
      return [where, journalReference]
    }
    const before = [publication, 'J. Tides 1, 2–3']
    expect(replaced({})).toEqual(before)
    const less = { type: 'article', container: 'J. Tides' } as const
    expect(replaced({ publication: less, journalReference: 'J. Tides (2026)' })).toEqual(before)
    const other = { type: 'article', container: 'Lakes' } as const
    expect(replaced({ publication: other, journalReference: 'Lakes' })).toEqual([other, 'Lakes'])
    expect(replaced({ journalReference: 'Lakes' })).toEqual([undefined, 'Lakes'])
  })

  it('that was looked up leaves the DOI bound that a file has bound', () => {
    const lookedUp = full('arxiv-atom', {
      identifiers: stated('2601.00001').identifiers,
      claims: [{ scheme: 'doi', value: '10.5555/a' }],
    })
    expect(completed(lookedUp, full('arxiv-atom'))).toEqual(full('arxiv-atom'))
  })
})
