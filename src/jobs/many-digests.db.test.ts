import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import { afterAll, beforeAll, expect, inject, it, onTestFinished, vi } from 'vitest'
import { bundle } from '../../test/bundle.ts'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { searchRoom } from '../../test/search.ts'
import type { Database } from '../db/schema.ts'
import { decideInDoubt, issuesInDoubt } from '../digests/in-doubt.ts'
import { EVERY, type Every } from '../digests/issue.ts'
import { issueOfMessageId } from '../digests/message-id.ts'
import type { Preferences } from '../digests/preferences.ts'
import { findRun, finishRuns, listRuns, pauseRun, resumeRun } from '../digests/runs.ts'
import { nextIssue } from '../digests/schedule.ts'
import { HANG_UP, serversAndMailers } from '../mail/mail-server.fixture.ts'
import { NO_RATES } from '../mail/mail-rate.ts'
import { readMail } from '../mail/received-mail.fixture.ts'
import { dayIn, periodOf } from '../papers/calendar.ts'
import { openTaste } from '../recommendation/open-taste.ts'
import { createLog } from '../runtime/log.ts'
import { tellOfStop } from './tell-of-late-digests.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { composeDigests, sendDigests } from './send-digests.ts'
import type { DigestSender } from './testing/send-digests.ts'

/** As many as the gate has time for; `DIGEST_READERS=10000` tries more. */
const SUBSCRIBERS = Number(process.env['DIGEST_READERS'] ?? 4_000)
/** Of so many subscribers one has a second list. */
const ONE_IN = 12
const KILLS_COMPOSING = 2
const KILLS_SENDING = 8
/** Mails that one process has under way. */
const UNDER_WAY = 8
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
/** A Monday, the second day of a month: every issue of a day, a week and a month has just become due, wherever its reader is. */
const START = new Date('2026-02-02T12:00:00Z')
const TIME_ZONE = 'America/New_York'
const SECRET = 'a secret that is only for tests, long enough'
const SITE = { name: 'Tide Lines', origin: 'https://tides.example' }
const LISTS = ['/', '/papers/new', '/topics/physics.ao-ph', '/topics/cs.LG', '/topics/math.CO'] as const
const WORDS = ['lunar', 'solar', 'reef', 'basin', 'estuary', 'fjord', 'lagoon', 'strait']
const ZONES = [
  'Pacific/Pago_Pago',
  'Pacific/Honolulu',
  'America/Anchorage',
  'America/Los_Angeles',
  'America/Denver',
  'America/Chicago',
  'America/New_York',
  'America/Halifax',
  'America/St_Johns',
  'America/Sao_Paulo',
  'UTC',
  'Europe/Berlin',
  'Africa/Cairo',
  'Asia/Tehran',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tokyo',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Apia',
]
/** What an issue before has looked at: up to which edition, and when. */
const BEFORE: Record<Every, { covered: string; looked: string }> = {
  day: { covered: '2026-01-31', looked: '2026-02-01T12:00:00Z' },
  week: { covered: '2026-01-25', looked: '2026-01-26T12:00:00Z' },
  month: { covered: '2025-12-31', looked: '2026-01-01T12:00:00Z' },
}
const PERIOD_MS: Record<Every, number> = { day: DAY, week: 7 * DAY, month: 31 * DAY }

/** What the mail server does with the first mail to a recipient, or (gone) with every one. */
const MANNERS = {
  grey: '450 4.2.0 come again later',
  busy: '421 4.3.2 too busy, goodbye',
  trouble: '451 4.3.0 local trouble',
  full: '452 4.2.2 the mailbox is full',
  gone: '550 5.1.1 no such user here',
  drop: HANG_UP,
} as const
type Manner = keyof typeof MANNERS | 'unread' | 'lost' | 'swallowed' | 'well'

/** The manners of a mail server towards a hundred and more recipients, in parts of a thousand. */
const SHARES: [Manner, number][] = [
  ['grey', 30],
  ['busy', 4],
  ['trouble', 8],
  ['full', 8],
  ['gone', 10],
  ['drop', 6],
  // Stalls before it reads the mail, after its dot without keeping it, and after its dot when it has kept it.
  ['unread', 2],
  ['lost', 2],
  ['swallowed', 2],
]

