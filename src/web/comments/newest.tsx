import type { Context } from 'hono'
import { raw } from 'hono/html'
import { newestComments, parseCommentCursor } from '../../discussion/read-comments.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { typeset } from '../../papers/typeset.ts'
import { formatCursor } from '../../db/cursor.ts'
import { brokenLink } from '../errors/show.tsx'
import { renderPage } from '../layout.tsx'
import { pageShows } from '../shows.ts'
import type { Site } from '../site.ts'
import { CommentText } from './comment.tsx'
import { commentViewerOf, htmlOfAll } from './discussion.ts'

const PAGE_SIZE = 30

/** `/comments`: the newest comments on all papers. */
export function showNewestComments(site: Site) {
  return async (c: Context) => {
    const given = c.req.query('after')
    const after = given === undefined ? null : parseCommentCursor(given)
    if (given !== undefined && after === null) return brokenLink(site, c, { name: 'after' })
    const { comments, next } = await newestComments(site.db, {
      after,
      limit: PAGE_SIZE,
      viewer: commentViewerOf(site),
      curators: site.accounts.curators,
    })
    pageShows(c, ['comments'])
    const html = await htmlOfAll(comments.map(({ comment }) => comment))
    const nextPath = next && `/comments?after=${formatCursor(next)}`
    return c.html(
      renderPage(site, {
        head: {
          title: 'Newest comments',
          description: 'What readers say about papers, newest first.',
          path: '/comments',
          next: nextPath,
          noindex: after !== null,
        },
        children: (
          <div class="narrow">
            <header class="edition-head">
              <p class="kicker">Newest first</p>
              <h1>Comments</h1>
            </header>
            {comments.length === 0 ? (
              <p>{after === null ? 'There are no comments yet.' : 'There are no earlier comments.'}</p>
            ) : (
              <ol class="comments">
                {comments.map(({ comment, paper }) => (
                  <li>
                    <article class="comment">
                      <p class="comment-paper">
                        <a href={`${addressPath(paper.address)}#c${comment.id}`}>
                          {raw(typeset(paper.title, { links: false }))}
                        </a>
                      </p>
                      <CommentText site={site} comment={comment} html={html.get(comment.id) ?? ''} />
                    </article>
                  </li>
                ))}
              </ol>
            )}
            {nextPath && (
              <nav class="pager" aria-label="Pages">
                <a href={nextPath} rel="next">
                  Earlier comments
                </a>
              </nav>
            )}
          </div>
        ),
      }),
    )
  }
}
