import { setTimeout } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { bindOnly } from '../papers/bind-only.ts'
import { CLOCKS_DIFFER_MS } from '../runtime/clock.ts'
import type { HarvestedPaper } from '../papers/harvested-paper.ts'
import type { PaperIdentifier } from '../papers/identifiers.ts'
import { arxivRequest } from './look-up/arxiv.ts'
import { ask, type Answer } from '../outgoing/ask.ts'
import { ARXIV_API } from './services.ts'
import { CSL_JSON, doiRequest } from './look-up/doi.ts'
import { openReadInThread, type ReadInThread } from './look-up/read-in-thread.ts'
import { shareWork, type SharedWork } from './look-up/share-work.ts'
import { withOnlyConnection } from '../outgoing/connection.ts'
import { claimTurn, hostTurns, isPaused, pauseSource, type Pace } from '../outgoing/turns.ts'
import { answerText } from './answer-text.ts'

/** An identifier by which a paper can be asked for elsewhere. */
export type PublicIdentifier = Exclude<PaperIdentifier, { scheme: 'local' }>

export type LookUpOutcome =
  | { ok: true; paper: HarvestedPaper }
  /** Not known there, not answering, or asked by too many at once; `reason` is a sentence for a person. */
  | { ok: false; kind: 'unknown' | 'away' | 'busy'; reason: string }

/** Where papers are asked for, without a slash at the end, and as whom. */
export type LookUpSources = { arxivUrl: string; doiUrl: string; userAgent: string }

export type LookUpOptions = {
  sources: LookUpSources
  now: () => Date
  signal?: AbortSignal
  /** Waits for one's turn, in milliseconds. */
  wait?: (milliseconds: number) => Promise<void>
  pace?: Pace
  /** How long a source may take over an answer, in milliseconds. */
  timeoutMs?: number
  read?: ReadInThread
}

/** One request in three seconds is what arXiv allows: https://info.arxiv.org/help/api/tou.html */
const PACE: Pace = { intervalMs: 3_000, patienceMs: 12_000 }
const TIMEOUT_MS = 10_000
const MOST_CHARACTERS = 2_000_000
const FOUND_KEPT_MS = 24 * 3_600_000
const UNKNOWN_KEPT_MS = 10 * 60_000

const SOURCE_NAMES: Record<PublicIdentifier['scheme'], string> = { arxiv: 'arXiv', doi: 'doi.org' }

const readInThread = openReadInThread()

/** Each database counts as an installation of its own. */
const underWay = new WeakMap<Kysely<Database>, Map<string, SharedWork<LookUpOutcome>>>()

/**
 * What arXiv or the registry of its DOI says of one paper, which binds no identifier but that one: from memory for a day (for ten minutes where it is unknown),
 * otherwise by asking in turn: each source is asked once in three seconds by the whole installation. Those who ask for a
 * paper that is being asked for get the same answer. Rejects with the reason of `signal`
 * once that is aborted.
 */
export async function lookUp(
  db: Kysely<Database>,
  identifier: PublicIdentifier,
  options: LookUpOptions,
): Promise<LookUpOutcome> {
  const works = underWay.get(db) ?? new Map<string, SharedWork<LookUpOutcome>>()
  underWay.set(db, works)
  return shareWork(works, {
    key: `${identifier.scheme} ${identifier.value}`,
    start: (signal) => recallOrAsk(db, identifier, { ...options, signal }),
    signal: options.signal,
  })
}

type Started = LookUpOptions & { signal: AbortSignal }

async function recallOrAsk(
  db: Kysely<Database>,
  identifier: PublicIdentifier,
  options: Started,
): Promise<LookUpOutcome> {
  const { now, signal, pace = PACE } = options
  const source = identifier.scheme
  const known = await recall(db, identifier, now())
  if (known) return known
  if (source !== 'arxiv') return askInTurn(db, identifier, options)
  const { patienceMs } = pace
  const asked = await withOnlyConnection(db, { service: ARXIV_API.name, patienceMs, signal }, () =>
    askInTurn(db, identifier, options),
  )
  return asked?.result ?? busy()
}

