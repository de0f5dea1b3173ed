import { z } from 'zod'
import type { HarvestedPaper } from '../../papers/harvested-paper.ts'
import { identifierPath } from '../../papers/identifiers.ts'
import {
  budgetOf,
  factOutcomes,
  factsOneByOne,
  identifierOf,
  type AskedPaper,
  type FactService,
} from '../facts.ts'
import { OPENALEX } from '../services.ts'
import type { HarvestPage, SourceKind, TaskRun } from '../source-kind.ts'
import { oneByOne } from './ask-json.ts'

const ASKED: FactService = { service: 'openalex', which: 'doi or arxiv', perDay: 5_000, atOnce: 50 }

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
  budget: (db, { now }) => budgetOf(db, ASKED, { now }),
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

function harvestFacts(run: TaskRun<Settings>): AsyncGenerator<HarvestPage> {
  const { now, keys, contact, urls } = run
  const ask = oneByOne(run)
  return factsOneByOne(run, ASKED, async (paper) => {
    // arXiv's own DOIs are known there for every paper.
    const doi = paper.doi ?? `10.48550/arxiv.${paper.arxivId}`
    const url = new URL(`${urls.openalex}/works/doi:${identifierPath(doi)}`)
    url.searchParams.set('select', 'id,doi,cited_by_count,is_retracted')
    if (contact !== null) url.searchParams.set('mailto', contact)
    if (keys.openalex !== null) url.searchParams.set('api_key', keys.openalex)
    const said = await ask({ service: OPENALEX, name: 'OpenAlex', url, schema: workSchema })
    return { outcomes: factOutcomes(said, doi, (work) => statementOf(paper, work, now())) }
  })
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
