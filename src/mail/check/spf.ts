import { BlockList, isIPv6 } from 'node:net'
import type { Dns } from './dns.ts'

/** One mechanism of a record (RFC 7208). */
type Mechanism = {
  qualifier: '+' | '-' | '~' | '?'
  name: string
  /** Domain or address; null: the domain of the record. */
  value: string | null
  cidr4: number
  cidr6: number
}

export type SpfRecord = { mechanisms: Mechanism[]; redirect: string | null }

/** What SPF says of an address. `unknown`: the DNS did not answer, or the record goes by who the mail is from. */
export type SpfResult = 'pass' | 'fail' | 'softfail' | 'neutral' | 'none' | 'error' | 'unknown'

/** Receivers follow no more (RFC 7208, 4.6.4). */
export const MOST_LOOKUPS = 10
const MECHANISMS = new Set(['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists'])
const RESULTS = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const

/** Reads a record; null when receivers would take it for an error. */
export function parseSpf(record: string): SpfRecord | null {
  const [version, ...terms] = record.trim().split(/ +/)
  if (version?.toLowerCase() !== 'v=spf1') return null
  const mechanisms: Mechanism[] = []
  let redirect: string | null = null
  for (const term of terms) {
    const [, modifier, argument = ''] = /^([a-z][a-z0-9_.-]*)=(.*)$/i.exec(term) ?? []
    if (modifier !== undefined) {
      if (modifier.toLowerCase() === 'redirect') redirect = argument
      continue
    }
    const [, qualifier = '', name = '', value, cidr4, cidr6] =
      /^([+~?-]?)([a-z0-9]+)(?::([^/]*(?:\{[^}]*\}[^/]*)*))?(?:\/(\d{1,3}))?(?:\/\/?(\d{1,3}))?$/i.exec(
        term,
      ) ?? []
    const known = name.toLowerCase()
    if (!MECHANISMS.has(known)) return null
    if (['include', 'exists', 'ip4', 'ip6'].includes(known) && !value) return null
    mechanisms.push({
      qualifier: (qualifier || '+') as Mechanism['qualifier'],
      name: known,
      value: value ?? null,
      cidr4: Number(cidr4 ?? 32),
      // The one length of ip6 is its own.
      cidr6: Number(known === 'ip6' ? (cidr4 ?? 128) : (cidr6 ?? 128)),
    })
  }
  return { mechanisms, redirect }
}

/** The records of a domain that begin as those of SPF do; null when the DNS does not answer. */
export async function spfRecords(domain: string, { dns }: { dns: Dns }): Promise<string[] | null> {
  const answer = await dns.txt(domain)
  return answer.ok ? answer.records.filter((text) => /^v=spf1(?: |$)/i.test(text)) : null
}

/** The record of a domain. */
async function spfOf(domain: string, dns: Dns): Promise<SpfRecord | 'none' | 'error' | 'unknown'> {
  const records = await spfRecords(domain, { dns })
  if (records === null) return 'unknown'
  const [record, ...more] = records
  if (record === undefined) return 'none'
  return (more.length === 0 ? parseSpf(record) : null) ?? 'error'
}

/**
 * How many questions a receiver has to ask for a domain's record, at most, with those of the records it includes. Stops
 * counting a little beyond the limit. null: the DNS does not answer.
 */
export async function countLookups(domain: string, { dns }: { dns: Dns }): Promise<number | null> {
  let lookups = 0
  let unanswered = false
  async function count(of: string): Promise<void> {
    const record = await spfOf(of, dns)
    if (record === 'unknown') unanswered = true
    if (typeof record === 'string') return
    const { mechanisms, redirect } = record
    for (const { name, value } of mechanisms) {
      if (lookups > 2 * MOST_LOOKUPS) return
      if (['include', 'a', 'mx', 'ptr', 'exists'].includes(name)) lookups++
      if (name === 'include' && value !== null && !value.includes('%')) await count(value)
    }
    if (redirect === null || mechanisms.some(({ name }) => name === 'all')) return
    lookups++
    if (lookups <= 2 * MOST_LOOKUPS && !redirect.includes('%')) await count(redirect)
  }
  await count(domain)
  return unanswered ? null : lookups
}

/** What a domain's record says of mail that comes from an address. */
export async function evaluateSpf(
  domain: string,
  { address, dns }: { address: string; dns: Dns },
): Promise<SpfResult> {
  let left = 2 * MOST_LOOKUPS
  const within = (networks: { network: string; prefix: number }[]) => {
    const list = new BlockList()
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    for (const { network, prefix } of networks) {
      if ((isIPv6(network) ? 'ipv6' : 'ipv4') !== family) continue
      try {
        list.addSubnet(network, prefix, family)
      } catch {
        // No network: it has no addresses.
      }
    }
    return list.check(address, family)
  }
  async function check(of: string): Promise<SpfResult> {
    if (left-- <= 0) return 'error'
    const record = await spfOf(of, dns)
    if (typeof record === 'string') return record
    for (const mechanism of record.mechanisms) {
      const matches = await matched(mechanism, of)
      if (matches === 'unknown' || matches === 'error') return matches
      if (matches) return RESULTS[mechanism.qualifier]
    }
    if (record.redirect === null) return 'neutral'
    if (record.redirect.includes('%')) return 'unknown'
    const result = await check(record.redirect)
    return result === 'none' ? 'error' : result
  }
  async function matched(
    { name, value, cidr4, cidr6 }: Mechanism,
    of: string,
  ): Promise<boolean | 'unknown' | 'error'> {
    const prefix = isIPv6(address) ? cidr6 : cidr4
    if (name === 'all') return true
    if (name === 'ip4' || name === 'ip6') return within([{ network: value ?? '', prefix }])
    if (name === 'ptr' || name === 'exists' || value?.includes('%')) return 'unknown'
    if (name === 'include') {
      const result = await check(value ?? '')
      if (result === 'none') return 'error'
      return result === 'error' || result === 'unknown' ? result : result === 'pass'
    }
    let hosts = [value ?? of]
    if (name === 'mx') {
      const answer = await dns.mx(value ?? of)
      if (!answer.ok) return 'unknown'
      hosts = answer.records.map(({ exchange }) => exchange).slice(0, MOST_LOOKUPS)
    }
    for (const host of hosts) {
      const answer = await dns.addresses(host)
      if (!answer.ok) return 'unknown'
      if (within(answer.records.map((network) => ({ network, prefix })))) return true
    }
    return false
  }
  return check(domain)
}
