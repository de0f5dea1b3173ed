import type { Kysely, Transaction } from 'kysely'
import { holdReaders, MayNotAct } from '../db/hold-readers.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { hasMail } from './reader.ts'
import { findSuspensions, type Identity } from './suspensions.ts'
import { announceWayIn, type AnnouncingSite } from './way-in-mail.ts'

/** A reader's ways to sign in, besides an emailed link. */
export type WaysIn = {
  identities: { provider: string; subject: string }[]
  passkeys: { id: string; name: string | null; createdAt: Date | null }[]
}

/** A reader's passkeys and accounts elsewhere, oldest first. */
export async function listWaysIn(db: Kysely<Database>, { readerId }: { readerId: string }): Promise<WaysIn> {
  const [identities, passkeys] = await Promise.all([
    db
      .selectFrom('identities')
      .select(['provider', 'subject'])
      .where('reader_id', '=', readerId)
      .orderBy('created_at')
      .execute(),
    db
      .selectFrom('passkeys')
      .select(['id', 'name', 'created_at'])
      .where('reader_id', '=', readerId)
      .orderBy('created_at')
      .execute(),
  ])
  return {
    identities,
    passkeys: passkeys.map(({ id, name, created_at: createdAt }) => ({ id, name, createdAt })),
  }
}

/** Whether a reader has proven that their address is theirs; only then they can be signed in. */
export async function isProven(db: Kysely<Database>, { readerId }: { readerId: string }): Promise<boolean> {
  const reader = await db
    .selectFrom('readers')
    .select('email_verified')
    .where('id', '=', readerId)
    .executeTakeFirst()
  return reader?.email_verified === true
}

/** How many passkeys a reader can have: one for each of their devices, and some to spare. */
export const MOST_PASSKEYS = 20

/** Whether a reader has as many passkeys as they can have. */
export async function hasAllPasskeys(
  db: Kysely<Database>,
  { readerId }: { readerId: string },
): Promise<boolean> {
  const passkeys = await db
    .selectFrom('passkeys')
    .select('id')
    .where('reader_id', '=', readerId)
    .limit(MOST_PASSKEYS)
    .execute()
  return passkeys.length === MOST_PASSKEYS
}

/**
 * Whether a reader who is signed in may add an account elsewhere to theirs: not while suspended, nor one that a suspended
 * reader had. If so they are told by email before it is added.
 */
export async function mayAddIdentity(
  db: Kysely<Database>,
  {
    readerId,
    identity,
    providerName,
    site,
    secret,
    now,
  }: {
    readerId: string
    identity: Identity
    providerName: string
    site: AnnouncingSite
    secret: string
    now: Date
  },
): Promise<boolean> {
  try {
    return await inTransaction(db, async (trx) => {
      await holdReaders(trx, { acting: [readerId] })
      if (!(await isProven(trx, { readerId }))) return false
      const { suspended } = await findSuspensions(trx, { mailbox: null, identity, secret })
      if (suspended) return false
      await trx
        .deleteFrom('removed_identities')
        .where('provider', '=', identity.provider)
        .where('subject', '=', identity.subject)
        .where('reader_id', '=', readerId)
        .execute()
      const change = { kind: 'identity-added', identity, providerName } as const
      await announceWayIn(trx, { readerId, change, site, now })
      return true
    })
  } catch (error) {
    if (error instanceof MayNotAct) return false
    throw error
  }
}

/** `last`: without it they could not sign in any more. */
export type RemovalOutcome = { ok: true } | { ok: false; reason: 'last' }

/**
 * Removes one of a reader's passkeys, and tells them by email. Nothing happens where it is not theirs, or gone already.
 */
export async function removePasskey(
  db: Kysely<Database>,
  { readerId, id, site, now }: { readerId: string; id: string; site: AnnouncingSite; now: Date },
): Promise<RemovalOutcome> {
  return inTransaction(db, async (trx) => {
    if (await isLastWayIn(trx, { readerId })) return { ok: false, reason: 'last' }
    const { numDeletedRows } = await trx
      .deleteFrom('passkeys')
      .where('reader_id', '=', readerId)
      .where('id', '=', id)
      .executeTakeFirst()
    if (numDeletedRows > 0n)
      await announceWayIn(trx, { readerId, change: { kind: 'passkey-removed', passkey: id }, site, now })
    return { ok: true }
  })
}

/**
 * Removes an account elsewhere from a reader's, and tells them by email. It signs no one in from then on, until the reader
 * adds it again.
 */
export async function removeIdentity(
  db: Kysely<Database>,
  {
    readerId,
    identity,
    providerName,
    site,
    now,
  }: { readerId: string; identity: Identity; providerName: string; site: AnnouncingSite; now: Date },
): Promise<RemovalOutcome> {
  return inTransaction(db, async (trx) => {
    if (await isLastWayIn(trx, { readerId })) return { ok: false, reason: 'last' }
    const { numDeletedRows } = await trx
      .deleteFrom('identities')
      .where('reader_id', '=', readerId)
      .where('provider', '=', identity.provider)
      .where('subject', '=', identity.subject)
      .executeTakeFirst()
    if (numDeletedRows === 0n) return { ok: true }
    await trx
      .insertInto('removed_identities')
      .values({ ...identity, reader_id: readerId, removed_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    // Whoever has it may prove it in another account.
    if (identity.provider === 'orcid')
      await trx.updateTable('readers').set({ orcid_verified: false }).where('id', '=', readerId).execute()
    const change = { kind: 'identity-removed', identity, providerName } as const
    await announceWayIn(trx, { readerId, change, site, now })
    return { ok: true }
  })
}

/** Holds the reader, so that of two ways to sign in that are removed at once one stays. */
async function isLastWayIn(trx: Transaction<Database>, { readerId }: { readerId: string }): Promise<boolean> {
  const reader = await trx
    .selectFrom('readers')
    .select('email')
    .where('id', '=', readerId)
    .forUpdate()
    .executeTakeFirst()
  if (!reader || hasMail(reader)) return false
  const { identities, passkeys } = await listWaysIn(trx, { readerId })
  return identities.length + passkeys.length <= 1
}
