import { hostname, networkInterfaces } from 'node:os'

/**
 * The hosts this machine answers to when its operator sets no public address. A form is taken only
 * under one of them.
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
  // Browsers leave out the default port.
  return [...new Set(names)]
    .map((name) => (name.includes(':') ? `[${name}]` : name))
    .flatMap((name) => [name, `${name}:*`])
}

/** The address of a site that listens on a host and a port of this machine, without a slash at the end. */
export function urlOf(listensOn: string, port: number): string {
  const everywhere = listensOn === '0.0.0.0' || listensOn === '::'
  const name = everywhere ? 'localhost' : listensOn.includes(':') ? `[${listensOn}]` : listensOn
  return `http://${name}:${port}`
}

/** Whether a Host header names one of `hosts` (as `ownHosts` writes them), and nothing else beside it. */
export function isOwnHost(header: string | undefined, hosts: string[]): boolean {
  const [, name, port] = /^(\[[\da-f:.]+\]|[^\s:@/?#[\]]+)(:\d{1,5})?$/i.exec(header ?? '') ?? []
  return name !== undefined && hosts.includes(name.toLowerCase() + (port === undefined ? '' : ':*'))
}
