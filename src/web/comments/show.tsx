import type { Context } from 'hono'
import { HIDDEN, LOCKED } from '../../discussion/comment-refusals.ts'
import { editsOf, readComment, type Comment, type PaperOfComment } from '../../discussion/read-comments.ts'
import { mapInTurns } from '../../runtime/in-turns.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { isShownTo } from '../../papers/visibility.ts'
import { notFound, refused } from '../errors/show.tsx'
import { pageShows } from '../shows.ts'
import { audienceOf, type Site } from '../site.ts'
import { commentViewerOf, htmlOfComment } from './discussion.ts'
import { deletionPage, historyPage, writingPage } from './pages.tsx'

const GONE = { what: 'This comment is no longer here.' }

/** The comment in an address, and its paper; null if the viewer cannot see it. */
export async function askedComment(
  site: Site,
  c: Context,
): Promise<{ comment: Comment; paper: PaperOfComment } | null> {
  const id = c.req.param('id') ?? ''
  if (!/^[1-9]\d{0,14}$/.test(id)) return null
  const found = await readComment(site.db, {
    commentId: Number(id),
    viewer: commentViewerOf(site),
    curators: site.accounts.curators,
  })
  return found && isShownTo(found.paper, audienceOf(site)) ? found : null
}

/** The address of a comment on its paper's page. */
export function placeOf({ id }: { id: number }, { address }: { address: string }): string {
  return `${addressPath(address)}#c${id}`
}

/** `/comments/123`: redirects to the comment on its paper's page. */
export function showComment(site: Site) {
  return async (c: Context) => {
    const found = await askedComment(site, c)
    return found ? c.redirect(placeOf(found.comment, found.paper), 302) : notFound(site, c, GONE)
  }
}

/** `/comments/123/reply` */
export function showReply(site: Site) {
  return async (c: Context) => {
    if (!site.viewer) return signInFor(c)
    const found = await askedComment(site, c)
    if (found?.comment.state !== 'shown') return notFound(site, c, GONE)
    const { comment, paper } = found
    if (paper.locked)
      return refused(site, c, { status: 403, title: 'Discussion closed', reason: LOCKED.reason })
    return c.html(
      writingPage(site, { reader: site.viewer.reader, paper, writing: { kind: 'reply', to: comment } }),
    )
  }
}

/** `/comments/123/edit`: edits the reader's own comment or, if it can no longer be edited, offers to delete it. */
export function showEdit(site: Site) {
  return async (c: Context) => {
    if (!site.viewer) return signInFor(c)
    const found = await askedComment(site, c)
    if (!found || found.comment.state === 'deleted') return notFound(site, c, GONE)
    const { comment, paper } = found
    if (!comment.own)
      return refused(site, c, {
        status: 403,
        title: 'Not your comment',
        reason: 'Only the author of a comment can change it.',
      })
    if (paper.locked || comment.state === 'hidden') {
      const { reason } = comment.state === 'hidden' ? HIDDEN : LOCKED
      return c.html(deletionPage(site, { paper, comment, reason }))
    }
    return c.html(
      writingPage(site, {
        reader: site.viewer.reader,
        paper,
        writing: { kind: 'edit', comment },
        text: comment.body ?? '',
      }),
    )
  }
}

/** `/comments/123/history`: earlier versions, for everyone who can see the comment. */
export function showHistory(site: Site) {
  return async (c: Context) => {
    const found = await askedComment(site, c)
    if (!found || found.comment.body === null) return notFound(site, c, GONE)
    const { comment, paper } = found
    pageShows(c, [`paper ${comment.paperId}`])
    const edits = await editsOf(site.db, comment.id)
    const html = await mapInTurns([comment, ...edits], htmlOfComment)
    return c.html(historyPage(site, { paper, comment, edits, html }))
  }
}

function signInFor(c: Context): Response {
  return c.redirect(`/sign-in?to=${encodeURIComponent(c.req.path)}`, 303)
}
