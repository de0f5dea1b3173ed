import type { Kysely, Transaction } from 'kysely'
import type { z } from 'zod'
import type { Database } from '../db/schema.ts'
import type { OutgoingClient } from '../outgoing/client.ts'
import type { HarvestOutcome } from '../papers/harvested-paper.ts'
import type { PaperIdentifier } from '../papers/identifiers.ts'
import type { ArxivCalendar } from './arxiv-calendar.ts'

/** A kind of source that papers arrive from by themselves: one file in `kinds/`, listed in `kinds.ts`. */
export type SourceKind<Settings = unknown> = {
  /** As commands name it: `arxiv`. */
  kind: string
  /** As pages name it: `arXiv`. */
  title: string
  /** One sentence that says what comes from it. */
  about: string
  /** What has to be known to ask it; keys are the names of options and form fields. Unreadable settings are refused by it. */
  settings: z.ZodType<Settings>
  /** The options that a command and a form offer for these settings, in their order. */
  options: readonly SourceOption[]
  /** It reads what is on this machine, so that only commands can add it, and no page. */
  onlyByCommand?: true
  /** What is asked for, in one short line: `cs.CL, cs.LG`. */
  describe(settings: Settings): string
  /** How many papers it was asked about in the last day, and about how many it may be (with these keys), where there is a limit. */
  budget?: (db: Kysely<Database>, options: { now: Date; keys: ServiceKeys }) => Promise<Budget>
  /** What is done with it, each by a schedule of its own; names are for logs and pages: `announcements`. */
  tasks: readonly SourceTask<Settings>[]
  /** The settings that a set alone stands for, where the source has sets; null where it is none. */
  settingsOfSet?: (set: string) => Record<string, unknown> | null
  /** Reads a record of the quarantine again. */
  reread(record: string, settings: Settings): AsyncIterable<HarvestOutcome>
}

/** About how many papers a source was asked in the last day, and about how many it may be. */
export type Budget = { used: number; perDay: number }

export type SourceOption = {
  /** A key of the settings: `categories`. */
  name: string
  /** As the form labels it: `Categories`. */
  label: string
  /** What to write, with an example. */
  hint: string
  /** Whether it takes several values, separated by commas. */
  list?: true
  required?: true
}

export type SourceTask<Settings = unknown> = {
  name: string
  /** When it is due: a pattern for croner, in a time zone. `spreadMs`: up to so much later, so that not all sites ask at once. */
  schedule: { pattern: string; timeZone: string; spreadMs: number }
  /** A source that has had no whole run for so many hours is silent for too long. */
  silentAfterHours: number
  /** Whether it can be asked for a range of days (`harvest NAME --from 2026-11-01`). */
  takesRange?: true
  /**
   * Asks the source and yields what it says, page by page; `cursor` is where the last page left off, null at the beginning.
   * Throws `ServiceAway` where it does not answer, `SourceTrouble` where what it answers cannot be right; what was
   * yielded before stays. It may return when to go on, where its schedule is too coarse.
   */
  harvest(run: TaskRun<Settings>): AsyncGenerator<HarvestPage, void | { nextAt: Date }>
}

export type TaskRun<Settings> = {
  settings: Settings
  cursor: unknown
  /** Days, both included, that were asked for in place of what is due; `set` narrows it down where the source has sets. */
  range: { from: string; to: string; set: string | null } | null
  client: OutgoingClient
  /** Where services are (config.ts), without a slash at the end. */
  urls: ServiceUrls
  keys: ServiceKeys
  /** Whom a service can write to. */
  contact: string | null
  /** For what is about papers already here. */
  db: Kysely<Database>
  /** Whether addresses in the settings may be of a private network. */
  trusted: boolean
  /** Which of these identifiers papers here have, as `scheme value`. */
  known: (identifiers: PaperIdentifier[]) => Promise<Set<string>>
  calendar: ArxivCalendar
  now: () => Date
  signal: AbortSignal
}

/** What is stored in one go, together with how far the source has come by it. */
export type HarvestPage = {
  outcomes: AsyncIterable<HarvestOutcome> | Iterable<HarvestOutcome>
  cursor: unknown
  /** What else is stored in that go; a trial leaves it out. */
  alongside?: (trx: Transaction<Database>) => Promise<void>
  /** Only papers that are here are changed, and none is added. */
  onlyKnown?: true
  /** How many records there are in all, where the source says so. */
  total?: number | null
}

/** The addresses of the services that sources ask. */
export type ServiceUrls = {
  arxivRss: string
  arxivOai: string
  arxivApi: string
  arxivPages: string
  biorxiv: string
  europePmc: string
  huggingFace: string
  openalex: string
  crossref: string
  semanticScholar: string
  github: string
  /** Of readers' own libraries, which no source asks. */
  zotero: string
}

/** Keys that some of them ask for, or answer more to; null where there is none. */
export type ServiceKeys = { openalex: string | null; semanticScholar: string | null; github: string | null }

/** What a source answers cannot be right, or is not there yet; `message` is a sentence for curators. */
export class SourceTrouble extends Error {
  /** When it is worth asking again, where that is known. */
  readonly retryAt: Date | null
  constructor(reason: string, { retryAt = null }: { retryAt?: Date | null } = {}) {
    super(reason)
    this.retryAt = retryAt
  }
}
