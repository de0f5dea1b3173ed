/** A mail to one recipient. */
export type Message = {
  /** Names the mail once and for all: it becomes its Message-ID, by which a mail sent twice is known as one. No secret. */
  id: string
  to: string
  subject: string
  text: string
  html?: string | null
  /** Beyond those every mail has. Each goes out as one line, in ASCII. */
  headers?: Record<string, string>
  /** When it was written: the same at each attempt. */
  date: Date
}

/** What became of one attempt to send a mail. */
export type SendOutcome = { ok: true } | NotSent

export type NotSent = {
  ok: false
  /**
   * `permanent`: no attempt will do better. `temporary`: a later one may, also once an operator has mended something.
   * `unknown`: it was refused for good, and what was said does not tell whether the next mail would be.
   */
  kind: 'permanent' | 'temporary' | 'unknown'
  /** Whom the reason is about: `us` is what the server has against this sender, `server` the server itself. */
  about: 'recipient' | 'mail' | 'us' | 'server'
  /** The enhanced status code (RFC 3463) of the answer, such as 5.1.1, or of what a plain answer says in words. */
  status: string | null
  /** The server had the whole mail and did not say whether it takes it: it may have arrived. */
  inDoubt: boolean
  /** A sentence for operators. It names neither the recipient nor a password: it is logged and kept. */
  reason: string
}
