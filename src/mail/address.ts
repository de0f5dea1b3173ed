import { domainToASCII, domainToUnicode } from 'node:url'

declare const parsed: unique symbol

/** An e-mail address as `parseEmailAddress` gives it: one way to write each mailbox. */
export type EmailAddress = string & { readonly [parsed]: true }

/** Nothing longer is looked at. */
const LONGEST_INPUT = 1_000
/** The bounds of RFC 5321, in bytes. */
const LONGEST_ADDRESS = 254
const LONGEST_LOCAL_PART = 64

/** The dot-atom of RFC 5322 and, after RFC 6532, letters of any script. Quoted forms exist and nobody has one. */
const LOCAL_PART = /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+)*$/u
const WRITTEN_DOMAIN = /^[\p{L}\p{N}\p{M}.-]+$/u
/** At least two labels; the last is no number, as it would be in the address of a machine. */
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$/

/**
 * Reads what somebody typed as exactly one e-mail address; null when it cannot be one. Both sides of the @ become lower
 * case, since an account is for a mailbox and no mail server of today tells `Ada@` from `ada@`; domains in other scripts
 * become their ASCII form. Whether a mailbox is there, only mail can tell.
 */
export function parseEmailAddress(text: unknown): EmailAddress | null {
  if (typeof text !== 'string' || text.length > LONGEST_INPUT) return null
  // Lower case may take letters apart that belong together.
  const [local = '', written = '', ...more] = text.trim().normalize().toLowerCase().normalize().split('@')
  if (more.length > 0 || !LOCAL_PART.test(local) || Buffer.byteLength(local) > LONGEST_LOCAL_PART) return null
  const domain = parseMailDomain(written)
  const address = `${local}@${domain}`
  return domain === null || Buffer.byteLength(address) > LONGEST_ADDRESS ? null : (address as EmailAddress)
}

/** Reads a domain as it stands in addresses: lower case, ASCII, two labels at least; null when it cannot have mailboxes. */
export function parseMailDomain(written: string): string | null {
  // Before it is converted: conversion would take slashes, percent signs and the like for what they mean in a URL.
  if (!WRITTEN_DOMAIN.test(written)) return null
  const domain = domainToASCII(written)
  if (!DOMAIN.test(domain)) return null
  // RFC 6761: there is no such mailbox. (`.example`, `.test` and `.localhost` are left to those who try things out.)
  if (domain.endsWith('.invalid')) return null
  // An xn-- that stands for nothing stays as it is.
  return domainToUnicode(domain).includes('xn--') ? null : domain
}
