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
  const names = [
    'localhost',
    '127.0.0.1',
    '::1',
    ...(everywhere ? [hostname().toLowerCase()] : []),
    ...addresses,
  ]
  // A browser names no port where it is the usual one.
  return [...new Set(names)]
    .map((name) => (name.includes(':') ? `[${name}]` : name))
    .flatMap((name) => [name, `${name}:*`])
}

/** Whether a Host header names one of `hosts` (as `ownHosts` writes them), and nothing else beside it. */
export function isOwnHost(header: string | undefined, hosts: string[]): boolean {
  const [, name, port] = /^(\[[\da-f:.]+\]|[^\s:@/?#[\]]+)(:\d{1,5})?$/i.exec(header ?? '') ?? []
  return name !== undefined && hosts.includes(name.toLowerCase() + (port === undefined ? '' : ':*'))
}
