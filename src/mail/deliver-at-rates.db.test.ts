import { sql } from 'kysely'
import { pino } from 'pino'
import { beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { sendMail } from '../jobs/send-mail.ts'
import { deliverDueMail } from './deliver-mail.ts'
import { queueGreeting } from './greeting.fixture.ts'
import { parseMailRates, type MailRates } from './mail-rate.ts'
import { serversAndMailers } from './mail-server.fixture.ts'

const start = new Date('2026-01-15T12:00:00Z')
const rated = (text: string): MailRates => {
  const rates = parseMailRates(text)
  if (rates === null) throw new Error(text)
  return rates
}

describeWithDatabase('mail at a rate', (db) => {
  const { serve, open } = serversAndMailers()
  let time = start
  const now = () => time
  beforeEach(async () => {
    time = start
    await sql`truncate outgoing_mail, mail_turns`.execute(db())
  })
  const after = (ms: number) => new Date(start.getTime() + ms)
  const queue = (name: string, { to, urgent }: { to?: string; urgent?: boolean } = {}) =>
    queueGreeting(db(), { name, to, now: now(), ...(urgent === undefined ? {} : { urgent }) })

  it('goes out as its turns come, and is not known as postponed', async () => {
    const server = await serve()
    const mailer = open(server.url())
    for (let i = 0; i < 6; i++) await queue(`reader-${i}`)
    const rates = rated('2')
    const deliver = () => deliverDueMail(db(), mailer, { now, rates })
    expect(await deliver()).toMatchObject({ sent: 2, postponed: 0, givenUp: 0, heldUntil: after(500) })
    expect(await deliver()).toMatchObject({ sent: 0, heldUntil: after(500) })
    time = after(1_100)
    expect(await deliver()).toMatchObject({ sent: 2, postponed: 0 })
    time = after(60_000)
    expect(await deliver()).toEqual({ sent: 2, postponed: 0, givenUp: 0 })
    expect(server.deliveries).toHaveLength(6)
    const rows = await db().selectFrom('outgoing_mail').select(['attempts', 'due_at']).execute()
    expect(rows.every(({ attempts, due_at }) => attempts === 0 && due_at === null)).toBe(true)
  })

  it('to one domain does not hold up that to others, and one mail of it finds out for all', async () => {
    const server = await serve()
    for (let i = 0; i < 20; i++)
      await queue(`slow-${i}`, { to: `slow-${i}@${i % 2 ? 'gmail.com' : 'GMail.com'}` })
    for (let i = 0; i < 5; i++) await queue(`quick-${i}`)
    const counts = await deliverDueMail(db(), open(server.url()), { now, rates: rated('gmail.com=1/minute') })
    expect(counts).toMatchObject({ sent: 6, postponed: 0, givenUp: 0 })
    expect(server.recipients().filter((address) => address.endsWith('gmail.com'))).toHaveLength(1)
    const { rows } = await sql<{ held: number }>`
      select count(*)::int as held from outgoing_mail where due_at > ${start}
    `.execute(db())
    // As many as were under way at once.
    expect(rows[0]?.held).toBeLessThanOrEqual(3)
  })

  it('is not held up when it is urgent, and counts', async () => {
    const server = await serve()
    const mailer = open(server.url())
    const rates = rated('1 example.org=1')
    for (let i = 0; i < 4; i++) await queue(`waiting-${i}`, { urgent: true })
    await queue('other')
    expect(await deliverDueMail(db(), mailer, { now, rates })).toMatchObject({ sent: 4 })
    time = after(3_000)
    expect(await deliverDueMail(db(), mailer, { now, rates })).toMatchObject({ sent: 0 })
    time = after(5_000)
    expect(await deliverDueMail(db(), mailer, { now, rates })).toMatchObject({ sent: 1 })
  })

  it('goes out though the clock was set back while it was held up', async () => {
    const server = await serve()
    const mailer = open(server.url())
    const rates = rated('2/hour')
    time = after(48 * 3_600_000)
    for (const name of ['ada', 'grace']) await queue(name)
    expect(await deliverDueMail(db(), mailer, { now, rates })).toMatchObject({ sent: 1 })
    time = start
    expect(await deliverDueMail(db(), mailer, { now, rates })).toMatchObject({ sent: 1 })
  })

  it('is looked at again when its turn comes', async () => {
    const server = await serve()
    for (const name of ['ada', 'grace']) await queue(name)
    const log = pino({ level: 'silent' })
    const job = sendMail(db(), open(server.url()), { which: 'any', rates: rated('10/minute'), log, now })
    const { signal } = new AbortController()
    expect(await job.work(signal)).toEqual({ restMs: 6_000 })
    time = after(6_000)
    expect(await job.work(signal)).toBeUndefined()
    expect(server.deliveries).toHaveLength(2)
  })
})
