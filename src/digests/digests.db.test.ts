import { sql, type Kysely } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { searchRoom } from '../../test/search.ts'
import type { Database } from '../db/schema.ts'
import { parseEmailAddress, type EmailAddress } from '../mail/address.ts'
import type { Message, SendOutcome } from '../mail/message.ts'
import type { HarvestedPaper } from '../papers/harvested-paper.ts'
import { mergePapers } from '../moderation/merge-papers.ts'
import { castVote } from '../ranking/votes.ts'
import { SearchAway } from '../search/engine-client.ts'
import { openTaste } from '../recommendation/open-taste.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { signIn } from '../../test/readers.ts'
import { composeDueIssues } from './compose-due.ts'
import { deliverIssues } from './deliver.ts'
import type { DigestRoom } from './digest-room.ts'
import { usualPreferences, type Preferences } from './preferences.ts'
import { listRuns, finishRuns } from './runs.ts'
import {
  forgetUnconfirmed,
  askToSubscribe,
  confirmSubscription,
  endSubscription,
  findSubscriber,
} from './subscriptions.ts'

const SECRET = 'a secret that is only for tests, long enough'
const TIME_ZONE = 'America/New_York'
const SITE = { name: 'Tide Lines', origin: 'https://tides.example' }
const RATES = { all: null, domains: new Map<string, number>() }

/** A day's papers: `edition` is the day, and the number of each counts on. */
function papersOf(day: string, count: number, facts: Partial<HarvestedPaper> = {}): HarvestedPaper[] {
  const month = day.slice(2, 4) + day.slice(5, 7)
  return Array.from({ length: count }, (_, i) =>
    stated(`${month}.${day.slice(8)}${String(i).padStart(3, '0')}`, {
      title: `Tide ${i + 1} of ${day}`,
      abstract: `We show that tide ${i + 1} of ${day} turns early, which nobody had seen before it did.`,
      published: { value: `${day}T15:00:00Z`, precision: 'time' },
      authors: [{ name: 'Ada Lovelace' }],
      categories: ['physics.ao-ph'],
      primaryCategory: 'physics.ao-ph',
      ...facts,
    }),
  )
}

