import { sql, type Selectable, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { REACTIONS } from '../discussion/reactions.ts'
import { toPaper } from '../papers/find.ts'
import type { Source } from '../papers/harvested-paper.ts'
import type { PaperIdentifier } from '../papers/identifiers.ts'
import { IS_LISTED } from '../papers/visibility.ts'
import { OF_SITE, STANDS } from '../ranking/signals.ts'
import { commonLicense, metadataLicense } from './licenses.ts'
import type { DumpRecord, RecordFile } from './records.ts'
import { votesOfDays } from './votes-of-days.ts'

/** Whose dump it is, and who are curators by configuration. */
export type Dumped = { trx: Transaction<Database>; site: string; curators: ReadonlySet<string> }

/** Rows in one query: a few milliseconds of work before others get their turn. */
const AT_A_TIME = 200
/** Before every id of a reader, in their order. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000'

/** Comments on papers that everybody sees, whose text everybody sees. */
const IS_SHOWN = sql<boolean>`c.deleted_at is null and c.hidden_at is null`

/** What pages say of readers: those whose words, picks, collections or papers stand there by their name. */
const NAMED = sql`
  select c.reader_id as id from comments c join papers p on p.id = c.paper_id
    where ${IS_LISTED} and ${IS_SHOWN} and c.reader_id is not null
  union select k.curator_id from picks k join papers p on p.id = k.paper_id where ${IS_LISTED}
  union select a.reader_id from authorship_claims a join papers p on p.id = a.paper_id
    where ${IS_LISTED} and a.state = 'confirmed'
  union select reader_id from collections where public and not hidden
  union select curator_id from edition_heads where curator_id is not null`

/** Everything of a file of a dump, in its order, from the transaction's one state of the database. */
export const READERS: { [F in RecordFile]: (of: Dumped) => AsyncGenerator<DumpRecord<F>> } = {
  'papers.jsonl': papers,
  'people.jsonl': people,
  'events.jsonl': events,
  'comments.jsonl': comments,
  'comment-edits.jsonl': commentEdits,
  'picks.jsonl': picks,
  'authorships.jsonl': authorships,
  'editions.jsonl': editions,
  'collections.jsonl': collections,
  'merges.jsonl': merges,
}

/** Pages of rows, each beginning after the last row of the one before. */
async function* inPages<T>(
  next: (last: T | null) => Promise<T[]>,
  size: number = AT_A_TIME,
): AsyncGenerator<T[]> {
  for (let last: T | null = null; ;) {
    const rows: T[] = await next(last)
    if (rows.length > 0) yield rows
    if (rows.length < size) return
    last = rows.at(-1) ?? null
  }
}

async function* papers({ trx }: Dumped): AsyncGenerator<DumpRecord<'papers.jsonl'>> {
  const pages = inPages((last: Selectable<Database['papers']> | null) =>
    trx
      .selectFrom('papers as p')
      .selectAll()
      .where(IS_LISTED)
      .where('p.id', '>', last?.id ?? 0)
      .orderBy('p.id')
      .limit(AT_A_TIME)
      .execute(),
  )
  for await (const rows of pages) {
    const ids = rows.map(({ id }) => id)
    const records = await trx
      .selectFrom('paper_records')
      .selectAll()
      .where('paper_id', 'in', ids)
      .orderBy('source')
      .execute()
    const identifiers = await trx
      .selectFrom('paper_identifiers')
      .selectAll()
      .where('paper_id', 'in', ids)
      .orderBy('scheme')
      .orderBy('value')
      .execute()
    const recordsOf = Map.groupBy(records, (row) => row.paper_id)
    const identifiersOf = Map.groupBy(identifiers, (row) => row.paper_id)
    for (const row of rows) {
      const { id, revision: _, hidden: __, licenseUrl, provenance: ___, ...paper } = toPaper(row)
      const own = recordsOf.get(id) ?? []
      yield {
        number: id,
        ...paper,
        identifiers: (identifiersOf.get(id) ?? []).map(
          ({ scheme, value }) => ({ scheme, value }) as PaperIdentifier,
        ),
        links: paper.links.map(({ kind, url }) => ({ kind, url })),
        license: { text: licenseUrl, metadata: commonLicense(own.map(({ source }) => source)) },
        heat: paper.heat,
        attention: row.attention,
        recordedAt: paper.recordedAt.toISOString(),
        changedAt: paper.changedAt.toISOString(),
        statements: own.map(({ source, facts, as_of, recorded_at }) => ({
          source,
          license: metadataLicense(source),
          asOf: as_of?.toISOString() ?? null,
          recordedAt: recorded_at.toISOString(),
          facts: withoutHead(facts as FactsRow),
        })),
      }
    }
  }
}

type FactsRow = DumpRecord<'papers.jsonl'>['statements'][number]['facts'] & {
  source?: Source
  asOf?: string
}

function withoutHead(row: FactsRow): DumpRecord<'papers.jsonl'>['statements'][number]['facts'] {
  const { source: _, asOf: __, ...facts } = row
  return facts
}

async function* people({ trx, site, curators }: Dumped): AsyncGenerator<DumpRecord<'people.jsonl'>> {
  type Row = {
    id: string
    name: string
    page: boolean
    site: string | null
    curator: boolean
    orcid: string | null
    orcidVerified: boolean
  }
  const pages = inPages(async (last: Row | null) => {
    const { rows } = await sql<Row>`
      select r.id, r.name, r.public as page, r.from_site as site, r.orcid_verified as "orcidVerified",
        r.curator_there or (r.suspended_at is null and r.email_verified
          and (r.curator or r.email = any(${[...curators]}::text[]))) as curator,
        -- It stands on the pages that they show, and beside papers that they are confirmed to have written.
        case when r.public or (r.orcid_verified and exists (select from authorship_claims a
          where (a.reader_id, a.state) = (r.id, 'confirmed'))) then r.orcid end as orcid
      from readers r where r.id in (${NAMED}) and r.id > ${last?.id ?? BEFORE_ALL}::uuid
      order by r.id limit ${AT_A_TIME}`.execute(trx)
    return rows
  })
  for await (const rows of pages)
    for (const row of rows)
      yield { ...row, site: row.site ?? site, orcidVerified: row.orcid !== null && row.orcidVerified }
}

async function* events({ trx, site }: Dumped): AsyncGenerator<DumpRecord<'events.jsonl'>> {
  const pages = inPages((last: { id: number; uuid: string } | null) =>
    trx
      .selectFrom('papers as p')
      .select(['p.id', 'p.uuid'])
      .where(IS_LISTED)
      .where('p.id', '>', last?.id ?? 0)
      .orderBy('p.id')
      .limit(AT_A_TIME)
      .execute(),
  )
  for await (const rows of pages) {
    const ids = rows.map(({ id }) => id)
    const signals = await trx
      .selectFrom('signals as s')
      .select(['paper_id', 'kind', 'origin', 'origin_key', 'amount', 'weight', 'at'])
      .where('paper_id', 'in', ids)
      .where(STANDS)
      .orderBy('paper_id')
      .orderBy('s.id')
      .execute()
    const eventsOf = Map.groupBy(signals, (row) => row.paper_id)
    for (const { id, uuid } of rows) {
      const own = eventsOf.get(id) ?? []
      const isVote = ({ kind, origin }: (typeof own)[number]) => kind === 'vote' && origin === 'reader'
      for (const { day, amount, weight, at } of votesOfDays(own.filter(isVote)))
        yield {
          paper: id,
          kind: 'vote',
          origin: OF_SITE + site,
          key: `${uuid} ${day}`,
          amount,
          weight,
          at: at.toISOString(),
        }
      for (const { kind, origin, origin_key: key, amount, weight, at } of own.filter((row) => !isVote(row)))
        yield {
          paper: id,
          kind: kind as DumpRecord<'events.jsonl'>['kind'],
          origin,
          key,
          amount,
          weight,
          at: at.toISOString(),
        }
    }
  }
}

async function* comments({ trx, site }: Dumped): AsyncGenerator<DumpRecord<'comments.jsonl'>> {
  type Row = {
    id: number
    paper_id: number
    parent_id: number | null
    reader_id: string | null
    body: string
    event: string | null
    written_at: Date
    edited_at: Date | null
    deleted: boolean
    hidden: boolean
    site: string | null
    number: number | null
  }
  const pages = inPages(async (last: Row | null) => {
    const { rows } = await sql<Row>`
      select c.id, c.paper_id, c.parent_id, c.reader_id, c.body, c.event, c.written_at, c.edited_at,
        c.deleted_at is not null as deleted, c.hidden_at is not null as hidden, i.site, i.number
      from comments c join papers p on p.id = c.paper_id left join imported_comments i on i.comment_id = c.id
      where ${IS_LISTED} and c.id > ${last?.id ?? 0} order by c.id limit ${AT_A_TIME}`.execute(trx)
    return rows
  })
  for await (const rows of pages) {
    const { rows: reactions } = await sql<{ comment_id: number; reaction: string; count: number }>`
      select comment_id, reaction, sum(count)::integer as count from (
        select comment_id, reaction, count(*) as count from reactions
          where comment_id = any(${rows.map(({ id }) => id)}::bigint[]) group by 1, 2
        union all select comment_id, reaction, count from imported_reactions
          where comment_id = any(${rows.map(({ id }) => id)}::bigint[])
      ) counted group by 1, 2`.execute(trx)
    const reactionsOf = Map.groupBy(reactions, (row) => row.comment_id)
    for (const row of rows) {
      const state = row.deleted ? 'deleted' : row.hidden ? 'hidden' : 'shown'
      const isShown = state === 'shown'
      const counts = new Map(
        (isShown ? (reactionsOf.get(row.id) ?? []) : []).map(({ reaction, count }) => [reaction, count]),
      )
      yield {
        number: row.id,
        site: row.site ?? site,
        numberThere: row.number ?? row.id,
        paper: row.paper_id,
        parent: row.parent_id,
        state,
        by: isShown ? row.reader_id : null,
        text: isShown ? row.body : '',
        writtenAt: row.written_at.toISOString(),
        editedAt: isShown ? (row.edited_at?.toISOString() ?? null) : null,
        event: isShown ? row.event : null,
        reactions: Object.fromEntries(
          REACTIONS.flatMap((reaction) => {
            const count = counts.get(reaction)
            return count ? [[reaction, count]] : []
          }),
        ),
        license: null,
      }
    }
  }
}

async function* commentEdits({ trx }: Dumped): AsyncGenerator<DumpRecord<'comment-edits.jsonl'>> {
  type Row = { comment_id: number; replaced_at: Date; at: string; body: string }
  const pages = inPages(async (last: Row | null) => {
    const { rows } = await sql<Row>`
      select e.comment_id, e.replaced_at, e.replaced_at::text as at, e.body
      from comment_edits e join comments c on c.id = e.comment_id join papers p on p.id = c.paper_id
      where ${IS_LISTED} and ${IS_SHOWN}
        and (e.comment_id, e.replaced_at) > (${last?.comment_id ?? 0}::bigint, ${last?.at ?? '-infinity'}::timestamptz)
      order by e.comment_id, e.replaced_at limit ${AT_A_TIME}`.execute(trx)
    return rows
  })
  for await (const rows of pages)
    for (const row of rows)
      yield { comment: row.comment_id, text: row.body, until: row.replaced_at.toISOString() }
}

async function* picks({ trx }: Dumped): AsyncGenerator<DumpRecord<'picks.jsonl'>> {
  type Row = { paper_id: number; curator_id: string; note: string; picked_at: Date; event: string }
  const pages = inPages(async (last: Row | null) => {
    const { rows } = await sql<Row>`
      select k.paper_id, k.curator_id, k.note, k.picked_at, k.event from picks k join papers p on p.id = k.paper_id
      where ${IS_LISTED} and (k.paper_id, k.curator_id)
        > (${last?.paper_id ?? 0}::bigint, ${last?.curator_id ?? BEFORE_ALL}::uuid)
      order by k.paper_id, k.curator_id limit ${AT_A_TIME}`.execute(trx)
    return rows
  })
  for await (const rows of pages)
    for (const row of rows)
      yield {
        paper: row.paper_id,
        by: row.curator_id,
        note: row.note,
        pickedAt: row.picked_at.toISOString(),
        event: row.event,
        license: null,
      }
}

async function* authorships({ trx }: Dumped): AsyncGenerator<DumpRecord<'authorships.jsonl'>> {
  type Row = { paper_id: number; reader_id: string; by: 'orcid' | 'curator'; claimed_at: Date }
  const pages = inPages(async (last: Row | null) => {
    const { rows } = await sql<Row>`
      select a.paper_id, a.reader_id, a.by, a.claimed_at from authorship_claims a join papers p on p.id = a.paper_id
      where ${IS_LISTED} and a.state = 'confirmed' and (a.paper_id, a.reader_id)
        > (${last?.paper_id ?? 0}::bigint, ${last?.reader_id ?? BEFORE_ALL}::uuid)
      order by a.paper_id, a.reader_id limit ${AT_A_TIME}`.execute(trx)
    return rows
  })
  for await (const rows of pages)
    for (const row of rows)
      yield {
        paper: row.paper_id,
        by: row.reader_id,
        how: row.by,
        claimedAt: row.claimed_at.toISOString(),
      }
}

async function* editions({ trx }: Dumped): AsyncGenerator<DumpRecord<'editions.jsonl'>> {
  type Row = {
    edition: string
    papers: number
    note: string | null
    top: number | null
    curator_id: string | null
    written_at: Date | null
  }
  const pages = inPages(async (last: Row | null) => {
    const { rows } = await sql<Row>`
      select c.edition, c.papers, h.note, p.id as top, h.curator_id, h.written_at
      from (select edition, sum(papers)::integer as papers from edition_counts group by 1 having sum(papers) > 0) c
        left join edition_heads h on h.edition = c.edition
        left join papers p on p.id = h.top_paper_id and ${IS_LISTED}
      where c.edition > ${last?.edition ?? '-infinity'}::date order by c.edition limit ${AT_A_TIME}`.execute(
      trx,
    )
    return rows
  })
  for await (const rows of pages)
    for (const { edition, papers: count, note, top, curator_id: by, written_at: writtenAt } of rows)
      yield {
        edition,
        papers: count,
        head:
          note === null || writtenAt === null
            ? null
            : { note, topPaper: top, by, writtenAt: writtenAt.toISOString(), license: null },
      }
}

async function* collections({ trx }: Dumped): AsyncGenerator<DumpRecord<'collections.jsonl'>> {
  type Row = {
    id: string
    reader_id: string
    title: string
    description: string
    created_at: Date
    changed_at: Date
  }
  // Fewer at a time: each has up to 500 papers with notes.
  const pages = inPages(async (last: Row | null) => {
    const { rows } = await sql<Row>`
      select id, reader_id, title, description, created_at, changed_at from collections
      where public and not hidden and id collate "C" > ${last?.id ?? ''} order by id collate "C" limit 10`.execute(
      trx,
    )
    return rows
  }, 10)
  for await (const rows of pages) {
    const { rows: held } = await sql<{
      collection_id: string
      paper_id: number
      note: string
      added_at: Date
    }>`
      select cp.collection_id, cp.paper_id, cp.note, cp.added_at
      from collection_papers cp join papers p on p.id = cp.paper_id
      where cp.collection_id = any(${rows.map(({ id }) => id)}::text[]) and ${IS_LISTED}
      order by cp.collection_id, cp.position, cp.paper_id`.execute(trx)
    const papersOf = Map.groupBy(held, (row) => row.collection_id)
    for (const row of rows)
      yield {
        id: row.id,
        by: row.reader_id,
        title: row.title,
        description: row.description,
        createdAt: row.created_at.toISOString(),
        changedAt: row.changed_at.toISOString(),
        papers: (papersOf.get(row.id) ?? []).map(({ paper_id: paper, note, added_at: addedAt }) => ({
          paper,
          note,
          addedAt: addedAt.toISOString(),
        })),
        license: null,
      }
  }
}

async function* merges({ trx }: Dumped): AsyncGenerator<DumpRecord<'merges.jsonl'>> {
  type Row = { merged_id: number; kept_id: number; merged_at: Date }
  const pages = inPages(async (last: Row | null) => {
    const { rows } = await sql<Row>`
      select m.merged_id, m.kept_id, m.merged_at from paper_merges m join papers p on p.id = m.kept_id
      where ${IS_LISTED} and m.merged_id > ${last?.merged_id ?? 0} order by m.merged_id limit ${AT_A_TIME}`.execute(
      trx,
    )
    return rows
  })
  for await (const rows of pages)
    for (const row of rows)
      yield { merged: row.merged_id, kept: row.kept_id, mergedAt: row.merged_at.toISOString() }
}
