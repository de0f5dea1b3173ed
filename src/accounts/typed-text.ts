import { clean } from '../papers/tex/clean.ts'

/** The number of characters, as counted by PostgreSQL's `length`. */
export function lengthOf(text: string): number {
  return Array.from(text).length
}

/** One line of typed text, without control characters and direction marks, with white space collapsed. */
export function plainLine(text: string): string {
  return clean(text).replaceAll(/\s+/g, ' ').trim()
}

/** Typed text with its lines, without control characters and direction marks, with at most one blank line in a row. */
export function plainLines(text: string): string {
  return clean(text)
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}

/** Whether any of it is visible. */
export function isVisible(text: string): boolean {
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(text)
}
