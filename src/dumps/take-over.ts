import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { NO_MAIL_DOMAIN } from '../accounts/reader.ts'
import { OF_SITE } from '../ranking/signals.ts'
import { ATTENTION_TOLERANCE } from '../ranking/verify-heat.ts'

/**
 * The site that takes a dump in, and the one that it is of: what the latter says of its own people and papers holds. They are
 * never the same.
 */
type Sites = { ownSite: string; dumpSite: string }
/** The papers of a batch by their numbers in the dump; `dump_papers.paper_id` says which they are here. */
type Batch = { numbers: number[] } & Sites

const batchOf = (numbers: number[]) => sql`d.number = any(${numbers}::bigint[])`

/** Heats differ in their last digits by the order in which they were summed. */
const SAME_HEAT = 1e-9

/** Takes what a dump says beside its papers out of the tables of the connection (`stage-dump.ts`) into those of the site. */
export const takeOver = {
  people,
  comments,
  picks,
  events,
  authorships,
  exactHeats,
  heads,
  collections,
  merges,
  goneComments,
}

/** Those who have no account here, so that their words have a name; nobody signs in as one of them. */
async function people(db: Kysely<Database>, { ownSite, dumpSite }: Sites): Promise<void> {
  await sql`
    insert into readers as r (id, email, name, public, orcid, orcid_verified, from_site, curator_there)
    select id, id || ${`@${NO_MAIL_DOMAIN}`}, name, page, orcid, orcid_verified, site, curator
    from dump_people where site <> ${ownSite}
    on conflict (id) do update set name = excluded.name, public = excluded.public, orcid = excluded.orcid,
      orcid_verified = excluded.orcid_verified, curator_there = excluded.curator_there
    where r.from_site = ${dumpSite} and excluded.from_site = ${dumpSite}`.execute(db)
}

/** Comments, their earlier versions and reactions; answers the papers whose discussion changed. */
async function comments(
  trx: Transaction<Database>,
  { numbers, ownSite, dumpSite, now }: Batch & { now: Date },
): Promise<number[]> {
  const ofBatch = sql`c.paper = any(${numbers}::bigint[])`
  await sql`
    update dump_comments c set is_known = true, comment_id = i.comment_id from imported_comments i
    where ${ofBatch} and i.site = c.site and i.number = c.number_there`.execute(trx)
  // Our own, which came back: we know better, also that one is gone.
  await sql`
    update dump_comments c set is_known = true, comment_id = (
      select o.id from comments o join dump_papers d on d.paper_id = o.paper_id where o.id = c.number_there and d.number = c.paper)
    where ${ofBatch} and c.site = ${ownSite}`.execute(trx)
  await sql`
    update dump_comments c set comment_id = case when exists (select from comments o where o.id = c.number)
      then nextval(pg_get_serial_sequence('comments', 'id')) else c.number end
    where ${ofBatch} and not c.is_known`.execute(trx)

  const changed = await sql<{ paper_id: number }>`
    with placed as (
      select c.*, d.paper_id, parent.comment_id as parent_id from dump_comments c
        join dump_papers d on d.number = c.paper
        left join dump_comments parent on parent.number = c.parent
      where ${ofBatch}
    ), added as (
      insert into comments (id, paper_id, parent_id, reader_id, body, event, written_at, edited_at, deleted_at, hidden_at)
      overriding system value
      select comment_id, paper_id, parent_id, by, body, event, written_at, edited_at,
        case state when 'deleted' then written_at end, case state when 'hidden' then written_at end
      from placed where not is_known order by comment_id
      returning id, paper_id
    ), noted as (
      insert into imported_comments (site, number, comment_id)
      select site, number_there, comment_id from placed where not is_known
    ), undone as (
      -- The event of a comment passes on, or goes with it.
      delete from signals s using placed c join comments o on o.id = c.comment_id
      where c.is_known and c.site = ${dumpSite} and s.paper_id = o.paper_id and s.kind = 'comment' and s.origin = 'reader'
        and s.origin_key = o.event::text and o.event is distinct from c.event
        and not exists (select from dump_events e where e.paper = c.paper and e.kind = 'comment' and e.key = s.origin_key)
      returning s.paper_id
    ), restated as (
      update comments o set body = c.body, html = null, html_version = 0, edited_at = c.edited_at, event = c.event,
        reader_id = c.by, deleted_at = case when c.state = 'deleted' then ${now}::timestamptz end,
        hidden_at = coalesce(o.hidden_at, case when c.state = 'hidden' then ${now}::timestamptz end)
      from placed c
      where c.is_known and c.site = ${dumpSite} and o.id = c.comment_id and o.deleted_at is null
        and (o.body, o.edited_at, o.event, o.reader_id, o.hidden_at is not null or c.state <> 'hidden', c.state = 'deleted')
          is distinct from (c.body, c.edited_at, c.event, c.by, true, false)
      returning o.paper_id
    ) select paper_id from added union select paper_id from undone union select paper_id from restated`.execute(
    trx,
  )
  await sql`
    insert into comment_edits (comment_id, replaced_at, body)
    select c.comment_id, e.until, e.body from dump_comments c join dump_edits e on e.comment = c.number
      join comments o on o.id = c.comment_id
    where ${ofBatch} and c.site <> ${ownSite} and o.deleted_at is null
    on conflict do nothing`.execute(trx)
  await sql`
    delete from comment_edits e using dump_comments c
    where ${ofBatch} and c.comment_id = e.comment_id and c.site = ${dumpSite} and c.state <> 'shown'`.execute(
    trx,
  )
  await sql`
    delete from imported_reactions r using dump_comments c
    where ${ofBatch} and c.comment_id = r.comment_id and c.site = ${dumpSite}
      and coalesce((c.reactions ->> r.reaction)::integer, 0) <> r.count`.execute(trx)
  await sql`
    insert into imported_reactions (comment_id, reaction, count)
    select c.comment_id, r.key, r.value::integer from dump_comments c join comments o on o.id = c.comment_id,
      jsonb_each_text(c.reactions) r
    where ${ofBatch} and c.site <> ${ownSite} and o.deleted_at is null
    on conflict do nothing`.execute(trx)
  return changed.rows.map((row) => row.paper_id)
}

