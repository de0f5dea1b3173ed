import { renderComment } from '../../discussion/comment-markdown.ts'
import { commentsOf, LONGEST_DISCUSSION, type Thread } from '../../discussion/comment-threads.ts'
import type { CommentViewer } from '../../discussion/read-comments.ts'
import { mapInTurns } from '../../runtime/in-turns.ts'
import { rememberTexts } from '../parts/remember.ts'
import type { Site } from '../site.ts'

/** The threads on a paper, each comment's HTML by its number, and whether there are more comments than are shown. */
export type Discussion = { threads: Thread[]; html: ReadonlyMap<number, string>; isCut: boolean }

/** The discussion of a paper for one viewer: two queries. */
export async function discussionOf(site: Site, { id }: { id: number }): Promise<Discussion> {
  const threads = await commentsOf(site.db, {
    paperId: id,
    viewer: commentViewerOf(site),
    curators: site.accounts.curators,
  })
  const comments = threads.flatMap(everyOne)
  return { threads, html: await htmlOfAll(comments), isCut: comments.length >= LONGEST_DISCUSSION }
}

/** Of comments whose HTML is not kept yet, as after an upgrade: long discussions are asked for again and again. */
const remembered = rememberTexts<{ html: string }>({ maxBytes: 8_000_000 })

type Written = { body: string | null; html?: string | null }

/** Comments as HTML, by their number. */
export async function htmlOfAll(
  comments: (Written & { id: number })[],
): Promise<ReadonlyMap<number, string>> {
  const html = await mapInTurns(comments, htmlOfComment)
  return new Map(comments.map(({ id }, i) => [id, html[i] ?? '']))
}

/** A comment, or an earlier version of one, as HTML; empty where the viewer cannot see it. */
export function htmlOfComment({ body, html }: Written): string {
  return body === null ? '' : (html ?? remembered(body, () => ({ html: renderComment(body) })).html)
}

/** The viewer, as far as comments are concerned. */
export function commentViewerOf({ viewer }: Site): CommentViewer {
  return viewer && { id: viewer.reader.id, curator: viewer.reader.curator }
}

function everyOne(thread: Thread): Thread[] {
  return [thread, ...thread.answers.flatMap(everyOne)]
}
