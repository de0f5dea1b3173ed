/** A folder at an IMAP server, and how to sign in there. */
export type MailboxAddress = {
  host: string
  port: number
  /** TLS from the first byte; otherwise by STARTTLS. */
  secure: boolean
  /** Whether the password may go without TLS, because it does not leave this machine. */
  local: boolean
  /** Whether a certificate that nobody vouches for will do. */
  anyCertificate: boolean
  user: string
  password: string
  folder: string
}

/**
 * Reads `imaps://user:password@host[:port]/Folder`, or `imap://` for STARTTLS; without a folder it is INBOX. null where it
 * is no such URL.
 */
export function parseMailboxUrl(text: string): MailboxAddress | null {
  const url = URL.parse(text)
  if (!url || !/^imaps?:$/.test(url.protocol) || url.hostname === '') return null
  const secure = url.protocol === 'imaps:'
  const user = decoded(url.username)
  const password = decoded(url.password)
  const folder = decoded(url.pathname.replace(/^\//, ''))
  if (!user || !password || folder === null || /\p{Cc}/u.test(user + password + folder)) return null
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 993 : 143) : Number(url.port),
    secure,
    local: /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i.test(url.hostname),
    anyCertificate: url.searchParams.get('tls.rejectUnauthorized') === 'false',
    user,
    password,
    folder: folder === '' ? 'INBOX' : folder,
  }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
