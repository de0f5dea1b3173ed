import type { Dns } from './dns.ts'
import { finding, unanswered, type Finding } from './finding.ts'
import { parseTags } from './tags.ts'

/** Names above a domain that receivers look at (the tree walk of DMARC): so no list of public suffixes is needed. */
const MOST_NAMES = 8

/** The policy that applies to a domain, and where it stands. */
type Policy = { at: string; records: string[] }

/** Looks whether receivers are told what to do with mail that only pretends to be from the domain. */
export async function checkDmarc(domain: string, { dns }: { dns: Dns }): Promise<Finding> {
  const policy = await policyFor(domain, { dns })
  if (policy === null) return unanswered('dmarc', `the policy at _dmarc.${domain}`)
  const { at, records } = policy
  const [record] = records
  if (record === undefined) {
    return finding(
      'dmarc',
      'to do',
      `There is no DMARC policy. Publish a TXT record at _dmarc.${domain}: v=DMARC1; p=none; rua=mailto:postmaster@${domain}`,
    )
  }
  if (records.length > 1)
    return finding('dmarc', 'to do', `There are ${records.length} DMARC policies at _dmarc.${at}. Leave one.`)
  const tags = parseTags(record)
  const asked = (at === domain ? null : tags.get('sp')) ?? tags.get('p') ?? ''
  if (!/^(?:none|quarantine|reject)$/i.test(asked)) {
    return finding(
      'dmarc',
      'to do',
      `The policy at _dmarc.${at} does not say p=none, p=quarantine or p=reject, so receivers ignore it.`,
    )
  }
  const more = /^none$/i.test(asked)
    ? ' It only asks for reports: once they look right, say p=quarantine or p=reject.'
    : ''
  return finding('dmarc', 'ok', `The policy at _dmarc.${at} is ${asked.toLowerCase()}.${more}`)
}

/** Looks whether what a signature proves is about the domain that readers see. */
export async function checkAlignment(
  { from, signing }: { from: string; signing: string | null },
  { dns }: { dns: Dns },
): Promise<Finding> {
  if (signing === null) {
    return finding(
      'alignment',
      'unknown',
      `Whether emails are signed for ${from} cannot be known: they are not signed here.`,
    )
  }
  const policy = await policyFor(from, { dns })
  if (policy === null) return unanswered('alignment', `the policy at _dmarc.${from}`)
  const strict =
    parseTags(policy.records[0] ?? '')
      .get('adkim')
      ?.toLowerCase() === 's'
  const aligned =
    from === signing ||
    (!strict &&
      (from.endsWith(`.${signing}`) || signing.endsWith(`.${from}`) || (await related(from, signing))))
  return aligned
    ? finding('alignment', 'ok', `DKIM_DOMAIN ${signing} stands for MAIL_FROM, which is at ${from}.`)
    : finding(
        'alignment',
        'to do',
        `DKIM_DOMAIN is ${signing} and MAIL_FROM is at ${from}, so the signature proves nothing about the sender${strict ? ': the policy says adkim=s' : ''}. Set DKIM_DOMAIN to ${from}.`,
      )

  /** Both are below one domain that has a policy, and so belongs to somebody. */
  async function related(one: string, other: string): Promise<boolean> {
    const above = ancestors(one).filter((name) => ancestors(other).includes(name))
    const policies = await Promise.all(above.map((name) => dns.txt(`_dmarc.${name}`)))
    return policies.some((answer) => answer.ok && dmarcAmong(answer.records).length > 0)
  }
}

/** The domain's own policy, or of the next domain above that has one. null: the DNS does not answer. */
async function policyFor(domain: string, { dns }: { dns: Dns }): Promise<Policy | null> {
  for (const at of [domain, ...ancestors(domain)]) {
    const answer = await dns.txt(`_dmarc.${at}`)
    if (!answer.ok) return null
    const records = dmarcAmong(answer.records)
    if (records.length > 0) return { at, records }
  }
  return { at: domain, records: [] }
}

function dmarcAmong(records: string[]): string[] {
  return records.filter((text) => /^v\s*=\s*DMARC1\s*(?:;|$)/.test(text))
}

/** Domains above one, of two labels at least, the nearest first. */
function ancestors(domain: string): string[] {
  const labels = domain.split('.')
  return labels
    .map((_, i) => labels.slice(i + 1))
    .filter((rest) => rest.length >= 2)
    .map((rest) => rest.join('.'))
    .slice(-MOST_NAMES)
}
