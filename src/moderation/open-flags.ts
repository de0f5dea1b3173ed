import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { FLAG_REASONS, type FlagReason } from './flags.ts'
import type { Flagged } from './flagged.ts'
import { collectionSubject, commentSubject, paperSubject } from './subjects.ts'

/** Who flagged something, why and when; `reader` is null if the account was deleted. */
type OpenFlag = {
  reader: { id: string; name: string } | null
  reason: FlagReason
  note: string
  at: Date
}

/** Something that was flagged, with all its open flags, for curators: `text` is what a comment says. */
export type FlaggedSubject = {
  on: Flagged
  subject: string
  address: string | null
  text: string | null
  hidden: boolean
  flags: OpenFlag[]
}

/** What was flagged and not looked at yet, the longest waiting first; at most `limit` things. */
export async function openFlags(
  db: Kysely<Database>,
  { limit }: { limit: number },
): Promise<FlaggedSubject[]> {
  const { rows } = await sql<{
    paperId: number | null
    commentId: number | null
    collectionId: string | null
    flags: { readerId: string | null; name: string | null; reason: string; note: string; at: string }[]
  }>`
    select f.paper_id as "paperId", f.comment_id as "commentId", f.collection_id as "collectionId",
      jsonb_agg(jsonb_build_object('readerId', f.reader_id, 'name', r.name, 'reason', f.reason, 'note', f.note,
        'at', f.flagged_at) order by f.flagged_at, f.id) as flags
    from flags f left join readers r on r.id = f.reader_id
    where f.settled_at is null
    group by 1, 2, 3 order by min(f.flagged_at), min(f.id) limit ${limit}
  `.execute(db)
  const subjects = await subjectsOf(db, {
    papers: rows.flatMap(({ paperId }) => paperId ?? []),
    comments: rows.flatMap(({ commentId }) => commentId ?? []),
    collections: rows.flatMap(({ collectionId }) => collectionId ?? []),
  })
  return rows.flatMap((row) => {
    const subject = subjects.get(`${row.paperId ?? ''} ${row.commentId ?? ''} ${row.collectionId ?? ''}`)
    if (!subject) return []
    const flags = row.flags.map(({ readerId, name, reason, note, at }) => ({
      reader: readerId === null ? null : { id: readerId, name: name ?? '' },
      reason: reason in FLAG_REASONS ? (reason as FlagReason) : ('other' as const),
      note,
      at: new Date(at),
    }))
    return [{ ...subject, flags }]
  })
}

type Described = Omit<FlaggedSubject, 'flags'>

async function subjectsOf(
  db: Kysely<Database>,
  { papers, comments, collections }: { papers: number[]; comments: number[]; collections: string[] },
): Promise<Map<string, Described>> {
  const found = new Map<string, Described>()
  if (papers.length > 0) {
    const rows = await db
      .selectFrom('papers')
      .select(['id', 'title', 'address', 'hidden'])
      .where('id', 'in', papers)
      .execute()
    for (const { id, hidden, ...paper } of rows)
      found.set(`${id}  `, { on: { kind: 'paper', id }, ...paperSubject(paper), text: null, hidden })
  }
  if (comments.length > 0) {
    const rows = await db
      .selectFrom('comments as c')
      .innerJoin('papers as p', 'p.id', 'c.paper_id')
      .leftJoin('readers as r', 'r.id', 'c.reader_id')
      .select(['c.id', 'c.reader_id as readerId', 'c.body', 'c.hidden_at', 'p.title', 'r.name'])
      .where('c.id', 'in', comments)
      .execute()
    for (const { body, hidden_at: hiddenAt, ...comment } of rows)
      found.set(` ${comment.id} `, {
        on: { kind: 'comment', id: comment.id },
        ...commentSubject(comment),
        text: body,
        hidden: hiddenAt !== null,
      })
  }
  if (collections.length > 0) {
    const rows = await db
      .selectFrom('collections as c')
      .innerJoin('readers as r', 'r.id', 'c.reader_id')
      .select(['c.id', 'c.reader_id as readerId', 'c.title', 'c.public', 'c.hidden', 'r.name'])
      .where('c.id', 'in', collections)
      .execute()
    for (const { title, hidden, public: isPublic, ...collection } of rows)
      found.set(`  ${collection.id}`, {
        on: { kind: 'collection', id: collection.id },
        ...collectionSubject(collection),
        // Made private since, it is for its reader only.
        text: isPublic ? title : null,
        hidden,
      })
  }
  return found
}
