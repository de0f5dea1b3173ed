import type { Context } from 'hono'
import { RATE_LIMITS, waitInWords } from '../../accounts/rate-limits.ts'
import { waitForComment } from '../../discussion/comment-allowance.ts'
import type { CommentRefusal } from '../../discussion/comment-refusals.ts'
import { readText } from '../../discussion/comment-text.ts'
import { editComment, writeComment } from '../../discussion/comments.ts'
import { deleteComment } from '../../discussion/delete-comment.ts'
import { parseReaction, react } from '../../discussion/reactions.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { attentionOn, type ChangingPart } from '../../ranking/announce-changes.ts'
import { refused } from '../errors/show.tsx'
import { goBack, readerAction, type ReaderAction } from '../forms/reader-action.ts'
import { wantsJson } from '../forms/wants-json.ts'
import { findRequestedPaper, NO_PAPER } from '../paper/find-requested-paper.ts'
import type { Site } from '../site.ts'
import { writingPage, type AboutPaper, type Writing } from './pages.tsx'
import { askedComment, placeOf } from './show.tsx'

/** What is not saved does not count towards the limit. */
const LIMIT = { limit: RATE_LIMITS.change }
const GONE = { status: 404, title: 'Comment not found', reason: 'This comment is no longer here.' } as const

const STATUS = {
  'no-paper': 404,
  'no-parent': 409,
  'no-comment': 404,
  'not-own': 403,
  hidden: 403,
  locked: 403,
  empty: 422,
  'too-long': 422,
  'too-many-links': 422,
} as const satisfies Record<CommentRefusal['kind'], number>

/** `POST /papers/…/comments`: comments, or with `preview` shows a preview. */
export function comment(site: Site) {
  return readerAction(site, LIMIT, async (acting, c) => {
    const paper = await findRequestedPaper(acting.site, c)
    if (!paper) return refused(acting.site, c, NO_PAPER)
    return write(acting, c, { paper, paperId: paper.id, writing: { kind: 'new' } })
  })
}

/** `POST /comments/123/reply` */
export function reply(site: Site) {
  return readerAction(site, LIMIT, async (acting, c) => {
    const found = await askedComment(acting.site, c)
    if (!found) return refused(acting.site, c, GONE)
    const { comment: to, paper } = found
    // A hidden comment is not quoted above the form. The refusal says that it takes no replies.
    const writing: Writing = to.state === 'shown' ? { kind: 'reply', to } : { kind: 'new' }
    return write(acting, c, { paper, paperId: to.paperId, parentId: to.id, writing })
  })
}

async function write(
  acting: ReaderAction,
  c: Context,
  {
    paper,
    paperId,
    parentId = null,
    writing,
  }: { paper: AboutPaper; paperId: number; parentId?: number | null; writing: Writing },
): Promise<Response> {
  const { site, reader, form, now } = acting
  if (form.ticked('preview')) return preview(acting, c, { paper, writing })
  // Only bots fill in a hidden field; they may think that it worked.
  if (!reader.trusted && form.text('website') !== '')
    return c.redirect(`${addressPath(paper.address)}#comments`, 303)
  const text = readText(form.text('body'), reader)
  if (!text.ok)
    return writeAgain(acting, c, { paper, writing, problem: text.reason, status: STATUS[text.kind] })
  const waiting = await waitForComment(site.db, { reader, now })
  if (waiting !== null) {
    c.header('retry-after', String(waiting))
    const problem = `You have commented often in a short time. Try again ${waitInWords(waiting)}.`
    return writeAgain(acting, c, { paper, writing, problem, status: 429 })
  }
  const common = { paperId, reader, body: text.body, now }
  const outcome = await writeComment(
    site.db,
    parentId === null
      ? { ...common, parentId }
      : { ...common, parentId, site: { ...site, secret: site.accounts.secret } },
  )
  if (!outcome.ok) {
    // Its text would be lost with the form; it can still be posted on its own.
    const left: Writing = outcome.kind === 'no-parent' ? { kind: 'new' } : writing
    return refuse(acting, c, { refusal: outcome, paper, writing: left })
  }
  if (outcome.isNew) site.changed(aboutPaper(paperId, paper))
  return c.redirect(placeOf(outcome, paper), 303)
}