describeWithDatabase('digests', (db) => {
  const room = (): DigestRoom => ({
    search: { ...searchRoom(db()), timeZone: TIME_ZONE },
    taste: openTaste(db()),
    site: SITE,
    pictures: false,
  })

  async function record(papers: HarvestedPaper[], now: Date) {
    await recordHarvest(db(), papers, { now, timeZone: TIME_ZONE })
  }

  /** A subscriber with a list, confirmed at `now`. */
  async function subscribed(
    email: string,
    { list = '/', now, ...preferences }: { list?: string; now: Date } & Partial<Preferences>,
  ): Promise<number> {
    const asked = await askToSubscribe(db(), {
      email: parseEmailAddress(email) as EmailAddress,
      list,
      preferences: {
        ...usualPreferences(preferences.every ?? 'day', { timeZone: TIME_ZONE }),
        ...preferences,
      },
      proven: false,
      secret: SECRET,
      now,
    })
    if (asked.kind !== 'to confirm') throw new Error(`it was ${asked.kind}`)
    await confirmSubscription(db(), { id: asked.subscriptionId, now })
    return asked.subscriptionId
  }

  /** Composes and sends all that is due, to a mailer that answers as it is told. */
  async function send(now: Date, answer: (message: Message) => SendOutcome = () => ({ ok: true })) {
    const mails: Message[] = []
    const composed = await composeDueIssues(room(), { now: () => now })
    const delivered = await deliverIssues({
      room: room(),
      mailer: {
        async send(message) {
          const outcome = answer(message)
          if (outcome.ok) mails.push(message)
          return outcome
        },
      },
      rates: RATES,
      secret: SECRET,
      now: () => now,
    })
    await finishRuns(db(), { now })
    return { mails, composed, delivered }
  }

  it('go out once a day, with what is new since, at the hour of their reader', async () => {
    await record(papersOf('2026-01-13', 12), new Date('2026-01-13T20:00:00Z'))
    const now = new Date('2026-01-14T15:00:00Z')
    await subscribed('ada@readers.example', { now })
    const first = await send(now)
    expect(first.mails).toHaveLength(1)
    expect(first.mails[0]).toMatchObject({
      to: 'ada@readers.example',
      subject: expect.stringContaining('and 9 more'),
    })
    expect(first.mails[0]?.headers).toMatchObject({
      'List-Unsubscribe': expect.stringMatching(/^<https:\/\/tides\.example\/mail\/u\/\d+\.[\w-]{16}>$/),
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'List-Id': 'Front page Tide Lines <front-page.tides.example>',
    })
    // Running again is harmless, and so is waiting.
    expect((await send(now)).mails).toEqual([])
    await record(papersOf('2026-01-14', 3), new Date('2026-01-14T20:00:00Z'))
    expect((await send(new Date('2026-01-15T11:59:00Z'))).mails).toEqual([])
    const second = await send(new Date('2026-01-15T12:00:00Z'))
    expect(second.mails.map(({ subject }) => subject)).toEqual([expect.stringContaining('and 2 more')])
    expect(second.mails[0]?.text).toContain('Tide 3 of 2026-01-14')
    expect(second.mails[0]?.text).not.toContain('2026-01-13')
    const runs = await listRuns(db(), { limit: 9 })
    expect(
      runs.map(({ every, period, counts }) => `${every} ${period}: ${counts.sent} of ${counts.due}`),
    ).toEqual(['day 2026-01-15: 1 of 1', 'day first 2026-01-14: 1 of 1'])
    expect(runs.every(({ finishedAt }) => finishedAt !== null)).toBe(true)
  })

  it('bring what was being recorded while they were composed the next time', async () => {
    await record(papersOf('2026-01-13', 2), new Date('2026-01-13T20:00:00Z'))
    const now = new Date('2026-01-14T15:00:00Z')
    await subscribed('ada@readers.example', { now })
    await send(now)
    // Begun before the issue, and seen after it.
    await record(papersOf('2026-01-12', 1, { title: 'Slow tide' }), new Date(now.getTime() - 2_000))
    const { mails } = await send(new Date('2026-01-15T12:00:00Z'))
    expect(mails.map(({ text }) => text.includes('Slow tide'))).toEqual([true])
    expect(mails[0]?.text).not.toContain('Tide 1 of')
  })

  it('are never empty: a day without papers brings none, and the next mail says so', async () => {
    await record(papersOf('2026-01-13', 2), new Date('2026-01-13T20:00:00Z'))
    await db().insertInto('arxiv_holidays').values({ day: '2026-01-15', name: 'Tide Day' }).execute()
    const now = new Date('2026-01-14T09:00:00Z')
    await subscribed('ada@readers.example', { now })
    await send(now)
    for (const day of ['14', '15', '16'])
      expect((await send(new Date(`2026-01-${day}T12:00:00Z`))).mails).toEqual([])
    await record(papersOf('2026-01-16', 1), new Date('2026-01-16T20:00:00Z'))
    const { mails } = await send(new Date('2026-01-17T12:00:00Z'))
    expect(mails[0]?.text.replaceAll(/\s+/g, ' ')).toContain(
      'There was no mail on Wednesday, 14 January 2026, Thursday, 15 January 2026 (Tide Day) and Friday, 16 January 2026: no new papers came.',
    )
    await db().deleteFrom('arxiv_holidays').where('name', '=', 'Tide Day').execute()
    const [, quiet] = await listRuns(db(), { limit: 9 })
    expect(quiet?.counts).toMatchObject({ due: 0, skipped: 1 })
  })

  it('bring a paper to a reader once, in whatever list, the best first', async () => {
    await record(papersOf('2026-01-13', 8), new Date('2026-01-13T20:00:00Z'))
    const last = await db()
      .selectFrom('papers')
      .select('id')
      .where('title', 'like', 'Tide 8 %')
      .executeTakeFirstOrThrow()
    const { reader } = await signIn(db())
    await castVote(db(), {
      paperId: last.id,
      voter: { id: reader.id, trusted: true },
      now: new Date('2026-01-14T00:00:00Z'),
    })
    const now = new Date('2026-01-14T15:00:00Z')
    await subscribed('ada@readers.example', { now, length: 5 })
    await subscribed('ada@readers.example', { now, length: 5, list: '/topics/physics.ao-ph' })
    const { mails } = await send(now)
    const told = mails.map(({ text }) =>
      [...text.matchAll(/Tide \d of 2026-01-13(?=\n)/g)].map(([title]) => title),
    )
    expect(mails.map(({ subject }) => subject)[0]).toContain('Tide 8 of')
    expect(mails[0]?.text).toContain('No. 1 · 1 vote')
    expect(told.map((titles) => titles.length)).toEqual([5, 3])
    expect(new Set(told.flat()).size).toBe(8)
  })

  it('leave out what a reader wants to hear nothing about', async () => {
    await record(
      [...papersOf('2026-01-13', 2), ...papersOf('2026-01-14', 2, { title: 'Naïve moons' })],
      new Date('2026-01-14T20:00:00Z'),
    )
    const now = new Date('2026-01-15T12:00:00Z')
    await subscribed('ada@readers.example', { now, every: 'week', notAbout: ['naive MOONS'] })
    const { mails } = await send(now)
    expect(mails[0]?.text).toContain('Tide 1 of 2026-01-13')
    expect(mails[0]?.text).not.toContain('moons')
  })

  it('tell of what was retracted after it was sent', async () => {
    await record(papersOf('2026-01-13', 1), new Date('2026-01-13T20:00:00Z'))
    const now = new Date('2026-01-14T15:00:00Z')
    await subscribed('ada@readers.example', { now })
    await send(now)
    await record(
      papersOf('2026-01-13', 1, { notices: [{ kind: 'retraction', date: '2026-01-14' }] }),
      new Date('2026-01-14T18:00:00Z'),
    )
    await record(papersOf('2026-01-14', 1), new Date('2026-01-14T20:00:00Z'))
    const { mails } = await send(new Date('2026-01-15T12:00:00Z'))
    expect(mails[0]?.text.replaceAll(/\s+/g, ' ')).toMatch(/Retracted.*Tide 1 of 2026-01-13/)
    await record(papersOf('2026-01-15', 1), new Date('2026-01-15T20:00:00Z'))
    expect((await send(new Date('2026-01-16T12:00:00Z'))).mails[0]?.text).not.toContain('Retracted')
  })

  it('go out past one that somebody holds, and that one later', async () => {
    await record(papersOf('2026-01-13', 3), new Date('2026-01-13T20:00:00Z'))
    const now = new Date('2026-01-14T15:00:00Z')
    for (const name of ['held', 'ada', 'bob']) await subscribed(`${name}@readers.example`, { now })
    await composeDueIssues(room(), { now: () => now })
    await db()
      .transaction()
      .execute(async (trx) => {
        await trx.selectFrom('digest_issues').select('id').orderBy('id').limit(1).forUpdate().execute()
        expect((await send(now)).mails.map(({ to }) => to).toSorted()).toEqual([
          'ada@readers.example',
          'bob@readers.example',
        ])
      })
    expect((await send(now)).mails.map(({ to }) => to)).toEqual(['held@readers.example'])
  })

  it('of searches wait while there is no index, and keep nobody else waiting', async () => {
    await record(papersOf('2026-01-13', 2), new Date('2026-01-13T20:00:00Z'))
    const now = new Date('2026-01-14T15:00:00Z')
    await subscribed('ada@readers.example', { now, list: '/papers?q=tide' })
    await subscribed('bo@readers.example', { now })
    const away = async () => {
      throw new SearchAway()
    }
    const { search } = room()
    const without = { ...room(), search: { ...search, index: { ...search.index, find: away } } }
    await expect(composeDueIssues(without, { now: () => now })).rejects.toThrow(SearchAway)
    const issues = async () => db().selectFrom('digest_issues').select('state').execute()
    expect(await issues()).toHaveLength(1)
    await composeDueIssues(room(), { now: () => now })
    expect(await issues()).toHaveLength(2)
  })

  it('name what became of a paper that was merged after it was chosen, once', async () => {
    const elsewhere = stated('doi/10.5555/tides', {
      title: 'Tide 3 of 2026-01-13',
      published: { value: '2026-01-13T15:00:00Z', precision: 'time' },
    })
    await record([...papersOf('2026-01-13', 2), elsewhere], new Date('2026-01-13T20:00:00Z'))
    const now = new Date('2026-01-14T15:00:00Z')
    await subscribed('ada@readers.example', { now })
    await composeDueIssues(room(), { now: () => now })
    const [kept, , merged] = await db().selectFrom('papers').select('id').orderBy('id').execute()
    const { reader: cora } = await signIn(db(), { curator: true })
    const outcome = await mergePapers(db(), {
      keptId: kept?.id ?? 0,
      mergedId: merged?.id ?? 0,
      timeZone: TIME_ZONE,
      curatorId: cora.id,
      reason: 'They are one.',
      now,
    })
    expect(outcome).toMatchObject({ ok: true })
    const { mails } = await send(now)
    const titles = [...(mails[0]?.text ?? '').matchAll(/Tide (\d) of 2026-01-13(?=\n)/g)].map(([, n]) => n)
    expect(titles).toHaveLength(2)
    expect(titles).toContain('2')
  })

  it('that cannot be written keep no other waiting', async () => {
    await record(papersOf('2026-01-13', 2), new Date('2026-01-13T20:00:00Z'))
    const now = new Date('2026-01-14T15:00:00Z')
    for (const name of ['ada', 'bo', 'cy']) await subscribed(`${name}@readers.example`, { now })
    await composeDueIssues(room(), { now: () => now })
    await sql`update digest_issues set content = '{"papers": 7}' where id = (select min(id) from digest_issues)`.execute(
      db(),
    )
    const faults: unknown[] = []
    const delivered = await deliverIssues({
      room: room(),
      mailer: { send: async () => ({ ok: true }) },
      rates: RATES,
      secret: SECRET,
      now: () => now,
      onFault: (error) => faults.push(error),
    })
    expect([delivered.sent, faults.length]).toEqual([2, 1])
    expect(await db().selectFrom('digest_issues').select('state').orderBy('id').execute()).toEqual([
      { state: 'given up' },
      { state: 'sent' },
      { state: 'sent' },
    ])
  })

  it('that nobody has confirmed give way to later ones, so that no one can be kept from subscribing', async () => {
    const now = new Date('2026-01-14T15:00:00Z')
    const ask = (list: string) =>
      askToSubscribe(db(), {
        email: parseEmailAddress('ada@readers.example') as EmailAddress,
        list,
        preferences: usualPreferences('day', { timeZone: TIME_ZONE }),
        proven: false,
        secret: SECRET,
        now,
      })
    for (const list of [
      '/papers/new',
      '/papers/top',
      '/papers/picks',
      '/papers/trending',
      '/topics/cs.CL',
      '/',
    ])
      expect((await ask(list)).kind).toBe('to confirm')
    expect(
      (await findSubscriber(db(), { email: 'ada@readers.example' }))?.subscriptions.map(({ list }) => list),
    ).toEqual(['/papers/top', '/papers/picks', '/papers/trending', '/topics/cs.CL', '/'])
    // And are forgotten after a week.
    await forgetUnconfirmed(db(), { now: new Date('2026-01-21T15:00:01Z') })
    expect(await traces(db(), 'ada@readers.example')).toEqual([])
  })

  it('end with a click, and with the last list the address is forgotten', async () => {
    const now = new Date('2026-01-14T15:00:00Z')
    const one = await subscribed('ada@readers.example', { now })
    const other = await subscribed('ada@readers.example', { now, list: '/papers/new' })
    await endSubscription(db(), { id: one, now })
    await endSubscription(db(), { id: one, now })
    expect(
      (await findSubscriber(db(), { email: 'ada@readers.example' }))?.subscriptions.map(({ list }) => list),
    ).toEqual(['/papers/new'])
    await endSubscription(db(), { id: other, now })
    expect(await traces(db(), 'ada@readers.example')).toEqual([])
  })

  it('that may have arrived are in doubt, and others are put off, bounce or are given up', async () => {
    await record(papersOf('2026-01-13', 3), new Date('2026-01-13T20:00:00Z'))
    const now = new Date('2026-01-14T15:00:00Z')
    for (const name of ['doubt', 'later', 'gone', 'spam', 'well'])
      await subscribed(`${name}@readers.example`, { now })
    const refused = { ok: false, status: null, inDoubt: false, reason: 'No.' } as const
    const answers: Record<string, SendOutcome> = {
      doubt: { ...refused, kind: 'temporary', about: 'server', inDoubt: true },
      later: { ...refused, kind: 'temporary', about: 'recipient' },
      gone: { ...refused, kind: 'permanent', about: 'recipient', status: '5.1.1' },
      spam: { ...refused, kind: 'unknown', about: 'us', status: '5.7.1' },
    }
    const { delivered } = await send(now, ({ to }) => answers[to.split('@')[0] ?? ''] ?? { ok: true })
    expect(delivered).toEqual({ sent: 1, deferred: 2, inDoubt: 1, bounced: 1, givenUp: 0 })
    const again = await send(new Date('2026-01-14T15:10:00Z'))
    expect(again.mails.map(({ to }) => to).toSorted()).toEqual([
      'later@readers.example',
      'spam@readers.example',
    ])
  })
})

/** The tables in which a text stands. */
async function traces(db: Kysely<Database>, text: string): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(db)
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } =
      await sql`select from ${sql.id(name)} t where to_jsonb(t)::text like ${`%${text}%`} limit 1`.execute(db)
    if (rows.length > 0) found.push(name)
  }
  return found
}
