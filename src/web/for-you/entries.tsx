import { raw } from 'hono/html'
import { papersByIds } from '../../papers/find.ts'
import type { Paper } from '../../papers/paper.ts'
import type { RankedPaper } from '../../recommendation/taste.ts'
import { renderEntries } from '../parts/entries.tsx'
import { htmlOf } from '../parts/remember.ts'
import type { Site } from '../site.ts'
import { WhyForYou, type ActedOn } from './why.tsx'

type Placed = { paper: Paper; ranked: RankedPaper }

/** The entries of a page of a reader’s own, as HTML: first the papers that they were not shown before. */
export type OwnEntries = {
  fresh: string[]
  seen: string[]
  /** The papers of `fresh`. */
  shownIds: number[]
}

/** Papers with why each is there. The first `leads` say more than the others. */
export async function renderOwnEntries(
  site: Site,
  placed: Placed[],
  { back, withInterest, leads }: { back: string; withInterest: boolean; leads: number },
): Promise<OwnEntries> {
  const inOrder = [
    ...placed.filter(({ ranked }) => !ranked.seen),
    ...placed.filter(({ ranked }) => ranked.seen),
  ]
  const papers = inOrder.map(({ paper }) => paper)
  const [entries, actedOn] = await Promise.all([
    renderEntries(site, papers, { back, leads, hasPictures: leads > 0 }),
    papersActedOn(site, placed),
  ])
  const whole = inOrder.map(({ paper, ranked }, i) =>
    htmlOf(
      <>
        {ranked.outside && <p class="kicker">From outside your interests</p>}
        {raw(entries[i] ?? '')}
        <WhyForYou
          site={site}
          ranked={ranked}
          actedOn={actedOn}
          withInterest={withInterest}
          back={`${back}#p${paper.id}`}
        />
      </>,
    ),
  )
  const shownIds = placed.flatMap(({ ranked }) => (ranked.seen ? [] : [ranked.id]))
  return { fresh: whole.slice(0, shownIds.length), seen: whole.slice(shownIds.length), shownIds }
}

async function papersActedOn(site: Site, placed: Placed[]): Promise<ActedOn> {
  const ids = placed.flatMap(({ ranked }) => ranked.reasons.flatMap(({ act }) => act.paperId ?? []))
  return papersByIds(site.db, [...new Set(ids)], { seenBy: 'everyone' })
}
