import { z } from 'zod'
import type { OutgoingAnswer } from '../../outgoing/client.ts'
import { pauseSource } from '../../outgoing/turns.ts'
import { parseDay } from '../../papers/calendar.ts'
import { identifierPath, parseIdentifier } from '../../papers/identifiers.ts'
import type { HarvestedPaper } from '../../papers/harvested-paper.ts'
import { collectNotices, type Notice, type NoticeKind } from '../../papers/notices.ts'
import { cleanLine } from '../formats/clean-text.ts'
import {
  budgetOf,
  factOutcomes,
  factsOneByOne,
  otherDois,
  type AskedPaper,
  type FactService,
} from '../facts.ts'
import { CROSSREF } from '../services.ts'
import type { HarvestPage, SourceKind, TaskRun } from '../source-kind.ts'
import { oneByOne } from './ask-json.ts'

const ASKED: FactService = { service: 'crossref', which: 'doi', perDay: 5_000, atOnce: 50 }

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
  budget: (db, { now }) => budgetOf(db, ASKED, { now }),
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

function harvestFacts(run: TaskRun<Settings>): AsyncGenerator<HarvestPage> {
  const ask = oneByOne(run, (answer) => keepItsLimit(run, answer))
  return factsOneByOne(run, ASKED, async (paper) => {
    const doi = paper.doi ?? ''
    const said = await ask(workQuestion(run, doi))
    const statement = said.kind === 'known' ? await statementOf(run, paper, said.value.message) : null
    return { outcomes: factOutcomes(said, doi, () => statement) }
  })
}

/** Each answer says how many requests are allowed in how many seconds: where that is slower than ours, the next one waits. */
async function keepItsLimit({ db, now }: TaskRun<Settings>, { headers }: OutgoingAnswer): Promise<void> {
  const requests = Number(headers['x-rate-limit-limit'])
  const seconds = Number(/^\s*(\d+)\s*s?\s*$/i.exec(String(headers['x-rate-limit-interval'] ?? ''))?.[1])
  if (!(requests > 0) || !(seconds > 0)) return
  const forMs = Math.ceil((seconds * 1_000) / requests)
  if (forMs > CROSSREF.intervalMs) await pauseSource(db, { source: CROSSREF.name, now: now(), forMs })
}

function workQuestion(run: TaskRun<Settings>, doi: string) {
  const url = new URL(`${run.urls.crossref}/works/${identifierPath(doi)}`)
  if (run.contact !== null) url.searchParams.set('mailto', run.contact)
  return { service: CROSSREF, name: 'Crossref', url, schema: workSchema }
}

/** The record of an article, or null where there is none that can be read: other agencies register DOIs too. */
async function articleOf(run: TaskRun<Settings>, doi: string): Promise<Work | null> {
  const said = await oneByOne(run, (answer) => keepItsLimit(run, answer))(workQuestion(run, doi))
  return said.kind === 'known' ? said.value.message : null
}

function noticesIn(work: Work): Notice[] {
  return (work['updated-by'] ?? []).flatMap((update): Notice[] => {
    const kind =
      NOTICES[
        update.type
          ?.trim()
          .toLowerCase()
          .replaceAll(/[-\s]+/g, '_') ?? ''
      ]
    const doi = doiOf(update.DOI)
    const day = dayOf(update.updated)
    return kind === undefined
      ? []
      : [{ kind, ...(day !== null && { date: day }), ...(doi !== null && { doi }) }]
  })
}

async function statementOf(
  run: TaskRun<Settings>,
  paper: AskedPaper,
  work: Work,
): Promise<HarvestedPaper | null> {
  const { title, doi: asked } = paper
  if (asked === null) return null
  const observedAt = run.now().toISOString()
  const notices = noticesIn(work)
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
  // Its own archive may have said what it came out as.
  const ours = await otherDois(run.db, paper)
  const article = doiIn(work.relation?.['is-preprint-of']) ?? ours[0] ?? null
  if (article !== null && !isArticle) {
    const other = await articleOf(run, article)
    if (other === null && doiIn(work.relation?.['is-preprint-of']) === null) return statement
    const otherJournal = cleanLine(other?.['container-title']?.[0] ?? '')
    statement.publishedAs = { doi: article, ...(otherJournal !== '' && { journal: otherJournal }) }
    // Only where both records name each other are they one work: anyone can register a preprint of anything.
    const isMutual =
      other !== null && (other.relation?.['has-preprint'] ?? []).some(({ id }) => doiOf(id) === asked)
    if (other !== null && ours.includes(article)) {
      const all = collectNotices([notices, noticesIn(other)])
      if (all.length > 0) statement.notices = all
    } else if (isMutual) {
      statement.identifiers.push({ scheme: 'doi', value: article })
      // What became of the article became of the paper.
      const all = collectNotices([notices, noticesIn(other)])
      if (all.length > 0) statement.notices = all
    } else statement.claims = [{ scheme: 'doi', value: article }]
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
