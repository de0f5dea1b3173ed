/**
 * How often honest readers are taken for a ring, and which rings are found: `bench/run suspicions [COMMUNITIES]`, 20 of each kind
 * when no number is given. Invented communities of several sizes, with and without circles that share a narrow interest; then, where
 * this machine has them, 3,258 real authors whose papers stand for what they vote for: each is as like its co-authors as a reader can be.
 */
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { join } from 'node:path'
import { sql, type Kysely } from 'kysely'
import { connect } from '../src/db/connect.ts'
import { migrate } from '../src/db/migrate.ts'
import type { Database } from '../src/db/schema.ts'
import { findSuspicions } from '../src/moderation/find-suspicions.ts'
import { openSuspicions } from '../src/moderation/open-suspicions.ts'
import { accountsIn } from '../src/moderation/suspicions/evidence.ts'
import {
  simulateVotes,
  storeVotes,
  type Simulation,
} from '../src/moderation/suspicions/simulated-votes.fixture.ts'
import { createLog } from '../src/runtime/log.ts'
import { SHARED, withDataFolder } from './site.ts'

const NOW = new Date('2026-01-15T12:00:00Z')
const DAY_MS = 24 * 3_600_000
const MINUTE_MS = 60_000
const READERS = join(SHARED, 'data', 'readers', 'readers.jsonl.gz')

const say = (text: string) => console.log(text)
type Options = Omit<Parameters<typeof simulateVotes>[1], 'now'>

const HONEST: Record<string, Options> = {
  '25 readers, 13 days': { voters: 25, papersADay: 12 },
  '150 readers, 13 days': { voters: 150, papersADay: 25 },
  '400 readers, 60 days': { voters: 400, papersADay: 15, days: 60 },
  '400 readers and circles': {
    voters: 400,
    papersADay: 15,
    days: 60,
    circles: [
      { accounts: 8, papers: 30, agreement: 0.4 },
      { accounts: 12, papers: 40, agreement: 0.3 },
      { accounts: 20, papers: 40, agreement: 0.5 },
    ],
  },
}

/** The rings found in a community, as the accounts of each, and how long the search took. */
async function ringsIn(db: Kysely<Database>, simulation: Pick<Simulation, 'readers' | 'papers' | 'votes'>) {
  await sql`delete from papers`.execute(db)
  await sql`delete from readers`.execute(db)
  await sql`delete from suspicions`.execute(db)
  await storeVotes(db, simulation, { now: NOW })
  await sql`analyze votes`.execute(db)
  const started = performance.now()
  await findSuspicions(db, { now: NOW })
  const seconds = (performance.now() - started) / 1_000
  const found = await openSuspicions(db, { limit: 999 })
  const rings = found.flatMap(({ evidence }) => (evidence.kind === 'ring' ? [accountsIn(evidence)] : []))
  return { rings, seconds }
}

async function measureHonest(db: Kysely<Database>, communities: number): Promise<void> {
  say('Honest communities in which anybody is taken for a ring, and readers who are')
  for (const [name, options] of Object.entries(HONEST)) {
    const totals = { accused: 0, rings: 0, readers: 0, all: 0, seconds: 0 }
    for (let seed = 1; seed <= communities; seed++) {
      const simulation = simulateVotes(1_000 + seed, { now: NOW, ...options })
      const { rings, seconds } = await ringsIn(db, simulation)
      if (rings.length > 0) totals.accused++
      totals.rings += rings.length
      totals.readers += new Set(rings.flat()).size
      totals.all += new Set(simulation.votes.map(({ reader }) => reader)).size
      totals.seconds += seconds
    }
    const rate = ((100 * totals.readers) / totals.all).toFixed(3)
    say(
      `  ${name}: ${totals.accused} of ${communities} communities, ${totals.rings} rings, ${totals.readers} of ${totals.all} readers (${rate}%); ${(totals.seconds / communities).toFixed(2)} s each`,
    )
  }
}

async function measureRings(db: Kysely<Database>, communities: number): Promise<void> {
  say('Planted rings that are found, and planted accounts that are named, in 300 readers over 60 days')
  const rings = [
    { accounts: 3, papers: 8 },
    { accounts: 6, papers: 8 },
    { accounts: 12, papers: 10 },
  ]
  for (const gap of [1, 25, 180, 1_440])
    for (const camouflage of [false, true]) {
      const found = rings.map(() => ({ rings: 0, accounts: 0 }))
      for (let seed = 1; seed <= communities; seed++) {
        const simulation = simulateVotes(2_000 + seed, {
          now: NOW,
          voters: 300,
          papersADay: 15,
          days: 60,
          rings,
          gapMs: gap * MINUTE_MS,
          camouflage,
        })
        const { rings: suspected } = await ringsIn(db, simulation)
        for (const [i, planted] of simulation.rings.entries()) {
          const named = suspected.flat().filter((id) => planted.includes(id)).length
          const place = found[i]
          if (!place) continue
          if (named > 0) place.rings++
          place.accounts += named
        }
      }
      const parts = rings.map(({ accounts, papers }, i) => {
        const { rings: rung = 0, accounts: named = 0 } = found[i] ?? {}
        return `${accounts} accounts × ${papers} papers ${rung}/${communities} (${named}/${accounts * communities})`
      })
      say(`  ${gap} min apart${camouflage ? ', and vote as honest readers do' : ''}: ${parts.join(', ')}`)
    }
}

/** Real authors, their papers moved to the last 90 days in their order. */
async function measureReal(db: Kysely<Database>): Promise<void> {
  if (!existsSync(READERS)) return say('SKIPPED: the choices of real readers are not on this machine.')
  const people = gunzipSync(readFileSync(READERS))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { reader: string; items: { paper: string; at: string }[] })
  const days = [...new Set(people.flatMap(({ items }) => items.map(({ at }) => at)))].toSorted()
  const papers = new Map<string, number>()
  const numberOf = (paper: string) => {
    const known = papers.get(paper) ?? papers.size
    papers.set(paper, known)
    return known
  }
  const readers = people.map((_, i) => ({
    id: `00000000-0000-4000-9000-${i.toString(16).padStart(12, '0')}`,
    createdAt: new Date(NOW.getTime() - 400 * DAY_MS),
  }))
  const votes = people.flatMap(({ items }, i) =>
    items.map(({ paper, at }, n) => ({
      reader: readers[i]?.id ?? '',
      paper: numberOf(paper),
      at: new Date(
        NOW.getTime() -
          89 * DAY_MS +
          (days.indexOf(at) / days.length) * 88 * DAY_MS +
          ((i * 37 + n) % 1_440) * MINUTE_MS,
      ),
    })),
  )
  const { rings, seconds } = await ringsIn(db, { readers, papers: papers.size, votes })
  const accused = new Set(rings.flat()).size
  say(
    `Real authors (${readers.length}, ${votes.length} papers of theirs, 91 editions in 90 days): ${rings.length} rings of ${rings.map((ring) => ring.length).join(', ')}; ${accused} authors (${((100 * accused) / readers.length).toFixed(2)}%); ${seconds.toFixed(2)} s`,
  )
}

await withDataFolder(async (folder) => {
  const connection = await connect({ databaseUrl: null, dataFolder: folder }, { log: createLog('warn') })
  try {
    await migrate(connection.db)
    const communities = Number(process.argv[2] ?? 20)
    await measureReal(connection.db)
    await measureHonest(connection.db, communities)
    await measureRings(connection.db, communities)
  } finally {
    await connection.close()
  }
})
