import { checkMail, requirements, type MailSettings } from '../mail/check/check-mail.ts'
import { openDns, type Dns } from '../mail/check/dns.ts'
import type { Finding } from '../mail/check/finding.ts'
import { settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

const MARKS = { ok: 'ok', 'to do': 'to do', unknown: '?' }
const NAMES: Record<Finding['about'], string> = {
  sender: 'Sender',
  server: 'Server',
  tls: 'TLS',
  spf: 'SPF',
  dkim: 'DKIM',
  dmarc: 'DMARC',
  alignment: 'Alignment',
  reverse: 'Reverse DNS',
  replies: 'Replies',
  links: 'Links',
}

/** `doctor --mail`: looks whether mail will arrive, without sending any. Exit 0: nothing needs doing. */
export async function doctorMail({
  config = settings(),
  dns = openDns(),
  longestMs,
  say = (text) => process.stdout.write(`${text}\n`),
}: {
  config?: MailSettings
  dns?: Dns
  longestMs?: number
  say?: (text: string) => void
} = {}): Promise<void> {
  const findings = await checkMail(config, { dns, ...(longestMs === undefined ? {} : { longestMs }) })
  for (const { about, state, text } of findings) say(`${MARKS[state].padEnd(6)} ${NAMES[about]}: ${text}`)
  say('')
  say('What providers require of those who send more than 5,000 emails a day:')
  for (const { what, who, state } of requirements(findings)) say(`  ${what} (${who}): ${state}`)
  if (findings.some(({ state }) => state === 'to do'))
    throw new UsageError('Something needs doing before email arrives: see the lines that begin with "to do".')
}
