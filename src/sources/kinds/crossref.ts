import { z } from 'zod'
import { parseDay } from '../../papers/calendar.ts'
import { parseIdentifier } from '../../papers/identifiers.ts'
import type { HarvestedPaper } from '../../papers/harvested-paper.ts'
import type { Notice, NoticeKind } from '../../papers/notices.ts'
import { cleanLine } from '../formats/clean-text.ts'
import { askedToday, budgetLeft, noteAsked, papersToAsk, type AskedPaper } from '../facts.ts'
import { CROSSREF } from '../services.ts'
import type { HarvestPage, SourceKind, TaskRun } from '../source-kind.ts'
import { askJsonIfKnown } from './ask-json.ts'

const SERVICE = 'crossref'
const PER_DAY = 5_000
const AT_ONCE = 50

const settings = z.object({})
type Settings = z.infer<typeof settings>

const text = z.string().nullish().catch(undefined)
const date = z
  .object({ 'date-parts': z.array(z.array(z.number().nullable())).optional(), 'date-time': text })
  .nullish()
  .catch(undefined)
const relations = z
  .array(z.object({ id: text, 'id-type': text }))
  .nullish()
  .catch(undefined)
const workSchema = z.object({
  message: z.object({
    DOI: z.string(),
    type: text,
    subtype: text,
    title: z.array(z.string()).nullish().catch(undefined),
    'container-title': z.array(z.string()).nullish().catch(undefined),
    'is-referenced-by-count': z.number().nullish().catch(undefined),
    published: date,
    'updated-by': z
      .array(z.object({ DOI: text, type: text, updated: date }))
      .nullish()
      .catch(undefined),
    relation: z.object({ 'is-preprint-of': relations, 'has-preprint': relations }).nullish().catch(undefined),
  }),
})
type Work = z.infer<typeof workSchema>['message']

/** What Crossref calls updates (https://www.crossref.org/documentation/crossmark), as readers know them. */
const NOTICES: Readonly<Record<string, NoticeKind>> = {
  retraction: 'retraction',
  partial_retraction: 'retraction',
  removal: 'withdrawal',
  withdrawal: 'withdrawal',
  expression_of_concern: 'concern',
  correction: 'correction',
  corrigendum: 'correction',
  erratum: 'correction',
}

/** Crossref: which papers here were retracted or corrected, where preprints came out, and how often all are cited. */
export const crossref: SourceKind<Settings> = {
  kind: 'crossref',
  title: 'Crossref',
  about: 'Facts about papers that are here: retractions, corrections, where preprints were published.',
  settings,
  options: [],
  describe: () => '',
  budget: async (db, { now }) => ({ used: await askedToday(db, { service: SERVICE, now }), perDay: PER_DAY }),
  tasks: [
    {
      name: 'facts',
      schedule: { pattern: '*/10 * * * *', timeZone: 'UTC', spreadMs: 60_000 },
      silentAfterHours: 48,
      harvest: harvestFacts,
    },
  ],
  async *reread() {},
}

async function* harvestFacts(run: TaskRun<Settings>): AsyncGenerator<HarvestPage> {
  const { db, now } = run
  const left = await budgetLeft(db, { service: SERVICE, perDay: PER_DAY, now: now() })
  const papers = await papersToAsk(db, {
    service: SERVICE,
    which: 'doi',
    limit: Math.min(left, AT_ONCE),
    now: now(),
  })
  for (const paper of papers) {
    const work = await askForWork(run, paper.doi ?? '')
    const statement = work && (await statementOf(run, paper, work))
    yield {
      outcomes: statement ? [{ ok: true, position: paper.doi ?? '', paper: statement }] : [],
      cursor: null,
      onlyKnown: true,
    }
    await noteAsked(db, { service: SERVICE, papers: [{ id: paper.id }], now: now() })
  }
}

/** null where Crossref does not know the DOI: other agencies register DOIs too. */
async function askForWork(run: TaskRun<Settings>, doi: string): Promise<Work | null> {
  const url = new URL(`${run.urls.crossref}/works/${encodeURIComponent(doi)}`)
  if (run.contact !== null) url.searchParams.set('mailto', run.contact)
  const answer = await askJsonIfKnown(run, { service: CROSSREF, name: 'Crossref', url, schema: workSchema })
  return answer?.message ?? null
}

async function statementOf(
  run: TaskRun<Settings>,
  { title, doi: asked }: AskedPaper,
  work: Work,
): Promise<HarvestedPaper | null> {
  if (asked === null) return null
  const observedAt = run.now().toISOString()
  const notices = (work['updated-by'] ?? []).flatMap((update): Notice[] => {
    const kind = NOTICES[update.type?.toLowerCase().replaceAll('-', '_') ?? '']
    const doi = doiOf(update.DOI)
    const day = dayOf(update.updated)
    return kind === undefined
      ? []
      : [{ kind, ...(day !== null && { date: day }), ...(doi !== null && { doi }) }]
  })
  const statement: HarvestedPaper = {
    source: 'crossref',
    identifiers: [{ scheme: 'doi', value: asked }],
    asOf: observedAt,
    // Its own is as good as any, and less often mended.
    title,
    ...(notices.length > 0 && { notices }),
  }
  const cited = work['is-referenced-by-count']
  if (typeof cited === 'number') statement.citations = { total: cited, observedAt, since: observedAt }
  const journal = cleanLine(work['container-title']?.[0] ?? '')
  const published = dayOf(work.published)
  const isArticle = work.type === 'journal-article' || work.type === 'proceedings-article'
  if (isArticle)
    statement.publishedAs = {
      doi: asked,
      ...(journal !== '' && { journal }),
      ...(published !== null && { date: published }),
    }
  const article = doiIn(work.relation?.['is-preprint-of'])
  if (article !== null && !isArticle) {
    const other = await askForWork(run, article)
    const otherJournal = cleanLine(other?.['container-title']?.[0] ?? '')
    statement.publishedAs = { doi: article, ...(otherJournal !== '' && { journal: otherJournal }) }
    // Only where both records name each other are they one work: anyone can register a preprint of anything.
    const isMutual =
      other !== null && (other.relation?.['has-preprint'] ?? []).some(({ id }) => doiOf(id) === asked)
    if (isMutual) statement.identifiers.push({ scheme: 'doi', value: article })
    else statement.claims = [{ scheme: 'doi', value: article }]
  }
  return statement
}

function doiIn(related: z.infer<typeof relations>): string | null {
  for (const one of related ?? []) {
    const doi = doiOf(one.id)
    if (doi !== null && (one['id-type'] ?? 'doi') === 'doi') return doi
  }
  return null
}

function doiOf(written: string | null | undefined): string | null {
  const identifier = parseIdentifier(written?.trim() ?? '')?.identifier
  return identifier?.scheme === 'doi' ? identifier.value : null
}

function dayOf(written: z.infer<typeof date>): string | null {
  const [year, month = 1, day = 1] = written?.['date-parts']?.[0] ?? []
  if (!year) return parseDay(written?.['date-time']?.slice(0, 10) ?? '')
  return parseDay(
    [year, month ?? 1, day ?? 1].map((part, i) => String(part).padStart(i === 0 ? 4 : 2, '0')).join('-'),
  )
}
