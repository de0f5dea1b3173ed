import fc from 'fast-check'
import { sql, type Kysely } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { identifier, stated } from '../../test/papers.ts'
import { storedPapers } from '../../test/stored.ts'
import type { Database } from '../db/schema.ts'
import { findPaper, sourcesOf } from './find.ts'
import { SOURCES, type HarvestedPaper } from './harvested-paper.ts'
import { recordPapers } from './record.ts'

const now = new Date('2026-01-15T12:00:00Z')
const timeZone = 'America/New_York'

describeWithDatabase('recording papers', (db) => {
  const record = (papers: HarvestedPaper[], { at = now } = {}) =>
    db()
      .transaction()
      .execute((trx) => recordPapers(trx, papers, { now: at, timeZone }))
  const outcomes = async (papers: HarvestedPaper[]) =>
    (await record(papers)).recorded.map(({ outcome }) => outcome)
  const found = async (address: string) => {
    const paper = await findPaper(db(), identifier(address), { seenBy: 'program' })
    if (!paper) throw new Error(`nothing is found at ${address}`)
    return paper
  }
  const addresses = async () =>
    (await db().selectFrom('papers').select('address').orderBy('address').execute()).map((row) => row.address)

  const full = stated(['2601.00001', 'doi/10.5555/a'], {
    asOf: '2026-01-10T00:00:00.000Z',
    title: 'Tides of $x$',
    abstract: 'Code: https://github.com/lee/tide.\n\nMore “words” \\ here.',
    authors: [{ name: 'Ann Lee', orcid: '0000-0002-1825-0097', affiliation: 'Univ. X' }, { name: '王小明' }],
    published: { precision: 'time', value: '2026-01-02T03:04:05.000Z' },
    versions: [{ number: 1, submittedAt: '2026-01-02T03:04:05.000Z' }],
    primaryCategory: 'cs.LG',
    categories: ['cs.LG', 'math.AP', '68T05'],
    comments: '9 pages',
    journalReference: 'J. Tides 1',
    licenseUrl: 'https://creativecommons.org/licenses/by/4.0',
    links: [{ kind: 'project', url: 'https://tides.example' }],
  })

  it('stores all of it, and leaves it when it is said again', async () => {
    expect(await outcomes([full])).toEqual(['new'])
    const before = await storedPapers(db())
    expect(await outcomes([full])).toEqual(['unchanged'])
    expect(await outcomes([full, full])).toEqual(['unchanged', 'unchanged'])
    expect(await storedPapers(db())).toEqual(before)
    expect(await found('2601.00001')).toMatchObject({
      title: full.title,
      abstract: full.abstract,
      authors: full.authors,
      published: full.published,
      versions: full.versions,
      categories: ['cs.LG', 'math.AP'],
      comments: '9 pages',
      journalReference: 'J. Tides 1',
      licenseUrl: full.licenseUrl,
      edition: '2026-01-01',
      heat: null,
      recordedAt: now,
    })
  })

  it('counts each statement of a batch by what it changed', async () => {
    const other = stated('2601.00001', { source: 'jsonl' })
    expect(await outcomes([full, full, other, other])).toEqual(['new', 'unchanged', 'updated', 'unchanged'])
    expect(await outcomes([stated('2601.00002'), full])).toEqual(['new', 'unchanged'])
  })

  it('notes that the same was said later, without calling it a change', async () => {
    await record([full])
    const later = new Date('2026-01-16T12:00:00Z')
    const again = { ...full, asOf: '2026-01-16T00:00:00.000Z' }
    expect((await record([again], { at: later })).recorded).toMatchObject([{ outcome: 'unchanged' }])
    const paper = await found('2601.00001')
    expect(paper.changedAt).toEqual(now)
    expect(await sourcesOf(db(), paper.id)).toEqual([
      { source: 'arxiv-oai', asOf: new Date(again.asOf), recordedAt: later },
    ])
    // What was said in between stays old news.
    expect(await outcomes([{ ...full, asOf: '2026-01-12T00:00:00.000Z', title: 'In between' }])).toEqual([
      'unchanged',
    ])
    expect((await found('2601.00001')).title).toBe(full.title)
  })

  it('makes one paper of two sources, in either order', async () => {
    const daily = stated('2601.00001', {
      source: 'huggingface',
      title: 'Tides',
      listing: { date: '2026-01-05' },
    })
    await record([full])
    await record([daily])
    const one = await storedPapers(db())
    await sql`truncate papers cascade`.execute(db())
    await record([daily])
    await record([full])
    expect(await storedPapers(db())).toEqual(one)
    expect(one).toHaveLength(1)
    await sql`truncate papers cascade`.execute(db())
    expect(await outcomes([daily, full])).toEqual(['new', 'updated'])
    expect(await storedPapers(db())).toEqual(one)
  })

  it('lets no older statement replace a newer one, in either order', async () => {
    const older = { ...full, asOf: '2026-01-08T00:00:00.000Z', title: 'Tides, first draft' }
    for (const batches of [[[older], [full]], [[full], [older]], [[older, full]], [[full, older]]]) {
      await sql`truncate papers cascade`.execute(db())
      for (const batch of batches) await record(batch)
      expect((await found('2601.00001')).title).toBe(full.title)
    }
  })

  it('lets no poorer statement take anything from a richer one of its source, in any order', async () => {
    const rich = {
      ...full,
      source: 'jsonl' as const,
      asOf: '2026-01-08T00:00:00.000Z',
      licenseUrl: 'https://example.org/l',
    }
    const poor = stated('2601.00001', {
      source: 'jsonl',
      title: full.title,
      asOf: '2026-01-10T00:00:00.000Z',
    })
    const { asOf: _, ...undatedRich } = rich
    const { asOf: __, ...undatedPoor } = poor
    for (const batches of [
      [[rich], [poor]],
      [[poor], [rich]],
      [[rich, poor]],
      [[poor, rich]],
      [[undatedRich], [undatedPoor]],
      [[undatedPoor], [undatedRich]],
    ]) {
      await sql`truncate papers cascade`.execute(db())
      for (const batch of batches) await record(batch)
      const paper = await found('2601.00001')
      expect(paper).toMatchObject({
        abstract: full.abstract,
        doi: '10.5555/a',
        licenseUrl: rich.licenseUrl,
        authors: full.authors,
      })
      for (const batch of batches) {
        expect(new Set(await outcomes(batch))).toEqual(new Set(['unchanged']))
      }
      expect(await found('2601.00001')).toEqual(paper)
    }
  })

  it('completes one source’s statements about two papers that turn out to be one', async () => {
    const { asOf: _, ...undated } = full
    const { comments: __, ...uncommented } = undated
    await record([
      { ...uncommented, source: 'bibtex', identifiers: stated('2601.00001').identifiers },
      stated('doi/10.5555/a', { source: 'bibtex', title: full.title, comments: 'Oral' }),
    ])
    await record([stated(['2601.00001', 'doi/10.5555/a'], { source: 'arxiv-oai', title: full.title })])
    expect(await found('2601.00001')).toMatchObject({ abstract: full.abstract, comments: 'Oral' })
  })

  it('keeps all authors when its source later leaves some out, in either order', async () => {
    const authors = [{ name: 'Ann Lee', family: 'Lee', given: 'Ann' }, { name: 'Bo Ek' }, { name: 'Cy Fo' }]
    const older = { ...full, asOf: '2026-01-08T00:00:00.000Z', title: 'Tides, first draft', authors }
    const newer = { ...full, authors: [{ name: 'Ann Lee' }], authorsTruncated: true, authorsMissing: 2 }
    for (const batches of [[[older], [newer]], [[newer], [older]], [[older, newer]], [[newer, older]]]) {
      await sql`truncate papers cascade`.execute(db())
      for (const batch of batches) await record(batch)
      expect(await found('2601.00001')).toMatchObject({
        title: full.title,
        authors,
        authorsTruncated: false,
        authorsMissing: null,
      })
      // Said once more, it changes nothing.
      expect(await outcomes([newer])).toEqual(['unchanged'])
    }
  })

  it('stores how many authors are missing, and every part of a name', async () => {
    const authors = [
      {
        name: 'Ann van de García López Jr.',
        family: 'García López',
        given: 'Ann',
        droppingParticle: 'van',
        nonDroppingParticle: 'de',
        suffix: 'Jr.',
      },
      { name: 'ATLAS Collaboration', kind: 'collaboration' as const },
      { name: 'Plato of Athens', literal: true as const },
    ]
    await record([{ ...full, authors, authorsTruncated: true, authorsMissing: 200 }])
    const paper = await found('2601.00001')
    expect(paper).toMatchObject({ authors, authorsTruncated: true, authorsMissing: 200 })
    expect(paper.authors).toEqual(authors)
  })

  it('takes undated statements of one source in the order they come', async () => {
    const { asOf: _, ...undated } = full
    await record([full])
    expect(await outcomes([{ ...undated, title: 'Renamed' }])).toEqual(['updated'])
    expect((await found('2601.00001')).title).toBe('Renamed')
  })

  it('finds a paper known by DOI when arXiv names that DOI', async () => {
    await record([stated('doi/10.5555/a', { source: 'bibtex', title: 'Tides' })])
    const before = await found('doi/10.5555/a')
    expect(before.address).toBe('doi/10.5555/a')
    expect(await outcomes([full])).toEqual(['updated'])
    const after = await found('2601.00001')
    expect(after).toMatchObject({
      id: before.id,
      uuid: before.uuid,
      address: '2601.00001',
      title: full.title,
    })
    expect(await found('doi/10.5555/a')).toEqual(after)
    expect(await addresses()).toEqual(['2601.00001'])
  })

  it('makes one paper of two whichever of its identifiers is named first', async () => {
    for (const [number, names] of [
      ['2601.00007', 'doi/10.5555/first'],
      ['doi/10.5555/second', '2601.00008'],
    ].entries()) {
      const [one = '', other = ''] = names
      const doi = [one, other].find((name) => name.startsWith('doi')) ?? ''
      const arxiv = [one, other].find((name) => !name.startsWith('doi')) ?? ''
      await record([stated(doi, { source: 'bibtex' })])
      await record([stated(arxiv, { source: 'jsonl' })])
      const older = await found(doi)
      expect(await record([stated([one, other], { source: 'page' })])).toEqual({
        recorded: [{ paperId: older.id, outcome: 'updated' }],
        kept: [older.id],
      })
      expect(await addresses()).toHaveLength(number + 1)
    }
  })

  it('merges papers that a statement shows to be one, keeping the older’s name in feeds', async () => {
    const early = new Date('2026-01-01T12:00:00Z')
    await record([stated('doi/10.5555/a', { source: 'bibtex', title: 'Tides (bib)' })], { at: early })
    await record([stated('2601.00001', { source: 'jsonl', title: 'Tides (file)' })])
    await record([stated('doi/10.5555/b', { source: 'page', title: 'Tides (page)' })])
    const oldest = await found('doi/10.5555/a')
    const { recorded, kept } = await record([
      stated(['2601.00001', 'doi/10.5555/a', 'doi/10.5555/b'], { title: 'Tides' }),
    ])
    expect(recorded).toEqual([{ paperId: oldest.id, outcome: 'updated' }])
    expect(kept).toEqual([oldest.id])
    const paper = await found('2601.00001')
    expect(paper).toMatchObject({ id: oldest.id, uuid: oldest.uuid, title: 'Tides', recordedAt: early })
    expect(await found('doi/10.5555/a')).toEqual(paper)
    expect(await found('doi/10.5555/b')).toEqual(paper)
    expect((await sourcesOf(db(), paper.id)).map(({ source }) => source).toSorted()).toEqual([
      'arxiv-oai',
      'bibtex',
      'jsonl',
      'page',
    ])
    expect(await addresses()).toEqual(['2601.00001'])
  })

  it('keeps two arXiv papers apart that claim one DOI', async () => {
    for (const batches of [
      [[stated(['2601.00001', 'doi/10.5555/a'])], [stated(['2601.00002', 'doi/10.5555/a'])]],
      [[stated(['2601.00001', 'doi/10.5555/a']), stated(['2601.00002', 'doi/10.5555/a'])]],
    ]) {
      await sql`truncate papers cascade`.execute(db())
      for (const batch of batches) await record(batch)
      expect(await addresses()).toEqual(['2601.00001', '2601.00002'])
      expect((await found('doi/10.5555/a')).address).toBe('2601.00001')
      await record([stated('doi/10.5555/a', { source: 'bibtex', comments: 'From the journal' })])
      expect((await found('2601.00001')).comments).toBe('From the journal')
      expect((await found('2601.00002')).comments).toBeNull()
    }
  })

  it('keeps its arXiv identifier when the source that gave it no longer does', async () => {
    const source = 'jsonl'
    await record([stated(['2601.00001', 'doi/10.5555/a'], { source })])
    await record([stated('doi/10.5555/a', { source, title: 'Tides' })])
    expect(await found('doi/10.5555/a')).toMatchObject({
      address: '2601.00001',
      arxivId: '2601.00001',
      title: 'Tides',
    })
    await record([stated(['2601.00002', 'doi/10.5555/a'])])
    expect(await addresses()).toEqual(['2601.00001', '2601.00002'])
    expect((await found('2601.00001')).title).toBe('Tides')
  })

  it('takes in any text that a source may give', async () => {
    const text = 'quote " backslash \\ brace {} \u{1F30A} ‮ \u0001 </script> \\u0000 %00 $1 \n\n x'
    const paper = stated('doi/10.1000/a"b\\c<d>;{e}', {
      title: text,
      abstract: text,
      authors: [{ name: text }],
    })
    await record([paper])
    expect(await found('doi/10.1000/a"b\\c<d>;{e}')).toMatchObject({ title: text, abstract: text })
  })

  it('leaves nothing behind when its transaction is given up', async () => {
    await record([full])
    const before = await storedPapers(db())
    const givenUp = db()
      .transaction()
      .execute(async (trx) => {
        await recordPapers(
          trx,
          [stated('2601.00002'), { ...full, asOf: '2026-02-01T00:00:00.000Z', title: 'No' }],
          {
            now,
            timeZone,
          },
        )
        throw new Error('given up')
      })
    await expect(givenUp).rejects.toThrow('given up')
    expect(await storedPapers(db())).toEqual(before)
  })

  it('makes fifty papers of fifty, recorded by four at once', async () => {
    const papers = Array.from({ length: 50 }, (_, i) => stated(`2601.${String(i + 1).padStart(5, '0')}`))
    const results = await Promise.all(
      [papers, papers.toReversed(), [...papers.slice(25), ...papers.slice(0, 25)], papers].map((batch) =>
        outcomes(batch),
      ),
    )
    expect(await addresses()).toHaveLength(50)
    expect(results.flat().filter((outcome) => outcome === 'new')).toHaveLength(50)
    expect(results.flat().filter((outcome) => outcome === 'updated')).toHaveLength(0)
  })

  it('gives the same papers however the statements are ordered and batched', async () => {
    // Three works; a statement names some of the identifiers of one. Each has a date of its own, since of two undated
    // ones the later to come counts; and no DOI is claimed by two arXiv papers, since it stays with the first.
    const works: string[][] = [
      ['2601.00001', 'doi/10.5555/a', 'doi/10.5555/b', 'local/00000000000000aa'],
      ['hep-th/9901001', 'doi/10.5555/c'],
      ['doi/10.5555/d', 'doi/10.5555/e', 'local/00000000000000bb'],
    ]
    const statement = fc
      .constantFrom(...works)
      .chain((work) => fc.subarray(work, { minLength: 1 }))
      .chain((of) =>
        fc.record({
          of: fc.constant(of as [string, ...string[]]),
          source: fc.constantFrom(...SOURCES.slice(0, 4)),
          abstract: fc.option(fc.constantFrom('We look at tides.', 'See https://github.com/lee/tide.'), {
            nil: undefined,
          }),
          categories: fc.subarray(['cs.LG', 'math.AP'], { minLength: 1 }),
          listing: fc.option(fc.constantFrom({ date: '2026-01-05' }, { date: '2026-01-06' }), {
            nil: undefined,
          }),
          published: fc.option(
            fc.constantFrom(
              { precision: 'day' as const, value: '2026-01-03' },
              { precision: 'year' as const, value: '2026' },
            ),
            { nil: undefined },
          ),
        }),
      )
    const harvest = fc.array(statement, { minLength: 2, maxLength: 9 }).chain((drafts) => {
      const papers = drafts.map(({ of, ...facts }, i) =>
        stated(of, {
          ...(JSON.parse(JSON.stringify(facts)) as typeof facts as Partial<HarvestedPaper>),
          title: `Statement ${i}`,
          authors: [{ name: `Author ${i}` }],
          asOf: new Date(Date.UTC(2026, 0, 1 + i)).toISOString(),
        }),
      )
      const order = fc.shuffledSubarray(papers, { minLength: papers.length })
      const cuts = fc.array(fc.boolean(), { minLength: papers.length, maxLength: papers.length })
      return fc.record({ papers: fc.constant(papers), order, cuts })
    })
    await fc.assert(
      fc.asyncProperty(harvest, async ({ papers, order, cuts }) => {
        const stored = async (batches: HarvestedPaper[][]) => {
          await db().deleteFrom('papers').execute()
          for (const batch of batches) await record(batch)
          return storedPapers(db())
        }
        const one = await stored([papers])
        expect(await stored(order.map((paper) => [paper]))).toEqual(one)
        const batches: HarvestedPaper[][] = [[]]
        order.forEach((paper, i) => {
          if (cuts[i]) batches.push([])
          batches.at(-1)?.push(paper)
        })
        expect(await stored(batches.filter((batch) => batch.length > 0))).toEqual(one)
        await expectSound(db())
      }),
      { numRuns: 25 },
    )
  })
})

/** Every identifier that a statement names leads to a paper, and every paper stands under one of its own. */
async function expectSound(db: Kysely<Database>) {
  const { rows } = await sql`
    select p.address from papers p where not exists (
      select from paper_identifiers i where i.paper_id = p.id
        and p.address = case i.scheme when 'arxiv' then i.value else i.scheme || '/' || i.value end)
    union all
    select r.source from paper_records r, jsonb_array_elements(r.facts->'identifiers') f where not exists (
      select from paper_identifiers i where i.paper_id = r.paper_id and i.scheme = f->>'scheme' and i.value = f->>'value')
  `.execute(db)
  expect(rows).toEqual([])
}
