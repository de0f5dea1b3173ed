import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { serversAndMailers } from './mail-server.fixture.ts'
import type { Message, SendOutcome } from './message.ts'
import { openScriptedServer, type Script } from './scripted-server.fixture.ts'

const message: Message = {
  id: 'digest-12.2026-W03',
  to: 'ada+papers@example.org',
  subject: 'The week’s papers',
  text: 'Three papers.\n',
  date: new Date('2026-01-15T12:00:00Z'),
}

describe('a mail server’s answers', () => {
  const { serve, open, closeLater, lines } = serversAndMailers()

  async function scripted(script: Script, options: { greeting?: string; pipelining?: boolean } = {}) {
    const server = await openScriptedServer(script, options)
    closeLater(() => server.close())
    return server
  }
  const says =
    (at: string, answer: string): Script =>
    (command) =>
      command === at ? answer : undefined
  async function sent(
    script: Script,
    { query = '', ...options }: { query?: string; pipelining?: boolean; greeting?: string } = {},
  ): Promise<SendOutcome> {
    const server = await scripted(script, options)
    return open(`${server.url}${query}`).send(message)
  }

  it.each([
    // What is refused while the sender says who it is, is for an operator to mend.
    ['MAIL', '421 4.3.2 closing', 'temporary', 'server', '4.3.2'],
    ['MAIL', '450 not now', 'temporary', 'server', null],
    ['MAIL', '451 4.7.1 who are you', 'temporary', 'us', '4.7.1'],
    ['MAIL', '452 no room', 'temporary', 'server', null],
    ['MAIL', '550 5.7.1 not from there', 'temporary', 'us', '5.7.1'],
    ['MAIL', '552 too much', 'temporary', 'us', null],
    ['MAIL', '554 5.7.26 unauthenticated', 'temporary', 'us', '5.7.26'],
    ['RCPT', '421 4.3.2 closing', 'temporary', 'server', '4.3.2'],
    ['RCPT', '450 4.2.0 busy', 'temporary', 'recipient', '4.2.0'],
    ['RCPT', '451 greylisted', 'temporary', 'recipient', null],
    ['RCPT', '451 4.7.1 greylisted', 'temporary', 'us', '4.7.1'],
    ['RCPT', '451 4.4.4 no route', 'temporary', 'server', '4.4.4'],
    ['RCPT', '452 4.2.2 full', 'temporary', 'recipient', '4.2.2'],
    ['RCPT', '503 5.5.1 what', 'temporary', 'server', '5.5.1'],
    ['RCPT', '530 5.7.0 sign in', 'temporary', 'us', '5.7.0'],
    ['RCPT', '550 5.1.1 gone', 'permanent', 'recipient', '5.1.1'],
    ['RCPT', '550-5.1.1 gone\r\n550 5.1.1 and not coming back', 'permanent', 'recipient', '5.1.1'],
    ['RCPT', '550 5.1.2 no such host', 'permanent', 'recipient', '5.1.2'],
    ['RCPT', '550 5.1.10 null MX', 'permanent', 'recipient', '5.1.10'],
    ['RCPT', '550 5.2.1 disabled', 'permanent', 'recipient', '5.2.1'],
    ['RCPT', '550 No such user here', 'permanent', 'recipient', '5.1.1'],
    ['RCPT', '550 5.0.0 User unknown', 'permanent', 'recipient', '5.1.1'],
    ['RCPT', '551 User not local; mailbox does not exist', 'permanent', 'recipient', '5.1.1'],
    ['RCPT', '552 1 Requested mail action aborted, mailbox not found', 'permanent', 'recipient', '5.1.1'],
    ['RCPT', '553 unknown recipient', 'permanent', 'recipient', '5.1.1'],
    [
      'RCPT',
      '554 delivery error: dd This user doesn’t have a mail.example account',
      'permanent',
      'recipient',
      '5.1.1',
    ],
    ['RCPT', '550 Requested action not taken: mailbox unavailable', 'unknown', 'recipient', null],
    ['RCPT', '550 5.4.1 Recipient address rejected: Access denied', 'unknown', 'recipient', '5.4.1'],
    ['RCPT', '550 5.7.1 unknown user, or blocked', 'unknown', 'us', '5.7.1'],
    ['RCPT', '550 blocked by spamhaus, unknown user', 'unknown', 'us', null],
    ['RCPT', '550 5.1.15 and so on', 'unknown', 'recipient', '5.1.15'],
    ['RCPT', '552 5.2.2 full', 'temporary', 'recipient', '5.2.2'],
    ['RCPT', '552 storage exceeded', 'temporary', 'recipient', '5.2.2'],
    ['RCPT', '554 go away', 'unknown', 'recipient', null],
    ['DATA', '421 4.3.2 closing', 'temporary', 'server', '4.3.2'],
    ['DATA', '450 not now', 'temporary', 'recipient', null],
    ['DATA', '451 4.3.0 broken', 'temporary', 'server', '4.3.0'],
    ['DATA', '452 4.3.1 no room', 'temporary', 'server', '4.3.1'],
    ['DATA', '550 no', 'unknown', 'mail', null],
    ['DATA', '554 5.7.1 no', 'unknown', 'us', '5.7.1'],
    ['.', '421 4.3.2 closing', 'temporary', 'server', '4.3.2'],
    ['.', '450 4.2.1 too fast', 'temporary', 'recipient', '4.2.1'],
    ['.', '451 4.7.0 too many from you', 'temporary', 'us', '4.7.0'],
    ['.', '452 4.2.2 full', 'temporary', 'recipient', '4.2.2'],
    ['.', '550 5.1.1 gone after all', 'permanent', 'recipient', '5.1.1'],
    ['.', '550 5.7.26 fails DMARC', 'unknown', 'us', '5.7.26'],
    ['.', '550 rejected as spam', 'unknown', 'us', null],
    ['.', '552 5.2.2 over quota', 'temporary', 'recipient', '5.2.2'],
    ['.', '552 5.3.4 message too big', 'unknown', 'mail', '5.3.4'],
    ['.', '552 message size exceeds the size limit', 'unknown', 'mail', null],
    ['.', '554 5.6.0 that is no mail', 'unknown', 'mail', '5.6.0'],
  ] as const)('at %s, %j is %s and about the %s (%s)', async (at, answer, kind, about, status) => {
    for (const pipelining of [false, true]) {
      const outcome = await sent(says(at, answer), { pipelining })
      expect(outcome).toMatchObject({ ok: false, kind, about, inDoubt: false })
      expect(outcome).toHaveProperty(
        'status',
        pipelining && answer.startsWith('421') ? expect.anything() : status,
      )
    }
  })

  it('leave a mail in doubt only once the server had it whole and said nothing', async () => {
    const gone = { ok: false, kind: 'temporary', about: 'server' }
    for (const pipelining of [false, true]) {
      for (const at of ['MAIL', 'RCPT', 'DATA'])
        expect(await sent(says(at, 'drop'), { pipelining })).toMatchObject({ ...gone, inDoubt: false })
      expect(await sent(says('.', 'drop'), { pipelining })).toMatchObject({
        ...gone,
        inDoubt: true,
        reason: expect.stringMatching(/had the whole mail and may have taken it\.$/),
      })
    }
    const patience = '?socketTimeout=100'
    expect(await sent(says('DATA', 'silence'), { query: patience })).toMatchObject({
      ...gone,
      inDoubt: false,
    })
    expect(await sent(says('.', 'silence'), { query: patience })).toMatchObject({ ...gone, inDoubt: true })
  })

  it('leave a mail in doubt on a connection that was used before too, and nothing sends it again meanwhile', async () => {
    let ends = 0
    const server = await scripted((command) => (command === '.' && ++ends === 2 ? 'drop' : undefined))
    const mailer = open(server.url, undefined, { connections: 1 })
    expect(await mailer.send(message)).toEqual({ ok: true })
    expect(await mailer.send({ ...message, id: 'second' })).toMatchObject({ ok: false, inDoubt: true })
    expect(await mailer.send({ ...message, id: 'third' })).toEqual({ ok: true })
    expect(server.mails).toHaveLength(3)
    // A server that hangs up between mails has taken nothing: the mail goes over another connection.
    let mails = 0
    const leaving = await scripted((command) => (command === 'MAIL' && ++mails === 2 ? 'drop' : undefined))
    const other = open(leaving.url, undefined, { connections: 1 })
    for (const id of ['first', 'second']) expect(await other.send({ ...message, id })).toEqual({ ok: true })
    expect(leaving.mails).toHaveLength(2)
  })

  it('are not in doubt when the connection is lost in the midst of a long mail', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      let asked = false
      socket.write('220 ready\r\n')
      socket.on('data', (chunk) => {
        if (asked) return void socket.destroy()
        asked = String(chunk).startsWith('DATA')
        socket.write(asked ? '354 go on\r\n' : '250 ok\r\n')
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    closeLater(() => new Promise((resolve) => server.close(resolve)))
    const mailer = open(`smtp://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const text = 'A line of the longest mail of all.\n'.repeat(1_000_000)
    expect(await mailer.send({ ...message, text })).toMatchObject({
      kind: 'temporary',
      about: 'server',
      inDoubt: false,
    })
  })

  it('are in doubt when the mailer closes while the server thinks', async () => {
    let thinking = () => {}
    const thinks = new Promise<void>((resolve) => (thinking = resolve))
    const server = await scripted((command) => {
      if (command !== '.') return undefined
      thinking()
      return 'silence'
    })
    const mailer = open(server.url)
    const sending = mailer.send(message)
    await thinks
    await mailer.close()
    expect(await sending).toMatchObject({ ok: false, kind: 'temporary', inDoubt: true })
  })

  it('are told without the recipient, however they repeat it, and without the password', async () => {
    const echoes = [
      '550 5.1.1 <ada+papers@example.org>: no such user',
      '550 5.1.1 <ADA+Papers@Example.ORG>: no such user',
      '550 5.1.1 we know no Ada here, nor ada+papers',
      '550-5.1.1 ada+papers=40example.org\r\n550 5.1.1 (ada%2Bpapers@example.org)',
      `550 5.1.1 ${'x'.repeat(280)} ada+papers@example.org`,
    ]
    for (const echo of echoes) {
      const outcome = await sent(says('RCPT', echo))
      expect(outcome).toMatchObject({ kind: 'permanent', about: 'recipient', status: '5.1.1' })
      expect(JSON.stringify(outcome)).not.toMatch(/\bada\b/i)
      expect(outcome).toHaveProperty('reason', expect.stringMatching(/550 5\.1\.1 .*the recip|x{250}/))
    }
    expect(lines.join('')).not.toMatch(/\bada\b/i)
    const secret = 'Pa55:w/rd?'
    const basic = Buffer.from(`\0u\0${secret}`).toString('base64')
    for (const form of [secret, encodeURIComponent(secret), basic]) {
      const script: Script = (command) =>
        command === 'EHLO'
          ? '250-here\r\n250 AUTH PLAIN'
          : command === 'AUTH'
            ? `535 not ${form}, ada+papers`
            : undefined
      const server = await scripted(script)
      const outcome = await open(server.url.replace('//', `//u:${encodeURIComponent(secret)}@`)).send(message)
      expect(outcome).toMatchObject({ kind: 'temporary', about: 'us', inDoubt: false })
      expect(outcome).toHaveProperty('reason', expect.stringContaining('(535 not ***, the recipient)'))
    }
  })

  it('do not change what the next mail on the same connection is', async () => {
    const server = await serve({
      recipient: (address) => (address.startsWith('gone') ? '550 5.1.1 gone' : null),
      message: ({ raw }) => (raw.includes('refuse this') ? '554 5.7.1 spam' : null),
    })
    const mailer = open(server.url(), undefined, { connections: 1 })
    const send = (name: string, text: string) =>
      mailer.send({ ...message, id: name, to: `${name}@example.org`, text })
    expect(await send('first', 'one')).toEqual({ ok: true })
    expect(await send('gone', 'two')).toMatchObject({ ok: false, about: 'recipient' })
    expect(await send('second', 'three')).toEqual({ ok: true })
    expect(await send('filtered', 'refuse this')).toMatchObject({ ok: false, about: 'us' })
    expect(await send('third', 'four')).toEqual({ ok: true })
    expect(server.deliveries.map(({ to }) => to)).toEqual([
      ['first@example.org'],
      ['second@example.org'],
      ['third@example.org'],
    ])
    expect(server.mails().map(({ text }) => text?.trim())).toEqual(['one', 'three', 'four'])
    expect(new Set(server.deliveries.map(({ connection }) => connection)).size).toBe(1)
  })

  it('are followed by a reset, and a server that does not reset is left', async () => {
    const refuses: Script = (command) => (command === 'RCPT' ? '550 5.1.1 gone' : undefined)
    const decent = await scripted(refuses)
    const mailer = open(decent.url, undefined, { connections: 1 })
    for (const id of ['a', 'b']) await mailer.send({ ...message, id })
    // The last one may not have come yet.
    expect(decent.heard.map((line) => line.slice(0, 4)).slice(0, 6)).toEqual([
      'EHLO',
      'MAIL',
      'RCPT',
      'RSET',
      'MAIL',
      'RCPT',
    ])
    const stubborn = await scripted((command) => (command === 'RSET' ? '500 no' : refuses(command)))
    const other = open(stubborn.url, undefined, { connections: 1 })
    for (const id of ['a', 'b']) await other.send({ ...message, id })
    expect(stubborn.heard.filter((line) => line.startsWith('EHLO'))).toHaveLength(2)
  })

  it('come from the server that is set for the domain of the recipient', async () => {
    const [usual, special] = [await serve(), await serve({ recipient: () => '550 5.1.1 gone' })]
    const routes = [{ domain: 'gmail.com', url: special.url() }]
    const mailer = open(usual.url(), undefined, { routes })
    expect(await mailer.send({ ...message, to: 'Ada@GMail.com' })).toMatchObject({ status: '5.1.1' })
    expect(await mailer.send({ ...message, to: 'ada@mail.gmail.com' })).toEqual({ ok: true })
    await special.close()
    expect(await mailer.send({ ...message, to: 'ada@gmail.com' })).toMatchObject({
      kind: 'temporary',
      reason: expect.stringContaining('SMTP_ROUTES'),
    })
    expect(usual.recipients()).toEqual(['ada@mail.gmail.com'])
  })
})
