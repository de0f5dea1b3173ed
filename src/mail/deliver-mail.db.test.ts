import { sql } from 'kysely'
import { beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { deliverDueMail, forgetOldMail } from './deliver-mail.ts'
import { queueGreeting } from './greeting.fixture.ts'
import { serversAndMailers } from './mail-server.fixture.ts'
import { readMail } from './received-mail.fixture.ts'

const start = new Date('2026-01-15T12:00:00Z')
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

describeWithDatabase('mail that is due', (db) => {
  const { serve, open } = serversAndMailers()
  let time = start
  const now = () => time
  beforeEach(async () => {
    time = start
    await sql`truncate outgoing_mail`.execute(db())
  })
  const queue = (name: string, to?: string) => queueGreeting(db(), { name, to, now: now() })
  const rows = () => db().selectFrom('outgoing_mail').selectAll().orderBy('id').execute()

  it('goes out once, and what it said is not kept', async () => {
    const server = await serve()
    await queue('ada')
    await queue('grace')
    time = new Date(start.getTime() + 5_000)
    expect(await deliverDueMail(db(), open(server.url()), { now })).toEqual({
      sent: 2,
      postponed: 0,
      givenUp: 0,
    })
    expect(server.recipients()).toEqual(['ada@example.org', 'grace@example.org'])
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
    expect(await deliverDueMail(db(), open(server.url()), { now })).toEqual({
      sent: 0,
      postponed: 0,
      givenUp: 0,
    })
    expect(server.deliveries).toHaveLength(2)
  })

  it('is tried again when the server asks for it', async () => {
    let asked = 0
    const server = await serve({ recipient: () => (++asked < 3 ? '451 4.7.1 later' : null) })
    const mailer = open(server.url())
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
    expect(server.recipients()).toEqual(['ada@example.org'])
  })

  it('is given up at once when the server will never take it', async () => {
    const server = await serve({
      recipient: (address) => (address.startsWith('gone') ? '550 5.1.1 no such mailbox' : null),
    })
    await queue('gone')
    await queue('nowhere', 'nowhere')
    await queue('ada')
    expect(await deliverDueMail(db(), open(server.url()), { now })).toEqual({
      sent: 1,
      postponed: 0,
      givenUp: 2,
    })
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
    const mailer = open(server.url())
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
    const mailer = open(server.url())
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
    expect(back.recipients()).toEqual(names.map((name) => `${name}@example.org`).toSorted())
  })

  it('goes out up to a limit, and no more once the work is to stop', async () => {
    const server = await serve()
    for (let i = 0; i < 9; i++) await queue(`reader-${i}`)
    expect(await deliverDueMail(db(), open(server.url()), { now, limit: 6 })).toEqual({
      sent: 6,
      postponed: 0,
      givenUp: 0,
    })
    const signal = AbortSignal.abort()
    expect(await deliverDueMail(db(), open(server.url()), { now, signal })).toEqual({
      sent: 0,
      postponed: 0,
      givenUp: 0,
    })
    expect(await deliverDueMail(db(), open(server.url()), { now })).toEqual({
      sent: 3,
      postponed: 0,
      givenUp: 0,
    })
  })

  it('is forgotten after 90 days, when nothing is to be done any more', async () => {
    const server = await serve({
      recipient: (address) => (address.startsWith('gone') ? '550 no such mailbox' : null),
    })
    await queue('ada')
    await queue('gone')
    await deliverDueMail(db(), open(server.url()), { now })
    await queue('waiting')
    time = new Date(start.getTime() + 90 * DAY)
    expect(await forgetOldMail(db(), { now: time })).toBe(0)
    time = new Date(start.getTime() + 90 * DAY + 1)
    expect(await forgetOldMail(db(), { now: time })).toBe(2)
    expect(await rows()).toMatchObject([{ key: 'greeting waiting', due_at: start }])
  })
})
