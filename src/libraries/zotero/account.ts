import type { Kysely } from 'kysely'
import { z } from 'zod'
import { holdReaders } from '../../db/hold-readers.ts'
import type { Database } from '../../db/schema.ts'
import { inTransaction } from '../../db/transaction.ts'
import { askZotero, type Zotero } from './ask-zotero.ts'
import { openKey, sealKey } from './sealed-key.ts'

/** A place at Zotero that papers can be imported from: a library, or a collection in it. */
export type ZoteroPlace = { library: string; collection: string | null; name: string }

/** A reader's account at Zotero as pages show it: the key is shown to nobody. */
export type ZoteroAccount = {
  userId: number
  username: string
  mayWrite: boolean
  places: ZoteroPlace[]
  connectedAt: Date
}

export type ConnectOutcome = { ok: true } | { ok: false; kind: 'key' | 'away'; reason: string }

/** A reader waits for the answers. */
const TIMEOUT_MS = 10_000
/** Collections that can be chosen from; of more, the whole library can be imported. */
const MOST_PLACES = 300
const PAGE = 100
const KEY = /^[A-Za-z0-9]{16,64}$/

const currentKey = z.object({
  userID: z.number().int().positive(),
  username: z.string().catch(''),
  displayName: z.string().catch(''),
  access: z
    .object({
      user: z
        .object({ library: z.boolean().catch(false), write: z.boolean().catch(false) })
        .optional()
        .catch(undefined),
    })
    .catch({}),
})
const named = z.array(
  z.object({
    key: z.string().regex(/^[A-Z0-9]{8}$/),
    data: z.object({ name: z.string() }),
  }),
)
const groups = z.array(z.object({ id: z.number().int(), data: z.object({ name: z.string() }) }))

/**
 * Connects a reader's account at Zotero by a key that they made there: whose it is and what it allows, Zotero says. Their
 * libraries and collections are looked up, to choose from.
 */
export async function connectZotero(
  zotero: Zotero,
  { readerId, key, secret, signal }: { readerId: string; key: string; secret: string; signal: AbortSignal },
): Promise<ConnectOutcome> {
  if (!KEY.test(key))
    return {
      ok: false,
      kind: 'key',
      reason: 'A Zotero key has 24 letters and digits. Copy it from the page on which Zotero shows it.',
    }
  const asked = await askZotero(zotero, 'keys/current', { key, timeoutMs: TIMEOUT_MS, signal })
  if (!asked.ok)
    return asked.kind === 'away'
      ? { ok: false, kind: 'away', reason: `${asked.reason} Try again in a few minutes.` }
      : { ok: false, kind: 'key', reason: 'Zotero does not know this key. Copy it again, or make a new one.' }
  const current = currentKey.safeParse(asked.json)
  if (!current.success)
    return { ok: false, kind: 'away', reason: 'Zotero’s answer could not be read. Try again later.' }
  const { userID, username, displayName, access } = current.data
  if (!access.user?.library)
    return {
      ok: false,
      kind: 'key',
      reason: 'This key does not allow access to your library. Make one that does.',
    }
  const places = await placesOf(zotero, { key, userId: userID, signal })
  const { now, db } = zotero
  await inTransaction(db, async (trx) => {
    await holdReaders(trx, { acting: [readerId] })
    const facts = {
      sealed_key: sealKey(key, { readerId, secret }),
      user_id: userID,
      username: (username || displayName || `user ${userID}`).slice(0, 200),
      may_write: access.user?.write ?? false,
      places: JSON.stringify(places),
      connected_at: now(),
    }
    await trx
      .insertInto('zotero_accounts')
      .values({ reader_id: readerId, ...facts })
      .onConflict((conflict) => conflict.column('reader_id').doUpdateSet(facts))
      .execute()
  })
  return { ok: true }
}

/** The reader's own library with its collections, and the groups they are in. What cannot be had is left out. */
async function placesOf(
  zotero: Zotero,
  { key, userId, signal }: { key: string; userId: number; signal: AbortSignal },
): Promise<ZoteroPlace[]> {
  const own = `users/${userId}`
  const asking = { key, timeoutMs: TIMEOUT_MS, signal }
  const collections: ZoteroPlace[] = []
  for (let start = 0; start < MOST_PLACES; start += PAGE) {
    const query = { format: 'json', limit: String(PAGE), start: String(start), sort: 'title' }
    const answer = await askZotero(zotero, `${own}/collections`, { ...asking, query })
    const page = answer.ok ? named.safeParse(answer.json) : null
    if (!page?.success) break
    collections.push(
      ...page.data.map((one) => ({ library: own, collection: one.key, name: one.data.name.slice(0, 200) })),
    )
    if (page.data.length < PAGE) break
  }
  const answer = await askZotero(zotero, `${own}/groups`, { ...asking, query: { limit: String(PAGE) } })
  const shared = answer.ok ? groups.safeParse(answer.json) : null
  return [
    { library: own, collection: null, name: 'My library' },
    ...collections,
    ...(shared?.success ? shared.data : []).map(({ id, data }) => ({
      library: `groups/${id}`,
      collection: null,
      name: data.name.slice(0, 200),
    })),
  ]
}

/** A reader's account at Zotero; null where none is connected. */
export async function zoteroAccountOf(
  db: Kysely<Database>,
  { readerId }: { readerId: string },
): Promise<ZoteroAccount | null> {
  const row = await db
    .selectFrom('zotero_accounts')
    .select(['user_id', 'username', 'may_write', 'places', 'connected_at'])
    .where('reader_id', '=', readerId)
    .executeTakeFirst()
  if (!row) return null
  const { user_id: userId, username, may_write: mayWrite, places, connected_at: connectedAt } = row
  return { userId, username, mayWrite, places, connectedAt }
}

/** A reader's key; null where there is none, or it was sealed with another secret than this site's. */
export async function zoteroKeyOf(
  db: Kysely<Database>,
  { readerId, secret }: { readerId: string; secret: string },
): Promise<string | null> {
  const row = await db
    .selectFrom('zotero_accounts')
    .select('sealed_key')
    .where('reader_id', '=', readerId)
    .executeTakeFirst()
  return row ? openKey(row.sealed_key, { readerId, secret }) : null
}

/** Forgets a reader's key, and what is still to be saved with it. What was imported stays. */
export async function disconnectZotero(
  db: Kysely<Database>,
  { readerId }: { readerId: string },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await trx.deleteFrom('zotero_accounts').where('reader_id', '=', readerId).execute()
    await trx
      .deleteFrom('zotero_saves')
      .where('reader_id', '=', readerId)
      .where('state', '<>', 'saved')
      .execute()
  })
}
