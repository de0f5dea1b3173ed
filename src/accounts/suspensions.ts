import { createHmac } from 'node:crypto'
import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'

/** An account elsewhere: `subject` names it at its provider. */
export type Identity = { provider: string; subject: string }

/**
 * The mailbox that mail to an address ends up in (canonical_mailbox in db/migrations), whatever it has after a plus: for
 * limits and suspensions, never to sign in or to send to.
 */
export async function canonicalMailbox(
  db: Kysely<Database>,
  { address }: { address: string },
): Promise<string> {
  const { rows } = await sql<{ mailbox: string }>`select canonical_mailbox(${address}) as mailbox`.execute(db)
  return rows[0]?.mailbox ?? address
}

/**
 * Remembers a suspended reader whose account is about to be deleted: keyed hashes of their mailbox and their accounts
 * elsewhere, those that they removed too. Of readers who are not suspended nothing is kept.
 */
export async function rememberSuspension(
  trx: Transaction<Database>,
  { readerId, secret }: { readerId: string; secret: string },
): Promise<void> {
  const { rows } = await sql<{ mailbox: string; suspended_at: Date }>`
    select mailbox, suspended_at from readers where id = ${readerId} and suspended_at is not null`.execute(
    trx,
  )
  const [reader] = rows
  if (!reader) return
  const { rows: identities } = await sql<Identity>`
    select provider, subject from identities where reader_id = ${readerId}
    union select provider, subject from removed_identities where reader_id = ${readerId}`.execute(trx)
  const hashes = [mailboxHash(reader.mailbox, secret), ...identities.map((one) => identityHash(one, secret))]
  await holdSuspensions(trx, sql`hash = any(${hashes}::text[]) or reader_id = ${readerId}`)
  await trx
    .insertInto('suspended_ways_in')
    .values(hashes.toSorted().map((hash) => ({ hash, suspended_at: reader.suspended_at, reader_id: null })))
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .execute()
}

/**
 * The remembered suspensions that a mailbox or an account elsewhere falls under, as hashes; and whether it falls under
 * that of a reader who is here: one with another address of the same mailbox.
 */
export async function findSuspensions(
  trx: Transaction<Database>,
  { mailbox, identity, secret }: { mailbox: string | null; identity: Identity | null; secret: string },
): Promise<{ suspended: boolean; hashes: string[] }> {
  const asked = [
    ...(mailbox === null ? [] : [mailboxHash(mailbox, secret)]),
    ...(identity === null ? [] : [identityHash(identity, secret)]),
  ]
  const found = await trx.selectFrom('suspended_ways_in').select('hash').where('hash', 'in', asked).execute()
  const { rows: here } =
    await sql`select from readers where mailbox = ${mailbox} and suspended_at is not null limit 1`.execute(
      trx,
    )
  return { suspended: found.length + here.length > 0, hashes: found.map(({ hash }) => hash) }
}

/** Says which account was made with suspended ways to sign in, so that reinstating it ends their suspension. */
export async function attachSuspensions(
  trx: Transaction<Database>,
  { hashes, readerId }: { hashes: string[]; readerId: string },
): Promise<void> {
  if (hashes.length === 0) return
  await holdSuspensions(trx, sql`hash = any(${hashes}::text[])`)
  await trx
    .updateTable('suspended_ways_in')
    .set({ reader_id: readerId })
    .where('hash', 'in', hashes)
    .execute()
}

/** Forgets the suspensions under which an account was made. */
export async function forgetSuspensions(
  trx: Transaction<Database>,
  { readerId }: { readerId: string },
): Promise<void> {
  await holdSuspensions(trx, sql`reader_id = ${readerId}`)
  await trx.deleteFrom('suspended_ways_in').where('reader_id', '=', readerId).execute()
}

/** Holds remembered suspensions in order of their hashes, so that no two who change several wait for each other. */
async function holdSuspensions(trx: Transaction<Database>, which: RawBuilder<unknown>): Promise<void> {
  await sql`select from suspended_ways_in where ${which} order by hash for update`.execute(trx)
}

function mailboxHash(mailbox: string, secret: string): string {
  return keyed(['mailbox', mailbox], secret)
}

function identityHash({ provider, subject }: Identity, secret: string): string {
  return keyed(['identity', provider, subject], secret)
}

/** Each use of the secret has its own key. */
function keyed(what: string[], secret: string): string {
  const key = createHmac('sha256', secret).update('suspensions').digest()
  return createHmac('sha256', key).update(JSON.stringify(what)).digest('base64url')
}
