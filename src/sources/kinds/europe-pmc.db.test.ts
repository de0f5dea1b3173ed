import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { openRegistries, sends, type Registries } from '../look-up/registries.fixture.ts'
import { editionsByTitle, harvestFrom } from '../testing/harvest.ts'

const NOW = new Date('2026-01-15T20:00:00Z')

describeWithDatabase('Europe PMC', (db) => {
  let server: Registries
  beforeEach(async () => void (server = await openRegistries()))
  afterEach(() => server.close())

  const answers = (
    mark: string,
    results: unknown[],
    next: string,
    query = '(malaria) AND (FIRST_IDATE:[2026-01-08 TO 2026-01-15])',
  ) => {
    const parameters = new URLSearchParams({
      query,
      format: 'json',
      resultType: 'core',
      pageSize: '200',
      cursorMark: mark,
    })
    server.on(
      `/search?${parameters.toString()}`,
      sends(
        JSON.stringify({
          version: '6.9',
          hitCount: 3,
          nextCursorMark: next,
          resultList: { result: results },
        }),
        { type: 'application/json' },
      ),
    )
  }
  const article = (n: number, more: Record<string, unknown> = {}) => ({
    id: `4100000${n}`,
    source: 'MED',
    pmid: `4100000${n}`,
    doi: `10.5555/mal.${n}`,
    title: `Malaria and tides, part ${n}.`,
    authorString: 'Müller Ä, Lee B.',
    authorList: {
      author: [
        {
          fullName: 'Müller Ä',
          firstName: 'Änne',
          lastName: 'Müller',
          authorId: { type: 'ORCID', value: '0000-0002-1825-0097' },
        },
        { collectiveName: 'Tides Consortium' },
      ],
    },
    journalInfo: { volume: '12', issue: '3', journal: { title: 'Journal of Lakes' } },
    pageInfo: '1-9',
    abstractText: '<h4>Background</h4>We look at <i>P. falciparum</i>.',
    firstPublicationDate: '2026-01-13',
    license: 'cc by',
    ...more,
  })

  it('gives what a search finds, page by page, until its mark repeats', async () => {
    answers('*', [article(1), article(2)], 'AoI=')
    answers('AoI=', [article(3, { doi: undefined, title: 'No DOI' })], 'AoJ+x=')
    answers('AoJ+x=', [], 'AoJ+x=')
    const run = await harvestFrom(db(), server.url, {
      kind: 'europe-pmc',
      settings: { query: 'malaria' },
      now: NOW,
    })
    expect(run).toMatchObject({ outcome: 'whole', counts: { new: 3, quarantined: 0 } })
    expect(await editionsByTitle(db())).toEqual([
      ['Malaria and tides, part 1', '2026-01-13'],
      ['Malaria and tides, part 2', '2026-01-13'],
      ['No DOI', '2026-01-13'],
    ])
    const paper = await db()
      .selectFrom('papers')
      .selectAll()
      .where('doi', '=', '10.5555/mal.1')
      .executeTakeFirstOrThrow()
    expect(paper.abstract).toContain('P. falciparum')
    expect(paper.authors).toMatchObject([
      { name: 'Änne Müller', orcid: '0000-0002-1825-0097' },
      { name: 'Tides Consortium' },
    ])
    expect(paper.license_url).toBe('https://creativecommons.org/licenses/by/4.0')
  })

  it('takes a range by when things came out, and needs something to search for', async () => {
    answers('*', [article(1)], '*', '(malaria) AND (FIRST_PDATE:[2025-12-01 TO 2025-12-31])')
    const range = { from: '2025-12-01', to: '2025-12-31', set: null }
    const settings = { query: 'malaria' }
    expect(
      await harvestFrom(db(), server.url, { kind: 'europe-pmc', settings, now: NOW, range }),
    ).toMatchObject({
      outcome: 'whole',
      counts: { new: 1 },
    })
    await db().deleteFrom('sources').execute()
    await expect(harvestFrom(db(), server.url, { kind: 'europe-pmc', now: NOW })).rejects.toThrow(
      'Search: write what to search for, such as malaria.',
    )
  })
})
