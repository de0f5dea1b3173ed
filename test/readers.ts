import { randomBytes, randomUUID } from 'node:crypto'
import type { Hono } from 'hono'
import type { Kysely } from 'kysely'
import { toReader, type Reader } from '../src/accounts/reader.ts'
import type { Database } from '../src/db/schema.ts'
import { NOON } from './site.ts'

/** Longer ago than an account is new. */
const LONG_AGO = new Date('2025-06-01T00:00:00Z')

/** A reader with an account and a session; long there, and so trusted, unless said otherwise. */
export async function signIn(
  db: Kysely<Database>,
  {
    email = `${randomUUID()}@readers.example`,
    name = '',
    curator = false,
    createdAt = LONG_AGO,
    now = NOON,
    orcid = null,
    mailReplies = false,
    isPublic = false,
    suspendedAt = null,
  }: {
    email?: string
    name?: string
    curator?: boolean
    createdAt?: Date
    now?: Date
    orcid?: string | null
    mailReplies?: boolean
    isPublic?: boolean
    suspendedAt?: Date | null
  } = {},
): Promise<{ reader: Reader; cookie: string }> {
  const row = await db
    .insertInto('readers')
    .values({
      email,
      email_verified: true,
      name,
      curator,
      created_at: createdAt,
      orcid,
      orcid_verified: orcid !== null,
      mail_replies: mailReplies,
      public: isPublic,
      suspended_at: suspendedAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const token = randomBytes(24).toString('base64url')
  await db
    .insertInto('sessions')
    .values({
      token,
      reader_id: row.id,
      expires_at: new Date(now.getTime() + 30 * 24 * 3_600_000),
      created_at: now,
      updated_at: now,
    })
    .execute()
  return {
    reader: toReader(row, { curators: new Set(), now }),
    cookie: `__Secure-broadsheet.session_token=${token}.signature`,
  }
}

/** Sends a form as a browser does from a page of the site. */
export async function post(
  app: Hono,
  path: string,
  fields: Record<string, string>,
  { cookie, headers = {} }: { cookie?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  return app.request(path, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: 'https://tides.example',
      'sec-fetch-site': 'same-origin',
      ...(cookie === undefined ? {} : { cookie }),
      ...headers,
    },
    body: new URLSearchParams(fields).toString(),
  })
}