/** Picks of curators there; answers the papers whose picks changed. */
async function picks(trx: Transaction<Database>, { numbers, ownSite, dumpSite }: Batch): Promise<number[]> {
  const { rows } = await sql<{ paper_id: number }>`
    with withdrawn as (
      delete from picks k using readers r, dump_papers d
      where ${batchOf(numbers)} and k.paper_id = d.paper_id and r.id = k.curator_id and r.from_site = ${dumpSite}
        and not exists (select from dump_picks p join dump_papers also on also.number = p.paper
          where also.paper_id = k.paper_id and p.by = k.curator_id)
      returning k.paper_id, k.event
    ), undone as (
      delete from signals s using withdrawn w
      where s.paper_id = w.paper_id and s.kind = 'pick' and s.origin = 'reader' and s.origin_key = w.event::text
    ), added as (
      insert into picks (paper_id, curator_id, event, note, picked_at)
      select d.paper_id, p.by, p.event, p.note, p.picked_at from dump_picks p join dump_papers d on d.number = p.paper
        join dump_people r on r.id = p.by and r.site <> ${ownSite}
      where ${batchOf(numbers)}
      on conflict do nothing returning paper_id
    ), noted as (
      update picks k set note = p.note from dump_picks p join dump_papers d on d.number = p.paper
        join dump_people r on r.id = p.by and r.site = ${dumpSite}
      where ${batchOf(numbers)} and k.paper_id = d.paper_id and k.curator_id = p.by
        and k.note <> p.note
      returning k.paper_id
    ) select paper_id from withdrawn union select paper_id from added union select paper_id from noted`.execute(
    trx,
  )
  return rows.map((row) => row.paper_id)
}

