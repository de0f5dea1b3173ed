import { createHmac, createSign, generateKeyPairSync, sign } from 'node:crypto'
import { selfSigned } from '../certificate.fixture.ts'
import type { Posted } from './hook.ts'
import type { SnsMessage } from './sns.ts'

// What senders of mail post, in the forms of their documentation, signed with keys that are made here.

type Sent = { body: Buffer; headers: Record<string, string> }

export function posted({ body, headers }: Sent): Posted {
  return { body, header: (name) => headers[name.toLowerCase()] }
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value))

export const MAILGUN_KEY = 'key-3ax6xnjp29jd6fds4gc373sgvjxteol0'
export function fromMailgun(
  messageId: string,
  {
    event = {},
    at = new Date('2026-11-29T12:00:00Z'),
    token = 'f80bbe9a1d2c8a9e6f3b',
    key = MAILGUN_KEY,
  }: { event?: Record<string, unknown>; at?: Date; token?: string; key?: string } = {},
): Sent {
  const timestamp = String(Math.floor(at.getTime() / 1_000))
  const signature = createHmac('sha256', key)
    .update(timestamp + token)
    .digest('hex')
  return {
    headers: { 'content-type': 'application/json' },
    body: json({
      signature: { token, timestamp, signature },
      'event-data': {
        event: 'failed',
        severity: 'permanent',
        reason: 'bounce',
        id: 'G9Bn5sl1TC6nu79C8C0bwg',
        timestamp: 1764417600.1,
        recipient: 'ada@readers.example',
        'delivery-status': {
          code: 550,
          message: '5.1.1 The account ada@readers.example does not exist',
          description: '',
        },
        message: { headers: { to: 'ada@readers.example', 'message-id': messageId, subject: 'x' }, size: 111 },
        ...event,
      },
    }),
  }
}

const sendgrid = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
export const SENDGRID_KEY = sendgrid.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
export function fromSendgrid(messageId: string, events: Record<string, unknown>[] = [{}]): Sent {
  const timestamp = '1764417600'
  const body = Buffer.from(
    // As it is sent: what is signed are its bytes.
    `${JSON.stringify(
      events.map((event, i) => ({
        email: 'ada@readers.example',
        timestamp: 1764417600,
        'smtp-id': `<${messageId}>`,
        event: 'bounce',
        type: 'bounce',
        status: '5.1.1',
        reason: '550 5.1.1 The email account that you tried to reach does not exist.',
        sg_event_id: `event-${i}`,
        sg_message_id: 'of its own',
        ...event,
      })),
    )}\r\n`,
  )
  const signature = sign('sha256', Buffer.concat([Buffer.from(timestamp), body]), sendgrid.privateKey)
  return {
    body,
    headers: {
      'x-twilio-email-event-webhook-signature': signature.toString('base64'),
      'x-twilio-email-event-webhook-timestamp': timestamp,
    },
  }
}

const amazon = selfSigned()
export const SNS_CERTIFICATE = amazon.cert
export const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:bounces'
export const CERTIFICATE_URL =
  'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem'

export function fromSns(
  message: Partial<SnsMessage>,
  { version = '2', signedAs = {} }: { version?: '1' | '2'; signedAs?: Partial<SnsMessage> } = {},
): Sent {
  const whole: SnsMessage = {
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: TOPIC,
    Message: '{}',
    Timestamp: '2026-11-29T12:00:00.000Z',
    SignatureVersion: version,
    Signature: '',
    SigningCertURL: CERTIFICATE_URL,
    ...message,
  }
  const names: (keyof SnsMessage)[] =
    whole.Type === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']
  const signer = createSign(version === '1' ? 'RSA-SHA1' : 'RSA-SHA256')
  for (const name of names) {
    const value = { ...whole, ...signedAs }[name]
    if (value !== undefined && value !== null) signer.update(`${name}\n${value}\n`)
  }
  const signature = signer.sign(amazon.privateKey, 'base64')
  return {
    headers: { 'content-type': 'text/plain; charset=UTF-8' },
    body: json({ ...whole, Signature: signature }),
  }
}

export function sesBounce(messageId: string, bounce: Record<string, unknown> = {}): string {
  return JSON.stringify({
    notificationType: 'Bounce',
    bounce: {
      bounceType: 'Permanent',
      bounceSubType: 'General',
      bouncedRecipients: [
        {
          emailAddress: 'ada@readers.example',
          action: 'failed',
          status: '5.1.1',
          diagnosticCode: 'smtp; 550 5.1.1 <ada@readers.example>... User',
        },
      ],
      timestamp: '2026-11-29T12:00:00.000Z',
      feedbackId: '00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa068a-000000',
      ...bounce,
    },
    mail: sesMail(messageId),
  })
}

export function sesComplaint(messageId: string, type = 'abuse'): string {
  return JSON.stringify({
    eventType: 'Complaint',
    complaint: {
      complainedRecipients: [{ emailAddress: 'ada@readers.example' }],
      complaintFeedbackType: type,
      userAgent: 'AnyCompany Feedback Loop (V0.01)',
    },
    mail: sesMail(messageId),
  })
}

const sesMail = (messageId: string) => ({
  timestamp: '2026-11-29T11:59:00.000Z',
  messageId: '00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa0680-000000',
  source: 'broadsheet@tides.example',
  destination: ['ada@readers.example'],
  headersTruncated: false,
  headers: [
    { name: 'From', value: 'broadsheet@tides.example' },
    { name: 'Message-ID', value: `<${messageId}>` },
  ],
  commonHeaders: { from: ['broadsheet@tides.example'], subject: 'Hello' },
})

export const POSTMARK_SECRET = 'a password for postmark'
export function fromPostmark(
  event: Record<string, unknown>,
  { password = POSTMARK_SECRET, user = 'postmark' } = {},
): Sent {
  return {
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    },
    body: json({
      RecordType: 'Bounce',
      MessageStream: 'outbound',
      ID: 4323372036854776,
      Type: 'HardBounce',
      TypeCode: 1,
      Name: 'Hard bounce',
      MessageID: '883953f4-6105-42a2-a16a-77a8eac79483',
      Metadata: {},
      Description: 'The server was unable to deliver your message',
      Details: 'smtp;550 5.1.1 The email account does not exist.',
      Email: 'ada@readers.example',
      ...event,
    }),
  }
}
