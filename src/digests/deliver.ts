import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import type { MailRates } from '../mail/mail-rate.ts'
import type { Mailer } from '../mail/mailer.ts'
import type { Message, NotSent, SendOutcome } from '../mail/message.ts'
import { takeTurn } from '../mail/take-turn.ts'
import { CLOCKS_DIFFER_MS } from '../runtime/clock.ts'
import { noteRefusal } from './bounces.ts'
import { readContent } from './content.ts'
import type { DigestRoom } from './digest-room.ts'
import type { Every } from './issue.ts'
import { fateOf } from './fate.ts'
import { IS_ON } from './is-on.ts'
import { issueMail } from './issue-mail.ts'
import { parseMailedList } from './mailed-list.ts'
import { issueMaker } from './make-issue.ts'
import { pauseRun, resumeRested } from './runs.ts'

export type Delivering = {
  room: DigestRoom
  mailer: Pick<Mailer, 'send'>
  rates: MailRates
  /** What links and Message-IDs are signed with. */
  secret: string
  now: () => Date
  signal?: AbortSignal
  /** Told when a run stops because errors rise; in words for everybody. */
  onStop?: (stopped: Stopped) => void
  /** Told when an issue cannot be made into a mail: a fault of ours, which keeps no other issue waiting. */
  onFault?: (error: unknown) => void
}

/** A run that stopped because errors rose, and why in words for everybody. */
export type Stopped = { runId: number; reason: string }

export type DigestDelivery = {
  sent: number
  deferred: number
  inDoubt: number
  bounced: number
  givenUp: number
}

const MINUTE = 60_000
/** An issue that was claimed is in doubt after so long: whoever claimed it has died. No sending takes longer. */
const LEASE_MS = 10 * MINUTE
/** Issues are claimed by so many, where as many have ended within so long. */
const TOGETHER = 4
const TOGETHER_MS = 20
/** Issues under way at once, in all and to one domain. */
const AT_ONCE = 8
const AT_ONCE_TO_DOMAIN = 6
/** Issues known as waiting at once: to look for the next ones takes as long for one as for all of these. */
const KNOWN = 500
/** While all that are known must wait for their domains, others are looked for this often. */
const LOOK_AGAIN_MS = 1_000
/** Failures of the server itself in a row after which it is taken to be away. */
const AWAY_AFTER = 8
/** Refusals in a row of one domain after which it rests. */
const DOMAIN_RESTS_AFTER = 5
const DOMAIN_RESTS_MS = 5 * MINUTE
/** Errors have risen when so many of the last answers were some; a run then stops for so long. */
const LOOKED_AT = 50
const TOO_MANY = 25
const RUN_RESTS_MS = 30 * MINUTE

/**
 * Sends the issues that wait. Each is claimed by one process, written down before the server is spoken to, and what became
 * of it afterwards: one whose process died in between, or whose server took it and gave no answer, is in doubt, and never
 * sent again by itself. Any number of processes may do it at once. When errors rise the run pauses itself and goes on later
 * where it stopped. Once `signal` is aborted nothing more is claimed.
 */
