const NEEDS_CLEANING = /[^\x20-\x7e]| {2}|^ | $/
// Control characters, halves of characters, and the invisible ones that reorder or hide text; the white space among them
// is collapsed instead.
const UNSEEN =
  /(?![\s\u0085])\p{Cc}|\p{Cs}|\p{Noncharacter_Code_Point}|[\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu

/** What programs meant by control characters that only Windows has characters for: `It\u0092s`. */
const OF_WINDOWS = /[\u0080\u0082-\u0084\u0086-\u008c\u008e\u0091-\u009c\u009e\u009f]/g
const WINDOWS = new TextDecoder('windows-1252')

/** One line of text: well-formed (a half of a character is left out), NFC, without control characters, white space collapsed to single spaces, trimmed. */
export function cleanLine(text: string): string {
  if (!NEEDS_CLEANING.test(text)) return text
  return text
    .replace(OF_WINDOWS, (char) => WINDOWS.decode(Uint8Array.of(char.charCodeAt(0))))
    .replace(UNSEEN, '')
    .replace(/[\s\u0085]+/g, ' ')
    .trim()
    .normalize('NFC')
}

/**
 * Paragraphs separated by `\n\n`, each as `cleanLine` gives it. A blank line starts a new one and, where `indented` is
 * set, so does a line that begins with white space (arXiv's way of writing paragraphs in abstracts).
 */
export function cleanParagraphs(text: string, { indented }: { indented: boolean }): string {
  if (!NEEDS_CLEANING.test(text)) return text
  return text
    .replace(/\r\n?/g, '\n')
    .trim()
    .split(indented ? /\n\s*\n|\n(?=[ \t])/ : /\n\s*\n/)
    .map(cleanLine)
    .filter((paragraph) => paragraph !== '')
    .join('\n\n')
}
