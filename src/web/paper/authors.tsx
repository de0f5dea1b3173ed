import type { Context } from 'hono'
import { raw } from 'hono/html'
import { findPaper } from '../../papers/find.ts'
import { addressPath, parseAddress } from '../../papers/identifiers.ts'
import { andOthers } from '../../papers/others.ts'
import { plainText } from '../../papers/plain-text.ts'
import { isShownTo } from '../../papers/visibility.ts'
import { typeset } from '../../papers/typeset.ts'
import { badParameter, notFound } from '../errors/show.tsx'
import { renderPage } from '../layout.tsx'
import { AuthorLinks } from '../parts/entry.tsx'
import { pageShows } from '../shows.ts'
import { audienceOf, type Site } from '../site.ts'

/** Authors on a page. */
const PAGE_SIZE = 500

/** `/papers/2412.19723/authors`: all authors of a paper in their order, 500 on a page (`?page=2`). */
export function showAuthors(site: Site) {
  return async (c: Context) => {
    const page = /^[1-9]\d{0,5}$/.exec(c.req.query('page') ?? '1')
    if (!page)
      return badParameter(site, c, {
        name: 'page',
        reason: '“page” is the number of a page: 1, 2, and so on.',
      })
    const parsed = parseAddress(c.req.param('address') ?? '')
    const paper = parsed && (await findPaper(site.db, parsed.identifier, { seenBy: 'program' }))
    const first = (Number(page[0]) - 1) * PAGE_SIZE
    if (!paper || !isShownTo(paper, audienceOf(site)) || (first > 0 && first >= paper.authors.length))
      return notFound(site, c, { what: 'There is no such list of authors.' })
    const own = addressPath(paper.address)
    const path = `${own}/authors`
    if (addressPath(c.req.param('address') ?? '') !== own) return c.redirect(path, 301)
    pageShows(c, [`paper ${paper.id}`])
    const { authors } = paper
    const last = Math.min(authors.length, first + PAGE_SIZE)
    const at = (number: number) => (number === 1 ? path : `${path}?page=${number}`)
    const number = Number(page[0])
    const count = authors.length.toLocaleString('en-GB')
    return c.html(
      renderPage(site, {
        head: {
          title: `Authors of ${plainText(paper.title)}`,
          description: `All ${count} authors of “${plainText(paper.title)}”.`,
          path: at(number),
          noindex: true,
        },
        children: (
          <div class="narrow">
            <header class="edition-head">
              <p class="kicker">
                <a href={own}>{raw(typeset(paper.title, { links: false }))}</a>
              </p>
              <h1>Authors</h1>
            </header>
            {authors.length > PAGE_SIZE && (
              <p class="aside">
                {(first + 1).toLocaleString('en-GB')} to {last.toLocaleString('en-GB')} of {count}
              </p>
            )}
            <p class="byline">
              <AuthorLinks authors={authors.slice(first, last)} />
              {last === authors.length && ` ${andOthers(paper, 0)}`}
            </p>
            <nav class="pages" aria-label="Pages">
              {number > 1 && (
                <a href={at(number - 1)} rel="prev">
                  Previous authors
                </a>
              )}{' '}
              {last < authors.length && (
                <a href={at(number + 1)} rel="next">
                  Next authors
                </a>
              )}
            </nav>
          </div>
        ),
      }),
    )
  }
}
