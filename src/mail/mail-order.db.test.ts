import { sql } from 'kysely'
import { beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { startJob } from '../jobs/job.ts'
import { sendMail } from '../jobs/send-mail.ts'
import { pino } from 'pino'
import { openTroubles } from '../runtime/troubles.ts'
import { deliverDueMail, giveUpExpiredMail } from './deliver-mail.ts'
import { queueGreeting } from './greeting.fixture.ts'
import { mailTroubles } from './mail-troubles.ts'
import { moment, serversAndMailers } from './mail-server.fixture.ts'

const start = new Date('2026-01-15T12:00:00Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE

describeWithDatabase('mail that somebody waits for', (db) => {
  const { serve, open, closeLater } = serversAndMailers()
  let time = start
  const now = () => time
  beforeEach(async () => {
    time = start
    await sql`truncate outgoing_mail`.execute(db())
  })
  const after = (ms: number) => new Date(start.getTime() + ms)
  const queue = (name: string, order: { urgent?: boolean; expiresAt?: Date } = {}) =>
    queueGreeting(db(), { name, now: now(), ...order })
  const rows = () => db().selectFrom('outgoing_mail').selectAll().orderBy('id').execute()

  it('goes before all other mail, however long that has waited', async () => {
    const server = await serve()
    for (let i = 0; i < 5; i++) await queue(`bulk-${i}`)
    time = after(MINUTE)
    await queue('waiting', { urgent: true })
    await deliverDueMail(db(), open(server.url()), { now, limit: 1 })
    expect(server.recipients()).toEqual(['waiting@example.org'])
    expect(await deliverDueMail(db(), open(server.url()), { now, which: 'urgent' })).toMatchObject({
      sent: 0,
    })
    expect(await deliverDueMail(db(), open(server.url()), { now })).toMatchObject({ sent: 5 })
  })

  it('goes out while slow mail takes all the places that it may', async () => {
    const full = moment()
    const release = moment()
    let slow = 0
    const urgent = moment()
    const server = await serve({
      async message({ to }) {
        if (to[0] === 'waiting@example.org') urgent.come()
        else {
          if (++slow === 3) full.come()
          await release.comes
        }
        return null
      },
    })
    const mailer = open(server.url())
    const log = pino({ level: 'silent' })
    for (let i = 0; i < 8; i++) await queue(`bulk-${i}`)
    const jobs = (['any', 'urgent'] as const).map((which) =>
      startJob(sendMail(db(), mailer, { which, log, now }), { log, troubles: openTroubles() }),
    )
    closeLater(() => Promise.all(jobs.map((job) => job.close())))
    await full.comes
    await queue('waiting', { urgent: true })
    for (const job of jobs) job.wake()
    await urgent.comes
    expect(slow).toBe(3)
    release.come()
  })

  it('is never sent once its time is over, and what it said is not kept', async () => {
    const server = await serve()
    await queue('late', { urgent: true, expiresAt: after(30 * MINUTE) })
    await queue('in-time', { urgent: true, expiresAt: after(30 * MINUTE + 1) })
    time = after(30 * MINUTE)
    expect(await deliverDueMail(db(), open(server.url()), { now })).toMatchObject({ sent: 1 })
    expect(server.recipients()).toEqual(['in-time@example.org'])
    expect(await giveUpExpiredMail(db(), { now: time })).toBe(1)
    expect(await rows()).toMatchObject([
      { due_at: null, sent_at: null, text_body: '', failure: 'It expired before it could be sent.' },
      { due_at: null, sent_at: time, failure: null },
    ])
    expect(await giveUpExpiredMail(db(), { now: time })).toBe(0)
    expect(await mailTroubles(db(), { now: time })).toEqual({
      postponed: 0,
      givenUp: [{ reason: 'It expired before it could be sent.', mails: 1 }],
    })
    expect(await mailTroubles(db(), { now: after(7 * 24 * HOUR) })).toEqual({ postponed: 0, givenUp: [] })
  })

  it('is given up when its time is over before the next attempt', async () => {
    const server = await serve({ recipient: () => '451 4.7.1 later' })
    await queue('late', { urgent: true, expiresAt: after(30 * MINUTE) })
    const mailer = open(server.url())
    for (;;) {
      const { postponed } = await deliverDueMail(db(), mailer, { now })
      const [row] = await rows()
      if (postponed === 0 || !row?.due_at) break
      time = row.due_at
    }
    expect(time).toEqual(after(15 * MINUTE))
    expect(await rows()).toMatchObject([
      {
        due_at: null,
        attempts: 5,
        text_body: '',
        failure: expect.stringMatching(/451 4\.7\.1 later.* It expired before it could be sent\.$/),
      },
    ])
  })

  it('goes out though the clock was set back after it was queued, postponed or claimed', async () => {
    const server = await serve({ recipient: () => (time > start ? '451 4.7.1 later' : null) })
    time = after(48 * HOUR)
    await queue('postponed')
    await deliverDueMail(db(), open(server.url()), { now })
    await queue('queued')
    await queue('claimed')
    await db()
      .updateTable('outgoing_mail')
      .set({ claimed_until: after(48 * HOUR + 10 * MINUTE) })
      .where('recipient', '=', 'claimed@example.org')
      .execute()
    time = start
    expect(await deliverDueMail(db(), open(server.url()), { now })).toEqual({
      sent: 3,
      postponed: 0,
      givenUp: 0,
    })
  })

  it('is left to whoever claimed it, and waits its time, on clocks that differ a little', async () => {
    const server = await serve()
    await queue('claimed')
    await db()
      .updateTable('outgoing_mail')
      .set({ claimed_until: after(10 * MINUTE + 30_000) })
      .execute()
    expect(await deliverDueMail(db(), open(server.url()), { now })).toMatchObject({ sent: 0 })
    await db()
      .updateTable('outgoing_mail')
      .set({ claimed_until: null, attempts: 12, due_at: after(6 * HOUR) })
      .execute()
    expect(await deliverDueMail(db(), open(server.url()), { now })).toMatchObject({ sent: 0 })
    expect(server.deliveries).toEqual([])
  })

  it('is given back as it was when the work is to stop while the server takes its time', async () => {
    const arrival = moment()
    const release = moment()
    const server = await serve({
      async message() {
        arrival.come()
        await release.comes
        return '451 4.3.2 closing down'
      },
    })
    await queue('ada')
    const stopping = new AbortController()
    const delivery = deliverDueMail(db(), open(server.url()), { now, signal: stopping.signal })
    await arrival.comes
    stopping.abort()
    release.come()
    expect(await delivery).toEqual({ sent: 0, postponed: 0, givenUp: 0 })
    expect(await mailTroubles(db(), { now: time })).toEqual({ postponed: 0, givenUp: [] })
    expect(await rows()).toMatchObject([
      { due_at: start, claimed_until: null, attempts: 0, text_body: 'A secret link for ada' },
    ])
  })
})
