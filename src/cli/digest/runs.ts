import { addressesOfRun, ISSUE_STATES } from '../../digests/addresses.ts'
import { lateDigests, type Late } from '../../digests/late.ts'
import { stateOf, titleOfRun } from '../../digests/run-words.ts'
import { findRun, listRuns, type Run, type RunCounts } from '../../digests/runs.ts'
import { inTransaction } from '../../db/transaction.ts'
import { logAct } from '../../moderation/moderation-log.ts'
import { exactTime } from '../../papers/dates-in-words.ts'
import { settings } from '../settings.ts'
import { UsageError } from '../usage-error.ts'
import { withDatabase } from '../with-database.ts'

/** `digest runs`: the newest runs with what became of their issues; what is late comes first. */
export async function runs({ json = false, limit }: { json?: boolean; limit: string }): Promise<void> {
  const most = numberIn(limit, { what: '--limit' })
  const { late, found } = await withDatabase(settings(), async (db) => ({
    late: await lateDigests(db, { now: new Date() }),
    found: await listRuns(db, { limit: most }),
  }))
  if (json) {
    const shown = found.map((run) => ({ ...run, state: stateOf(run).kind }))
    process.stdout.write(`${JSON.stringify({ late, runs: shown }, null, 2)}\n`)
    return
  }
  if (late) process.stdout.write(`${lateInWords(late)}\n\n`)
  process.stdout.write(
    found.length === 0 ? 'No digest has been composed yet.\n' : `${tableOf(found).join('\n')}\n`,
  )
}

function lateInWords({ uncomposed, unsent, since }: Late): string {
  const all = uncomposed + unsent
  return `${all === 1 ? 'One digest is' : `${all.toLocaleString('en-GB')} digests are`} late: ${uncomposed.toLocaleString('en-GB')} not composed, ${unsent.toLocaleString('en-GB')} not sent. The first was due ${exactTime(since)}.`
}

const COLUMNS: { of: keyof RunCounts; name: string }[] = [
  { of: 'due', name: 'due' },
  { of: 'sent', name: 'sent' },
  { of: 'waiting', name: 'waiting' },
  { of: 'deferred', name: 'deferred' },
  { of: 'inDoubt', name: 'in doubt' },
  { of: 'bounced', name: 'bounced' },
  { of: 'complained', name: 'complained' },
  { of: 'unsubscribed', name: 'left' },
  { of: 'skipped', name: 'no news' },
  { of: 'failed', name: 'failed' },
]

/** Lines of columns: texts at the left, numbers at the right. */
function tableOf(found: Run[]): string[] {
  const head = ['run', 'digest', 'state', ...COLUMNS.map(({ name }) => name)]
  const rows = found.map((run) => [
    String(run.id),
    titleOfRun(run),
    stateInWords(run),
    ...COLUMNS.map(({ of }) => run.counts[of].toLocaleString('en-GB')),
  ])
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)))
  return [head, ...rows].map((row) =>
    row
      .map((cell, i) => (i === 1 || i === 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

function stateInWords(run: Run): string {
  const state = stateOf(run)
  switch (state.kind) {
    case 'finished':
      return 'finished'
    case 'paused':
      return 'paused by a curator'
    case 'resting':
      return state.at === null ? 'paused itself' : `paused itself until ${exactTime(state.at)}`
    case 'sending':
      return 'sending'
    case 'in doubt':
      return 'waiting for what is in doubt'
    case 'open':
      return 'sent so far'
  }
}

/**
 * `digest addresses RUN`: whom a run was for, as lines `address<TAB>state<TAB>reason`. That somebody looked is in the public
 * moderation log before they see anything.
 */
export async function addresses(given: string, { state }: { state?: string }): Promise<void> {
  const id = numberIn(given, { what: 'The number of a run' })
  const asked = state === undefined ? null : ISSUE_STATES.find((one) => one === state)
  if (asked === undefined)
    throw new UsageError(`There is no state "${state}". The states are: ${ISSUE_STATES.join(', ')}.`)
  const now = new Date()
  const found = await withDatabase(settings(), async (db) => {
    const run = await findRun(db, { id })
    if (run === null) throw new UsageError(`There is no run ${id}. See: broadsheet digest runs`)
    return inTransaction(db, async (trx) => {
      const addressed = await addressesOfRun(trx, { runId: id, state: asked })
      if (addressed.length > 0)
        await logAct(trx, {
          act: 'see-addresses',
          on: {
            subject: `${addressed.length.toLocaleString('en-GB')} ${addressed.length === 1 ? 'address' : 'addresses'} of the run ${run.period}`,
            address: null,
          },
          curatorId: null,
          reason: `With the command “digest addresses”, ${asked === null ? 'in whatever state' : `of those in the state “${asked}”`}.`,
          now,
        })
      return addressed
    })
  })
  if (found.length === 0) process.stderr.write('There are no such addresses.\n')
  for (const { address, state: became, reason } of found)
    process.stdout.write(`${address}\t${became}\t${reason.replaceAll(/\s+/g, ' ')}\n`)
}

/** A whole number from 1 on. */
export function numberIn(text: string, { what }: { what: string }): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`${what} must be a whole number, not "${text}".`)
  return Number(text)
}