/** `POST /comments/123/edit` */
export function edit(site: Site) {
  return readerAction(site, LIMIT, async (acting, c) => {
    const { site: own, reader, form, now } = acting
    const found = await askedComment(own, c)
    if (!found) return refused(own, c, GONE)
    const { comment: edited, paper } = found
    const writing: Writing = { kind: 'edit', comment: edited }
    if (form.ticked('preview') && edited.own) return preview(acting, c, { paper, writing })
    const outcome = await editComment(own.db, { commentId: edited.id, reader, body: form.text('body'), now })
    if (!outcome.ok) return refuse(acting, c, { refusal: outcome, paper, writing })
    if (outcome.edited) own.changed(aboutPaper(edited.paperId, paper))
    return c.redirect(placeOf(edited, paper), 303)
  })
}

/** `POST /comments/123/delete` */
export function remove(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form, now }, c) => {
    const found = await askedComment(own, c)
    if (found) {
      const outcome = await deleteComment(own.db, { commentId: found.comment.id, readerId: reader.id, now })
      if (!outcome.ok && outcome.kind === 'not-own')
        return refused(own, c, { status: 403, title: 'Not your comment', reason: outcome.reason })
      own.changed(aboutPaper(found.comment.paperId, found.paper))
    }
    // If it is already gone, this was a double click.
    return goBack(c, form, found ? `${addressPath(found.paper.address)}#comments` : '/comments')
  })
}

/** `POST /comments/123/react` with `on` or `off` and a reaction: reacts, or withdraws the reaction. */
export function reactTo(site: Site) {
  return readerAction(site, { limit: RATE_LIMITS.vote }, async ({ site: own, reader, form, now }, c) => {
    const found = await askedComment(own, c)
    if (!found) return refused(own, c, GONE)
    const on = form.text('on') !== ''
    const reaction = parseReaction(form.text(on ? 'on' : 'off'))
    if (reaction === null)
      return refused(own, c, {
        status: 422,
        title: 'Unknown reaction',
        reason: 'Choose one of the reactions below the comment.',
      })
    const outcome = await react(own.db, {
      commentId: found.comment.id,
      readerId: reader.id,
      reaction,
      on,
      now,
    })
    if (!outcome.ok)
      return outcome.kind === 'no-comment'
        ? refused(own, c, GONE)
        : refused(own, c, { status: 422, title: 'Your own comment', reason: outcome.reason })
    own.changed([`paper ${found.comment.paperId}`])
    if (wantsJson(c)) return c.json({ reaction, on, count: outcome.count })
    return goBack(c, form, placeOf(found.comment, found.paper))
  })
}

/** What a comment may change: what stands on its paper's page, the newest comments, and the paper's heat. */
function aboutPaper(id: number, { edition }: AboutPaper): ChangingPart[] {
  return [...attentionOn({ id, edition }), 'comments']
}

type About = { paper: AboutPaper; writing: Writing }

/** The form as it was sent, with a preview. */
async function preview(acting: ReaderAction, c: Context, about: About): Promise<Response> {
  const { site, reader, form } = acting
  const text = readText(form.text('body'), reader)
  if (!text.ok) return writeAgain(acting, c, { ...about, problem: text.reason, status: 422 })
  return c.html(writingPage(site, { reader, ...about, text: text.body, isPreview: true }))
}

/** Says why a comment was refused. Readers who can still comment get their text back to correct. */
async function refuse(
  acting: ReaderAction,
  c: Context,
  { refusal: { kind, reason }, ...about }: About & { refusal: CommentRefusal },
): Promise<Response> {
  const status = STATUS[kind]
  if (kind === 'no-paper' || kind === 'no-comment' || kind === 'not-own' || kind === 'hidden')
    return refused(acting.site, c, {
      status,
      title: status === 404 ? 'Comment not found' : 'You cannot change this comment',
      reason,
    })
  return writeAgain(acting, c, { ...about, problem: reason, status })
}

async function writeAgain(
  { site, reader, form }: ReaderAction,
  c: Context,
  { status, ...about }: About & { problem: string; status: 403 | 404 | 409 | 422 | 429 },
): Promise<Response> {
  return c.html(writingPage(site, { reader, ...about, text: form.text('body') }), status)
}
