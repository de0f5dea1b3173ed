import type { Context } from 'hono'
import { raw } from 'hono/html'
import { findPaper } from '../../papers/find.ts'
import { parseAddress } from '../../papers/identifiers.ts'
import { typeset } from '../../papers/typeset.ts'
import { localPath } from '../forms/local-path.ts'
import { renderPage } from '../layout.tsx'
import { audienceOf, type Site } from '../site.ts'
import { begunAct, type BegunAct } from './begun-act.ts'

/** What someone has begun, with the paper's title in TeX. */
export type Begun = BegunAct & { title: string }

/** What the browser's reader has begun on the way to `to`, or null, also where its paper is gone. */
export async function findBegun(site: Site, c: Context, { to }: { to: string }): Promise<Begun | null> {
  const begun = begunAct(site, c, { to })
  const parsed = begun && parseAddress(begun.address)
  const paper = parsed && (await findPaper(site.db, parsed.identifier, { seenBy: audienceOf(site) }))
  return begun && paper && { ...begun, title: paper.title }
}

/** Where signing in leads whose last step sends no form: a page that asks to finish what was begun. */
export function begunPath(to: string): string {
  return `/sign-in/begun?to=${encodeURIComponent(to)}`
}

/** The button that does it. */
const BEGUN_LABELS: Record<Begun['act'], string> = {
  vote: 'Vote for this paper',
  save: 'Save to reading list',
  'not-for-me': 'Mark “Not for me”',
}

/** What signing in on this browser will also do. */
export function BegunNotice({ begun: { act, title } }: { begun: Begun }) {
  return (
    <p class="notice">
      {BEGUN_NOTICES[act]} <cite>{raw(typeset(title, { links: false }))}</cite>.
    </p>
  )
}

const BEGUN_NOTICES: Record<Begun['act'], string> = {
  vote: 'Once you sign in on this browser, we will cast your vote for',
  save: 'Once you sign in on this browser, we will save to your reading list',
  'not-for-me': 'Once you sign in on this browser, we will mark as “Not for me”',
}

/** `/sign-in/begun?to=…`: a button that finishes what was begun; browsers with JavaScript press it. */
export function showBegun(site: Site) {
  return async (c: Context) => {
    const to = localPath(c.req.query('to'))
    if (!site.viewer) return c.redirect(`/sign-in?to=${encodeURIComponent(to)}`, 303)
    const begun = await findBegun(site, c, { to })
    if (!begun) return c.redirect(to, 303)
    c.header('cache-control', 'no-store')
    return c.html(
      renderPage(site, {
        head: {
          title: BEGUN_LABELS[begun.act],
          description: 'One more step.',
          path: '/sign-in/begun',
          noindex: true,
        },
        children: (
          <div class="blank">
            <p class="kicker">You are signed in</p>
            <h1>{raw(typeset(begun.title, { links: false }))}</h1>
            <send-now>
              <form class="form" method="post" action="/sign-in/begun">
                <input type="hidden" name="to" value={to} />
                <button type="submit" class="button">
                  {BEGUN_LABELS[begun.act]}
                </button>
              </form>
            </send-now>
            <p>
              <a href={to}>Continue without</a>
            </p>
          </div>
        ),
      }),
    )
  }
}
