import { generateKeyPairSync } from 'node:crypto'
import { authenticate } from 'mailauth'
import { describe, expect, it } from 'vitest'
import { serversAndMailers } from '../mail/mail-server.fixture.ts'
import { sampleIssue } from './email/sample-issues.fixture.ts'
import { issueMail } from './issue-mail.ts'
import { issueOfMessageId } from './message-id.ts'

const SECRET = 'a secret that is only for tests, long enough'

describe('a digest as it arrives', () => {
  const { serve, open } = serversAndMailers()
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const dkim = {
    domain: 'example.org',
    selector: 'papers',
    privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  }

  /** The sender's DNS, as a receiver sees it. */
  async function resolver(name: string, type: string): Promise<string[][]> {
    const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    const records: Record<string, string> = {
      'papers._domainkey.example.org TXT': `v=DKIM1; k=rsa; p=${spki}`,
      '_dmarc.example.org TXT': 'v=DMARC1; p=reject; adkim=s; aspf=s',
      'example.org TXT': 'v=spf1 ip4:127.0.0.1 -all',
    }
    const found = records[`${name} ${type}`]
    if (found !== undefined) return [[found]]
    throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' })
  }

  it('passes SPF, DKIM and DMARC, and says who sends it, of which list, and how to leave', async () => {
    const server = await serve({ secure: true, account: { user: 'post', password: 'hush' } })
    const mailer = open(server.url('post:hush@', '?tls.rejectUnauthorized=false'), undefined, {
      dkim,
      replyTo: 'desk@example.org',
    })
    const issue = sampleIssue({ papers: 10, total: 96 })
    const { message, leftOut } = issueMail(issue, {
      issueId: 42,
      subscriptionId: 7,
      to: 'ada@readers.example',
      secret: SECRET,
      date: new Date('2026-11-29T12:00:00Z'),
    })
    expect(leftOut).toEqual([])
    expect(await mailer.send(message)).toEqual({ ok: true })
    const [delivery] = server.deliveries
    const raw = delivery?.raw ?? Buffer.alloc(0)
    expect(raw.length).toBeLessThan(90_000)
    const {
      spf,
      dkim: signed,
      dmarc,
    } = await authenticate(raw, {
      ip: '127.0.0.1',
      helo: 'mail.example.org',
      sender: delivery?.from ?? '',
      resolver,
      disableArc: true,
      disableBimi: true,
    })
    expect(spf).toMatchObject({ status: { result: 'pass' } })
    expect(signed.results).toMatchObject([{ status: { result: 'pass', aligned: 'example.org' } }])
    expect(dmarc).toMatchObject({
      status: { result: 'pass' },
      alignment: { spf: { result: 'example.org' }, dkim: { result: 'example.org' } },
    })
    const [mail] = server.mails()
    const header = (name: string) => mail?.headers(name)
    const { origin } = issue.site
    expect(header('Message-ID')).toHaveLength(1)
    expect(issueOfMessageId(header('Message-ID')?.[0] ?? '', { secret: SECRET })).toBe(42)
    expect(header('List-Unsubscribe')?.[0]).toMatch(new RegExp(`^<${origin}/mail/u/7\\.[\\w-]{16}>$`))
    expect(header('List-Unsubscribe-Post')).toEqual(['List-Unsubscribe=One-Click'])
    expect(header('List-Id')?.[0]).toMatch(/ <front-page\.[\w.-]+>$/)
    expect(header('Reply-To')).toEqual(['desk@example.org'])
    expect(header('Auto-Submitted')).toEqual(['auto-generated'])
    expect(header('Precedence')).toEqual(['bulk'])
    expect(header('Subject')).toEqual([issue.subject])
    // The same, to the byte, each time that it is made.
    const again = issueMail(issue, {
      issueId: 42,
      subscriptionId: 7,
      to: 'ada@readers.example',
      secret: SECRET,
      date: new Date('2026-11-29T12:00:00Z'),
    })
    expect(again.message).toEqual(message)
  })
})
