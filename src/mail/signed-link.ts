import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a link in a mail is good for; a code of one purpose is none of another. */
export type LinkPurpose = 'confirm' | 'unsubscribe' | 'issue' | 'read' | 'settings' | 'no replies'

/** Of the signature that is kept: nobody guesses 96 bits at a server that counts. */
const SIGNATURE_BYTES = 12
/** No code is longer. */
const LONGEST_CODE = 120

/**
 * A code for a link, short enough for one line of a header: `what` (letters, digits, hyphens and underscores: a number, an id)
 * and a signature, `42.Zm9vYmFyYmF6`. Whoever has it can do what it is for, so it is mailed to nobody but its reader.
 */
export function signedCode(purpose: LinkPurpose, what: string, { secret }: { secret: string }): string {
  if (!/^[\w-]+$/.test(what)) throw new Error(`${what} cannot stand in a link`)
  return `${what}.${signature(purpose, what, secret)}`
}

/** What a code that we gave for this purpose says; null where we gave none such. */
export function readSignedCode(
  purpose: LinkPurpose,
  code: string,
  { secret }: { secret: string },
): string | null {
  if (code.length > LONGEST_CODE) return null
  const [, what = '', given = ''] = /^([\w-]+)\.([\w-]+)$/.exec(code) ?? []
  if (what === '') return null
  const expected = Buffer.from(signature(purpose, what, secret))
  const got = Buffer.from(given)
  return got.length === expected.length && timingSafeEqual(got, expected) ? what : null
}

/**
 * The key that codes of links are signed with: one for all of them, so that secrets of other things sign no link, and no
 * link signs them.
 */
function signature(purpose: LinkPurpose, what: string, secret: string): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify(['link in a mail', purpose, what]))
    .digest()
    .subarray(0, SIGNATURE_BYTES)
    .toString('base64url')
}
