import { createHash } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { accountsIn, papersIn, type Evidence } from './suspicions/evidence.ts'
import { findBursts } from './suspicions/find-bursts.ts'
import { earlierRings, findRings } from './suspicions/find-rings.ts'

const DAY_MS = 24 * 3_600_000
/** Bursts are looked for among the votes of so long: what is older hardly ranks any more. */
const BURSTS_WITHIN_MS = 14 * DAY_MS
/** Rings are known by whom they agree with, however slowly they vote. */
const RINGS_WITHIN_MS = 90 * DAY_MS

/**
 * Looks for votes that seem arranged, of the last 14 days for bursts and of the last 90 for rings, and keeps what it finds for
 * the curators: nothing happens by itself. Found again, a finding is not new. Answers how many are new.
 */
export async function findSuspicions(db: Kysely<Database>, { now }: { now: Date }): Promise<number> {
  const span = (ms: number) => ({ since: new Date(now.getTime() - ms), now })
  const earlier = await earlierRings(db, span(RINGS_WITHIN_MS))
  const rings = await findRings(db, span(RINGS_WITHIN_MS), earlier)
  const known = [...earlier, ...rings].map((ring) => new Set(accountsIn(ring)))
  // What a ring does at once is its burst: one finding is enough.
  const bursts = (await findBursts(db, span(BURSTS_WITHIN_MS))).filter((burst) => {
    const theirs = accountsIn(burst)
    return !known.some((ring) => theirs.filter((id) => ring.has(id)).length * 2 >= theirs.length)
  })
  let found = 0
  for (const evidence of [...rings, ...bursts]) {
    // More may have come meanwhile to what no curator has decided on.
    const { rows } = await sql<{ is_new: boolean }>`
      insert into suspicions as s (key, kind, evidence, found_at)
      values (${keyOf(evidence)}, ${evidence.kind}, ${JSON.stringify(evidence)}, ${now})
      on conflict (key) do update set evidence = excluded.evidence where s.settled_at is null
      returning xmax = 0 as is_new
    `.execute(db)
    if (rows[0]?.is_new) found++
  }
  return found
}

/** Names a finding: a ring by who votes for what, a burst by its paper and its day. */
function keyOf(evidence: Evidence): string {
  const named =
    evidence.kind === 'ring'
      ? [...accountsIn(evidence), ...papersIn(evidence)]
      : [evidence.paper.paperId, evidence.from.slice(0, 10)]
  return createHash('sha256')
    .update(JSON.stringify([evidence.kind, named]))
    .digest('hex')
}
