import { describe, expect, it } from 'vitest'
import { checkMail, requirements, type MailSettings } from '../mail/check/check-mail.ts'
import type { Zone } from '../mail/check/dns-server.fixture.ts'
import { openDns, type Dns } from '../mail/check/dns.ts'
import { mailDomain, WELL } from '../mail/check/mail-domain.fixture.ts'
import { serversAndMailers } from '../mail/mail-server.fixture.ts'
import { doctorMail } from './doctor-mail.ts'

const { dnsOf, dkim } = mailDomain()

describe('doctor --mail', () => {
  const { serve } = serversAndMailers()
  const settings: MailSettings = {
    smtpUrl: null,
    smtpRoutes: [],
    mailFrom: 'papers@example.org',
    mailReplyTo: null,
    dkim,
    publicUrl: 'https://papers.example.org',
  }
  async function run(config: MailSettings, dns: Dns) {
    const lines: string[] = []
    const failed = await doctorMail({ config, dns, longestMs: 500, say: (line) => lines.push(line) }).then(
      () => null,
      (error: unknown) => String(error),
    )
    return { text: lines.join('\n'), failed }
  }

  it('says that all is well, and what cannot be known', async () => {
    const server = await serve({ starttls: true })
    const smtpUrl = server.url('', '?tls.rejectUnauthorized=false')
    const { text, failed } = await run(
      { ...settings, smtpUrl, smtpRoutes: [{ domain: 'a.example', url: smtpUrl }] },
      await dnsOf(WELL),
    )
    expect(failed).toBeNull()
    expect(text).not.toContain('to do')
    expect(text).toContain('ok     DKIM: Emails are signed for example.org')
    expect(text).toContain('?      SPF: example.org has one SPF record, which takes 2 lookups.')
    expect(text).toContain('  Unsubscribing with one click, in signed headers (Gmail, Yahoo): met')
    expect(text).toContain(
      '  Less than 0.3% of mail reported as spam (Gmail, Yahoo): cannot be known from here',
    )
    expect(server.deliveries).toEqual([])
  })

  it('says what needs doing where nothing is set', async () => {
    const nothing = { ...settings, mailFrom: null, dkim: null, publicUrl: 'http://papers.example.org' }
    const { text, failed } = await run(nothing, await dnsOf({}))
    expect(failed).toContain('Something needs doing before email arrives')
    for (const name of ['Sender', 'Server', 'SPF', 'DKIM', 'DMARC', 'Replies', 'Links'])
      expect(text).toContain(`to do  ${name}: `)
    expect(text).toContain('come from no-reply@papers.example.org')
  })

  it('says that the DNS is away, in time', async () => {
    const away: Zone = Object.fromEntries(
      ['example.org', '_dmarc.example.org', 'papers._domainkey.example.org'].flatMap((name) =>
        ['TXT', 'MX', 'A', 'AAAA'].map((type) => [`${name} ${type}`, null]),
      ),
    )
    const dns = await dnsOf(away, { longestMs: 200 })
    const findings = await checkMail({ ...settings, smtpUrl: 'smtp://192.0.2.1' }, { dns, longestMs: 200 })
    for (const about of ['spf', 'dkim', 'dmarc', 'alignment', 'replies'])
      expect(findings.find((one) => one.about === about)).toMatchObject({
        state: 'unknown',
        text: expect.stringMatching(/^The DNS did not answer/),
      })
    expect(requirements(findings).map(({ state }) => state)).not.toContain('met')
    const nowhere = openDns({ servers: ['127.0.0.1:1'], longestMs: 500 })
    expect(await nowhere.txt('example.org')).toEqual({ ok: false })
  })

  it('says where replies go, or that they are lost', async () => {
    const replies = async (zone: Zone, more: Partial<MailSettings> = {}) =>
      (await checkMail({ ...settings, ...more }, { dns: await dnsOf({ ...WELL, ...zone }) }))
        .filter(({ about }) => about === 'replies')
        .map(({ state }) => state)
    expect(await replies({})).toEqual(['ok'])
    expect(await replies({ 'example.org MX': [], 'example.org A': ['192.0.2.10'] })).toEqual(['ok'])
    expect(await replies({ 'example.org MX': [] })).toEqual(['to do'])
    expect(await replies({ 'example.org MX': ['0 .'] })).toEqual(['to do'])
    expect(await replies({ 'example.org MX': ['10 gone.example.org'] })).toEqual(['to do'])
    expect(await replies({}, { mailReplyTo: 'desk@nowhere.example' })).toEqual(['ok', 'to do'])
  })
})
