import { sql, type Kysely } from 'kysely'
import type { Database } from '../../db/schema.ts'

/** Votes as an invented community gives them, with rings and bursts planted among them; the same for the same seed. */

type SimulatedReader = { id: string; createdAt: Date }
type SimulatedVote = { reader: string; paper: number; at: Date }
export type Simulation = {
  readers: SimulatedReader[]
  papers: number
  votes: SimulatedVote[]
  rings: string[][]
  bursts: number[]
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export function simulateVotes(
  seed: number,
  {
    now,
    voters,
    papersADay,
    rings = [],
    bursts = [],
    youngShare = 0.08,
    gapMs,
    days = 13,
    circles = [],
    camouflage = false,
  }: {
    now: Date
    voters: number
    papersADay: number
    /** Of each ring, how many accounts and papers it has. */
    rings?: { accounts: number; papers: number }[]
    /** Of each burst, how many votes from new accounts. */
    bursts?: number[]
    youngShare?: number
    /** The time from each account's vote to the next one's; left out, they vote within minutes in any order. */
    gapMs?: number
    days?: number
    /** Circles of readers who share an interest: each votes for a part of papers that hardly anyone else cares for. */
    circles?: { accounts: number; papers: number; agreement: number }[]
    /** Whether accounts of rings also vote as honest readers do. */
    camouflage?: boolean
  },
): Simulation {
  const random = generator(seed)
  const below = (n: number) => Math.floor(random() * n)
  const start = now.getTime() - days * DAY
  const papers = papersADay * days
  let made = 0
  const newReader = (age: number): SimulatedReader => {
    made++
    const id = `00000000-0000-4000-8000-${(seed * 1_000_000 + made).toString(16).padStart(12, '0')}`
    return { id, createdAt: new Date(now.getTime() - age) }
  }
  const votes = new Map<string, SimulatedVote>()
  const cast = (reader: string, paper: number, at: number) => {
    const key = `${reader} ${paper}`
    if (at > start && at < now.getTime() && !votes.has(key))
      votes.set(key, { reader, paper, at: new Date(at) })
  }

  // Papers belong to fields, and few of them please many: popularity falls as one over the rank.
  const field = Array.from({ length: papers }, () => below(5))
  const popularity = Array.from({ length: papers }, () => 1 / (1 + below(papersADay)))
  const readers = Array.from({ length: voters }, () =>
    newReader(random() < youngShare ? random() * 7 * DAY : (20 + random() * 400) * DAY),
  )
  const readAsHonest = (reader: SimulatedReader) => {
    // Most read in the morning, when the mail has come; some in the evening; each has a field and a diligence.
    const hour = random() < 0.7 ? 8 + random() * 2 : 19 + random() * 3
    const own = below(5)
    const diligence = random() ** 2 * 1.2
    for (let day = 0; day < days; day++) {
      const sitting = start + day * DAY + hour * HOUR + random() * 40 * MINUTE
      if (sitting < reader.createdAt.getTime() || random() > 0.75) continue
      for (let i = 0; i < papersADay; i++) {
        const paper = day * papersADay + i
        const taste = field[paper] === own ? 1.6 : 0.35
        if (random() < (popularity[paper] ?? 0) * taste * diligence)
          cast(reader.id, paper, sitting + random() * 15 * MINUTE)
      }
    }
  }
  for (const reader of readers) readAsHonest(reader)

  const plantedRings = rings.map(({ accounts, papers: count }) => {
    // Old or young: who is patient lets accounts grow old.
    const members = Array.from({ length: accounts }, () => newReader(random() * 60 * DAY))
    const targets = new Set<number>()
    while (targets.size < count) targets.add(below(papers))
    for (const paper of targets) {
      const day = Math.floor(paper / papersADay)
      const sitting = start + day * DAY + random() * 22 * HOUR
      // One is forgotten now and then.
      for (const [place, member] of members.entries())
        if (random() < 0.95)
          cast(member.id, paper, sitting + (gapMs === undefined ? random() * 12 * MINUTE : place * gapMs))
    }
    // And something else, so as not to stand out.
    for (const member of members)
      if (random() < 0.5) cast(member.id, below(papers), start + random() * days * DAY)
    if (camouflage) for (const member of members) readAsHonest(member)
    readers.push(...members)
    return members.map(({ id }) => id).toSorted()
  })
  for (const { accounts, papers: count, agreement } of circles) {
    const members = Array.from({ length: accounts }, () => newReader((20 + random() * 400) * DAY))
    const theirs = Array.from({ length: count }, () => below(papers))
    for (const member of members) {
      readAsHonest(member)
      const diligence = 0.5 + random()
      for (const paper of theirs)
        if (random() < agreement * diligence)
          cast(member.id, paper, start + Math.floor(paper / papersADay) * DAY + random() * DAY)
    }
    readers.push(...members)
  }
  const plantedBursts = bursts.map((count) => {
    const paper = below(papers)
    const begin = start + Math.floor(paper / papersADay) * DAY + random() * 22 * HOUR
    for (let i = 0; i < count; i++) {
      const { id } = newReader(0)
      readers.push({ id, createdAt: new Date(begin - random() * 5 * DAY) })
      cast(id, paper, begin + random() * 25 * MINUTE)
    }
    return paper
  })
  return { readers, papers, votes: [...votes.values()], rings: plantedRings, bursts: plantedBursts }
}

/** Numbers from 0 to 1 that are the same for the same seed (a linear congruence modulo 2^32 with a mixed output). */
function generator(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 97) >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x45d9f3b)
    mixed ^= mixed >>> 15
    return (mixed >>> 0) / 2 ** 32
  }
}

/** Puts a simulated community into the database; answers the numbers of its papers, by their place in the simulation. */
export async function storeVotes(
  db: Kysely<Database>,
  { readers, papers, votes }: Pick<Simulation, 'readers' | 'papers' | 'votes'>,
  { now }: { now: Date },
): Promise<number[]> {
  await sql`insert into readers (id, email, created_at) select id::uuid, id || '@readers.example', at
    from unnest(${readers.map(({ id }) => id)}::text[], ${readers.map(({ createdAt }) => createdAt)}::timestamptz[])
      as r(id, at)`.execute(db)
  const { rows } = await sql<{ id: number }>`
    insert into papers (address, title, edition, edition_from, dated_at, recorded_at, changed_at)
    select 'local/' || lpad(to_hex(n), 16, '0'), 'Paper ' || n, '2026-01-10', 'publication', ${now}, ${now}, ${now}
    from generate_series(1, ${papers}) n order by n returning id`.execute(db)
  const ids = rows.map(({ id }) => id)
  await sql`insert into votes (paper_id, reader_id, event, points, voted_at)
    select paper, reader, gen_random_uuid(), 10, at from unnest(${votes.map(({ paper }) => ids[paper] ?? 0)}::bigint[],
      ${votes.map(({ reader }) => reader)}::uuid[], ${votes.map(({ at }) => at)}::timestamptz[]) as v(paper, reader, at)`.execute(
    db,
  )
  return ids
}
