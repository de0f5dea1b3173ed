import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { selfSigned } from '../certificate.fixture.ts'
import { postfixBounce } from '../sample-reports.fixture.ts'
import {
  CERTIFICATE_URL,
  fromMailgun,
  fromPostmark,
  fromSendgrid,
  fromSns,
  MAILGUN_KEY,
  POSTMARK_SECRET,
  posted,
  SENDGRID_KEY,
  sesBounce,
  sesComplaint,
  SNS_CERTIFICATE,
  TOPIC,
} from './posted.fixture.ts'
import { receiveHook } from './receive.ts'
import { NO_HOOKS, parseBounceHooks } from './settings.ts'
import type { FetchText } from './sns.ts'

const NOON = new Date('2026-11-29T12:00:00Z')
const ID = 'digest.42.Zm9vYmFy-_x@tides.example'
const hooks = parseBounceHooks(
  `mailgun=${MAILGUN_KEY} sendgrid=${SENDGRID_KEY} ses=${TOPIC}  postmark=${POSTMARK_SECRET.replaceAll(' ', '-')}`,
)
if (hooks === null) throw new Error('no hooks')
const SECRET = POSTMARK_SECRET.replaceAll(' ', '-')

const fetched: string[] = []
const amazon: FetchText = async (url) => {
  fetched.push(url.href)
  return url.href === CERTIFICATE_URL ? SNS_CERTIFICATE : '<ConfirmSubscriptionResponse/>'
}
const receive = async (
  sender: string,
  sent: Parameters<typeof posted>[0],
  { now = NOON, fetchText = amazon, certificates = new Map() } = {},
) => receiveHook(sender, posted(sent), { hooks, now, fetchText, certificates })

const bounced = {
  kind: 'bounce',
  severity: 'permanent',
  status: '5.1.1',
  recipient: 'ada@readers.example',
  messageId: ID,
}
const forged = { kind: 'forged' }

/** The same with a byte changed. */
const spoilt = <T extends { body: Buffer }>(sent: T): T => ({
  ...sent,
  body: Buffer.from(String(sent.body).replace('readers.example', 'Readers.example')),
})

describe('Mailgun', () => {
  it('is believed by its signature, once and for 15 minutes', async () => {
    expect(await receive('mailgun', fromMailgun(ID))).toEqual({
      kind: 'taken',
      reports: [
        { ...bounced, reason: '550 5.1.1 The account … does not exist', key: 'mailgun f80bbe9a1d2c8a9e6f3b' },
      ],
    })
    expect(await receive('mailgun', fromMailgun(ID, { key: 'the key of someone else' }))).toEqual(forged)
    for (const minutes of [-16, 16])
      expect(
        await receive('mailgun', fromMailgun(ID), { now: new Date(NOON.getTime() + minutes * 60_000) }),
      ).toEqual(forged)
    expect(await receive('mailgun', { headers: {}, body: Buffer.from('{"event-data":{}}') })).toEqual(forged)
  })

  it('tells complaints, and what it tries again is no bounce', async () => {
    const tell = (event: Record<string, unknown>) => receive('mailgun', fromMailgun(ID, { event }))
    expect(await tell({ event: 'complained', 'delivery-status': undefined })).toMatchObject({
      reports: [{ kind: 'complaint', messageId: ID }],
    })
    expect(await tell({ severity: 'temporary' })).toEqual({ kind: 'taken', reports: [] })
    expect(await tell({ event: 'opened' })).toEqual({ kind: 'taken', reports: [] })
    expect(await tell({ message: {} })).toEqual({ kind: 'taken', reports: [] })
    for (const [event, severity] of [
      [
        { reason: 'suppress-bounce', 'delivery-status': { code: 605, message: 'Not delivering' } },
        'permanent',
      ],
      [{ reason: 'old', 'delivery-status': { code: 602, message: 'Too old' } }, 'temporary'],
      [{ 'delivery-status': { code: 554, message: '5.7.1 spam' } }, 'unknown'],
    ] as const)
      expect(await tell(event)).toMatchObject({ reports: [{ severity }] })
  })
})

