import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { searchRoom } from '../../test/search.ts'
import { parseEmailAddress, type EmailAddress } from '../mail/address.ts'
import { NO_RATES } from '../mail/mail-rate.ts'
import type { Message } from '../mail/message.ts'
import { castVote } from '../ranking/votes.ts'
import { deleteAccount } from '../readers/delete-account.ts'
import { dropInterest, mergeInterests } from '../recommendation/interests.ts'
import { openTaste } from '../recommendation/open-taste.ts'
import { TasteAway, type Ranking, type RankQuestion, type Taste } from '../recommendation/taste.ts'
import { setNotForMe } from '../shelves/not-for-me.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { archivedIssues, keepArchive, readSent } from './archive.ts'
import { composeDueIssues } from './compose-due.ts'
import { deliverIssues } from './deliver.ts'
import type { DigestRoom } from './digest-room.ts'
import { endMailOfLostInterests, moveInterestMail } from './own-subscriptions.ts'
import { usualPreferences, type Preferences } from './preferences.ts'
import { previewDue, previewIssue } from './preview.ts'
import { askToSubscribe, findSubscriber } from './subscriptions.ts'

const SECRET = 'a secret that is only for tests, long enough'
const TIME_ZONE = 'America/New_York'
const ADA = 'ada@readers.example'
const FIRST_DAY = new Date('2026-01-14T15:00:00Z')
const NEXT_DAY = new Date('2026-01-15T12:00:00Z')

/** A taste that puts the newest papers last, and says of each that it is there for the first act of its reader. */
class FakeTaste implements Taste {
  readonly asked: RankQuestion[] = []
  isAway = false
  /** What its readers have done: papers that they voted for. */
  votedFor: number[] = []
  outside: number[] = []

  async rank(question: RankQuestion): Promise<Ranking> {
    if (this.isAway) throw new TasteAway('It is starting.')
    this.asked.push(question)
    const ids = (question.paperIds ?? []).toSorted((a, b) => a - b).slice(0, question.limit)
    return {
      papers: ids.map((id) => ({
        id,
        score: -id,
        interest: { id: 1, name: 'Tides' },
        followed: { topic: null, author: null },
        outside: this.outside.includes(id),
        seen: false,
        reasons: this.votedFor.map((paperId) => ({
          act: { kind: 'vote', paperId, text: null, at: FIRST_DAY },
          part: 1,
          effect: 1,
        })),
        moreReasons: 0,
        forIt: this.votedFor.length,
      })),
      total: ids.length,
      knows: { acts: this.votedFor.length, interests: 1, topics: 0, authors: 0 },
      interests: [],
    }
  }
  interests = async () => []
  askAbout = async () => []
  wake = () => undefined
  close = async () => undefined
}

