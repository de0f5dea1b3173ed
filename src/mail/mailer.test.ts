import { describe, expect, it } from 'vitest'
import { serversAndMailers } from './mail-server.fixture.ts'
import type { Message } from './message.ts'

const LONG_LINE = `A line of many words ${'and of more of them '.repeat(100)}that ends.`
const ADDRESS = `https://papers.example.org/sign-in/link?token=${'0123456789abcdef'.repeat(20)}`

const message: Message = {
  id: 'digest-12.2026-W03',
  to: 'Ada@Example.org',
  subject:
    'Spärliche Aufmerksamkeit: 注意力 – the week’s papers, which have titles that are rather long, as they do',
  text: `Grüße,\n.\n.. a line that begins with dots\n\n${LONG_LINE}\n${ADDRESS}\nFrom here = there.\t\n`,
  html: `<p>Grüße &amp; 注意力 ${LONG_LINE}</p>\n<p><a href="${ADDRESS}">${ADDRESS}</a></p>`,
  headers: {
    'List-Unsubscribe': `<https://papers.example.org/unsubscribe?token=${'abc123'.repeat(30)}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'List-Id': 'The week in papers <week.papers.example.org>',
  },
  date: new Date('2026-01-15T12:00:00Z'),
}

describe('a mail by SMTP', () => {
  const { serve, open } = serversAndMailers()

  it('arrives whole', async () => {
    const server = await serve()
    const mailer = open(server.url())
    expect(mailer.kind).toBe('smtp')
    expect(await mailer.send(message)).toEqual({ ok: true })

    expect(server.deliveries).toMatchObject([{ from: 'broadsheet@example.org', to: ['ada@example.org'] }])
    const raw = server.deliveries[0]?.raw.toString('latin1') ?? ''
    expect(raw).toMatch(/^[\t\r\n -~]*$/)
    expect(Math.max(...raw.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998)
    const [mail] = server.mails()
    expect(mail?.headers('Subject')).toEqual([message.subject])
    expect(mail?.headers('From')).toEqual(['The Bröadsheet <broadsheet@example.org>'])
    expect(mail?.headers('To')).toEqual(['ada@example.org'])
    expect(mail?.headers('Message-ID')).toEqual(['<digest-12.2026-W03@example.org>'])
    expect(mail?.headers('Date')).toEqual(['Thu, 15 Jan 2026 12:00:00 +0000'])
    expect(mail?.headers('Auto-Submitted')).toEqual(['auto-generated'])
    expect(mail?.headers('MIME-Version')).toEqual(['1.0'])
    for (const [name, value] of Object.entries(message.headers ?? {}))
      expect(mail?.headers(name)).toEqual([value])
    expect(mail?.text).toBe(message.text)
    expect(mail?.html).toBe(message.html)
  })

  it('arrives whole without a second body, in any script', async () => {
    const server = await serve()
    const mailer = open(server.url())
    const texts = [
      'Plain.',
      `${'論文'.repeat(400)}\n終わり`,
      `${ADDRESS}\n`,
      'é',
      'ends in a dot\n.',
      '=20 =\n',
    ]
    for (const [i, text] of texts.entries()) {
      const { html: _, headers: __, ...rest } = message
      expect(await mailer.send({ ...rest, id: `mail-${i}`, text })).toEqual({ ok: true })
    }
    expect(server.mails().map((mail) => mail.text?.trimEnd())).toEqual(texts.map((text) => text.trimEnd()))
    expect(server.mails().every((mail) => mail.html === null)).toBe(true)
  })

  it('has the same Message-ID when it is sent again, and another mail another one', async () => {
    const server = await serve()
    const mailer = open(server.url())
    const ids = ['a b', 'a b', 'a-b', 'a/b', 'ä', '', 'x'.repeat(300), '<x@y>\r\nBcc: z@example.org']
    for (const id of ids) expect(await mailer.send({ ...message, id })).toEqual({ ok: true })
    const got = server.mails().flatMap((mail) => mail.headers('Message-ID'))
    expect(got).toHaveLength(ids.length)
    expect(got[0]).toBe(got[1])
    expect(new Set(got).size).toBe(ids.length - 1)
    for (const id of got) expect(id).toMatch(/^<[\w-]+(\.[\w-]+)*@example\.org>$/)
    expect(server.mails().flatMap((mail) => mail.headers('Bcc'))).toEqual([])
  })

  it('lets nothing into its headers', async () => {
    const server = await serve()
    const mailer = open(server.url())
    expect(
      await mailer.send({ ...message, subject: 'A title\r\nBcc: grace@example.org\u2028\n\n<b>' }),
    ).toEqual({
      ok: true,
    })
    expect(server.deliveries.map(({ to }) => to)).toEqual([['ada@example.org']])
    expect(server.mails()[0]?.headers('Subject')).toEqual(['A title Bcc: grace@example.org <b>'])
    expect(server.mails()[0]?.headers('Bcc')).toEqual([])

    const refusals = [
      { to: 'ada@example.org\r\nRCPT TO:<grace@example.org>' },
      { to: 'ada@example.org, grace@example.org' },
      { to: 'Ada <ada@example.org>' },
      { to: '' },
      { headers: { 'X-Note': 'one\r\nBcc: grace@example.org' } },
      { headers: { 'X-Note': 'one\ntwo' } },
      { headers: { 'X-Note\r\nBcc': 'grace@example.org' } },
      { headers: { 'X-Note: x': 'y' } },
      { headers: { bcc: 'grace@example.org' } },
      { headers: { 'Auto-Submitted': 'no' } },
      { headers: { 'Content-Type': 'text/html' } },
    ]
    for (const refused of refusals) {
      expect(await mailer.send({ ...message, ...refused })).toMatchObject({ ok: false, kind: 'permanent' })
    }
    expect(server.deliveries).toHaveLength(1)
  })

  it.each([
    'nobody',
    '',
    'a@example.org, b@example.org',
    'a@example.org\nBcc: b@example.org',
    'Ada <a b@example.org>',
  ])('does not come from %j', (from) => {
    expect(() => open('smtp://127.0.0.1', from)).toThrow(/^The sender of mails/)
  })
})
