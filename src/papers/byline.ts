import type { Paper } from './paper.ts'

const AUTHORS_NAMED = 3

/**
 * The first authors of a paper, three unless `mostNamed` says otherwise, and how many more there are: `Ada Lovelace, Charles
 * Babbage and 4 more`.
 */
export function byline(
  {
    authors,
    authorsTruncated,
    authorsMissing,
  }: Pick<Paper, 'authors' | 'authorsTruncated' | 'authorsMissing'>,
  { mostNamed = AUTHORS_NAMED }: { mostNamed?: number } = {},
): string {
  const named = authors.slice(0, mostNamed).map(({ name }) => name)
  const more = authors.length - named.length + (authorsMissing ?? 0)
  if (more > 0) return `${named.join(', ')} and ${more.toLocaleString('en-GB')} more`
  return authorsTruncated ? `${named.join(', ')} and others` : named.join(', ')
}
