import { z } from 'zod'
import { addressPath } from '../../papers/identifiers.ts'
import { addDays, dayIn } from '../../papers/calendar.ts'
import type { Paper } from '../../papers/paper.ts'
import { countedElsewhereOf } from '../../ranking/counted-elsewhere.ts'
import { dailyPapers } from '../../ranking/daily-papers.ts'
import { countPapers } from '../../ranking/count-papers.ts'
import { listPapers } from '../../ranking/lists.ts'
import { parseQuery } from '../../search/query/parse-query.ts'
import { search, similarPapers } from '../../search/search.ts'
import type { Site } from '../../web/site.ts'
import { papersShown } from '../../web/shows.ts'
import { reading } from '../operation.ts'
import { Day, PaperId, text } from '../shapes/paper.ts'
import { markdownOf } from '../shapes/paper-text.ts'
import { askedPaper } from './find-paper.ts'
import { searchInLine } from './search-in-line.ts'

/**
 * What the client of Papers with Code reads (`pwc`, with PWC_API_URL at /api/v1 of this site): its paths, its parameters and the
 * properties that its source reads, as far as this site knows them.
 */
const GROUP = 'For the client of Papers with Code'

const Entry = z
  .object({
    id: z.string(),
    arxiv_id: z.string().nullable(),
    route_identifier: z.string(),
    title: z.string(),
    abstract: z.string().nullable(),
    authors: z.array(z.string()),
    published: z.string().nullable(),
    date_published: z.string().nullable(),
    citation_count: z.int().nullable(),
    url_abs: z.string(),
    url_pdf: z.string().nullable(),
  })
  .meta({ id: 'CataloguePaper' })

const Page = z.object({
  count: z.int(),
  page: z.int(),
  page_size: z.int(),
  results: z.array(Entry),
  applied_filters: z.record(z.string(), z.string()).optional(),
})
const Results = z.object({ count: z.int(), results: z.array(Entry) })

const pageNumber = z.int().min(1).max(100).default(1)
const pageSize = z.int().min(1).max(100).default(20)
const limit = (usually: number) => z.int().min(1).max(100).default(usually)
const dates = {
  start_date: Day.optional().describe('Papers of editions from this day on'),
  end_date: Day.optional().describe('Papers of editions up to this day'),
}

export const searchCatalogue = reading({
  id: 'pwc_search_papers',
  path: '/api/v1/papers/search',
  group: GROUP,
  summary: 'Search papers',
  query: z.strictObject({
    q: text(1_000).default(''),
    page: z.int().min(1).max(10).default(1),
    page_size: pageSize,
    mode: z
      .enum(['hybrid', 'keyword', 'semantic'])
      .default('hybrid')
      .describe('Words and meaning always count here'),
    ...dates,
  }),
  answer: Page,
  isTool: false,
  async run({ site }, { q, page, page_size: size, start_date: from, end_date: to }) {
    const found = await searchCataloguePage(site, { words: q, from, to, order: '', page, size })
    return {
      ok: true,
      body: { count: found.total, page, page_size: size, results: await entries(site, found.papers) },
      isOwn: true,
    }
  },
})

