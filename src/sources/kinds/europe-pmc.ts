import { z } from 'zod'
import { readEuropePmc } from '../formats/europe-pmc.ts'
import { EUROPE_PMC } from '../services.ts'
import { SourceTrouble, type HarvestPage, type SourceKind, type TaskRun } from '../source-kind.ts'
import { askJson } from './ask-json.ts'
import { daysToAsk } from './days.ts'

const FIRST_DAYS = 7
const PAGE = 200

const settings = z.object({
  query: z
    .string({ error: 'write what to search for, such as malaria' })
    .trim()
    .min(1, 'write what to search for, such as malaria')
    .max(2_000, 'at most 2,000 characters'),
})
type Settings = z.infer<typeof settings>

const answerSchema = z.object({
  hitCount: z.coerce.number().optional().catch(undefined),
  nextCursorMark: z.string().optional(),
  resultList: z.object({ result: z.array(z.unknown()).default([]) }).default({ result: [] }),
})

/** Europe PMC: what a search in it finds, as it is added there. */
export const europePmc: SourceKind<Settings> = {
  kind: 'europe-pmc',
  title: 'Europe PMC',
  about: 'Articles and preprints of the life sciences that a search there finds.',
  settings,
  options: [
    {
      name: 'query',
      label: 'Search',
      hint: 'In Europe PMC’s own syntax, such as (SRC:PPR) AND malaria',
      required: true,
    },
  ],
  describe: ({ query }) => query,
  tasks: [
    {
      name: 'articles',
      schedule: { pattern: '10 5,17 * * *', timeZone: 'UTC', spreadMs: 3_600_000 },
      silentAfterHours: 48,
      takesRange: true,
      harvest: harvestArticles,
    },
  ],
  async *reread(record) {
    yield* readEuropePmc([JSON.parse(record)], { position: () => 'record' })
  },
}

async function* harvestArticles(run: TaskRun<Settings>): AsyncGenerator<HarvestPage> {
  const { done, run: days } = daysToAsk(run, { start: '*', first: FIRST_DAYS, overlap: 2 })
  const { from, to } = days
  // What is due is what was added since; a range is meant by when things came out.
  const field = run.range === null ? 'FIRST_IDATE' : 'FIRST_PDATE'
  let read = 0
  for (let mark = days.place; ;) {
    const url = new URL(`${run.urls.europePmc}/search`)
    url.search = new URLSearchParams({
      query: `(${run.settings.query}) AND (${field}:[${from} TO ${to}])`,
      format: 'json',
      resultType: 'core',
      pageSize: String(PAGE),
      cursorMark: mark,
    }).toString()
    const { hitCount, nextCursorMark, resultList } = await askJson(run, {
      service: EUROPE_PMC,
      name: 'Europe PMC',
      url,
      schema: answerSchema,
      timeoutMs: 120_000,
    })
    const { result } = resultList
    // The mark repeats at the end.
    const isLast = result.length === 0 || nextCursorMark === undefined || nextCursorMark === mark
    if (
      result.length === 0 &&
      mark !== '*' &&
      days.place === '*' &&
      hitCount !== undefined &&
      read < hitCount
    )
      throw new SourceTrouble(`Europe PMC’s list ended after ${read} of ${hitCount} results.`)
    const before = read
    read += result.length
    yield {
      outcomes: readEuropePmc(result, { position: (i) => `result ${before + i + 1}` }),
      cursor: isLast ? { done: to, run: null } : { done, run: { from, to, place: nextCursorMark } },
      total: hitCount ?? null,
    }
    if (isLast) return
    mark = nextCursorMark
  }
}