/** Numbers from 0 up to 1, the same at each run (Mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

type Reader = { email: string; lists: { list: string; preferences: Preferences }[] }

function makeReaders(random: () => number): Reader[] {
  const one = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T
  return Array.from({ length: SUBSCRIBERS }, (_, n) => {
    const first = one(LISTS)
    const lists = n % ONE_IN === 0 ? [first, one(LISTS.filter((list) => list !== first))] : [first]
    return {
      email: `reader${n}@d${n % 40}.example`,
      lists: lists.map((list) => ({
        list,
        preferences: {
          every: one(EVERY),
          hour: Math.floor(random() * 24),
          timeZone: one(ZONES),
          weekdays: 0b111_1111,
          // Most are short, so that it does not take for ever.
          length: 5 + Math.floor(random() * (random() < 0.85 ? 3 : 21)),
          notAbout: WORDS.filter(() => random() < 0.15),
        },
      })),
    }
  })
}

function mannerOf(random: () => number): Manner {
  let part = random() * 1_000
  for (const [manner, share] of SHARES) {
    part -= share
    if (part < 0) return manner
  }
  return 'well'
}

/** A month of papers, six a day, each taken in on the evening of its day. */
async function recordMonth(db: Kysely<Database>): Promise<void> {
  const topics = ['physics.ao-ph', 'cs.LG', 'math.CO']
  for (let day = Date.parse('2026-01-01T00:00:00Z'), n = 0; day < START.getTime() - DAY; day += DAY) {
    const papers = Array.from({ length: 6 }, () => {
      n += 1
      const number = String(n).padStart(4, '0')
      return stated(`2601.0${number}`, {
        title: `Tide ${number} of the ${WORDS[n % WORDS.length]}`,
        published: { value: new Date(day + 15 * 60 * MINUTE + n * MINUTE).toISOString(), precision: 'time' },
        categories: [topics[n % 3] ?? ''],
        primaryCategory: topics[n % 3] ?? '',
      })
    })
    await recordHarvest(db, papers, { now: new Date(day + 21 * 60 * MINUTE), timeZone: TIME_ZONE })
  }
}

/** Writes down subscribers who have had every issue but those that are due now. */
async function subscribe(db: Kysely<Database>, readers: Reader[]): Promise<void> {
  await sql`insert into subscribers (email, created_at) select email, ${START} from unnest(${readers.map(({ email }) => email)}::text[]) email`.execute(
    db,
  )
  const rows = readers.flatMap(({ email, lists }) =>
    lists.map(({ list, preferences }) => {
      const { every, hour, timeZone, weekdays, length, notAbout } = preferences
      const due = nextIssue(preferences, new Date(START.getTime() - PERIOD_MS[every]))
      const { covered, looked } = BEFORE[every]
      return {
        email,
        list,
        every,
        hour,
        zone: timeZone,
        weekdays,
        length,
        words: notAbout,
        at: due.at,
        period: due.period,
        covered,
        looked,
      }
    }),
  )
  await sql`
    insert into subscriptions (subscriber_id, list, every, hour, time_zone, weekdays, length, not_about, created_at,
      confirmed_at, next_at, next_period, looked_at, covered_to)
    select b.id, list, every, hour, zone, weekdays, length, words, looked, looked, at, period, looked, covered
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(email text, list text, every text, hour smallint, zone text,
      weekdays smallint, length smallint, words text[], at timestamptz, period text, covered date, looked timestamptz)
    join subscribers b using (email)`.execute(db)
}

/** A mail as its reader has it: for which issue, and the papers that it tells of. */
type Arrived = { to: string; messageId: string; issue: number | null; papers: string[] }

function readDigest(to: string, raw: Buffer): Arrived {
  const mail = readMail(raw)
  const [messageId = ''] = mail.headers('Message-ID')
  const numbers = [...(mail.text ?? '').matchAll(/Tide (\d{4}) of the/g)].map(([, number = '']) => number)
  return {
    to,
    messageId,
    issue: issueOfMessageId(messageId, { secret: SECRET }),
    papers: [...new Set(numbers)],
  }
}

