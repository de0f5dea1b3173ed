import type { Kysely } from 'kysely'
import { exportRows, type ExportedPart } from '../db/export-rows.ts'
import type { Database } from '../db/schema.ts'

/** The tables with a reader's data, and the column that says whose it is; papers are given by their address. */
const KEPT: ExportedPart[] = [
  {
    name: 'account',
    rows: `select email, name, orcid, orcid_verified, public, mail_replies, created_at, curator, trusted_at, suspended_at from readers where id = $`,
  },
  {
    name: 'sessions',
    rows: `select created_at, updated_at as used_at, expires_at, user_agent from sessions where reader_id = $`,
  },
  {
    name: 'ways_to_sign_in',
    rows: `select provider, subject, created_at from identities where reader_id = $`,
  },
  {
    name: 'tokens',
    rows: `select name, ending, scopes, created_at, last_used_at, expires_at from tokens where reader_id = $`,
  },
  { name: 'passkeys', rows: `select name, device_type, created_at from passkeys where reader_id = $` },
  {
    name: 'votes',
    rows: `select p.address as paper, p.title, v.voted_at from votes v join papers p on p.id = v.paper_id where v.reader_id = $`,
  },
  {
    name: 'withdrawn',
    rows: `select p.address as paper, f.kind, f.at as first_at from first_acts f join papers p on p.id = f.paper_id where f.reader_id = $`,
  },
  {
    name: 'picks',
    rows: `select p.address as paper, k.note, k.picked_at from picks k join papers p on p.id = k.paper_id where k.curator_id = $`,
  },
  {
    name: 'reading_list',
    rows: `select p.address as paper, p.title, l.added_at, l.read_at from reading_list l join papers p on p.id = l.paper_id where l.reader_id = $`,
  },
  {
    name: 'not_for_me',
    rows: `select p.address as paper, n.at from not_for_me n join papers p on p.id = n.paper_id where n.reader_id = $`,
  },
  {
    name: 'collections',
    rows: `select c.id, c.title, c.description, c.public, c.created_at, (select coalesce(jsonb_agg(jsonb_build_object('paper', p.address, 'note', cp.note, 'added_at', cp.added_at) order by cp.position), '[]') from collection_papers cp join papers p on p.id = cp.paper_id where cp.collection_id = c.id) as papers from collections c where c.reader_id = $`,
  },
  {
    name: 'comments',
    rows: `select p.address as paper, c.body, c.written_at, c.edited_at, c.deleted_at, c.hidden_at, (select coalesce(jsonb_agg(jsonb_build_object('body', e.body, 'replaced_at', e.replaced_at) order by e.replaced_at), '[]') from comment_edits e where e.comment_id = c.id) as edits from comments c join papers p on p.id = c.paper_id where c.reader_id = $`,
  },
  { name: 'reactions', rows: `select comment_id, reaction, at from reactions where reader_id = $` },
  {
    name: 'submissions',
    rows: `select scheme, value, note, state, submitted_at, decided_at, reason from submissions where reader_id = $`,
  },
  {
    name: 'authorship_claims',
    rows: `select p.address as paper, a.state, a.by, a.note, a.claimed_at from authorship_claims a join papers p on p.id = a.paper_id where a.reader_id = $`,
  },
  {
    name: 'flags',
    rows: `select paper_id, comment_id, collection_id, reason, note, flagged_at, settled_at from flags where reader_id = $`,
  },
  {
    name: 'edition_heads',
    rows: `select h.edition, h.note, p.address as top_story, h.written_at from edition_heads h left join papers p on p.id = h.top_paper_id where h.curator_id = $`,
  },
  {
    name: 'zotero',
    rows: `select user_id, username, may_write, connected_at from zotero_accounts where reader_id = $`,
  },
  {
    name: 'imported_libraries',
    rows: `select collection_id as collection, name, library, state, asked_at, finished_at, (select coalesce(jsonb_agg(jsonb_build_object('title', i.title, 'identifiers', i.identifiers, 'state', i.state) order by i.place), '[]') from library_items i where i.import_id = l.id) as items from library_imports l where l.reader_id = $`,
  },
  {
    name: 'saved_to_zotero',
    rows: `select p.address as paper, s.state, s.queued_at, s.saved_at from zotero_saves s left join papers p on p.id = s.paper_id where s.reader_id = $`,
  },
  {
    name: 'notes',
    rows: `select p.address as paper, p.title, n.body, n.changed_at from paper_notes n join papers p on p.id = n.paper_id where n.reader_id = $`,
  },
  {
    name: 'front_page',
    rows: `select learns_opened, learns_searches, feed_key is not null as private_feeds, begun_at from tastes where reader_id = $`,
  },
  {
    name: 'interests',
    rows: `select i.id, i.name, i.named_by_reader, i.boost, i.paused_at, i.created_at, (select coalesce(jsonb_agg(p.address order by p.id), '[]') from interest_papers ip join papers p on p.id = ip.paper_id where ip.interest_id = i.id and ip.excluded_at is null) as papers from interests i where i.reader_id = $`,
  },
  {
    name: 'not_this_reason',
    rows: `select p.address as paper, ip.interest_id as interest, ip.excluded_at from interest_papers ip join papers p on p.id = ip.paper_id where (ip.excluded_at is not null or ip.interest_id is null) and ip.reader_id = $`,
  },
  { name: 'followed_topics', rows: `select category as topic, at from followed_topics where reader_id = $` },
  { name: 'followed_authors', rows: `select name, name_key, at from followed_authors where reader_id = $` },
  {
    name: 'ratings',
    rows: `select p.address as paper, r.likes, r.at from paper_ratings r join papers p on p.id = r.paper_id where r.reader_id = $`,
  },
  {
    name: 'opened',
    rows: `select p.address as paper, o.at from opened_papers o join papers p on p.id = o.paper_id where o.reader_id = $`,
  },
  {
    name: 'seen',
    rows: `select p.address as paper, s.at from seen_papers s join papers p on p.id = s.paper_id where s.reader_id = $`,
  },
  { name: 'searches', rows: `select text, at from reader_searches where reader_id = $` },
  { name: 'moderation', rows: `select at, act, subject, reason from moderation_log where curator_id = $` },
]

/** Everything kept about a reader, by table, from one reading of the database. */
export async function exportAccount(
  db: Kysely<Database>,
  { readerId }: { readerId: string },
): Promise<Record<string, unknown>> {
  return exportRows(db, { parts: KEPT, readerId })
}
