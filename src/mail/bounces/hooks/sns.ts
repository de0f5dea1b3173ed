import { createVerify, X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { parseJson } from './hook.ts'

// Amazon SNS over HTTPS (https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html).

const message = z.object({
  Type: z.enum(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  MessageId: z.string().min(1).max(200),
  TopicArn: z.string().max(500),
  Message: z.string().max(1_000_000),
  Timestamp: z.string().max(100),
  SignatureVersion: z.enum(['1', '2']),
  Signature: z.string().max(2_000),
  SigningCertURL: z.string().max(1_000),
  Subject: z.string().max(10_000).nullish(),
  SubscribeURL: z.string().max(2_000).optional(),
  Token: z.string().max(2_000).optional(),
})
export type SnsMessage = z.infer<typeof message>

/** Fetches what is at an address, following no redirect to another host; throws, or gives null where nothing is there. */
export type FetchText = (url: URL) => Promise<string | null>

export type SnsOutcome =
  | { kind: 'verified'; message: SnsMessage }
  | { kind: 'forged' }
  | { kind: 'away'; reason: string }

/** What is signed, in this order; `Subject` only where there is one. */
const SIGNED = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: [
    'Message',
    'MessageId',
    'SubscribeURL',
    'Timestamp',
    'Token',
    'TopicArn',
    'Type',
  ],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
} as const satisfies Record<SnsMessage['Type'], (keyof SnsMessage)[]>

/** Amazon rotates them a few times a year. */
const MOST_CERTIFICATES = 8

/** Certificates by their addresses, so that not each message fetches one. */
export type Certificates = Map<string, X509Certificate>

/** Whether an address is of Amazon SNS, over HTTPS: anyone can post us addresses. */
export function isOfSns(url: URL): boolean {
  return (
    url.protocol === 'https:' &&
    url.port === '' &&
    url.username === '' &&
    url.password === '' &&
    /^sns\.[a-z0-9-]{1,40}\.amazonaws\.com(?:\.cn)?$/.test(url.hostname)
  )
}

/** Verifies that a message is of Amazon SNS, and of one of the topics. Nothing is fetched for a topic that is not ours. */
export async function verifySns(
  body: Buffer,
  {
    topics,
    fetchText,
    certificates,
    now,
  }: { topics: string[]; fetchText: FetchText; certificates: Certificates; now: Date },
): Promise<SnsOutcome> {
  const parsed = message.safeParse(parseJson(body))
  if (!parsed.success || !topics.includes(parsed.data.TopicArn)) return { kind: 'forged' }
  const url = URL.parse(parsed.data.SigningCertURL)
  if (url === null || !isOfSns(url) || !url.pathname.endsWith('.pem')) return { kind: 'forged' }
  let certificate: X509Certificate | null
  try {
    certificate = await certificateAt(url, { fetchText, certificates })
  } catch (error) {
    return { kind: 'away', reason: error instanceof Error ? error.message : String(error) }
  }
  const isGood = certificate !== null && isValidAt(certificate, now) && isSignedBy(certificate, parsed.data)
  return isGood ? { kind: 'verified', message: parsed.data } : { kind: 'forged' }
}

async function certificateAt(
  url: URL,
  { fetchText, certificates }: { fetchText: FetchText; certificates: Certificates },
): Promise<X509Certificate | null> {
  const known = certificates.get(url.href)
  if (known) return known
  const pem = await fetchText(url)
  if (pem === null) return null
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(pem)
  } catch {
    return null
  }
  if (certificates.size >= MOST_CERTIFICATES) certificates.clear()
  certificates.set(url.href, certificate)
  return certificate
}

function isValidAt(certificate: X509Certificate, now: Date): boolean {
  return certificate.validFromDate <= now && now <= certificate.validToDate
}

function isSignedBy(certificate: X509Certificate, posted: SnsMessage): boolean {
  const verifier = createVerify(posted.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256')
  for (const name of SIGNED[posted.Type]) {
    const value = posted[name]
    if (value !== undefined && value !== null) verifier.update(`${name}\n${value}\n`)
  }
  try {
    return verifier.verify(certificate.publicKey, posted.Signature, 'base64')
  } catch {
    return false
  }
}
