import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { lengthOf, plainLine, plainLines } from '../accounts/typed-text.ts'
import { SOURCES } from '../papers/harvested-paper.ts'
import { clean } from '../papers/tex/clean.ts'
import { checkOthers, DumpRefused, recordsOf, type Dump, type Placed } from './read-dump.ts'
import { RECORD_FILES, type DumpRecord, type RecordFile } from './records.ts'

/** Rows in one statement, and the characters of them beyond which there are enough. */
const AT_A_TIME = 1_000
const SIZE = 2_000_000

/** Tables of this connection alone, which hold what a dump says beside its papers until it is taken over. */
const TABLES = {
  papers:
    'line integer, number bigint, uuid uuid, heat double precision, attention double precision, locked boolean',
  people:
    'line integer, id uuid, site uuid, name text, page boolean, curator boolean, orcid text, orcid_verified boolean',
  events:
    'line integer, paper bigint, kind text, origin text, key text, amount double precision, weight double precision, at timestamptz',
  comments:
    'line integer, number bigint, site uuid, number_there bigint, paper bigint, parent bigint, state text, by uuid, body text, written_at timestamptz, edited_at timestamptz, event uuid, reactions jsonb',
  edits: 'line integer, comment bigint, body text, until timestamptz',
  picks: 'line integer, paper bigint, by uuid, note text, picked_at timestamptz, event uuid',
  authorships: 'line integer, paper bigint, by uuid, how text, claimed_at timestamptz',
  heads: 'line integer, edition date, note text, top_paper bigint, by uuid, written_at timestamptz',
  collections:
    'line integer, id text, by uuid, title text, description text, created_at timestamptz, changed_at timestamptz',
  collected: 'line integer, collection text, position integer, paper bigint, note text, added_at timestamptz',
  merges: 'line integer, merged bigint, kept bigint, merged_at timestamptz',
} as const
type TableName = keyof typeof TABLES
type Row = { table: TableName; row: Record<string, unknown> }

/** What is added to what the dump says, as it is taken over. */
const MORE: Partial<Record<TableName, string>> = {
  papers: ', paper_id bigint, is_new boolean, uuid_taken boolean not null default false',
  comments: ', comment_id bigint, is_known boolean not null default false',
}

const INDEXES = [
  'create unique index on dump_papers (number)',
  'create index on dump_papers (uuid)',
  'create unique index on dump_people (id)',
  'create index on dump_events (paper)',
  'create index on dump_comments (paper)',
  'create unique index on dump_comments (number)',
  'create index on dump_comments (parent)',
  'create index on dump_comments (site, number_there)',
  'create index on dump_edits (comment)',
  'create index on dump_picks (paper)',
  'create index on dump_authorships (paper)',
]

/** Makes the tables of this connection, empty. */
export async function makeStage(db: Kysely<Database>): Promise<void> {
  await dropStage(db)
  for (const [name, columns] of Object.entries(TABLES))
    await sql
      .raw(`create temporary table dump_${name} (${columns}${MORE[name as TableName] ?? ''})`)
      .execute(db)
}

export async function dropStage(db: Kysely<Database>): Promise<void> {
  for (const name of Object.keys(TABLES))
    await sql.raw(`drop table if exists pg_temp.dump_${name}`).execute(db)
}

/**
 * Reads a whole dump, checks every record and every checksum, and puts all but the papers themselves into the tables of this
 * connection, where it is checked that they fit together. Nothing of the site changes. Throws `DumpRefused`.
 */
export async function stageDump(
  db: Kysely<Database>,
  dump: Dump,
  {
    ownSite,
    signal,
    onProgress = () => {},
  }: {
    ownSite: string
    signal?: AbortSignal | undefined
    onProgress?: (file: RecordFile, records: number) => void
  },
): Promise<void> {
  await checkOthers(dump)
  for (const name of RECORD_FILES) {
    let pending: Row[] = []
    let size = 0
    let count = 0
    const flush = async () => {
      for (const [table, rows] of Map.groupBy(pending, (one) => one.table)) {
        const json = JSON.stringify(rows.map(({ row }) => row))
        const columns = Object.keys(rows[0]?.row ?? {}).join(', ')
        await sql`insert into ${sql.table(`dump_${table}`)} (${sql.raw(columns)})
          select ${sql.raw(columns)} from jsonb_to_recordset(${json}::jsonb) as r(${sql.raw(TABLES[table])})`.execute(
          db,
        )
      }
      pending = []
      size = 0
      onProgress(name, count)
      signal?.throwIfAborted()
    }
    for await (const placed of recordsOf(dump, name)) {
      for (const one of rowsOf(name, placed)) {
        pending.push(one)
        size += sizeOf(one)
      }
      count += 1
      if (pending.length >= AT_A_TIME || size > SIZE) await flush()
    }
    await flush()
  }
  await refuseTwice(db)
  for (const index of INDEXES) await sql.raw(index).execute(db)
  for (const name of Object.keys(TABLES)) await sql.raw(`analyze dump_${name}`).execute(db)
  await refuseUnfitting(db, { ownSite })
}

