import { sql, type Kysely, type Transaction } from 'kysely'
import { displayName } from '../accounts/reader.ts'
import { isVisible, lengthOf } from '../accounts/typed-text.ts'
import { holdReaders } from '../db/hold-readers.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { findPaper } from '../papers/find.ts'
import { holdPaper } from '../papers/hold.ts'
import { parseAddress } from '../papers/identifiers.ts'
import { clean } from '../papers/tex/clean.ts'
import { IS_LISTED } from '../papers/visibility.ts'
import { keptHtml, withHtml } from './comment-html.ts'
import { commentAsText, renderComment } from './comment-markdown.ts'

/** In characters. */
export const LONGEST_HEAD_NOTE = 2_000

/** What curators put at the head of the edition of a day. */
export type EditionHead = {
  /** `2026-11-29` */
  edition: string
  /** The note as plain text, for mails and feeds: links as `words (https://…)`, formulas in plain characters; '' without. */
  text: string
  /** The note as HTML flow content that is safe whatever it says; '' without. */
  html: string
  /** The paper that is to stand first; null: as ranked. One that was hidden since, or left the edition, is none. */
  topPaperId: number | null
  /** Who wrote it, with the name to show, and whether others can see their page; null once the account is gone. */
  by: { id: string; name: string; public: boolean } | null
  writtenAt: Date
}

/** The head of one edition; null where nobody wrote one. */
export async function editionHead(
  db: Kysely<Database>,
  { edition }: { edition: string },
): Promise<EditionHead | null> {
  const [head = null] = await editionHeads(db, { from: edition, to: edition })
  return head
}

/** The heads of the editions from one day to another, newest first. */
export async function editionHeads(
  db: Kysely<Database>,
  { from, to }: { from: string; to: string },
): Promise<EditionHead[]> {
  const rows = await db
    .selectFrom('edition_heads as h')
    .leftJoin('readers as r', 'r.id', 'h.curator_id')
    .leftJoin('papers as p', (join) =>
      join.onRef('p.id', '=', 'h.top_paper_id').onRef('p.edition', '=', 'h.edition').on(IS_LISTED),
    )
    .select([
      'h.edition',
      'h.note',
      'h.note_html as html',
      'h.html_version',
      'h.written_at',
      'p.id as topPaperId',
      'r.id as curatorId',
      'r.name',
      'r.public',
    ])
    .where('h.edition', '>=', from)
    .where('h.edition', '<=', to)
    .orderBy('h.edition', 'desc')
    .execute()
  return rows.map(({ edition, note, topPaperId, curatorId: id, name, public: isPublic, ...row }) => ({
    edition,
    text: commentAsText(note),
    html: note === '' ? '' : (keptHtml(row) ?? renderComment(note)),
    topPaperId,
    by: id === null ? null : { id, name: displayName({ id, name: name ?? '' }), public: isPublic ?? false },
    writtenAt: row.written_at,
  }))
}

/** The note on an edition as it was typed, to be changed; '' where there is none. */
export async function typedNote(db: Kysely<Database>, { edition }: { edition: string }): Promise<string> {
  const row = await db
    .selectFrom('edition_heads')
    .select('note')
    .where('edition', '=', edition)
    .executeTakeFirst()
  return row?.note ?? ''
}

export type HeadOutcome =
  | { ok: true }
  | { ok: false; kind: 'too-long' | 'no-edition' | 'no-paper' | 'changed'; reason: string }

const NO_EDITION = {
  ok: false,
  kind: 'no-edition',
  reason: 'There is no edition of that day.',
} as const satisfies HeadOutcome
const NO_PAPER = {
  ok: false,
  kind: 'no-paper',
  reason: 'The paper you chose as top story is no longer in this edition. Choose another one.',
} as const satisfies HeadOutcome
const CHANGED = {
  ok: false,
  kind: 'changed',
  reason:
    'Another curator changed the head of this edition while you were writing. Compare it with yours below, and save again to replace it.',
} as const satisfies HeadOutcome

/**
 * Writes the head of an edition: a note in Markdown of up to 2,000 characters, and the paper that stands first, by its
 * address (null: as ranked). Without both there is none any more. Whoever last changed the note signs it: choosing another
 * top story leaves the name and the time under it. `seen` is when what the curator looked at was written (null: there was
 * nothing); then what someone else wrote meanwhile is not replaced. Throws `MayNotAct`.
 */
