import type { Paper } from './paper.ts'

const AUTHORS_NAMED = 3

/** The first authors of a paper, and how many more there are: `Ada Lovelace, Charles Babbage and 4 more`. */
export function byline({
  authors,
  authorsTruncated,
  authorsMissing,
}: Pick<Paper, 'authors' | 'authorsTruncated' | 'authorsMissing'>): string {
  const named = authors.slice(0, AUTHORS_NAMED).map(({ name }) => name)
  const more = authors.length - named.length + (authorsMissing ?? 0)
  if (more > 0) return `${named.join(', ')} and ${more.toLocaleString('en-GB')} more`
  return authorsTruncated ? `${named.join(', ')} and others` : named.join(', ')
}
