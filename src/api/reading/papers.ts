import { z } from 'zod'
import { dayIn, dayPeriod, monthPeriod, weekPeriod, type Period } from '../../papers/calendar.ts'
import { dailyPapers, FURTHEST, type Submitter } from '../../ranking/daily-papers.ts'
import { newestEdition } from '../../ranking/editions.ts'
import { parseQuery } from '../../search/query/parse-query.ts'
import { search } from '../../search/search.ts'
import { SearchAway } from '../../search/engine-client.ts'
import { atMost } from '../../web/at-most.ts'
import { ordersShown, papersShown } from '../../web/shows.ts'
import type { Site } from '../../web/site.ts'
import { reading } from '../operation.ts'
import { problem } from '../problem.ts'
import { ListedPaperShape, PaperId, PaperShape, text } from '../shapes/paper.ts'
import { presentList, presentPapers } from '../shapes/present-papers.ts'
import { askedPaper } from './find-paper.ts'

const GROUP = 'Papers'

export const listDailyPapers = reading({
  id: 'list_daily_papers',
  path: '/api/daily_papers',
  group: GROUP,
  summary: 'The papers of editions: of a day, a week or a month, or the newest first',
  description:
    'Of a day, week or month they come in the order of its page, unless `sort` says otherwise. A day without papers has an empty list.',
  query: z.strictObject({
    date: z.string().optional().describe('A day, like 2026-11-20').meta({ format: 'date' }),
    week: z.string().optional().describe('An ISO week, like 2026-W47'),
    month: z.string().optional().describe('A month, like 2026-11'),
    submitter: text(100).optional().describe('The name of a curator who picked them, or of this site'),
    sort: z.enum(['publishedAt', 'trending']).optional(),
    limit: z.int().min(1).max(100).default(50),
    p: z.int().min(0).max(FURTHEST).default(0).describe('The page, from 0'),
  }),
  answer: z.array(ListedPaperShape),
  async run({ site, now }, { date, week, month, submitter, sort, limit, p }) {
    const asked = [
      { name: 'date', of: date, parse: dayPeriod, like: '2026-11-20' },
      { name: 'week', of: week, parse: weekPeriod, like: '2026-W47' },
      { name: 'month', of: month, parse: monthPeriod, like: '2026-11' },
    ].filter(({ of }) => of !== undefined)
    const [first, second] = asked
    if (second)
      return problem('bad-parameter', `Give one of date, week and month: “${second.name}” is one too many.`, {
        parameter: second.name,
      })
    let period: Period | null = null
    if (first) {
      period = first.parse(first.of ?? '')
      if (period === null)
        return problem('bad-parameter', `There is no such ${first.name}. Write it like ${first.like}.`, {
          parameter: first.name,
        })
    }
    const offset = p * limit
    if (offset > FURTHEST)
      return problem('bad-parameter', `Pages go as far as ${FURTHEST} papers: “p” is too large.`, {
        parameter: 'p',
      })
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
    const orders = ordersShown({ from, to })
    return {
      ok: true,
      body: await presentList(site, papers),
      shows: [
        ...papersShown(papers),
        ...(sort === 'trending' || submitter !== undefined ? ['ranking' as const] : []),
        ...orders,
      ],
    }
  },
})

function submitterNamed({ name }: Site, submitter: string): Submitter {
  return submitter === name ? 'nobody' : { curator: submitter }
}

/** How many searches of programs run at once. */
const inLine = atMost(3, { waiting: 500, full: () => new SearchAway('Too many searches are waiting.') })

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
    const found = await inLine(() =>
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
  answer: PaperShape,
  async run({ site }, { id }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const [body] = await presentPapers(site, [found.paper])
    if (body === undefined) throw new Error('a paper was not presented')
    return { ok: true, body, shows: papersShown([found.paper]) }
  },
})
