import { constants, setPriority } from 'node:os'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { openOutgoingClient } from '../outgoing/client.ts'
import { parseDay } from '../papers/calendar.ts'
import { editionTimeZone } from '../ranking/editions.ts'
import { runTask, type RunCounts, type RunOutcome } from '../sources/harvest.ts'
import { kindNamed } from '../sources/kinds.ts'
import type { TaskRun } from '../sources/source-kind.ts'
import { addSource, sourceNamed, type Source } from '../sources/sources.ts'
import { userAgent } from '../sources/user-agent.ts'
import { interruption } from './interruption.ts'
import { progressLine } from './progress.ts'
import { settings } from './settings.ts'
import { UsageError } from './usage-error.ts'
import { withDatabase } from './with-database.ts'

/** Records that could not be read, told one by one. */
const QUARANTINED_SHOWN = 100

type Options = { from?: string; to?: string; set?: string; task?: string; dryRun?: boolean }
type Range = NonNullable<TaskRun<unknown>['range']>

/** `harvest NAME`: asks a source for what is due, or for a range of days; succeeds only when the run was whole. */
export async function harvest(name: string, options: Options): Promise<void> {
  const config = settings()
  // A site that runs beside this has readers waiting.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  const now = () => new Date()
  const range = rangeOf(options, now())
  const asked = interruption()
  await withDatabase(
    config,
    async (db) => {
      const source = await sourceFor(db, { name, range, dryRun: options.dryRun ?? false, now: now() })
      const { task: wanted } = options
      if (wanted !== undefined && !source.kind.tasks.some(({ name: task }) => task === wanted))
        throw new UsageError(
          `${source.kind.title} has no task ${wanted}. There are: ${source.kind.tasks.map((one) => one.name).join(', ')}.`,
        )
      const tasks = source.kind.tasks.filter(
        (task) => (range === null || task.takesRange) && (wanted ?? task.name) === task.name,
      )
      if (tasks.length === 0)
        throw new UsageError(
          `${source.kind.title} cannot be asked for a range of days: leave out --from and --to.`,
        )
      const timeZone = await editionTimeZone(db, { otherwise: config.siteTimeZone })
      const troubles: string[] = []
      for (const task of tasks) {
        if (asked.aborted) {
          troubles.push(`${task.name} was not asked for.`)
          continue
        }
        const outcome = await runOne(source, task.name, async ({ onProgress, onQuarantined, onWait }) =>
          runTask(db, source, task, {
            client: openOutgoingClient({ db, userAgent: userAgent(config), now }),
            urls: config.services,
            keys: config.keys,
            contact: config.contact,
            timeZone,
            now,
            signal: asked,
            range,
            dryRun: options.dryRun ?? false,
            onProgress,
            onQuarantined,
            onWait,
          }),
        )
        const trouble = report(source, task.name, outcome, { dryRun: options.dryRun ?? false })
        if (trouble !== null) troubles.push(trouble)
      }
      // What one task cannot get holds up no other.
      if (troubles.length > 0) throw new UsageError(troubles.join(' '))
    },
    { size: 4 },
  )
}

function rangeOf({ from, to, set }: Options, now: Date): Range | null {
  const today = now.toISOString().slice(0, 10)
  for (const [option, day] of [
    ['--from', from],
    ['--to', to],
  ] as const)
    if (day !== undefined && parseDay(day) === null)
      throw new UsageError(`${option} must be a day such as 2026-11-01, not "${day}".`)
  if (from === undefined && to === undefined && set === undefined) return null
  if (from === undefined) throw new UsageError('Give the first day with --from.')
  if (from > (to ?? today)) throw new UsageError(`--from ${from} is later than ${to ?? 'today'}.`)
  return { from, to: to ?? today, set: set ?? null }
}

