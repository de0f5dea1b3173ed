import { z } from 'zod'
import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { readBiorxiv, type BiorxivRow } from '../formats/biorxiv.ts'
import { BIORXIV } from '../services.ts'
import { SourceTrouble, type HarvestPage, type SourceKind, type TaskRun } from '../source-kind.ts'
import { askJson } from './ask-json.ts'
import { daysToAsk } from './days.ts'

const FIRST_DAYS = 3

const settings = z.object({
  server: z.enum(['biorxiv', 'medrxiv'], { error: 'must be biorxiv or medrxiv' }).default('biorxiv'),
  categories: z
    .array(z.string().transform(plainCategory).pipe(z.string().min(1).max(60)))
    .max(30, 'at most 30 categories')
    .optional(),
})
type Settings = z.infer<typeof settings>

const answerSchema = z.object({
  messages: z.array(
    z.object({ status: z.string().optional(), total: z.coerce.number().optional().catch(undefined) }),
  ),
  // Each is read by itself, so that none is lost with another.
  collection: z.array(z.unknown()).default([]),
})

/** bioRxiv and medRxiv: what was posted, day by day, each version in a row of its own. */
export const biorxiv: SourceKind<Settings> = {
  kind: 'biorxiv',
  title: 'bioRxiv and medRxiv',
  about: 'Preprints of biology and medicine, on the day they are posted.',
  settings,
  options: [
    { name: 'server', label: 'Server', hint: 'biorxiv or medrxiv; default: biorxiv' },
    {
      name: 'categories',
      label: 'Categories',
      hint: 'Such as neuroscience, genomics; default: all',
      list: true,
    },
  ],
  describe: ({ server, categories = [] }) =>
    [
      server === 'biorxiv' ? 'bioRxiv' : 'medRxiv',
      ...(categories.length > 0 ? [categories.join(', ')] : []),
    ].join(': '),
  tasks: [
    {
      name: 'postings',
      schedule: { pattern: '20 */4 * * *', timeZone: 'America/New_York', spreadMs: 40 * 60_000 },
      silentAfterHours: 48,
      takesRange: true,
      harvest: harvestPostings,
    },
  ],
  async *reread(record) {
    yield* readBiorxiv([JSON.parse(record)], { position: () => 'record' })
  },
}

async function* harvestPostings(run: TaskRun<Settings>): AsyncGenerator<HarvestPage> {
  const { settings: chosen, urls } = run
  const { done, run: days } = daysToAsk(run, { start: 0, first: FIRST_DAYS, overlap: 1 })
  const { from, to } = days
  let total: number | null = null
  for (let at = days.place; ;) {
    const url = new URL(`${urls.biorxiv}/details/${chosen.server}/${from}/${to}/${at}/json`)
    const { messages, collection } = await askJson(run, {
      service: BIORXIV,
      name: 'bioRxiv',
      url,
      schema: answerSchema,
      timeoutMs: 120_000,
    })
    const { status = 'ok' } = messages[0] ?? {}
    // Behind its end the list says nothing of how long it is.
    total = messages[0]?.total ?? total
    // Faults are told with status 200, too; a range without posts is none.
    if (collection.length === 0 && !/^ok$|no (?:posts|articles|papers) found/i.test(status.trim()))
      throw new SourceTrouble(`bioRxiv answered: ${status.slice(0, 200)}`)
    const next = at + collection.length
    if (collection.length === 0 && total !== null && next < total)
      throw new SourceTrouble(`bioRxiv’s list ended after ${next} of ${total} records.`)
    // How many come at once has changed before: what came is what counts.
    const isLast = collection.length === 0 || (total !== null && next >= total)
    const wanted = collection.filter((row) => isIn(row, chosen.categories))
    const outcomes = await withFirstVersions(
      run,
      readBiorxiv(wanted, { position: (i) => `record ${at + i + 1}` }),
    )
    yield {
      outcomes,
      cursor: isLast ? { done: to, run: null } : { done, run: { from, to, place: next } },
      total,
    }
    if (isLast) return
    at = next
  }
}

function isIn(row: unknown, categories: string[] | undefined): boolean {
  if (!categories || categories.length === 0) return true
  const { category } = (row ?? {}) as BiorxivRow
  return typeof category !== 'string' || categories.includes(plainCategory(category))
}

/** `Cell_Biology` as the API writes it: `cell biology`. */
function plainCategory(written: string): string {
  return written
    .replace(/[\s_-]+/g, ' ')
    .trim()
    .toLowerCase()
}

/** Of a later version of a paper that is not here, the earlier ones come too: the first says when it was posted. */
async function withFirstVersions(
  run: TaskRun<Settings>,
  rows: Iterable<HarvestOutcome>,
): Promise<HarvestOutcome[]> {
  const outcomes = [...rows]
  const later = outcomes.flatMap((outcome) =>
    outcome.ok && outcome.paper.announced === undefined ? [outcome.paper.identifiers[0]] : [],
  )
  const here = await run.known(later)
  const first = new Set(
    outcomes.flatMap((outcome) =>
      outcome.ok && outcome.paper.announced !== undefined ? [outcome.paper.identifiers[0].value] : [],
    ),
  )
  const unknown = new Set(
    later.map(({ value }) => value).filter((doi) => !here.has(`doi ${doi}`) && !first.has(doi)),
  )
  const before: HarvestOutcome[] = []
  for (const doi of unknown) {
    const url = new URL(`${run.urls.biorxiv}/details/${run.settings.server}/${encodeURI(doi)}/na/json`)
    let collection: unknown[]
    try {
      ;({ collection } = await askJson(run, { service: BIORXIV, name: 'bioRxiv', url, schema: answerSchema }))
    } catch (error) {
      // One paper whose past is not told must not hold up all others for good.
      if (!(error instanceof SourceTrouble)) throw error
      continue
    }
    before.push(
      ...[...readBiorxiv(collection, { position: (i) => `${doi}, version ${i + 1}` })].filter(({ ok }) => ok),
    )
  }
  return [...before, ...outcomes]
}
