import { z } from 'zod'

/** An instant as `toISOString` writes it, in the years that PostgreSQL reads. */
export const INSTANT = z.iso.datetime({ precision: 3 }).regex(/^(?!0000)\d{4}-/)

/** The number of a paper. */
export const PAPER_NUMBER = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

/** The sort key of a list's last row, as it stands in the address of the next page: base64url of its JSON. */
export function formatCursor(key: readonly (number | string)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** The sort key that stands in an address, or null when there is none of that shape. */
export function readCursor<T>(
  shape: z.ZodType<T>,
  text: string,
  { longest = 400 }: { longest?: number } = {},
): T | null {
  if (text.length > longest) return null
  try {
    const key = shape.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
    return key.success ? key.data : null
  } catch {
    return null
  }
}
