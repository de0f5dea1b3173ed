import { z } from 'zod'
import type { HarvestedPaper, HarvestOutcome } from '../../papers/harvested-paper.ts'
import {
  askedToday,
  budgetLeft,
  doiPath,
  identifierOf,
  learn,
  noteAsked,
  papersToAsk,
  type AskedPaper,
} from '../facts.ts'
import { OPENALEX } from '../services.ts'
import type { HarvestPage, SourceKind, TaskRun } from '../source-kind.ts'
import { oneByOne } from './ask-json.ts'

const SERVICE = 'openalex'
const PER_DAY = 5_000
const AT_ONCE = 50

const settings = z.object({})
type Settings = z.infer<typeof settings>

const workSchema = z.object({
  cited_by_count: z.number().int().nonnegative().nullish().catch(undefined),
  is_retracted: z.boolean().nullish().catch(undefined),
})

/** OpenAlex: how often papers here are cited, and which it knows as retracted. A single work by its DOI costs nothing. */
export const openalex: SourceKind<Settings> = {
  kind: 'openalex',
  title: 'OpenAlex',
  about: 'Facts about papers that are here: how often they are cited, and whether they were retracted.',
  settings,
  options: [],
  describe: () => '',
  budget: async (db, { now }) => ({ used: await askedToday(db, { service: SERVICE, now }), perDay: PER_DAY }),
  tasks: [
    {
      name: 'facts',
      schedule: { pattern: '5-59/10 * * * *', timeZone: 'UTC', spreadMs: 60_000 },
      silentAfterHours: 48,
      harvest: harvestFacts,
    },
  ],
  async *reread() {},
}

async function* harvestFacts(run: TaskRun<Settings>): AsyncGenerator<HarvestPage> {
  const { db, now, keys, contact } = run
  const left = await budgetLeft(db, { service: SERVICE, perDay: PER_DAY, now: now() })
  const limit = Math.min(left, AT_ONCE)
  const ask = oneByOne(run)
  for (const paper of await papersToAsk(db, { service: SERVICE, which: 'doi or arxiv', limit, now: now() })) {
    // arXiv's own DOIs are known there for every paper.
    const doi = paper.doi ?? `10.48550/arxiv.${paper.arxivId}`
    const url = new URL(`${run.urls.openalex}/works/doi:${doiPath(doi)}`)
    url.searchParams.set('select', 'id,doi,cited_by_count,is_retracted')
    if (contact !== null) url.searchParams.set('mailto', contact)
    if (keys.openalex !== null) url.searchParams.set('api_key', keys.openalex)
    const { outcomes, failure } = await learn(async (): Promise<HarvestOutcome[]> => {
      const said = await ask({ service: OPENALEX, name: 'OpenAlex', url, schema: workSchema })
      if (said.kind === 'unreadable')
        return [{ ok: false, position: doi, reason: said.reason, record: said.text }]
      const statement = said.kind === 'known' ? statementOf(paper, said.value, now()) : null
      return statement ? [{ ok: true, position: doi, paper: statement }] : []
    })
    yield {
      outcomes,
      cursor: null,
      onlyKnown: true,
      alongside: (trx) => noteAsked(trx, { service: SERVICE, papers: [{ id: paper.id }], now: now() }),
    }
    if (failure) throw failure
  }
}

function statementOf(
  paper: AskedPaper,
  { cited_by_count: cited, is_retracted: isRetracted }: z.infer<typeof workSchema>,
  now: Date,
): HarvestedPaper | null {
  const identifier = identifierOf(paper)
  if (identifier === null) return null
  const observedAt = now.toISOString()
  return {
    source: 'openalex',
    identifiers: [identifier],
    asOf: observedAt,
    title: paper.title,
    ...(typeof cited === 'number' && { citations: { total: cited, observedAt, since: observedAt } }),
    ...(isRetracted === true && { notices: [{ kind: 'retraction' as const }] }),
  }
}
