import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * The key of the link that is printed when a site starts without sources: whoever can read its console may choose its
 * field, without an account. It lets them do nothing else, and nothing once there are sources.
 */
export function welcomeKey(secret: string): string {
  return createHmac('sha256', secret).update('choose a field').digest('base64url').slice(0, 32)
}

export function isWelcomeKey(given: string, key: string): boolean {
  const [a, b] = [given, key].map((text) => createHmac('sha256', 'compared').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}
