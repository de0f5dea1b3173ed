import { domainToUnicode } from 'node:url'
import type { NodemailerError } from 'nodemailer'
import type { NotSent } from './message.ts'

/** What is known of an attempt besides its error. */
type Attempt = {
  /** Whom the mail was for: no reason names them. */
  recipient: string
  /** What no reason may say, in every form in which a server could repeat it. */
  secrets?: string[]
  /** The final dot was on its way: from then on the server may have taken the mail. */
  handedOver?: boolean
  /** The setting that names the server. */
  setting?: string
}

type Verdict = Pick<NotSent, 'kind' | 'about' | 'status'>
type Answer = {
  /** `null`: nothing was asked of the server. */
  code: number | null
  status: string | null
  text: string
}

/** Characters of a server's answer that are told. */
const ANSWER_LENGTH = 300

/** Enhanced codes that say: there is no such mailbox, or nobody uses it any more (RFC 3463, RFC 7505). */
const NO_SUCH_MAILBOX = new Set(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1'])
/** Enhanced codes that say nothing beyond the plain one. */
const SAYS_NOTHING = new Set(['5.0.0', '5.1.0', '5.2.0', '5.5.0'])

/** Words of servers that refuse the sender or what it sends, whatever else they say. */
const POLICY =
  /\b(?:spam\w*|unsolicited|block(?:ed|ing|list\w*|\s+list)|black-?list\w*|rbl|dnsbl|spamhaus|reputation|policy|policies|dmarc|spf|dkim|authentication|unauthenticated|reverse dns|ptr record|banned|denied|relay\w*|rate limit\w*)\b/i
/** Words of servers that do not know a mailbox. "Unavailable" is not among them: it also stands for policy. */
const UNKNOWN_MAILBOX = new RegExp(
  [
    String.raw`\b(?:no|unknown|invalid|bad|non-?existent) (?:such )?(?:user|mailbox|recipient|account|address|person|local[- ]?part)\b`,
    String.raw`\b(?:user|mailbox|recipient|account|address|alias)\b.{0,60}?\b(?:unknown|not known|not found|no longer exists|(?:does not|doesn.t|did not|didn.t|not) exist|does not have an? \S+ account|doesn.t have an? \S+ account|is not valid|is inactive|(?:is |has been |was )?(?:disabled|deactivated|closed|terminated))`,
    String.raw`\bno mailbox (?:here|by|with)\b`,
  ].join('|'),
  'i',
)
const FULL_MAILBOX =
  /\b(?:over ?quota|quota (?:exceeded|full)|exceeded (?:\S+ ){0,3}(?:quota|storage)|(?:mailbox|inbox)\b.{0,40}\bfull|full (?:mailbox|inbox)|out of storage|insufficient (?:mailbox )?storage|over (?:its |their |the )?(?:quota|limit))\b/i
const TOO_LARGE = /\b(?:too (?:big|large|long)|message size|size limit|maximum size)\b/i

/**
 * Sorts an error of nodemailer: what it is about, whether to try again, and in a sentence what to do. Account mail and
 * digests alike go by it, and nothing else reads the answers of servers.
 */
export function sortFailure(error: unknown, attempt: Attempt): NotSent {
  const { handedOver = false } = attempt
  const { responseCode }: NodemailerError = error instanceof Error ? error : new Error(String(error))
  // An answer that refuses is one, even where the connection ended with it.
  const inDoubt = handedOver && (responseCode === undefined || responseCode < 400)
  const { verdict, reason } = sort(error, attempt)
  return {
    ok: false,
    ...verdict,
    inDoubt,
    reason: inDoubt ? `${reason} It had the whole mail and may have taken it.` : reason,
  }
}

/**
 * Whether account mail is given up: when the server has something for good (5xx) against its recipient or its content,
 * and not when what it has is against us, which an operator can mend while the mail waits.
 */
export function isFinal({ kind, about, status }: NotSent): boolean {
  if (kind !== 'temporary') return true
  return about === 'recipient' && status?.startsWith('5.') === true
}

/** A mail that cannot be sent whatever the server: nothing was asked of one. */
export function impossible(reason: string, { about }: { about: 'recipient' | 'mail' }): NotSent {
  return { ok: false, kind: 'permanent', about, status: null, inDoubt: false, reason }
}

function sort(error: unknown, attempt: Attempt): { verdict: Verdict; reason: string } {
  const { setting = 'SMTP_URL' } = attempt
  const temporary = (about: NotSent['about'], reason: string, status: string | null = null) => ({
    verdict: { kind: 'temporary' as const, about, status },
    reason,
  })
  if (!(error instanceof Error))
    return temporary('server', `The mail could not be sent (${tellable(String(error), attempt)}).`)
  const { code, command, originalCode, response, responseCode }: NodemailerError = error
  const answer = tellable(response || error.message, attempt)
  const status = enhancedStatus(response)
  if (isAboutCertificate(originalCode)) {
    return temporary(
      'server',
      `The mail server’s certificate is not trusted (${tellable(error.message, attempt)}): give it one that is, or, when you know the server, add ?tls.rejectUnauthorized=false to ${setting}.`,
    )
  }
  if (originalCode === 'EPROTO' || originalCode?.startsWith('ERR_SSL')) {
    return temporary(
      'server',
      `The mail server does not speak TLS in this way (${answer}): smtps:// is for port 465, smtp:// for 587 and 25.`,
    )
  }
  switch (code) {
    case 'EENVELOPE':
    case 'EMESSAGE': {
      const given: Answer = { code: responseCode ?? null, status, text: response ?? '' }
      const verdict = sortAnswer(given, { command })
      return { verdict, reason: describeRefusal({ answer, command, code: given.code }) }
    }
    case 'EAUTH':
    case 'ENOAUTH':
    case 'EOAUTH2':
      return temporary(
        'us',
        `The mail server refuses the user or the password in ${setting} (${answer}).`,
        status,
      )
    case 'ETLS':
      return temporary(
        'server',
        `The mail server does not encrypt the connection (${answer}), and without that no password is sent: use another server or port, or, when you know the network, add ?requireTLS=false to ${setting}.`,
      )
    case 'EDNS':
      return temporary('server', `The mail server’s name is not known (${answer}): check ${setting}.`)
    case 'ETIMEDOUT':
      return temporary('server', `The mail server did not answer in time (${answer}).`)
    case 'EABORT':
      return temporary('server', 'The mail server was too slow to take the mail.')
    case 'ESOCKET':
      return temporary(
        'server',
        `The mail server cannot be reached (${answer}): check ${setting}, and that it is up.`,
      )
    case 'ECONNECTION':
      return temporary('server', `The mail server closed the connection (${answer}).`, status)
    default:
      return temporary('server', `The mail could not be sent (${answer}).`, status)
  }
}

/** What the answer to a command of a mail's delivery says. `DATA` stands for the command and for the mail itself. */
function sortAnswer({ code, status, text }: Answer, { command }: { command: string | undefined }): Verdict {
  if (code === null) return { kind: 'permanent', about: 'mail', status: null }
  const [, topic] = /^\d\.(\d+)\./.exec(status ?? '') ?? []
  if (code < 500) return { kind: 'temporary', about: aboutWhatPasses({ code, topic, command }), status }
  // 503 is about the order of commands; 530 and 53x about signing in.
  if (code === 503) return { kind: 'temporary', about: 'server', status }
  if (code >= 530 && code <= 538) return { kind: 'temporary', about: 'us', status }
  // The sender is refused before anybody has heard of the recipient: an operator can mend that.
  if (command !== 'RCPT TO' && command !== 'DATA') return { kind: 'temporary', about: 'us', status }

  if (status !== null && NO_SUCH_MAILBOX.has(status)) return { kind: 'permanent', about: 'recipient', status }
  if (status === '5.2.2') return { kind: 'temporary', about: 'recipient', status }
  if (topic === '7') return { kind: 'unknown', about: 'us', status }
  const unsaid = status === null || SAYS_NOTHING.has(status)
  if (unsaid && POLICY.test(text)) return { kind: 'unknown', about: 'us', status }
  if (unsaid && command === 'RCPT TO' && UNKNOWN_MAILBOX.test(text))
    return { kind: 'permanent', about: 'recipient', status: '5.1.1' }
  // RFC 5321 has 552 for storage that is used up. Servers also say it of a mail that is too large for them.
  if (unsaid && (FULL_MAILBOX.test(text) || (code === 552 && !TOO_LARGE.test(text))))
    return { kind: 'temporary', about: 'recipient', status: '5.2.2' }
  return { kind: 'unknown', about: command === 'RCPT TO' && topic !== '6' ? 'recipient' : 'mail', status }
}

/** Whom a 4xx is about: by the subject of its enhanced code (RFC 3463), or by when it came. */
function aboutWhatPasses({
  code,
  topic,
  command,
}: {
  code: number
  topic: string | undefined
  command: string | undefined
}): NotSent['about'] {
  if (topic === '7') return 'us'
  if (code === 421 || topic === '3' || topic === '4' || topic === '5') return 'server'
  return command === 'RCPT TO' || command === 'DATA' ? 'recipient' : 'server'
}

/** By the command that the server refused. */
function describeRefusal({
  answer,
  command,
  code,
}: {
  answer: string
  command: string | undefined
  code: number | null
}): string {
  if (code === null) return `The mail cannot be sent (${answer}).`
  const lasting = code >= 500 && code !== 503 && code !== 530 ? 'refuses' : 'does not take, for now,'
  if (command === 'RCPT TO') return `The mail server ${lasting} the recipient: ${answer}`
  if (command === 'DATA') return `The mail server ${lasting} the mail: ${answer}`
  return `The mail server does not take mail from this sender: ${answer}`
}

/** Of RFC 2034: after the plain code. */
function enhancedStatus(response: string | undefined): string | null {
  return /^[245]\d\d[ -]([245]\.\d{1,3}\.\d{1,3})(?!\S)/.exec(response ?? '')?.[1] ?? null
}

/** What OpenSSL and Node have against a certificate. */
function isAboutCertificate(code: string | undefined): boolean {
  return /CERT|UNABLE_TO_|CRL|INVALID_CA|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH/.test(code ?? '')
}

/**
 * An answer in one line of bearable length, without the recipient, whole or in part, and without secrets. What is cut off
 * is cut off last: half an address is one too.
 */
function tellable(text: string, { recipient, secrets = [] }: Attempt): string {
  const line = text
    .normalize()
    // Every line of an answer begins with its code.
    .replace(/^(\d{3})-/, '$1 ')
    .replaceAll(/[\r\n]+\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?(?=[ -])[ -]?/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
  // A recipient may be called 550.
  const codes = /^\d{3}(?: \d\.\d{1,3}\.\d{1,3})?(?= )/.exec(line)?.[0] ?? ''
  let told = line.slice(codes.length)
  for (const secret of secrets) if (secret !== '') told = told.replaceAll(secret, '***')
  const [address, part] = namesOf(recipient)
  if (address !== null) told = told.replace(address, 'the recipient')
  if (part !== null) told = told.replace(part, 'the recipient')
  return `${codes}${told}`.slice(0, ANSWER_LENGTH)
}

/** The address of a recipient in any case, and its local part as a word of its own, with and without what follows a +. */
function namesOf(recipient: string): [address: RegExp | null, part: RegExp | null] {
  const at = recipient.lastIndexOf('@')
  const local = recipient.slice(0, Math.max(0, at)).normalize()
  if (local === '') return [null, null]
  const domain = recipient.slice(at + 1)
  const locals = [...new Set([local, local.replace(/\+.*$/, '')])].flatMap((part) =>
    part === '' ? [] : [literally(part), literally(encodeURIComponent(part))],
  )
  const domains = [...new Set([domain, domainToUnicode(domain)])].map((one) => literally(one))
  const ats = ['@', '%40', '=40', '=', ' at ']
  const word = (pattern: string) => String.raw`(?<![\p{L}\p{N}])(?:${pattern})(?![\p{L}\p{N}])`
  return [
    new RegExp(`(?:${locals.join('|')})(?:${ats.join('|')})(?:${domains.join('|')})`, 'giu'),
    new RegExp(word(locals.join('|')), 'giu'),
  ]
}

function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
}
