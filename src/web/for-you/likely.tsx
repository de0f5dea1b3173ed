import type { Paper } from '../../papers/paper.ts'
import { likelyOf, type Likely } from '../../recommendation/likely.ts'
import type { InterestRef } from '../../recommendation/taste.ts'
import { appendToEntries } from '../collections/append-to-entries.ts'
import type { Site } from '../site.ts'

/** Which papers of a page are likely to matter to the viewer; none for people who are not signed in. */
export async function likelyFor({ taste, viewer, now }: Site, papers: Paper[]): Promise<Likely> {
  if (!viewer) return new Map()
  return likelyOf(taste, {
    readerId: viewer.reader.id,
    paperIds: papers.map(({ id }) => id),
    now: now(),
  })
}

/** Entries of a list, with a mark below those that are likely to matter to the viewer. */
export function markLikely(entries: string[], papers: Paper[], likely: Likely): string[] {
  if (likely.size === 0) return entries
  return appendToEntries(entries, (i) => {
    const interest = likely.get(papers[i]?.id ?? 0)
    return interest ? <LikelyMark interest={interest} /> : null
  })
}

function LikelyMark({ interest: { id, name } }: { interest: InterestRef }) {
  return (
    <p class="likely">
      <a href="/for-you">Likely for you</a>:{' '}
      {id === null ? name : <a href={`/for-you/interests/${id}`}>{name}</a>}
    </p>
  )
}

/** On the front page: where its reader has one of their own. */
export function OwnPageLine({ site, likely }: { site: Site; likely: Likely }) {
  if (!site.viewer) return null
  return (
    <p class="intro">
      {likely.size > 0 &&
        `${likely.size === 1 ? 'One paper here is' : `${likely.size} papers here are`} likely for you. `}
      <a href="/for-you">See your own front page</a>
    </p>
  )
}
