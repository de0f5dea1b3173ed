import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { mapInTurns } from '../runtime/in-turns.ts'
import { renderComment } from './comment-markdown.ts'

/** Grows with every change of what `renderComment` makes of a text: what an earlier one made is made anew. */
const RENDERER = 1

/** A text of a comment, or of a note, as it is kept: with its HTML, made once, however often it is read. */
export function withHtml(body: string): { body: string; html: string; html_version: number } {
  return { body, html: renderComment(body), html_version: RENDERER }
}

/** The HTML that is kept of such a text; null if there is none, or an earlier renderer made it. */
export function keptHtml({
  html,
  html_version: version,
}: {
  html: string | null
  html_version: number
}): string | null {
  return version === RENDERER ? html : null
}

/**
 * Makes the HTML of comments, their earlier versions and notes on editions anew that an earlier renderer made, or none, up
 * to `limit` of each; answers how many there were. Their texts may change meanwhile: then theirs is newer.
 */
export async function renderAnew(db: Kysely<Database>, { limit }: { limit: number }): Promise<number> {
  const comments = await db
    .selectFrom('comments')
    .select(['id', 'body'])
    .where('html_version', '<>', RENDERER)
    .orderBy('html_version')
    .orderBy('id')
    .limit(limit)
    .execute()
  const edits = await db
    .selectFrom('comment_edits')
    .select(['comment_id as id', 'replaced_at as at', 'body'])
    .where('html_version', '<>', RENDERER)
    .orderBy('html_version')
    .orderBy('comment_id')
    .orderBy('replaced_at')
    .limit(limit)
    .execute()
  const notes = await db
    .selectFrom('edition_heads')
    .select(['edition', 'note as body'])
    .where('html_version', '<>', RENDERER)
    .orderBy('edition', 'desc')
    .limit(limit)
    .execute()
  const html = await mapInTurns([...comments, ...edits, ...notes], ({ body }) =>
    body === '' ? '' : renderComment(body),
  )
  if (comments.length > 0)
    await sql`
      update comments c set html = r.html, html_version = ${RENDERER}
      from unnest(${comments.map(({ id }) => id)}::bigint[], ${comments.map(({ body }) => body)}::text[],
        ${html.slice(0, comments.length)}::text[]) as r(id, body, html)
      where c.id = r.id and c.body = r.body`.execute(db)
  if (edits.length > 0)
    await sql`
      update comment_edits e set html = r.html, html_version = ${RENDERER}
      from unnest(${edits.map(({ id }) => id)}::bigint[], ${edits.map(({ at }) => at)}::timestamptz[],
        ${html.slice(comments.length, comments.length + edits.length)}::text[]) as r(id, at, html)
      where e.comment_id = r.id and e.replaced_at = r.at`.execute(db)
  if (notes.length > 0)
    await sql`
      update edition_heads h set note_html = r.html, html_version = ${RENDERER}
      from unnest(${notes.map(({ edition }) => edition)}::date[], ${notes.map(({ body }) => body)}::text[],
        ${html.slice(-notes.length)}::text[]) as r(edition, note, html)
      where h.edition = r.edition and h.note = r.note`.execute(db)
  return comments.length + edits.length + notes.length
}
