import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { readSiteText, writeSiteText } from '../db/site-state.ts'
import { noteReport } from '../digests/bounces.ts'
import { MailboxAway, newMessages, type Position } from '../mail/bounces/mailbox.ts'
import type { MailboxAddress } from '../mail/bounces/mailbox-url.ts'
import { readReport } from '../mail/bounces/read-report.ts'
import { withOnlyConnection } from '../outgoing/connection.ts'
import type { Next } from '../runtime/background-loop.ts'
import type { Logger } from '../runtime/log.ts'
import type { Job } from './job.ts'

const EVERY_MS = 5 * 60_000
/** A server that stays away is tried again after 5, 10, 20 … minutes, at last every six hours. */
const LONGEST_WAIT_MS = 6 * 3_600_000
/** Reports of older mail are not looked for: bounces come within days. */
const LOOK_BACK_MS = 30 * 24 * 3_600_000

/**
 * Reads the reports that came to the folder of bounces. One process at a time does, and none waits for another: what one
 * reads, nobody else need. That the server is away is no fault of the site; it is logged once, and again when that is over.
 */
export function readBounces(
  db: Kysely<Database>,
  { mailbox, secret, log, now }: { mailbox: MailboxAddress; secret: string; log: Logger; now: () => Date },
): Job {
  let failures = 0
  return {
    name: 'bounces',
    everyMs: EVERY_MS,
    async work(signal): Promise<Next> {
      try {
        const held = await withOnlyConnection(db, { service: 'bounces', patienceMs: 0, signal }, () =>
          readNew(db, { mailbox, secret, log, now: now(), signal }),
        )
        if (held === null) return undefined
        if (failures > 0) log.info('the folder of bounces can be read again')
        failures = 0
        return held.result > 0 ? 'again' : undefined
      } catch (error) {
        if (!(error instanceof MailboxAway)) throw error
        if (failures === 0) log.warn({ reason: error.message }, 'the folder of bounces cannot be read')
        failures += 1
        return { restMs: Math.min(EVERY_MS * 2 ** (failures - 1), LONGEST_WAIT_MS) }
      }
    },
  }
}

/** Answers how many messages are left for the next time. */
async function readNew(
  db: Kysely<Database>,
  {
    mailbox,
    secret,
    log,
    now,
    signal,
  }: { mailbox: MailboxAddress; secret: string; log: Logger; now: Date; signal: AbortSignal },
): Promise<number> {
  const since = new Date(now.getTime() - LOOK_BACK_MS)
  const after = await readPosition(db, mailbox)
  const counts = { messages: 0, bounced: 0, complained: 0, repeated: 0, unknown: 0 }
  let left = 0
  for await (const batch of newMessages(mailbox, { after, since, signal })) {
    for (const { key, raw } of batch.messages) {
      counts.messages += 1
      const report = await readReport(raw)
      if (report === null) continue
      const { kind } = await noteReport(db, { ...report, key }, { secret, now, log })
      counts[kind] += 1
    }
    // Whatever comes to this, what was read before it is noted, and counts once when it is read again.
    await writePosition(db, mailbox, batch.position)
    left = batch.left
  }
  if (counts.messages > 0) log.info(counts, 'the folder of bounces was read')
  return left
}

/** Positions are of one folder: another one is read from its beginning. */
async function readPosition(db: Kysely<Database>, mailbox: MailboxAddress): Promise<Position | null> {
  const [folder, validity, last] = (await readSiteText(db, 'bounces'))?.split(' ') ?? []
  if (folder !== folderId(mailbox) || validity === undefined || !/^\d+$/.test(last ?? '')) return null
  return { validity, last: Number(last) }
}

async function writePosition(
  db: Kysely<Database>,
  mailbox: MailboxAddress,
  { validity, last }: Position,
): Promise<void> {
  await writeSiteText(db, 'bounces', `${folderId(mailbox)} ${validity} ${last}`)
}

function folderId({ host, user, folder }: MailboxAddress): string {
  return createHash('sha256')
    .update(JSON.stringify([host, user, folder]))
    .digest('hex')
    .slice(0, 16)
}
