import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { openRegistries, sends, type Registries } from '../look-up/registries.fixture.ts'
import { rereadQuarantine } from '../quarantine.ts'
import { editionsByTitle, harvestFrom } from '../testing/harvest.ts'

const NOW = new Date('2026-01-15T20:00:00Z')

function row(n: number, more: Record<string, unknown> = {}) {
  return {
    doi: `10.64898/2026.01.14.${String(n).padStart(6, '0')}`,
    title: `Tides in cells, part ${n}`,
    authors: 'Müller, Ä.; van der Lee, B.; Tides Consortium',
    author_corresponding: 'Änne Müller',
    date: '2026-01-14',
    version: '1',
    type: 'new results',
    license: 'cc_by_nc',
    category: 'neuroscience',
    abstract: 'We saw <i>tides</i>.',
    published: 'NA',
    server: 'bioRxiv',
    ...more,
  }
}

describeWithDatabase('bioRxiv and medRxiv', (db) => {
  let server: Registries
  beforeEach(async () => void (server = await openRegistries()))
  afterEach(() => server.close())

  const answers = (path: string, rows: unknown[], { total = rows.length }: { total?: number } = {}) =>
    server.on(
      path,
      sends(
        JSON.stringify({
          messages: [{ status: 'ok', cursor: 0, count: rows.length, total: String(total) }],
          collection: rows,
        }),
        { type: 'application/json', gzip: true },
      ),
    )
  const first = '/details/biorxiv/2026-01-12/2026-01-15'

  it('step by what comes, whatever its number, and stand in the edition of their day', async () => {
    answers(
      `${first}/0/json`,
      Array.from({ length: 30 }, (_, i) => row(i)),
      { total: 37 },
    )
    answers(
      `${first}/30/json`,
      Array.from({ length: 7 }, (_, i) => row(30 + i, { date: '2026-01-13' })),
      { total: 37 },
    )
    const run = await harvestFrom(db(), server.url, { kind: 'biorxiv', now: NOW })
    expect(run).toMatchObject({ outcome: 'whole', counts: { new: 37, quarantined: 0 } })
    expect(server.asked.map(({ path }) => path)).toEqual([`${first}/0/json`, `${first}/30/json`])
    const editions = await editionsByTitle(db())
    expect(editions.filter(([, day]) => day === '2026-01-14')).toHaveLength(30)
    const paper = await db()
      .selectFrom('papers')
      .selectAll()
      .where('title', '=', 'Tides in cells, part 3')
      .executeTakeFirstOrThrow()
    expect(paper).toMatchObject({
      abstract: 'We saw tides.',
      license_url: 'https://creativecommons.org/licenses/by-nc/4.0',
      categories: ['neuroscience'],
    })
    expect(paper.authors.map(({ name }) => name)).toEqual(['Ä. Müller', 'B. van der Lee', 'Tides Consortium'])
    // The next run asks for the days since, the last one again.
    answers('/details/biorxiv/2026-01-14/2026-01-16/0/json', [])
    const next = await harvestFrom(db(), server.url, {
      kind: 'biorxiv',
      now: new Date('2026-01-16T12:00:00Z'),
    })
    expect(next).toMatchObject({ outcome: 'whole', counts: { new: 0 } })
  })

  it('are one paper whatever its versions, known by the DOI of its journal as well', async () => {
    answers(`${first}/0/json`, [
      row(1, {
        version: '2',
        date: '2026-01-15',
        title: 'Tides in cells, again',
        published: '10.1234/JOURNAL.7',
      }),
      row(2, { version: 3, date: '2026-01-15', title: 'An old one' }),
      row(3, { type: 'WITHDRAWN' }),
    ])
    answers('/details/biorxiv/10.64898/2026.01.14.000001/na/json', [
      row(1, { date: '2025-11-03' }),
      row(1, {
        version: '2',
        date: '2026-01-15',
        title: 'Tides in cells, again',
        published: '10.1234/JOURNAL.7',
      }),
    ])
    answers('/details/biorxiv/10.64898/2026.01.14.000002/na/json', [row(2, { date: '2024-02-01' })])
    const run = await harvestFrom(db(), server.url, { kind: 'biorxiv', now: NOW })
    expect(run).toMatchObject({ outcome: 'whole' })
    expect(await editionsByTitle(db())).toEqual([
      ['An old one', '2024-02-01'],
      ['Tides in cells, again', '2025-11-03'],
      ['Tides in cells, part 3', '2026-01-14'],
    ])
    const rows = await db()
      .selectFrom('papers')
      .select(['title', 'versions', 'withdrawn'])
      .orderBy('title')
      .execute()
    expect(rows.map(({ versions }) => versions.map(({ number }) => number))).toEqual([[1, 3], [1, 2], [1]])
    expect(rows[2]?.withdrawn).toBe(true)
    const lead = await db()
      .selectFrom('paper_identifiers as i')
      .innerJoin('papers as p', 'p.id', 'i.paper_id')
      .select(['i.value', 'p.title'])
      .where('i.value', 'like', '10.1234/%')
      .execute()
    expect(lead).toEqual([{ value: '10.1234/journal.7', title: 'Tides in cells, again' }])
  })

  it('lose no other record with one that cannot be read, which can be read again', async () => {
    answers(`${first}/0/json`, [row(1), { ...row(2), doi: 7 }, row(3, { title: '' })])
    const run = await harvestFrom(db(), server.url, { kind: 'biorxiv', now: NOW })
    expect(run).toMatchObject({ outcome: 'whole', counts: { new: 1, quarantined: 2 } })
    const held = await db().selectFrom('quarantined_records').selectAll().orderBy('reason', 'desc').execute()
    expect(held.map(({ reason }) => reason)).toEqual([
      'The field “doi” is not in the expected form (expected string, received number).',
      'It has no title.',
    ])
    await db()
      .updateTable('quarantined_records')
      .set({ record: JSON.stringify(row(2)) })
      .where('id', '=', held[0]?.id ?? 0)
      .execute()
    const done = await rereadQuarantine(db(), { now: NOW, timeZone: 'UTC' })
    expect(done).toEqual({ recorded: 1, passedOver: 0, stillUnreadable: 1 })
    expect(await editionsByTitle(db())).toHaveLength(2)
  })

  it('take only the categories and words that were chosen, and say what cannot be right', async () => {
    answers('/details/medrxiv/2026-01-12/2026-01-15/0/json', [
      row(1),
      row(2, { category: 'Genomics' }),
      row(3, { category: 'genomics', title: 'Mice' }),
    ])
    const settings = { server: 'medrxiv', categories: ['genomics'] }
    const run = await harvestFrom(db(), server.url, {
      kind: 'biorxiv',
      settings,
      now: NOW,
      mustNotHave: ['mice'],
    })
    expect(run).toMatchObject({ counts: { new: 1, passedOver: 1 } })
    server.on('/details/medrxiv/2026-01-14/2026-01-15/0/json', sends('<html>Down</html>'))
    const range = { from: '2026-01-14', to: '2026-01-15', set: null }
    expect(await harvestFrom(db(), server.url, { kind: 'biorxiv', now: NOW, range })).toMatchObject({
      outcome: 'failed',
      reason: 'bioRxiv answered with something that is not JSON.',
    })
    server.on(
      '/details/medrxiv/2026-01-14/2026-01-15/0/json',
      sends(JSON.stringify({ messages: [{ status: 'no posts found' }], collection: [] })),
    )
    expect(await harvestFrom(db(), server.url, { kind: 'biorxiv', now: NOW, range })).toMatchObject({
      outcome: 'whole',
    })
  })

  it('say what the service says is wrong, and are not done where its list ends too early', async () => {
    const says = (status: string) =>
      server.on(
        `${first}/0/json`,
        sends(JSON.stringify({ messages: [{ status }], collection: [] }), { type: 'application/json' }),
      )
    says('Error: the database is down')
    expect(await harvestFrom(db(), server.url, { kind: 'biorxiv', now: NOW })).toMatchObject({
      outcome: 'failed',
      reason: 'bioRxiv answered: Error: the database is down',
    })
    answers(`${first}/0/json`, [row(1), row(2)], { total: 4 })
    const end = JSON.stringify({ messages: [{ status: 'no posts found' }], collection: [] })
    server.on(`${first}/2/json`, sends(end, { type: 'application/json' }))
    expect(await harvestFrom(db(), server.url, { kind: 'biorxiv', now: NOW })).toMatchObject({
      outcome: 'failed',
      counts: { new: 2 },
      reason: 'bioRxiv’s list ended after 2 of 4 records.',
    })
    // What is left is asked for where it ended.
    answers(`${first}/2/json`, [row(3), row(4)], { total: 4 })
    expect(await harvestFrom(db(), server.url, { kind: 'biorxiv', now: NOW })).toMatchObject({
      outcome: 'whole',
      counts: { new: 2 },
    })
  })

  it('are not held up by a paper whose first version is not told of', async () => {
    answers(`${first}/0/json`, [row(1, { version: '2' }), row(2)])
    expect(await harvestFrom(db(), server.url, { kind: 'biorxiv', now: NOW })).toMatchObject({
      outcome: 'whole',
      counts: { new: 2 },
    })
  })

  it('know a category however it is spelt', async () => {
    answers(`${first}/0/json`, [row(1, { category: 'cell biology' }), row(2, { category: 'zoology' })])
    const settings = { categories: ['Cell_Biology'] }
    expect(await harvestFrom(db(), server.url, { kind: 'biorxiv', settings, now: NOW })).toMatchObject({
      counts: { new: 1 },
    })
  })
})
