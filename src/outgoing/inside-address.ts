import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'

/**
 * IPv4 addresses that are not the public internet: those that IANA's registry of special-purpose addresses does not call
 * globally reachable (https://www.iana.org/assignments/iana-ipv4-special-registry), multicast, the relays of 6to4, and one
 * public address on which Azure answers only its own machines.
 */
const INSIDE = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  INSIDE.addSubnet(network, bits, 'ipv4')

/** IPv6 has one range for the public internet, and this is what is not public in it: protocols, documentation, 6to4. */
const PUBLIC_IPV6 = new BlockList()
PUBLIC_IPV6.addSubnet('2000::', 3, 'ipv6')
const SPECIAL_IPV6 = new BlockList()
for (const [network, bits] of [
  // With Teredo, ORCHID and benchmarking.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  SPECIAL_IPV6.addSubnet(network, bits, 'ipv6')

/** Whether an IP address is one of this machine or of a network that is not public; anything else counts as one. */
export function isInside(address: string): boolean {
  const bare = address.replace(/%.*$/, '')
  switch (isIP(bare)) {
    case 4:
      return INSIDE.check(bare, 'ipv4')
    case 6: {
      const within = ipv4In(bare)
      if (within !== null) return INSIDE.check(within, 'ipv4')
      return !PUBLIC_IPV6.check(bare, 'ipv6') || SPECIAL_IPV6.check(bare, 'ipv6')
    }
    default:
      return true
  }
}

/** The IPv4 address that an IPv6 address stands for: mapped (`::ffff:0:0/96`), or behind NAT64 (`64:ff9b::/96`). */
function ipv4In(ipv6: string): string | null {
  // Addresses have many spellings; a URL's host has one.
  const spelling = new URL(`http://[${ipv6}]/`).hostname
  const [, high = '', low = ''] =
    /^\[(?:::ffff|64:ff9b:):([\da-f]{1,4}):([\da-f]{1,4})\]$/.exec(spelling) ??
    /^\[64:ff9b::()([\da-f]{1,4})\]$/.exec(spelling) ??
    []
  if (low === '') return null
  const bits = Number.parseInt(high || '0', 16) * 0x10000 + Number.parseInt(low, 16)
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.')
}

/** Whether this machine answers on that address, public or not, however it is written. */
export function isOwn(address: string): boolean {
  const bare = address.replace(/%.*$/, '')
  const reached = isIP(bare) === 6 ? (ipv4In(bare) ?? bare) : bare
  return Object.values(networkInterfaces()).some((ends) => ends?.some((end) => end.address === reached))
}

/** The IP addresses of a host: the one that it is, or those that its name leads to. */
export type Resolve = (host: string) => Promise<string[]>

/** Rejects when nobody knows the name. */
export const resolveHost: Resolve = async (host) => {
  const bare = host.replace(/^\[|\]$/g, '')
  if (isIP(bare) !== 0) return [bare]
  return (await lookup(bare, { all: true })).map(({ address }) => address)
}

/** Whether a URL's host is, or is a name for, such an address; rejects when nobody knows the name. */
export async function leadsInside(url: URL): Promise<boolean> {
  return (await resolveHost(url.hostname)).some(isInside)
}
