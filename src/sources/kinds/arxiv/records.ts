import { addDays, parseDay } from '../../../papers/calendar.ts'
import type { HarvestOutcome } from '../../../papers/harvested-paper.ts'
import { ServiceAway } from '../../../outgoing/client.ts'
import { answerPieces } from '../../answer-text.ts'
import { readArxivOai } from '../../formats/arxiv-oai.ts'
import { ARXIV_OAI } from '../../services.ts'
import { SourceTrouble, type HarvestPage, type TaskRun } from '../../source-kind.ts'
import type { ArxivSettings } from '../arxiv.ts'
import { announcedByCalendar, arxivIdOf } from './api.ts'
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
type Format = (typeof FORMATS)[number]

/** A list of records that is being read: days by their datestamp, both included. */
type Window = { set: string; from: string; until: string }
type Cursor = {
  /** Everything up to this day was read. */
  done: string | null
  /** What is left of the run under way: the first is being read. */
  windows: Window[]
  /** Where the server said to go on in each format, null at the end of a list; its tokens end with the day (UTC). */
  tokens: (Record<Format, string | null> & { day: string }) | null
  /** The last datestamp that was read of the first window in both formats; null before, and where they are not in order. */
  read: string | null
  inOrder: boolean
  /** Of the request that comes next. */
  failures: number
}

/**
 * Harvests arXiv's records by their datestamps (the day of the last change) over OAI-PMH, in both formats side by side.
 * `until` is fixed when a run begins; a run that was broken off goes on with the server's tokens on the same day, and later
 * from the last datestamp that was read: what comes twice changes nothing, so that none has to be skipped by counting.
 */
export async function* harvestRecords(run: TaskRun<ArxivSettings>): AsyncGenerator<HarvestPage, void> {
  const today = run.now().toISOString().slice(0, 10)
  let cursor = readCursor(run.cursor) ?? { done: null, windows: [], ...NOWHERE }
  if (cursor.windows.length === 0)
    cursor = { ...cursor, ...NOWHERE, windows: windowsOf(run, { done: cursor.done, today }) }
  const end = cursor.windows.at(-1)?.until ?? today
  /** The pages after those that are being stored: they are asked for meanwhile. */
  let coming: Promise<Record<Format, OaiPage>> | null = null

  while (cursor.windows.length > 0) {
    const [window, ...later] = cursor.windows as [Window, ...Window[]]
    let pages: Record<Format, OaiPage>
    try {
      pages = await (coming ?? askForPages(run, { window, cursor, today }))
    } catch (error) {
      if (!(error instanceof ServiceAway || error instanceof SourceTrouble) || run.signal.aborted) throw error
      const failures = cursor.failures + 1
      const split = failures >= SPLITS_AT ? byDay(window, cursor.read ?? window.from) : null
      const windows = split === null ? cursor.windows : [...split, ...later]
      const tokens = split === null ? cursor.tokens : null
      cursor = { ...cursor, windows, tokens, failures }
      yield { outcomes: [], cursor }
      throw error
    }
    const tokens = { arXivRaw: pages.arXivRaw.token, arXiv: pages.arXiv.token, day: today }
    const isLast = tokens.arXivRaw === null && tokens.arXiv === null
    const order: Order = { last: [], kept: cursor.inOrder }
    const page: HarvestPage = {
      outcomes: outcomesOf(run, pages, order),
      // Read when the page is stored, after its records have been.
      get cursor(): Cursor {
        const done = isLast && later.length === 0 ? end : cursor.done
        if (isLast) return { done, windows: later, ...NOWHERE }
        const read = order.kept ? (order.last.toSorted()[0] ?? cursor.read) : null
        return { ...cursor, tokens, read, inOrder: order.kept, failures: 0 }
      },
      total: pages.arXivRaw.total ?? pages.arXiv.total,
    }
    const next = isLast ? { ...cursor, ...NOWHERE, windows: later } : { ...cursor, tokens }
    const [nextWindow] = next.windows
    coming = nextWindow ? askForPages(run, { window: nextWindow, cursor: next, today }) : null
    // Whatever goes wrong with it is seen when its turn comes.
    coming?.catch(() => {})
    yield page
    cursor = page.cursor as Cursor
  }
}

