import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authenticate } from 'mailauth'
import { afterAll, describe, expect, it } from 'vitest'
import { readDkimKey } from './dkim-key.ts'
import { serversAndMailers } from './mail-server.fixture.ts'
import type { Message } from './message.ts'

const unsubscribe = `<https://papers.example.org/digests/unsubscribe/${'abc123'.repeat(30)}>`
const message: Message = {
  id: 'digest-12.2026-W03',
  to: 'ada@example.net',
  subject: 'Spärliche Aufmerksamkeit: the week’s papers, which have titles that are rather long, as they do',
  text: `Grüße,\n.\n\n  Three   papers. \n\n\n`,
  html: '<p>Grüße</p>\n',
  headers: {
    'List-Unsubscribe': unsubscribe,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'List-Id': 'Tïde Lïnes <week.papers.example.org>',
  },
  date: new Date('2026-01-15T12:00:00Z'),
}

describe('signed mail', () => {
  const { serve, open } = serversAndMailers()
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-dkim-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const keyFile = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const settings = { keyFile: keyFile('dkim.pem', pem), domain: 'example.org', selector: 'papers' }
  const account = { user: 'post@example.org', password: 'hush' }

  /** The DNS of the sender, as a receiver sees it. */
  async function resolver(name: string, type: string): Promise<string[] | string[][]> {
    const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    const records: Record<string, string[][]> = {
      'papers._domainkey.example.org TXT': [[`v=DKIM1; k=rsa; p=${spki}`]],
      '_dmarc.example.org TXT': [['v=DMARC1; p=reject; adkim=s']],
      'example.org TXT': [['v=spf1 -all']],
    }
    const found = records[`${name} ${type}`]
    if (found) return found
    throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' })
  }

  it('passes at its receiver, with both headers of one-click unsubscription signed and in one line each', async () => {
    const read = readDkimKey(settings)
    if (!read.ok) throw new Error(read.reason)
    for (const server of [await serve({ starttls: true, account }), await serve({ secure: true, account })]) {
      const mailer = open(
        server.url(`${encodeURIComponent(account.user)}:hush@`, '?tls.rejectUnauthorized=false'),
        undefined,
        { dkim: read.key, replyTo: 'desk@example.org' },
      )
      expect(await mailer.send(message)).toEqual({ ok: true })
      const { html: _, ...plain } = message
      expect(await mailer.send({ ...plain, id: 'plain' })).toEqual({ ok: true })
      expect(server.deliveries).toMatchObject([
        { secure: true, user: account.user },
        { secure: true, user: account.user },
      ])
      for (const { raw } of server.deliveries) {
        const { dkim, dmarc } = await authenticate(raw, {
          ip: '192.0.2.1',
          helo: 'mail.example.org',
          sender: 'broadsheet@example.org',
          resolver,
          disableArc: true,
          disableBimi: true,
        })
        expect(dkim.results).toMatchObject([
          {
            status: { result: 'pass', aligned: 'example.org' },
            signingDomain: 'example.org',
            selector: 'papers',
          },
        ])
        expect(dmarc).toMatchObject({ status: { result: 'pass' } })
        const signed = /^DKIM-Signature:(?:.|\r\n[ \t])*?\bh=((?:[^;]|\r\n[ \t])*);/m.exec(
          raw.toString(),
        )?.[1]
        expect(signed?.replaceAll(/\s/g, '').split(':')).toEqual(
          expect.arrayContaining([
            'from',
            'reply-to',
            'subject',
            'date',
            'message-id',
            'to',
            'mime-version',
            'content-type',
            'auto-submitted',
            'list-id',
            'list-unsubscribe',
            'list-unsubscribe-post',
          ]),
        )
        const lines = raw.toString().split('\r\n')
        expect(lines).toContain(`List-Unsubscribe: ${unsubscribe}`)
        expect(lines).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click')
        expect(lines).toContain('List-ID: =?UTF-8?Q?T=C3=AFde_L=C3=AFnes?= <week.papers.example.org>')
        expect(lines).toContain('Reply-To: desk@example.org')
      }
      expect(server.mails()[0]?.headers('List-Id')).toEqual([message.headers?.['List-Id']])
    }
  })

  it('fails there once a part of it was changed on the way', async () => {
    const read = readDkimKey(settings)
    if (!read.ok) throw new Error(read.reason)
    const server = await serve()
    await open(server.url(), undefined, { dkim: read.key }).send(message)
    const raw = server.deliveries[0]?.raw.toString('latin1') ?? ''
    for (const [is, becomes] of [
      ['abc123>', 'abc124>'],
      ['=One-Click', '=One-Clicks'],
      ['digest-12.2026-W03@', 'digest-13.2026-W03@'],
      ['auto-generated', 'no'],
      ['Three', 'Four'],
    ] as const) {
      const changed = Buffer.from(raw.replace(is, becomes), 'latin1')
      const { dkim } = await authenticate(changed, { resolver, disableArc: true, disableBimi: true })
      expect(dkim.results).not.toMatchObject([{ status: { result: 'pass' } }])
    }
  })

  it('has a key, or one sentence says what is wrong with it', () => {
    const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
    const short = generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey
    const wrong: [file: string, reason: RegExp][] = [
      [join(folder, 'none.pem'), /cannot be read \(there is no such file\)\.$/],
      [folder, /cannot be read \(it is a folder\)\.$/],
      [keyFile('text.pem', 'no key'), /is not a private key in PEM without a password\.$/],
      [
        keyFile('public.pem', publicKey.export({ type: 'spki', format: 'pem' })),
        /is not a private key in PEM without a password\.$/,
      ],
      [keyFile('ed25519.pem', ed25519), /mail is signed with an RSA key\.$/],
      [
        keyFile('short.pem', short.export({ type: 'pkcs8', format: 'pem' })),
        /has 512 bits; receivers ask for 1024/,
      ],
    ]
    for (const [file, reason] of wrong) {
      const outcome = readDkimKey({ ...settings, keyFile: file })
      expect(outcome).toEqual({ ok: false, reason: expect.stringMatching(reason) })
      expect(JSON.stringify(outcome)).toContain('DKIM_KEY_FILE')
    }
    const old = keyFile('pkcs1.pem', privateKey.export({ type: 'pkcs1', format: 'pem' }))
    expect(readDkimKey({ ...settings, keyFile: old })).toMatchObject({ ok: true, bits: 2048 })
  })
})