export async function writeEditionHead(
  db: Kysely<Database>,
  {
    edition,
    note: typed,
    topPaperAddress,
    curatorId,
    seen,
    now,
  }: {
    edition: string
    note: string
    topPaperAddress: string | null
    curatorId: string
    seen?: Date | null
    now: Date
  },
): Promise<HeadOutcome> {
  const note = readNote(typed)
  const length = lengthOf(note)
  if (length > LONGEST_HEAD_NOTE)
    return {
      ok: false,
      kind: 'too-long',
      reason: `A note can have up to ${LONGEST_HEAD_NOTE.toLocaleString('en-GB')} characters; yours has ${length.toLocaleString('en-GB')}.`,
    }
  // Before anything is held: formulas take their time.
  const kept = withHtml(note)
  return inTransaction(db, async (trx): Promise<HeadOutcome> => {
    await holdReaders(trx, { acting: [curatorId] })
    if (note === '' && topPaperAddress === null) return removeHead(trx, { edition, seen })
    if (!(await isEdition(trx, edition))) return NO_EDITION
    const topPaperId =
      topPaperAddress === null ? null : await holdPaperIn(trx, { edition, address: topPaperAddress })
    if (topPaperAddress !== null && topPaperId === null) return NO_PAPER
    const isAsSeen =
      seen === undefined ? sql`true` : sql`h.written_at is not distinct from ${seen}::timestamptz`
    // A double click changes nothing, and is no conflict.
    const written = await sql`
      insert into edition_heads as h (edition, note, note_html, html_version, top_paper_id, curator_id, written_at)
      values (${edition}, ${kept.body}, ${kept.html}, ${kept.html_version}, ${topPaperId}, ${curatorId}, ${now})
      on conflict (edition) do update set
        note = excluded.note, note_html = excluded.note_html, html_version = excluded.html_version,
        top_paper_id = excluded.top_paper_id,
        curator_id = case when h.note = excluded.note and h.note <> '' then h.curator_id else excluded.curator_id end,
        written_at = case when h.note = excluded.note and h.note <> '' then h.written_at else excluded.written_at end
      where ${isAsSeen} or (h.note = excluded.note and h.top_paper_id is not distinct from excluded.top_paper_id)
      returning edition`.execute(trx)
    return written.rows.length > 0 ? { ok: true } : CHANGED
  })
}

function readNote(typed: string): string {
  const note = clean(typed.replaceAll('\t', '    ')).trim()
  return isVisible(note) ? note : ''
}

async function removeHead(
  trx: Transaction<Database>,
  { edition, seen }: { edition: string; seen: Date | null | undefined },
): Promise<HeadOutcome> {
  const head = await trx
    .selectFrom('edition_heads')
    .select('written_at')
    .where('edition', '=', edition)
    .forUpdate()
    .executeTakeFirst()
  if (head && seen !== undefined && head.written_at.getTime() !== seen?.getTime()) return CHANGED
  await trx.deleteFrom('edition_heads').where('edition', '=', edition).execute()
  return { ok: true }
}

async function isEdition(trx: Transaction<Database>, edition: string): Promise<boolean> {
  const paper = await trx
    .selectFrom('papers as p')
    .select('p.id')
    .where('p.edition', '=', edition)
    .where(IS_LISTED)
    .limit(1)
    .executeTakeFirst()
  return paper !== undefined
}

/** Holds the paper with an address; its number, or null when it is not one that the edition shows. */
async function holdPaperIn(
  trx: Transaction<Database>,
  { edition, address }: { edition: string; address: string },
): Promise<number | null> {
  const parsed = parseAddress(address)
  const found = parsed && (await findPaper(trx, parsed.identifier, { seenBy: 'everyone' }))
  const held = found && (await holdPaper(trx, { paperId: found.id, lock: 'key share' }))
  if (!held) return null
  const listed = await trx
    .selectFrom('papers as p')
    .select('p.id')
    .where('p.id', '=', held.id)
    .where('p.edition', '=', edition)
    .where(IS_LISTED)
    .executeTakeFirst()
  return listed?.id ?? null
}
