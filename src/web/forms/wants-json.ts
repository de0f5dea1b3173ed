import type { Context } from 'hono'

/** Whether a program of ours in the browser asks, and wants to go on where it is. */
export function wantsJson(c: Context): boolean {
  return (c.req.header('accept') ?? '').startsWith('application/json')
}
