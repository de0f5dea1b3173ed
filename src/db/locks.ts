import { sql, type Transaction } from 'kysely'
import type { Database } from './schema.ts'

/**
 * The advisory locks of the program, in the order in which a transaction that needs several takes them, and before it
 * locks any row. The SQL of db/migrations names them by the same numbers.
 *
 * All transactions lock in one order, so that no two ever wait for each other:
 *
 * 1. advisory locks, as they stand below;
 * 2. a finding of suspicious votes, where it is decided on;
 * 3. readers, in order of id (db/hold-readers.ts): who acts, and who is suspended or deleted;
 * 4. papers, in order of id (papers/hold.ts);
 * 5. collections;
 * 6. what hangs on these: votes, picks, comments, entries, claims, flags, signals;
 * 7. subscribers, subscriptions, runs, issues.
 *
 * Whoever holds several papers that readers act on has the lock of recording: then nothing merges them meanwhile.
 */
export const LOCKS = {
  /** Held by whoever migrates the schema. */
  migration: 4_152_001,
  /** Held by whoever records, merges, hides or removes papers, so that two cannot make two papers of one work; and by
   * whoever changes what one reader did to many papers. */
  recording: 4_152_002,
  /** Held by whoever numbers vectors, so that numbers are committed in their order. */
  vectors: 4_152_004,
  /** Held by whoever restores a backup, from beginning to end and over several transactions. */
  restore: 4_152_006,
  /** Held, of one mailbox, by whoever makes an account of it, so that two at once do not count the same accounts. */
  mailbox: 4_152_005,
  /** Held, of one key of a program, while what it asked for is being done. Nobody waits for it: they are told to ask again. */
  idempotencyKey: 4_152_007,
  /** Held by whoever commits changes that harvesters are told of, while they are stamped. It is the one lock that is taken
   * last, by a trigger as the transaction ends: whoever holds it waits for nothing more. */
  stamping: 4_152_020,
} as const

/** Waits for a lock, or that of one mailbox, and holds it until the transaction ends. */
export async function lockUntilCommit(
  trx: Transaction<Database>,
  lock: Exclude<keyof typeof LOCKS, 'mailbox' | 'restore' | 'idempotencyKey'> | { mailbox: string },
): Promise<void> {
  await (
    typeof lock === 'string'
      ? sql`select pg_advisory_xact_lock(${LOCKS[lock]})`
      : sql`select pg_advisory_xact_lock(${LOCKS.mailbox}, hashtext(${lock.mailbox}))`
  ).execute(trx)
}

/** Takes the lock of a key until the transaction ends; false where another transaction has it. */
export async function tryLockOfKey(trx: Transaction<Database>, key: string): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(${LOCKS.idempotencyKey}, hashtext(${key})) as locked`.execute(trx)
  return rows[0]?.locked ?? false
}
