import type { Kysely } from 'kysely'
import { curatorsOf } from '../accounts/curators.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { queueMail, type MailToQueue } from '../mail/queue-mail.ts'
import { exactTime } from '../papers/dates-in-words.ts'
import { noteHeardAgain, noteSilence, silentSources, type SilentSource } from '../sources/silence.ts'
import type { Job } from './job.ts'

const HOUR = 3_600_000

type Told = {
  /** The addresses that the configuration makes curators. */
  curators: string[]
  site: { name: string; origin: () => Promise<string> }
  now: () => Date
}

/** Emails curators once when sources have been silent for longer than their calendars allow, and once when they answer again. */
export function tellOfSilence(db: Kysely<Database>, told: Told): Job {
  const startedAt = told.now()
  return {
    name: 'silent sources',
    everyMs: 60_000,
    async work() {
      const now = told.now()
      const tried = now.getTime() - startedAt.getTime() > HOUR
      const silent = await silentSources(db, { now, tried })
      const origin = await told.site.origin()
      await inTransaction(db, async (trx) => {
        const fresh = await noteSilence(trx, { ids: silent.map(({ id }) => id), now })
        const stillSilent = await silentSources(trx, { now, tried: true })
        const again = await noteHeardAgain(trx, { silent: stillSilent.map(({ id }) => id) })
        const mails = [
          ...(fresh.size === 0
            ? []
            : [silenceMail({ sources: silent.filter(({ id }) => fresh.has(id)), told, origin, now })]),
          ...(again.length === 0 ? [] : [againMail({ sources: again, told, origin, now })]),
        ]
        if (mails.length === 0) return
        for (const to of await curatorsOf(trx, told.curators))
          for (const mail of mails) await queueMail(trx, { ...mail, key: `${mail.key} ${to}`, to }, { now })
      })
      return undefined
    },
  }
}

type Mail = Omit<MailToQueue, 'to'>

function silenceMail({
  sources,
  told,
  origin,
  now,
}: {
  sources: SilentSource[]
  told: Told
  origin: string
  now: Date
}): Mail {
  const [first] = sources
  const days = Math.round((now.getTime() - (first?.since.getTime() ?? 0)) / (24 * HOUR))
  const howLong = days === 1 ? 'for a day' : `for ${days} days`
  return {
    key: `silent sources ${sources.map(({ id }) => id).join(' ')} ${now.toISOString()}`,
    subject:
      sources.length === 1
        ? `${told.site.name}: ${first?.name} has not answered ${days < 1 ? 'for hours' : howLong}`
        : `${told.site.name}: ${sources.length} sources have not answered for too long`,
    text: [
      sources.length === 1
        ? `A source of ${told.site.name} has been silent for longer than its calendar allows. Papers may be missing.`
        : `${sources.length} sources of ${told.site.name} have been silent for longer than their calendars allow. Papers may be missing.`,
      ...sources.map(
        ({ name, title, task, since, trouble, nextAt }) =>
          `${name} (${title}, ${task})\nLast answer: ${exactTime(since)}\n${trouble === null ? 'No run has failed since; it may not be running at all.' : `Last failure: ${trouble}`}\nNext try: ${nextAt > now ? exactTime(nextAt) : 'now'}`,
      ),
      `See what is wrong, or pause a source: ${origin}/desk/sources`,
      `You receive this email because you are a curator of ${told.site.name}. Another one follows when ${sources.length === 1 ? 'it answers' : 'they answer'} again.`,
    ].join('\n\n'),
  }
}

function againMail({
  sources,
  told,
  origin,
  now,
}: {
  sources: { id: number; name: string; toldAt: Date }[]
  told: Told
  origin: string
  now: Date
}): Mail {
  const names = sources.map(({ name }) => name).join(', ')
  const answer = sources.length === 1 ? 'answers' : 'answer'
  return {
    key: `heard again ${sources.map(({ id }) => id).join(' ')} ${now.toISOString()}`,
    subject: `${told.site.name}: ${names} ${answer} again`,
    text: [
      `${names} ${answer} again. What was missed is being fetched, and each paper is put in the edition of its day.`,
      `See how they are doing: ${origin}/desk/sources`,
      `You receive this email because you are a curator of ${told.site.name}.`,
    ].join('\n\n'),
  }
}
