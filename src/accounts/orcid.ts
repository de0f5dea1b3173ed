/**
 * An ORCID as `0000-0002-1825-0097`, from that or its URL; null if it is not one. The last character is a checksum (ISO
 * 7064 MOD 11-2).
 */
export function parseOrcid(text: unknown): string | null {
  if (typeof text !== 'string') return null
  const match = /^(?:https?:\/\/orcid\.org\/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3})([\dX])\/?$/i.exec(
    text.trim(),
  )
  if (!match) return null
  const digits = match.slice(1, 5).join('')
  let total = 0
  for (const digit of digits) total = (total + Number(digit)) * 2
  const check = (12 - (total % 11)) % 11
  const expected = check === 10 ? 'X' : String(check)
  if (match[5]?.toUpperCase() !== expected) return null
  return `${match[1]}-${match[2]}-${match[3]}-${match[4]}${expected}`
}
