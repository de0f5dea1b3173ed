import { sql, type Kysely, type Transaction } from 'kysely'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import type { EmailAddress } from '../mail/address.ts'
import { NO_MAIL_DOMAIN } from './reader.ts'
import { attachSuspensions, canonicalMailbox, findSuspensions, type Identity } from './suspensions.ts'
import { announceWayIn, type AnnouncingSite } from './way-in-mail.ts'

/** Addresses of one mailbox (ada+papers@, ada+lists@) that can each have an account. */
export const MOST_OF_MAILBOX = 3

/**
 * Who was let in, or why no one was:
 * - `unproven`: their provider does not say that the address is theirs;
 * - `removed`: the reader removed that account elsewhere from theirs;
 * - `suspended`: that account elsewhere belonged to a suspended reader;
 * - `full`: other addresses of the mailbox have accounts already.
 *
 * `changed`: what others are shown of them has changed.
 */
export type Admission =
  | { ok: true; readerId: string; changed: boolean }
  | { ok: false; reason: 'unproven' | 'removed' | 'suspended' | 'full' }

type HeldAccount = { id: string; email_verified: boolean; curator: boolean; from_site: string | null }
type Means = { secret: string; now: Date }

/**
 * Lets in someone who has just proven that an address is theirs: into its account, or a new one. An account of that
 * address which nobody had proven until now may be anyone's: everything by which others could still enter it goes, and
 * so does what they said of themselves.
 */
export async function admitAddress(
  trx: Transaction<Database>,
  { address, ...options }: { address: EmailAddress; identity?: Identity | null } & Means,
): Promise<Admission> {
  return admitTo(trx, { account: await holdAccount(trx, { address }), address, ...options })
}