export const listCatalogue = reading({
  id: 'pwc_list_papers',
  path: '/api/v1/papers/',
  group: GROUP,
  summary: 'List papers of editions',
  query: z.strictObject({
    page: pageNumber,
    page_size: pageSize,
    search: text(1_000).optional(),
    ...dates,
    latest_only: z.boolean().optional().describe('Every paper is here once'),
    order_by: z.enum(['trending', 'date_published']).default('trending'),
    order_dir: z.enum(['desc']).default('desc'),
    include_resources: z.boolean().optional().describe('Those of one paper are at its own address'),
  }),
  answer: Page,
  isTool: false,
  async run({ site, now }, { page, page_size: size, search: words, order_by, start_date, end_date }) {
    const applied_filters = {
      ...(start_date !== undefined && { start_date }),
      ...(end_date !== undefined && { end_date }),
    }
    if (words !== undefined && words.trim() !== '') {
      const order = order_by === 'trending' ? 'sort:hot' : 'sort:new'
      const found = await searchCataloguePage(site, {
        words,
        from: start_date,
        to: end_date,
        order,
        page,
        size,
      })
      const results = await entries(site, found.papers)
      return {
        ok: true,
        body: { count: found.total, page, page_size: size, results, applied_filters },
        isOwn: true,
      }
    }
    const to = end_date ?? dayIn(site.timeZone, now)
    const from = start_date ?? null
    const [papers, count] = await Promise.all([
      dailyPapers(site.db, {
        from,
        to,
        sort: order_by === 'trending' ? 'trending' : 'publishedAt',
        offset: (page - 1) * size,
        limit: size,
      }),
      countPapers(site.db, { kind: 'editions', from: from ?? '1900-01-01', to }),
    ])
    return {
      ok: true,
      body: { count, page, page_size: size, results: await entries(site, papers), applied_filters },
      shows: [...papersShown(papers), 'ranking'],
    }
  },
})

export const recentInCatalogue = reading({
  id: 'pwc_recent_papers',
  path: '/api/v1/papers/recent',
  group: GROUP,
  summary: 'The newest papers',
  query: z.strictObject({ limit: limit(10) }),
  answer: Results,
  isTool: false,
  async run({ site }, { limit: most }) {
    const { papers } = await listPapers(site.db, { list: { kind: 'new' }, limit: most })
    const results = await entries(site, papers)
    return { ok: true, body: { count: results.length, results }, shows: papersShown(papers) }
  },
})

export const trendingInCatalogue = reading({
  id: 'pwc_trending_papers',
  path: '/api/v1/papers/trending',
  group: GROUP,
  summary: 'The papers drawing the most attention now',
  query: z.strictObject({
    limit: limit(20),
    max_age_days: z.int().min(1).max(365).default(180).describe('Papers of editions of so many days'),
    min_velocity: z
      .number()
      .min(0)
      .max(1e9)
      .optional()
      .describe('No such measure is kept here: every paper passes'),
  }),
  answer: Results,
  isTool: false,
  async run({ site, now }, { limit: most, max_age_days: days }) {
    const to = dayIn(site.timeZone, now)
    const papers = await dailyPapers(site.db, {
      from: addDays(to, 1 - days),
      to,
      sort: 'trending',
      hotOnly: true,
      offset: 0,
      limit: most,
    })
    const results = await entries(site, papers)
    return { ok: true, body: { count: results.length, results }, shows: [...papersShown(papers), 'ranking'] }
  },
})

export const relatedInCatalogue = reading({
  id: 'pwc_related_papers',
  path: '/api/v1/papers/{id+}/related',
  group: GROUP,
  summary: 'The papers nearest to one in meaning',
  parameters: z.strictObject({ id: PaperId }),
  query: z.strictObject({ limit: z.int().min(1).max(20).default(4) }),
  answer: Results,
  isTool: false,
  async run({ site }, { id, limit: most }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const similar = await searchInLine(() => similarPapers(site.search, { id: found.paper.id, limit: most }))
    const results = await entries(
      site,
      similar.map(({ paper }) => paper),
    )
    return { ok: true, body: { count: results.length, results }, isOwn: true }
  },
})

const Repository = z.object({ url: z.string(), is_official: z.boolean(), stars: z.int().nullable() })

