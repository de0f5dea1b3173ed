import type { FollowedList } from '../lists/followed-list.ts'
import { plainText } from '../papers/plain-text.ts'
import type { Paper } from '../papers/paper.ts'
import type { CountedElsewhere } from '../ranking/counted-elsewhere.ts'

/** What sources are called that count attention. */
const ORIGINS: Readonly<Record<string, string>> = {
  huggingface: 'Hugging Face',
  github: 'GitHub',
  openalex: 'OpenAlex',
  crossref: 'Crossref',
  'semantic-scholar': 'Semantic Scholar',
}

/**
 * Why a paper is in an issue, in one line of plain text: `No. 3 · 42 votes · 12 comments`, `By Ada Lovelace`,
 * `Matches “graph learning”`. `rank` is its place among the papers of the period, `note` what a curator or the owner of a
 * collection wrote about it.
 */
export function reasonFor({
  list,
  title,
  paper,
  rank,
  elsewhere,
  note,
}: {
  list: FollowedList
  title: string
  paper: Pick<Paper, 'votes' | 'commentCount' | 'pickCount'>
  rank: number | null
  elsewhere: CountedElsewhere[]
  note: string | null
}): string {
  const place = rank === null ? 'New' : `No. ${rank}`
  const isQuiet = paper.votes === 0 && paper.pickCount === 0 && elsewhere.length === 0
  const first = firstOf(list, { title, place, isQuiet })
  return [
    ...(first === null ? [] : [first]),
    ...(note === null ? [] : [`“${plainText(note)}”`]),
    ...(paper.pickCount > 0 && list.kind !== 'picks'
      ? [paper.pickCount === 1 ? 'picked by a curator' : `picked by ${paper.pickCount} curators`]
      : []),
    ...(paper.votes > 0 ? [some(paper.votes, 'vote')] : []),
    ...(paper.commentCount > 0 ? [some(paper.commentCount, 'comment')] : []),
    ...elsewhere
      .slice(0, 2)
      .map(({ kind, origin, total }) => `${some(total, kind)} at ${ORIGINS[origin] ?? origin}`),
  ].join(' · ')
}

function firstOf(
  list: FollowedList,
  { title, place, isQuiet }: { title: string; place: string; isQuiet: boolean },
): string | null {
  switch (list.kind) {
    case 'editions':
      // Where nobody has voted on anything, places mean little.
      return isQuiet ? 'New' : place
    case 'picks':
      return 'Picked by a curator'
    case 'collection':
      return `Added to ${title}`
    case 'search':
      return `Matches ${title}`
    case 'ranked':
      return list.list.kind === 'trending' ? `${place} of what is trending` : `${place} of the top papers`
    case 'papers':
      switch (list.list.kind) {
        case 'new':
          return isQuiet ? 'New' : place
        case 'topic':
          return isQuiet ? `New in ${title}` : `${place} in ${title}`
        case 'name':
        case 'orcid':
          return title.replace(/^Papers by /, 'By ')
      }
  }
}

function some(count: number, what: string): string {
  return `${count.toLocaleString('en-GB')} ${what}${count === 1 ? '' : 's'}`
}
