import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { addressPath } from '../papers/identifiers.ts'
import { quoted } from '../moderation/subjects.ts'
import { IS_LISTED } from '../papers/visibility.ts'

/** What a reader's page shows besides their profile. */
export type PublicWork = {
  comments: { subject: string; address: string; writtenAt: Date }[]
  papers: { subject: string; address: string }[]
}

/** A reader's newest comments and the papers they are confirmed to have written, without anything hidden. */
export async function publicWork(
  db: Kysely<Database>,
  { readerId, limit }: { readerId: string; limit: number },
): Promise<PublicWork> {
  const [comments, papers] = await Promise.all([
    db
      .selectFrom('comments as c')
      .innerJoin('papers as p', 'p.id', 'c.paper_id')
      .select(['c.id', 'c.written_at', 'p.title'])
      .where('c.reader_id', '=', readerId)
      .where('c.deleted_at', 'is', null)
      .where('c.hidden_at', 'is', null)
      .where(IS_LISTED)
      .orderBy('c.written_at', 'desc')
      .limit(limit)
      .execute(),
    db
      .selectFrom('authorship_claims as c')
      .innerJoin('papers as p', 'p.id', 'c.paper_id')
      .select(['p.title', 'p.address'])
      .where('c.reader_id', '=', readerId)
      .where('c.state', '=', 'confirmed')
      .where(IS_LISTED)
      .orderBy('p.dated_at', 'desc')
      .limit(limit)
      .execute(),
  ])
  return {
    comments: comments.map(({ id, written_at: writtenAt, title }) => ({
      subject: quoted(title),
      address: `/comments/${id}`,
      writtenAt,
    })),
    papers: papers.map(({ title, address }) => ({ subject: quoted(title), address: addressPath(address) })),
  }
}
