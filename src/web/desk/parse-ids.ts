import type { Context } from 'hono'

/** The number of a row in a parameter of the address; null when no row can have it. */
export function numberIn(c: Context, parameter = 'id'): number | null {
  return parseNumber(c.req.param(parameter) ?? '')
}

/** The number of a row, as text; null when no row can have it. */
export function parseNumber(text: string): number | null {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null
}

/** The id of a reader, as text; null when no reader can have it. */
export function parseReaderId(text: string): string | null {
  const id = text.toLowerCase()
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id : null
}
