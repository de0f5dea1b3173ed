import { createHmac } from 'node:crypto'
import { isIP } from 'node:net'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'
import type { Site } from '../site.ts'

/**
 * A key for rate limits: a keyed hash of the client's network address, so that no address is stored. Behind a proxy on
 * this machine, the proxy supplies the address (the last entry of X-Forwarded-For). For IPv6 only the network counts,
 * because one machine has many addresses.
 */
export function clientAddress(site: Site, c: Context): string {
  const direct = remoteAddress(c)
  const forwarded = isLoopback(direct)
    ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim()
    : undefined
  const address = forwarded !== undefined && isIP(forwarded) !== 0 ? forwarded : direct
  return createHmac('sha256', site.accounts.secret)
    .update(`address ${network(address)}`)
    .digest('base64url')
    .slice(0, 22)
}

function remoteAddress(c: Context): string {
  try {
    return getConnInfo(c).remote.address ?? ''
  } catch {
    // Asked without a connection, as tests do.
    return ''
  }
}

function isLoopback(address: string): boolean {
  return address === '' || address === '::1' || /^(?:::ffff:)?127\./.test(address)
}

/** The address itself for IPv4, the first 64 bits for IPv6. */
function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
  if (isIP(plain) !== 6) return plain
  const [head = '', tail = ''] = plain.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const middle = plain.includes('::')
    ? Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
    : []
  return [...left, ...middle, ...right].slice(0, 4).join(':')
}
