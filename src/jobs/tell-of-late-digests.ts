import type { Kysely } from 'kysely'
import { curatorsOf } from '../accounts/curators.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { readSiteText, writeSiteText } from '../db/site-state.ts'
import type { Stopped } from '../digests/deliver.ts'
import { lateDigests, type Late } from '../digests/late.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { exactTime } from '../papers/dates-in-words.ts'
import type { Job } from './job.ts'

/** Curators hear of it again after so long, while it lasts. */
const AGAIN_AFTER_MS = 24 * 3_600_000

type Told = {
  /** The addresses that the configuration makes curators. */
  curators: string[]
  site: { name: string; origin: () => Promise<string> }
  now: () => Date
}

/**
 * Emails curators when digests are later than an hour, whatever the cause: nothing was composed, or nothing goes out. Once a
 * day while it lasts.
 */
export function tellOfLateDigests(db: Kysely<Database>, told: Told): Job {
  return {
    name: 'late digests',
    everyMs: 10 * 60_000,
    async work() {
      const now = told.now()
      const late = await lateDigests(db, { now })
      if (late === null) return undefined
      const origin = await told.site.origin()
      await inTransaction(db, async (trx) => {
        const last = await readSiteText(trx, 'late_digests_told_at')
        if (last !== null && now.getTime() - Date.parse(last) < AGAIN_AFTER_MS) return
        await writeSiteText(trx, 'late_digests_told_at', now.toISOString())
        for (const to of await curatorsOf(trx, told.curators))
          await queueMail(
            trx,
            {
              key: `late digests ${now.toISOString()} ${to}`,
              to,
              ...lateMail(late, { name: told.site.name, origin }),
            },
            { now },
          )
      })
      return undefined
    },
  }
}

function lateMail(
  { uncomposed, unsent, since }: Late,
  { name, origin }: { name: string; origin: string },
): { subject: string; text: string } {
  const all = uncomposed + unsent
  return {
    subject: `${name}: ${all === 1 ? 'a digest is' : `${all} digests are`} late`,
    text: [
      `Readers of ${name} have not been sent what they subscribed to. The first of it was due ${exactTime(since)}.`,
      ...(uncomposed > 0
        ? [
            `Not composed: ${uncomposed}. The work in the background may not be running, or the search index may be away.`,
          ]
        : []),
      ...(unsent > 0 ? [`Composed and not sent: ${unsent}. The mail server may not take them.`] : []),
      `See the runs and what the server said: ${origin}/desk/digests`,
      `You receive this email because you are a curator of ${name}. Another one follows tomorrow if it is not over.`,
    ].join('\n\n'),
  }
}

/** Emails curators that a run stopped because too many mails were not taken. */
export async function tellOfStop(
  db: Kysely<Database>,
  told: Told,
  { runId, reason }: Stopped,
): Promise<void> {
  const { name, origin } = { name: told.site.name, origin: await told.site.origin() }
  const now = told.now()
  for (const to of await curatorsOf(db, told.curators))
    await queueMail(
      db,
      {
        key: `digests stopped ${runId} ${now.toISOString()} ${to}`,
        to,
        subject: `${name}: digests have stopped`,
        text: [
          `Digests of ${name} have stopped going out. ${reason}`,
          'They are tried again in half an hour, and go on where they stopped: nobody gets one twice, and nobody is left out.',
          `See the run, or resume it now: ${origin}/desk/digests`,
          `You receive this email because you are a curator of ${name}.`,
        ].join('\n\n'),
      },
      { now },
    )
}
