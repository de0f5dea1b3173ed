import type { IncomingHttpHeaders } from 'node:http'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/schema.ts'
import { ServiceAway, type OutgoingClient, type Service } from '../../outgoing/client.ts'
import { pauseSource } from '../../outgoing/turns.ts'
import { parseJson } from '../../sources/formats/jsonl.ts'

// Zotero's Web API, version 3 (https://www.zotero.org/support/dev/web_api/v3/basics). It states no rate: it tells clients
// to slow down (Backoff) or to stop (Retry-After), for the whole installation here.
const ZOTERO: Service = { name: 'zotero', intervalMs: 500 }
const TIMEOUT_MS = 30_000
/** A hundred items, with long abstracts. */
const MOST_BYTES = 8_000_000

export type Zotero = {
  db: Kysely<Database>
  client: OutgoingClient
  /** Where its API is, without a slash at the end. */
  url: string
  now: () => Date
}

export type ZoteroAnswer =
  | { ok: true; status: 200 | 304; json: unknown; version: number | null; headers: IncomingHttpHeaders }
  /** `refused`: the key is unknown or may not do this; `missing`: there is nothing there; `away`: try again. */
  | { ok: false; kind: 'refused' | 'missing' | 'away'; reason: string; retryAt: Date | null }

/** Asks Zotero something in a reader's name; by POST where there is a `body`. Rejects with the reason of `signal`. */
export async function askZotero(
  { db, client, url, now }: Zotero,
  path: string,
  {
    key,
    query = {},
    since = null,
    body,
    timeoutMs = TIMEOUT_MS,
    signal,
  }: {
    key: string
    query?: Record<string, string>
    /** A version of the library: where nothing has changed since, the status is 304. */
    since?: number | null
    body?: unknown
    timeoutMs?: number
    signal: AbortSignal
  },
): Promise<ZoteroAnswer> {
  const address = new URL(`${url}/${path}`)
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value)
  const away = (reason: string, retryAt: Date | null = null) =>
    ({ ok: false, kind: 'away', reason, retryAt }) as const
  try {
    const answer = await client.request(ZOTERO, address, {
      headers: {
        accept: 'application/json',
        'zotero-api-version': '3',
        'zotero-api-key': key,
        ...(since !== null && { 'if-modified-since-version': String(since) }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      timeoutMs,
      mostBytes: MOST_BYTES,
      signal,
    })
    const { status, headers } = answer
    await heedBackoff(db, { headers, now: now() })
    if (status === 304) return { ok: true, status, json: null, version: versionIn(headers), headers }
    if (status === 200) {
      const json = parseJson(String(answer.body))
      if (json === undefined) return away('Zotero’s answer could not be read.')
      return { ok: true, status, json, version: versionIn(headers), headers }
    }
    if (status === 401 || status === 403)
      return {
        ok: false,
        kind: 'refused',
        reason: 'Zotero does not accept your key for this. It may have been removed, or may not allow it.',
        retryAt: null,
      }
    if (status === 404)
      return {
        ok: false,
        kind: 'missing',
        reason: 'Zotero no longer has that library or collection.',
        retryAt: null,
      }
    if (status === 409) return away('Your Zotero library is being changed by someone else at the moment.')
    if (status === 412 || status === 428) return away('Your Zotero library has changed meanwhile.')
    return away(`Zotero answered with status ${status}.`)
  } catch (error) {
    if (!(error instanceof ServiceAway)) throw error
    return away('Zotero does not answer, or has asked us to wait.', error.retryAt)
  }
}

/** Any answer may say for how many seconds we are to ask for nothing more. */
async function heedBackoff(
  db: Kysely<Database>,
  { headers, now }: { headers: IncomingHttpHeaders; now: Date },
): Promise<void> {
  const seconds = Number(headers['backoff'])
  if (seconds > 0) await pauseSource(db, { source: ZOTERO.name, now, forMs: seconds * 1_000 })
}

function versionIn(headers: IncomingHttpHeaders): number | null {
  const written = headers['last-modified-version']
  return typeof written === 'string' && /^\d{1,15}$/.test(written) ? Number(written) : null
}
