import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { CLOCKS_DIFFER_MS } from '../runtime/clock.ts'
import type { Mailer } from './mailer.ts'
import type { SendOutcome } from './message.ts'
import { NO_RATES, type MailRates } from './mail-rate.ts'
import { isFinal } from './smtp-failure.ts'
import { longestTurnMs, takeTurn } from './take-turn.ts'

/** What became of the mails that were tried. */
export type DeliveryCounts = {
  sent: number
  postponed: number
  givenUp: number
  /** When the next turn comes, where mail that is due was held up by a rate. */
  heldUntil?: Date
}

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
/** A mail that was claimed is another's to claim after so long: whoever claimed it has died. No sending takes longer. */
const LEASE_MS = 10 * MINUTE
/** Mails under way at once. Urgent ones have places of their own, which no slow mail takes. */
const AT_ONCE = { any: 3, urgent: 2 } as const
/** Temporary failures in a row after which the server is taken to be away: the other mails need not find out each. */
const AWAY_AFTER = 8
const LONGEST_WAIT_MS = 6 * 60 * MINUTE
/** With the waits between them, the attempts of three days. */
const ATTEMPTS = 20
const REMEMBERED_MS = 90 * DAY

/**
 * Sends the mails that are due, urgent ones first, at most `limit`, and answers how many came to what; fewer in all than
 * `limit` when no more are due or the server is away. `which: 'urgent'` leaves the others alone. Any number of processes may do it at once: each mail is claimed by one, for a
 * time, and no transaction is open while the server is spoken to. A process killed in between leaves mails that are sent
 * when their time is over: a mail may so go out twice, with the same Message-ID, and never not at all. Once
 * `signal` is aborted no more are claimed, and those that then fail for a time are given back as they were.
 *
 * Mail goes no faster than `rates`: what is held up by one is due again when its turn comes. Urgent mail counts and is
 * never held up.
 */
export async function deliverDueMail(
  db: Kysely<Database>,
  mailer: Pick<Mailer, 'send'>,
  {
    now,
    which = 'any',
    rates = NO_RATES,
    limit = 1_000,
    signal,
  }: {
    now: () => Date
    which?: 'any' | 'urgent'
    rates?: MailRates
    limit?: number
    signal?: AbortSignal
  },
): Promise<DeliveryCounts> {
  const counts: DeliveryCounts = { sent: 0, postponed: 0, givenUp: 0 }
  const underWay = new Set<Promise<void>>()
  const errors: unknown[] = []
  let claimed = 0
  let postponedInARow = 0
  /** Domains whose turn has not come; `*`: all of them. The rest of their mail need not find out in this round. */
  const held = new Set<string>()

  async function deliver(mail: ClaimedMail) {
    const domain = mail.recipient.slice(mail.recipient.lastIndexOf('@') + 1).toLowerCase()
    const turn = await takeTurn(db, { domain, rates, now: now(), urgent: mail.urgent })
    if (!turn.ok) {
      held.add(turn.domain)
      claimed--
      if (counts.heldUntil === undefined || turn.at < counts.heldUntil) counts.heldUntil = turn.at
      return giveBack(db, mail, { due: turn.at })
    }
    const outcome = await mailer.send({
      // Another mail may have had the key, before this one or in another database.
      id: `${mail.key}.${mail.queued_at.getTime().toString(36)}`,
      to: mail.recipient,
      subject: mail.subject,
      text: mail.text_body,
      html: mail.html_body,
      headers: mail.headers,
      date: mail.queued_at,
    })
    if (!outcome.ok && !isFinal(outcome) && signal?.aborted) return giveBack(db, mail, { due: mail.due_at })
    const fate = await mark(db, { mail, outcome, now: now() })
    counts[fate]++
    postponedInARow = fate === 'postponed' ? postponedInARow + 1 : 0
  }

  await takeBackClaims(db, { rates, now: now() })
  try {
    for (;;) {
      const most = Math.min(AT_ONCE[which] - underWay.size, limit - claimed)
      const claiming = most > 0 && postponedInARow < AWAY_AFTER && errors.length === 0 && !signal?.aborted
      const mails = claiming ? await claim(db, { which, held, most, now: now() }) : []
      claimed += mails.length
      for (const mail of mails) {
        const delivery = deliver(mail)
          .catch((error: unknown) => void errors.push(error))
          .finally(() => underWay.delete(delivery))
        underWay.add(delivery)
      }
      if (underWay.size === 0) break
      // A slow one holds up itself only.
      await Promise.race(underWay)
    }
  } finally {
    await Promise.all(underWay)
  }
  if (errors.length > 0) throw errors[0]
  return counts
}

type ClaimedMail = {
  id: number
  key: string
  recipient: string
  subject: string
  text_body: string
  html_body: string | null
  headers: Record<string, string>
  urgent: boolean
  queued_at: Date
  due_at: Date
  expires_at: Date | null
  /** By which the claim is known as ours. */
  claimed_until: Date
  attempts: number
}

