import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { pipeline, type Duplex, type Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { unlessAborted } from '../runtime/unless-aborted.ts'
import { isInside, isOwn, resolveHost, type Resolve } from './inside-address.ts'

export type Answer =
  /** `url` is what answered, behind all redirects; `body` is decompressed as HTTP says, and not decoded. */
  | { kind: 'answer'; url: URL; status: number; headers: IncomingHttpHeaders; body: Buffer }
  /**
   * It cannot answer now; `retryAfterMs` where a host asked to be left alone: `by` is that host, with its port, or null
   * where it is the one that was asked first. `reason` is what went wrong, for a log and for curators.
   */
  | { kind: 'away'; retryAfterMs: number | null; by: string | null; reason: string }
  /** An answer that is too long, or redirects that lead nowhere. */
  | { kind: 'unreadable'; reason: string }

const MOST_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** 2 MB, as it comes and after decompression. */
const MOST_BYTES = 2_000_000
/** How long a source is left alone that says it is overloaded, but not for how long. */
const PAUSE_MS = 60_000
/** Where registries answer. Behind other ports are services that are not meant to be asked by strangers. */
const WEB_PORTS: ReadonlySet<string> = new Set(['', '80', '443', '8080', '8443'])

type Asking = {
  headers: Record<string, string>
  now: () => Date
  signal: AbortSignal
  /** Sends this by POST; redirects of it are not followed. */
  body?: string
  /** The longest answer, as it comes and after decompression. */
  mostBytes: number
  /** How long to leave a host alone that answers 429 without saying how long. */
  pauseMs: number
  /** Whether the address was named by whoever runs this machine; else it too must be of the public internet. */
  trusted: boolean
  /** Whether a host that redirects lead to has asked to be left alone. */
  isPaused: (host: string) => Promise<boolean>
  resolve: Resolve
}

/**
 * The answer to a request, with at most five redirects, within `timeoutMs` milliseconds altogether. Redirects lead only to the
 * public internet, by addresses that are looked up once, checked, and connected to. Rejects with the
 * reason of `signal` once that is aborted; anything else that goes wrong counts as the host being away.
 */
export async function ask(
  url: URL,
  {
    timeoutMs,
    signal,
    mostBytes = MOST_BYTES,
    pauseMs = PAUSE_MS,
    trusted = true,
    isPaused = () => Promise.resolve(false),
    resolve = resolveHost,
    ...asking
  }: Pick<Asking, 'headers' | 'now' | 'signal'> & { timeoutMs: number } & Partial<Asking>,
): Promise<Answer> {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  try {
    return await follow(url, { ...asking, mostBytes, pauseMs, trusted, isPaused, resolve, signal: inTime })
  } catch (error) {
    signal.throwIfAborted()
    // No connection, one that breaks off, what cannot be decompressed, or no answer in time.
    const reason = inTime.aborted
      ? `${url.host} did not answer within ${Math.round(timeoutMs / 1_000)} seconds`
      : `${url.host} does not answer (${errorText(error)})`
    return { kind: 'away', retryAfterMs: null, by: null, reason }
  }
}

function errorText(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code === '' ? (error instanceof Error ? error.message : String(error)) : code
}

async function follow(start: URL, asking: Asking): Promise<Answer> {
  const { signal, isPaused, resolve, trusted } = asking
  const found = await unlessAborted(resolve(start.hostname), signal)
  const own = trusted ? found : []
  if (!trusted && !mayAsk(start, { addresses: found, own }))
    return { kind: 'unreadable', reason: `${start.host} is not an address of the public internet` }
  let url = start
  let addresses = found
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const by = url.origin === start.origin ? null : url.host
    if (by !== null && (await isPaused(by)))
      return { kind: 'away', retryAfterMs: null, by, reason: `${by} has asked to be left alone` }
    // Keys are for the service that was asked, wherever it leads.
    const headers = by === null ? asking.headers : withoutKeys(asking.headers)
    const response = await get(url, { ...asking, headers, addresses })
    try {
      const status = response.statusCode ?? 0
      if (REDIRECTS.has(status)) {
        const next = URL.parse(response.headers.location ?? '', url)
        const isWeb = next?.protocol === 'https:' || next?.protocol === 'http:'
        if (
          next === null ||
          !isWeb ||
          next.username !== '' ||
          next.password !== '' ||
          asking.body !== undefined
        )
          return { kind: 'unreadable', reason: `${url.host} redirects to nowhere` }
        addresses = next.origin === start.origin ? found : await unlessAborted(resolve(next.hostname), signal)
        if (!mayAsk(next, { addresses, own }))
          return { kind: 'unreadable', reason: `${url.host} redirects to an address that is not public` }
        url = next
      } else if (status === 429 || status >= 500) {
        const retryAfterMs = pauseOf(response, asking)
        return { kind: 'away', retryAfterMs, by, reason: `${url.host} answered with status ${status}` }
      } else {
        const body = await bodyOf(response, asking.mostBytes)
        return body === null
          ? {
              kind: 'unreadable',
              reason: `${url.host} answered with more than may be read, or in an unknown encoding`,
            }
          : { kind: 'answer', url, status, headers: response.headers, body }
      }
    } finally {
      response.destroy()
    }
  }
  return { kind: 'unreadable', reason: `${start.host} redirects more than ${MOST_REDIRECTS} times` }
}

