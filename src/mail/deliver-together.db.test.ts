import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { sql } from 'kysely'
import { beforeEach, expect, inject, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { otherConnections } from '../../test/waiting.ts'
import { deliverDueMail } from './deliver-mail.ts'
import { queueGreeting } from './greeting.fixture.ts'
import { moment, serversAndMailers, type MailServer } from './mail-server.fixture.ts'

const start = new Date('2026-01-15T12:00:00Z')
const MINUTE = 60_000

describeWithDatabase('mail that several send', (db) => {
  const { serve, open } = serversAndMailers()
  let time = start
  const now = () => time
  beforeEach(async () => {
    time = start
    await sql`truncate outgoing_mail`.execute(db())
  })
  const queue = (name: string) => queueGreeting(db(), { name, now: now() })
  const rows = () => db().selectFrom('outgoing_mail').selectAll().orderBy('id').execute()
  const messageIds = (server: MailServer) => server.mails().flatMap((mail) => mail.headers('Message-ID'))

  it('is not held up by another that a slow server holds, and no transaction waits for it', async () => {
    const arrival = moment()
    const release = moment()
    const server = await serve({
      async message({ to }) {
        if (!to.includes('slow@example.org')) return null
        arrival.come()
        await release.comes
        return null
      },
    })
    await queue('slow')
    const held = deliverDueMail(db(), open(server.url()), { now })
    await arrival.comes
    for (let i = 0; i < 10; i++) await queue(`quick-${i}`)
    expect(await deliverDueMail(db(), open(server.url()), { now })).toEqual({
      sent: 10,
      postponed: 0,
      givenUp: 0,
    })
    const connections = await otherConnections(db())
    expect(connections.filter(({ state }) => state.startsWith('idle in transaction'))).toEqual([])
    release.come()
    expect(await held).toEqual({ sent: 1, postponed: 0, givenUp: 0 })
    expect(server.deliveries).toHaveLength(11)
  })

  it('is not held up by another that somebody has locked', async () => {
    const server = await serve()
    await queue('locked')
    await queue('ada')
    await db()
      .transaction()
      .execute(async (trx) => {
        await sql`select id from outgoing_mail where recipient = 'locked@example.org' for update`.execute(trx)
        expect(await deliverDueMail(db(), open(server.url()), { now })).toMatchObject({ sent: 1 })
      })
    expect(server.recipients()).toEqual(['ada@example.org'])
    expect(await deliverDueMail(db(), open(server.url()), { now })).toMatchObject({ sent: 1 })
  })

  it('passes a slow one in the same round', async () => {
    const release = moment()
    let quick = 0
    const server = await serve({
      async message({ to }) {
        if (to.includes('slow@example.org')) await release.comes
        else if (++quick === 10) release.come()
        return null
      },
    })
    await queue('slow')
    for (let i = 0; i < 10; i++) await queue(`quick-${i}`)
    expect(await deliverDueMail(db(), open(server.url()), { now })).toEqual({
      sent: 11,
      postponed: 0,
      givenUp: 0,
    })
    expect(server.deliveries.at(-1)?.to).toEqual(['slow@example.org'])
  })

  it('goes out once though many send at once', async () => {
    const server = await serve()
    const names = Array.from({ length: 60 }, (_, i) => `reader-${i}`)
    for (const name of names) await queue(name)
    const counts = await Promise.all(
      Array.from({ length: 4 }, async () => deliverDueMail(db(), open(server.url()), { now })),
    )
    expect(counts.reduce((sum, { sent }) => sum + sent, 0)).toBe(60)
    expect(server.recipients()).toEqual(names.map((name) => `${name}@example.org`).toSorted())
    expect(new Set(messageIds(server)).size).toBe(60)
  })

  it('goes out again, as the same mail, when its sender was killed before it could note it', async () => {
    const arrival = moment()
    let killed = false
    const server = await serve({
      // It has the whole mail and would say so, when there is nobody left to hear it.
      message: async () => {
        if (killed) return null
        arrival.come()
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
    await arrival.comes
    sender.kill('SIGKILL')
    await died
    killed = true
    expect(await rows()).toMatchObject([{ sent_at: null, text_body: 'A secret link for ada' }])

    time = new Date(start.getTime() + 10 * MINUTE - 1)
    expect(await deliverDueMail(db(), open(server.url()), { now })).toEqual({
      sent: 0,
      postponed: 0,
      givenUp: 0,
    })
    time = new Date(start.getTime() + 10 * MINUTE)
    expect(await deliverDueMail(db(), open(server.url()), { now })).toEqual({
      sent: 1,
      postponed: 0,
      givenUp: 0,
    })
    expect(server.recipients()).toEqual(['ada@example.org', 'ada@example.org'])
    expect(new Set(messageIds(server)).size).toBe(1)
    expect(await rows()).toMatchObject([{ sent_at: time, text_body: '' }])
  })

  it('stays sent though a sender that was slower than its claim fails with it later', async () => {
    let attempt = 0
    const arrival = moment()
    const release = moment()
    const server = await serve({
      async message() {
        if (++attempt > 1) return null
        arrival.come()
        await release.comes
        return '451 4.3.0 something broke'
      },
    })
    await queue('ada')
    const slow = deliverDueMail(db(), open(server.url()), { now })
    await arrival.comes
    time = new Date(start.getTime() + 10 * MINUTE)
    expect(await deliverDueMail(db(), open(server.url()), { now })).toEqual({
      sent: 1,
      postponed: 0,
      givenUp: 0,
    })
    release.come()
    await slow
    expect(await rows()).toMatchObject([{ sent_at: time, due_at: null, attempts: 0 }])
  })
})
