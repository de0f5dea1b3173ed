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
const DAYS = 13

export function simulateVotes(
  seed: number,
  {
    now,
    voters,
    papersADay,
    rings = [],
    bursts = [],
    youngShare = 0.08,
  }: {
    now: Date
    voters: number
    papersADay: number
    /** Of each ring, how many accounts and papers it has. */
    rings?: { accounts: number; papers: number }[]
    /** Of each burst, how many votes from new accounts. */
    bursts?: number[]
    youngShare?: number
  },
): Simulation {
  const random = generator(seed)
  const below = (n: number) => Math.floor(random() * n)
  const start = now.getTime() - DAYS * DAY
  const papers = papersADay * DAYS
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
  for (const reader of readers) {
    // Most read in the morning, when the mail has come; some in the evening; each has a field and a diligence.
    const hour = random() < 0.7 ? 8 + random() * 2 : 19 + random() * 3
    const own = below(5)
    const diligence = random() ** 2 * 1.2
    for (let day = 0; day < DAYS; day++) {
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

  const plantedRings = rings.map(({ accounts, papers: count }) => {
    // Old or young: who is patient lets accounts grow old.
    const members = Array.from({ length: accounts }, () => newReader(random() * 60 * DAY))
    const targets = new Set<number>()
    while (targets.size < count) targets.add(below(papers))
    for (const paper of targets) {
      const day = Math.floor(paper / papersADay)
      const sitting = start + day * DAY + random() * 22 * HOUR
      // One is forgotten now and then.
      for (const member of members)
        if (random() < 0.95) cast(member.id, paper, sitting + random() * 12 * MINUTE)
    }
    // And something else, so as not to stand out.
    for (const member of members)
      if (random() < 0.5) cast(member.id, below(papers), start + random() * DAYS * DAY)
    readers.push(...members)
    return members.map(({ id }) => id).toSorted()
  })
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
