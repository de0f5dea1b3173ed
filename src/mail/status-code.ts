/**
 * What a mail server's refusal says of a recipient. `permanent`: there is no such mailbox. `temporary`: there may be one
 * again, or room in it. `unknown`: something else than the recipient is the matter, or nobody can tell what.
 */
export type Severity = 'permanent' | 'temporary' | 'unknown'

/** In what order one outweighs another. */
export const SEVERITIES = ['permanent', 'unknown', 'temporary'] as const satisfies Severity[]

/** Of class 5.1 (addresses), what is about the sender's address, or about none: 5.1.5 is a good one, 5.1.9 a relay's trouble. */
const NOT_THE_RECIPIENT = new Set(['5', '7', '8', '9'])

/** Sorts an enhanced status code (RFC 3463, `5.1.1`) of a mail that was refused for good. */
export function sortStatus(status: string): Severity {
  const [, kind, subject, detail = ''] = /^([245])\.(\d{1,3})\.(\d{1,3})$/.exec(status) ?? []
  if (kind === '4') return 'temporary'
  if (kind !== '5') return 'unknown'
  // Bad mailbox, bad domain, moved, no mail at all (RFC 7505).
  if (subject === '1') return NOT_THE_RECIPIENT.has(detail) ? 'unknown' : 'permanent'
  // Disabled; full.
  if (subject === '2') return detail === '1' ? 'permanent' : detail === '2' ? 'temporary' : 'unknown'
  // It was tried for days.
  if (subject === '4' && detail === '7') return 'temporary'
  // The network, the protocol, the content, and 5.7: policy, which is about us.
  return 'unknown'
}

/**
 * The first enhanced status code in a text, of those that say something if there are any: `5.0.0` says nothing. It is no part
 * of a longer number, such as an address of a machine.
 */
export function statusIn(text: string): string | null {
  const codes = [...text.matchAll(/(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)/g)].map(([code]) => code)
  return codes.find((code) => !isVague(code)) ?? codes[0] ?? null
}

function isVague(status: string): boolean {
  return status.endsWith('.0.0')
}

/** How servers that give no enhanced code say that there is no such mailbox. */
const NO_MAILBOX =
  /\b(?:no such (?:user|mailbox|address|recipient|account|person)|(?:unknown|invalid) (?:user|mailbox|recipient|address)|no mailbox here|(?:user|mailbox|recipient|address|account) (?:is |was )?(?:unknown|not found|disabled|inactive)|(?:user|mailbox|recipient|address|account) does(?: not|n['’]t) exist)\b/i
const FULL = /\b(?:mailbox (?:is )?full|over (?:its )?quota|quota exceeded|insufficient storage)\b/i

/**
 * Sorts what a server answered, `550 5.1.1 no such user`: by its enhanced code, where that says something; else by its
 * reply code (RFC 5321) together with its words, since 550 is said of policies as well.
 */
export function sortReply(text: string): { status: string | null; severity: Severity } {
  const status = statusIn(text)
  if (status !== null && !isVague(status)) return { status, severity: sortStatus(status) }
  const reply = /(?<![\d.])([45])\d\d(?![\d.])/.exec(text)?.[1] ?? status?.[0]
  if (reply === '4') return { status, severity: 'temporary' }
  if (reply !== '5') return { status, severity: 'unknown' }
  if (FULL.test(text)) return { status, severity: 'temporary' }
  return { status, severity: NO_MAILBOX.test(text) ? 'permanent' : 'unknown' }
}