/** The same for the account of the address, or none, that the caller holds (`holdAccount`). */
export async function admitTo(
  trx: Transaction<Database>,
  {
    account: found,
    address,
    identity = null,
    secret,
    now,
  }: { account: HeldAccount | undefined; address: EmailAddress; identity?: Identity | null } & Means,
): Promise<Admission> {
  if (found?.email_verified) return { ok: true, readerId: found.id, changed: false }
  // Readers of other sites, whose words came with a dump: their address is nobody's to prove.
  if (found?.from_site) return { ok: false, reason: 'unproven' }

  const mailbox = await canonicalMailbox(trx, { address })
  // An operator has made them a curator by name.
  const { suspended, hashes } = found?.curator
    ? { suspended: false, hashes: [] }
    : await findSuspensions(trx, { mailbox, identity, secret })
  if (found) {
    await startAfresh(trx, { readerId: found.id, now })
  } else {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from readers where mailbox = ${mailbox} and email_verified`.execute(trx)
    if ((rows[0]?.count ?? 0) >= MOST_OF_MAILBOX) return { ok: false, reason: 'full' }
  }
  const made =
    found ??
    (await trx
      .insertInto('readers')
      .values({ email: address, email_verified: true, created_at: now, updated_at: now })
      .onConflict((conflict) => conflict.column('email').doNothing())
      .returning('id')
      .executeTakeFirst())
  // Someone else made it meanwhile, with the same proof.
  if (!made) return admitAddress(trx, { address, identity, secret, now })
  if (suspended) {
    await sql`update readers set suspended_at = coalesce(suspended_at, ${now}) where id = ${made.id}`.execute(
      trx,
    )
    await attachSuspensions(trx, { hashes, readerId: made.id })
  }
  return { ok: true, readerId: made.id, changed: found !== undefined }
}

/**
 * Holds the account of an address until the transaction ends, before what belongs to it. Where it is to start afresh, what
 * its reader claimed to have written goes: the lock of recording comes before, so that no merge moves a claim meanwhile.
 * Where there is none, the accounts of its mailbox are to be counted: no other one is made meanwhile.
 */
export async function holdAccount(trx: Transaction<Database>, { address }: { address: EmailAddress }) {
  const account = trx
    .selectFrom('readers')
    .select(['id', 'email_verified', 'curator', 'from_site'])
    .where('email', '=', address)
  const before = await account.executeTakeFirst()
  if (!before) await lockUntilCommit(trx, { mailbox: await canonicalMailbox(trx, { address }) })
  else if (!before.email_verified) await lockUntilCommit(trx, 'recording')
  return account.forUpdate().executeTakeFirst()
}

/**
 * Lets in someone who signed in at a provider. `address` is theirs if the provider says that it has proven it, else null.
 * A provider that gives no addresses (ORCID) makes an account of its own.
 */
export async function admitIdentity(
  trx: Transaction<Database>,
  {
    identity,
    address,
    orcid,
    providerName,
    site,
    secret,
    now,
  }: {
    identity: Identity
    address: EmailAddress | null
    /** Their ORCID, where that is the provider. */
    orcid: string | null
    providerName: string
    site: AnnouncingSite
  } & Means,
): Promise<Admission> {
  const known = await trx
    .selectFrom('identities as i')
    .innerJoin('readers as r', 'r.id', 'i.reader_id')
    .select(['r.id', 'r.email', 'r.email_verified'])
    .where('i.provider', '=', identity.provider)
    .where('i.subject', '=', identity.subject)
    .executeTakeFirst()
  if (known?.email_verified) return { ok: true, readerId: known.id, changed: false }
  if (known && known.email !== address) return { ok: false, reason: 'unproven' }
  const removed = await trx
    .selectFrom('removed_identities')
    .select('reader_id')
    .where('provider', '=', identity.provider)
    .where('subject', '=', identity.subject)
    .executeTakeFirst()
  if (removed) return { ok: false, reason: 'removed' }

  const proven = orcid === null ? address : (`${orcid.toLowerCase()}@${NO_MAIL_DOMAIN}` as EmailAddress)
  if (proven === null) return { ok: false, reason: 'unproven' }
  const before = await trx
    .selectFrom('readers')
    .select(['id', 'suspended_at'])
    .where('email', '=', proven)
    .where('email_verified', '=', true)
    .executeTakeFirst()
  if (before && before.suspended_at === null) {
    const { suspended } = await findSuspensions(trx, { mailbox: null, identity, secret })
    if (suspended) return { ok: false, reason: 'suspended' }
  }
  const admitted = await admitAddress(trx, { address: proven, identity, secret, now })
  if (!admitted.ok) return admitted
  const { readerId } = admitted
  await trx
    .insertInto('identities')
    .values({ reader_id: readerId, ...identity, created_at: now })
    .onConflict((conflict) => conflict.columns(['provider', 'subject']).doNothing())
    .execute()
  if (orcid !== null) await takeOrcid(trx, { readerId, orcid })
  if (before)
    await announceWayIn(trx, {
      readerId,
      change: { kind: 'identity-added', identity, providerName },
      site,
      now,
    })
  return admitted
}

/** Readers who signed in with ORCID have that ORCID, whatever they had typed. */
export async function takeOrcid(
  db: Kysely<Database>,
  { readerId, orcid }: { readerId: string; orcid: string },
): Promise<void> {
  await db.updateTable('readers').set({ orcid, orcid_verified: true }).where('id', '=', readerId).execute()
}

/** Makes an account that anyone may have made and used the account of whoever proved its address just now. */
async function startAfresh(
  trx: Transaction<Database>,
  { readerId, now }: { readerId: string; now: Date },
): Promise<void> {
  for (const table of [
    'sessions',
    'identities',
    'passkeys',
    'removed_identities',
    'authorship_claims',
  ] as const)
    await trx.deleteFrom(table).where('reader_id', '=', readerId).execute()
  await trx
    .updateTable('readers')
    .set({
      email_verified: true,
      name: '',
      orcid: null,
      orcid_verified: false,
      public: false,
      mail_replies: false,
      trusted_at: null,
      created_at: now,
      updated_at: now,
    })
    .where('id', '=', readerId)
    .execute()
}