describe('SendGrid', () => {
  it('is believed by its signature over every byte', async () => {
    const sent = fromSendgrid(ID)
    expect(await receive('sendgrid', sent)).toMatchObject({
      kind: 'taken',
      reports: [{ ...bounced, key: 'sendgrid event-0' }],
    })
    expect(await receive('sendgrid', spoilt(sent))).toEqual(forged)
    expect(await receive('sendgrid', { ...sent, body: Buffer.from(String(sent.body).trim()) })).toEqual(
      forged,
    )
    expect(await receive('sendgrid', { ...sent, headers: {} })).toEqual(forged)
    const headers = { ...sent.headers, 'x-twilio-email-event-webhook-timestamp': '1764417601' }
    expect(await receive('sendgrid', { ...sent, headers })).toEqual(forged)
  })

  it('tells of many at once', async () => {
    const outcome = await receive(
      'sendgrid',
      fromSendgrid(ID, [
        { event: 'processed' },
        { event: 'spamreport' },
        { type: 'blocked', status: '', reason: '550 no such user' },
        { type: 'blocked', status: '4.7.1', reason: 'later' },
        { status: '5.0.0', reason: '550 5.1.1 nobody' },
        { event: 'dropped', status: '', reason: 'Bounced Address' },
        { event: 'dropped', status: '', reason: 'Unsubscribed Address' },
        { 'smtp-id': null },
        { sg_event_id: 7 },
      ]),
    )
    expect(
      outcome?.kind === 'taken' &&
        outcome.reports.map((report) => [
          report.key.slice(-1),
          report.kind === 'bounce' ? report.severity : report.kind,
        ]),
    ).toEqual([
      ['1', 'complaint'],
      ['2', 'unknown'],
      ['3', 'temporary'],
      ['4', 'permanent'],
      ['5', 'permanent'],
      ['6', 'unknown'],
    ])
  })
})

