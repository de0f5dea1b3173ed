import { randomUUID } from 'node:crypto'
import type { Hono } from 'hono'
import type { Kysely } from 'kysely'
import { makeToken, SCOPES, type Lifetime, type Scope } from '../src/accounts/tokens.ts'
import type { Database } from '../src/db/schema.ts'
import { NOON } from './site.ts'

/** A token of a reader, for everything unless said otherwise. */
export async function tokenOf(
  db: Kysely<Database>,
  { id: readerId }: { id: string },
  {
    scopes = [...SCOPES],
    lifetime = 30,
    now = NOON,
  }: { scopes?: Scope[]; lifetime?: Lifetime; now?: Date } = {},
): Promise<string> {
  const outcome = await makeToken(db, {
    id: randomUUID(),
    readerId,
    facts: { name: 'a script', scopes, lifetime },
    now,
  })
  if (!outcome.ok) throw new Error(`no token: ${outcome.kind}`)
  return outcome.token
}

export type Answered = { status: number; headers: Headers; body: Record<string, unknown> }

/** Asks the API as a program does; what is read has no body. */
export async function ask(
  app: Hono,
  method: string,
  path: string,
  {
    token,
    body: given,
    headers = {},
  }: { token?: string | undefined; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answered> {
  const body = method === 'GET' ? undefined : given
  const answer = await app.request(path, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  return {
    status: answer.status,
    headers: answer.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
  }
}
