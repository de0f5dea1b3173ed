import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

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

/** Removes one of a reader's passkeys. */
export async function removePasskey(
  db: Kysely<Database>,
  { readerId, id }: { readerId: string; id: string },
): Promise<void> {
  await db.deleteFrom('passkeys').where('reader_id', '=', readerId).where('id', '=', id).execute()
}
