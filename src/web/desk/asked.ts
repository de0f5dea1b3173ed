/** The number of a row, out of an address or a form; null when it is none. */
export function parseNumber(text: string): number | null {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null
}

/** The id of a reader, out of an address or a form; null when it is none. */
export function parseReaderId(text: string): string | null {
  const id = text.toLowerCase()
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id : null
}
