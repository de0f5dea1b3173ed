import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** How mail is signed, as the settings say. */
export type DkimSettings = {
  /** PEM. Absolute. */
  keyFile: string
  domain: string
  selector: string
}

/** What mail is signed with. */
export type DkimKey = {
  domain: string
  selector: string
  /** PEM. */
  privateKey: string
}

export type DkimKeyOutcome = { ok: true; key: DkimKey; bits: number } | { ok: false; reason: string }

/** Receivers take no signature of a shorter key (RFC 8301). */
const LEAST_BITS = 1024

/**
 * Reads the key that mail is signed with, and answers how many bits it has. Receivers of today all know RSA and not all
 * know Ed25519, so nothing else is used.
 */
export function readDkimKey({ keyFile, domain, selector }: DkimSettings): DkimKeyOutcome {
  const refused = (why: string) => ({ ok: false, reason: `DKIM_KEY_FILE: ${keyFile} ${why}.` }) as const
  let pem: string
  let key: KeyObject
  try {
    pem = readFileSync(keyFile, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code
    return refused(`cannot be read (${why})`)
  }
  try {
    key = createPrivateKey(pem)
  } catch {
    return refused('is not a private key in PEM without a password')
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (key.asymmetricKeyType !== 'rsa')
    return refused(`is a key of the kind ${key.asymmetricKeyType}; mail is signed with an RSA key`)
  if (bits < LEAST_BITS) return refused(`has ${bits} bits; receivers ask for ${LEAST_BITS} at least`)
  return { ok: true, key: { domain, selector, privateKey: pem }, bits }
}
