import { clean } from '../papers/tex/clean.ts'

/** Characters as PostgreSQL counts them in `length`. */
export function lengthOf(text: string): number {
  return Array.from(text).length
}

/** One line of what a reader wrote: without controls and marks of direction, white space collapsed. */
export function plainLine(text: string): string {
  return clean(text).replaceAll(/\s+/g, ' ').trim()
}

/** What a reader wrote, with its lines: without controls and marks of direction, at most one blank line in a row. */
export function plainLines(text: string): string {
  return clean(text)
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}

/** Whether there is anything to see. */
export function isVisible(text: string): boolean {
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(text)
}
