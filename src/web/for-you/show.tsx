import type { Context } from 'hono'
import { papersByIds } from '../../papers/find.ts'
import type { Paper } from '../../papers/paper.ts'
import { listPapers } from '../../ranking/lists.ts'
import { ownInterest } from '../../recommendation/own-interest.ts'
import { tasteSettings } from '../../recommendation/own-tastes.ts'
import type { RankedPaper, Ranking } from '../../recommendation/taste.ts'
import { brokenLink, notFound } from '../errors/show.tsx'
import { ownPath } from '../list/paging.ts'
import { LEADS, renderEntries } from '../parts/entries.tsx'
import type { Site, Viewer } from '../site.ts'
import { showDeviceForYou } from './device-page.tsx'
import { renderOwnEntries } from './entries.tsx'
import { forYouPage } from './page.tsx'
import { findOwnSubscription } from './subscribe-box.tsx'

const PATH = '/for-you'
const PAGE_SIZE = 30

/** `/for-you`: the papers of the newest editions in the order in which they are likely to matter to the reader. */
export function showForYou(site: Site) {
  return (c: Context) => {
    const { viewer } = site
    return viewer === null ? showDeviceForYou(site)(c) : show(site, c, { viewer, interest: null })
  }
}

/** `/for-you/interests/7`: the same for one interest of the reader. */
export function showInterest(site: Site) {
  return async (c: Context) => {
    const { viewer } = site
    const id = parseInterestId(c.req.param('id') ?? '')
    if (!viewer) return c.redirect(`/sign-in?to=${PATH}`, 303)
    const interest =
      id === null ? null : await ownInterest(site.db, { readerId: viewer.reader.id, interestId: id })
    if (interest === null) return notFound(site, c, { what: 'You have no interest at this address.' })
    return show(site, c, { viewer, interest })
  }
}

/** An interest’s number in an address; null for any other text. */
function parseInterestId(text: string): number | null {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null
}

async function show(
  site: Site,
  c: Context,
  { viewer, interest }: { viewer: Viewer; interest: { id: number; name: string } | null },
): Promise<Response> {
  c.header('cache-control', 'no-store')
  const after = c.req.query('after') ?? '0'
  if (!/^\d{1,5}$/.test(after)) return brokenLink(site, c, { name: 'after' })
  const offset = Number(after)
  const readerId = viewer.reader.id
  const now = site.now()
  const path = interest === null ? PATH : `${PATH}/interests/${interest.id}`
  const [ranking, settings, subscription] = await Promise.all([
    site.taste.rank({
      readerId,
      now,
      offset,
      limit: PAGE_SIZE,
      ...(interest === null ? {} : { interestId: interest.id }),
    }),
    tasteSettings(site.db, { readerId }),
    findOwnSubscription(site, path),
  ])
  const back = ownPath(c)
  const next = offset + PAGE_SIZE
  const knowsNothing = interest === null && isEmpty(ranking.knows)
  const papers = await papersOf(site, ranking.papers)
  const entries = knowsNothing
    ? await newestEntries(site, { back })
    : await renderOwnEntries(site, papers, {
        back,
        withInterest: interest === null,
        leads: offset === 0 ? LEADS : 0,
      })
  return c.html(
    forYouPage(site, {
      path,
      back,
      interest,
      interests: ranking.interests,
      knows: ranking.knows,
      isBeginning: knowsNothing,
      entries,
      next: !knowsNothing && next < ranking.total ? `${path}?after=${next}` : null,
      isFirst: offset === 0,
      settings,
      subscription,
    }),
  )
}

function isEmpty({ acts, topics, authors }: Ranking['knows']): boolean {
  return acts === 0 && topics === 0 && authors === 0
}

/** The ranked papers that the reader may see: what was hidden meanwhile is left out. */
async function papersOf(site: Site, ranked: RankedPaper[]): Promise<{ paper: Paper; ranked: RankedPaper }[]> {
  const papers = await papersByIds(
    site.db,
    ranked.map(({ id }) => id),
    { seenBy: 'everyone' },
  )
  return ranked.flatMap((one) => {
    const paper = papers.get(one.id)
    return paper ? [{ paper, ranked: one }] : []
  })
}

/** What there is to read while nothing is known of the reader. */
async function newestEntries(site: Site, { back }: { back: string }) {
  const { papers } = await listPapers(site.db, { list: { kind: 'new' }, limit: PAGE_SIZE })
  return { fresh: await renderEntries(site, papers, { back }), seen: [], shownIds: [] }
}
