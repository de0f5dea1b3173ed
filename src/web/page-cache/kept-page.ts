import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Context } from 'hono'
import type { ChangingPart } from '../../ranking/announce-changes.ts'
import type { Asked } from './page-key.ts'

const compressBrotli = promisify(brotliCompress)
const compressGzip = promisify(gzip)

type Encoding = 'br' | 'gzip' | 'identity'

/** An answer that can be sent as it is. */
export type Ready = { status: number; headers: Record<string, string>; body: Uint8Array<ArrayBuffer> | null }

/** An answer as it was made, and ready in each encoding that was asked for. */
export type Page = {
  status: number
  headers: Record<string, string>
  plain: Uint8Array<ArrayBuffer>
  etag: string | null
  encoded: Map<Encoding, Ready>
  /** Of what readers change; null: anything. */
  shows: ReadonlySet<ChangingPart> | null
  madeAt: number
}

/** Brotli's qualities: what is sent to one reader only is not worth as much work as what is kept for many. */
export const SENT_ONCE = 4
export const SENT_OFTEN = 5

export async function readPage(c: Context, madeAt: number): Promise<Page> {
  const response = c.res
  const plain = new Uint8Array(await response.arrayBuffer())
  const headers = Object.fromEntries(response.headers)
  delete headers['content-length']
  // What one program may still read is nobody else's to know.
  delete headers['ratelimit']
  delete headers['ratelimit-policy']
  // Weak: the same page compressed has the same tag.
  const etag =
    response.status === 200
      ? `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, 27)}"`
      : null
  if (etag) {
    headers['etag'] = etag
    headers['vary'] = [headers['vary'] ?? [], 'accept-encoding', 'cookie'].flat().join(', ')
    headers['cache-control'] ??= 'no-cache'
  }
  return {
    status: response.status,
    headers,
    plain,
    etag,
    encoded: new Map(),
    shows: c.get('shows') ?? null,
    madeAt,
  }
}

/** Bytes that a page takes in memory: its compressed forms are a fraction of the plain one. */
export function weight({ plain, shows }: Page): number {
  return Math.ceil(plain.length * 1.5) + 1_000 + (shows?.size ?? 0) * 60
}

export function readyFor(page: Page, asked: Asked): Ready | null {
  if (page.etag && matches(asked.header('if-none-match'), page.etag)) {
    const { 'content-type': _, ...headers } = page.headers
    return { status: 304, headers, body: null }
  }
  return page.encoded.get(encodingFor(page, asked)) ?? null
}

/** What is compressed by itself. */
const PACKED = /^image\/(?:png|jpeg|webp)$/

export function encodingFor(page: Page, asked: Asked): Encoding {
  return page.plain.length > 1_000 && !PACKED.test(page.headers['content-type'] ?? '')
    ? preferredEncoding(asked.header('accept-encoding'))
    : 'identity'
}

export async function encode(
  page: Page,
  { encoding, quality }: { encoding: Encoding; quality: number },
): Promise<Ready> {
  const body = await compress(page.plain, { encoding, quality })
  const headers = { ...page.headers, 'content-length': String(body.length) }
  if (encoding !== 'identity') Object.assign(headers, { 'content-encoding': encoding })
  const ready = { status: page.status, headers, body }
  page.encoded.set(encoding, ready)
  return ready
}

async function compress(
  plain: Uint8Array<ArrayBuffer>,
  { encoding, quality }: { encoding: Encoding; quality: number },
): Promise<Uint8Array<ArrayBuffer>> {
  switch (encoding) {
    case 'br':
      return compressBrotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } })
    case 'gzip':
      return compressGzip(plain)
    case 'identity':
      return plain
  }
}

/** Whether a tag is among those of an If-None-Match header; weak comparison (RFC 9110, 13.1.2). */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  const opaque = etag.replace(/^W\//, '')
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === opaque)
}

/** Brotli, gzip, or neither: what a reader accepts (RFC 9110, 12.5.3), in our order of preference. */
function preferredEncoding(header: string | undefined): Encoding {
  if (!header) return 'identity'
  const accepted = new Map(
    header.split(',').map((part) => {
      const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
      const quality = parameters.find((text) => text.startsWith('q='))
      return [name, quality === undefined ? 1 : Number(quality.slice(2))]
    }),
  )
  const accepts = (name: string) => (accepted.get(name) ?? accepted.get('*') ?? 0) > 0
  return accepts('br') ? 'br' : accepts('gzip') ? 'gzip' : 'identity'
}