/** Events; answers the papers that have others now. */
async function events(
  trx: Transaction<Database>,
  { numbers, ownSite, dumpSite, now }: Batch & { now: Date },
): Promise<number[]> {
  // The votes of a day there may have become more, or fewer, and a paper may have been merged there.
  const replaced = await sql<{ paper_id: number }>`
    delete from signals s using dump_papers d
    where ${batchOf(numbers)} and s.paper_id = d.paper_id and s.kind = 'vote' and s.origin = ${OF_SITE + dumpSite}
      and (split_part(s.origin_key, ' ', 1) = d.uuid::text
        or not exists (select from dump_papers p where p.uuid::text = split_part(s.origin_key, ' ', 1)))
      and not exists (select from dump_events e where e.paper = d.number
        and (e.kind, e.origin, e.key, e.amount, e.weight, e.at) = (s.kind, s.origin, s.origin_key, s.amount, s.weight, s.at))
    returning s.paper_id`.execute(trx)
  const added = await sql<{ paper_id: number }>`
    insert into signals (paper_id, kind, origin, origin_key, amount, weight, at, recorded_at)
    select d.paper_id, e.kind, e.origin, e.key, e.amount, e.weight, e.at, ${now}
    from dump_events e join dump_papers d on d.number = e.paper
    where ${batchOf(numbers)} and e.origin <> ${OF_SITE + ownSite} and case
      when e.kind = 'vote' or e.kind = 'listing' then true
      when e.origin = 'reader' and e.kind = 'pick' then exists (
        select from picks k where k.paper_id = d.paper_id and k.event::text = e.key)
      when e.origin = 'reader' then exists (
        select from comments c where c.paper_id = d.paper_id and c.event::text = e.key
          and c.deleted_at is null and c.hidden_at is null)
      -- What was counted here is not counted again: only a series that this one continues is.
      else not exists (
        select from signals s where s.paper_id = d.paper_id and s.kind = e.kind and s.origin <> 'reader'
          and (s.origin = e.origin or e.kind in ('star', 'citation'))
          and not exists (select from dump_events also where also.paper = e.paper
            and (also.kind, also.origin, also.key, also.amount) = (s.kind, s.origin, s.origin_key, s.amount)))
    end
    order by e.paper, e.line
    on conflict do nothing
    returning paper_id`.execute(trx)
  return [...replaced.rows, ...added.rows].map((row) => row.paper_id)
}

/** Who is confirmed as an author there. */
async function authorships(
  trx: Transaction<Database>,
  { numbers, ownSite, dumpSite, now }: Batch & { now: Date },
): Promise<void> {
  await sql`
    delete from authorship_claims a using readers r, dump_papers d
    where ${batchOf(numbers)} and a.paper_id = d.paper_id and r.id = a.reader_id and r.from_site = ${dumpSite}
      and not exists (select from dump_authorships p join dump_papers also on also.number = p.paper
        where also.paper_id = a.paper_id and p.by = a.reader_id)`.execute(trx)
  await sql`
    insert into authorship_claims (paper_id, reader_id, state, by, claimed_at, decided_at)
    select d.paper_id, a.by, 'confirmed', a.how, a.claimed_at, ${now}
    from dump_authorships a join dump_papers d on d.number = a.paper
      join dump_people r on r.id = a.by and r.site <> ${ownSite}
    where ${batchOf(numbers)}
    on conflict do nothing`.execute(trx)
}

/** What is new has its heat to the last digit, where its events make the same: papers of one heat keep their order. */
async function exactHeats(trx: Transaction<Database>, { numbers }: { numbers: number[] }): Promise<void> {
  await sql`
    update papers p set comments_locked = d.locked,
      heat = case when abs(p.heat - d.heat) <= ${SAME_HEAT} then d.heat else p.heat end,
      attention = case when abs(p.attention - d.attention) <= ${ATTENTION_TOLERANCE} * greatest(1, p.attention)
        then d.attention else p.attention end
    from dump_papers d
    where ${batchOf(numbers)} and d.is_new and p.id = d.paper_id and (d.heat is not null or d.locked)`.execute(
    trx,
  )
}

/** What curators there put at the head of editions that nobody here did. */
async function heads(trx: Transaction<Database>, { ownSite, dumpSite }: Sites): Promise<void> {
  await sql`
    insert into edition_heads as h (edition, note, top_paper_id, curator_id, written_at)
    select e.edition, e.note, d.paper_id, r.id, e.written_at
    from dump_heads e left join dump_papers d on d.number = e.top_paper
      left join dump_people r on r.id = e.by
    where r.site is distinct from ${ownSite} and (e.note <> '' or d.paper_id is not null)
    on conflict (edition) do update set note = excluded.note, note_html = null, html_version = 0,
      top_paper_id = excluded.top_paper_id, curator_id = excluded.curator_id, written_at = excluded.written_at
    where h.written_at < excluded.written_at
      and exists (select from readers r where r.id = h.curator_id and r.from_site = ${dumpSite})`.execute(trx)
}

