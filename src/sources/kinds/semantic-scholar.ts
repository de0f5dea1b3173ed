import { z } from 'zod'
import { budgetOf, identifierOf, pageOfFacts, papersOfRun, type FactService } from '../facts.ts'
import { SEMANTIC_SCHOLAR } from '../services.ts'
import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { SourceTrouble, type HarvestPage, type SourceKind, type TaskRun } from '../source-kind.ts'
import { oneByOne } from './ask-json.ts'

/** `atOnce`: as many as it answers about at once. */
const ASKED: FactService = {
  service: 'semantic-scholar',
  which: 'doi or arxiv',
  perDay: 20_000,
  atOnce: 500,
}

const settings = z.object({})
type Settings = z.infer<typeof settings>

// In the order of the question; null for what it does not know.
const answerSchema = z.array(
  z.object({ citationCount: z.number().int().nonnegative().nullish().catch(undefined) }).nullable(),
)

/** Semantic Scholar: how often papers here are cited, hundreds at a time. */
export const semanticScholar: SourceKind<Settings> = {
  kind: 'semantic-scholar',
  title: 'Semantic Scholar',
  about: 'How often papers that are here are cited.',
  settings,
  options: [],
  describe: () => '',
  budget: (db, { now }) => budgetOf(db, ASKED, { now }),
  tasks: [
    {
      name: 'facts',
      schedule: { pattern: '15 * * * *', timeZone: 'UTC', spreadMs: 10 * 60_000 },
      silentAfterHours: 48,
      harvest: harvestFacts,
    },
  ],
  async *reread() {},
}

async function* harvestFacts(run: TaskRun<Settings>): AsyncGenerator<HarvestPage> {
  const { now, keys } = run
  const papers = await papersOfRun(run, ASKED)
  if (papers.length === 0) return
  const url = new URL(`${run.urls.semanticScholar}/graph/v1/paper/batch`)
  url.searchParams.set('fields', 'citationCount')
  const ids = papers.map(({ arxivId, doi }) => (arxivId === null ? `DOI:${doi}` : `ARXIV:${arxivId}`))
  const said = await oneByOne(run)({
    service: SEMANTIC_SCHOLAR,
    name: 'Semantic Scholar',
    url,
    schema: answerSchema,
    headers: {
      'content-type': 'application/json',
      ...(keys.semanticScholar !== null && { 'x-api-key': keys.semanticScholar }),
    },
    body: JSON.stringify({ ids }),
  })
  // It knows none of them, which it says with status 400.
  const knowsNone = said.kind === 'unreadable' && /no valid paper ids/i.test(said.text)
  if (said.kind !== 'known' && !knowsNone)
    throw new SourceTrouble(
      said.kind === 'unreadable' ? said.reason : 'Semantic Scholar answered with status 404.',
    )
  const works = said.kind === 'known' ? said.value : ids.map(() => null)
  if (works.length !== ids.length)
    throw new SourceTrouble(
      `Semantic Scholar answered about ${works.length} papers in place of ${ids.length}.`,
    )
  const observedAt = now().toISOString()
  const outcomes = papers.flatMap((paper, i): HarvestOutcome[] => {
    const identifier = identifierOf(paper)
    const cited = works[i]?.citationCount
    if (identifier === null || typeof cited !== 'number') return []
    const statement = {
      source: 'semantic-scholar' as const,
      identifiers: [identifier] as [typeof identifier],
      asOf: observedAt,
      title: paper.title,
      citations: { total: cited, observedAt, since: observedAt },
    }
    return [{ ok: true, position: ids[i] ?? '', paper: statement }]
  })
  yield pageOfFacts(run, { service: ASKED.service, papers: papers.map(({ id }) => ({ id })), outcomes })
}
