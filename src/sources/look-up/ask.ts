import { decodeText } from '../decode-text.ts'
import { leadsInside } from './inside-address.ts'

export type Answer =
  | { kind: 'answer'; status: number; text: string }
  /** It cannot answer now; `retryAfterMs` where it asked to be left alone. */
  | { kind: 'away'; retryAfterMs: number | null }
  /** An answer that is too long, or redirects that lead nowhere. */
  | { kind: 'unreadable' }

const MOST_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** 2 MB, after decompression. */
const MOST_BYTES = 2_000_000
/** How long a source is left alone that says it is overloaded, but not for how long. */
const PAUSE_MS = 60_000

/**
 * The answer to a GET request, with at most five redirects, within `timeoutMs` milliseconds altogether. Rejects with the
 * reason of `signal` once that is aborted; anything else that goes wrong counts as the source being away.
 */
export async function ask(
  url: URL,
  {
    headers: written,
    timeoutMs,
    now,
    signal,
  }: { headers: Record<string, string>; timeoutMs: number; now: () => Date; signal: AbortSignal },
): Promise<Answer> {
  const headers = new Headers(written)
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  try {
    return await follow(url, { headers, now, signal: inTime })
  } catch {
    signal.throwIfAborted()
    // No connection, one that breaks off, what cannot be decompressed, or no answer in time.
    return { kind: 'away', retryAfterMs: null }
  }
}

async function follow(
  start: URL,
  { headers, now, signal }: { headers: Headers; now: () => Date; signal: AbortSignal },
): Promise<Answer> {
  let url = start
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await fetch(url, { headers, redirect: 'manual', signal })
    if (REDIRECTS.has(response.status)) {
      await response.body?.cancel()
      const next = URL.parse(response.headers.get('location') ?? '', url)
      const isWeb = next?.protocol === 'https:' || next?.protocol === 'http:'
      if (next === null || !isWeb || next.username !== '' || next.password !== '')
        return { kind: 'unreadable' }
      // Anybody may register a DOI that leads anywhere; only whoever set up this site may direct it to addresses inside.
      if ((await leadsInside(next)) && !(await leadsInside(start))) return { kind: 'unreadable' }
      url = next
    } else if (response.status === 429 || response.status >= 500) {
      await response.body?.cancel()
      return { kind: 'away', retryAfterMs: pauseOf(response, now()) }
    } else {
      const text = await textOf(response)
      return text === null ? { kind: 'unreadable' } : { kind: 'answer', status: response.status, text }
    }
  }
  return { kind: 'unreadable' }
}

/** Retry-After in seconds or as a date (RFC 9110, 10.2.3). */
function pauseOf({ status, headers }: Response, now: Date): number | null {
  const written = headers.get('retry-after')?.trim() ?? ''
  const milliseconds = /^\d{1,9}$/.test(written)
    ? Number(written) * 1000
    : Date.parse(written) - now.getTime()
  if (milliseconds > 0) return milliseconds
  return status === 429 || status === 503 ? PAUSE_MS : null
}

async function textOf({ body }: Response): Promise<string | null> {
  let bytes = 0
  let tooLong = false
  async function* limited() {
    for await (const chunk of body ?? []) {
      bytes += chunk.length
      tooLong = bytes > MOST_BYTES
      // Leaving the loop ends the connection.
      if (tooLong) return
      yield chunk
    }
  }
  let text = ''
  for await (const piece of decodeText(limited())) {
    text += piece
    if (text.length > MOST_BYTES) return null
  }
  return tooLong ? null : text
}