export async function deliverIssues(delivering: Delivering): Promise<DigestDelivery> {
  const { room, mailer, rates, secret, now, signal } = delivering
  const { db } = room.search
  const make = issueMaker(room)
  const counts: DigestDelivery = { sent: 0, deferred: 0, inDoubt: 0, bounced: 0, givenUp: 0 }
  const underWay = new Map<Promise<void>, string>()
  const domains = new Map<string, { refusals: number; restsUntil: number }>()
  const recent: boolean[] = []
  const errors: unknown[] = []
  const markSent = sentMarker(db)
  let known: Waiting[] = []
  /** What could not be claimed, such as what somebody else holds: not asked for again in this round. */
  const passedOver = new Set<number>()
  let lookedAt = -Infinity
  let away = 0
  let allWaits = 0

  async function deliver(claimed: Claimed): Promise<void> {
    const turn = await takeTurn(db, { domain: claimed.domain, rates, now: now() })
    if (!turn.ok) {
      if (turn.domain === '*') allWaits = turn.at.getTime()
      else restDomain(turn.domain, turn.at.getTime())
      return putBack(db, claimed, { at: turn.at })
    }
    const written = await messageFor(claimed).catch((error: unknown) => {
      delivering.onFault?.(error)
      return 'fault' as const
    })
    if (written === 'fault') return spoil(db, claimed)
    if (written === null) return forget(db, claimed)
    const outcome = await mailer.send(written.message)
    // Stopped on the way, and the server has nothing of it.
    if (!outcome.ok && !outcome.inDoubt && outcome.kind !== 'permanent' && signal?.aborted)
      return putBack(db, claimed, { at: now() })
    if (outcome.ok) {
      await markSent(claimed, { now: now() })
      if (written.leftOut.length > 0) await takeOut(db, claimed, written.leftOut)
      counts.sent += 1
    } else counts[await mark(db, claimed, { outcome, now: now() })] += 1
    await watch(claimed, outcome)
  }

  async function messageFor(claimed: Claimed): Promise<{ message: Message; leftOut: number[] } | null> {
    const parsed = parseMailedList(claimed.list, '')
    const content = readContent(claimed.content)
    if (!parsed || content === null) return null
    const { list, address } = parsed
    const issue = await make(content, { list, address, every: claimed.every, period: claimed.period })
    // Everything in it was hidden meanwhile.
    if (issue.papers.length === 0) return null
    return issueMail(issue, {
      issueId: claimed.id,
      subscriptionId: claimed.subscription_id,
      to: claimed.email,
      secret,
      date: claimed.composed_at,
    })
  }

  function restDomain(domain: string, until: number) {
    domains.set(domain, { refusals: 0, restsUntil: until })
  }

  /** Learns from an answer: whether the server is away, a domain wants to rest, or errors rise. */
  async function watch({ domain, run_id: runId }: Claimed, outcome: SendOutcome): Promise<void> {
    const isServerAway = !outcome.ok && outcome.about === 'server'
    away = isServerAway ? away + 1 : 0
    const known = domains.get(domain) ?? { refusals: 0, restsUntil: 0 }
    known.refusals = !outcome.ok && outcome.kind === 'temporary' && !isServerAway ? known.refusals + 1 : 0
    domains.set(domain, known)
    if (known.refusals >= DOMAIN_RESTS_AFTER) restDomain(domain, now().getTime() + DOMAIN_RESTS_MS)
    // To be put off is no error: receivers do it to everybody whom they do not know.
    const isPutOff = !outcome.ok && outcome.kind === 'temporary' && outcome.status?.startsWith('4.') !== false
    const isError = !outcome.ok && !isPutOff && !isServerAway
    recent.push(isError)
    if (recent.length > LOOKED_AT) recent.shift()
    if (isError && recent.filter(Boolean).length >= TOO_MANY) {
      recent.length = 0
      const reason = `Too many mails in a row were not taken. The last answer: ${outcome.reason}`
      const resumeAt = new Date(now().getTime() + RUN_RESTS_MS)
      if (await pauseRun(db, { id: runId, reason, resumeAt, now: now() }))
        delivering.onStop?.({ runId, reason })
    }
  }

  /** The next issues to try, at most so many, now that their domains may have them. */
  async function nextOnes(most: number): Promise<Waiting[]> {
    const next = take(most)
    const since = now().getTime() - lookedAt
    if (next.length > 0 || (known.length > 0 && since >= 0 && since < LOOK_AGAIN_MS)) return next
    lookedAt = now().getTime()
    // What waits for its domain is found again.
    const waiting = await waitingIssues(db, { most: KNOWN, not: notNow(), now: now() })
    known = waiting.filter(({ id }) => !passedOver.has(id))
    return take(most)
  }

  /** Takes out of what is known; what is for a domain that rests is forgotten, and found again when it has rested. */
  function take(most: number): Waiting[] {
    const at = now().getTime()
    const busy = busyDomains(underWay.values())
    const taken: Waiting[] = []
    known = known.filter((one) => {
      if ((domains.get(one.domain)?.restsUntil ?? 0) > at) return false
      const count = busy.get(one.domain) ?? 0
      if (taken.length >= most || count >= AT_ONCE_TO_DOMAIN) return true
      busy.set(one.domain, count + 1)
      taken.push(one)
      return false
    })
    return taken
  }

  /** The domains to which nothing more goes for now: they rest, or have as much under way as one may have. */
  function notNow(): string[] {
    const at = now().getTime()
    return [
      ...[...busyDomains(underWay.values())]
        .filter(([, count]) => count >= AT_ONCE_TO_DOMAIN)
        .map(([domain]) => domain),
      ...[...domains].filter(([, { restsUntil }]) => restsUntil > at).map(([domain]) => domain),
    ]
  }

  await resumeRested(db, { now: now() })
  await doubtLost(db, { now: now() })
  await expireLate(db, { now: now() })
  try {
    for (;;) {
      const at = now().getTime()
      const most = AT_ONCE - underWay.size
      const isOn = most > 0 && away < AWAY_AFTER && allWaits <= at && errors.length === 0 && !signal?.aborted
      const next = isOn ? await nextOnes(most) : []
      const claimed = next.length > 0 ? await claim(db, { ids: next.map(({ id }) => id), now: now() }) : []
      for (const issue of claimed) {
        const delivery = deliver(issue)
          .catch((error: unknown) => void errors.push(error))
          .finally(() => underWay.delete(delivery))
        underWay.set(delivery, issue.domain)
      }
      const ours = new Set(claimed.map(({ id }) => id))
      for (const { id } of next) if (!ours.has(id)) passedOver.add(id)
      // Somebody else was quicker with all of them, or they are wanted no more: others may be free.
      if (next.length > 0 && claimed.length === 0) continue
      if (underWay.size === 0) break
      // A slow one holds up itself only.
      await Promise.race(underWay.keys())
      // Others end within moments, and to claim several at once is one commit less for each.
      const enough = setTimeout(TOGETHER_MS)
      while (underWay.size > AT_ONCE - TOGETHER && underWay.size > 0)
        if ((await Promise.race([enough.then(() => 'enough'), ...underWay.keys()])) === 'enough') break
    }
  } finally {
    await Promise.all(underWay.keys())
  }
  if (errors.length > 0) throw errors[0]
  return counts
}