describe('Amazon SES', () => {
  it('is believed by the signature of SNS, in both versions', async () => {
    for (const version of ['1', '2'] as const)
      for (const Subject of [undefined, 'Amazon SES Email Event Notification'])
        expect(await receive('ses', fromSns({ Message: sesBounce(ID), Subject }, { version }))).toMatchObject(
          {
            kind: 'taken',
            reports: [{ ...bounced, key: 'ses 22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324' }],
          },
        )
    expect(await receive('ses', fromSns({ Message: sesComplaint(ID) }))).toMatchObject({
      reports: [{ kind: 'complaint', messageId: ID, reason: 'abuse' }],
    })
    expect(await receive('ses', fromSns({ Message: sesComplaint(ID, 'not-spam') }))).toEqual({
      kind: 'taken',
      reports: [],
    })
    for (const [bounce, severity] of [
      [{ bounceType: 'Transient', bounceSubType: 'MailboxFull', bouncedRecipients: [] }, 'temporary'],
      [{ bounceType: 'Transient', bounceSubType: 'ContentRejected', bouncedRecipients: [] }, 'unknown'],
      [{ bouncedRecipients: [] }, 'permanent'],
      [{ bouncedRecipients: [{ emailAddress: 'a@b.example', status: '5.7.1' }] }, 'unknown'],
      [{ bounceSubType: 'OnAccountSuppressionList', bouncedRecipients: [] }, 'permanent'],
    ] as const)
      expect(await receive('ses', fromSns({ Message: sesBounce(ID, bounce) }))).toMatchObject({
        reports: [{ severity }],
      })
  })

  it('fetches a certificate once, and from Amazon alone', async () => {
    const certificates = new Map()
    fetched.length = 0
    for (let i = 0; i < 3; i++)
      await receive('ses', fromSns({ Message: sesBounce(ID), MessageId: `m${i}` }), { certificates })
    expect(fetched).toEqual([CERTIFICATE_URL])
    for (const SigningCertURL of [
      'https://evil.example/x.pem',
      'https://sns.eu-west-1.amazonaws.com.evil.example/x.pem',
      'https://sns.eu-west-1.amazonaws.com@evil.example/x.pem',
      'https://evil.example/sns.eu-west-1.amazonaws.com/x.pem',
      'http://sns.eu-west-1.amazonaws.com/x.pem',
      'https://sns.eu-west-1.amazonaws.com:8443/x.pem',
      'https://bucket.s3.amazonaws.com/x.pem',
      'https://sns.evil.eu-west-1.amazonaws.com/x.pem',
      'https://sns.eu-west-1.amazonaws.com/x',
      'nowhere',
    ])
      expect([SigningCertURL, await receive('ses', fromSns({ SigningCertURL }))]).toEqual([
        SigningCertURL,
        forged,
      ])
    const ours = fromSns({ Message: sesBounce(ID) })
    expect(await receive('ses', fromSns({ TopicArn: `${TOPIC}-of-others` }))).toEqual(forged)
    expect(await receive('ses', spoilt(ours))).toEqual(forged)
    expect(fetched).toEqual([CERTIFICATE_URL, CERTIFICATE_URL])
    // One that is not Amazon's key, that has expired, that is none.
    for (const text of [selfSigned().cert, 'rubbish', null])
      expect(await receive('ses', ours, { fetchText: async () => text })).toEqual(forged)
    expect(await receive('ses', ours, { now: new Date('2050-01-01T00:00:00Z') })).toEqual(forged)
    const fetchText = async () => Promise.reject(new Error('sns.eu-west-1.amazonaws.com does not answer'))
    expect(await receive('ses', ours, { fetchText })).toEqual({
      kind: 'away',
      reason: 'sns.eu-west-1.amazonaws.com does not answer',
    })
  })

  it('is told that we want to hear of a topic, when it asks', async () => {
    const asks = (SubscribeURL: string, more = {}) =>
      receive('ses', fromSns({ Type: 'SubscriptionConfirmation', Token: '2336412f37', SubscribeURL }, more))
    const there =
      'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=x&Token=2336412f37'
    fetched.length = 0
    expect(await asks(there)).toEqual({ kind: 'taken', reports: [] })
    expect(fetched).toEqual([CERTIFICATE_URL, there])
    fetched.length = 0
    for (const elsewhere of [
      'https://evil.example/?Action=ConfirmSubscription',
      'http://169.254.169.254/',
      '',
    ])
      expect([elsewhere, await asks(elsewhere)]).toEqual([elsewhere, forged])
    expect(await asks(there, { signedAs: { SubscribeURL: 'https://sns.eu-west-1.amazonaws.com/' } })).toEqual(
      forged,
    )
    expect(new Set(fetched)).toEqual(new Set([CERTIFICATE_URL]))
    expect(
      await receive('ses', fromSns({ Message: 'Successfully validated SNS topic for Amazon SES.' })),
    ).toEqual({
      kind: 'taken',
      reports: [],
    })
    expect(await receive('ses', fromSns({ Message: 'Hello.' }))).toEqual({ kind: 'unreadable' })
  })
})

describe('Postmark', () => {
  const from = (event: Record<string, unknown>, more = {}) =>
    fromPostmark(event, { password: SECRET, ...more })

  it('is believed by its password, where it names a mail of ours', async () => {
    const Metadata = { 'message-id': ID }
    expect(await receive('postmark', from({ Metadata }))).toMatchObject({
      kind: 'taken',
      reports: [{ ...bounced, status: null, key: 'postmark Bounce 883953f4-6105-42a2-a16a-77a8eac79483' }],
    })
    const Content = String(postfixBounce(ID))
    expect(await receive('postmark', from({ Content }))).toMatchObject({ reports: [bounced] })
    expect(
      await receive('postmark', from({ Metadata, RecordType: 'SpamComplaint', Type: 'SpamComplaint' })),
    ).toMatchObject({ reports: [{ kind: 'complaint', messageId: ID }] })
    expect(await receive('postmark', from({ Metadata, Type: 'SoftBounce' }))).toMatchObject({
      reports: [{ severity: 'temporary' }],
    })
    for (const event of [{}, { Metadata, Type: 'AutoResponder' }, { Metadata, RecordType: 'Open' }])
      expect(await receive('postmark', from(event))).toEqual({ kind: 'taken', reports: [] })
    for (const more of [{ password: '' }, { password: `${SECRET}x` }, { user: SECRET, password: 'x' }])
      expect(await receive('postmark', from({ Metadata }, more))).toEqual(forged)
    expect(await receive('postmark', { ...from({ Metadata }), headers: {} })).toEqual(forged)
  })
})

