import type { Context } from 'hono'

/** Whether one of our own scripts is asking, which stays on its page. */
export function wantsJson(c: Context): boolean {
  return (c.req.header('accept') ?? '').startsWith('application/json')
}
