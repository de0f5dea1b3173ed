import { toReader } from '../accounts/reader.ts'
import { sql, type Kysely, type Transaction } from 'kysely'
import { holdReaders } from '../db/hold-readers.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { findCollection, holdFlagged, writersOf, type Flagged } from './flagged.ts'
import { selectCommentForUpdate, applyHiding } from './hide-comment.ts'
import { logAct } from './moderation-log.ts'
import { commentSubject } from './subjects.ts'

/** The reasons for a flag. */
export const FLAG_REASONS = {
  spam: 'Spam or advertising',
  abuse: 'Abusive',
  'off-topic': 'Off topic',
  duplicate: 'Duplicate',
  wrong: 'Wrong or misleading',
  other: 'Something else',
} as const
export type FlagReason = keyof typeof FLAG_REASONS

/** The longest note with a flag, in characters. */
export const LONGEST_NOTE = 1_000

/** How many trusted readers' flags hide a comment until a curator reviews it. Published at /moderation. */
const FLAGS_THAT_HIDE = 3

export type FlagOutcome =
  /** `hidden`: whether this flag hid the comment. A second flag while the first is open changes nothing. */
  { ok: true; hidden: boolean } | { ok: false; kind: 'gone' }

/**
 * Flags something that everyone can see, for curators to review. `curators` are the email addresses that the
 * configuration makes curators.
 */
export async function flag(
  db: Kysely<Database>,
  {
    on: asked,
    readerId,
    reason,
    note,
    curators,
    now,
  }: {
    on: Flagged
    readerId: string
    reason: FlagReason
    note: string
    curators: ReadonlySet<string>
    now: Date
  },
): Promise<FlagOutcome> {
  return inTransaction(db, async (trx) => {
    await holdReaders(trx, { acting: [readerId], staying: await writersOf(trx, asked) })
    // Locked, so that flags of one comment are counted one at a time.
    const comment = asked.kind === 'comment' ? await selectCommentForUpdate(trx, asked.id) : null
    const on = asked.kind === 'comment' ? asked : await holdFlagged(trx, asked)
    const isThere =
      on?.kind === 'comment'
        ? comment !== null && comment.deletedAt === null && !comment.paperHidden
        : on !== null && (await isShown(trx, on))
    if (!on || !isThere) return { ok: false, kind: 'gone' }
    const { numInsertedOrUpdatedRows: added = 0n } = await trx
      .insertInto('flags')
      .values({
        paper_id: on.kind === 'paper' ? on.id : null,
        comment_id: on.kind === 'comment' ? on.id : null,
        collection_id: on.kind === 'collection' ? on.id : null,
        reader_id: readerId,
        reason,
        note,
        flagged_at: now,
        settled_at: null,
        settled_by: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    if (added === 0n || comment === null || comment.hiddenAt !== null) return { ok: true, hidden: false }
    if (!(await isToHide(trx, { commentId: comment.id, curators, now }))) return { ok: true, hidden: false }
    await applyHiding(trx, { comment, now })
    await logAct(trx, {
      act: 'hide-flagged-comment',
      on: commentSubject(comment),
      curatorId: null,
      reason: `${FLAGS_THAT_HIDE} trusted readers flagged it. It stays hidden until a curator reviews it.`,
      now,
    })
    return { ok: true, hidden: true }
  })
}

/** Whether enough trusted readers flagged a comment that no curator has decided on yet. */
async function isToHide(
  trx: Transaction<Database>,
  { commentId, curators, now }: { commentId: number; curators: ReadonlySet<string>; now: Date },
): Promise<boolean> {
  const { rows } = await sql<{ decided: boolean }>`
    select exists (select from flags where comment_id = ${commentId} and settled_at is not null) as decided
  `.execute(trx)
  if (rows[0]?.decided) return false
  const readers = await trx
    .selectFrom('flags')
    .innerJoin('readers', 'readers.id', 'flags.reader_id')
    .selectAll('readers')
    .where('comment_id', '=', commentId)
    .execute()
  return readers.filter((row) => toReader(row, { curators, now }).trusted).length >= FLAGS_THAT_HIDE
}

async function isShown(
  trx: Transaction<Database>,
  on: Exclude<Flagged, { kind: 'comment' }>,
): Promise<boolean> {
  if (on.kind === 'collection') {
    const collection = await findCollection(trx, on.id)
    return collection !== undefined && collection.public && !collection.hidden
  }
  const paper = await trx.selectFrom('papers').select('hidden').where('id', '=', on.id).executeTakeFirst()
  return paper !== undefined && !paper.hidden
}
