import { setTimeout } from 'node:timers/promises'
import { join } from 'node:path'
import { keptSecret } from '../../accounts/secret.ts'
import type { Config } from '../../config.ts'
import { keepArchive } from '../../digests/archive.ts'
import { composeDueIssues } from '../../digests/compose-due.ts'
import { deliverIssues } from '../../digests/deliver.ts'
import { decideInDoubt } from '../../digests/in-doubt.ts'
import { unsentIssues, type Unsent } from '../../digests/unsent.ts'
import type { DigestRoom } from '../../digests/digest-room.ts'
import { finishRuns, resumeRun } from '../../digests/runs.ts'
import type { Mailer } from '../../mail/mailer.ts'
import { createLog } from '../../runtime/log.ts'
import { interruption } from '../interruption.ts'
import { mailerFor } from '../mailer-for.ts'
import { progressLine, type Progress } from '../progress.ts'
import { settings } from '../settings.ts'
import { UsageError } from '../usage-error.ts'
import { numberIn } from './runs.ts'
import { withDigestRoom } from './with-digest-room.ts'

/** Where a rate or another process holds mails up, they are looked at again after at most so long. */
const LOOK_MS = 5_000
/** Nothing has changed for so long: whoever holds the rest up does not end soon. */
const STALLED_MS = 60_000

type Sums = {
  composed: number
  skipped: number
  published: number
  sent: number
  deferred: number
  inDoubt: number
  bounced: number
  givenUp: number
}

/** What a run of the command came to. */
type Outcome = {
  sums: Sums
  left: Unsent
  /** Mails that our own server did not take, and its last answer. */
  refused: { count: number; reason: string }
  /** Why a run paused itself meanwhile. */
  stopped: string | null
  interrupted: boolean
}

/** `digest send`: composes and sends what is due now, and says what became of it. */
export async function send({ run, inDoubt = false }: { run?: string; inDoubt?: boolean }): Promise<void> {
  const config = settings()
  const signal = interruption()
  const runId = run === undefined ? null : numberIn(run, { what: '--run' })
  const mailer = mailerFor(config, { log: createLog('silent') })
  try {
    await withDigestRoom(config, async (room) => {
      const { db } = room.search
      if (runId !== null && !(await resumeRun(db, { id: runId })))
        throw new UsageError(`There is no run ${runId}. See: broadsheet digest runs`)
      if (inDoubt) {
        const count = await decideInDoubt(db, { of: 'all', as: 'send', now: new Date() })
        say(count === 0 ? 'Nothing was in doubt.' : `${digests(count)} in doubt ${are(count)} sent again.`)
      }
      const progress = progressLine(process.stderr)
      const outcome = await sendAll(room, { mailer, config, progress, signal }).finally(() => progress.end())
      report(outcome, { mailer, config })
    })
  } finally {
    await mailer.close()
  }
}

/** Composes and sends, round by round, until nothing is due or nothing more can be done now. */
async function sendAll(
  room: DigestRoom,
  {
    mailer,
    config,
    progress,
    signal,
  }: { mailer: Mailer; config: Config; progress: Progress; signal: AbortSignal },
): Promise<Outcome> {
  const { db } = room.search
  const now = () => new Date()
  const secret = config.secret ?? (await keptSecret(config.dataFolder))
  const sums: Sums = {
    composed: 0,
    skipped: 0,
    published: 0,
    sent: 0,
    deferred: 0,
    inDoubt: 0,
    bounced: 0,
    givenUp: 0,
  }
  const refused = { count: 0, reason: '' }
  const said = new Set<string>()
  let stopped: string | null = null
  let sent = 0
  const watched: Pick<Mailer, 'send'> = {
    async send(message) {
      const outcome = await mailer.send(message)
      if (outcome.ok) progress.show(`${(sent += 1).toLocaleString('en-GB')} sent`)
      // Each reason once: a server that is away says the same of every mail.
      else if (!said.has(outcome.reason)) {
        said.add(outcome.reason)
        progress.say(outcome.reason)
      }
      if (!outcome.ok && !outcome.inDoubt && outcome.about === 'server') {
        refused.count += 1
        refused.reason = outcome.reason
      }
      return outcome
    },
  }
  let left: Unsent
  let changedAt = performance.now()
  for (let before = -1; ;) {
    await keepArchive(room, { now: now() })
    progress.show('composing')
    add(sums, await composeDueIssues(room, { now, signal }))
    const delivered = await deliverIssues({
      room,
      mailer: watched,
      rates: config.mailRate,
      secret,
      now,
      signal,
      onStop({ reason }) {
        stopped = reason
      },
    })
    add(sums, delivered)
    await finishRuns(db, { now: now() })
    left = await unsentIssues(db, { now: now() })
    const rest = left.waiting + left.sending
    if (rest === 0 || signal.aborted || stopped !== null) break
    // The server took nothing of all that it was given.
    if (delivered.sent === 0 && Object.values(delivered).some((count) => count > 0) && refused.count > 0)
      break
    if (rest !== before) changedAt = performance.now()
    before = rest
    const wait = (left.nextAt?.getTime() ?? 0) - Date.now()
    if (wait <= 0 && performance.now() - changedAt > STALLED_MS) break
    progress.show(`${sent.toLocaleString('en-GB')} sent, ${rest.toLocaleString('en-GB')} to go`)
    await setTimeout(Math.min(Math.max(wait, 500), LOOK_MS), undefined, { signal }).catch(() => undefined)
  }
  return { sums, left, refused, stopped, interrupted: signal.aborted }
}

