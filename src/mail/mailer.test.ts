import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { openMailServer, type MailServer } from './mail-server.fixture.ts'
import { openMailer, type Mailer, type Message } from './mailer.ts'
import { readMail, type ReceivedMail } from './received-mail.fixture.ts'

const LONG_LINE = `A line of many words ${'and of more of them '.repeat(100)}that ends.`
const ADDRESS = `https://papers.example.org/sign-in/link?token=${'0123456789abcdef'.repeat(20)}`

const message: Message = {
  id: 'digest-12.2026-W03',
  to: 'Ada@Example.org',
  subject: 'Spärliche Aufmerksamkeit: 注意力 – the week’s papers, which have titles that are rather long, as they do',
  text: `Grüße,\n.\n.. a line that begins with dots\n\n${LONG_LINE}\n${ADDRESS}\nFrom here = there.\t\n`,
  html: `<p>Grüße &amp; 注意力 ${LONG_LINE}</p>\n<p><a href="${ADDRESS}">${ADDRESS}</a></p>`,
  headers: {
    'List-Unsubscribe': `<https://papers.example.org/unsubscribe?token=${'abc123'.repeat(30)}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'List-Id': 'The week in papers <week.papers.example.org>',
  },
  date: new Date('2026-01-15T12:00:00Z'),
}

describe('mail by SMTP', () => {
  const closings: (() => Promise<unknown>)[] = []
  const lines: string[] = []
  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close()
    lines.length = 0
  })
  const serve = async (options?: Parameters<typeof openMailServer>[0]): Promise<MailServer> => {
    const server = await openMailServer(options)
    closings.push(() => server.close())
    return server
  }
  const open = (smtpUrl: string, from = 'The Bröadsheet <broadsheet@example.org>'): Mailer => {
    const log = pino({ level: 'trace' }, { write: (line) => lines.push(line) })
    const mailer = openMailer({ smtpUrl, outboxFolder: '/nowhere', from, log })
    closings.push(() => mailer.close())
    return mailer
  }
  const received = (server: MailServer): ReceivedMail[] => server.deliveries.map(({ raw }) => readMail(raw))

  it('arrives whole', async () => {
    const server = await serve()
    const mailer = open(server.url())
    expect(mailer.kind).toBe('smtp')
    expect(await mailer.send(message)).toEqual({ ok: true })

    expect(server.deliveries).toMatchObject([{ from: 'broadsheet@example.org', to: ['ada@example.org'] }])
    const raw = server.deliveries[0]?.raw.toString('latin1') ?? ''
    expect(raw).toMatch(/^[\t\r\n -~]*$/)
    expect(Math.max(...raw.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998)
    const [mail] = received(server)
    expect(mail?.headers('Subject')).toEqual([message.subject])
    expect(mail?.headers('From')).toEqual(['The Bröadsheet <broadsheet@example.org>'])
    expect(mail?.headers('To')).toEqual(['ada@example.org'])
    expect(mail?.headers('Message-ID')).toEqual(['<digest-12.2026-W03@example.org>'])
    expect(mail?.headers('Date')).toEqual(['Thu, 15 Jan 2026 12:00:00 +0000'])
    expect(mail?.headers('Auto-Submitted')).toEqual(['auto-generated'])
    expect(mail?.headers('MIME-Version')).toEqual(['1.0'])
    for (const [name, value] of Object.entries(message.headers ?? {})) expect(mail?.headers(name)).toEqual([value])
    expect(mail?.text).toBe(message.text)
    expect(mail?.html).toBe(message.html)
  })

  it('arrives whole without a second body, in any script', async () => {
    const server = await serve()
    const mailer = open(server.url())
    const texts = ['Plain.', `${'論文'.repeat(400)}\n終わり`, `${ADDRESS}\n`, 'é', 'ends in a dot\n.', '=20 =\n']
    for (const [i, text] of texts.entries()) {
      const { html: _, headers: __, ...rest } = message
      expect(await mailer.send({ ...rest, id: `mail-${i}`, text })).toEqual({ ok: true })
    }
    expect(received(server).map((mail) => mail.text?.trimEnd())).toEqual(texts.map((text) => text.trimEnd()))
    expect(received(server).every((mail) => mail.html === null)).toBe(true)
  })

  it('has the same Message-ID when it is sent again, and another mail another one', async () => {
    const server = await serve()
    const mailer = open(server.url())
    const ids = ['a b', 'a b', 'a-b', 'a/b', 'ä', '', 'x'.repeat(300), '<x@y>\r\nBcc: z@example.org']
    for (const id of ids) expect(await mailer.send({ ...message, id })).toEqual({ ok: true })
    const got = received(server).flatMap((mail) => mail.headers('Message-ID'))
    expect(got).toHaveLength(ids.length)
    expect(got[0]).toBe(got[1])
    expect(new Set(got).size).toBe(ids.length - 1)
    for (const id of got) expect(id).toMatch(/^<[\w-]+(\.[\w-]+)*@example\.org>$|^<\.[\w]+@example\.org>$/)
    expect(received(server).flatMap((mail) => mail.headers('Bcc'))).toEqual([])
  })

  it('lets nothing into its headers', async () => {
    const server = await serve()
    const mailer = open(server.url())
    expect(await mailer.send({ ...message, subject: 'A title\r\nBcc: grace@example.org\u2028\n\n<b>' })).toEqual({
      ok: true,
    })
    expect(server.deliveries.map(({ to }) => to)).toEqual([['ada@example.org']])
    expect(received(server)[0]?.headers('Subject')).toEqual(['A title Bcc: grace@example.org <b>'])
    expect(received(server)[0]?.headers('Bcc')).toEqual([])

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
      expect(await mailer.send({ ...message, ...refused })).toMatchObject({ ok: false, permanent: true })
    }
    expect(server.deliveries).toHaveLength(1)
  })

  it('is refused for good by 5xx and for a time by 4xx, and the next mail goes out', async () => {
    const answers = new Map([
      ['unknown@example.org', '550 5.1.1 nobody of that name'],
      ['greylisted@example.org', '451 4.7.1 come back later'],
      ['full@example.org', '452 4.2.2 the mailbox is full'],
      ['closing@example.org', '421 4.3.2 closing down'],
      ['signed-out@example.org', '530 5.7.0 sign in first'],
    ])
    const server = await serve({
      recipient: (address) => answers.get(address) ?? null,
      message: ({ to }) => (to.includes('filter@example.org') ? '554 5.7.1 this looks like spam' : null),
    })
    const mailer = open(server.url())
    const send = (to: string) => mailer.send({ ...message, to })
    expect(await send('unknown@example.org')).toEqual({
      ok: false,
      permanent: true,
      reason: 'The mail server refuses the recipient: 550 5.1.1 nobody of that name',
    })
    expect(await send('filter@example.org')).toEqual({
      ok: false,
      permanent: true,
      reason: 'The mail server refuses the mail: 554 5.7.1 this looks like spam',
    })
    for (const name of ['greylisted', 'full', 'closing', 'signed-out']) {
      const outcome = await send(`${name}@example.org`)
      expect(outcome).toMatchObject({ ok: false, permanent: false })
      expect(outcome).toHaveProperty('reason', expect.stringContaining(answers.get(`${name}@example.org`) ?? 'none'))
    }
    expect(await send('ada@example.org')).toEqual({ ok: true })
    expect(server.deliveries).toHaveLength(1)
  })

  it('waits for a server that is away', async () => {
    const server = await serve()
    await server.close()
    const mailer = open(server.url())
    expect(await mailer.send(message)).toEqual({
      ok: false,
      permanent: false,
      reason: expect.stringMatching(/^The mail server cannot be reached \(connect ECONNREFUSED 127\.0\.0\.1:\d+\): /),
    })
    const back = await serve({ port: server.port })
    expect(await mailer.send(message)).toEqual({ ok: true })
    expect(back.deliveries).toHaveLength(1)
  })

  it('gives up waiting for a server that says nothing, or hangs up', async () => {
    const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    closings.push(() => new Promise((resolve) => silent.close(resolve)))
    const mute = open(`smtp://127.0.0.1:${(silent.address() as AddressInfo).port}?greetingTimeout=50`)
    expect(await mute.send(message)).toEqual({
      ok: false,
      permanent: false,
      reason: 'The mail server did not answer in time (Greeting never received).',
    })
    const rude = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await once(rude, 'listening')
    closings.push(() => new Promise((resolve) => rude.close(resolve)))
    const mailer = open(`smtp://127.0.0.1:${(rude.address() as AddressInfo).port}`)
    expect(await mailer.send(message)).toMatchObject({ ok: false, permanent: false })
  })

  it('signs in, and keeps the password to itself', async () => {
    const account = { user: 'post@example.org', password: 'p@ss:w/rd?' }
    const server = await serve({ account })
    const signIn = (password: string) =>
      `${encodeURIComponent(account.user)}:${encodeURIComponent(password)}@`
    expect(await open(server.url(signIn(account.password))).send(message)).toEqual({ ok: true })
    expect(server.deliveries).toMatchObject([{ user: account.user }])

    expect(await open(server.url(signIn('wr0ng-password'))).send(message)).toEqual({
      ok: false,
      permanent: false,
      reason:
        'The mail server refuses the user or the password in SMTP_URL (535 5.7.8 that is not the password).',
    })
    expect(await open(server.url()).send(message)).toMatchObject({ ok: false, permanent: false })
    expect(lines.length).toBeGreaterThan(3)
    expect(lines.join('')).not.toMatch(/p@ss|p%40ss|wr0ng/)
    const { port } = server
    expect(lines.join('')).toContain(`smtp://127.0.0.1:${port}`)
    for (const url of ['http://u:s3cret@example.org', 'smtp:s3cret', 's3cret']) {
      expect(() => open(url)).toThrow(/^SMTP_URL must be/)
    }
    expect(lines.join('')).not.toContain('s3cret')
  })

  it('does not trust a certificate that nobody vouches for, unless it is told to', async () => {
    for (const server of [await serve({ starttls: true }), await serve({ secure: true })]) {
      expect(await open(server.url()).send(message)).toEqual({
        ok: false,
        permanent: false,
        reason: expect.stringMatching(/^The mail server’s certificate is not trusted .*\?tls\.rejectUnauthorized=false/),
      })
      expect(server.deliveries).toEqual([])
      expect(await open(server.url('', '?tls.rejectUnauthorized=false')).send(message)).toEqual({ ok: true })
      expect(server.deliveries).toMatchObject([{ secure: true }])
    }
    const plain = await serve()
    expect(await open(plain.url('', '?requireTLS=true')).send(message)).toMatchObject({
      permanent: false,
      reason: expect.stringMatching(/^The mail server does not encrypt the connection/),
    })
    expect(await open(plain.url().replace('smtp', 'smtps')).send(message)).toMatchObject({
      permanent: false,
      reason: expect.stringMatching(/^The mail server does not speak TLS in this way/),
    })
    expect(plain.deliveries).toEqual([])
  })

  it('holds few connections, and ends what is under way before it closes', async () => {
    let underWay = 0
    let most = 0
    let answer = () => {}
    const full = new Promise<void>((resolve) => (answer = resolve))
    const server = await serve({
      async message() {
        most = Math.max(most, ++underWay)
        if (underWay === 4) answer()
        await full
        underWay--
        return null
      },
    })
    const mailer = open(server.url())
    const sent = Promise.all(
      Array.from({ length: 12 }, async (_, i) => mailer.send({ ...message, id: `mail-${i}` })),
    )
    expect(await sent).toEqual(Array.from({ length: 12 }, () => ({ ok: true })))
    expect(most).toBe(4)
    const last = mailer.send({ ...message, id: 'last' })
    await mailer.close()
    expect(await last).toBeDefined()
    expect(await mailer.send(message)).toMatchObject({ ok: false, permanent: false })
  })

  it.each(['nobody', '', 'a@example.org, b@example.org', 'a@example.org\nBcc: b@example.org', 'Ada <a b@example.org>'])(
    'does not come from %j',
    (from) => {
      expect(() => open('smtp://127.0.0.1', from)).toThrow(/^The sender of mails/)
    },
  )
})
