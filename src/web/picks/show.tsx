import type { Context } from 'hono'
import { displayName } from '../../accounts/reader.ts'
import { parsePicksCursor, pickedPapers, type PaperPick } from '../../shelves/picks.ts'
import { sendFeed } from '../../feeds/send.ts'
import { formatCursor } from '../../db/cursor.ts'
import { appendToEntries } from '../collections/append-to-entries.ts'
import { withNote } from '../collections/with-note.ts'
import { brokenLink } from '../errors/show.tsx'
import { listPage } from '../list/page.tsx'
import { ownPath, PAGE_SIZE, splitFeedSuffix } from '../list/paging.ts'
import { renderEntries } from '../parts/entries.tsx'
import { largestTopics, TopicsBox } from '../parts/rail.tsx'
import { pageShows, papersShown } from '../shows.ts'
import type { Site } from '../site.ts'
import { Picks } from './picks.tsx'

const PATH = '/papers/picks'
const TITLE = 'Curators’ picks'

/** `/papers/picks` and its feeds: the papers that curators picked, the newest pick first. */
export function showPicks(site: Site) {
  return async (c: Context) => {
    const text = c.req.query('after')
    const after = text === undefined ? null : parsePicksCursor(text)
    if (text !== undefined && after === null) return brokenLink(site, c, { name: 'after' })
    const { papers: picked, next } = await pickedPapers(site.db, { after, limit: PAGE_SIZE })
    pageShows(c, ['picks', ...papersShown(picked.map(({ paper }) => paper))])
    const { feed } = splitFeedSuffix(c.req.path)
    if (feed !== null) {
      return sendFeed(site, c, {
        format: feed,
        path: PATH,
        feedPath: PATH,
        title: `${site.name}: ${TITLE}`,
        papers: picked.map(({ paper, picks }) => withNote(paper, picks.map(sentence).join('\n\n'))),
      })
    }
    const back = ownPath(c)
    const entries = await renderEntries(
      site,
      picked.map(({ paper }) => paper),
      { back },
    )
    return c.html(
      listPage(site, {
        view: {
          kicker: 'Newest pick first',
          title: TITLE,
          description: 'The papers that curators picked, and why.',
          intro: <p>Papers the curators of this site recommend, with their names and reasons.</p>,
          path: PATH,
          ranked: false,
          empty: <p>No curator has picked a paper yet.</p>,
        },
        entries: appendToEntries(entries, (i) => <Picks picks={picked[i]?.picks ?? []} />),
        after: after !== null,
        next: next && `${PATH}?after=${formatCursor(next)}`,
        rankFrom: 1,
        back,
        rail: <TopicsBox topics={await largestTopics(site)} />,
      }),
    )
  }
}

function sentence({ curator, note }: PaperPick): string {
  const by = `Picked by ${displayName(curator)}`
  return note === '' ? `${by}.` : `${by}: ${note}`
}