function sizeOf({ row }: Row): number {
  const { body, note, description } = row
  return [body, note, description].reduce<number>(
    (sum, text) => sum + (typeof text === 'string' ? text.length : 0),
    100,
  )
}

type Named = { [F in RecordFile]: { name: F; record: DumpRecord<F> } }[RecordFile]

/** The rows of a record. Texts that people typed are made what they would have become here. */
function rowsOf<F extends RecordFile>(name: F, placed: Placed<F>): Row[] {
  const { line } = placed
  const refuse = (what: string): never => {
    throw new DumpRefused(`${name}, line ${line}: ${what}.`)
  }
  const one = { name, record: placed.record } as unknown as Named
  switch (one.name) {
    case 'papers.jsonl': {
      const { number, uuid, heat, attention, commentsLocked: locked } = one.record
      return [{ table: 'papers', row: { line, number, uuid, heat, attention, locked } }]
    }
    case 'people.jsonl': {
      const { id, site, page, curator, orcid, orcidVerified: orcid_verified } = one.record
      const name = Array.from(plainLine(one.record.name)).slice(0, 80).join('')
      return [{ table: 'people', row: { line, id, site, name, page, curator, orcid, orcid_verified } }]
    }
    case 'events.jsonl': {
      const { paper, kind, origin, key, amount, weight, at } = one.record
      const isOfReaders = kind === 'vote' || kind === 'pick' || (kind === 'comment' && origin === 'reader')
      const isNamed =
        kind === 'vote'
          ? /^site:[0-9a-f-]{36}$/.test(origin) && /^[0-9a-f-]{36} \d{4}-\d\d-\d\d$/.test(key)
          : isOfReaders
            ? origin === 'reader' && /^[0-9a-f-]{36}$/.test(key)
            : (SOURCES as readonly string[]).includes(origin)
      if (!isNamed) refuse(`there is no ${kind} with the origin ${origin.slice(0, 50)} and such a key`)
      if (isOfReaders && (!Number.isInteger(amount) || amount < 1 || amount > 10_000_000))
        refuse('amount: readers act once or more, in whole numbers')
      if (amount < 0 || weight > MOST_WEIGHT * amount) refuse('weight: more than so many can weigh')
      return [{ table: 'events', row: { line, paper, kind, origin, key, amount, weight, at } }]
    }
    case 'comments.jsonl': {
      const {
        numberThere: number_there,
        writtenAt: written_at,
        editedAt: edited_at,
        text,
        ...rest
      } = one.record
      const { number, site, paper, parent, state, by, event, reactions } = rest
      const body = clean(text.replaceAll('\t', '    '))
      if (lengthOf(body) > LONGEST_COMMENT) refuse('text: too long for a comment')
      if (state !== 'shown' && (body !== '' || by !== null || event !== null))
        refuse('a comment that is not shown has no text, no name and no event')
      if (state === 'shown' && body === '') refuse('text: a comment says something')
      return [
        {
          table: 'comments',
          row: {
            line,
            number,
            site,
            number_there,
            paper,
            parent,
            state,
            by,
            body,
            written_at,
            edited_at,
            event,
            reactions,
          },
        },
      ]
    }
    case 'comment-edits.jsonl': {
      const { comment, text, until } = one.record
      return [{ table: 'edits', row: { line, comment, body: clean(text.replaceAll('\t', '    ')), until } }]
    }
    case 'picks.jsonl': {
      const { paper, by, pickedAt: picked_at, event } = one.record
      const note = plainLines(one.record.note)
      if (lengthOf(note) > 500) refuse('note: too long')
      return [{ table: 'picks', row: { line, paper, by, note, picked_at, event } }]
    }
    case 'authorships.jsonl': {
      const { paper, by, how, claimedAt: claimed_at } = one.record
      return [{ table: 'authorships', row: { line, paper, by, how, claimed_at } }]
    }
    case 'editions.jsonl': {
      const { edition, head } = one.record
      if (head === null) return []
      const { topPaper: top_paper, by, writtenAt: written_at } = head
      return [{ table: 'heads', row: { line, edition, note: clean(head.note), top_paper, by, written_at } }]
    }
    case 'collections.jsonl': {
      const { id, by, createdAt: created_at, changedAt: changed_at, papers } = one.record
      const title = plainLine(one.record.title)
      const description = plainLines(one.record.description)
      if (title === '' || lengthOf(title) > 120) refuse('title: empty, or too long')
      if (lengthOf(description) > 2_000) refuse('description: too long')
      return [
        {
          table: 'collections' as const,
          row: { line, id, by, title, description, created_at, changed_at },
        },
        ...papers.map(({ paper, note, addedAt: added_at }, i) => ({
          table: 'collected' as const,
          row: {
            line,
            collection: id,
            position: i + 1,
            paper,
            note: Array.from(plainLines(note)).slice(0, 1_000).join(''),
            added_at,
          },
        })),
      ]
    }
    case 'merges.jsonl': {
      const { merged, kept, mergedAt: merged_at } = one.record
      return [{ table: 'merges', row: { line, merged, kept, merged_at } }]
    }
  }
}

