/** What came of one request. */
export type JsonAnswer =
  | { kind: 'json'; value: unknown }
  /** The server's words for people; `retryAfter` in milliseconds, null if it does not say. */
  | { kind: 'error'; status: number; message: string; retryAfter: number | null }
  /** No answer, or half of one. */
  | { kind: 'broken'; reason: string }
  /** Another try would end alike. */
  | { kind: 'unusable'; reason: string }

/** Answers larger than this are not read to their end. */
const MOST_BYTES = 50_000_000
const MOST_MESSAGE_CHARACTERS = 300

/**
 * One request to an API that speaks JSON: a GET, or a POST if there is a `body`. Throws for nothing that servers and
 * networks do, nor when `signal` is aborted. `now` in milliseconds since 1970.
 */
export async function requestJson(
  url: URL,
  {
    headers,
    body,
    signal,
    now,
  }: { headers: Record<string, string>; body: unknown; signal: AbortSignal; now: () => number },
): Promise<JsonAnswer> {
  try {
    const response = await fetch(url, {
      headers: { ...headers, accept: 'application/json', 'content-type': 'application/json' },
      // Not followed: a POST would become a GET, and the key would travel on.
      redirect: 'manual',
      signal,
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    })
    const { status, headers: answered } = response
    const text = await readText(response)
    if (text === null) return { kind: 'unusable', reason: 'answers more than 50 MB' }
    if (response.ok) return parse(text)
    if (status < 400) return { kind: 'unusable', reason: `sends us on to ${answered.get('location')}` }
    return {
      kind: 'error',
      status,
      message: messageIn(text),
      retryAfter: milliseconds(answered.get('retry-after'), now),
    }
  } catch (error) {
    return failure(error as Error)
  }
}

/** null: it is larger than can be wanted. */
async function readText(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop ends the connection.
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > MOST_BYTES) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function parse(text: string): JsonAnswer {
  try {
    return { kind: 'json', value: JSON.parse(text) }
  } catch {
    // As a proxy leaves it when the server behind it dies.
    return { kind: 'broken', reason: 'answers broken JSON' }
  }
}

function messageIn(text: string): string {
  return (sentenceIn(text) ?? text)
    .slice(0, MOST_MESSAGE_CHARACTERS)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/[ .]+$/, '')
    .trim()
}

/** OpenAI answers `{"error": {"message": …}}`; others `{"error": …}`, `{"message": …}` or `{"detail": …}`. */
function sentenceIn(text: string): string | null {
  try {
    let value: unknown = JSON.parse(text)
    while (typeof value === 'object' && value !== null) {
      const { error, message, detail } = value as Record<string, unknown>
      value = error ?? message ?? detail
    }
    return typeof value === 'string' ? value : null
  } catch {
    return null
  }
}

/** Of a Retry-After header: seconds, or a date. */
function milliseconds(retryAfter: string | null, now: () => number): number | null {
  if (retryAfter === null) return null
  const wait = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now()
  return Number.isNaN(wait) ? null : wait
}

function failure(error: Error): JsonAnswer {
  if (error.name === 'TimeoutError') return { kind: 'broken', reason: 'does not answer in time' }
  const { cause } = error as { cause?: NodeJS.ErrnoException }
  // Without a cause, it is the request that can't be made, such as with a key of several lines.
  if (!cause) return { kind: 'unusable', reason: `can't be asked: ${error.message}` }
  return { kind: 'broken', reason: `can't be reached: ${cause.code ?? cause.message}` }
}
