import type { Child } from 'hono/jsx'
import { raw } from 'hono/html'
import type { Reader } from '../../accounts/reader.ts'
import { renderComment } from '../../discussion/comment-markdown.ts'
import type { Comment } from '../../discussion/read-comments.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { typeset } from '../../papers/typeset.ts'
import { renderPage } from '../layout.tsx'
import { When } from '../parts/when.tsx'
import { htmlOfComment } from './discussion.ts'
import type { Site } from '../site.ts'
import { CommentText } from './comment.tsx'
import { CommentForm } from './form.tsx'

/** The paper that a page is about: its address, and its title in TeX. */
export type AboutPaper = { address: string; title: string; edition: string | null }

/** What is being written: a comment, a reply or an edit. */
export type Writing = { kind: 'new' } | { kind: 'reply'; to: Comment } | { kind: 'edit'; comment: Comment }

/** The page for writing a comment: with what was typed, what was wrong with it, or a preview. */
export function writingPage(
  site: Site,
  {
    reader,
    paper,
    writing,
    text = '',
    problem = null,
    isPreview = false,
  }: {
    reader: Reader
    paper: AboutPaper
    writing: Writing
    text?: string
    problem?: string | null
    isPreview?: boolean
  },
) {
  const { title, label, button, action } = WORDS[writing.kind]
  const path = action(writing, paper)
  const back = writing.kind === 'new' ? `${addressPath(paper.address)}#comments` : path
  return page(site, {
    title,
    path,
    paper,
    children: (
      <>
        {writing.kind === 'reply' && (
          <article class="comment quoted">
            <CommentText site={site} comment={writing.to} html={htmlOfComment(writing.to)} />
          </article>
        )}
        {isPreview && problem === null && (
          <section aria-labelledby="preview">
            <h2 id="preview">Preview</h2>
            <div class="comment-body" dir="auto">
              {raw(renderComment(text))}
            </div>
            <p class="hint">Your comment is not saved yet.</p>
          </section>
        )}
        <CommentForm reader={reader} draft={{ action: path, back, label, button, text, problem }} />
        {writing.kind === 'edit' && <DeleteForm comment={writing.comment} paper={paper} />}
      </>
    ),
  })
}

const WORDS: Record<
  Writing['kind'],
  { title: string; label: string; button: string; action: (writing: Writing, paper: AboutPaper) => string }
> = {
  new: {
    title: 'Comment',
    label: 'Your comment',
    button: 'Comment',
    action: (_, paper) => `${addressPath(paper.address)}/comments`,
  },
  reply: {
    title: 'Reply',
    label: 'Your reply',
    button: 'Reply',
    action: (writing) => (writing.kind === 'reply' ? `/comments/${writing.to.id}/reply` : ''),
  },
  edit: {
    title: 'Edit your comment',
    label: 'Your comment',
    button: 'Save changes',
    action: (writing) => (writing.kind === 'edit' ? `/comments/${writing.comment.id}/edit` : ''),
  },
}

/** The page where a comment that can no longer be edited can still be deleted. */
export function deletionPage(
  site: Site,
  { paper, comment, reason }: { paper: AboutPaper; comment: Comment; reason: string },
) {
  return page(site, {
    title: 'Your comment',
    path: `/comments/${comment.id}/edit`,
    paper,
    children: (
      <>
        <p class="notice">{reason}</p>
        <DeleteForm comment={comment} paper={paper} />
      </>
    ),
  })
}

function DeleteForm({ comment, paper }: { comment: Comment; paper: AboutPaper }) {
  return (
    <section aria-labelledby="delete">
      <h2 id="delete">Delete comment</h2>
      <p>
        This deletes the comment and its earlier versions for good. If others have replied, it is shown as
        deleted.
      </p>
      <form class="form" method="post" action={`/comments/${comment.id}/delete`}>
        <input type="hidden" name="back" value={`${addressPath(paper.address)}#comments`} />
        <button type="submit" class="button danger">
          Delete comment
        </button>
      </form>
    </section>
  )
}

/** A comment and its earlier versions. `html` has the current text, then each earlier one, newest first. */
export function historyPage(
  site: Site,
  {
    paper,
    comment,
    edits,
    html,
  }: { paper: AboutPaper; comment: Comment; edits: { until: Date }[]; html: string[] },
) {
  return page(site, {
    title: 'Comment history',
    path: `/comments/${comment.id}/history`,
    paper,
    children: (
      <>
        <article class="comment">
          <CommentText site={site} comment={comment} html={html[0] ?? ''} />
        </article>
        {edits.map(({ until }, i) => (
          <section aria-labelledby={`until-${i}`}>
            <h2 id={`until-${i}`}>
              Until <When site={site} instant={until} />
            </h2>
            <div class="comment-body" dir="auto">
              {raw(html[i + 1] ?? '')}
            </div>
          </section>
        ))}
        {edits.length === 0 && <p>This comment has not been edited.</p>}
      </>
    ),
  })
}

function page(
  site: Site,
  { title, path, paper, children }: { title: string; path: string; paper: AboutPaper; children: Child },
) {
  return renderPage(site, {
    head: { title, description: 'Discussion of a paper.', path, noindex: true },
    children: (
      <div class="narrow">
        <header class="edition-head">
          <p class="kicker">Discussion</p>
          <h1>{title}</h1>
          <p class="intro">
            <a href={`${addressPath(paper.address)}#comments`}>
              {raw(typeset(paper.title, { links: false }))}
            </a>
          </p>
        </header>
        {children}
      </div>
    ),
  })
}
