/** What an address in a mail can be made of without changing what HTML or a line of text means. */
const PLAIN = /^https?:\/\/[^\s<>"'`\\^{|}\p{Cc}\p{Cf}]+$/iu

/**
 * An address that may be linked: absolute, of the web, in one piece, and as it was given wherever it is fit to be. Null for
 * anything else (`javascript:`, `mailto:`, a path).
 */
export function safeAddress(url: string): string | null {
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return null
  if (PLAIN.test(url)) return url
  return PLAIN.test(parsed.href) ? parsed.href : null
}

/** Where people subscribe to a list: its page, without the site's address, is the list's name there. */
export function subscribeAddress({
  site,
  list,
}: {
  site: { origin: string }
  list: { url: string }
}): string {
  const path = list.url.startsWith(site.origin) ? list.url.slice(site.origin.length) || '/' : list.url
  return `${site.origin}/subscribe?list=${encodeURIComponent(path)}`
}
