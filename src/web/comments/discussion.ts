import { renderComment } from '../../discussion/comment-markdown.ts'
import { commentsOf, LONGEST_DISCUSSION, type Thread } from '../../discussion/comment-threads.ts'
import type { Looker } from '../../discussion/read-comments.ts'
import { mapInTurns } from '../../runtime/in-turns.ts'
import { rememberTexts } from '../parts/remember.ts'
import type { Site } from '../site.ts'

/** The threads on a paper, what each comment says as HTML, by its number, and whether there are more than are shown. */
export type Discussion = { threads: Thread[]; html: ReadonlyMap<number, string>; isCut: boolean }

/** The discussion of a paper as it is for who looks: two queries, and the comments typeset in turns. */
export async function discussionOf(site: Site, { id }: { id: number }): Promise<Discussion> {
  const threads = await commentsOf(site.db, {
    paperId: id,
    looker: lookerOf(site),
    curators: site.accounts.curators,
  })
  const comments = threads.flatMap(everyOne)
  return { threads, html: await typesetAll(comments), isCut: comments.length >= LONGEST_DISCUSSION }
}

/** What comments say, by it, as HTML: long discussions are asked for again and again. */
const remembered = rememberTexts<{ html: string }>({ maxBytes: 8_000_000 })

/** Comments as HTML, by their number. */
export async function typesetAll(
  comments: { id: number; body: string | null }[],
): Promise<ReadonlyMap<number, string>> {
  const html = await mapInTurns(comments, ({ body }) =>
    body === null ? '' : remembered(body, () => ({ html: renderComment(body) })).html,
  )
  return new Map(comments.map(({ id }, i) => [id, html[i] ?? '']))
}

/** Who looks, as far as comments are concerned. */
export function lookerOf({ viewer }: Site): Looker {
  return viewer && { id: viewer.reader.id, curator: viewer.reader.curator }
}

function everyOne(thread: Thread): Thread[] {
  return [thread, ...thread.answers.flatMap(everyOne)]
}
