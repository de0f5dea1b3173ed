import { sql, type Kysely, type RawBuilder } from 'kysely'
import { z } from 'zod'
import { displayName } from '../accounts/reader.ts'
import type { Database } from '../db/schema.ts'
import { INSTANT, readCursor } from '../db/cursor.ts'
import { keptHtml } from './comment-html.ts'
import type { Reaction, ReactionCount } from './reactions.ts'
import { IS_LISTED } from '../papers/visibility.ts'

/** The viewer of comments; null for people who are not signed in. */
export type CommentViewer = { id: string; curator: boolean } | null

/** A comment as one reader can see it. */
export type Comment = {
  id: number
  paperId: number
  parentId: number | null
  /** null once the account or the comment is gone. `public`: whether others can see their page. */
  writer: { id: string; name: string; public: boolean; curator: boolean; author: boolean } | null
  state: 'shown' | 'deleted' | 'hidden'
  /** Markdown; null if the viewer cannot see it: only its writer and curators can read a hidden comment. */
  body: string | null
  /** It as HTML, where that is kept. */
  html?: string | null
  writtenAt: Date
  editedAt: Date | null
  own: boolean
  reactions: Partial<Record<Reaction, ReactionCount>>
}

/** The paper of a comment: its address, its title in TeX, the day of its edition, if any. */
export type PaperOfComment = {
  address: string
  title: string
  edition: string | null
  hidden: boolean
  locked: boolean
}

type Row = {
  id: number
  paper_id: number
  parent_id: number | null
  reader_id: string | null
  body: string
  html: string | null
  html_version: number
  written_at: Date
  edited_at: Date | null
  deleted_at: Date | null
  hidden_at: Date | null
  name: string | null
  public: boolean | null
  curator: boolean | null
  author: boolean
}

/** `curators`: the addresses that the configuration makes curators. */
type For = { viewer: CommentViewer; curators: ReadonlySet<string> }

function columns(curators: ReadonlySet<string>): RawBuilder<unknown> {
  return sql`c.id, c.paper_id, c.parent_id, c.reader_id, c.body, c.html, c.html_version, c.written_at, c.edited_at, c.deleted_at, c.hidden_at,
    r.name, r.public,
    r.suspended_at is null and (r.curator_there
      or (r.email_verified and (r.curator or r.email = any(${[...curators]}::text[])))) as curator,
    exists (select from authorship_claims a
      where (a.paper_id, a.reader_id, a.state) = (c.paper_id, c.reader_id, 'confirmed')) as author`
}

function toComment(row: Row, viewer: CommentViewer): Comment {
  const state = row.deleted_at !== null ? 'deleted' : row.hidden_at !== null ? 'hidden' : 'shown'
  const own = viewer !== null && row.reader_id === viewer.id
  const isReadable = state === 'shown' || (state === 'hidden' && (own || viewer?.curator === true))
  return {
    id: row.id,
    paperId: row.paper_id,
    parentId: row.parent_id,
    writer:
      state === 'deleted' || row.reader_id === null
        ? null
        : {
            id: row.reader_id,
            name: displayName({ id: row.reader_id, name: row.name ?? '' }),
            public: row.public ?? false,
            curator: row.curator ?? false,
            author: row.author,
          },
    state,
    body: isReadable ? row.body : null,
    html: isReadable ? keptHtml(row) : null,
    writtenAt: row.written_at,
    editedAt: state === 'deleted' ? null : row.edited_at,
    own,
    reactions: {},
  }
}

