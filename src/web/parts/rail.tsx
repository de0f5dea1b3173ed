import type { Child } from 'hono/jsx'
import { raw } from 'hono/html'
import { newestComments } from '../../discussion/read-comments.ts'
import { excerpt } from '../../papers/excerpt.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { warningsOf } from '../../papers/notices.ts'
import type { Paper } from '../../papers/paper.ts'
import { typeset } from '../../papers/typeset.ts'
import { allTopics } from '../../ranking/editions.ts'
import { commentViewerOf } from '../comments/discussion.ts'
import type { Site } from '../site.ts'
import { TopicTally } from './topic-tally.tsx'

/** Papers that stand beside a list, by their titles; nothing where there are none. */
export function TitleBox({
  heading,
  papers,
  note = () => null,
  children,
}: {
  heading: Child
  papers: readonly Paper[]
  /** What is said of each. */
  note?: (paper: Paper) => Child
  children?: Child
}) {
  if (papers.length === 0) return null
  return (
    <section class="box">
      <h2>{heading}</h2>
      <ol class="titles">
        {papers.map((paper) => {
          const said = note(paper)
          return (
            <li>
              <a href={addressPath(paper.address)}>{raw(typeset(paper.title, { links: false }))}</a>{' '}
              {warningsOf(paper).map((warning) => (
                <span class="withdrawn">{warning} </span>
              ))}
              {said !== null && <span class="title-note">{said}</span>}
            </li>
          )
        })}
      </ol>
      {children}
    </section>
  )
}

/** How many comments a paper has, as a link to them. */
export function commentsNote({ address, commentCount }: Paper): Child {
  return (
    <a href={`${addressPath(address)}#comments`}>
      {commentCount === 1 ? '1 comment' : `${commentCount.toLocaleString('en-GB')} comments`}
    </a>
  )
}

/** In characters of source. */
const COMMENT_LENGTH = 130

/** A comment beside a list. */
export type RailComment = { path: string; writer: string; text: string; title: string }

/** The newest comments, for a place beside a list. */
export async function railComments(site: Site, { limit }: { limit: number }): Promise<RailComment[]> {
  const { comments } = await newestComments(site.db, {
    limit,
    viewer: commentViewerOf(site),
    curators: site.accounts.curators,
  })
  return comments.map(({ comment, paper }) => ({
    path: `${addressPath(paper.address)}#c${comment.id}`,
    writer: comment.writer?.name ?? 'A former reader',
    text: excerpt(withoutMarkup(comment.body ?? ''), COMMENT_LENGTH),
    title: paper.title,
  }))
}

/** Markdown as it reads on one line: links by their text, without marks of emphasis, quotes and lists. */
function withoutMarkup(markdown: string): string {
  return markdown
    .replaceAll(/^\s*(?:[>#]+|[-*+]|\d+\.)\s+/gm, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/\*\*|__|~~|`/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

export function CommentsBox({ comments }: { comments: readonly RailComment[] }) {
  if (comments.length === 0) return null
  return (
    <section class="box">
      <h2>
        <a href="/comments">Newest comments</a>
      </h2>
      <ol class="titles">
        {comments.map(({ path, writer, text, title }) => (
          <li>
            <a href={path}>“{raw(typeset(text, { links: false }))}”</a>{' '}
            <span class="title-note">
              {writer} on <cite>{raw(typeset(title, { links: false }))}</cite>
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}

const TOPICS_SHOWN = 12

/** The topics with the most papers. */
export async function largestTopics({ db }: Site): Promise<{ category: string; papers: number }[]> {
  const topics = await allTopics(db)
  return topics.toSorted((a, b) => b.papers - a.papers).slice(0, TOPICS_SHOWN)
}

/** Topics with how many papers each has; one alone says nothing. */
export function TopicsBox({ topics }: { topics: readonly { category: string; papers: number }[] }) {
  if (topics.length < 2) return null
  return (
    <section class="box">
      <h2>Topics</h2>
      <TopicTally topics={topics} />
    </section>
  )
}
