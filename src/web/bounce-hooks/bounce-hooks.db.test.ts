import { beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { openSite } from '../../../test/site.ts'
import { issueMessageId } from '../../digests/message-id.ts'
import { forgetDigests, sentIssue, subscribed } from '../../digests/sent-issue.fixture.ts'
import {
  CERTIFICATE_URL,
  fromMailgun,
  fromPostmark,
  fromSendgrid,
  fromSns,
  MAILGUN_KEY,
  SENDGRID_KEY,
  sesComplaint,
  SNS_CERTIFICATE,
  TOPIC,
} from '../../mail/bounces/hooks/posted.fixture.ts'
import { parseBounceHooks } from '../../mail/bounces/hooks/settings.ts'
import { ServiceAway, type OutgoingClient } from '../../outgoing/client.ts'

const NOON = new Date('2026-11-29T12:00:00Z')
const secret = 'a secret that is only for tests, long enough'
const PASSWORD = 'a-password-for-postmark'

describeWithDatabase('webhooks of senders of mail', (db) => {
  beforeEach(() => forgetDigests(db()))

  /** Amazon, as the client for what is outside finds it. */
  const amazon = (answers: Record<string, { body: string; url?: string }>): OutgoingClient => ({
    async request(_service, url, { trusted }) {
      expect(trusted).toBe(false)
      const answer = answers[url.href]
      if (answer === undefined) throw new ServiceAway(`${url.host} does not answer`)
      return { url: new URL(answer.url ?? url), status: 200, headers: {}, body: Buffer.from(answer.body) }
    },
  })
  function siteWith(client: OutgoingClient) {
    const senders = parseBounceHooks(
      `mailgun=${MAILGUN_KEY} sendgrid=${SENDGRID_KEY} ses=${TOPIC} postmark=${PASSWORD}`,
    )
    if (senders === null) throw new Error('no senders')
    const { site } = openSite(db(), { now: NOON })
    return openSite(db(), {
      now: NOON,
      bounceHooks: { senders, secret },
      harvesting: { ...site.harvesting, client },
    }).app
  }
  async function open(client = amazon({})) {
    const app = siteWith(client)
    const { subscriptionId } = await subscribed(db(), { now: NOON })
    const issueId = await sentIssue(db(), { subscriptionId, now: NOON })
    const messageId = `${issueMessageId(issueId, { secret })}@tides.example`
    const post = async (
      sender: string,
      { body, headers }: { body: Buffer; headers: Record<string, string> },
      on = app,
    ) =>
      (
        await on.request(`https://tides.example/mail/bounces/${sender}`, {
          method: 'POST',
          body: new Uint8Array(body),
          headers: { host: 'tides.example', ...headers },
        })
      ).status
    return { post, messageId }
  }
  const subscriber = () =>
    db().selectFrom('subscribers').select(['bounce_score', 'suppressed_for']).executeTakeFirstOrThrow()

  it('are taken when they are signed, and count once', async () => {
    const { post, messageId } = await open()
    const sent = fromMailgun(messageId)
    expect(await post('mailgun', sent)).toBe(200)
    expect(await post('mailgun', sent)).toBe(200)
    expect(await post('sendgrid', fromSendgrid(messageId))).toBe(200)
    expect(
      await post('postmark', fromPostmark({ Metadata: { 'message-id': messageId } }, { password: PASSWORD })),
    ).toBe(200)
    expect(await subscriber()).toEqual({ bounce_score: 1, suppressed_for: null })
    expect(await post('sendgrid', fromSendgrid(messageId, [{ event: 'spamreport', sg_event_id: 'x' }]))).toBe(
      200,
    )
    expect(await subscriber()).toEqual({ bounce_score: 1, suppressed_for: 'complaint' })
  })

  it('of Amazon are verified by a certificate that Amazon gives', async () => {
    const certificate = { [CERTIFICATE_URL]: { body: SNS_CERTIFICATE } }
    const { post, messageId } = await open(amazon(certificate))
    const sent = fromSns({ Message: sesComplaint(messageId) })
    const elsewhere = amazon({ [CERTIFICATE_URL]: { body: SNS_CERTIFICATE, url: 'https://evil.example/' } })
    for (const client of [elsewhere, amazon({})]) expect(await post('ses', sent, siteWith(client))).toBe(503)
    expect(await subscriber()).toMatchObject({ suppressed_for: null })
    expect(await post('ses', sent)).toBe(200)
    expect(await subscriber()).toMatchObject({ suppressed_for: 'complaint' })
  })

  it('are refused otherwise, and nothing changes', async () => {
    const { post, messageId } = await open()
    const plain = openSite(db(), { now: NOON }).app
    expect(await post('mailgun', fromMailgun(messageId), plain)).toBe(404)
    expect(await post('nobody', fromMailgun(messageId))).toBe(404)
    expect(await post('sendgrid', fromMailgun(messageId))).toBe(403)
    expect(await post('mailgun', fromMailgun(messageId, { key: 'the key of somebody else' }))).toBe(403)
    expect(
      await post('postmark', fromPostmark({ RecordType: 7, MessageID: 7 }, { password: PASSWORD })),
    ).toBe(400)
    expect(await post('mailgun', { headers: {}, body: Buffer.alloc(200_000, ' ') })).toBe(413)
    const headers = { origin: 'https://evil.example' }
    expect(await post('mailgun', { ...fromMailgun(messageId), headers })).toBe(403)
    // It is signed by its sender, and names no mail of ours.
    expect(await post('mailgun', fromMailgun('digest.1.forged@tides.example'))).toBe(200)
    expect(await subscriber()).toEqual({ bounce_score: 0, suppressed_for: null })
  })
})