export const getFromCatalogue = reading({
  id: 'pwc_get_paper',
  path: '/api/v1/papers/{id+}',
  group: GROUP,
  summary: 'One paper',
  parameters: z.strictObject({ id: PaperId }),
  query: z.strictObject({
    include_resources: z
      .boolean()
      .default(false)
      .describe('With its repositories, project pages, models, datasets and demos'),
  }),
  answer: Entry.extend({
    organizations: z.array(z.object({ name: z.string() })),
    conference: z.string().nullable(),
    predecessor_papers: z.array(Entry),
    successor_papers: z.array(Entry),
    repositories: z.array(Repository).optional(),
    project_pages: z.array(z.string()).optional(),
    hf_models: z.array(z.string()).optional(),
    hf_datasets: z.array(z.string()).optional(),
    hf_spaces: z.array(z.string()).optional(),
  }),
  isTool: false,
  async run({ site }, { id, include_resources: withResources }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const { paper } = found
    const counts = (await countedElsewhereOf(site.db, [paper.id])).get(paper.id) ?? []
    const of = (wanted: string) => paper.links.filter(({ kind }) => kind === wanted).map(({ url }) => url)
    const stars = counts.find(({ kind }) => kind === 'star')?.total ?? null
    const affiliations = new Set(paper.authors.flatMap(({ affiliation }) => affiliation ?? []))
    return {
      ok: true,
      body: {
        ...toEntry(site, paper, counts.find(({ kind }) => kind === 'citation')?.total ?? null),
        organizations: [...affiliations].map((name) => ({ name })),
        conference: paper.publication?.container ?? null,
        // No source tells which paper follows which.
        predecessor_papers: [],
        successor_papers: [],
        ...(withResources && {
          // A link that stands in the abstract or comes with the paper is its authors' own.
          repositories: of('code').map((url, i) => ({
            url,
            is_official: true,
            stars: i === 0 ? stars : null,
          })),
          project_pages: of('project'),
          hf_models: of('model'),
          hf_datasets: of('dataset'),
          hf_spaces: of('demo'),
        }),
      },
      shows: papersShown([paper]),
      isOwn: paper.hidden,
    }
  },
})

export const readFromCatalogue = reading({
  id: 'pwc_read_paper',
  path: '/api/v1/research/papers/{id+}/read',
  group: GROUP,
  summary: 'A paper as a text in Markdown',
  parameters: z.strictObject({ id: PaperId }),
  answer: z.string(),
  answerType: 'text/markdown',
  isTool: false,
  async run({ site }, { id }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const { paper } = found
    return { ok: true, body: markdownOf(site, paper), shows: papersShown([paper]), isOwn: paper.hidden }
  },
})

async function searchCataloguePage(
  site: Site,
  {
    words,
    from,
    to,
    order,
    page,
    size,
  }: {
    words: string
    from: string | undefined
    to: string | undefined
    order: '' | 'sort:hot' | 'sort:new'
    page: number
    size: number
  },
): Promise<{ total: number; papers: Paper[] }> {
  const asked = [
    words.replaceAll(/\s+/g, ' ').trim(),
    ...(from === undefined ? [] : [`since:${from}`]),
    ...(to === undefined ? [] : [`until:${to}`]),
    order,
  ]
  const typed = asked.filter((part) => part !== '').join(' ')
  const { results, total } = await searchInLine(() =>
    search(site.search, {
      query: parseQuery(typed === '' ? 'sort:new' : typed),
      typed,
      offset: (page - 1) * size,
      limit: size,
    }),
  )
  return { total, papers: results.map(({ paper }) => paper) }
}

async function entries(site: Site, papers: readonly Paper[]): Promise<z.input<typeof Entry>[]> {
  const counts = await countedElsewhereOf(
    site.db,
    papers.map(({ id }) => id),
  )
  return papers.map((paper) => {
    const citations = counts.get(paper.id)?.find(({ kind }) => kind === 'citation')
    return toEntry(site, paper, citations?.total ?? null)
  })
}

function toEntry(site: Site, paper: Paper, citations: number | null): z.input<typeof Entry> {
  const published = paper.published?.value.slice(0, 10) ?? null
  return {
    id: paper.address,
    arxiv_id: paper.arxivId,
    route_identifier: paper.address,
    title: paper.title,
    abstract: paper.abstract,
    authors: paper.authors.map(({ name }) => name),
    published,
    date_published: published,
    citation_count: citations,
    url_abs: site.origin + addressPath(paper.address),
    url_pdf: paper.arxivId === null ? null : `https://arxiv.org/pdf/${paper.arxivId}`,
  }
}