/** No event of one weighs more, whatever weights are in force. */
const MOST_WEIGHT = 10
const LONGEST_COMMENT = 10_000

const FILE_OF: Record<TableName, RecordFile> = {
  papers: 'papers.jsonl',
  people: 'people.jsonl',
  events: 'events.jsonl',
  comments: 'comments.jsonl',
  edits: 'comment-edits.jsonl',
  picks: 'picks.jsonl',
  authorships: 'authorships.jsonl',
  heads: 'editions.jsonl',
  collections: 'collections.jsonl',
  collected: 'collections.jsonl',
  merges: 'merges.jsonl',
}

/** What names a row of each table: none is there twice. */
const NAMES: [table: TableName, columns: string][] = [
  ['papers', 'number'],
  ['papers', 'uuid'],
  ['people', 'id'],
  ['events', 'paper, kind, origin, key'],
  ['comments', 'number'],
  ['comments', 'site, number_there'],
  ['edits', 'comment, until'],
  ['picks', 'paper, by'],
  ['picks', 'event'],
  ['authorships', 'paper, by'],
  ['heads', 'edition'],
  ['collections', 'id'],
  ['collected', 'collection, paper'],
  ['merges', 'merged'],
]

async function refuseTwice(db: Kysely<Database>): Promise<void> {
  for (const [table, columns] of NAMES)
    await refuseIf(db, {
      table,
      lines: `select line from (select line, row_number() over (partition by ${columns} order by line) as place
        from dump_${table}) placed where place > 1`,
      what: `${columns} names what an earlier line has named`,
    })
}

const PAPERLESS = 'not exists (select from dump_papers p where p.number = t.paper)'
const NAMELESS = 't.by is not null and not exists (select from dump_people r where r.id = t.by)'

async function refuseUnfitting(db: Kysely<Database>, { ownSite }: { ownSite: string }): Promise<void> {
  const unfit = (table: TableName, condition: string, what: string) =>
    refuseIf(db, { table, lines: `select line from dump_${table} t where ${condition}`, what })
  for (const table of ['events', 'comments', 'picks', 'authorships', 'collected'] as const)
    await unfit(table, PAPERLESS, 'its paper is not in papers.jsonl')
  for (const table of ['comments', 'picks', 'authorships', 'heads', 'collections'] as const)
    await unfit(table, NAMELESS, 'whoever it is by is not in people.jsonl')
  await unfit(
    'heads',
    't.top_paper is not null and not exists (select from dump_papers p where p.number = t.top_paper)',
    'its topPaper is not in papers.jsonl',
  )
  await unfit(
    'merges',
    'not exists (select from dump_papers p where p.number = t.kept) or exists (select from dump_papers p where p.number = t.merged)',
    'it does not lead from a paper that is gone to one that is there',
  )
  await unfit(
    'edits',
    "not exists (select from dump_comments c where c.number = t.comment and c.state = 'shown')",
    'its comment is not in comments.jsonl, or not shown',
  )
  await unfit(
    'comments',
    't.by is not null and not exists (select from dump_people r where r.id = t.by and r.site = t.site)',
    'its writer has their account at another site',
  )
  await unfit(
    'comments',
    't.parent is not null and not exists (select from dump_comments c where c.number = t.parent and c.paper = t.paper)',
    'the comment that it replies to is not there, or on another paper',
  )
  await unfit(
    'comments',
    `number not in (with recursive reached as (
      select number from dump_comments where parent is null
      union all select c.number from dump_comments c join reached on c.parent = reached.number
    ) select number from reached)`,
    'it replies to itself, by way of others',
  )
  await unfit(
    'events',
    `t.origin = 'reader' and not exists (select from dump_comments c
        where t.kind = 'comment' and c.paper = t.paper and c.event::text = t.key)
      and not exists (select from dump_picks k where t.kind = 'pick' and k.paper = t.paper and k.event::text = t.key)`,
    'there is no comment or pick that it is of',
  )
  await unfit(
    'events',
    't.paper in (select paper from dump_events group by paper having sum(amount) > 1e9 or sum(weight) > 1e9)',
    'its paper has more attention than there are people',
  )
  await unfit(
    'people',
    `t.site <> '${ownSite}' and exists (select from readers r where r.id = t.id and r.from_site is distinct from t.site)`,
    'this is the id of a reader of another site here',
  )
}

async function refuseIf(
  db: Kysely<Database>,
  { table, lines, what }: { table: TableName; lines: string; what: string },
): Promise<void> {
  const { rows } = await sql<{ line: number }>`${sql.raw(lines)} order by line limit 1`.execute(db)
  const [first] = rows
  if (first) throw new DumpRefused(`${FILE_OF[table]}, line ${first.line}: ${what}.`)
}
