import { createHash, randomInt } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { parseEmailAddress, type EmailAddress } from '../mail/address.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { admitTo, holdAccount, type Admission } from './admit.ts'
import { LINK_LIFE_MS, signInMail } from './sign-in-mail.ts'

const TOKEN_LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const TOKEN_LENGTH = 32

/** Makes a link's token, which signs in once to the account of an address, for half an hour by the database's clock. */
export async function makeSignInToken(
  db: Kysely<Database>,
  { address }: { address: EmailAddress },
): Promise<string> {
  const token = Array.from(
    { length: TOKEN_LENGTH },
    () => TOKEN_LETTERS[randomInt(TOKEN_LETTERS.length)],
  ).join('')
  await sql`insert into verifications (identifier, value, expires_at)
    values (${nameOf(token)}, ${valueOf(address)}, now() + ${LINK_LIFE_MS} * interval '1 millisecond')`.execute(
    db,
  )
  return token
}

/** Emails a link that signs in to the account of an address. `origin` is the site's address, `to` a path on it. */
export async function sendSignInLink(
  db: Kysely<Database>,
  {
    address,
    now,
    ...mail
  }: { address: EmailAddress; origin: string; to: string; siteName: string; now: Date },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const token = await makeSignInToken(trx, { address })
    await queueMail(trx, signInMail({ ...mail, email: address, token, now }), { now })
  })
}

/** The address to whose account a link signs in, while it does. */
export async function addressOfLink(
  db: Kysely<Database>,
  { token }: { token: string },
): Promise<EmailAddress | null> {
  const link = await db
    .selectFrom('verifications')
    .select('value')
    .where('identifier', '=', nameOf(token))
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()
  return link ? addressIn(link.value) : null
}

export type Redemption = Admission | { ok: false; reason: 'used' }

/**
 * Uses a link up, in one transaction: of two who use it at once one is let in. Links that were sent to the same address
 * before it no longer work: one that lies about in an inbox lets no one in later.
 */
export async function redeemLink(
  db: Kysely<Database>,
  { token, secret, now }: { token: string; secret: string; now: Date },
): Promise<Redemption> {
  return inTransaction(db, async (trx): Promise<Redemption> => {
    const address = await addressOfLink(trx, { token })
    if (address === null) return { ok: false, reason: 'used' }
    const account = await holdAccount(trx, { address })
    const link = await trx
      .deleteFrom('verifications')
      .where('identifier', '=', nameOf(token))
      .returning(['value', 'created_at'])
      .executeTakeFirst()
    if (!link) return { ok: false, reason: 'used' }
    await trx
      .deleteFrom('verifications')
      .where('identifier', 'like', `${PREFIX}%`)
      .where('value', '=', link.value)
      .where('created_at', '<=', link.created_at)
      // Those that are over are for others to remove.
      .where('expires_at', '>', sql<Date>`now()`)
      .execute()
    return admitTo(trx, { account, address, secret, now })
  })
}

const PREFIX = 'magic-link:'

/** Only a hash of the token is kept: the database lets no one in. */
function nameOf(token: string): string {
  return PREFIX + createHash('sha256').update(token).digest('base64url')
}

function valueOf(address: EmailAddress): string {
  return JSON.stringify({ type: 'magic-link', email: address })
}

function addressIn(value: string): EmailAddress | null {
  return parseEmailAddress((JSON.parse(value) as { email?: unknown }).email)
}