/** The comments on a paper, the oldest `limit` of them, oldest first: two queries. */
export async function commentsOn(
  db: Kysely<Database>,
  { paperId, viewer, curators, limit }: { paperId: number; limit: number } & For,
): Promise<Comment[]> {
  const [comments, reactions] = await Promise.all([
    sql<Row>`
      select ${columns(curators)} from comments c left join readers r on r.id = c.reader_id
      where c.paper_id = ${paperId} order by c.written_at, c.id limit ${limit}`.execute(db),
    sql<{ comment_id: number; reaction: Reaction } & ReactionCount>`
      select x.comment_id, x.reaction, sum(x.count)::int as count,
        coalesce(bool_or(x.reader_id = ${viewer?.id ?? null}::uuid), false) as own
      from comments c, lateral (
        select comment_id, reaction, 1 as count, reader_id from reactions where comment_id = c.id
        union all select comment_id, reaction, count, null from imported_reactions where comment_id = c.id) x
      where c.paper_id = ${paperId} group by x.comment_id, x.reaction`.execute(db),
  ])
  const byId = new Map(comments.rows.map((row) => [row.id, toComment(row, viewer)]))
  for (const { comment_id: id, reaction, count, own } of reactions.rows) {
    const comment = byId.get(id)
    if (comment?.state === 'shown') comment.reactions[reaction] = { count, own }
  }
  return [...byId.values()]
}

/** One comment, without its reactions, and its paper; null if there is none. */
export async function readComment(
  db: Kysely<Database>,
  { commentId, viewer, curators }: { commentId: number } & For,
): Promise<{ comment: Comment; paper: PaperOfComment } | null> {
  const { rows } = await sql<Row & PaperOfComment>`
    select ${columns(curators)}, p.address, p.title, p.edition, p.hidden, p.comments_locked as locked
    from comments c join papers p on p.id = c.paper_id left join readers r on r.id = c.reader_id
    where c.id = ${commentId}`.execute(db)
  const row = rows[0]
  if (!row) return null
  const { address, title, edition, hidden, locked } = row
  return { comment: toComment(row, viewer), paper: { address, title, edition, hidden, locked } }
}

/** Earlier versions of a comment, newest first; `until` is when each was replaced. */
export async function editsOf(
  db: Kysely<Database>,
  commentId: number,
): Promise<{ body: string; html: string | null; until: Date }[]> {
  const edits = await db
    .selectFrom('comment_edits')
    .select(['body', 'html', 'html_version', 'replaced_at as until'])
    .where('comment_id', '=', commentId)
    .orderBy('replaced_at', 'desc')
    .execute()
  return edits.map(({ body, until, ...kept }) => ({ body, html: keptHtml(kept), until }))
}

/** Where a page of the newest comments ends: when its last comment was written, and its number. */
export type CommentCursor = [writtenAt: string, id: number]

const CURSOR: z.ZodType<CommentCursor> = z.tuple([
  INSTANT,
  z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
])

/** The cursor in an address, or null if it is not one. */
export function parseCommentCursor(text: string): CommentCursor | null {
  return readCursor(CURSOR, text)
}

/** The comments on all papers that everyone can see, newest first. One query. */
export async function newestComments(
  db: Kysely<Database>,
  { after = null, limit, viewer, curators }: { after?: CommentCursor | null; limit: number } & For,
): Promise<{ comments: { comment: Comment; paper: PaperOfComment }[]; next: CommentCursor | null }> {
  const beyond = after
    ? sql`and (c.written_at, c.id) < (${after[0]}::timestamptz, ${after[1]}::bigint)`
    : sql``
  const { rows } = await sql<Row & PaperOfComment>`
    select ${columns(curators)}, p.address, p.title, p.edition, p.hidden, p.comments_locked as locked
    from comments c join papers p on p.id = c.paper_id left join readers r on r.id = c.reader_id
    where c.deleted_at is null and c.hidden_at is null and ${IS_LISTED} ${beyond}
    order by c.written_at desc, c.id desc limit ${limit + 1}`.execute(db)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    comments: shown.map((row) => {
      const { address, title, edition, hidden, locked } = row
      return { comment: toComment(row, viewer), paper: { address, title, edition, hidden, locked } }
    }),
    next: rows.length > limit && last ? [last.written_at.toISOString(), last.id] : null,
  }
}
