import { plainText } from '../papers/plain-text.ts'

/** What a paper says besides its title, as plain text: its synopsis and its abstract. */
export function bodyText({
  abstract,
  synopsis,
}: {
  abstract: string | null
  synopsis: string | null
}): string {
  return [synopsis, abstract]
    .filter((text) => text !== null)
    .map(plainText)
    .join('\n\n')
}
