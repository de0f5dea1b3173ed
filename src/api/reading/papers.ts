import { z } from 'zod'
import { addressPath } from '../../papers/identifiers.ts'
import { dayIn, dayPeriod, monthPeriod, weekPeriod, type Period } from '../../papers/calendar.ts'
import type { LinkKind } from '../../papers/links.ts'
import type { Paper } from '../../papers/paper.ts'
import { dailyPapers, type Submitter } from '../../ranking/daily-papers.ts'
import { countedElsewhereOf } from '../../ranking/counted-elsewhere.ts'
import { newestEdition } from '../../ranking/editions.ts'
import { parseQuery } from '../../search/query/parse-query.ts'
import { search, similarPapers } from '../../search/search.ts'
import { explain } from '../../search/explain.ts'
import { ordersShown, papersShown } from '../../web/shows.ts'
import type { Site } from '../../web/site.ts'
import { reading } from '../operation.ts'
import { problem } from '../problem.ts'
import { Day, ListedPaperShape, Month, PaperId, PaperShape, text, Week } from '../shapes/paper.ts'
import { markdownOf } from '../shapes/paper-text.ts'
import { presentList, presentPapers } from '../shapes/present-papers.ts'
import { CommentShape } from '../shapes/comment.ts'
import { commentsAsJson } from './discussion.ts'
import { askedPaper } from './find-paper.ts'
import { searchInLine } from './search-in-line.ts'

const GROUP = 'Papers'

const LARGEST_PAGE = 100
/** Pages beyond would be read to be thrown away. */
const FURTHEST_PAGE = 100

/** What two periods have in common: nothing, where the first day is after the last. */
function common(a: Pick<Period, 'from' | 'to'>, b: Pick<Period, 'from' | 'to'>) {
  return { from: a.from > b.from ? a.from : b.from, to: a.to < b.to ? a.to : b.to }
}

export const listDailyPapers = reading({
  id: 'list_daily_papers',
  path: '/api/daily_papers',
  group: GROUP,
  summary: 'The papers of editions: of a day, a week or a month, or the newest first',
  description:
    'They come in the order of the page of that day, week or month, unless `sort` says otherwise. A day without papers has an empty list.',
  query: z.strictObject({
    date: Day.optional(),
    week: Week.optional(),
    month: Month.optional(),
    submitter: text(100).optional().describe('The name of a curator who picked them, or of this site'),
    sort: z.enum(['publishedAt', 'trending']).optional(),
    limit: z.int().min(1).max(LARGEST_PAGE).default(50),
    p: z.int().min(0).max(FURTHEST_PAGE).default(0).describe('The page, from 0'),
  }),
  answer: z.array(ListedPaperShape),
  async run({ site, now }, { date, week, month, submitter, sort, limit, p }) {
    const periods = [
      { name: 'date', of: date, parse: dayPeriod },
      { name: 'week', of: week, parse: weekPeriod },
      { name: 'month', of: month, parse: monthPeriod },
    ]
    let period: Pick<Period, 'from' | 'to'> | null = null
    for (const { name, of, parse } of periods) {
      if (of === undefined) continue
      const parsed = parse(of)
      // Few years have a week 53.
      if (parsed === null) return problem('not-found', `There is no ${name} ${of}.`, { parameter: name })
      period = period === null ? parsed : common(period, parsed)
    }
    const offset = p * limit
    const { db, timeZone } = site
    const newest = period ? null : await newestEdition(db, { now, timeZone })
    const to = period?.to ?? newest ?? dayIn(timeZone, now)
    const from = period?.from ?? null
    const papers = await dailyPapers(db, {
      from,
      to,
      sort: sort ?? 'edition',
      submitter: submitter === undefined ? null : submitterNamed(site, submitter),
      offset,
      limit,
    })
    return {
      ok: true,
      body: await presentList(site, papers),
      shows: [
        ...papersShown(papers),
        ...ordersShown({ from, to }),
        ...(sort === 'trending' ? ['ranking' as const] : []),
        ...(submitter === undefined ? [] : ['picks' as const]),
      ],
    }
  },
})

function submitterNamed({ name }: Site, submitter: string): Submitter {
  return submitter === name ? 'nobody' : { curator: submitter }
}

const Repository = z.object({ id: z.string(), url: z.string() })

/** `owner/name` of a page on a hub, or its whole address. */
function repositoryName(url: string): string {
  const page = URL.parse(url)
  const [, name] = /^\/(?:datasets\/|spaces\/|models\/)?([\w.-]+\/[\w.-]+)$/.exec(page?.pathname ?? '') ?? []
  return name ?? url
}

/** The models, datasets and demos that a paper links to. */
function repositoriesOf({ links }: Paper) {
  const of = (wanted: LinkKind) =>
    links.filter(({ kind }) => kind === wanted).map(({ url }) => ({ id: repositoryName(url), url }))
  return { models: of('model'), datasets: of('dataset'), spaces: of('demo') }
}

export const searchPapers = reading({
  id: 'search_papers',
  path: '/api/papers/search',
  group: GROUP,
  summary: 'Search papers by words and meaning',
  description: 'The query language of the search box, as at /about/search. Without `q`, the newest papers.',
  query: z.strictObject({
    q: text(1_000).default('').describe('What to look for'),
    limit: z.int().min(1).max(100).default(20),
    offset: z.int().min(0).max(1_000).default(0).describe('How many results to pass over'),
  }),
  answer: z.array(ListedPaperShape),
  async run({ site }, { q, limit, offset }) {
    const typed = q.replaceAll(/\s+/g, ' ').trim()
    const found = await searchInLine(() =>
      search(site.search, { query: parseQuery(typed === '' ? 'sort:new' : typed), typed, offset, limit }),
    )
    const more = offset + limit < found.reachable && offset + limit <= 1_000
    return {
      ok: true,
      body: await presentList(
        site,
        found.results.map(({ paper }) => paper),
      ),
      next: more ? { offset: String(offset + limit) } : null,
    }
  },
})

