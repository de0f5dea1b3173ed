import { sql, type Kysely } from 'kysely'
import type { Database, IssueState } from '../db/schema.ts'

/** Whom an issue of a run was for, and what became of it. */
export type Addressed = { address: string; state: IssueState; reason: string }

/** What became of an issue, as people ask for it. */
export const ISSUE_STATES = [
  'waiting',
  'sending',
  'sent',
  'in doubt',
  'bounced',
  'given up',
  'expired',
  'skipped',
] as const satisfies IssueState[]

/**
 * The addresses of a run. For administrators only, and whoever asks must say so in the moderation log: nobody else learns what
 * a reader gets. Those who have left since are not among them.
 */
export async function addressesOfRun(
  db: Kysely<Database>,
  { runId, state }: { runId: number; state: IssueState | null },
): Promise<Addressed[]> {
  const { rows } = await sql<Addressed>`
    select b.email as address, i.state, coalesce(i.failure, '') as reason
    from digest_issues i join subscriptions s on s.id = i.subscription_id join subscribers b on b.id = s.subscriber_id
    where i.run_id = ${runId} and b.email is not null ${state === null ? sql`` : sql`and i.state = ${state}`}
    order by b.email, i.id`.execute(db)
  return rows
}
