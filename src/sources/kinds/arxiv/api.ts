import { ARXIV_API } from '../../services.ts'
import { answerPieces, answerText } from '../../answer-text.ts'
import { announcementDay, type ArxivCalendar } from '../../arxiv-calendar.ts'
import { readArxivAtom } from '../../formats/arxiv-atom.ts'
import { SourceTrouble, type TaskRun } from '../../source-kind.ts'
import type { HarvestOutcome } from '../../../papers/harvested-paper.ts'

/** Identifiers in one request: its address stays short enough for every server between. */
const BATCH = 100

/**
 * What arXiv's API says of papers by their identifiers, a hundred a request. `announced` tells the day of each. Throws
 * `SourceTrouble` where it leaves some out: they were announced, so that its answer is not whole.
 */
export async function* askForPapers(
  { client, urls, signal }: Pick<TaskRun<unknown>, 'client' | 'urls' | 'signal'>,
  { ids, announced }: { ids: string[]; announced: (id: string, submitted: Date) => string },
): AsyncGenerator<HarvestOutcome[]> {
  for (let at = 0; at < ids.length; at += BATCH) {
    const batch = ids.slice(at, at + BATCH)
    const url = new URL(`${urls.arxivApi}/api/query`)
    url.search = new URLSearchParams({
      id_list: batch.join(','),
      max_results: String(batch.length),
    }).toString()
    const { status, body } = await client.request(ARXIV_API, url, {
      headers: { accept: 'application/atom+xml' },
      timeoutMs: 60_000,
      mostBytes: 16_000_000,
      signal,
    })
    const text = await answerText(body, { most: 16_000_000 })
    if (status !== 200 || text === null || !/<\/feed>\s*$/.test(text.slice(-200)))
      throw new SourceTrouble('arXiv’s API answered with something that is no whole list of papers.')
    const outcomes: HarvestOutcome[] = []
    for await (const outcome of readArxivAtom(answerPieces(body)))
      outcomes.push(outcome.ok ? { ...outcome, paper: withAnnounced(outcome.paper, announced) } : outcome)
    const found = new Set(outcomes.map((outcome) => (outcome.ok ? arxivIdOf(outcome.paper) : null)))
    yield outcomes
    const missing = batch.filter((id) => !found.has(id))
    if (missing.length > 0 && outcomes.every(({ ok }) => ok))
      throw new SourceTrouble(`arXiv’s API left out ${missing.length} of the papers that it was asked for.`)
  }
}

type Paper = Extract<HarvestOutcome, { ok: true }>['paper']

function withAnnounced(paper: Paper, announced: (id: string, submitted: Date) => string): Paper {
  const first = paper.versions?.find(({ number }) => number === 1)
  const id = arxivIdOf(paper)
  return first === undefined || id === null
    ? paper
    : { ...paper, announced: announced(id, new Date(first.submittedAt)) }
}

export function arxivIdOf(paper: Pick<Paper, 'identifiers'>): string | null {
  return paper.identifiers.find(({ scheme }) => scheme === 'arxiv')?.value ?? null
}

/** A paper with the day on which its first version was announced by the calendar, where its statement dates that. */
export function announcedByCalendar(paper: Paper, calendar: ArxivCalendar): Paper {
  return withAnnounced(paper, (_, submitted) => announcementDay(submitted, calendar))
}