function add(sums: Sums, counts: Partial<Sums>): void {
  for (const [name, count] of Object.entries(counts)) sums[name as keyof Sums] += count
}

/** Says what became of it all; throws a `UsageError` where something that was due did not go out. */
function report(
  { sums, left, refused, stopped, interrupted }: Outcome,
  { mailer, config }: { mailer: Mailer; config: Config },
): void {
  const { sent, deferred, inDoubt, bounced, skipped, published, givenUp } = sums
  const handed = deferred - refused.count
  if (Object.values(sums).every((count) => count === 0) && left.waiting + left.sending + left.paused === 0) {
    say('Nothing is due.')
    return
  }
  say(`${digests(sent)} ${were(sent)} sent.`)
  if (sent > 0 && mailer.kind === 'outbox')
    say(`No mail server is set, so they are files in ${join(config.dataFolder, 'outbox')}.`)
  if (handed > 0)
    say(`${digests(handed)} ${are(handed)} deferred: the receivers put them off, and they are tried again.`)
  if (inDoubt > 0)
    say(
      `${digests(inDoubt)} ${are(inDoubt)} in doubt: they may have arrived. Decide on the desk, or send them again with --in-doubt.`,
    )
  if (bounced > 0)
    say(
      `${digests(bounced)} bounced: there ${are(bounced)} no such ${bounced === 1 ? 'mailbox' : 'mailboxes'}.`,
    )
  if (givenUp > 0) say(`${digests(givenUp)} ${were(givenUp)} given up.`)
  if (skipped > 0) say(`${digests(skipped)} ${were(skipped)} skipped: nothing was new for them.`)
  if (published > 0) say(`${published.toLocaleString('en-GB')} came into the archive.`)
  const wrong = [
    ...(interrupted ? ['It was interrupted.'] : []),
    ...(stopped === null ? [] : [`A run paused itself. ${stopped}`]),
    ...(refused.count > 0
      ? [
          `The mail server did not take ${refused.count.toLocaleString('en-GB')}. Its last answer: ${refused.reason}`,
        ]
      : []),
    ...(left.waiting + left.sending > 0
      ? [`${(left.waiting + left.sending).toLocaleString('en-GB')} still wait to be sent.`]
      : []),
    ...(left.paused > 0
      ? [`${left.paused.toLocaleString('en-GB')} wait in runs that are paused; go on with --run.`]
      : []),
    ...(inDoubt > 0 || givenUp > 0 ? ['Not everything that was due is known to have gone out.'] : []),
  ]
  if (wrong.length > 0) throw new UsageError(wrong.join(' '))
}

function say(sentence: string): void {
  process.stdout.write(`${sentence}\n`)
}

function digests(count: number): string {
  return count === 1 ? '1 digest' : `${count.toLocaleString('en-GB')} digests`
}

function were(count: number): string {
  return count === 1 ? 'was' : 'were'
}

function are(count: number): string {
  return count === 1 ? 'is' : 'are'
}