/** The source of that name; else, of the kind of that name and the set, one that is added paused. */
async function sourceFor(
  db: Kysely<Database>,
  { name, range, dryRun, now }: { name: string; range: Range | null; dryRun: boolean; now: Date },
): Promise<Source> {
  const known = await sourceNamed(db, { name, now })
  if (known) return known
  const kind = kindNamed(name)
  const given = range?.set ? kind?.settingsOfSet?.(range.set) : null
  if (!kind || !given)
    throw new UsageError(
      `There is no source called ${name}. Add it with: broadsheet sources add ${kind ? name : 'KIND'}`,
    )
  if (dryRun) {
    const settings = kind.settings.parse(given)
    const unsaved = { id: 0, createdAt: now, pausedAt: now, tasks: [], mustHave: [], mustNotHave: [] }
    return { ...unsaved, name, kind, settings, trusted: true }
  }
  const added = await addSource(
    db,
    { name, kind: name, settings: given },
    { trusted: true, paused: true, now },
  )
  if (!added.ok) throw new UsageError(added.reason)
  process.stderr.write(
    `The source ${name} was added (${kind.describe(added.source.settings)}) and is paused: it is only asked now.\n`,
  )
  return added.source
}

type Watch = {
  onProgress: (counts: RunCounts, total: number | null) => void
  onQuarantined: (record: { position: string; reason: string }) => void
  onWait: (reason: string) => void
}

async function runOne(
  source: Source,
  task: string,
  run: (watch: Watch) => Promise<RunOutcome | null>,
): Promise<RunOutcome | null> {
  const progress = progressLine(process.stderr)
  let quarantined = 0
  progress.show(`${source.name}: asking for ${task}`)
  try {
    return await run({
      onProgress: (counts, total) => progress.show(`${source.name}: ${sofar(counts, total)}`),
      onQuarantined({ position, reason }) {
        if (++quarantined <= QUARANTINED_SHOWN) progress.say(`quarantined ${position}: ${reason}`)
      },
      onWait: (reason) => progress.say(`${source.name} waits: ${reason}`),
    })
  } finally {
    if (quarantined > QUARANTINED_SHOWN)
      progress.say(`… and ${quarantined - QUARANTINED_SHOWN} more quarantined`)
    progress.end()
  }
}

function sofar(counts: RunCounts, total: number | null): string {
  const of = total === null || total < all(counts) ? '' : ` of ${number(total)}`
  return `${number(all(counts))}${of} records: ${inWords(counts)}`
}

function inWords(counts: RunCounts): string {
  const { passedOver, quarantined } = counts
  return [
    `${number(counts.new)} new`,
    `${number(counts.updated)} updated`,
    `${number(counts.unchanged)} unchanged`,
    ...(passedOver > 0 ? [`${number(passedOver)} passed over`] : []),
    `${number(quarantined)} quarantined`,
  ].join(', ')
}

function number(value: number): string {
  return value.toLocaleString('en')
}

function all(counts: RunCounts): number {
  return counts.new + counts.updated + counts.unchanged + counts.passedOver + counts.quarantined
}

/** Writes what came of a task; answers one sentence where it was not whole. */
function report(
  source: Source,
  task: string,
  outcome: RunOutcome | null,
  { dryRun }: { dryRun: boolean },
): string | null {
  if (outcome === null)
    return `${source.name} is being asked for ${task} by another process just now. Try again when that is done.`
  const total = all(outcome.counts)
  process.stdout.write(
    `${source.name}, ${task}: ${number(total)} records: ${inWords(outcome.counts)}${dryRun ? '; nothing was stored' : ''}\n`,
  )
  if (outcome.outcome === 'stopped')
    return dryRun
      ? 'Interrupted.'
      : 'Interrupted. The papers counted above are stored. Run the command again to go on.'
  if (outcome.outcome === 'whole') return null
  const { reason } = outcome
  const sentence = reason.endsWith('.') ? reason : `${reason}.`
  return `${source.name} was not harvested to the end (${task}): ${sentence}`
}