const NOWHERE = { tokens: null, read: null, inOrder: true, failures: 0 } as const

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
  return sets.map((set) => ({ set, from, until }))
}

function byDay(window: Window, from: string): Window[] | null {
  if (from >= window.until) return null
  const days: Window[] = []
  for (let day = from; day <= window.until; day = addDays(day, 1))
    days.push({ ...window, from: day, until: day })
  return days
}

async function askForPages(
  run: TaskRun<ArxivSettings>,
  options: { window: Window; cursor: Cursor; today: string },
): Promise<Record<Format, OaiPage>> {
  const { cursor, today } = options
  const tokens = cursor.tokens?.day === today ? cursor.tokens : null
  const pages: Record<Format, OaiPage> = { arXivRaw: NOTHING, arXiv: NOTHING }
  for (const format of FORMATS) {
    const token = tokens?.[format] ?? null
    // Its list has ended before the other's.
    if (tokens !== null && token === null) continue
    pages[format] = await askForPage(run, { ...options, format, token })
  }
  return pages
}

type OaiPage = { body: Buffer | null; token: string | null; total: number | null }
const NOTHING: OaiPage = { body: null, token: null, total: null }

async function askForPage(
  run: TaskRun<ArxivSettings>,
  {
    format,
    token,
    ...options
  }: { window: Window; cursor: Cursor; today: string; format: Format; token: string | null },
): Promise<OaiPage> {
  const { client, urls, signal } = run
  const { set, from, until } = options.window
  const url = new URL(urls.arxivOai)
  const fresh = {
    metadataPrefix: format,
    from: options.cursor.read ?? from,
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
    return askForPage(run, { ...options, format, token: null })
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

/** The last datestamp of each list on a page, and whether those before came in order. */
type Order = { last: string[]; kept: boolean }

/** The records of both formats; what both say of a paper comes together, and counts as one record. */
async function* outcomesOf(
  { calendar }: TaskRun<ArxivSettings>,
  pages: Record<Format, OaiPage>,
  order: Order,
): AsyncGenerator<HarvestOutcome> {
  const others = new Map<string, HarvestOutcome>()
  for await (const outcome of recordsOf(pages.arXiv.body, order)) {
    const id = outcome.ok ? arxivIdOf(outcome.paper) : null
    if (id === null) yield outcome
    else others.set(id, outcome)
  }
  for await (const outcome of recordsOf(pages.arXivRaw.body, order)) {
    if (!outcome.ok) {
      yield outcome
      continue
    }
    yield { ...outcome, paper: announcedByCalendar(outcome.paper, calendar) }
    const id = arxivIdOf(outcome.paper) ?? ''
    const other = others.get(id)
    others.delete(id)
    if (other?.ok) yield { ...other, continues: true }
  }
  yield* others.values()
}

/** The records of a page, but those that were deleted: they say nothing of their papers. */
async function* recordsOf(body: Buffer | null, order: Order): AsyncGenerator<HarvestOutcome> {
  if (body === null) return
  let last: string | null = null
  for await (const outcome of readArxivOai(answerPieces(body))) {
    if (!outcome.ok && /<(?:\w+:)?header\s[^>]*status\s*=\s*["']deleted["']/.test(outcome.record ?? ''))
      continue
    const datestamp: string | null = outcome.ok ? (outcome.paper.asOf?.slice(0, 10) ?? null) : last
    if (outcome.ok && (datestamp === null || (last !== null && datestamp < last))) order.kept = false
    last = datestamp
    yield outcome
  }
  if (last !== null) order.last.push(last)
}

/** The cursor as an earlier run stored it; null where that is none. */
function readCursor(stored: unknown): Cursor | null {
  if (stored === null || typeof stored !== 'object') return null
  const { done, windows } = stored as Partial<Cursor>
  if (!Array.isArray(windows) || (done !== null && parseDay(String(done)) === null)) return null
  return stored as Cursor
}