/** Public collections of people there. */
async function collections(trx: Transaction<Database>, { ownSite, dumpSite }: Sites): Promise<void> {
  await sql`
    delete from collections c using readers r
    where r.id = c.reader_id and r.from_site = ${dumpSite}
      and not exists (select from dump_collections d where d.id = c.id)`.execute(trx)
  await sql`
    insert into collections as c (id, reader_id, title, description, public, created_at, changed_at)
    select d.id, d.by, d.title, d.description, true, d.created_at, d.changed_at
    from dump_collections d join dump_people r on r.id = d.by and r.site <> ${ownSite}
    on conflict (id) do update set title = excluded.title, description = excluded.description,
      changed_at = excluded.changed_at
    where c.reader_id = excluded.reader_id and c.changed_at < excluded.changed_at`.execute(trx)
  // Those that are the same as there: another site may have a collection of that id by somebody else.
  const same = sql`
    select d.id from dump_collections d join collections c on (c.id, c.reader_id, c.changed_at) = (d.id, d.by, d.changed_at)
      join dump_people r on r.id = d.by and r.site <> ${ownSite}`
  await sql`
    delete from collection_papers cp where cp.collection_id in (${same})
      and not exists (select from dump_collected t join dump_papers d on d.number = t.paper
        where t.collection = cp.collection_id and d.paper_id = cp.paper_id)`.execute(trx)
  await sql`
    insert into collection_papers as cp (collection_id, paper_id, position, note, added_at)
    select distinct on (t.collection, d.paper_id) t.collection, d.paper_id, t.position, t.note, t.added_at
    from dump_collected t join dump_papers d on d.number = t.paper where t.collection in (${same})
    order by t.collection, d.paper_id, t.position
    on conflict (collection_id, paper_id) do update set position = excluded.position, note = excluded.note,
      added_at = excluded.added_at
    where (cp.position, cp.note, cp.added_at) is distinct from (excluded.position, excluded.note, excluded.added_at)`.execute(
    trx,
  )
}

/** Where the numbers of merged papers lead, if no paper here has or had them. */
async function merges(trx: Transaction<Database>): Promise<void> {
  await sql`
    insert into paper_merges (merged_id, kept_id, merged_at)
    select m.merged, d.paper_id, m.merged_at from dump_merges m join dump_papers d on d.number = m.kept
    where d.paper_id = d.number and not exists (select from papers p where p.id = m.merged)
      and not exists (select from paper_removals r where r.paper_id = m.merged)
    on conflict do nothing`.execute(trx)
}

/** What was deleted there goes here too; answers the papers whose discussion changed. */
async function goneComments(
  trx: Transaction<Database>,
  { dumpSite, now }: Sites & { now: Date },
): Promise<number[]> {
  const gone = await sql<{ id: number; paper_id: number; event: string | null }>`
    with gone as (
      select o.id, o.paper_id, o.event from imported_comments i join comments o on o.id = i.comment_id
      where i.site = ${dumpSite} and o.deleted_at is null
        and not exists (select from dump_comments c where c.site = i.site and c.number_there = i.number)
      order by o.id for update of o
    ), undone as (
      delete from signals s using gone g where s.paper_id = g.paper_id and s.kind = 'comment' and s.origin = 'reader'
        and s.origin_key = g.event::text
    ), unread as (
      delete from comment_edits e using gone g where e.comment_id = g.id
    ), uncounted as (
      delete from imported_reactions r using gone g where r.comment_id = g.id
    )
    update comments o set body = '', html = null, event = null, reader_id = null, deleted_at = ${now}
    from gone g where o.id = g.id returning o.id, o.paper_id, g.event`.execute(trx)
  const papers = [...new Set(gone.rows.map((row) => row.paper_id))]
  // Removes those that end threads, from the last to the first.
  for (;;) {
    const ended = await sql`delete from comments c where reader_id is null and deleted_at is not null
      and paper_id = any(${papers}::bigint[]) and id in (select comment_id from imported_comments where site = ${dumpSite})
      and not exists (select from dump_comments d where d.comment_id = c.id)
      and not exists (select from comments r where r.parent_id = c.id)`.execute(trx)
    if (!ended.numAffectedRows) return papers
  }
}
