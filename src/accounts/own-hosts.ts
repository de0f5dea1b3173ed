import { hostname, networkInterfaces } from 'node:os'

/**
 * The hosts under which this machine can be asked when its operator names no public address: what a request says of its
 * host is believed only if it is among them, because links in mails lead there.
 */
export function ownHosts(listensOn: string): string[] {
  const everywhere = listensOn === '0.0.0.0' || listensOn === '::'
  const addresses = everywhere
    ? Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))
    : [listensOn]
  const names = ['localhost', '127.0.0.1', '::1', ...(everywhere ? [hostname()] : []), ...addresses]
  return [...new Set(names)].map((name) => `${name.includes(':') ? `[${name}]` : name}:*`)
}
