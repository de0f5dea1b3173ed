import { addDays, parseDay } from '../../../papers/calendar.ts'
import type { HarvestOutcome } from '../../../papers/harvested-paper.ts'
import { ServiceAway } from '../../../outgoing/client.ts'
import { answerPieces } from '../../answer-text.ts'
import { readArxivOai } from '../../formats/arxiv-oai.ts'
import { ARXIV_OAI } from '../../services.ts'
import { SourceTrouble, type HarvestPage, type TaskRun } from '../../source-kind.ts'
import type { ArxivSettings } from '../arxiv.ts'
import { announcedByCalendar } from './api.ts'
import { oaiSet } from './sets.ts'

/** A new source begins with what was announced or changed in so many days. */
const FIRST_DAYS = 7
/** A 503 can take 180 seconds to come. */
const TIMEOUT_MS = 240_000
/** 3,500 records a page today, of a few thousand characters; a collaboration may have thousands of authors. */
const MOST_BYTES = 128_000_000
/** After so many failures of one request its days are asked for one by one. */
const SPLITS_AT = 2

// arXivRaw tells the versions with their dates, by which the day of announcement is known; arXiv, who its authors are.
const FORMATS = ['arXivRaw', 'arXiv'] as const

/** A list of records that is being read: days by their datestamp, both included. */
type Window = { set: string; format: (typeof FORMATS)[number]; from: string; until: string }
type Cursor = {
  /** Everything up to this day was read. */
  done: string | null
  /** What is left of the run under way: the first is being read. */
  windows: Window[]
  /** Where the server said to go on; its tokens end with the day (UTC) on which they were given. */
  token: { text: string; day: string } | null
  /** The last datestamp that was read in the first window, while they came in order. */
  read: string | null
  /** Of the request that comes next. */
  failures: number
}

/**
 * Harvests arXiv's records by their datestamps (the day of the last change) over OAI-PMH. `until` is fixed when a run
 * begins; a run that was broken off goes on with the server's token on the same day, and later from the last datestamp
 * that was read: what comes twice changes nothing, so that none has to be skipped by counting.
 */
export async function* harvestRecords(run: TaskRun<ArxivSettings>): AsyncGenerator<HarvestPage, void> {
  const today = run.now().toISOString().slice(0, 10)
  let cursor = readCursor(run.cursor) ?? { done: null, windows: [], token: null, read: null, failures: 0 }
  if (run.range !== null || cursor.windows.length === 0)
    cursor = { ...cursor, ...NOWHERE, windows: windowsOf(run, { done: cursor.done, today }) }
  const end = cursor.windows.at(-1)?.until ?? today

  while (cursor.windows.length > 0) {
    const [window, ...later] = cursor.windows as [Window, ...Window[]]
    let answer: OaiPage
    try {
      answer = await askForPage(run, { window, cursor, today })
    } catch (error) {
      if (!(error instanceof ServiceAway || error instanceof SourceTrouble) || run.signal.aborted) throw error
      const failures = cursor.failures + 1
      const split = failures >= SPLITS_AT ? byDay(window, cursor.read ?? window.from) : null
      const windows = split === null ? cursor.windows : [...split, ...later]
      const token = split === null ? cursor.token : null
      cursor = { ...cursor, windows, token, failures }
      yield { outcomes: [], cursor }
      throw error
    }
    const next: Cursor = {
      ...cursor,
      ...(answer.token === null
        ? { ...NOWHERE, windows: later }
        : {
            token: { text: answer.token, day: today },
            failures: 0,
          }),
    }
    const order = { last: cursor.read, sorted: true }
    const page: HarvestPage = {
      outcomes: outcomesOf(run, answer.body, order),
      // Read when the page is stored, after its records have been.
      get cursor() {
        if (next.windows.length === 0) return { ...next, done: end }
        return answer.token === null ? next : { ...next, read: order.sorted ? order.last : window.from }
      },
      ...(answer.total !== null && { total: answer.total }),
    }
    yield page
    cursor = page.cursor as Cursor
  }
}

const NOWHERE = { token: null, read: null, failures: 0 } as const

function windowsOf(
  { range, settings }: TaskRun<ArxivSettings>,
  { done, today }: { done: string | null; today: string },
): Window[] {
  const chosen = (settings.categories ?? []).map(oaiSet)
  // Without a set and without categories, all of arXiv.
  const sets = range?.set ? [range.set] : chosen.length === 0 ? [''] : chosen
  // What was changed on the last day after it was asked for.
  const from = range?.from ?? (done === null ? addDays(today, -FIRST_DAYS) : done)
  const until = range?.to ?? today
  return sets.flatMap((set) => FORMATS.map((format) => ({ set, format, from, until })))
}

