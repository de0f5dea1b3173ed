import { sql, type Kysely, type Selectable } from 'kysely'
import { z } from 'zod'
import { isVisible, lengthOf, plainLines } from '../accounts/typed-text.ts'
import { INSTANT, PAPER_NUMBER, readCursor } from '../db/cursor.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { toPaper } from '../papers/find.ts'
import { holdForReader } from '../papers/hold.ts'
import type { Paper } from '../papers/paper.ts'
import { IS_LISTED } from '../papers/visibility.ts'

/** A reader's own note on a paper, which nobody else is shown. */
export type PaperNote = { body: string; changedAt: Date }

export type NotedPaper = { paper: Paper; note: PaperNote }

/** In characters. A note can be longer where two papers turned out to be one, until it is edited. */
export const LONGEST_NOTE = 10_000

/** How many papers a reader can have notes on. */
export const MOST_NOTES = 10_000

export type NoteOutcome = { ok: true } | { ok: false; kind: 'no-paper' | 'too-long' | 'full' }

/**
 * Writes a reader's note on a paper in place of the one before; a text of which nothing can be seen removes it. `too-long`
 * beyond 10,000 characters; `full` if the reader has notes on 10,000 other papers.
 */
export async function writeNote(
  db: Kysely<Database>,
  { readerId, paperId, body, now }: { readerId: string; paperId: number; body: string; now: Date },
): Promise<NoteOutcome> {
  const text = plainLines(body)
  if (lengthOf(text) > LONGEST_NOTE) return { ok: false, kind: 'too-long' }
  return inTransaction(db, async (trx): Promise<NoteOutcome> => {
    const paper = await holdForReader(trx, { readerId, paperId, lock: 'key share' })
    if (!paper) return { ok: false, kind: 'no-paper' }
    if (!isVisible(text)) {
      await trx
        .deleteFrom('paper_notes')
        .where('reader_id', '=', readerId)
        .where('paper_id', '=', paper.id)
        .execute()
      return { ok: true }
    }
    const { numAffectedRows } = await sql`
      insert into paper_notes (reader_id, paper_id, body, changed_at)
      select ${readerId}, ${paper.id}, ${text}, ${now}
      where (select count(*) from paper_notes where reader_id = ${readerId} and paper_id <> ${paper.id}) < ${MOST_NOTES}
      on conflict (reader_id, paper_id) do update set body = excluded.body, changed_at = excluded.changed_at
        where paper_notes.body <> excluded.body`.execute(trx)
    if (numAffectedRows === 1n) return { ok: true }
    // Either it says so already, or there was no room.
    const kept = await noteOn(trx, { readerId, paperId: paper.id })
    return kept === null ? { ok: false, kind: 'full' } : { ok: true }
  })
}

/** A reader's note on a paper; null if there is none. */
export async function noteOn(
  db: Kysely<Database>,
  { readerId, paperId }: { readerId: string; paperId: number },
): Promise<PaperNote | null> {
  const row = await db
    .selectFrom('paper_notes')
    .select(['body', 'changed_at'])
    .where('reader_id', '=', readerId)
    .where('paper_id', '=', paperId)
    .executeTakeFirst()
  return row ? { body: row.body, changedAt: row.changed_at } : null
}

/** Where a page ends: when its last note was changed, and the number of its paper. */
export type NotesCursor = [at: string, paperId: number]

const CURSOR: z.ZodType<NotesCursor> = z.tuple([INSTANT, PAPER_NUMBER])

/** The cursor in an address, or null if it is not one. */
export function parseNotesCursor(text: string): NotesCursor | null {
  return readCursor(CURSOR, text)
}

/**
 * A reader's notes with their papers, the last changed first, without hidden papers. With `text`, those with all its words;
 * “phrases”, `or` and `-without` mean what they mean in other searches.
 */
export async function notesOf(
  db: Kysely<Database>,
  {
    readerId,
    text = null,
    after = null,
    limit,
  }: { readerId: string; text?: string | null; after?: NotesCursor | null; limit: number },
): Promise<{ notes: NotedPaper[]; next: NotesCursor | null }> {
  const beyond = after
    ? sql`and (n.changed_at, n.paper_id) < (${after[0]}::timestamptz, ${after[1]}::bigint)`
    : sql``
  const matching =
    text === null ? sql`` : sql`and to_tsvector('simple', n.body) @@ websearch_to_tsquery('simple', ${text})`
  const { rows } = await sql<Selectable<Database['papers']> & { note_body: string; note_changed_at: Date }>`
    select p.*, n.body as note_body, n.changed_at as note_changed_at
    from paper_notes n join papers p on p.id = n.paper_id
    where n.reader_id = ${readerId} and ${IS_LISTED} ${matching} ${beyond}
    order by n.changed_at desc, n.paper_id desc limit ${limit + 1}`.execute(db)
  const notes = rows
    .slice(0, limit)
    .map((row) => ({ paper: toPaper(row), note: { body: row.note_body, changedAt: row.note_changed_at } }))
  const last = notes.at(-1)
  return {
    notes,
    next: rows.length > limit && last ? [last.note.changedAt.toISOString(), last.paper.id] : null,
  }
}

/** The notes of a reader that have all words of a text, the last changed first; none for a text without words. */
export async function searchNotes(
  db: Kysely<Database>,
  { readerId, text, limit }: { readerId: string; text: string; limit: number },
): Promise<NotedPaper[]> {
  return (await notesOf(db, { readerId, text, limit })).notes
}