async function claim(
  db: Kysely<Database>,
  { which, held, most, now }: { which: 'any' | 'urgent'; held: Set<string>; most: number; now: Date },
): Promise<ClaimedMail[]> {
  const { rows } = await sql<ClaimedMail>`
    with due as materialized (
      select id from outgoing_mail
      where due_at <= ${now} and (claimed_until is null or claimed_until <= ${now})
        and (expires_at is null or expires_at > ${now}) and (urgent or ${which === 'any' && !held.has('*')})
        and (urgent or lower(split_part(recipient, '@', 2)) <> all (${[...held]}::text[]))
      order by urgent desc, due_at, id limit ${most}
      for update skip locked
    )
    update outgoing_mail m set claimed_until = ${new Date(now.getTime() + LEASE_MS)} from due where m.id = due.id
    returning m.id, key, recipient, subject, text_body, html_body, headers, urgent, queued_at, due_at,
      expires_at, claimed_until, attempts
  `.execute(db)
  return rows
}

/**
 * Times that lie further ahead than any could were written before the clock was set back: mails would wait until it has
 * caught up.
 */
async function takeBackClaims(
  db: Kysely<Database>,
  { rates, now }: { rates: MailRates; now: Date },
): Promise<void> {
  await sql`
    update outgoing_mail set due_at = ${now} where due_at > ${now}
      and due_at > ${new Date(now.getTime() + longestTurnMs(rates))}
      and due_at > ${now}::timestamptz + case when attempts = 0 then interval '0' else
        least(2 ^ (attempts - 1) * interval '1 minute', ${LONGEST_WAIT_MS}::float8 * interval '1 millisecond') end
  `.execute(db)
  await db
    .updateTable('outgoing_mail')
    .set({ claimed_until: null })
    .where('due_at', 'is not', null)
    .where('claimed_until', '>', new Date(now.getTime() + LEASE_MS + CLOCKS_DIFFER_MS))
    .execute()
}

/** As if it had not been claimed, and had been due at another time. */
async function giveBack(
  db: Kysely<Database>,
  { id, claimed_until }: ClaimedMail,
  { due }: { due: Date },
): Promise<void> {
  await db
    .updateTable('outgoing_mail')
    .set({ due_at: due, claimed_until: null })
    .where('id', '=', id)
    .where('claimed_until', '=', claimed_until)
    .execute()
}

/**
 * Gives up the mails whose time is over before they could be sent, and answers how many. One that is under way is left
 * to who sends it.
 */
export async function giveUpExpiredMail(db: Kysely<Database>, { now }: { now: Date }): Promise<number> {
  const outcome = await db
    .updateTable('outgoing_mail')
    .set({ ...WITHOUT_CONTENT, failure: TOO_LATE })
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('outgoing_mail')
        .select('id')
        .where('due_at', 'is not', null)
        .where('expires_at', '<=', now)
        .where((eb) => eb.or([eb('claimed_until', 'is', null), eb('claimed_until', '<=', now)]))
        .forUpdate()
        // Whoever deletes their account holds several, in an order of their own.
        .skipLocked(),
    )
    .executeTakeFirst()
  return Number(outcome.numUpdatedRows)
}

const TOO_LATE = 'It expired before it could be sent.'

/** What a mail said is not kept once nobody will send it again: it held links that sign in or unsubscribe. */
const WITHOUT_CONTENT = { due_at: null, claimed_until: null, text_body: '', html_body: null, headers: '{}' }

async function mark(
  db: Kysely<Database>,
  { mail, outcome, now }: { mail: ClaimedMail; outcome: SendOutcome; now: Date },
): Promise<keyof DeliveryCounts> {
  if (outcome.ok) {
    await db
      .updateTable('outgoing_mail')
      .set({ ...WITHOUT_CONTENT, sent_at: now, failure: null })
      .where('id', '=', mail.id)
      .where('sent_at', 'is', null)
      .execute()
    return 'sent'
  }
  const attempts = mail.attempts + 1
  const next = new Date(now.getTime() + waitAfter(attempts))
  const expires = mail.expires_at !== null && mail.expires_at <= next
  const givenUp = isFinal(outcome) || attempts >= ATTEMPTS || expires
  await db
    .updateTable('outgoing_mail')
    .set(
      givenUp
        ? {
            ...WITHOUT_CONTENT,
            attempts,
            failure: expires ? `${outcome.reason} ${TOO_LATE}` : outcome.reason,
          }
        : { attempts, due_at: next, claimed_until: null },
    )
    .where('id', '=', mail.id)
    // Whoever claimed it since knows better.
    .where('claimed_until', '=', mail.claimed_until)
    .execute()
  return givenUp ? 'givenUp' : 'postponed'
}

/** Milliseconds until the next attempt: one minute after the first that failed, then twice as long each time. */
function waitAfter(attempts: number): number {
  return Math.min(2 ** (attempts - 1) * MINUTE, LONGEST_WAIT_MS)
}

/** Forgets the mails sent, or given up, more than 90 days ago; answers how many. Their keys may be queued anew. */
export async function forgetOldMail(db: Kysely<Database>, { now }: { now: Date }): Promise<number> {
  const outcome = await db
    .deleteFrom('outgoing_mail')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('outgoing_mail')
        .select('id')
        .where('due_at', 'is', null)
        .where((eb) =>
          eb(eb.fn.coalesce('sent_at', 'queued_at'), '<', new Date(now.getTime() - REMEMBERED_MS)),
        )
        .forUpdate()
        .skipLocked(),
    )
    .executeTakeFirst()
  return Number(outcome.numDeletedRows)
}
