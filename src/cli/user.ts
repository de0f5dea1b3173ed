import { randomUUID } from 'node:crypto'
import { toReader } from '../accounts/reader.ts'
import { makeSignInToken } from '../accounts/sign-in-links.ts'
import { signInLink } from '../accounts/sign-in-mail.ts'
import { makeToken, MOST_TOKENS, parseToken, SCOPES } from '../accounts/tokens.ts'
import { parseEmailAddress, type EmailAddress } from '../mail/address.ts'
import { settings } from './settings.ts'
import { siteOrigin } from './site-origin.ts'
import { UsageError } from './usage-error.ts'
import { withDatabase } from './with-database.ts'

/** `user grant EMAIL curator` makes someone a curator, even if they have no account yet. */
export async function grantRole(given: string, role: string): Promise<void> {
  if (role !== 'curator') throw new UsageError(`There is no role "${role}". The only role is curator.`)
  const email = addressIn(given)
  await withDatabase(settings(), async (db) => {
    await db
      .insertInto('readers')
      .values({ email, curator: true })
      .onConflict((conflict) => conflict.column('email').doUpdateSet({ curator: true }))
      .execute()
  })
  process.stdout.write(`${email} is a curator.\n`)
}

/** `user revoke EMAIL curator` */
export async function revokeRole(given: string, role: string): Promise<void> {
  if (role !== 'curator') throw new UsageError(`There is no role "${role}". The only role is curator.`)
  const email = addressIn(given)
  const config = settings()
  if (config.curators.includes(email))
    throw new UsageError(`${email} is in the CURATORS setting. Remove the address there.`)
  await withDatabase(config, async (db) => {
    const { numUpdatedRows } = await db
      .updateTable('readers')
      .set({ curator: false })
      .where('email', '=', email)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw new UsageError(`No one has an account with ${email}.`)
  })
  process.stdout.write(`${email} is no longer a curator.\n`)
}

/**
 * `user link EMAIL` prints a link with which they sign in once, for when mail does not get through. An address without an
 * account is most likely mistyped: with `--new`, the link creates one.
 */
export async function printLink(
  given: string,
  { new: isNew = false }: { new?: boolean } = {},
): Promise<void> {
  const email = addressIn(given)
  const config = settings()
  await withDatabase(config, async (db) => {
    const known = await db
      .selectFrom('readers')
      .select('from_site')
      .where('email', '=', email)
      .executeTakeFirst()
    if (known?.from_site)
      throw new UsageError(
        `${email} is a reader of another site, who has no account here. Nobody signs in as them.`,
      )
    if (!known && !isNew && !config.curators.includes(email))
      throw new UsageError(`No one has an account with ${email}. Add --new for a link that creates one.`)
    const origin = await siteOrigin(db, config)
    const token = await makeSignInToken(db, { address: email })
    process.stdout.write(`${signInLink({ origin, token, to: '/' })}\n`)
  })
}

/** `user token EMAIL --name NAME` makes a token of an account that is there, and prints it: it is shown only this once. */
export async function printToken(
  given: string,
  { name, scopes: typed, days }: { name: string; scopes: string; days: string },
): Promise<void> {
  const email = addressIn(given)
  const scopes = typed.split(',').map((scope) => scope.trim())
  const unknown = scopes.find((scope) => !(SCOPES as readonly string[]).includes(scope))
  if (unknown !== undefined)
    throw new UsageError(`There is no scope "${unknown}". Scopes are ${SCOPES.join(', ')}.`)
  const config = settings()
  await withDatabase(config, async (db) => {
    const now = new Date()
    const row = await db.selectFrom('readers').selectAll().where('email', '=', email).executeTakeFirst()
    if (!row?.email_verified) throw new UsageError(`No one has signed in with ${email} yet.`)
    const reader = toReader(row, { curators: new Set(config.curators), now })
    if (reader.suspended) throw new UsageError(`The account of ${email} is suspended.`)
    const parsed = parseToken({ name, scopes, lifetime: days }, reader)
    if (!parsed.ok) throw new UsageError(parsed.reason)
    const made = await makeToken(db, { id: randomUUID(), readerId: reader.id, facts: parsed.facts, now })
    if (!made.ok) throw new UsageError(`${email} has ${MOST_TOKENS} tokens already. Revoke one first.`)
    process.stdout.write(`${made.token}\n`)
  })
}

function addressIn(text: string): EmailAddress {
  const email = parseEmailAddress(text)
  if (email === null) throw new UsageError(`"${text}" is not an email address.`)
  return email
}
