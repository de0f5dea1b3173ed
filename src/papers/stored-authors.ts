import type { Author } from './harvested-paper.ts'

/** An author as `papers.authors` holds them: the last one says how many follow who are not named. */
export type StoredAuthor = Author & { followedBy?: number }

/** Authors, and how many more there are, as the database keeps them. */
export function storedAuthors(authors: Author[], missing: number | null): StoredAuthor[] {
  const last = authors.at(-1)
  return last === undefined || missing === null
    ? authors
    : [...authors.slice(0, -1), { ...last, followedBy: missing }]
}

/** What `storedAuthors` made of them, taken apart again. */
export function readAuthors(stored: StoredAuthor[]): { authors: Author[]; authorsMissing: number | null } {
  const last = stored.at(-1)
  if (last?.followedBy === undefined) return { authors: stored, authorsMissing: null }
  const { followedBy, ...author } = last
  return { authors: [...stored.slice(0, -1), author], authorsMissing: followedBy }
}
