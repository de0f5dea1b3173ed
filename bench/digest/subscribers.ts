import { sql, type Kysely } from 'kysely'
import type { Database } from '../../src/db/schema.ts'
import { EVERY, type Every } from '../../src/digests/issue.ts'
import { nextIssue } from '../../src/digests/schedule.ts'
import { addDays, dayIn } from '../../src/papers/calendar.ts'
import { pick, randomFrom } from '../search-speed/random.ts'

export const TIME_ZONE = 'America/New_York'
const DAY = 86_400_000
/** The morning after the newest of the real papers. */
export const MORNING = new Date('2025-10-10T12:00:00Z')

const LISTS = [
  '/',
  '/',
  '/',
  '/papers/new',
  '/papers/top',
  ...['cs.LG', 'cs.CL', 'cs.CV', 'cs.AI', 'cs.RO', 'cs.CR', 'stat.ML', 'math.CO', 'quant-ph', 'eess.SP'].map(
    (topic) => `/topics/${topic}`,
  ),
]
const ZONES = [
  'Pacific/Honolulu',
  'America/Los_Angeles',
  'America/Denver',
  'America/Chicago',
  'America/New_York',
  'America/Sao_Paulo',
  'UTC',
  'Europe/London',
  'Europe/Berlin',
  'Africa/Lagos',
  'Asia/Kolkata',
  'Asia/Shanghai',
  'Asia/Tokyo',
  'Australia/Sydney',
  'Pacific/Auckland',
]
const WORDS = [
  'reinforcement',
  'diffusion',
  'quantum',
  'large language model',
  'federated',
  'graph',
  'robot',
  'medical',
  'attention',
  'adversarial',
  'benchmark',
  'survey',
]
const LOOKED_BACK: Record<Every, number> = { day: 2, week: 8, month: 32 }

/** Says of the papers that each was taken in on the day on which it came out, and not all of them today. */
export async function redatePapers(db: Kysely<Database>): Promise<void> {
  await sql`update papers set recorded_at = dated_at, changed_at = dated_at`.execute(db)
  await sql`vacuum analyze papers`.execute(db)
}

/** Writes down subscribers whose issues are due on the morning, and forgets those there were and all that they were sent. */
export async function subscribe(db: Kysely<Database>, { count }: { count: number }): Promise<void> {
  await sql`delete from subscribers`.execute(db)
  await sql`delete from digest_runs`.execute(db)
  const random = randomFrom(10)
  const newest = addDays(dayIn(TIME_ZONE, MORNING), -1)
  const rows = Array.from({ length: count }, (_, n) => {
    const schedule = {
      every: random() < 0.7 ? ('day' as const) : pick(EVERY, random),
      hour: Math.floor(random() * 24),
      timeZone: pick(ZONES, random),
      weekdays: 0b111_1111,
    }
    const due = nextIssue(schedule, new Date(MORNING.getTime() - (LOOKED_BACK[schedule.every] - 1) * DAY))
    return {
      email: `reader${n}@d${n % 200}.example`,
      list: pick(LISTS, random),
      every: schedule.every,
      hour: schedule.hour,
      zone: schedule.timeZone,
      length: 5 + Math.floor(random() * 21),
      words: random() < 0.3 ? [pick(WORDS, random), pick(WORDS, random)] : [],
      at: due.at,
      period: due.period,
      covered: addDays(newest, -LOOKED_BACK[schedule.every]),
      looked: new Date(MORNING.getTime() - LOOKED_BACK[schedule.every] * DAY),
    }
  })
  await sql`insert into subscribers (email, created_at) select email, ${MORNING} from unnest(${rows.map(({ email }) => email)}::text[]) email`.execute(
    db,
  )
  await sql`
    insert into subscriptions (subscriber_id, list, every, hour, time_zone, weekdays, length, not_about, created_at,
      confirmed_at, next_at, next_period, looked_at, covered_to)
    select b.id, list, every, hour, zone, 127, length, words, looked, looked, at, period, looked, covered
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(email text, list text, every text, hour smallint, zone text,
      length smallint, words text[], at timestamptz, period text, covered date, looked timestamptz)
    join subscribers b using (email)`.execute(db)
}