type IssueRow = {
  id: number
  email: string
  list: string
  every: Every
  hour: number
  time_zone: string
  length: number
  not_about: string[]
  period: string
  due_at: Date
  composed_at: Date
  state: string
}

async function issuesOf(db: Kysely<Database>): Promise<IssueRow[]> {
  const { rows } = await sql<IssueRow>`
    select i.id, b.email, s.list, s.every, s.hour, s.time_zone, s.length, s.not_about, i.period, i.due_at, i.composed_at, i.state
    from digest_issues i join subscriptions s on s.id = i.subscription_id join subscribers b on b.id = s.subscriber_id
    where b.email is not null order by i.id`.execute(db)
  return rows
}

type PaperRow = { number: string; edition: string; category: string; title: string }

/** What the settings of an issue say that it has: papers after those that were told, newest first, none told already. */
function expectedPapers(
  { list, every, length, not_about: words }: IssueRow,
  papers: PaperRow[],
  told: ReadonlySet<string>,
): string[] {
  return papers
    .filter(({ edition }) => edition > BEFORE[every].covered)
    .filter(({ category }) => !list.startsWith('/topics/') || list === `/topics/${category}`)
    .filter(({ title }) => !words.some((word) => title.includes(word)))
    .map(({ number }) => number)
    .filter((number) => !told.has(number))
    .slice(0, length)
}

/** The period of an issue that was due at a time, by the calendar where its reader is. */
function expectedPeriod({ every, time_zone: timeZone, due_at: due }: IssueRow): string {
  const day = dayIn(timeZone, due)
  if (every === 'day') return day
  return periodOf(every, new Date(Date.parse(day) - DAY).toISOString().slice(0, 10)).name
}

function hourIn(timeZone: string, instant: Date): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(instant)
}

/** The runs for which somebody is still to become due, further west or at a later hour. */
async function awaitedRuns(db: Kysely<Database>): Promise<Set<string>> {
  const { rows } = await sql<{
    run: string
  }>`select distinct every || ' ' || next_period as run from subscriptions`.execute(db)
  return new Set(rows.map(({ run }) => run))
}

