import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { openSite, TIME_ZONE } from '../../../test/site.ts'
import { signIn } from '../../../test/readers.ts'
import { findPaper } from '../../papers/find.ts'
import { WEIGHTS } from '../../ranking/heat.ts'
import { savePaper } from '../../shelves/reading-list.ts'
import { openRegistries, sends, type Registries } from '../look-up/registries.fixture.ts'
import { recordHarvest } from '../record-harvest.ts'
import { harvestFrom } from '../testing/harvest.ts'

const NOW = new Date('2026-01-15T20:00:00Z')
const DOI = '10.5555/tides.1'

describeWithDatabase('facts about papers that are here', (db) => {
  let server: Registries
  beforeEach(async () => void (server = await openRegistries()))
  afterEach(() => server.close())
  const json = (path: string, body: unknown, more = {}) =>
    server.on(path, sends(JSON.stringify(body), { type: 'application/json', ...more }))
  const record = (...papers: Parameters<typeof recordHarvest>[1]) =>
    recordHarvest(db(), papers, { now: NOW, timeZone: TIME_ZONE })
  const paperOf = async (doi = DOI) => findPaper(db(), { scheme: 'doi', value: doi }, { seenBy: 'everyone' })
  const crossrefPath = (doi: string) => `/works/${doi}`

  it('tell of retractions and corrections, on every page, file and feed', async () => {
    await record({ ...stated(`doi/${DOI}`), title: 'Tides of old' })
    json(crossrefPath(DOI), {
      status: 'ok',
      message: {
        DOI,
        type: 'journal-article',
        'container-title': ['Journal of Lakes'],
        'is-referenced-by-count': 7,
        'updated-by': [
          { DOI: '10.5555/tides.2', type: 'correction', updated: { 'date-parts': [[2025, 3, 4]] } },
          {
            DOI: '10.5555/TIDES.3',
            type: 'retraction',
            updated: { 'date-parts': [[2025, 11]] },
            source: 'retraction-watch',
          },
          { DOI: '10.5555/tides.4', type: 'new_version' },
        ],
      },
    })
    expect(await harvestFrom(db(), server.url, { kind: 'crossref', now: NOW })).toMatchObject({
      outcome: 'whole',
      counts: { new: 0, updated: 1 },
    })
    expect(await paperOf()).toMatchObject({
      title: 'Tides of old',
      notices: [
        { kind: 'retraction', date: '2025-11-01', doi: '10.5555/tides.3' },
        { kind: 'correction', date: '2025-03-04', doi: '10.5555/tides.2' },
      ],
      publishedAs: { doi: DOI, journal: 'Journal of Lakes' },
    })
    const { app } = openSite(db(), { now: NOW })
    const text = async (path: string) => (await app.request(path)).text()
    expect(await text(`/papers/doi/${DOI}`)).toContain('This paper has been retracted on 1 November 2025')
    expect(await text('/papers/new')).toContain('<li class="withdrawn">Retracted</li>')
    expect(await text('/papers/new.atom')).toContain('Retracted: Tides of old')
    expect(await text('/papers/new.rss')).toContain('Retracted: Tides of old')
    expect(await text('/papers/new.feed.json')).toContain('Retracted: Tides of old')
    expect(await text(`/papers/doi/${DOI}.bib`)).toContain('Retracted. Corrected')
    expect(await text(`/papers/doi/${DOI}.ris`)).toContain('Retracted. Corrected')
    expect(await text(`/papers/doi/${DOI}.csl.json`)).toContain('Retracted. Corrected')
    expect(await text(`/papers/doi/${DOI}.md`)).toContain(
      '**Retracted, 2025-11-01.** <https://doi.org/10.5555/tides.3>',
    )
    expect(JSON.parse(await text(`/papers/doi/${DOI}.json`))).toMatchObject({
      notices: [{ kind: 'retraction' }, {}],
    })
    // A day later it is asked about again, and not before.
    server.asked.length = 0
    await harvestFrom(db(), server.url, { kind: 'crossref', now: new Date('2026-01-15T21:00:00Z') })
    expect(server.asked).toEqual([])
  })

  it('are told to readers who saved or voted', async () => {
    const { reader, cookie } = await signIn(db(), { now: NOW })
    await record({ ...stated(`doi/${DOI}`), title: 'Tides of old' })
    const paper = await paperOf()
    await savePaper(db(), { readerId: reader.id, paperId: paper?.id ?? 0, now: NOW })
    await record({
      ...stated(`doi/${DOI}`),
      source: 'crossref',
      title: 'Tides of old',
      notices: [{ kind: 'retraction', date: '2026-01-10' }],
    })
    const { app } = openSite(db(), { now: NOW })
    const page = await (await app.request('/reading-list', { headers: { cookie } })).text()
    expect(page).toContain('papers you saved or voted for have changed')
    expect(page).toMatch(/Tides of old<\/a>: retracted/)
  })

  it('lead from a preprint to its article and back where both records say so, and else only name it', async () => {
    const [preprint, article] = ['10.64898/2026.01.1', '10.5555/article.1']
    await record(
      { ...stated(`doi/${preprint}`), source: 'biorxiv', title: 'A preprint' },
      { ...stated('doi/10.64898/2026.01.2'), source: 'biorxiv', title: 'Another' },
    )
    const work = (doi: string, of: string) => ({
      message: {
        DOI: doi,
        type: 'posted-content',
        relation: { 'is-preprint-of': [{ id: of, 'id-type': 'doi' }] },
      },
    })
    json(crossrefPath(preprint), work(preprint, article))
    json(crossrefPath('10.64898/2026.01.2'), work('10.64898/2026.01.2', '10.5555/famous'))
    json(crossrefPath(article), {
      message: {
        DOI: article,
        type: 'journal-article',
        'container-title': ['Journal of Lakes'],
        relation: { 'has-preprint': [{ id: preprint.toUpperCase(), 'id-type': 'doi' }] },
        'updated-by': [{ DOI: '10.5555/article.2', type: 'retraction' }],
      },
    })
    json(crossrefPath('10.5555/famous'), { message: { DOI: '10.5555/famous', type: 'journal-article' } })
    expect(await harvestFrom(db(), server.url, { kind: 'crossref', now: NOW })).toMatchObject({
      outcome: 'whole',
    })
    expect(await paperOf(article)).toMatchObject({
      title: 'A preprint',
      publishedAs: { doi: article, journal: 'Journal of Lakes' },
      notices: [{ kind: 'retraction', doi: '10.5555/article.2' }],
    })
    expect(await paperOf('10.5555/famous')).toBeNull()
    expect(await paperOf('10.64898/2026.01.2')).toMatchObject({ publishedAs: { doi: '10.5555/famous' } })
  })

  it('never add a paper, and one that Crossref does not know is no trouble', async () => {
    await record({ ...stated(`doi/${DOI}`), title: 'Tides' })
    expect(await harvestFrom(db(), server.url, { kind: 'crossref', now: NOW })).toMatchObject({
      outcome: 'whole',
      counts: { new: 0 },
    })
  })

  it('are not held up by an answer that cannot be read, unless all are like it', async () => {
    const dois = [1, 2, 3, 4].map((n) => `10.5555/lake.${n}`)
    await record(...dois.map((doi) => ({ ...stated(`doi/${doi}`), title: doi })))
    for (const doi of dois)
      json(crossrefPath(doi), { message: { DOI: doi, 'updated-by': [{ type: 'erratum' }] } })
    server.on(crossrefPath(dois[3] ?? ''), sends('<html>Error</html>'))
    server.on(crossrefPath(dois[1] ?? ''), sends('{"message": {'))
    expect(await harvestFrom(db(), server.url, { kind: 'crossref', now: NOW })).toMatchObject({
      outcome: 'whole',
      counts: { new: 0, updated: 2, quarantined: 2 },
    })
    const held = await db().selectFrom('quarantined_records').select(['position', 'record']).execute()
    expect(held.map(({ position }) => position).toSorted()).toEqual([dois[1], dois[3]])
    await db().deleteFrom('fact_queries').execute()
    for (const doi of dois) server.on(crossrefPath(doi), sends('<html>Error</html>'))
    expect(await harvestFrom(db(), server.url, { kind: 'crossref', now: NOW })).toMatchObject({
      outcome: 'failed',
      reason: 'Crossref answered with something that is not JSON.',
    })
  })

  it('are asked of others where the service fails over one paper again and again', async () => {
    const dois = [1, 2, 3].map((n) => `10.5555/sea.${n}`)
    await record(...dois.map((doi) => ({ ...stated(`doi/${doi}`), title: doi })))
    for (const doi of dois)
      json(crossrefPath(doi), { message: { DOI: doi, 'updated-by': [{ type: 'erratum' }] } })
    // The newest is asked about first.
    server.on(crossrefPath(dois[2] ?? ''), sends('Internal error', { status: 500 }))
    expect(await harvestFrom(db(), server.url, { kind: 'crossref', now: NOW })).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('status 500'),
    })
    expect(await harvestFrom(db(), server.url, { kind: 'crossref', now: NOW })).toMatchObject({
      outcome: 'whole',
      counts: { updated: 2 },
    })
  })

  it('tell what became of the article that the archive of a preprint names', async () => {
    const [preprint, article] = ['10.64898/2026.01.3', '10.5555/article.3']
    await record({ ...stated([`doi/${preprint}`, `doi/${article}`]), source: 'biorxiv', title: 'A preprint' })
    json(crossrefPath(preprint), { message: { DOI: preprint, type: 'posted-content' } })
    json(crossrefPath(article), {
      message: {
        DOI: article,
        type: 'journal-article',
        'container-title': ['Journal of Lakes'],
        'updated-by': [{ DOI: '10.5555/article.4', type: 'retraction' }],
      },
    })
    await harvestFrom(db(), server.url, { kind: 'crossref', now: NOW })
    const expected = {
      publishedAs: { doi: article, journal: 'Journal of Lakes' },
      notices: [{ kind: 'retraction', doi: '10.5555/article.4' }],
    }
    expect(await paperOf(article)).toMatchObject(expected)
    // And where it cannot be asked about the article, what it said before stays.
    server.on(crossrefPath(article), sends('Internal error', { status: 500 }))
    await harvestFrom(db(), server.url, { kind: 'crossref', now: new Date('2026-03-15T20:00:00Z') })
    expect(await paperOf(article)).toMatchObject(expected)
  })

  it('are taken back by the source that stated them, and by no poorer file of the same kind', async () => {
    const notice = [{ kind: 'retraction' as const, doi: '10.5555/tides.3' }]
    const said = (source: 'crossref' | 'jsonl', notices?: typeof notice) =>
      record({ ...stated(`doi/${DOI}`), source, title: 'Tides', ...(notices && { notices }) })
    await said('jsonl', notice)
    await said('jsonl')
    expect((await paperOf())?.notices).toEqual(notice)
    const other = [{ kind: 'retraction' as const, doi: '10.5555/tides.5' }]
    await said('crossref', other)
    expect((await paperOf())?.notices).toEqual([...notice, ...other])
    await said('crossref')
    expect((await paperOf())?.notices).toEqual(notice)
  })

  it('keep to the limit that Crossref states', async () => {
    await record({ ...stated(`doi/${DOI}`), title: 'Tides' })
    const headers = { 'x-rate-limit-limit': '1', 'x-rate-limit-interval': '5s' }
    json(crossrefPath(DOI), { message: { DOI } }, { headers })
    await harvestFrom(db(), server.url, { kind: 'crossref', now: NOW })
    const turn = await db()
      .selectFrom('source_turns')
      .select('next_at')
      .where('source', '=', 'crossref')
      .executeTakeFirstOrThrow()
    expect(turn.next_at).toEqual(new Date(NOW.getTime() + 5_000))
  })

  it('count citations of OpenAlex and Semantic Scholar', async () => {
    await record({ ...stated('2601.00001'), title: 'Tides' }, { ...stated('2601.00002'), title: 'Lakes' })
    const path = (id: string) =>
      `/works/doi:10.48550/arxiv.${id}?select=id%2Cdoi%2Ccited_by_count%2Cis_retracted`
    json(path('2601.00001'), { cited_by_count: 4, is_retracted: true })
    expect(await harvestFrom(db(), server.url, { kind: 'openalex', now: NOW })).toMatchObject({
      outcome: 'whole',
    })
    json('/graph/v1/paper/batch?fields=citationCount', [{ paperId: 'x', citationCount: 9 }, null])
    expect(await harvestFrom(db(), server.url, { kind: 'semantic-scholar', now: NOW })).toMatchObject({
      outcome: 'whole',
    })
    const signals = await db()
      .selectFrom('signals')
      .select(['origin', 'kind', 'amount', 'weight'])
      .orderBy('id')
      .execute()
    expect(signals).toEqual([
      { origin: 'openalex', kind: 'citation', amount: 4, weight: 0 },
      { origin: 'semantic-scholar', kind: 'citation', amount: 9, weight: 0 },
    ])
    const paper = await findPaper(db(), { scheme: 'arxiv', value: '2601.00001' }, { seenBy: 'everyone' })
    expect(paper?.notices).toEqual([{ kind: 'retraction' }])
  })

  it('count a citation once, however many know of it', async () => {
    const seen = (source: 'openalex' | 'crossref' | 'semantic-scholar', total: number, day: string) =>
      record({
        ...stated('2601.00001'),
        source,
        citations: {
          total,
          observedAt: `2026-01-${day}T00:00:00.000Z`,
          since: `2026-01-${day}T00:00:00.000Z`,
        },
      })
    await record(stated('2601.00001'))
    await seen('openalex', 4, '01')
    await seen('crossref', 2, '01')
    await seen('openalex', 6, '02')
    await seen('crossref', 4, '03')
    await seen('semantic-scholar', 9, '03')
    await seen('crossref', 5, '04')
    const weights = await db().selectFrom('signals').select(['amount', 'weight']).orderBy('id').execute()
    expect(weights).toEqual([
      { amount: 4, weight: 0 },
      { amount: 2, weight: 0 },
      { amount: 2, weight: 2 * WEIGHTS.citation },
      { amount: 2, weight: 0 },
      { amount: 9, weight: 0 },
      { amount: 1, weight: WEIGHTS.citation },
    ])
  })

  it('are no trouble where Semantic Scholar knows none of the papers, but where it answers about fewer', async () => {
    await record({ ...stated('2601.00001'), title: 'Tides' }, { ...stated('2601.00002'), title: 'Lakes' })
    const path = '/graph/v1/paper/batch?fields=citationCount'
    json(path, [{ citationCount: 9 }])
    expect(await harvestFrom(db(), server.url, { kind: 'semantic-scholar', now: NOW })).toMatchObject({
      outcome: 'failed',
      reason: 'Semantic Scholar answered about 1 papers in place of 2.',
    })
    json(path, { error: 'No valid paper ids given' }, { status: 400 })
    expect(await harvestFrom(db(), server.url, { kind: 'semantic-scholar', now: NOW })).toMatchObject({
      outcome: 'whole',
    })
  })

  it('pass over a repository that GitHub blocks, and stop at its secondary limits', async () => {
    await record({
      ...stated('2601.00001'),
      title: 'Tides',
      links: [{ kind: 'code', url: 'https://github.com/tides/Tides' }],
    })
    json('/repos/tides/Tides', { message: 'Repository access blocked' }, { status: 403 })
    expect(await harvestFrom(db(), server.url, { kind: 'github', now: NOW })).toMatchObject({
      outcome: 'whole',
    })
    json('/repos/tides/Tides', { message: 'You have exceeded a secondary rate limit.' }, { status: 403 })
    const later = new Date('2026-01-20T20:00:00Z')
    expect(await harvestFrom(db(), server.url, { kind: 'github', now: later })).toMatchObject({
      outcome: 'failed',
      reason: 'GitHub has asked to be left alone',
    })
  })

  it('count new stars of a repository, and leave GitHub alone when its limit is reached', async () => {
    await record({
      ...stated('2601.00001'),
      title: 'Tides',
      links: [{ kind: 'code', url: 'https://github.com/tides/Tides/tree/main' }],
    })
    json('/repos/tides/Tides', { stargazers_count: 100 }, { headers: { etag: 'W/"1"' } })
    await harvestFrom(db(), server.url, { kind: 'github', now: NOW })
    const later = new Date('2026-01-20T20:00:00Z')
    json('/repos/tides/Tides', { stargazers_count: 130 }, { headers: { etag: 'W/"2"' } })
    await harvestFrom(db(), server.url, { kind: 'github', now: later })
    expect(server.asked.at(-1)?.headers['if-none-match']).toBe('W/"1"')
    const stars = await db()
      .selectFrom('signals')
      .select(['amount', 'weight'])
      .where('kind', '=', 'star')
      .orderBy('id')
      .execute()
    expect(stars.map(({ amount }) => amount)).toEqual([100, 30])
    expect(stars[0]?.weight).toBe(0)
    const reset = Math.floor(new Date('2026-01-27T21:00:00Z').getTime() / 1_000)
    json(
      '/repos/tides/Tides',
      {},
      { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) } },
    )
    const limited = await harvestFrom(db(), server.url, {
      kind: 'github',
      now: new Date('2026-01-27T20:30:00Z'),
    })
    expect(limited).toMatchObject({ outcome: 'failed', reason: 'GitHub’s limit for this hour is reached' })
    const task = await db().selectFrom('source_tasks').select('next_at').executeTakeFirstOrThrow()
    expect(task.next_at).toEqual(new Date('2026-01-27T21:00:00Z'))
  })
})