/**
 * Anyone may register a DOI that leads anywhere. Only the people who set up this site may direct it to addresses inside: to
 * those of the source that they named (`own`).
 */
function mayAsk(url: URL, { addresses, own }: { addresses: string[]; own: string[] }): boolean {
  if (addresses.length === 0) return false
  const isPublic = !addresses.some((one) => isInside(one) || isOwn(one))
  if (isPublic) return WEB_PORTS.has(url.port)
  const isOnLoopback = own.length > 0 && own.every(isLoopback)
  return addresses.every((one) => own.includes(one) || (isOnLoopback && isLoopback(one)))
}

const KEYS = new Set(['authorization', 'x-api-key', 'zotero-api-key', 'cookie'])

function withoutKeys(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !KEYS.has(name.toLowerCase())))
}

function isLoopback(address: string): boolean {
  return address === '127.0.0.1' || address === '::1'
}

/** Asks one of the addresses, and no other: what the host's name leads to by now is not looked up again. */
async function get(
  url: URL,
  { addresses, headers, body, signal }: Asking & { addresses: string[] },
): Promise<IncomingMessage> {
  const found = addresses.map((address) => ({ address, family: isIP(address) }))
  const lookup: LookupFunction = (_, { all }, callback) => {
    const [first] = found
    if (first === undefined) callback(new Error('the host has no address'), '', 4)
    else if (all === true) callback(null, found)
    else callback(null, first.address, first.family)
  }
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    ...(body === undefined ? {} : { method: 'POST' }),
    headers: { ...headers, 'accept-encoding': 'gzip, deflate, br' },
    // Connections are not kept: what is behind them was checked for this request.
    agent: false,
    lookup,
    signal,
  })
  request.on('response', resolve)
  request.on('error', reject)
  request.end(body)
  return promise
}

/** Retry-After in seconds or as a date (RFC 9110, 10.2.3). */
function pauseOf(
  { statusCode: status, headers }: IncomingMessage,
  { now, pauseMs }: Pick<Asking, 'now' | 'pauseMs'>,
): number | null {
  const written = headers['retry-after']?.trim() ?? ''
  const milliseconds = /^\d{1,9}$/.test(written)
    ? Number(written) * 1000
    : Date.parse(written) - now().getTime()
  if (milliseconds > 0) return milliseconds
  if (status === 429) return pauseMs
  return status === 503 ? PAUSE_MS : null
}

const DECODERS: Readonly<Record<string, () => Duplex>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

class TooLong extends Error {}

/** What a stream gives, unless it is more than `most` bytes; leaving it ends the stream. */
async function* bounded(stream: Readable, most: number): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > most) throw new TooLong('more than may be read')
    yield chunk
  }
}

/** null where it is too long, before or after decompression, or compressed in a way that was not asked for. */
async function bodyOf(response: IncomingMessage, most: number): Promise<Buffer | null> {
  const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? ''
  const isPlain = encoding === '' || encoding === 'identity'
  const decoder = isPlain ? null : DECODERS[encoding]?.()
  if (decoder === undefined) return null
  // What goes wrong is thrown where it is read.
  const content = decoder === null ? response : pipeline(bounded(response, most), decoder, () => {})
  const chunks: Buffer[] = []
  try {
    for await (const chunk of bounded(content, most)) chunks.push(chunk)
  } catch (error) {
    if (error instanceof TooLong) return null
    throw error
  }
  return Buffer.concat(chunks)
}
