import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import {
  importPapers,
  openDatabase,
  processesIn,
  runVerb,
  startSite,
  type RunningSite,
  killEverything,
} from './site.ts'
import { sampleFolder } from './use-site.ts'

const PAPERS = 100
const VOTERS = 500
const KILLS = 10

let data: string
const tokens = Array.from({ length: VOTERS }, () => randomBytes(24).toString('base64url'))
const address = (paper: number) => `2601.${String(paper + 1).padStart(5, '0')}`

/** What each voter was told last of each paper; absent while they were not told what became of their last press. */
const told = new Map<string, boolean>()
/** How many presses were answered. */
let answers = 0

beforeAll(async () => {
  data = await sampleFolder()
  const site = await startSite(data)
  await importPapers(
    data,
    Array.from({ length: PAPERS }, (_, paper) => ({
      id: address(paper),
      title: `Tides of the ${paper}th lake`,
      published: '2026-01-15',
    })),
  )
  const database = await openDatabase(data)
  await database.query(
    `with r as (insert into readers (email, email_verified, created_at)
      select 'voter' || n || '@readers.example', true, now() - interval '1 year' from generate_series(1, $1) n returning id)
     insert into sessions (token, reader_id, expires_at)
     select token, id, now() + interval '1 day' from (select id, row_number() over () n from r) r
     join unnest($2::text[]) with ordinality t(token, n) using (n)`,
    [VOTERS, tokens],
  )
  await database.end()
  expect(await site.stop()).toBe(0)
})
afterAll(async () => {
  expect(await processesIn(data), 'processes left over').toEqual([])
  await rm(data, { recursive: true })
})

it('counts every vote it acknowledged once, through kill -9 of everything, again and again', async () => {
  for (let round = 0; round < KILLS; round++) {
    const site = await startSite(data)
    const over = new AbortController()
    const voting = voteUntil(site, over.signal)
    const enough = answers + 20 + Math.random() * 150
    await vi.waitFor(() => expect(answers).toBeGreaterThan(enough), { timeout: 60_000, interval: 2 })
    await killEverything(data, site.pid)
    over.abort()
    await voting
    await site.kill()
  }
  expect(told.size).toBeGreaterThan(200)

  const site = await startSite(data)
  const database = await openDatabase(data)
  const { rows } = await database.query<{ token: string; address: string }>(
    `select s.token, p.address from votes v join sessions s using (reader_id) join papers p on p.id = v.paper_id`,
  )
  const stored = new Set(rows.map((row) => `${row.token} ${row.address}`))
  const wrong = [...told].filter(([press, voted]) => stored.has(press) !== voted)
  expect(wrong).toEqual([])
  const { rows: counts } = await database.query(
    `select p.address from papers p left join votes v on v.paper_id = p.id
     group by p.id having p.votes <> count(v.reader_id) or p.vote_points <> coalesce(sum(v.points), 0)`,
  )
  expect(counts).toEqual([])
  await database.end()
  expect(await runVerb(data, ['rank', '--verify'])).toMatch(/papers, [\d,]+ counted events/)
  expect(await site.stop()).toBe(0)
})

/** All voters press buttons at once, each one after another, until it is over. */
async function voteUntil({ origin }: RunningSite, over: AbortSignal): Promise<void> {
  await Promise.all(
    Array.from({ length: VOTERS }, async (_, voter) => {
      while (!over.aborted) {
        const paper = address(Math.floor(Math.random() ** 2 * PAPERS))
        const press = `${tokens[voter]} ${paper}`
        const vote = Math.random() < 0.8
        told.delete(press)
        try {
          const answer = await fetch(`${origin}/papers/${paper}/vote`, {
            method: 'POST',
            headers: {
              cookie: `broadsheet.session_token=${tokens[voter]}.signature`,
              accept: 'application/json',
              origin,
            },
            body: new URLSearchParams({ vote: vote ? '1' : '0' }),
          })
          const said = (await answer.json()) as { voted?: boolean }
          if (said.voted !== undefined) told.set(press, said.voted)
          answers++
        } catch {
          // Nobody was told what became of it.
          if (!over.aborted) await delay(5)
        }
      }
    }),
  )
}
