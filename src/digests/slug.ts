import { createHash } from 'node:crypto'

/**
 * A list's address as a label of a List-Id (RFC 2919) and of an address in the archive: `front-page`, `trending`,
 * `topics.cs-cl`. What a search, a name or an interest says is in it as a digest only: it may be private, and long.
 */
export function slugOf(address: string): string {
  if (address === '/') return 'front-page'
  if (address === '/for-you') return 'for-you'
  const named = /^\/(?:papers\/(new|trending|top|picks)|(topics)\/([\w.-]+))$/.exec(address)
  if (named?.[1]) return named[1]
  if (named?.[2] && named[3]) return `topics.${named[3].toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`
  const kind = /^\/(authors|collections|topics|for-you)\//.exec(address)?.[1] ?? 'search'
  return `${kind}.${createHash('sha256').update(address).digest('hex').slice(0, 12)}`
}
