/** A mail to one recipient. */
export type Message = {
  /** Names the mail once and for all: it becomes its Message-ID, by which a mail sent twice is known as one. No secret. */
  id: string
  to: string
  subject: string
  text: string
  html?: string | null
  /** Beyond those every mail has. */
  headers?: Record<string, string>
  /** When it was written: the same at each attempt. */
  date: Date
}

/** `permanent`: trying again would not help. */
export type SendOutcome = { ok: true } | { ok: false; permanent: boolean; reason: string }
