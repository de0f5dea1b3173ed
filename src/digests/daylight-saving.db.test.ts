import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { searchRoom } from '../../test/search.ts'
import { parseEmailAddress, type EmailAddress } from '../mail/address.ts'
import { NO_RATES } from '../mail/mail-rate.ts'
import { openTaste } from '../recommendation/open-taste.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { composeDueIssues } from './compose-due.ts'
import { deliverIssues } from './deliver.ts'
import type { DigestRoom } from './digest-room.ts'
import { usualPreferences } from './preferences.ts'
import { finishRuns } from './runs.ts'
import { askToSubscribe, confirmSubscription } from './subscriptions.ts'

const SECRET = 'a secret that is only for tests, long enough'
const TIME_ZONE = 'America/New_York'
const HALF_HOUR = 30 * 60_000
const DAY = 24 * 3_600_000
/** Papers come in so often. */
const PAPERS_EVERY = 6 * 3_600_000
const ZONES = ['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia']
/** Around the hours that are left out or come twice where clocks change, and far from them. */
const HOURS = [0, 2, 3, 7]

/** What clocks show at an instant: `2026-03-08` and `07:30`. */
function clockIn(timeZone: string, instant: Date): { day: string; time: string } {
  const [day = '', time = ''] = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  })
    .format(instant)
    .split(' ')
  return { day, time }
}

/**
 * When an issue is due by the clocks themselves: the first instant of each day at which they show its hour, or a later time if
 * they leave that out.
 */
function dueTimes(
  { timeZone, hour }: Reader,
  { from, to }: { from: number; to: number },
): Map<string, number> {
  const due = new Map<string, number>()
  const name = `${String(hour).padStart(2, '0')}:00`
  for (let at = from; at <= to; at += HALF_HOUR) {
    const { day, time } = clockIn(timeZone, new Date(at))
    if (time >= name && !due.has(day)) due.set(day, at)
  }
  return due
}

type Reader = { email: string; timeZone: string; hour: number }

describeWithDatabase('digests of every day where clocks change', (db) => {
  const room = (): DigestRoom => ({
    search: { ...searchRoom(db()), timeZone: TIME_ZONE },
    taste: openTaste(db()),
    site: { name: 'Tide Lines', origin: 'https://tides.example' },
    pictures: false,
  })

  async function subscribe({ email, timeZone, hour }: Reader, now: Date): Promise<void> {
    const asked = await askToSubscribe(db(), {
      email: parseEmailAddress(email) as EmailAddress,
      list: '/',
      preferences: { ...usualPreferences('day', { timeZone }), hour, length: 25 },
      proven: false,
      secret: SECRET,
      now,
    })
    if (asked.kind !== 'to confirm') throw new Error(`it was ${asked.kind}`)
    await confirmSubscription(db(), { id: asked.subscriptionId, now })
  }

  /** Takes in a paper that came out this moment; answers its title. */
  async function recordAt(now: Date): Promise<string> {
    const title = `Tide ${now.getTime() / HALF_HOUR}`
    await recordHarvest(
      db(),
      [
        stated(`2601.${String((now.getTime() / HALF_HOUR) % 100_000).padStart(5, '0')}`, {
          title,
          published: { value: now.toISOString(), precision: 'time' },
        }),
      ],
      { now, timeZone: TIME_ZONE },
    )
    return title
  }

  it.each(['2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01'])(
    'come once each day at their hour with all that is new, around %s',
    async (day) => {
      const from = Date.parse(`${day}T00:00:00Z`) - 1.5 * DAY
      const to = from + 3.5 * DAY
      const readers = ZONES.flatMap((timeZone, zone) =>
        HOURS.map((hour): Reader => ({ email: `reader-${zone}-${hour}@readers.example`, timeZone, hour })),
      )
      const papers: { at: number; title: string }[] = []
      const mails: { at: number; to: string; titles: string[] }[] = []
      papers.push({ at: from, title: await recordAt(new Date(from)) })
      for (const reader of readers) await subscribe(reader, new Date(from))
      for (let at = from; at <= to; at += HALF_HOUR) {
        const now = () => new Date(at)
        const { composed } = await composeDueIssues(room(), { now })
        if (composed > 0)
          await deliverIssues({
            room: room(),
            mailer: {
              async send({ to: email, text }) {
                const titles = [...text.matchAll(/Tide \d+/g)].map(([title]) => title)
                mails.push({ at, to: email, titles: [...new Set(titles)] })
                return { ok: true }
              },
            },
            rates: NO_RATES,
            secret: SECRET,
            now,
          })
        // They come a little after the issues that are due at the same time.
        if (at > from && (at - from) % PAPERS_EVERY === 0)
          papers.push({ at, title: await recordAt(new Date(at)) })
      }

      for (const reader of readers) {
        const [first, ...later] = mails.filter(({ to: email }) => email === reader.email)
        // The first issue comes at once.
        expect(first?.at).toBe(from)
        const due = [...dueTimes(reader, { from: from - DAY, to }).values()].filter((at) => at > from)
        let before = from
        const expected = due.flatMap((at) => {
          const fresh = papers.filter((paper) => paper.at >= before && paper.at < at && paper.at > from)
          before = at
          // No issue is empty.
          return fresh.length === 0 ? [] : [{ at, titles: fresh.map(({ title }) => title).toSorted() }]
        })
        expect(expected.length).toBeGreaterThanOrEqual(2)
        expect(
          later.map(({ at, titles }) => ({ at, titles: titles.toSorted() })),
          JSON.stringify(reader),
        ).toEqual(expected)
      }
      await finishRuns(db(), { now: new Date(to) })
      const { rows } = await sql<{ twice: number }>`
        select count(*) as twice from (select subscription_id, period from digest_issues
          group by subscription_id, period having count(*) > 1) again`.execute(db())
      expect(rows).toEqual([{ twice: 0 }])
    },
  )
})
