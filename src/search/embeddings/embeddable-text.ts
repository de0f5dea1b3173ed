/**
 * A text as models are given it: at most `limit` characters (UTF-16 units) from its beginning, without control
 * characters, halved surrogates, or more than one space at a time. Cut first, since a paper's text may be megabytes.
 */
export function embeddableText(text: string, limit: number): string {
  return text
    .trimStart()
    .slice(0, limit)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .toWellFormed()
}
