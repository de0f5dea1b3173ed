import { LRUCache } from 'lru-cache'

/** How long cookies that named no session are taken for those of a stranger. Sessions have new tokens, so none can begin to. */
const REMEMBERED_MS = 30_000
const LONGEST = 1_000

/**
 * Cookies that named no session when they were looked up: made up, or of a session that has ended. Whoever sends them reads the
 * pages that are at hand, like everyone without a session.
 */
export function rememberStrangers({ now }: { now: () => Date }) {
  const seen = new LRUCache<string, number>({ max: 5_000 })
  return {
    note(cookies: string | undefined): void {
      if (cookies !== undefined && cookies.length <= LONGEST) seen.set(cookies, now().getTime())
    },
    knows(cookies: string | undefined): boolean {
      const at = cookies === undefined ? undefined : seen.get(cookies)
      return at !== undefined && Math.abs(now().getTime() - at) < REMEMBERED_MS
    },
  }
}