function busyDomains(underWay: Iterable<string>): Map<string, number> {
  const busy = new Map<string, number>()
  for (const domain of underWay) busy.set(domain, (busy.get(domain) ?? 0) + 1)
  return busy
}

/** An issue that can be claimed. */
type Waiting = { id: number; domain: string }

type Claimed = {
  id: number
  run_id: number
  subscription_id: number
  subscriber_id: number
  email: string
  domain: string
  list: string
  every: Every
  period: string
  content: unknown
  composed_at: Date
  expires_at: Date
  attempts: number
  /** By which the claim is known as ours. */
  holder: string
}

/** What must be so for an issue to go out: it waits, its run is on, and its reader still wants it. */
const CAN_GO = (now: Date) => sql`
  i.state = 'waiting' and i.due_again_at <= ${now} and i.expires_at > ${now} and r.paused_at is null
  and ${IS_ON} and b.email is not null`

/**
 * Issues that wait, the first ones first. Looks through all that are due, so it is asked for many at a time; each is claimed
 * when its turn has come.
 */
async function waitingIssues(
  db: Kysely<Database>,
  { most, not, now }: { most: number; not: string[]; now: Date },
): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    select i.id, b.domain from digest_issues i
      join digest_runs r on r.id = i.run_id
      join subscriptions s on s.id = i.subscription_id
      join subscribers b on b.id = s.subscriber_id
    where ${CAN_GO(now)} and b.domain <> all(${not}::text[])
    order by i.due_again_at, i.id limit ${most}`.execute(db)
  return rows
}

/** Claims those of some issues that still wait, for subscribers who still want them. Committed before anything is sent. */
async function claim(db: Kysely<Database>, { ids, now }: { ids: number[]; now: Date }): Promise<Claimed[]> {
  const { rows } = await sql<Claimed>`
    with due as materialized (
      select i.id, i.run_id, i.subscription_id, b.id as subscriber_id, b.email, b.domain, s.list, s.every, i.period,
        i.content, i.composed_at, i.expires_at, i.attempts
      from digest_issues i
        join digest_runs r on r.id = i.run_id
        join subscriptions s on s.id = i.subscription_id
        join subscribers b on b.id = s.subscriber_id
      where i.id = any(${ids}::bigint[]) and ${CAN_GO(now)}
      order by i.due_again_at, i.id
      for update of i skip locked
    )
    update digest_issues i
    set state = 'sending', claimed_until = ${new Date(now.getTime() + LEASE_MS)}, holder = ${randomUUID()}
    from due where i.id = due.id
    returning due.*, i.holder`.execute(db)
  return rows
}

/**
 * Notes what was sent: what came while the statement before was under way together in one, since each costs a wait for the
 * disk. Whoever notes has it noted when its promise is kept.
 */
function sentMarker(db: Kysely<Database>): (claimed: Claimed, at: { now: Date }) => Promise<void> {
  type Note = { id: number; holder: string; at: Date }
  let last: Promise<unknown> = Promise.resolve()
  let next: { notes: Note[]; noted: Promise<void> } | null = null
  async function write(notes: Note[]): Promise<void> {
    await sql`
      update digest_issues i set state = 'sent', sent_at = n.at, claimed_until = null, holder = null, failure = null
      from unnest(${notes.map(({ id }) => id)}::bigint[], ${notes.map(({ holder }) => holder)}::uuid[],
        ${notes.map(({ at }) => at)}::timestamptz[]) as n(id, holder, at)
      where i.id = n.id and i.holder = n.holder`.execute(db)
  }
  return ({ id, holder }, { now }) => {
    if (next === null) {
      const notes: Note[] = []
      const noted = last.then(() => {
        next = null
        return write(notes)
      })
      last = noted.catch(() => {})
      next = { notes, noted }
    }
    next.notes.push({ id, holder, at: now })
    return next.noted
  }
}

/** What was claimed by a process that has died since may have been sent, or not. Nobody can know. */
async function doubtLost(db: Kysely<Database>, { now }: { now: Date }): Promise<void> {
  // A claim further ahead than claims last was made before the clock was set back.
  await sql`
    update digest_issues set state = 'in doubt', claimed_until = null, holder = null, failure = ${WORKER_DIED}
    where state = 'sending' and (claimed_until <= ${now}
      or claimed_until > ${new Date(now.getTime() + LEASE_MS + CLOCKS_DIFFER_MS)})`.execute(db)
}

const WORKER_DIED = 'The program stopped while this was being sent.'

/** Gives up what is too late to be worth sending; its papers may come in the next issue. */
async function expireLate(db: Kysely<Database>, { now }: { now: Date }): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { rows } = await sql<{ id: number }>`
      update digest_issues set state = 'expired', due_again_at = null,
        failure = coalesce(failure || ' ', '') || 'It was too late to be worth sending.'
      where id in (select id from digest_issues where state = 'waiting' and expires_at <= ${now}
        order by id limit 5000 for update skip locked)
      returning id`.execute(trx)
    await release(
      trx,
      rows.map(({ id }) => id),
    )
  })
}

/** The papers of issues that never went out can be in later ones. */
async function release(trx: Transaction<Database>, issues: number[]): Promise<void> {
  if (issues.length === 0) return
  await sql`
    delete from digest_papers d using digest_issues i, subscriptions s
    where i.id = any(${issues}::bigint[]) and s.id = i.subscription_id and d.subscriber_id = s.subscriber_id
      and d.issue_id = i.id`.execute(trx)
}

/** Papers that found no room in a mail were not sent: they can be in a later one. */
async function takeOut(
  db: Kysely<Database>,
  { id, subscriber_id: subscriberId }: Claimed,
  paperIds: number[],
): Promise<void> {
  await db
    .deleteFrom('digest_papers')
    .where('subscriber_id', '=', subscriberId)
    .where('paper_id', 'in', paperIds)
    .where('issue_id', '=', id)
    .execute()
}

async function putBack(db: Kysely<Database>, { id, holder }: Claimed, { at }: { at: Date }): Promise<void> {
  await sql`
    update digest_issues set state = 'waiting', due_again_at = ${at}, claimed_until = null, holder = null
    where id = ${id} and state = 'sending' and holder = ${holder}`.execute(db)
}

/** Nothing of it can be shown any more. */
async function forget(db: Kysely<Database>, { id, holder }: Claimed): Promise<void> {
  await sql`
    update digest_issues set state = 'skipped', due_again_at = null, claimed_until = null, holder = null
    where id = ${id} and state = 'sending' and holder = ${holder}`.execute(db)
}

/** It cannot be made into a mail, and the next attempt would fail as well. */
async function spoil(db: Kysely<Database>, { id, holder }: Claimed): Promise<void> {
  await inTransaction(db, async (trx) => {
    await sql`
      update digest_issues set state = 'given up', due_again_at = null, claimed_until = null, holder = null,
        failure = 'It could not be made into an email; the log says why.'
      where id = ${id} and state = 'sending' and holder = ${holder}`.execute(trx)
    await release(trx, [id])
  })
}

async function mark(
  db: Kysely<Database>,
  claimed: Claimed,
  { outcome, now }: { outcome: NotSent; now: Date },
): Promise<Exclude<keyof DigestDelivery, 'sent'>> {
  const { id, holder } = claimed
  const fate = fateOf(claimed, { outcome, now })
  await inTransaction(db, async (trx) => {
    // Subscribers before their issues, as everybody does.
    if (fate.state === 'bounced')
      await noteRefusal(trx, { issueId: id, subscriberId: claimed.subscriber_id, kind: 'permanent', now })
    await sql`
      update digest_issues set state = ${fate.state}, attempts = attempts + 1, failure = ${outcome.reason},
        due_again_at = ${fate.again}, claimed_until = null, holder = null
      where id = ${id} and holder = ${holder}`.execute(trx)
    if (fate.state === 'expired' || fate.state === 'given up') await release(trx, [id])
  })
  return (
    {
      waiting: 'deferred',
      'in doubt': 'inDoubt',
      bounced: 'bounced',
      expired: 'givenUp',
      'given up': 'givenUp',
    } as const
  )[fate.state]
}
