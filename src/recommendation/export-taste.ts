import type { Kysely } from 'kysely'
import { exportRows, type ExportedPart } from '../db/export-rows.ts'
import type { Database } from '../db/schema.ts'

/** What is kept for a reader's own front page, by name; papers are given by their address. `$` is the reader. */
const KEPT: ExportedPart[] = [
  {
    name: 'choices',
    rows: `select learns_opened, learns_searches, begun_at from tastes where reader_id = $`,
  },
  {
    name: 'interests',
    rows: `select i.id, i.name, i.named_by_reader, i.boost, i.paused_at, i.created_at, (select coalesce(jsonb_agg(jsonb_build_object('paper', p.address, 'title', p.title, 'excluded_at', m.excluded_at) order by p.address), '[]') from interest_papers m join papers p on p.id = m.paper_id where m.interest_id = i.id) as papers from interests i where i.reader_id = $ order by i.id`,
  },
  {
    name: 'papers_of_no_interest',
    rows: `select p.address as paper, p.title, m.excluded_at from interest_papers m join papers p on p.id = m.paper_id where m.interest_id is null and m.reader_id = $ order by p.address`,
  },
  {
    name: 'followed_topics',
    rows: `select category, at from followed_topics where reader_id = $ order by category`,
  },
  {
    name: 'followed_authors',
    rows: `select name, at from followed_authors where reader_id = $ order by name`,
  },
  {
    name: 'ratings',
    rows: `select p.address as paper, p.title, r.likes, r.at from paper_ratings r join papers p on p.id = r.paper_id where r.reader_id = $ order by r.at`,
  },
  {
    name: 'opened_papers',
    rows: `select p.address as paper, p.title, o.at from opened_papers o join papers p on p.id = o.paper_id where o.reader_id = $ order by o.at`,
  },
  {
    name: 'seen_papers',
    rows: `select p.address as paper, s.at as first_at from seen_papers s join papers p on p.id = s.paper_id where s.reader_id = $ order by s.at`,
  },
  { name: 'searches', rows: `select text, at from reader_searches where reader_id = $ order by at` },
]

/** Everything that is kept for a reader's own front page, from one reading of the database. */
export async function exportTaste(
  db: Kysely<Database>,
  { readerId }: { readerId: string },
): Promise<Record<string, unknown>> {
  return exportRows(db, { parts: KEPT, readerId })
}