export const getPaper = reading({
  id: 'get_paper',
  path: '/api/papers/{id+}',
  group: GROUP,
  summary: 'One paper, with all its facts',
  parameters: z.strictObject({ id: PaperId }),
  query: z.strictObject({
    field: z.enum(['comments']).optional().describe('`comments`: with the comments on it'),
  }),
  answer: PaperShape.extend({
    linkedModels: z.array(Repository),
    numTotalModels: z.int(),
    linkedDatasets: z.array(Repository),
    numTotalDatasets: z.int(),
    linkedSpaces: z.array(Repository),
    numTotalSpaces: z.int(),
    comments: z.array(CommentShape).optional(),
  }),
  async run({ site }, { id, field }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const { paper } = found
    const [[body], comments] = await Promise.all([
      presentPapers(site, [paper]),
      field === 'comments' ? commentsAsJson(site, paper) : null,
    ])
    if (body === undefined) throw new Error('a paper was not presented')
    const { models, datasets, spaces } = repositoriesOf(paper)
    return {
      ok: true,
      body: {
        ...body,
        linkedModels: models,
        numTotalModels: models.length,
        linkedDatasets: datasets,
        numTotalDatasets: datasets.length,
        linkedSpaces: spaces,
        numTotalSpaces: spaces.length,
        ...(comments && { comments }),
      },
      shows: papersShown([paper]),
      isOwn: paper.hidden,
    }
  },
})

export const readPaper = reading({
  id: 'read_paper',
  path: '/api/papers/{id+}/markdown',
  group: GROUP,
  summary: 'A paper as a text in Markdown: its facts, its abstract, where to read on',
  description: 'The same text is at /papers/{id}.md, as it is.',
  parameters: z.strictObject({ id: PaperId }),
  answer: z.object({ id: z.string(), url: z.string(), markdown: z.string() }).meta({ id: 'PaperText' }),
  async run({ site }, { id }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const { paper } = found
    const url = site.origin + addressPath(paper.address)
    return {
      ok: true,
      body: { id: paper.address, url, markdown: markdownOf(site, paper) },
      shows: papersShown([paper]),
      isOwn: paper.hidden,
    }
  },
})

export const similarPapersTo = reading({
  id: 'similar_papers',
  path: '/api/papers/{id+}/similar',
  group: GROUP,
  summary: 'The papers nearest to one in meaning',
  description: 'Empty while the paper has no vector, and where nothing is near.',
  parameters: z.strictObject({ id: PaperId }),
  query: z.strictObject({ limit: z.int().min(1).max(50).default(10) }),
  answer: z.array(
    ListedPaperShape.extend({ similarity: z.number().describe('The cosine of both, up to 1') }),
  ),
  async run({ site }, { id, limit }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const similar = await searchInLine(() => similarPapers(site.search, { id: found.paper.id, limit }))
    const listed = await presentList(
      site,
      similar.map(({ paper }) => paper),
    )
    return {
      ok: true,
      body: listed.map((entry, i) => ({ ...entry, similarity: similar[i]?.similarity ?? 0 })),
      isOwn: true,
    }
  },
})

export const explainSimilarity = reading({
  id: 'explain_similarity',
  path: '/api/papers/explain',
  group: GROUP,
  summary: 'What two papers have in common, sentence by sentence',
  query: z.strictObject({ a: PaperId, b: PaperId }),
  answer: z
    .object({
      similarity: z
        .number()
        .nullable()
        .describe('The cosine of both as a whole; null while there are no vectors'),
      pairs: z.array(z.object({ ofA: z.string(), ofB: z.string(), similarity: z.number() })),
    })
    .meta({ id: 'Explanation' }),
  async run({ site }, { a, b }) {
    const [first, second] = await Promise.all([
      askedPaper(site, a, { parameter: 'a' }),
      askedPaper(site, b, { parameter: 'b' }),
    ])
    if (!first.ok) return first
    if (!second.ok) return second
    const found = await searchInLine(() => explain(site.search, first.paper, second.paper))
    return {
      ok: true,
      body: found.ok ? { similarity: found.similarity, pairs: found.pairs } : { similarity: null, pairs: [] },
      isOwn: true,
    }
  },
})

export const listRepositories = reading({
  id: 'list_repositories',
  path: '/api/arxiv/{id+}/repos',
  group: GROUP,
  summary: 'The code, models, datasets and demos of a paper',
  parameters: z.strictObject({ id: PaperId }),
  answer: z
    .object({
      code: z.array(z.object({ url: z.string(), stars: z.int().nullable() })),
      models: z.array(Repository),
      numTotalModels: z.int(),
      datasets: z.array(Repository),
      numTotalDatasets: z.int(),
      spaces: z.array(Repository),
      numTotalSpaces: z.int(),
    })
    .meta({ id: 'Repositories' }),
  async run({ site }, { id }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const { paper } = found
    const counts = (await countedElsewhereOf(site.db, [paper.id])).get(paper.id) ?? []
    const stars = counts.find(({ kind }) => kind === 'star')?.total ?? null
    const { models, datasets, spaces } = repositoriesOf(paper)
    const code = paper.links.filter(({ kind }) => kind === 'code')
    return {
      ok: true,
      body: {
        code: code.map(({ url }, i) => ({ url, stars: i === 0 ? stars : null })),
        models,
        numTotalModels: models.length,
        datasets,
        numTotalDatasets: datasets.length,
        spaces,
        numTotalSpaces: spaces.length,
      },
      shows: papersShown([paper]),
      isOwn: paper.hidden,
    }
  },
})