describeWithDatabase('a reader’s own front page by mail', (db) => {
  const open = () => {
    const taste = new FakeTaste()
    const room: DigestRoom = {
      search: { ...searchRoom(db()), timeZone: TIME_ZONE },
      taste,
      site: { name: 'Tide Lines', origin: 'https://tides.example' },
      pictures: false,
    }
    return { taste, room }
  }

  async function record(day: string, count: number): Promise<number[]> {
    const papers = Array.from({ length: count }, (_, i) =>
      stated(`${day.slice(2, 4)}${day.slice(5, 7)}.${day.slice(8)}${String(i).padStart(3, '0')}`, {
        title: `Tide ${i + 1} of ${day}`,
        abstract: `We show that tide ${i + 1} of ${day} turns early.`,
        published: { value: `${day}T15:00:00Z`, precision: 'time' },
        categories: ['physics.ao-ph'],
        primaryCategory: 'physics.ao-ph',
      }),
    )
    await recordHarvest(db(), papers, { now: new Date(`${day}T20:00:00Z`), timeZone: TIME_ZONE })
    const { rows } = await sql<{ id: number }>`
      select id from papers where title like ${`% of ${day}`} order by title`.execute(db())
    return rows.map(({ id }) => id)
  }

  async function subscribe(
    email: string,
    {
      list = '/for-you',
      now = FIRST_DAY,
      proven = true,
      ...preferences
    }: { list?: string; now?: Date; proven?: boolean } & Partial<Preferences> = {},
  ) {
    return askToSubscribe(db(), {
      email: parseEmailAddress(email) as EmailAddress,
      list,
      preferences: { ...usualPreferences('day', { timeZone: TIME_ZONE }), ...preferences },
      proven,
      secret: SECRET,
      now,
    })
  }

  async function interestOf(readerId: string, name = 'Spring tides'): Promise<number> {
    const { id } = await db()
      .insertInto('interests')
      .values({ reader_id: readerId, name, created_at: FIRST_DAY })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  }

  async function send(room: DigestRoom, now: Date): Promise<Message[]> {
    const mails: Message[] = []
    await composeDueIssues(room, { now: () => now })
    await deliverIssues({
      room,
      mailer: {
        async send(message) {
          mails.push(message)
          return { ok: true }
        },
      },
      rates: NO_RATES,
      secret: SECRET,
      now: () => now,
    })
    return mails
  }

  /** The titles in a mail, in its order. */
  function titlesIn({ text }: Pick<Message, 'text'>): string[] {
    return [...text.matchAll(/Tide \d+ of [\d-]+(?=\n)/g)].map(([title]) => title)
  }

  const states = async () =>
    (await sql<{ state: string }>`select state from digest_issues order by id`.execute(db())).rows.map(
      ({ state }) => state,
    )

  it('has the papers that are likely for them, the best first, each with what they did that it is there for', async () => {
    const { taste, room } = open()
    const [voted = 0] = await record('2026-01-12', 1)
    const [first, second, third = 0] = await record('2026-01-13', 4)
    const { reader } = await signIn(db(), { email: ADA })
    taste.votedFor = [voted]
    taste.outside = [third]
    await subscribe(ADA)
    const [mail] = await send(room, FIRST_DAY)
    expect(titlesIn(mail ?? { text: '' })).toEqual([1, 2, 3, 4].map((n) => `Tide ${n} of 2026-01-13`))
    const text = mail?.text.replaceAll(/\s+/g, ' ')
    expect(text).toContain('Tides · Because you voted for “Tide 1 of 2026-01-12”')
    expect(text).toContain('Outside your interests · Tides')
    expect(mail?.html).toContain('Because you voted for “Tide 1 of 2026-01-12”')
    expect(mail).toMatchObject({
      to: ADA,
      subject: 'Tide 1 of 2026-01-13 and 3 more · For you',
      headers: { 'List-Id': 'For you Tide Lines <for-you.tides.example>' },
    })
    expect(taste.asked).toHaveLength(1)
    expect(taste.asked[0]).toMatchObject({ readerId: reader.id, now: FIRST_DAY })
    expect(taste.asked[0]?.paperIds).toEqual(expect.arrayContaining([first, second, third]))
  })

  it('brings nothing twice, whatever list brought it first, and no empty issue', async () => {
    const { taste, room } = open()
    await record('2026-01-13', 7)
    await signIn(db(), { email: ADA })
    await subscribe(ADA, { list: '/', length: 5 })
    await subscribe(ADA, { length: 5 })
    const mails = await send(room, FIRST_DAY)
    const told = mails.flatMap(titlesIn)
    expect(mails).toHaveLength(2)
    expect([told.length, new Set(told).size]).toEqual([7, 7])
    // Nothing came: nobody is asked, and nothing is sent.
    taste.asked.length = 0
    expect(await send(room, NEXT_DAY)).toEqual([])
    expect(taste.asked).toEqual([])
    await record('2026-01-15', 2)
    const [next] = await send(room, new Date('2026-01-16T12:00:00Z'))
    expect(next?.subject).toContain('Tide')
    expect(next?.text.replaceAll(/\s+/g, ' ')).toContain('There was no mail on Thursday, 15 January 2026')
  })

  it('follows as one mail after days on which nothing ran', async () => {
    const { room } = open()
    await record('2026-01-13', 1)
    await signIn(db(), { email: ADA })
    await subscribe(ADA)
    await send(room, FIRST_DAY)
    await record('2026-01-14', 1)
    await record('2026-01-15', 1)
    await record('2026-01-16', 1)
    const mails = await send(room, new Date('2026-01-18T12:00:00Z'))
    expect(mails.map(titlesIn)).toEqual([
      ['Tide 1 of 2026-01-14', 'Tide 1 of 2026-01-15', 'Tide 1 of 2026-01-16'],
    ])
  })

  it('leaves out what its reader knows already, or wants to see no more', async () => {
    const { room } = open()
    const [voted = 0, hidden = 0, wordy = 0] = await record('2026-01-13', 4)
    const { reader } = await signIn(db(), { email: ADA })
    await castVote(db(), { paperId: voted, voter: { id: reader.id, trusted: true }, now: FIRST_DAY })
    await setNotForMe(db(), { readerId: reader.id, paperId: hidden, notForMe: true, now: FIRST_DAY })
    await subscribe(ADA, { notAbout: ['tide 3'] })
    const [mail] = await send(room, FIRST_DAY)
    expect(wordy).toBeGreaterThan(0)
    expect(titlesIn(mail ?? { text: '' })).toEqual(['Tide 4 of 2026-01-13'])
  })

  it('says where to begin while nothing is known of its reader', async () => {
    const { room } = open()
    await record('2026-01-13', 1)
    await signIn(db(), { email: ADA })
    await subscribe(ADA)
    const [mail] = await send(room, FIRST_DAY)
    expect(mail?.text.replaceAll(/\s+/g, ' ')).toContain('https://tides.example/for-you/begin')
  })

  it('tells what an interest finds, by the name that its reader knows', async () => {
    const { taste, room } = open()
    await record('2026-01-13', 1)
    const { reader } = await signIn(db(), { email: ADA })
    const id = await interestOf(reader.id)
    taste.votedFor = [1]
    await subscribe(ADA, { list: `/for-you/interests/${id}` })
    const [mail] = await send(room, FIRST_DAY)
    expect(mail?.subject).toBe('Tide 1 of 2026-01-13 · For you: Spring tides')
    expect(taste.asked[0]).toMatchObject({ readerId: reader.id, interestId: id })
  })

  it('goes on as what an interest is part of, and ends with it', async () => {
    await record('2026-01-13', 1)
    const { reader } = await signIn(db(), { email: ADA })
    const readerId = reader.id
    const [springs, neaps, ebbs] = [
      await interestOf(readerId),
      await interestOf(readerId, 'Neap tides'),
      await interestOf(readerId, 'Ebbs'),
    ]
    for (const id of [springs, neaps, ebbs]) await subscribe(ADA, { list: `/for-you/interests/${id}` })
    await subscribe(ADA)
    const lists = async () =>
      (await findSubscriber(db(), { email: ADA }))?.subscriptions.map(({ list }) => list).toSorted()
    const merge = async (interestId: number, intoId: number) => {
      expect(await mergeInterests(db(), { readerId, interestId, intoId })).toEqual({ ok: true })
      await moveInterestMail(db(), { readerId, interestId, intoId, now: FIRST_DAY })
    }
    const later = await interestOf(readerId, 'Slack water')
    await merge(ebbs, later)
    expect(await lists()).toEqual([
      '/for-you',
      ...[springs, neaps, later].map((id) => `/for-you/interests/${id}`),
    ])
    // Nobody gets the same twice.
    await merge(neaps, springs)
    expect(await lists()).toEqual(['/for-you', ...[springs, later].map((id) => `/for-you/interests/${id}`)])
    await dropInterest(db(), { readerId, interestId: springs })
    await endMailOfLostInterests(db(), { now: FIRST_DAY })
    expect(await lists()).toEqual(['/for-you', `/for-you/interests/${later}`])
  })

  it('waits while nobody can rank papers, and holds up nobody else', async () => {
    const { taste, room } = open()
    await record('2026-01-13', 3)
    await signIn(db(), { email: ADA })
    await subscribe(ADA)
    await subscribe('bob@readers.example', { list: '/' })
    taste.isAway = true
    await expect(composeDueIssues(room, { now: () => FIRST_DAY })).rejects.toThrow(TasteAway)
    expect(await states()).toEqual(['waiting'])
    taste.isAway = false
    const mails = await send(room, new Date(FIRST_DAY.getTime() + 10_000))
    expect(mails.map(({ to }) => to).toSorted()).toEqual([ADA, 'bob@readers.example'])
  })

  it('goes out to others where the papers of one reader cannot be ranked', async () => {
    const { taste, room } = open()
    await record('2026-01-13', 3)
    const { reader } = await signIn(db(), { email: ADA })
    await signIn(db(), { email: 'bob@readers.example' })
    await subscribe(ADA)
    await subscribe('bob@readers.example')
    const rank = taste.rank.bind(taste)
    taste.rank = async (question) => {
      if (question.readerId === reader.id) throw new Error('It broke.')
      return rank(question)
    }
    await expect(composeDueIssues(room, { now: () => FIRST_DAY })).rejects.toThrow('It broke.')
    expect(await states()).toEqual(['waiting'])
    taste.rank = rank
    expect((await send(room, FIRST_DAY)).map(({ to }) => to).toSorted()).toEqual([ADA, 'bob@readers.example'])
  })

  it('comes to nobody but the reader: not to an address without an account, nor while they are suspended', async () => {
    const { taste, room } = open()
    await record('2026-01-13', 2)
    const { reader } = await signIn(db(), { email: ADA })
    expect(await subscribe('stranger@elsewhere.example', { proven: false })).toEqual({ kind: 'nothing' })
    expect(await subscribe(ADA, { proven: false })).toEqual({ kind: 'nothing' })
    expect(await findSubscriber(db(), { email: ADA })).toBeNull()
    await subscribe('stranger@elsewhere.example')
    await subscribe(ADA)
    await db().updateTable('readers').set({ suspended_at: FIRST_DAY }).where('id', '=', reader.id).execute()
    expect(await send(room, FIRST_DAY)).toEqual([])
    expect(taste.asked).toEqual([])
    // What came meanwhile comes once they are back.
    await db().updateTable('readers').set({ suspended_at: null }).where('id', '=', reader.id).execute()
    const mails = await send(room, NEXT_DAY)
    expect(mails.map(({ to }) => to)).toEqual([ADA])
    expect(titlesIn(mails[0] ?? { text: '' })).toHaveLength(2)
  })

  it('has nothing of an interest that is another reader’s, or no more', async () => {
    const { taste, room } = open()
    await record('2026-01-13', 2)
    await signIn(db(), { email: ADA })
    const other = await signIn(db(), { email: 'bob@readers.example' })
    const id = await interestOf(other.reader.id)
    await subscribe(ADA, { list: `/for-you/interests/${id}` })
    await subscribe(ADA, { list: '/for-you/interests/999999' })
    expect(await send(room, FIRST_DAY)).toEqual([])
    expect(taste.asked).toEqual([])
    expect(await states()).toEqual(['skipped', 'skipped'])
  })

  it('ends with the account, and what it said is forgotten', async () => {
    const { room } = open()
    await record('2026-01-13', 2)
    const { reader } = await signIn(db(), { email: ADA })
    await subscribe(ADA)
    await send(room, FIRST_DAY)
    await deleteAccount(db(), { readerId: reader.id, now: FIRST_DAY })
    expect(await findSubscriber(db(), { email: ADA })).toBeNull()
    const { rows } = await sql`select content from digest_issues where content is not null`.execute(db())
    expect(rows).toEqual([])
    await record('2026-01-14', 2)
    expect(await send(room, NEXT_DAY)).toEqual([])
  })

  it('tells of what was retracted after it was sent', async () => {
    const { room } = open()
    const [id = 0] = await record('2026-01-13', 1)
    await signIn(db(), { email: ADA })
    await subscribe(ADA)
    await send(room, FIRST_DAY)
    await db()
      .updateTable('papers')
      .set({ withdrawn: true, changed_at: FIRST_DAY })
      .where('id', '=', id)
      .execute()
    await record('2026-01-14', 1)
    const [mail] = await send(room, NEXT_DAY)
    const text = mail?.text.replaceAll(/\s+/g, ' ') ?? ''
    expect(text).toContain('Tide 1 of 2026-01-13')
    expect(text).toMatch(/Withdrawn/i)
    expect(titlesIn(mail ?? { text: '' })).toContain('Tide 1 of 2026-01-14')
  })

  it('is ranked by what its reader really did', async () => {
    const { room } = open()
    const taste = openTaste(db())
    await record('2026-01-11', 3)
    await recordHarvest(
      db(),
      Array.from({ length: 12 }, (_, i) =>
        stated(`2601.13${String(i).padStart(3, '0')}`, {
          title: i < 3 ? `Glaciers that melt ${i}` : `Prime numbers ${i}`,
          abstract:
            i < 3
              ? 'Glaciers lose ice in summer, and moraines tell how much ice a glacier lost.'
              : 'We count primes in short intervals by a sieve of integers.',
          published: { value: '2026-01-13T15:00:00Z', precision: 'time' },
        }),
      ),
      { now: new Date('2026-01-13T20:00:00Z'), timeZone: TIME_ZONE },
    )
    const { reader } = await signIn(db(), { email: ADA })
    const voted = await db()
      .selectFrom('papers')
      .select('id')
      .where('title', '=', 'Glaciers that melt 0')
      .executeTakeFirstOrThrow()
    await castVote(db(), { paperId: voted.id, voter: { id: reader.id, trusted: true }, now: FIRST_DAY })
    await subscribe(ADA, { length: 5 })
    const [mail] = await send({ ...room, taste }, FIRST_DAY)
    const text = mail?.text.replaceAll(/\s+/g, ' ') ?? ''
    expect(mail?.subject).toContain('Glaciers that melt')
    expect(text).toContain('Because you voted for “Glaciers that melt 0”')
    expect(text).not.toMatch(/\d\. Glaciers that melt 0/)
    await taste.close()
  })

  it('is never in the archive, nor in a preview for anyone, and what was sent is its reader’s only', async () => {
    const { room } = open()
    await record('2026-01-13', 2)
    await signIn(db(), { email: ADA })
    await subscribe(ADA)
    const due = []
    for await (const one of previewDue(room, { now: FIRST_DAY })) due.push(one)
    expect(due).toEqual([])
    const asked = { list: { kind: 'own', interestId: null } as const, address: '/for-you', now: FIRST_DAY }
    const preferences = usualPreferences('day', { timeZone: TIME_ZONE })
    expect(await previewIssue(room, { ...asked, preferences })).toBeNull()
    expect(await previewIssue(room, { ...asked, preferences, email: 'bob@readers.example' })).toBeNull()
    expect((await previewIssue(room, { ...asked, preferences, email: ADA }))?.papers).toHaveLength(2)
    expect(await states()).toEqual([])

    await send(room, FIRST_DAY)
    await keepArchive(room, { now: FIRST_DAY })
    await composeDueIssues(room, { now: () => FIRST_DAY })
    const { issues } = await archivedIssues(room, { list: null, limit: 50 })
    expect(issues.map(({ archived }) => archived.list)).toEqual(['/'])
    const { rows } = await sql<{ list: string }>`
      select s.list from subscriptions s join subscribers b on b.id = s.subscriber_id where b.email is null`.execute(
      db(),
    )
    expect(rows.some(({ list }) => list.startsWith('/for-you'))).toBe(false)
    const issue = await db().selectFrom('digest_issues').select('id').orderBy('id').executeTakeFirstOrThrow()
    expect(await readSent(room, { id: issue.id })).toMatchObject({ onlyFor: ADA })
  })
})
