import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

const DAY = 24 * 3_600_000
/** What an issue said can be read again at its link for so long. */
const CONTENT_KEPT_DAYS = 90
/** Runs are shown for so long, with what became of their issues. */
const RUNS_KEPT_DAYS = 400
/** Rows at once. Those that somebody is changing are for the next time: nobody waits for anybody. */
const AT_ONCE = 5_000

/**
 * Forgets what old issues said, and runs older still with all their issues. The archive stays, and what each reader was sent
 * (digest_papers) as long as they subscribe: no paper comes twice. What is still to be decided stays too.
 */
export async function forgetOldDigests(db: Kysely<Database>, { now }: { now: Date }): Promise<void> {
  const said = new Date(now.getTime() - CONTENT_KEPT_DAYS * DAY)
  const run = new Date(now.getTime() - RUNS_KEPT_DAYS * DAY)
  await inSteps(async () => {
    const { numAffectedRows } = await sql`
      update digest_issues set content = null where id in (
        select id from digest_issues
        where content is not null and state <> 'published' and composed_at < ${said}
          and state not in ('waiting', 'sending', 'in doubt')
        limit ${AT_ONCE} for update skip locked)`.execute(db)
    return numAffectedRows
  })
  await inSteps(async () => {
    const { numAffectedRows } = await sql`
      delete from digest_issues where id in (
        select i.id from digest_runs r join digest_issues i on i.run_id = r.id
        where r.begun_at < ${run} and r.finished_at < ${run} and i.state <> 'published' limit ${AT_ONCE}
        for update of i skip locked)`.execute(db)
    return numAffectedRows
  })
  await sql`
    delete from digest_runs r where begun_at < ${run} and finished_at < ${run}
      and not exists (select from digest_issues where run_id = r.id)`.execute(db)
}

/** Until nothing is left. */
async function inSteps(step: () => Promise<bigint | undefined>): Promise<void> {
  while (((await step()) ?? 0n) > 0n);
}
