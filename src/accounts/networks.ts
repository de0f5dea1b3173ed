import { createHmac } from 'node:crypto'
import { isIP } from 'node:net'

/**
 * A key by which the requests of one network are counted: a keyed hash, so that no address is stored. A network is one
 * IPv4 address, behind which may be a whole institute, or the first 64 bits of an IPv6 address, within which one machine
 * has as many addresses as it likes. An IPv4 address written as IPv6 (mapped, 6to4 or NAT64) is that IPv4 address. What
 * is no address at all counts as one network.
 */
export function networkKey(address: string, { secret }: { secret: string }): string {
  return createHmac('sha256', secret)
    .update(`address ${networkOf(address)}`)
    .digest('base64url')
    .slice(0, 22)
}

/** The address in an entry of X-Forwarded-For, which some proxies write with a port; null if there is none. */
export function parseForwarded(entry: string): string | null {
  const text = entry.trim()
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(text) ?? []
  const address = bracketed ?? dotted ?? text
  return isIP(address) === 0 ? null : address
}

/** Whether an address is this machine's own. */
export function isLoopback(address: string): boolean {
  return address === '::1' || networkOf(address).startsWith('127.')
}

function networkOf(address: string): string {
  if (isIP(address) === 4) return address
  if (isIP(address) !== 6) return ''
  const groups = groupsOf(address)
  const [first = 0, second = 0, third = 0, , , sixth = 0, seventh = 0, eighth = 0] = groups
  const beginsWith = (...start: number[]) => start.every((group, at) => groups[at] === group)
  if (beginsWith(0, 0, 0, 0, 0) && sixth === 0xffff) return dotted(seventh, eighth)
  if (beginsWith(0x64, 0xff9b, 0, 0, 0, 0)) return dotted(seventh, eighth)
  if (first === 0x2002) return dotted(second, third)
  return groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')
}

/** The eight groups of an IPv6 address, however it is written. */
function groupsOf(address: string): number[] {
  const plain = address
    .replace(/%.*$/, '')
    .replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...[a, b, c, d]: string[]) =>
      [a, c].map((high, at) => (Number(high) * 256 + Number([b, d][at])).toString(16)).join(':'),
    )
  const [head = '', tail] = plain.split('::')
  const read = (text = '') => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const [left, right] = [read(head), read(tail)]
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right]
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
