import type { Context } from 'hono'
import { longDay } from '../../papers/dates-in-words.ts'
import { newestEdition } from '../../ranking/editions.ts'
import { listPapers } from '../../ranking/lists.ts'
import { smallVectors, type SmallVectors } from '../../recommendation/small-vectors.ts'
import { renderPage } from '../layout.tsx'
import { PAGE_SIZE } from '../list/paging.ts'
import { Entries, renderEntries } from '../parts/entries.tsx'
import { ordersShown, pageShows, papersShown } from '../shows.ts'
import type { Site } from '../site.ts'

const PATH = '/for-you'

/**
 * `/for-you` without an account: the newest edition, the same for everybody, with what it takes to put it in order on the
 * reader's own device (public/for-you-device.ts). What they pick never leaves it.
 */
export function showDeviceForYou(site: Site) {
  return async (c: Context) => {
    // A later page is of a reader whose session has ended: here there is one page.
    if (c.req.query('after') !== undefined) return c.redirect(PATH, 303)
    const { db, timeZone } = site
    const day = await newestEdition(db, { now: site.now(), timeZone })
    const list = day === null ? null : ({ kind: 'editions', from: day, to: day } as const)
    const { papers } = list ? await listPapers(db, { list, limit: PAGE_SIZE }) : { papers: [] }
    const small = await smallVectors(db, { paperIds: papers.map(({ id }) => id) })
    const entries = await renderEntries(site, papers, { back: PATH, hasActs: false })
    pageShows(c, list ? [...papersShown(papers), ...ordersShown(list)] : ['ranking'])
    return c.html(
      renderPage(site, {
        section: 'For you',
        head: {
          title: 'For you',
          description: 'The latest papers, in an order of your own.',
          path: PATH,
          noindex: true,
        },
        children: (
          <>
            <header class="edition-head">
              <p class="kicker">On this device only</p>
              <h1>For you</h1>
              <p class="intro">
                {day !== null && `The edition of ${longDay(day)}. `}
                <a href={`/sign-in?to=${PATH}`} rel="nofollow">
                  With an account
                </a>
                , this page also learns from what you save and vote for, on every device you use.
              </p>
            </header>
            {papers.length === 0 ? (
              <div class="blank">
                <p>There are no papers yet.</p>
              </div>
            ) : (
              <>
                <Picks small={small} />
                <Entries entries={entries} />
              </>
            )}
          </>
        ),
      }),
    )
  }
}

/** Where the browser shows the reader's picks, with the vectors of the papers below. */
function Picks({ small }: { small: SmallVectors | null }) {
  if (small === null || small.vectors.size === 0)
    return (
      <p class="notice">
        We cannot tell yet which of these papers are alike, so you cannot pick any. Come back in a while.
      </p>
    )
  const vectors = Array.from(small.vectors, ([id, vector]) => `${id} ${vector}`).join(' ')
  return (
    <device-picks data-kind={small.kind} data-vectors={vectors}>
      <p class="notice">
        To pick papers on this device, turn on JavaScript.{' '}
        <a href={`/sign-in?to=${PATH}`} rel="nofollow">
          With an account
        </a>{' '}
        this page works without it.
      </p>
    </device-picks>
  )
}
