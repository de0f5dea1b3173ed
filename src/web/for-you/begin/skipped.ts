/** How many papers a reader is asked about. */
export const MOST_ASKED = 10

/** The numbers of papers that a reader passed over, as an address has them: `12,7`. Null for any other text. */
export function readSkipped(text: string): number[] | null {
  if (text === '') return []
  if (!/^\d{1,15}(?:,\d{1,15})*$/.test(text)) return null
  const ids = [...new Set(text.split(',').map(Number))]
  return ids.length > MOST_ASKED ? null : ids
}

export function writeSkipped(ids: number[]): string {
  return ids.join(',')
}
