import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { moment, serversAndMailers } from './mail-server.fixture.ts'
import type { Message } from './message.ts'

const message: Message = {
  id: 'digest-12.2026-W03',
  to: 'ada@example.org',
  subject: 'The week’s papers',
  text: 'Three papers.',
  date: new Date('2026-01-15T12:00:00Z'),
}

describe('a mail server', () => {
  const { serve, open, closeLater, lines } = serversAndMailers()

  it('refuses a mail for good by 5xx, for a time by 4xx, and takes the next', async () => {
    const answers = new Map([
      ['unknown@example.org', '550 5.1.1 nobody of that name'],
      ['at-greylisted@example.org', '451 4.7.1 come back later'],
      ['at-full@example.org', '452 4.2.2 the mailbox is full'],
      ['at-closing@example.org', '421 4.3.2 closing down'],
      ['at-signed-out@example.org', '530 5.7.0 sign in first'],
    ])
    const server = await serve({
      recipient: (address) => answers.get(address) ?? null,
      message: ({ to }) => (to.includes('filter@example.org') ? '554 5.7.1 this looks like spam' : null),
    })
    const mailer = open(server.url())
    const send = (to: string) => mailer.send({ ...message, to })
    expect(await send('unknown@example.org')).toMatchObject({
      ok: false,
      kind: 'permanent',
      reason: 'The mail server refuses the recipient: 550 5.1.1 nobody of that name',
    })
    expect(await send('filter@example.org')).toMatchObject({
      ok: false,
      kind: 'unknown',
      about: 'us',
      reason: 'The mail server refuses the mail: 554 5.7.1 this looks like spam',
    })
    for (const name of ['greylisted', 'full', 'closing', 'signed-out']) {
      const outcome = await send(`at-${name}@example.org`)
      expect(outcome).toMatchObject({ ok: false, kind: 'temporary' })
      expect(outcome).toHaveProperty(
        'reason',
        expect.stringContaining(answers.get(`at-${name}@example.org`) ?? 'none'),
      )
    }
    expect(await send('ada@example.org')).toEqual({ ok: true })
    expect(server.deliveries).toHaveLength(1)
  })

  it('is waited for when it is away', async () => {
    const server = await serve()
    await server.close()
    const mailer = open(server.url())
    expect(await mailer.send(message)).toMatchObject({
      ok: false,
      kind: 'temporary',
      reason: expect.stringMatching(
        /^The mail server cannot be reached \(connect ECONNREFUSED 127\.0\.0\.1:\d+\): /,
      ),
    })
    const back = await serve({ port: server.port })
    expect(await mailer.send(message)).toEqual({ ok: true })
    expect(back.deliveries).toHaveLength(1)
  })

  it('is not waited for when it says nothing, or hangs up', async () => {
    const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    closeLater(() => new Promise((resolve) => silent.close(resolve)))
    const mute = open(`smtp://127.0.0.1:${(silent.address() as AddressInfo).port}?greetingTimeout=50`)
    expect(await mute.send(message)).toMatchObject({
      ok: false,
      kind: 'temporary',
      reason: 'The mail server did not answer in time (Greeting never received).',
    })
    const rude = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await once(rude, 'listening')
    closeLater(() => new Promise((resolve) => rude.close(resolve)))
    const mailer = open(`smtp://127.0.0.1:${(rude.address() as AddressInfo).port}`)
    expect(await mailer.send(message)).toMatchObject({ ok: false, kind: 'temporary' })
  })

  it('is signed in to, and nothing else hears the password', async () => {
    const account = { user: 'post@example.org', password: 'p@ss:w/rd?' }
    const server = await serve({ account })
    const signIn = (password: string) =>
      `${encodeURIComponent(account.user)}:${encodeURIComponent(password)}@`
    expect(await open(server.url(signIn(account.password))).send(message)).toEqual({ ok: true })
    expect(server.deliveries).toMatchObject([{ user: account.user }])

    expect(await open(server.url(signIn('wr0ng-password'))).send(message)).toMatchObject({
      ok: false,
      kind: 'temporary',
      reason:
        'The mail server refuses the user or the password in SMTP_URL (535 5.7.8 that is not the password).',
    })
    expect(await open(server.url()).send(message)).toMatchObject({ ok: false, kind: 'temporary' })

    // Another machine, for all the mailer knows: there it says no password in the clear.
    const elsewhere = server.url(signIn(account.password)).replace('127.0.0.1', '0.0.0.0')
    expect(await open(elsewhere).send(message)).toMatchObject({
      ok: false,
      kind: 'temporary',
      reason: expect.stringMatching(/^The mail server does not encrypt .* without that no password is sent/),
    })
    expect(await open(`${elsewhere}?requireTLS=false`).send(message)).toEqual({ ok: true })

    expect(lines.length).toBeGreaterThan(3)
    expect(lines.join('')).not.toMatch(/p@ss|p%40ss|wr0ng/)
    const { port } = server
    expect(lines.join('')).toContain(`smtp://127.0.0.1:${port}`)
    for (const url of ['http://u:s3cret@example.org', 'smtp:s3cret', 's3cret']) {
      expect(() => open(url)).toThrow(/^SMTP_URL must be/)
    }
    expect(lines.join('')).not.toContain('s3cret')
  })

  it('is not trusted with a certificate that nobody vouches for, unless the URL says so', async () => {
    for (const server of [await serve({ starttls: true }), await serve({ secure: true })]) {
      expect(await open(server.url()).send(message)).toMatchObject({
        ok: false,
        kind: 'temporary',
        reason: expect.stringMatching(
          /^The mail server’s certificate is not trusted .*\?tls\.rejectUnauthorized=false/,
        ),
      })
      expect(server.deliveries).toEqual([])
      expect(await open(server.url('', '?tls.rejectUnauthorized=false')).send(message)).toEqual({ ok: true })
      expect(server.deliveries).toMatchObject([{ secure: true }])
    }
    const plain = await serve()
    expect(await open(plain.url('', '?requireTLS=true')).send(message)).toMatchObject({
      kind: 'temporary',
      reason: expect.stringMatching(/^The mail server does not encrypt the connection/),
    })
    expect(await open(plain.url().replace('smtp', 'smtps')).send(message)).toMatchObject({
      kind: 'temporary',
      reason: expect.stringMatching(/^The mail server does not speak TLS in this way/),
    })
    expect(plain.deliveries).toEqual([])
  })

  it('has few connections to hold', async () => {
    let underWay = 0
    let most = 0
    const full = moment()
    const server = await serve({
      async message() {
        most = Math.max(most, ++underWay)
        if (underWay === 5) full.come()
        await full.comes
        underWay--
        return null
      },
    })
    const mailer = open(server.url())
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => mailer.send({ ...message, id: `mail-${i}` })),
    )
    expect(outcomes).toEqual(Array.from({ length: 12 }, () => ({ ok: true })))
    expect(most).toBe(5)
  })

  it('finishes what is under way when the mailer closes, and gets no more', async () => {
    const arrival = moment()
    const release = moment()
    const server = await serve({
      async message() {
        arrival.come()
        await release.comes
        return null
      },
    })
    const mailer = open(server.url())
    const last = mailer.send(message)
    await arrival.comes
    const closing = mailer.close()
    expect(await mailer.send({ ...message, id: 'too-late' })).toMatchObject({ ok: false, kind: 'temporary' })
    release.come()
    await closing
    expect(await last).toEqual({ ok: true })
    expect(server.deliveries).toHaveLength(1)
  })
})