describeWithDatabase('thousands of digests', (db) => {
  const { serve, open } = serversAndMailers()
  let program: string
  beforeAll(async () => {
    program = await bundle(join(import.meta.dirname, 'testing', 'send-digests.ts'))
  })
  afterAll(() => rm(dirname(program), { recursive: true }))

  /** Starts processes that send, one after another, and ends them as is told. */
  async function senders({ smtpUrl }: { smtpUrl: string }) {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db())
    const begun = Date.now()
    let movedMs = 0
    const aheadMs = () => START.getTime() + movedMs - begun
    let child: ChildProcess | null = null
    onTestFinished(() => void child?.kill('SIGKILL'))
    async function end(signal: 'SIGKILL' | 'SIGTERM') {
      if (!child) return
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
      child = null
    }
    return {
      now: () => new Date(Date.now() + aheadMs()),
      start() {
        const options: DigestSender = {
          smtpUrl,
          secret: SECRET,
          site: SITE,
          timeZone: TIME_ZONE,
          aheadMs: aheadMs(),
          database: { ...inject('server'), database: rows[0]?.name },
        }
        child = spawn(process.execPath, [program, JSON.stringify(options)], {
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        })
      },
      kill: () => end('SIGKILL'),
      stop: () => end('SIGTERM'),
      /** As if so much time had gone by. */
      pass(ms: number) {
        movedMs += ms
        child?.send({ aheadMs: aheadMs() })
      },
    }
  }

  const countOf = async (condition: ReturnType<typeof sql>) => {
    const { rows } = await sql<{
      n: number
    }>`select count(*) as n from digest_issues i where ${condition}`.execute(db())
    return rows[0]?.n ?? 0
  }

  it('arrive once each, as their readers want them, though the sender is killed again and again', async () => {
    const random = seeded(2026)
    const readers = makeReaders(random)
    const manners = new Map(readers.map(({ email }) => [email, mannerOf(random)]))
    const seen = new Set<string>()
    const isFirst = (address: string) => !seen.has(address) && seen.add(address)
    /** What the server has taken, said so or not. */
    const arrived: Arrived[] = []
    let lostAnswers = 0
    const server = await serve({
      starttls: true,
      account: { user: 'tides', password: 'ebb and flow' },
      recipient(address) {
        const manner = manners.get(address) ?? 'well'
        if (!(manner in MANNERS)) return null
        return manner === 'gone' || isFirst(address) ? MANNERS[manner as keyof typeof MANNERS] : null
      },
      async reading(address) {
        if (manners.get(address) !== 'unread' || !isFirst(address)) return null
        await delay(200)
        lostAnswers += 1
        return HANG_UP
      },
      async message({ to: [to = ''], raw }) {
        const manner = manners.get(to)
        const isLost = (manner === 'lost' || manner === 'swallowed') && isFirst(to)
        if (!isLost || manner === 'swallowed') arrived.push(readDigest(to, raw))
        if (!isLost) return null
        await delay(200)
        lostAnswers += 1
        return HANG_UP
      },
    })
    await recordMonth(db())
    await subscribe(db(), readers)
    const sender = await senders({
      smtpUrl: server.url('tides:ebb%20and%20flow@', '?tls.rejectUnauthorized=false'),
    })
    const until = (test: () => boolean | Promise<boolean>) =>
      vi.waitFor(async () => expect(await test()).toBe(true), { timeout: 120_000, interval: 50 })
    const isQuiet = async () =>
      (await countOf(sql`state = 'sending' or (state = 'waiting' and due_again_at <= ${sender.now()}
        and not exists (select from digest_runs r where r.id = i.run_id and r.paused_at is not null))`)) ===
        0 &&
      (await sql`select from subscriptions where next_at <= ${sender.now()} limit 1`.execute(db())).rows
        .length === 0

    /** Kills the sender; what it had claimed is known as lost when the next one starts. */
    async function killAndStart() {
      await sender.kill()
      sender.pass(11 * MINUTE)
      sender.start()
    }
    /** Pauses a run while others go on, and sees to it that nothing more of it goes out. */
    async function pauseFor(mails: number, every: Every) {
      const run = (await listRuns(db(), { limit: 100 })).find(
        (one) => one.every === every && one.counts.waiting > mails,
      )
      if (!run) return false
      await pauseRun(db(), { id: run.id, now: sender.now() })
      await until(async () => (await countOf(sql`run_id = ${run.id} and state = 'sending'`)) === 0)
      const before = (await findRun(db(), { id: run.id }))?.counts.sent
      const enough = arrived.length + mails
      await until(async () => arrived.length >= enough || (await isQuiet()))
      expect((await findRun(db(), { id: run.id }))?.counts.sent).toBe(before)
      await resumeRun(db(), { id: run.id })
      return true
    }

    sender.start()
    const composedAtKills = Array.from(
      { length: KILLS_COMPOSING },
      () => random() * 0.2 * SUBSCRIBERS,
    ).toSorted((a, b) => a - b)
    for (const least of composedAtKills) {
      await until(async () => (await countOf(sql`state <> 'published'`)) > least)
      await killAndStart()
    }
    const arrivedAtKills = Array.from({ length: KILLS_SENDING }, (_, i) =>
      Math.floor((0.03 + 0.9 * ((i + random()) / KILLS_SENDING)) * SUBSCRIBERS),
    )
    let pauses = 0
    for (const [i, least] of arrivedAtKills.entries()) {
      await until(() => arrived.length > least)
      await delay(random() * 30)
      await killAndStart()
      if (i === 1 || i === 4)
        for (const every of EVERY)
          if (await pauseFor(SUBSCRIBERS / 50, every)) {
            pauses += 1
            break
          }
    }
    expect(pauses).toBe(2)
    // Whoever was put off gets it in the end.
    for (let rounds = 0; rounds < 20; rounds++) {
      await until(isQuiet)
      if ((await countOf(sql`state = 'waiting'`)) === 0) break
      sender.pass(40 * MINUTE)
    }
    await until(async () => (await countOf(sql`state in ('waiting', 'sending')`)) === 0)
    await sender.stop()
    await finishRuns(db(), { now: sender.now() })

    // In doubt is what was under way when a process was killed, and what had no answer.
    const inDoubt = await issuesInDoubt(db(), { limit: 10_000 })
    expect(lostAnswers).toBeGreaterThan(SUBSCRIBERS / 1_000)
    expect(inDoubt.length).toBeGreaterThanOrEqual(lostAnswers / 2)
    expect(inDoubt.length).toBeLessThanOrEqual(UNDER_WAY * (KILLS_COMPOSING + KILLS_SENDING) + lostAnswers)
    const issues = await issuesOf(db())
    const doubtful = new Set(inDoubt.map(({ id }) => id))
    expect(issues.filter(({ state }) => state === 'in doubt').every(({ id }) => doubtful.has(id))).toBe(true)

    // Nobody twice; everybody once, or it bounced, or is in doubt.
    const mails = [...arrived]
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(mails.length)
    const mailOf = new Map(mails.map((mail) => [mail.issue, mail]))
    expect(mailOf.size).toBe(mails.length)
    const wrong = issues.filter(({ id, email, state }) => {
      const mail = mailOf.get(id)
      if (mail && mail.to !== email) return true
      switch (state) {
        case 'sent':
          return !mail
        case 'bounced':
          return mail !== undefined || manners.get(email) !== 'gone'
        case 'skipped':
          return mail !== undefined
        default:
          return state !== 'in doubt'
      }
    })
    expect(wrong).toEqual([])
    expect(issues.filter(({ email, state }) => manners.get(email) === 'gone' && state === 'sent')).toEqual([])

    // No run has ended that has something in doubt, and all others have.
    const runs = await listRuns(db(), { limit: 100 })
    const awaited = await awaitedRuns(db())
    for (const { every, period, counts, finishedAt, pausedAt } of runs) {
      const { due, waiting, sent, deferred, bounced, failed } = counts
      expect(waiting + sent + deferred + counts.inDoubt + bounced + failed).toBe(due)
      expect({ waiting, deferred, failed, pausedAt }).toEqual({
        waiting: 0,
        deferred: 0,
        failed: 0,
        pausedAt: null,
      })
      expect(finishedAt !== null).toBe(counts.inDoubt === 0 && !awaited.has(`${every} ${period}`))
    }
    expect(runs.reduce((sum, { counts }) => sum + counts.inDoubt, 0)).toBe(inDoubt.length)

    // What is in doubt is decided by what the server's log says: then everybody has it, once.
    // One that was claimed when its sender was killed may lose its answer only now, and is in doubt again.
    for (let left = inDoubt; left.length > 0; left = await issuesInDoubt(db(), { limit: 10_000 })) {
      const taken = new Set(arrived.map(({ issue }) => issue))
      for (const { id } of left)
        await decideInDoubt(db(), { of: { id }, as: taken.has(id) ? 'sent' : 'send', now: sender.now() })
      sender.start()
      for (let rounds = 0; rounds < 20; rounds++) {
        await until(isQuiet)
        if ((await countOf(sql`state in ('waiting', 'sending')`)) === 0) break
        sender.pass(40 * MINUTE)
      }
      await sender.stop()
    }
    await finishRuns(db(), { now: sender.now() })
    for (const { every, period, finishedAt } of await listRuns(db(), { limit: 100 }))
      expect(finishedAt !== null).toBe(!awaited.has(`${every} ${period}`))
    expect(new Set(arrived.map(({ issue }) => issue)).size).toBe(arrived.length)

    // Each says what its reader wants, when they want it.
    const { rows: papers } = await sql<PaperRow>`
      select substring(title from 6 for 4) as number, edition, primary_category as category, title
      from papers order by dated_at desc, id desc`.execute(db())
    const toldIn = new Map(arrived.map(({ issue, papers }) => [issue, papers]))
    const toldTo = new Map<string, Set<string>>()
    const had = new Set<string>()
    for (const issue of await issuesOf(db())) {
      const { email, list, every, due_at: due, composed_at: composed } = issue
      const what = JSON.stringify(issue)
      expect(issue.period, what).toBe(expectedPeriod(issue))
      expect(hourIn(issue.time_zone, due), what).toBe(`${String(issue.hour).padStart(2, '0')}:00`)
      expect(due <= composed && due.getTime() > composed.getTime() - PERIOD_MS[every], what).toBe(true)
      const name = `${email} ${list}`
      if (had.has(name)) {
        // The next one has become due meanwhile, and nothing is new.
        expect(issue.state, what).toBe('skipped')
        continue
      }
      had.add(name)
      const told = toldTo.get(email) ?? new Set()
      toldTo.set(email, told)
      const expected = expectedPapers(issue, papers, told)
      for (const number of expected) told.add(number)
      if (issue.state === 'bounced') continue
      expect(issue.state, what).toBe(expected.length === 0 ? 'skipped' : 'sent')
      expect(toldIn.get(issue.id) ?? [], what).toEqual(expected)
    }
    expect(had.size).toBe(readers.flatMap(({ lists }) => lists).length)
  }, 600_000)

  it('stop when nothing more is taken, tell of it, and go on later where they stopped', async () => {
    const readers = makeReaders(seeded(7)).slice(0, 1_000)
    let most = 200
    const refusal = () => (server.deliveries.length >= most ? '554 5.7.1 your mail looks like spam' : null)
    const server = await serve({ recipient: refusal, message: refusal })
    await recordMonth(db())
    await subscribe(db(), readers)
    const log = createLog('silent')
    let time = START.getTime()
    const now = () => new Date(time)
    const room = {
      search: { ...searchRoom(db()), timeZone: TIME_ZONE },
      taste: openTaste(db()),
      site: SITE,
      pictures: false,
    }
    const mailer = open(server.url(), 'Tide Lines <digests@tides.example>')
    const compose = composeDigests(async () => room, { log, now })
    const send = sendDigests(async () => ({ room, mailer, rates: NO_RATES, secret: SECRET, now }), {
      log,
      tell: (stopped) =>
        tellOfStop(
          db(),
          {
            curators: ['curator@tides.example'],
            site: { name: SITE.name, origin: async () => SITE.origin },
            now,
          },
          stopped,
        ),
    })
    const { signal } = new AbortController()
    await compose.work(signal)
    await send.work(signal)
    const stopped = (await listRuns(db(), { limit: 100 })).filter(({ counts }) => counts.due > 0)
    expect(server.deliveries).toHaveLength(200)
    expect(stopped.some(({ pausedAt, counts }) => pausedAt !== null && counts.waiting > 100)).toBe(true)
    for (const { pausedAt, pauseReason, resumeAt } of stopped.filter(({ counts }) => counts.waiting > 0)) {
      expect(pausedAt).toEqual(START)
      expect(pauseReason).toMatch(/^Too many mails in a row were not taken\. .*554 5\.7\.1/)
      expect(pauseReason).not.toContain('@')
      expect(resumeAt).toEqual(new Date(START.getTime() + 30 * MINUTE))
    }
    const told = await db().selectFrom('outgoing_mail').selectAll().execute()
    expect(told.map(({ recipient, subject }) => [recipient, subject])).toEqual([
      ['curator@tides.example', 'Tide Lines: digests have stopped'],
    ])
    expect(told[0]?.text_body).toMatch(/554 5\.7\.1 your mail looks like spam/)

    // Before its rest is over it stays, and once the server has thought better of it everybody gets theirs.
    time += 29 * MINUTE
    await send.work(signal)
    expect(server.deliveries).toHaveLength(200)
    most = Infinity
    for (let rounds = 0; rounds < 3; rounds++) {
      time += 31 * MINUTE
      await send.work(signal)
    }
    const issues = await issuesOf(db())
    const due = issues.filter(({ state }) => state !== 'skipped')
    expect(due.every(({ state }) => state === 'sent')).toBe(true)
    const mails = server.deliveries.map(({ to: [to = ''], raw }) => readDigest(to, raw).issue)
    expect(new Set(mails).size).toBe(mails.length)
    expect(new Set(mails)).toEqual(new Set(due.map(({ id }) => id)))
  })
})
