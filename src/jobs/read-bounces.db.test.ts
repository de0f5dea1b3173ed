import { sql } from 'kysely'
import { pino } from 'pino'
import { beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { otherConnections } from '../../test/waiting.ts'
import { issueMessageId } from '../digests/message-id.ts'
import { forgetDigests, sentIssue, subscribed } from '../digests/sent-issue.fixture.ts'
import { imapServers, type ImapServer } from '../mail/bounces/imap-server.fixture.ts'
import { parseMailboxUrl } from '../mail/bounces/mailbox-url.ts'
import { feedback, outOfOffice, postfixBounce } from '../mail/bounces/sample-reports.fixture.ts'
import { readBounces } from './read-bounces.ts'

const NOON = new Date('2026-11-29T12:00:00Z')
const MINUTE = 60_000
const secret = 'a secret that is only for tests, long enough'

describeWithDatabase('the folder of bounces', (db) => {
  const { serve } = imapServers()
  const lines: { level: number; msg: string; reason?: string }[] = []
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) })
  const { signal } = new AbortController()
  beforeEach(async () => {
    await forgetDigests(db())
    lines.length = 0
  })

  function job(server: ImapServer, folder = '') {
    const mailbox = parseMailboxUrl(server.url(folder))
    if (mailbox === null) throw new Error('no mailbox')
    return readBounces(db(), { mailbox, secret, log, now: () => NOON })
  }
  async function mailed() {
    const { subscriberId, subscriptionId } = await subscribed(db(), { now: NOON })
    const issueId = await sentIssue(db(), { subscriptionId, now: NOON })
    return { issueId, subscriberId, messageId: `${issueMessageId(issueId, { secret })}@tides.example` }
  }
  const subscriber = () =>
    db().selectFrom('subscribers').select(['bounce_score', 'suppressed_for']).executeTakeFirstOrThrow()
  const fetches = ({ commands }: ImapServer) => commands.filter((command) => command.startsWith('UID FETCH'))

  it('is read, and what is new in it each time', async () => {
    const server = await serve()
    const { messageId, issueId } = await mailed()
    server.folder.deliver(outOfOffice(messageId))
    server.folder.deliver(postfixBounce(messageId))
    server.folder.deliver(postfixBounce('digest.1.forged@tides.example', { own: 'forged' }))
    const reading = job(server)
    expect(await reading.work(signal)).toBe(undefined)
    expect(await subscriber()).toMatchObject({ bounce_score: 1 })
    expect(
      await db().selectFrom('digest_issues').select(['state']).where('id', '=', issueId).executeTakeFirst(),
    ).toEqual({ state: 'bounced' })
    expect(lines.at(-1)).toMatchObject({ messages: 3, bounced: 1, unknown: 1, repeated: 0 })

    await reading.work(signal)
    // Another process goes on where this one has stopped.
    await job(server).work(signal)
    expect(fetches(server)).toHaveLength(1)
    server.folder.deliver(feedback(messageId))
    await job(server).work(signal)
    expect(await subscriber()).toMatchObject({ suppressed_for: 'complaint' })
  })

  it('is read once more when its numbers start anew, and nothing counts twice', async () => {
    const server = await serve()
    const { messageId } = await mailed()
    server.folder.deliver(postfixBounce(messageId))
    await job(server).work(signal)
    server.folder.validity = 8
    await job(server).work(signal)
    expect(fetches(server)).toHaveLength(2)
    expect(lines.at(-1)).toMatchObject({ messages: 1, repeated: 1 })
    expect(await subscriber()).toMatchObject({ bounce_score: 1 })
  })

  it('is read on at once when there is more in it', async () => {
    const server = await serve()
    for (let i = 0; i < 203; i++) server.folder.deliver(Buffer.from(`Subject: ${i}\r\n\r\nHello.\r\n`))
    const reading = job(server)
    expect(await reading.work(signal)).toBe('again')
    expect(await reading.work(signal)).toBe(undefined)
    expect(fetches(server).length).toBe(21)
  })

  it('is read by one process at a time, and no transaction waits for the server', async () => {
    const server = await serve()
    const { messageId } = await mailed()
    server.folder.deliver(postfixBounce(messageId))
    const reached = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    server.before = async (command) => {
      if (!command.startsWith('UID FETCH')) return
      reached.resolve()
      await release.promise
    }
    const first = job(server).work(signal)
    await reached.promise
    expect(await job(server).work(signal)).toBe(undefined)
    expect(server.connections()).toBe(1)
    const connections = await otherConnections(db())
    expect(connections.filter(({ state }) => state.startsWith('idle in transaction'))).toEqual([])
    release.resolve()
    await first
    expect(await subscriber()).toMatchObject({ bounce_score: 1 })
  })

  it('is waited for when it is away, longer each time, and that is told once', async () => {
    const server = await serve()
    await server.close()
    const reading = job(server)
    expect(await reading.work(signal)).toEqual({ restMs: 5 * MINUTE })
    expect(await reading.work(signal)).toEqual({ restMs: 10 * MINUTE })
    for (let i = 0; i < 10; i++) await reading.work(signal)
    expect(await reading.work(signal)).toEqual({ restMs: 360 * MINUTE })
    expect(lines.map(({ msg }) => msg)).toEqual(['the folder of bounces cannot be read'])
    expect(lines[0]?.reason).toContain('ECONNREFUSED')
    await serve({ port: server.port })
    expect(await reading.work(signal)).toBe(undefined)
    expect(lines.at(-1)?.msg).toBe('the folder of bounces can be read again')
  })

  it('is another one when the setting is', async () => {
    const server = await serve({ name: 'Bounces' })
    await sql`insert into site_state (name, value) values ('bounces', '"of some other folder 7 1"')`.execute(
      db(),
    )
    const { messageId } = await mailed()
    server.folder.deliver(postfixBounce(messageId))
    await job(server, 'Bounces').work(signal)
    expect(await subscriber()).toMatchObject({ bounce_score: 1 })
  })
})