function byDay(window: Window, from: string): Window[] | null {
  if (from >= window.until) return null
  const days: Window[] = []
  for (let day = from; day <= window.until; day = addDays(day, 1))
    days.push({ ...window, from: day, until: day })
  return days
}

type OaiPage = { body: Buffer | null; token: string | null; total: number | null }
const NOTHING: OaiPage = { body: null, token: null, total: null }

async function askForPage(
  { client, urls, signal }: TaskRun<ArxivSettings>,
  { window, cursor, today }: { window: Window; cursor: Cursor; today: string },
): Promise<OaiPage> {
  const { set, format, until } = window
  const token = cursor.token !== null && cursor.token.day === today ? cursor.token.text : null
  const url = new URL(urls.arxivOai)
  const fresh = {
    metadataPrefix: format,
    from: cursor.read ?? window.from,
    until,
    ...(set !== '' && { set }),
  }
  const parameters = token === null ? fresh : { resumptionToken: token }
  url.search = new URLSearchParams({ verb: 'ListRecords', ...parameters }).toString()
  const { status, body } = await client.request(ARXIV_OAI, url, {
    headers: { accept: 'text/xml, application/xml' },
    timeoutMs: TIMEOUT_MS,
    mostBytes: MOST_BYTES,
    signal,
  })
  const head = body.subarray(0, 4_096).toString('latin1')
  const tail = body.subarray(-4_096).toString('utf8')
  if (status !== 200 || !/<(?:\w+:)?OAI-PMH[\s>]/.test(head) || !/<\/(?:\w+:)?OAI-PMH>\s*$/.test(tail))
    throw new SourceTrouble(
      `arXiv’s OAI server answered with ${status === 200 ? 'something that is no whole list of records' : `status ${status}`}.`,
    )
  const [, code, message = ''] =
    /<(?:\w+:)?error\s[^>]*code\s*=\s*["'](\w+)["'][^>]*>([^<]*)/.exec(head) ?? []
  if (code === undefined) {
    const [, attributes = '', text = ''] =
      /<(?:\w+:)?resumptionToken([^>]*)>([^<]*)<\/(?:\w+:)?resumptionToken>/.exec(tail) ?? []
    const total = /completeListSize\s*=\s*["'](\d+)["']/.exec(attributes)?.[1]
    return {
      body,
      token: text.trim() === '' ? null : decode(text.trim()),
      total: total === undefined ? null : Number(total),
    }
  }
  if (code === 'noRecordsMatch') return NOTHING
  // The list is asked for anew, from what was read last.
  if (code === 'badResumptionToken' && token !== null)
    return askForPage({ client, urls, signal } as TaskRun<ArxivSettings>, {
      window,
      cursor: { ...cursor, token: null },
      today,
    })
  if (code === 'cannotDisseminateFormat' && format === FORMATS[0]) return NOTHING
  throw new SourceTrouble(`arXiv’s OAI server refused: ${code} ${message.trim()}`.trim().slice(0, 300))
}

/** Tokens are text in XML, whose only markup can be entities. */
function decode(token: string): string {
  return token
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}

async function* outcomesOf(
  { calendar }: TaskRun<ArxivSettings>,
  body: Buffer | null,
  order: { last: string | null; sorted: boolean },
): AsyncGenerator<HarvestOutcome> {
  if (body === null) return
  for await (const outcome of readArxivOai(answerPieces(body))) {
    if (!outcome.ok) {
      // One that was deleted says nothing of its paper.
      if (!/<(?:\w+:)?header\s[^>]*status\s*=\s*["']deleted["']/.test(outcome.record ?? '')) yield outcome
      continue
    }
    const { paper } = outcome
    const datestamp = paper.asOf?.slice(0, 10) ?? null
    if (datestamp === null || (order.last !== null && datestamp < order.last)) order.sorted = false
    else order.last = datestamp
    yield { ...outcome, paper: paper.source === 'arxiv-raw' ? announcedByCalendar(paper, calendar) : paper }
  }
}

/** The cursor as an earlier run stored it; null where that is none. */
function readCursor(stored: unknown): Cursor | null {
  if (stored === null || typeof stored !== 'object') return null
  const { done, windows } = stored as Partial<Cursor>
  if (!Array.isArray(windows) || (done !== null && parseDay(String(done)) === null)) return null
  return stored as Cursor
}
