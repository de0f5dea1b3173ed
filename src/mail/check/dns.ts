import { Resolver } from 'node:dns/promises'
import { isIPv6 } from 'node:net'

/** What the DNS says: records, none where there are none; or that it does not answer. */
type Answer<T> = { ok: true; records: T[] } | { ok: false }

/** The DNS as mail needs it. Every question ends in time. */
export type Dns = {
  /** Each record in one piece. */
  txt(name: string): Promise<Answer<string>>
  /** IPv4 and IPv6. */
  addresses(name: string): Promise<Answer<string>>
  mx(name: string): Promise<Answer<{ exchange: string; priority: number }>>
  /** The names of an address. */
  names(address: string): Promise<Answer<string>>
}

const LONGEST_MS = 10_000

/** Opens the DNS of this machine, or of `servers` (`address:port`). Nothing takes longer than `longestMs`. */
export function openDns({
  servers,
  longestMs = LONGEST_MS,
}: { servers?: string[]; longestMs?: number } = {}): Dns {
  async function ask<T>(question: (resolver: Resolver) => Promise<T[]>): Promise<Answer<T>> {
    const resolver = new Resolver({ timeout: Math.ceil(longestMs / 3), tries: 2 })
    if (servers) resolver.setServers(servers)
    const tooLong = setTimeout(() => resolver.cancel(), longestMs)
    try {
      return { ok: true, records: await question(resolver) }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      return code === 'ENODATA' || code === 'ENOTFOUND' ? { ok: true, records: [] } : { ok: false }
    } finally {
      clearTimeout(tooLong)
    }
  }
  return {
    async txt(name) {
      const answer = await ask((resolver) => resolver.resolveTxt(name))
      return answer.ok ? { ok: true, records: answer.records.map((pieces) => pieces.join('')) } : answer
    },
    async addresses(name) {
      const [four, six] = await Promise.all([
        ask((resolver) => resolver.resolve4(name)),
        ask((resolver) => resolver.resolve6(name)),
      ])
      if (!four.ok && !six.ok) return { ok: false }
      return { ok: true, records: [four, six].flatMap((answer) => (answer.ok ? answer.records : [])) }
    },
    mx: (name) => ask((resolver) => resolver.resolveMx(name)),
    names: (address) => ask((resolver) => resolver.resolvePtr(reverseName(address))),
  }
}

/** The name under which the DNS has the names of an address. */
function reverseName(address: string): string {
  if (!isIPv6(address)) return `${address.split('.').toReversed().join('.')}.in-addr.arpa`
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => text.split(':').filter((group) => group !== '')
  const [front, back] = [groups(head), groups(tail ?? '')]
  const all = [...front, ...Array.from({ length: 8 - front.length - back.length }, () => '0'), ...back]
  const digits = all.map((group) => group.padStart(4, '0')).join('')
  return `${[...digits].toReversed().join('.')}.ip6.arpa`
}
