import { isIP } from 'node:net'
import { createTransport } from 'nodemailer'
import { sortFailure } from '../smtp-failure.ts'
import { isThisMachine, secretsIn, smtpOptions } from '../smtp.ts'
import type { Dns } from './dns.ts'
import { finding, unanswered, type Finding } from './finding.ts'
import { countLookups, evaluateSpf, MOST_LOOKUPS, parseSpf, spfRecords } from './spf.ts'

const LONGEST_MS = 10_000

/** The server that mail leaves through. */
export type Server = {
  host: string
  /** null: the DNS does not answer. Empty: it is this machine, or has none. */
  addresses: string[] | null
  here: boolean
}

/** The server at an SMTP URL, with its addresses. */
export async function serverAt(smtpUrl: string, { dns }: { dns: Dns }): Promise<Server> {
  const { hostname } = new URL(smtpUrl)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isThisMachine(hostname)) return { host, addresses: [], here: true }
  if (isIP(host) !== 0) return { host, addresses: [host], here: false }
  const answer = await dns.addresses(host)
  return { host, addresses: answer.ok ? answer.records : null, here: false }
}

/** Looks whether receivers can tell that the server may send for the domain. */
export async function checkSpf(
  domain: string,
  { server, dns }: { server: Server | null; dns: Dns },
): Promise<Finding> {
  const toDo = (text: string) => finding('spf', 'to do', text)
  const records = await spfRecords(domain, { dns })
  if (records === null) return unanswered('spf', `the SPF record of ${domain}`)
  const [record, ...more] = records
  if (record === undefined)
    return toDo(
      `${domain} has no SPF record. Publish a TXT record there that names who sends its mail, such as: v=spf1 mx ~all`,
    )
  if (more.length > 0)
    return toDo(`${domain} has ${records.length} SPF records, and receivers then use none. Make them one.`)
  const parsed = parseSpf(record)
  if (parsed === null) return toDo(`The SPF record of ${domain} cannot be read: ${record}`)
  if (parsed.mechanisms.some(({ name, qualifier }) => name === 'all' && qualifier === '+'))
    return toDo(`The SPF record of ${domain} lets everyone send (+all). End it with ~all or -all.`)
  const lookups = await countLookups(domain, { dns })
  if (lookups === null) return unanswered('spf', `what the SPF record of ${domain} includes`)
  if (lookups > MOST_LOOKUPS)
    return toDo(
      `The SPF record of ${domain} takes more than ${MOST_LOOKUPS} lookups, with what it includes, and receivers follow no more.`,
    )
  const is = `${domain} has one SPF record, which takes ${lookups} ${lookups === 1 ? 'lookup' : 'lookups'}.`
  if (server === null) return finding('spf', 'ok', is)
  if (server.here) {
    return finding(
      'spf',
      'unknown',
      `${is} Mail leaves through a server on this machine, and the address under which others see it cannot be known from here: it must be in the record.`,
    )
  }
  if (server.addresses === null) return unanswered('spf', `the addresses of ${server.host}`)
  const results = await Promise.all(
    server.addresses.map(async (address) => ({
      address,
      result: await evaluateSpf(domain, { address, dns }),
    })),
  )
  const refused = results.filter(({ result }) => result !== 'pass').map(({ address }) => address)
  if (refused.length === 0 && results.length > 0)
    return finding('spf', 'ok', `${is} It lets ${server.host} send (${server.addresses.join(', ')}).`)
  const which = results.length === 0 ? server.host : `${refused.join(', ')} (${server.host})`
  // Servers of providers take mail at other addresses than they send it from.
  if (!sharesDomain(server.host, domain)) {
    return finding(
      'spf',
      'unknown',
      `${is} It does not name ${which}. If that server delivers mail itself, add its addresses; if it is a provider’s, include what the provider says.`,
    )
  }
  return toDo(
    `${is} It does not let ${which} send. Add ${refused.map((address) => `${address.includes(':') ? 'ip6' : 'ip4'}:${address}`).join(' ') || `a:${server.host}`} to it.`,
  )
}

