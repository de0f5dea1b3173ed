// Control characters do not belong in a text, and marks that change the direction of writing could disguise a title.
const FORBIDDEN = /(?!\n)[\p{Cc}\u202A-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]/gu

/**
 * The text without control characters and direction marks, well-formed and in Unicode NFC; tabs and other line
 * ends become spaces and `\n`.
 */
export function clean(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u0085\u2028\u2029\v\f]/g, '\n')
    .replaceAll('\t', ' ')
    .replace(FORBIDDEN, '')
    .normalize('NFC')
}

/** A blank line, which separates two paragraphs. */
export const BLANK_LINE = /\n\s*\n/

/** The paragraphs of a text, each clean and trimmed, without empty ones. */
export function paragraphsOf(text: string): string[] {
  return clean(text)
    .split(BLANK_LINE)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '')
}
