import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { createLog } from '../log.ts'
import { deliverDueMail, forgetOldMail } from './deliver-mail.ts'
import { openMailServer, type MailServer } from './mail-server.fixture.ts'
import { openMailer, type Mailer } from './mailer.ts'
import { queueMail } from './queue-mail.ts'
import { readMail } from './received-mail.fixture.ts'

const start = new Date('2026-01-15T12:00:00Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describeWithDatabase('mail that is due', (db) => {
  let time = start
  const now = () => time
  const closings: (() => Promise<unknown>)[] = []
  beforeEach(async () => {
    time = start
    await sql`truncate outgoing_mail`.execute(db())
  })
  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close()
  })
  const serve = async (options?: Parameters<typeof openMailServer>[0]): Promise<MailServer> => {
    const server = await openMailServer(options)
    closings.push(() => server.close())
    return server
  }
  const open = (server: Pick<MailServer, 'url'>): Mailer => {
    const mailer = openMailer({
      smtpUrl: server.url(),
      outboxFolder: '',
      from: 'broadsheet@example.org',
      log: createLog('silent'),
    })
    closings.push(() => mailer.close())
    return mailer
  }
  const queue = (name: string, to = `${name}@example.org`) =>
    queueMail(
      db(),
      {
        key: `greeting ${name}`,
        to,
        subject: `Good day, ${name}`,
        text: `A secret link for ${name}`,
        html: `<p>A secret link for ${name}</p>`,
        headers: { 'List-Unsubscribe': `<https://papers.example.org/unsubscribe?secret=${name}>` },
      },
      { now: now() },
    )
  const rows = () => db().selectFrom('outgoing_mail').selectAll().orderBy('id').execute()
  const recipients = (server: MailServer) => server.deliveries.flatMap(({ to }) => to).toSorted()
  const messageIds = (server: MailServer) =>
    server.deliveries.flatMap(({ raw }) => readMail(raw).headers('Message-ID'))

  it('goes out once, and what it said is not kept', async () => {
    const server = await serve()
    await queue('ada')
    await queue('grace')
    time = new Date(start.getTime() + 5_000)
    expect(await deliverDueMail(db(), open(server), { now })).toEqual({ sent: 2, postponed: 0, givenUp: 0 })
    expect(recipients(server)).toEqual(['ada@example.org', 'grace@example.org'])
    const mail = readMail(
      server.deliveries.find(({ to }) => to.includes('ada@example.org'))?.raw ?? Buffer.of(),
    )
    expect(mail.headers('Subject')).toEqual(['Good day, ada'])
    expect(mail.headers('Date')).toEqual(['Thu, 15 Jan 2026 12:00:00 +0000'])
    expect(mail.headers('List-Unsubscribe')).toEqual(['<https://papers.example.org/unsubscribe?secret=ada>'])
    expect(mail.text?.trimEnd()).toBe('A secret link for ada')
    expect(mail.html?.trimEnd()).toBe('<p>A secret link for ada</p>')

    for (const row of await rows()) {
      expect(row).toMatchObject({ sent_at: time, due_at: null, failure: null })
      expect(row).toMatchObject({ text_body: '', html_body: null, headers: {} })
    }
    expect(JSON.stringify(await rows())).not.toContain('secret')
    time = new Date(start.getTime() + DAY)
    expect(await queue('ada')).toBe(false)
    expect(await deliverDueMail(db(), open(server), { now })).toEqual({ sent: 0, postponed: 0, givenUp: 0 })
    expect(server.deliveries).toHaveLength(2)
  })

  it('is tried again when the server asks for it', async () => {
    let asked = 0
    const server = await serve({ recipient: () => (++asked < 3 ? '451 4.7.1 later' : null) })
    const mailer = open(server)
    await queue('ada')
    expect(await deliverDueMail(db(), mailer, { now })).toEqual({ sent: 0, postponed: 1, givenUp: 0 })
    const due = (minutes: number) => new Date(time.getTime() + minutes * MINUTE)
    expect(await rows()).toMatchObject([{ attempts: 1, due_at: due(1), sent_at: null, failure: null }])
    time = new Date(due(1).getTime() - 1)
    expect(await deliverDueMail(db(), mailer, { now })).toEqual({ sent: 0, postponed: 0, givenUp: 0 })
    time = new Date(time.getTime() + 1)
    expect(await deliverDueMail(db(), mailer, { now })).toEqual({ sent: 0, postponed: 1, givenUp: 0 })
    expect(await rows()).toMatchObject([{ attempts: 2, due_at: due(2) }])
    time = due(2)
    expect(await deliverDueMail(db(), mailer, { now })).toEqual({ sent: 1, postponed: 0, givenUp: 0 })
    expect(recipients(server)).toEqual(['ada@example.org'])
  })

  it('is given up at once when the server will never take it', async () => {
    const server = await serve({
      recipient: (address) => (address.startsWith('gone') ? '550 5.1.1 no such mailbox' : null),
    })
    await queue('gone')
    await queue('nowhere', 'nowhere')
    await queue('ada')
    expect(await deliverDueMail(db(), open(server), { now })).toEqual({ sent: 1, postponed: 0, givenUp: 2 })
    expect(await rows()).toMatchObject([
      {
        sent_at: null,
        due_at: null,
        attempts: 1,
        failure: 'The mail server refuses the recipient: 550 5.1.1 no such mailbox',
      },
      { sent_at: null, due_at: null, failure: 'The recipient is not an e-mail address.' },
      { sent_at: start, due_at: null, failure: null },
    ])
    expect(JSON.stringify(await rows())).not.toContain('secret')
  })

  it('waits longer and longer for a server that is down, and is given up after three days', async () => {
    const server = await serve()
    await server.close()
    const mailer = open(server)
    await queue('ada')
    const waits: number[] = []
    for (;;) {
      const { postponed } = await deliverDueMail(db(), mailer, { now })
      const [row] = await rows()
      if (postponed === 0 || !row?.due_at) break
      waits.push((row.due_at.getTime() - time.getTime()) / MINUTE)
      time = row.due_at
    }
    expect(waits.slice(0, 11)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360])
    expect(Math.max(...waits)).toBe(360)
    expect((time.getTime() - start.getTime()) / DAY).toBeCloseTo(3, 0)
    expect(await rows()).toMatchObject([
      { due_at: null, sent_at: null, text_body: '', failure: expect.stringContaining('cannot be reached') },
    ])
  })

  it('goes out when the server is up again', async () => {
    const server = await serve()
    await server.close()
    const mailer = open(server)
    const names = Array.from({ length: 40 }, (_, i) => `reader-${i}`)
    for (const name of names) await queue(name)
    const first = await deliverDueMail(db(), mailer, { now })
    // The rest did not have to find out.
    expect(first).toMatchObject({ sent: 0, givenUp: 0 })
    expect(first.postponed).toBeGreaterThanOrEqual(8)
    expect(first.postponed).toBeLessThan(16)
    const back = await serve({ port: server.port })
    expect(await deliverDueMail(db(), mailer, { now })).toMatchObject({ sent: 40 - first.postponed })
    time = new Date(start.getTime() + MINUTE)
    expect(await deliverDueMail(db(), mailer, { now })).toMatchObject({ sent: first.postponed })
    expect(recipients(back)).toEqual(names.map((name) => `${name}@example.org`).toSorted())
  })

  it('is not held up by another that a slow server holds, and no transaction waits for it', async () => {
    let arrived = () => {}
    let release = () => {}
    const holding = new Promise<void>((resolve) => (arrived = resolve))
    const released = new Promise<void>((resolve) => (release = resolve))
    const server = await serve({
      async message({ to }) {
        if (!to.includes('slow@example.org')) return null
        arrived()
        await released
        return null
      },
    })
    await queue('slow')
    const held = deliverDueMail(db(), open(server), { now })
    await holding
    for (let i = 0; i < 10; i++) await queue(`quick-${i}`)
    expect(await deliverDueMail(db(), open(server), { now })).toEqual({ sent: 10, postponed: 0, givenUp: 0 })
    const { rows: open_ } = await sql`
      select state from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'
    `.execute(db())
    expect(open_).toEqual([])
    release()
    expect(await held).toEqual({ sent: 1, postponed: 0, givenUp: 0 })
    expect(server.deliveries).toHaveLength(11)
  })

  it('passes a slow one in the same round', async () => {
    let release = () => {}
    const released = new Promise<void>((resolve) => (release = resolve))
    let quick = 0
    const server = await serve({
      async message({ to }) {
        if (to.includes('slow@example.org')) await released
        else if (++quick === 10) release()
        return null
      },
    })
    await queue('slow')
    for (let i = 0; i < 10; i++) await queue(`quick-${i}`)
    expect(await deliverDueMail(db(), open(server), { now })).toEqual({ sent: 11, postponed: 0, givenUp: 0 })
    expect(server.deliveries.at(-1)?.to).toEqual(['slow@example.org'])
  })

  it('goes out once though many send at once', async () => {
    const server = await serve()
    const names = Array.from({ length: 60 }, (_, i) => `reader-${i}`)
    for (const name of names) await queue(name)
    const counts = await Promise.all(
      Array.from({ length: 4 }, async () => deliverDueMail(db(), open(server), { now })),
    )
    expect(counts.reduce((sum, { sent }) => sum + sent, 0)).toBe(60)
    expect(recipients(server)).toEqual(names.map((name) => `${name}@example.org`).toSorted())
    expect(new Set(messageIds(server)).size).toBe(60)
  })

  it('goes out again, as the same mail, when its sender was killed before it could note it', async () => {
    let read = () => {}
    const hasRead = new Promise<void>((resolve) => (read = resolve))
    let killed = false
    const server = await serve({
      // It has the whole mail and would say so, when there is nobody left to hear it.
      message: async () => {
        if (killed) return null
        read()
        await died
        return null
      },
    })
    await queue('ada')
    const {
      rows: [database],
    } = await sql<{ name: string }>`select current_database() as name`.execute(db())
    const sender = spawn(
      process.execPath,
      [
        join(import.meta.dirname, 'testing', 'deliver-mail.ts'),
        JSON.stringify({ ...inject('server'), database: database?.name }),
        server.url(),
        start.toISOString(),
      ],
      { stdio: 'inherit' },
    )
    const died = once(sender, 'exit')
    await hasRead
    sender.kill('SIGKILL')
    await died
    killed = true
    expect(await rows()).toMatchObject([{ sent_at: null, text_body: 'A secret link for ada' }])

    time = new Date(start.getTime() + 10 * MINUTE - 1)
    expect(await deliverDueMail(db(), open(server), { now })).toEqual({ sent: 0, postponed: 0, givenUp: 0 })
    time = new Date(start.getTime() + 10 * MINUTE)
    expect(await deliverDueMail(db(), open(server), { now })).toEqual({ sent: 1, postponed: 0, givenUp: 0 })
    expect(recipients(server)).toEqual(['ada@example.org', 'ada@example.org'])
    expect(new Set(messageIds(server)).size).toBe(1)
    expect(await rows()).toMatchObject([{ sent_at: time, text_body: '' }])
  })

  it('stays sent though a sender that was slower than its claim fails with it later', async () => {
    let attempt = 0
    let arrived = () => {}
    let release = () => {}
    const holding = new Promise<void>((resolve) => (arrived = resolve))
    const released = new Promise<void>((resolve) => (release = resolve))
    const server = await serve({
      async message() {
        if (++attempt > 1) return null
        arrived()
        await released
        return '451 4.3.0 something broke'
      },
    })
    await queue('ada')
    const slow = deliverDueMail(db(), open(server), { now })
    await holding
    time = new Date(start.getTime() + 10 * MINUTE)
    expect(await deliverDueMail(db(), open(server), { now })).toEqual({ sent: 1, postponed: 0, givenUp: 0 })
    release()
    await slow
    expect(await rows()).toMatchObject([{ sent_at: time, due_at: null, attempts: 0 }])
  })

  it('goes out up to a limit, and no more once the work is to stop', async () => {
    const server = await serve()
    for (let i = 0; i < 9; i++) await queue(`reader-${i}`)
    expect(await deliverDueMail(db(), open(server), { now, limit: 6 })).toEqual({
      sent: 6,
      postponed: 0,
      givenUp: 0,
    })
    const signal = AbortSignal.abort()
    expect(await deliverDueMail(db(), open(server), { now, signal })).toEqual({ sent: 0, postponed: 0, givenUp: 0 })
    expect(await deliverDueMail(db(), open(server), { now })).toEqual({ sent: 3, postponed: 0, givenUp: 0 })
  })

  it('is forgotten after 90 days, when nothing is to be done any more', async () => {
    const server = await serve({
      recipient: (address) => (address.startsWith('gone') ? '550 no such mailbox' : null),
    })
    await queue('ada')
    await queue('gone')
    await deliverDueMail(db(), open(server), { now })
    await queue('waiting')
    time = new Date(start.getTime() + 90 * DAY)
    expect(await forgetOldMail(db(), { now: time })).toBe(0)
    time = new Date(start.getTime() + 90 * DAY + 1)
    expect(await forgetOldMail(db(), { now: time })).toBe(2)
    expect(await rows()).toMatchObject([{ key: 'greeting waiting', due_at: start }])
  })
})
