import { randomUUID } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { holdForReader } from '../papers/hold.ts'
import { countComments } from '../ranking/comment-count.ts'
import { firstActOr } from '../ranking/first-acts.ts'
import { WEIGHTS } from '../ranking/heat.ts'
import { recordSignals } from '../ranking/signals.ts'
import {
  HIDDEN,
  LOCKED,
  NO_COMMENT,
  NO_PAPER,
  NO_PARENT,
  NOT_OWN,
  type CommentRefusal,
} from './comment-refusals.ts'
import { withHtml } from './comment-html.ts'
import { readText } from './comment-text.ts'
import { selectCommentForUpdate } from './hold-comment.ts'
import { queueReplyMail, type MailedSite } from './reply-mail.ts'

/**
 * The reader who comments. Whether they are trusted decides how much their first comment on a paper weighs, and how
 * many links it can have.
 */
export type Commenter = { id: string; name: string; trusted: boolean }

export type WriteOutcome =
  /** `isNew`: false when the same was said there within the last minute, as by a double click. */
  { ok: true; id: number; isNew: boolean } | CommentRefusal
export type EditOutcome = { ok: true; edited: boolean } | CommentRefusal

/** The same comment in the same place within this time is a double click. */
const SAME_WITHIN_MS = 60_000
/** How long a comment can be edited without keeping its earlier version. */
const SILENT_EDIT_MS = 2 * 60_000

/**
 * Comments on a paper, or replies to a comment (then its writer may get an email, from `site`). The comment, its place
 * in the count, the email and, for a reader's first comment on the paper, its event are written together. Authors'
 * comments add no heat to their own papers.
 */
export async function writeComment(
  db: Kysely<Database>,
  {
    paperId: askedId,
    parentId,
    reader,
    body: written,
    site,
    now,
  }: { paperId: number; reader: Commenter; body: string; now: Date } & (
    | { parentId: null; site?: MailedSite }
    | { parentId: number; site: MailedSite }
  ),
): Promise<WriteOutcome> {
  const text = readText(written, reader)
  if (!text.ok) return text
  const { body } = text
  // Before anything is held: formulas take their time.
  const kept = withHtml(body)
  return inTransaction(db, async (trx) => {
    const paper = await holdForReader(trx, { readerId: reader.id, paperId: askedId, lock: 'no key update' })
    if (!paper || paper.hidden) return NO_PAPER
    if (paper.locked) return LOCKED
    const paperId = paper.id
    const parent = parentId === null ? null : await findParent(trx, { id: parentId, paperId })
    if (parentId !== null && !parent) return NO_PARENT

    const same = await trx
      .selectFrom('comments')
      .select('id')
      .where('paper_id', '=', paperId)
      .where('reader_id', '=', reader.id)
      .where('parent_id', parentId === null ? 'is' : '=', parentId)
      .where('body', '=', body)
      .where('deleted_at', 'is', null)
      .where('written_at', '>', new Date(now.getTime() - SAME_WITHIN_MS))
      .executeTakeFirst()
    if (same) return { ok: true, id: same.id, isNew: false }

    const event = (await drawsAttention(trx, { paperId, readerId: reader.id })) ? randomUUID() : null
    const { id } = await trx
      .insertInto('comments')
      .values({
        paper_id: paperId,
        parent_id: parentId,
        reader_id: reader.id,
        ...kept,
        event,
        written_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await countComments(trx, [paperId])
    if (event !== null) await record(trx, { paperId, event, reader, now })
    if (parent && site)
      await queueReplyMail(trx, {
        comment: { id, body },
        paper,
        to: parent.reader_id,
        from: reader,
        site,
        now,
      })
    return { ok: true, id, isNew: true }
  })
}

/**
 * Edits a reader's own comment. The earlier version is kept for everyone to see, unless the edit comes within two
 * minutes of writing.
 */
export async function editComment(
  db: Kysely<Database>,
  {
    commentId,
    reader,
    body: written,
    now,
  }: { commentId: number; reader: Commenter; body: string; now: Date },
): Promise<EditOutcome> {
  const text = readText(written, reader)
  if (!text.ok) return text
  const { body } = text
  const kept = withHtml(body)
  return inTransaction(db, async (trx) => {
    const held = await selectCommentForUpdate(trx, { commentId, readerId: reader.id })
    if (!held || held.comment.deleted_at !== null || held.paper.hidden) return NO_COMMENT
    const { comment, paper } = held
    if (comment.reader_id !== reader.id) return NOT_OWN
    if (comment.hidden_at !== null) return HIDDEN
    if (paper.locked) return LOCKED
    if (comment.body === body) return { ok: true, edited: false }
    const isSilent = now.getTime() - comment.written_at.getTime() <= SILENT_EDIT_MS
    if (!isSilent)
      await trx
        .insertInto('comment_edits')
        .values({
          comment_id: commentId,
          replaced_at: now,
          body: comment.body,
          html: comment.html,
          html_version: comment.html_version,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    await trx
      .updateTable('comments')
      .set({ ...kept, ...(isSilent ? {} : { edited_at: now }) })
      .where('id', '=', commentId)
      .execute()
    return { ok: true, edited: true }
  })
}

async function findParent(trx: Transaction<Database>, { id, paperId }: { id: number; paperId: number }) {
  return trx
    .selectFrom('comments')
    .select('reader_id')
    .where('id', '=', id)
    .where('paper_id', '=', paperId)
    .where('deleted_at', 'is', null)
    .where('hidden_at', 'is', null)
    .executeTakeFirst()
}

/** Whether a comment adds heat to the paper: the first visible one by a reader who is not an author of the paper. */
async function drawsAttention(
  trx: Transaction<Database>,
  { paperId, readerId }: { paperId: number; readerId: string },
): Promise<boolean> {
  const { rows } = await sql<{ draws: boolean }>`
    select not exists (
      select from authorship_claims where (paper_id, reader_id, state) = (${paperId}, ${readerId}::uuid, 'confirmed')
    ) and not exists (
      select from comments where (paper_id, reader_id) = (${paperId}, ${readerId}::uuid)
        and event is not null and hidden_at is null and deleted_at is null
    ) as draws`.execute(trx)
  return rows[0]?.draws ?? false
}

async function record(
  trx: Transaction<Database>,
  { paperId, event, reader, now }: { paperId: number; event: string; reader: Commenter; now: Date },
): Promise<void> {
  const weight = WEIGHTS.comment * (reader.trusted ? 1 : WEIGHTS.newVote)
  // Whoever deletes their comment and writes another one drew attention to the paper back then.
  const first = await firstActOr(trx, {
    paperId,
    readerId: reader.id,
    kind: 'comment',
    now: { at: now, weight },
  })
  const signal = {
    paperId,
    kind: 'comment',
    origin: 'reader',
    originKey: event,
    amount: 1,
    ...first,
  } as const
  await recordSignals(trx, [signal], { now })
}
