import type { NodemailerError } from 'nodemailer'

export type Failure = { permanent: boolean; reason: string }

/** Characters of a server's answer that are told. */
const ANSWER_LENGTH = 300

/**
 * Tells from an error of nodemailer whether to try again, and in a sentence what to do. Permanent is only what the server
 * has against this mail (5xx on its recipient or content); with what it has against us (sender, password, certificate)
 * the operator can deal, and the mail waits.
 */
export function sortFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return temporary(`The mail could not be sent (${String(error)}).`)
  const { code, command, originalCode, response, responseCode }: NodemailerError = error
  const answer = oneLine(response || error.message)
  if (isAboutCertificate(originalCode)) {
    return temporary(
      `The mail server’s certificate is not trusted (${oneLine(error.message)}): give it one that is, or, when you know the server, add ?tls.rejectUnauthorized=false to SMTP_URL.`,
    )
  }
  if (originalCode === 'EPROTO' || originalCode?.startsWith('ERR_SSL')) {
    return temporary(
      `The mail server does not speak TLS in this way (${answer}): smtps:// is for port 465, smtp:// for 587 and 25.`,
    )
  }
  switch (code) {
    case 'EENVELOPE':
    case 'EMESSAGE':
      return refusal({ command, responseCode, answer })
    case 'EAUTH':
    case 'ENOAUTH':
    case 'EOAUTH2':
      return temporary(`The mail server refuses the user or the password in SMTP_URL (${answer}).`)
    case 'ETLS':
      return temporary(
        `The mail server does not encrypt the connection (${answer}), and without that no password is sent: use another server or port, or, when you know the network, add ?requireTLS=false to SMTP_URL.`,
      )
    case 'EDNS':
      return temporary(`The mail server’s name is not known (${answer}): check SMTP_URL.`)
    case 'ETIMEDOUT':
      return temporary(`The mail server did not answer in time (${answer}).`)
    case 'EABORT':
      return temporary('The mail server was too slow to take the mail.')
    case 'ESOCKET':
      return temporary(`The mail server cannot be reached (${answer}): check SMTP_URL, and that it is up.`)
    case 'ECONNECTION':
      return temporary(`The mail server closed the connection (${answer}).`)
    default:
      return temporary(`The mail could not be sent (${answer}).`)
  }
}

/** Of a mail whose turn it was: by the command that the server refused. */
function refusal({
  command,
  responseCode,
  answer,
}: {
  command: string | undefined
  responseCode: number | undefined
  answer: string
}): Failure {
  // Nothing was asked of the server: the mail itself is impossible.
  if (responseCode === undefined) return { permanent: true, reason: `The mail cannot be sent (${answer}).` }
  // 503 is about the order of commands, 530 about signing in.
  const permanent = responseCode >= 500 && responseCode !== 503 && responseCode !== 530
  const lasting = permanent ? 'refuses' : 'does not take, for now,'
  if (command === 'RCPT TO')
    return { permanent, reason: `The mail server ${lasting} the recipient: ${answer}` }
  if (command === 'DATA') return { permanent, reason: `The mail server ${lasting} the mail: ${answer}` }
  return temporary(`The mail server does not take mail from this sender: ${answer}`)
}

/** What OpenSSL and Node have against a certificate. */
function isAboutCertificate(code: string | undefined): boolean {
  return /CERT|UNABLE_TO_|CRL|INVALID_CA|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH/.test(code ?? '')
}

function temporary(reason: string): Failure {
  return { permanent: false, reason }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, ANSWER_LENGTH)
}
