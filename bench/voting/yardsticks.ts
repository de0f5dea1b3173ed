import { sql, type Kysely } from 'kysely'
import type { Database } from '../../src/db/schema.ts'
import { listPapers } from '../../src/ranking/lists.ts'
import { median } from '../ranking/measures.ts'

const DAYS = 30
const SHOWN = 100
const ROUNDS = 15
const ROUNDS_MS = 60_000

/** A way to come by the hundred papers of the trending list, and how long it took: the median, in milliseconds. */
export type Yardstick = { name: string; ms: number; rounds: number }

/**
 * The list as we read it, and as it is read where scores are calculated when somebody looks: by the formula of Hacker News
 * (points less one to the power of 0.8, over age in hours plus two to the power of 1.8), from a stored count and from the
 * votes themselves; all in plain SQL on the same database, in turns. The first is ours.
 */
export async function compareReading(db: Kysely<Database>, { now }: { now: Date }): Promise<Yardstick[]> {
  const since = new Date(now.getTime() - DAYS * 24 * 3_600_000)
  const hours = sql`(date_part('epoch', ${now}::timestamptz - p.dated_at) / 3600)`
  const score = (votes: string) =>
    sql`power(greatest(${sql.raw(votes)} - 1, 0)::double precision, 0.8::double precision) / power(${hours} + 2, 1.8::double precision)`
  const ways: { name: string; read: () => Promise<unknown> }[] = [
    {
      name: 'ours: heat, stored and indexed',
      read: () => listPapers(db, { list: { kind: 'trending' }, limit: SHOWN }),
    },
    {
      name: `Hacker News on reading, of ${DAYS} days, votes counted before`,
      read: () =>
        sql`select p.* from papers p where p.dated_at > ${since} and not p.hidden
          order by ${score('p.votes')} desc, p.id desc limit ${SHOWN + 1}`.execute(db),
    },
    {
      name: `Hacker News on reading, of ${DAYS} days, votes counted then`,
      read: () =>
        sql`select p.* from papers p join (select v.paper_id, count(*) as votes from papers p join votes v on v.paper_id = p.id
            where p.dated_at > ${since} and not p.hidden group by v.paper_id) c on c.paper_id = p.id
          order by ${score('c.votes')} desc, p.id desc limit ${SHOWN + 1}`.execute(db),
    },
    {
      name: 'most votes of all time, counted then',
      read: () =>
        sql`select p.* from papers p join (select paper_id, count(*) as votes from votes group by paper_id) c on c.paper_id = p.id
          where not p.hidden order by c.votes desc, p.id desc limit ${SHOWN + 1}`.execute(db),
    },
  ]
  const times = ways.map((): number[] => [])
  const deadline = performance.now() + ROUNDS_MS
  for (let round = 0; round < ROUNDS && (round < 3 || performance.now() < deadline); round++) {
    for (const [n, way] of ways.entries()) {
      const started = performance.now()
      await way.read()
      times[n]?.push(performance.now() - started)
    }
  }
  return ways.map(({ name }, n) => ({ name, ms: median(times[n] ?? []), rounds: times[n]?.length ?? 0 }))
}