describe('what senders of mail post', () => {
  it('is heard only of those that are set', async () => {
    for (const sender of ['mailgun', 'sendgrid', 'ses', 'postmark', 'nobody', '__proto__']) {
      const nobody = { hooks: NO_HOOKS, now: NOON, fetchText: amazon, certificates: new Map() }
      expect(await receiveHook(sender, posted(fromMailgun(ID)), nobody)).toBe(null)
    }
  })

  it('never throws, whatever it is', async () => {
    const json = fc.json().map((text) => Buffer.from(text))
    const rubbish = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(null, '', ID, 'Bounce', 'failed', {}, []),
    )
    const odd = (keys: string[]) => fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 6 })
    const sent = fc.oneof(
      fc
        .tuple(fc.constantFrom('mailgun', 'sendgrid', 'ses', 'postmark'), fc.oneof(json, rubbish))
        .map(([sender, body]) => [sender, { headers: {}, body }] as const),
      odd(['event', 'severity', 'reason', 'message', 'delivery-status', 'recipient']).map(
        (event) => ['mailgun', fromMailgun(ID, { event })] as const,
      ),
      odd(['event', 'type', 'status', 'reason', 'smtp-id', 'email', 'sg_event_id']).map(
        (event) => ['sendgrid', fromSendgrid(ID, [event])] as const,
      ),
      odd(['bounceType', 'bounceSubType', 'bouncedRecipients']).map(
        (bounce) => ['ses', fromSns({ Message: sesBounce(ID, bounce) })] as const,
      ),
      fc.json().map((Message) => ['ses', fromSns({ Message })] as const),
      odd(['RecordType', 'MessageID', 'Type', 'Metadata', 'Content', 'Details', 'Email']).map(
        (event) => ['postmark', fromPostmark(event, { password: SECRET })] as const,
      ),
    )
    const certificates = new Map()
    await fc.assert(
      fc.asyncProperty(sent, async ([sender, one]) => {
        const outcome = await receive(sender, one, { certificates })
        expect(outcome?.kind).toBeOneOf(['taken', 'forged', 'unreadable'])
      }),
      { numRuns: 400 },
    )
  })
})

it('settings name the senders, and are refused whole where one is wrong', () => {
  expect(parseBounceHooks('')).toEqual(NO_HOOKS)
  const other = `${TOPIC}-2`
  expect(parseBounceHooks(`ses=${TOPIC} ses=${other}`)?.ses).toEqual([TOPIC, other])
  const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).publicKey
  for (const text of [
    'mailgun',
    'mailgun=short',
    `mailgun=${MAILGUN_KEY} mailgun=${MAILGUN_KEY}`,
    'sendgrid=rubbish',
    `sendgrid=${p384.export({ type: 'spki', format: 'der' }).toString('base64')}`,
    `sendgrid=${SENDGRID_KEY} sendgrid=${SENDGRID_KEY}`,
    'ses=bounces',
    'ses=arn:aws:sqs:eu-west-1:123456789012:bounces',
    'elsewhere=a-secret-that-is-long-enough',
    '__proto__=a-secret-that-is-long-enough',
  ])
    expect([text, parseBounceHooks(text)]).toEqual([text, null])
})