function sharesDomain(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`) || domain.endsWith(`.${host}`)
}

/** Looks whether the addresses of the server have names, and these names the addresses. */
export async function checkReverse(server: Server | null, { dns }: { dns: Dns }): Promise<Finding> {
  if (server === null) return finding('reverse', 'unknown', 'Without SMTP_URL no server sends.')
  if (server.here) {
    return finding(
      'reverse',
      'unknown',
      'Mail leaves through a server on this machine, and the address under which others see it cannot be known from here. It must have a name in the DNS (PTR) that leads back to it.',
    )
  }
  if (server.addresses === null) return unanswered('reverse', `the addresses of ${server.host}`)
  if (server.addresses.length === 0)
    return finding('reverse', 'to do', `${server.host} has no address in the DNS. Check SMTP_URL.`)
  const confirmed: string[] = []
  for (const address of server.addresses) {
    const names = await dns.names(address)
    if (!names.ok) return unanswered('reverse', `the name of ${address}`)
    const [name] = names.records
    if (name === undefined) {
      return finding(
        'reverse',
        'to do',
        `${address} (${server.host}) has no name in the DNS. If that server delivers mail itself, have whoever gave you the address add one (PTR).`,
      )
    }
    const back = await Promise.all(names.records.map((one) => dns.addresses(one)))
    if (back.some((answer) => !answer.ok)) return unanswered('reverse', `the addresses of ${name}`)
    // The same address may be written in more than one way.
    const same = (one: string) => canonical(one) === canonical(address)
    if (!back.some((answer) => answer.ok && answer.records.some(same))) {
      return finding(
        'reverse',
        'to do',
        `${address} is called ${name} in the DNS, and ${name} does not lead back to it. Make both agree.`,
      )
    }
    confirmed.push(`${address} is ${name}`)
  }
  return finding(
    'reverse',
    'ok',
    `The server’s addresses have names that lead back to them: ${confirmed.join(', ')}.`,
  )
}

function canonical(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname : address
}

/** Looks whether the server encrypts, with a certificate that is valid, and knows the user. Sends nothing. */
export async function checkTls(
  smtpUrl: string,
  { setting = 'SMTP_URL', longestMs = LONGEST_MS }: { setting?: string; longestMs?: number } = {},
): Promise<Finding> {
  const url = new URL(smtpUrl)
  const server = `${url.protocol}//${url.host}`
  const signedIn = url.password === '' ? '' : ', and knows the user and the password'
  const failure = await failureOf(smtpUrl, { setting, longestMs, requireTLS: true })
  if (failure === null) {
    const trusted = url.searchParams.get('tls.rejectUnauthorized') === 'false'
    return finding(
      'tls',
      'ok',
      `${server} encrypts with a certificate that ${trusted ? `is not looked at, as ${setting} says` : 'is valid'}${signedIn}.`,
    )
  }
  if (url.protocol === 'smtp:' && isThisMachine(url.hostname)) {
    const plain = await failureOf(smtpUrl, { setting, longestMs, requireTLS: false })
    if (plain === null) {
      return finding(
        'tls',
        'unknown',
        `${server} is on this machine and answers without encryption${signedIn}. Whether it encrypts what it sends on cannot be known from here.`,
      )
    }
    return finding('tls', 'to do', plain)
  }
  return finding('tls', 'to do', failure)
}

async function failureOf(
  smtpUrl: string,
  { setting, longestMs, requireTLS }: { setting: string; longestMs: number; requireTLS: boolean },
): Promise<string | null> {
  const url = new URL(smtpUrl)
  // What the URL itself says of encryption would have the last word.
  if (requireTLS)
    for (const name of ['requireTLS', 'ignoreTLS', 'opportunisticTLS']) url.searchParams.delete(name)
  const options = smtpOptions(url.href)
  const transport = createTransport({
    ...options,
    requireTLS: requireTLS || options.requireTLS,
    forceAuth: url.password !== '',
    connectionTimeout: longestMs,
    greetingTimeout: longestMs,
    dnsTimeout: longestMs,
    socketTimeout: longestMs,
  })
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error('it spoke too slowly'), { code: 'ETIMEDOUT' })
    timer = setTimeout(reject, longestMs, error)
  })
  try {
    await Promise.race([transport.verify(), tooLong])
    return null
  } catch (error) {
    return sortFailure(error, { recipient: '', secrets: secretsIn(url), setting }).reason
  } finally {
    clearTimeout(timer)
    transport.close()
  }
}
