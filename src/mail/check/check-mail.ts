import { parseSender } from '../compose.ts'
import type { DkimSettings } from '../dkim-key.ts'
import { senderOf } from '../mailer.ts'
import type { SmtpRoute } from '../smtp-routes.ts'
import { checkDkim } from './dkim.ts'
import { checkAlignment, checkDmarc } from './dmarc.ts'
import type { Dns } from './dns.ts'
import { finding, unanswered, type Finding } from './finding.ts'
import { checkReverse, checkSpf, checkTls, serverAt } from './sending.ts'

/** The settings that decide whether mail arrives. */
export type MailSettings = {
  smtpUrl: string | null
  smtpRoutes: SmtpRoute[]
  mailFrom: string | null
  mailReplyTo: string | null
  dkim: DkimSettings | null
  publicUrl: string | null
}

/**
 * Looks at all that decides whether mail arrives, from the settings to the DNS and the server. Nothing is sent, and no
 * step takes longer than `longestMs` for each server it asks.
 */
export async function checkMail(
  settings: MailSettings,
  { dns, longestMs }: { dns: Dns; longestMs?: number },
): Promise<Finding[]> {
  const { smtpUrl, smtpRoutes, mailFrom, mailReplyTo, dkim, publicUrl } = settings
  const { address, domain } = parseSender(senderOf({ ...settings, siteName: '' }))
  const server = smtpUrl === null ? null : await serverAt(smtpUrl, { dns })
  const bounded = longestMs === undefined ? {} : { longestMs }
  const replyDomain = mailReplyTo?.slice(mailReplyTo.lastIndexOf('@') + 1)
  return [
    mailFrom === null
      ? finding(
          'sender',
          'to do',
          `MAIL_FROM is not set, so emails come from ${address}. Set an address of yours.`,
        )
      : finding('sender', 'ok', `Emails come from ${address}.`),
    server === null
      ? finding(
          'server',
          'to do',
          'SMTP_URL is not set, so emails are written to files. Set the server that sends them.',
        )
      : finding('server', 'ok', `Emails leave through ${server.host}.`),
    ...(await Promise.all([
      ...(smtpUrl === null ? [] : [checkTls(smtpUrl, bounded)]),
      ...smtpRoutes.map(({ url }) => checkTls(url, { setting: 'SMTP_ROUTES', ...bounded })),
      checkSpf(domain, { server, dns }),
      checkDkim(dkim, { dns }),
      checkDmarc(domain, { dns }),
      checkAlignment({ from: domain, signing: dkim?.domain ?? null }, { dns }),
      checkReverse(server, { dns }),
      checkReplies(domain, { dns }),
      ...(replyDomain === undefined || replyDomain === domain ? [] : [checkReplies(replyDomain, { dns })]),
    ])),
    publicUrl?.startsWith('https:') === true
      ? finding('links', 'ok', `Links lead to ${publicUrl}, so that readers can unsubscribe with one click.`)
      : finding(
          'links',
          'to do',
          'PUBLIC_URL is not an https address. Unsubscribing with one click needs one.',
        ),
  ]
}

/** Looks whether replies and bounces arrive. */
async function checkReplies(domain: string, { dns }: { dns: Dns }): Promise<Finding> {
  const toDo = (text: string) => finding('replies', 'to do', text)
  const mx = await dns.mx(domain)
  if (!mx.ok) return unanswered('replies', `the mail servers of ${domain}`)
  // RFC 7505.
  if (mx.records.length > 0 && mx.records.every(({ exchange }) => exchange === '' || exchange === '.'))
    return toDo(
      `${domain} says that it takes no mail (MX .), and many servers refuse mail that cannot be answered.`,
    )
  const hosts = mx.records.length === 0 ? [domain] : mx.records.map(({ exchange }) => exchange)
  const answers = await Promise.all(hosts.map((host) => dns.addresses(host)))
  if (answers.some((answer) => answer.ok && answer.records.length > 0))
    return finding('replies', 'ok', `Replies and bounces to ${domain} go to ${hosts.join(', ')}.`)
  if (answers.some((answer) => !answer.ok))
    return unanswered('replies', `the addresses of ${hosts.join(', ')}`)
  return mx.records.length === 0
    ? toDo(
        `${domain} has neither an MX record nor an address, so replies and bounces are lost. Add an MX record.`,
      )
    : toDo(
        `The mail servers of ${domain} (${hosts.join(', ')}) have no addresses, so replies and bounces are lost.`,
      )
}

/** What large providers ask of those who send much, and whether it is so. */
export type Requirement = {
  what: string
  who: string
  state: 'met' | 'not met' | 'cannot be known from here'
}

/** Sums up what was found by what Gmail, Yahoo and Outlook.com require of those who send more than 5,000 mails a day. */
export function requirements(findings: Finding[]): Requirement[] {
  const together = (...about: Finding['about'][]): Requirement['state'] => {
    const states = findings.filter((one) => about.includes(one.about)).map(({ state }) => state)
    if (states.includes('to do')) return 'not met'
    return states.includes('unknown') || states.length === 0 ? 'cannot be known from here' : 'met'
  }
  const everyone = 'Gmail, Yahoo, Outlook.com'
  return [
    { what: 'SPF', who: everyone, state: together('spf') },
    { what: 'DKIM', who: everyone, state: together('dkim') },
    { what: 'DMARC, aligned with SPF or DKIM', who: everyone, state: together('dmarc', 'alignment') },
    {
      what: 'Unsubscribing with one click, in signed headers',
      who: 'Gmail, Yahoo',
      state: together('links', 'dkim'),
    },
    { what: 'TLS', who: 'Gmail', state: together('tls') },
    { what: 'Forward and reverse DNS that agree', who: 'Gmail, Yahoo', state: together('reverse') },
    {
      what: 'Less than 0.3% of mail reported as spam',
      who: 'Gmail, Yahoo',
      state: 'cannot be known from here',
    },
  ]
}
