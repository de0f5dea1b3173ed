import { raw } from 'hono/html'
import { editionHead, type EditionHead } from '../../discussion/edition-head.ts'
import type { sendFeed } from '../../feeds/send.ts'
import { papersByIds } from '../../papers/find.ts'
import type { Paper } from '../../papers/paper.ts'
import type { FrontPage } from '../../ranking/front-page.ts'
import { ReaderName } from '../collections/links.tsx'
import { longDay } from '../parts/dates.ts'
import type { TopStory } from '../parts/entries.tsx'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'

/** The papers of a page of an edition as they stand on it, and what curators put at its head. */
export type Headed = {
  head: EditionHead | null
  papers: Paper[]
  /** Set where the first of the papers is there because curators chose it. */
  topStory: TopStory | null
}

/**
 * Puts the head of an edition on its first page: the top story comes first, and is not repeated where it is ranked. Later
 * pages, weeks and months have none.
 */
export async function withHead(
  site: Site,
  { period, papers }: Pick<FrontPage, 'period' | 'papers'>,
  { isFirst }: { isFirst: boolean },
): Promise<Headed> {
  const head = period.kind === 'date' && isFirst ? await editionHead(site.db, { edition: period.from }) : null
  const id = head?.topPaperId ?? null
  if (id === null) return { head, papers, topStory: null }
  const place = papers.findIndex((paper) => paper.id === id)
  // Votes may have carried it off to a later page, where it stays.
  const top = papers[place] ?? (await papersByIds(site.db, [id], { seenBy: 'everyone' })).get(id)
  if (!top) return { head, papers, topStory: null }
  return {
    head,
    papers: [top, ...papers.filter((paper) => paper.id !== id)],
    topStory: { rank: place === -1 ? null : place + 1 },
  }
}

/** The note on an edition, as the first entry of its feeds; null where there is none. */
export function noteInFeed({
  head,
}: Pick<Headed, 'head'>): NonNullable<Parameters<typeof sendFeed>[2]['note']> | null {
  if (head === null || head.text === '') return null
  return {
    title: `Note on the edition of ${longDay(head.edition)}`,
    path: `/papers/date/${head.edition}`,
    text: head.text,
    by: head.by?.name ?? null,
    writtenAt: head.writtenAt,
  }
}

/** The note on an edition, signed. */
export function HeadNote({ site, head }: { site: Site; head: EditionHead }) {
  if (head.html === '') return null
  return (
    <section class="head-note" aria-label="A note on this edition">
      <div class="comment-body" dir="auto">
        {raw(head.html)}
      </div>
      <p class="head-by">
        <b>{head.by === null ? 'A former curator' : <ReaderName reader={head.by} />}</b>
        {head.by !== null && ', curator'}, <When site={site} instant={head.writtenAt} />
      </p>
    </section>
  )
}

/** Where a curator can write the head of an edition. */
export function HeadTools({
  site,
  edition,
  head,
}: {
  site: Site
  edition: string
  head: EditionHead | null
}) {
  if (!site.viewer?.reader.curator) return null
  return (
    <p class="head-tools">
      <a href={headFormPath(edition)}>
        {head === null ? 'Write a note, or choose the top story' : 'Change the note or the top story'}
      </a>
    </p>
  )
}

/** The page at the desk for the head of an edition. */
export function headFormPath(edition: string): string {
  return `/desk/editions/${edition}`
}
