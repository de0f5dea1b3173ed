import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import { afterEach, expect, inject, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { TIME_ZONE } from '../../test/site.ts'
import { openOutgoingClient } from '../outgoing/client.ts'
import { addDays, dayIn } from '../papers/calendar.ts'
import { createLog } from '../runtime/log.ts'
import { easternInstant, lastAnnounced } from './arxiv-calendar.ts'
import { runDueTasks } from './run-due.ts'
import type { ServiceUrls } from './source-kind.ts'
import { addSource } from './sources.ts'
import {
  arxivUrls,
  openArxivServer,
  type ArxivServer,
  type Asked,
  type ServedPaper,
} from './testing/arxiv-server.ts'
import { oneByOne, openClock } from './testing/moved-clock.ts'

const START = '2026-10-30T12:00:00Z'
const END = new Date('2026-11-30T12:00:00Z')
const HOLIDAYS = new Set(['2026-11-26'])
/** The last day that was announced by then. */
const LAST_DAY = '2026-11-30'
const HOUR_MS = 3_600_000

/** Pseudo-random numbers from 0 to 1, the same each time (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** The evenings on which something was announced, from October's end on, by the days that lists bear. */
function announcedDays(): string[] {
  const days: string[] = []
  for (let evening = '2026-10-22'; evening < '2026-11-30'; evening = addDays(evening, 1)) {
    const weekday = new Date(`${evening}T00:00:00Z`).getUTCDay()
    if (weekday <= 4 && !HOLIDAYS.has(evening)) days.push(addDays(evening, 1))
  }
  return days
}

function inventPapers(): ServedPaper[] {
  const random = randomFrom(11)
  const days = announcedDays()
  const counts = new Map<string, number>()
  return days.flatMap((day, i) => {
    const closing = addDays(day, -1)
    // The afternoon before submissions close: on Thursday for what is announced on Sunday.
    const weekday = new Date(`${closing}T00:00:00Z`).getUTCDay()
    const before =
      weekday === 0 ? addDays(closing, -3) : weekday === 1 ? addDays(closing, -3) : addDays(closing, -1)
    return Array.from({ length: 9 }, (_, n): ServedPaper => {
      const month = `${day.slice(2, 4)}${day.slice(5, 7)}`
      const number = (counts.get(month) ?? 0) + 1
      counts.set(month, number)
      const submitted = new Date(easternInstant(before, 15).getTime() + Math.floor(random() * 5 * HOUR_MS))
      const later = days[i + 2 + (n % 3)]
      const [categories, extra]: [string[], Partial<ServedPaper>] =
        n < 3
          ? [['cs.CL'], {}]
          : n < 6
            ? [['cs.LG', 'stat.ML'], {}]
            : n === 6
              ? [['cs.CV', 'cs.CL'], {}]
              : n === 7
                ? // Announced elsewhere, and cross-listed to our field days later.
                  [['cs.CV'], later === undefined ? {} : { crossed: [{ day: later, category: 'cs.LG' }] }]
                : // Moderation took nine days longer.
                  [['cs.CL'], { versions: [new Date(submitted.getTime() - 9 * 24 * HOUR_MS).toISOString()] }]
      const replaced = n % 4 === 1 && later !== undefined ? [{ day: later, version: 2 }] : []
      const versions = extra.versions ?? [submitted.toISOString()]
      return {
        id: `${month}.${String(number).padStart(5, '0')}`,
        title: `On the tides of ${day}, part ${n}: $x<${n}$ & naïve é`,
        abstract: `We measure ${number} tides.`,
        authors: [
          { keyname: 'Müller', forenames: 'Änne' },
          { keyname: 'Lee', forenames: `No${n}` },
        ],
        categories,
        announced: day,
        ...extra,
        replaced,
        versions: replaced.length === 0 ? versions : [...versions, `${later ?? day}T01:00:00.000Z`],
      }
    })
  })
}

/** Cross-lists and new versions are there from the day on which they are announced. */
function asOf(papers: ServedPaper[], day: string): ServedPaper[] {
  return papers
    .filter(({ announced }) => announced <= day)
    .map((paper) => ({
      ...paper,
      versions: paper.versions.slice(0, 1 + (paper.replaced ?? []).filter((one) => one.day <= day).length),
      categories: [
        ...paper.categories,
        ...(paper.crossed ?? []).filter((one) => one.day <= day).map(({ category }) => category),
      ],
    }))
}

describeWithDatabase('a month of arXiv, with a change of clocks and Thanksgiving', (db) => {
  let server: ArxivServer | undefined
  let onRequest = () => {}
  let clockServer: ReturnType<typeof createServer> | undefined
  afterEach(async () => {
    await server?.close()
    clockServer?.close()
  })

  it('ends with every paper in its edition once, whatever went wrong', { timeout: 300_000 }, async () => {
    const clock = openClock(START)
    const papers = inventPapers()
    const during = (from: string, to: string) => clock.now() >= new Date(from) && clock.now() < new Date(to)
    const refusals: { at: Date; until: Date; service: string }[] = []
    let refusedApi = false
    server = await openArxivServer({
      papers: () => asOf(papers, lastAnnounced(clock.now(), { holidays: HOLIDAYS })),
      now: clock.now,
      listDay: () => lastAnnounced(clock.now(), { holidays: HOLIDAYS }),
      feedDay: () => dayIn(TIME_ZONE, clock.now()),
      staleCategories: () => (during('2026-11-10T01:00:00Z', '2026-11-12T06:00:00Z') ? ['cs.LG'] : []),
      // One broken record a day, another each day.
      extraItems: () => `
    <item><title>Broken on ${dayIn(TIME_ZONE, clock.now())}</title><guid>oai:arXiv.org:none</guid><description>x</description></item>`,
      pageSize: 7,
      gzip: true,
      trouble: ({ service, at }, response) => {
        onRequest()
        const refuse = (status: number, headers: Record<string, string>, forMs: number) => {
          refusals.push({ at, until: new Date(at.getTime() + forMs), service })
          response.writeHead(status, headers).end('<html>busy</html>')
          return true
        }
        // Six hours in which nothing answers, over an announcement.
        if (during('2026-11-05T00:30:00Z', '2026-11-05T06:30:00Z')) return response.destroy().destroyed
        if (service === 'oai' && during('2026-11-17T03:00:00Z', '2026-11-17T09:00:00Z'))
          return refuse(503, { 'retry-after': '900' }, 900_000)
        if (service === 'api' && !refusedApi && during('2026-11-19T00:00:00Z', '2026-11-21T00:00:00Z')) {
          refusedApi = true
          return refuse(429, {}, 600_000)
        }
        // An error page with status 200, and half an answer.
        if (service === 'oai' && during('2026-11-13T03:00:00Z', '2026-11-13T05:00:00Z')) {
          response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Down for maintenance</html>')
          return true
        }
        if (service === 'rss' && during('2026-11-20T05:00:00Z', '2026-11-20T05:20:00Z')) {
          response.writeHead(200).end('<?xml version="1.0"?><rss version="2.0"><channel><item><title>Half')
          return true
        }
        return false
      },
    })
    const urls = { ...arxivUrls(server.url) } as ServiceUrls
    const options = {
      client: oneByOne(
        openOutgoingClient({ db: db(), userAgent: 'Broadsheet (https://tides.example)', ...clock }),
      ),
      urls,
      keys: { openalex: null, semanticScholar: null, github: null },
      contact: null,
      timeZone: TIME_ZONE,
      log: createLog('silent'),
      now: clock.now,
      signal: new AbortController().signal,
    }
    const clockUrl = await serveClock(clock)
    const added = await addSource(
      db(),
      { kind: 'arxiv', settings: { categories: ['cs.CL', 'cs.LG'] } },
      { trusted: true, now: clock.now() },
    )
    expect(added.ok).toBe(true)

    const random = randomFrom(5)
    const killed = new Set(Array.from({ length: 10 }, () => 3 + Math.floor(random() * 90)))
    let kills = 0
    let round = 0
    while (clock.now() < END) {
      round += 1
      if (killed.has(round)) {
        await killWhileHarvesting({
          urls,
          clock: clockUrl,
          start: clock.now().toISOString(),
          atRequest: 1 + Math.floor(random() * 4),
          afterMs: random() * 60,
        })
        kills += 1
        // What the killed process held is free again by the database's clock, which is not moved here.
        await sql`update source_tasks set holder = null, held_until = null`.execute(db())
        await sql`update service_connections set held_until = '-infinity'`.execute(db())
      }
      await runDueTasks(db(), options)
      const due = await db()
        .selectFrom('source_tasks')
        .select('next_at')
        .orderBy('next_at')
        .executeTakeFirstOrThrow()
      clock.set(new Date(Math.max(due.next_at.getTime(), clock.now().getTime() + 1_000)))
      expect(round).toBeLessThan(2_000)
    }
    expect(kills).toBe(killed.size)
    const unfinished = await db()
      .selectFrom('harvest_runs')
      .select('id')
      .where('finished_at', 'is', null)
      .execute()
    expect(unfinished.length).toBeGreaterThan(2)

    const ours = papers.filter(
      ({ announced, categories, crossed }) =>
        announced >= '2026-10-30' &&
        (categories.some((one) => one === 'cs.CL' || one === 'cs.LG') ||
          (crossed ?? []).some(({ day }) => day <= LAST_DAY)),
    )
    const { rows } = await sql<{
      arxiv_id: string
      edition: string
      versions: unknown[]
      authors: { name: string }[]
    }>`
      select arxiv_id, edition::text as edition, versions, authors from papers order by arxiv_id`.execute(
      db(),
    )
    const editions = new Map(rows.map((row) => [row.arxiv_id, row.edition]))
    expect(rows.length).toBe(new Set(rows.map((row) => row.arxiv_id)).size)
    const wrong = ours
      .filter(({ id, announced }) => editions.get(id) !== announced)
      .map(({ id, announced, categories }) => [id, announced, editions.get(id), categories])
    expect(wrong).toEqual([])
    for (const { id, versions, replaced } of ours) {
      const row = rows.find((one) => one.arxiv_id === id)
      const shown = (replaced ?? []).every(({ day }) => day <= LAST_DAY) ? versions.length : 1
      expect([id, row?.versions.length, row?.authors[0]?.name]).toEqual([id, shown, 'Änne Müller'])
    }
    const broken = await db().selectFrom('quarantined_records').select(['record', 'times']).execute()
    expect(broken.length).toBeGreaterThan(20)
    expect(new Set(broken.map(({ record }) => record)).size).toBe(broken.length)

    expectPolite(server.asked, refusals)
    const outage = await sql<{ reason: string }>`
      select reason from harvest_runs where outcome = 'failed' and started_at between '2026-11-05T00:30Z' and '2026-11-05T06:30Z'`.execute(
      db(),
    )
    expect(outage.rows.length).toBeGreaterThan(3)
    const states = await db().selectFrom('source_tasks').select(['task', 'failures', 'trouble']).execute()
    expect(states.map(({ failures, trouble }) => [failures, trouble])).toEqual([
      [0, null],
      [0, null],
    ])
    const behind = await sql<{ reason: string }>`
      select distinct reason from harvest_runs where reason like '%behind its lists%'`.execute(db())
    expect(behind.rows.map(({ reason }) => reason)).toContainEqual(expect.stringContaining('for cs.LG;'))
  })

  async function serveClock(clock: ReturnType<typeof openClock>): Promise<string> {
    clockServer = createServer((request, response) => {
      void clock.wait(Number(new URL(request.url ?? '', 'http://clock.invalid').searchParams.get('ms')))
      response.end(clock.now().toISOString())
    })
    await new Promise<void>((resolve) => clockServer?.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(clockServer.address() as AddressInfo).port}/`
  }

  async function killWhileHarvesting({
    atRequest,
    afterMs,
    ...options
  }: {
    urls: ServiceUrls
    clock: string
    start: string
    atRequest: number
    afterMs: number
  }) {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db())
    const database = { ...inject('server'), database: rows[0]?.name }
    const child = spawn(
      process.execPath,
      [
        new URL('./testing/harvest-once.ts', import.meta.url).pathname,
        JSON.stringify({ ...options, database }),
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
    const ended = new Promise((resolve) => child.on('exit', resolve))
    let requests = 0
    onRequest = () => {
      requests += 1
      if (requests === atRequest) setTimeout(() => child.kill('SIGKILL'), afterMs)
    }
    await ended
    onRequest = () => {}
  }
})

function expectPolite(asked: Asked[], refusals: { at: Date; until: Date; service: string }[]) {
  const gaps = (services: Asked['service'][]) => {
    const times = asked.filter(({ service }) => services.includes(service)).map(({ at }) => at.getTime())
    return Math.min(...times.slice(1).map((time, i) => time - (times[i] ?? 0)))
  }
  expect(gaps(['rss', 'oai', 'api'])).toBeGreaterThanOrEqual(3_000)
  expect(gaps(['list'])).toBeGreaterThanOrEqual(15_000)
  for (const { at, until, service } of refusals)
    expect(asked.filter((one) => one.service === service && one.at > at && one.at < until)).toEqual([])
  expect(
    refusals.some(({ service }) => service === 'oai') && refusals.some(({ service }) => service === 'api'),
  ).toBe(true)
  expect(asked.every(({ userAgent }) => userAgent.startsWith('Broadsheet'))).toBe(true)
}