async function askInTurn(
  db: Kysely<Database>,
  identifier: PublicIdentifier,
  options: Started,
): Promise<LookUpOutcome> {
  const { now, signal, pace = PACE, read = readInThread } = options
  const { wait = (ms) => setTimeout(ms, undefined, { signal }) } = options
  const source = identifier.scheme
  const turn = await claimTurn(db, { source, now: now(), pace })
  if (turn.kind === 'paused') return away(identifier)
  if (turn.kind === 'busy') return busy()
  if (turn.waitMs > 0) {
    await wait(turn.waitMs)
    signal.throwIfAborted()
    // Meanwhile another process may have received the answer, or been told to wait.
    const heard = await recall(db, identifier, now())
    if (heard) return heard
    if (await isPaused(db, { source, now: now(), pace })) return away(identifier)
  }

  const answer = await askSource(identifier, {
    ...options,
    isPaused: (host) => isPaused(db, { source: hostTurns(host), now: now(), pace }),
  })
  if (answer.kind === 'away') {
    const { by, retryAfterMs } = answer
    if (retryAfterMs !== null)
      await pauseSource(db, { source: by === null ? source : hostTurns(by), now: now(), forMs: retryAfterMs })
    return by === null ? away(identifier) : hostAway(by)
  }
  const text = answer.kind === 'answer' ? await answerText(answer.body, { most: MOST_CHARACTERS }) : null
  const reading =
    answer.kind === 'answer' && text !== null
      ? await read({ status: answer.status, text, identifier }, { signal })
      : { kind: 'unreadable' as const }
  if (reading.kind === 'unreadable') return unreadable(identifier)
  if (reading.kind === 'costly') return costly(identifier)
  const found = reading.kind === 'found' ? bindOnly(reading.paper, identifier) : null
  await remember(db, identifier, { found, now: now() })
  return outcomeOf(identifier, found)
}

async function askSource(
  identifier: PublicIdentifier,
  options: Started & { isPaused: (host: string) => Promise<boolean> },
): Promise<Answer> {
  const { sources, now, signal, isPaused, timeoutMs = TIMEOUT_MS } = options
  const [url, form] =
    identifier.scheme === 'arxiv'
      ? [arxivRequest(sources.arxivUrl, identifier.value), 'application/atom+xml']
      : [doiRequest(sources.doiUrl, identifier.value), CSL_JSON]
  const headers = { accept: form, 'user-agent': sources.userAgent }
  const pauseMs = identifier.scheme === 'arxiv' ? ARXIV_API.pauseMs : undefined
  return ask(url, { headers, timeoutMs, now, signal, isPaused, ...(pauseMs && { pauseMs }) })
}

// --- Remembered answers ---

async function recall(
  db: Kysely<Database>,
  { scheme, value }: PublicIdentifier,
  now: Date,
): Promise<LookUpOutcome | null> {
  const row = await db
    .selectFrom('lookups')
    .select(['asked_at', 'found'])
    .where('scheme', '=', scheme)
    .where('value', '=', value)
    .executeTakeFirst()
  if (!row) return null
  const age = now.getTime() - row.asked_at.getTime()
  // What seems to have been heard later was heard before the clock was set back.
  if (age < -CLOCKS_DIFFER_MS || age >= (row.found === null ? UNKNOWN_KEPT_MS : FOUND_KEPT_MS)) return null
  return outcomeOf({ scheme, value }, row.found)
}

async function remember(
  db: Kysely<Database>,
  { scheme, value }: PublicIdentifier,
  { found, now }: { found: HarvestedPaper | null; now: Date },
): Promise<void> {
  await db
    .deleteFrom('lookups')
    .where('asked_at', '<=', new Date(now.getTime() - FOUND_KEPT_MS))
    .execute()
  const facts = found === null ? null : JSON.stringify(found)
  await sql`
    insert into lookups (scheme, value, asked_at, found) values (${scheme}, ${value}, ${now}, ${facts})
    on conflict (scheme, value) do update set asked_at = excluded.asked_at, found = excluded.found
  `.execute(db)
}

// --- Outcomes ---

function outcomeOf(identifier: PublicIdentifier, found: HarvestedPaper | null): LookUpOutcome {
  if (found !== null) return { ok: true, paper: found }
  const reason = `${SOURCE_NAMES[identifier.scheme]} does not know ${identifier.value}.`
  return { ok: false, kind: 'unknown', reason }
}

function busy(): LookUpOutcome {
  return { ok: false, kind: 'busy', reason: 'Too many look-ups are waiting; try again in a minute.' }
}

function away({ scheme }: PublicIdentifier): LookUpOutcome {
  const reason = `${SOURCE_NAMES[scheme]} does not answer right now; try again in a few minutes.`
  return { ok: false, kind: 'away', reason }
}

function hostAway(host: string): LookUpOutcome {
  const reason = `The server that describes this paper, ${host}, does not answer right now; try again in a few minutes.`
  return { ok: false, kind: 'away', reason }
}

/** Some registries describe their papers only on web pages, so asking again is of no use. */
function unreadable({ scheme, value }: PublicIdentifier): LookUpOutcome {
  const reason =
    scheme === 'arxiv'
      ? 'arXiv’s answer could not be read; try again in a few minutes.'
      : `The registry of ${value} has no readable description of it.`
  return { ok: false, kind: 'away', reason }
}

function costly({ scheme, value }: PublicIdentifier): LookUpOutcome {
  const reason = `What ${scheme === 'arxiv' ? 'arXiv' : 'its registry'} says of ${value} takes too long to read, so it cannot be submitted.`
  return { ok: false, kind: 'away', reason }
}
