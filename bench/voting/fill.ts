import { sql, type Kysely } from 'kysely'
import type { Database } from '../../src/db/schema.ts'
import { paperAddress } from '../../src/papers/identifiers.ts'
import { NEW_FOR_MS } from '../../src/accounts/reader.ts'
import { redateEditions } from '../../src/ranking/editions.ts'
import { eventHeat, HALF_LIFE_MS, VOTE_POINTS } from '../../src/ranking/heat.ts'
import { TIME_ZONE } from '../search-speed/fill-database.ts'
import { doi, type Papers } from '../search-speed/papers.ts'
import { withoutIndexes } from './indexes.ts'
import { writeTexts } from './texts.ts'

/** What the database is to hold. */
export type Amounts = {
  papers: number
  votes: number
  /** Who cast the votes. */
  readers: number
  /** Readers besides, with a session and without a vote. */
  newcomers: number
}

/** Votes are spread over so many days; one in ten papers appeared within them, the others in thirty years before. */
export const DAYS = 60
const RECENT_SHARE = 0.1
const YEARS = 30
/** Most votes are for what is new, and come soon: after an exponentially distributed delay of this mean. */
const VOTES_FOR_RECENT = 0.8
const MEAN_DELAY_HOURS = 36
/** More are drawn, because a reader votes for a paper once, and not before either of them came. */
const DRAWN = 1.5

/** As readers' browsers send it; readers are numbered from 1. */
export function cookieOf(reader: number): string {
  return `broadsheet.session_token=${TOKEN_PREFIX}${String(reader).padStart(TOKEN_DIGITS, '0')}.signature`
}
const TOKEN_PREFIX = 'bench-session-'
const TOKEN_DIGITS = 8

/** The address of the nth paper, from 1. */
export function addressOf(paper: number): string {
  return paperAddress(doi(`10.5555/bench.${paper}`))
}

/**
 * Fills an empty database with papers, readers, votes and their events, as recording and voting would have left them:
 * counts, points, heat and attention are what the events make them. Titles, abstracts and authors are those of `texts`,
 * in ever other combinations, or with `whole` each as it is, over and over. Popularity is skewed, and so is how much readers vote. All is the same every time, but for
 * the ids of readers and votes. Answers how many votes there are.
 */
export async function fill(
  db: Kysely<Database>,
  {
    amounts,
    texts,
    whole = false,
    now,
    onStep,
  }: { amounts: Amounts; texts: Papers; whole?: boolean; now: Date; onStep: (text: string) => void },
): Promise<{ votes: number; hottest: number }> {
  return db.connection().execute(async (connection) => {
    // All of it is thrown away in the end; nothing here breaks a reference, which would be checked row by row.
    await sql`set synchronous_commit = off`.execute(connection)
    await sql`set session_replication_role = replica`.execute(connection)
    await sql`set work_mem = '256MB'`.execute(connection)
    await sql`set maintenance_work_mem = '512MB'`.execute(connection)
    await writeAheadSize(connection, '8GB')
    // A number from 0 up to 1, the same every time for a row and a purpose.
    await sql`create function pg_temp.chance(of_row bigint, purpose bigint) returns double precision language sql immutable
      as $$ select (hashint8extended(of_row, purpose) & 9007199254740991)::double precision / 9007199254740992 $$`.execute(
      connection,
    )
    const steps: [string, () => Promise<void>][] = [
      ['readers', () => writeReaders(connection, { amounts, now })],
      ['votes drawn', () => drawVotes(connection, { amounts, now })],
      ['papers', () => writePapers(connection, { amounts, texts, whole, now })],
      ['votes', () => writeVotes(connection)],
      ['events', () => writeEvents(connection)],
      ['tidied up', () => tidyUp(connection)],
    ]
    for (const [name, step] of steps) {
      const started = performance.now()
      await step()
      onStep(`${name} ${((performance.now() - started) / 1_000).toFixed(0)} s`)
    }
    const { rows } = await sql<{ votes: number; hottest: number }>`
      select (select count(*) from votes) as votes, (select id from papers order by votes desc limit 1) as hottest`.execute(
      connection,
    )
    await sql`reset all`.execute(connection)
    return rows[0] ?? { votes: 0, hottest: 1 }
  })
}

/** Fewer checkpoints while millions of rows come in; left out, as the product has it. */
async function writeAheadSize(db: Kysely<Database>, size?: string): Promise<void> {
  await (
    size === undefined
      ? sql`alter system reset max_wal_size`
      : sql`alter system set max_wal_size = ${sql.lit(size)}`
  ).execute(db)
  await sql`select pg_reload_conf()`.execute(db)
}

async function writeReaders(
  db: Kysely<Database>,
  { amounts: { readers, newcomers }, now }: { amounts: Amounts; now: Date },
): Promise<void> {
  // Accounts were made over four hundred days; the newcomers' are old enough for their votes to weigh in full.
  await sql`create unlogged table bench_readers as
    select n::integer as number, gen_random_uuid() as id, ${now}::timestamptz - interval '1 day' *
      (case when n > ${readers} then 30 else 400 * pg_temp.chance(n, 1) end) as created_at
    from generate_series(1, ${readers + newcomers}::bigint) n`.execute(db)
  await sql`insert into readers (id, email, email_verified, name, created_at)
    select id, 'reader-' || number || '@readers.example', true, 'Reader ' || number, created_at from bench_readers`.execute(
    db,
  )
  await sql`insert into sessions (token, reader_id, expires_at, created_at, updated_at)
    select ${TOKEN_PREFIX} || lpad(number::text, ${TOKEN_DIGITS}, '0'), id, ${now}::timestamptz + interval '30 days', ${now}, ${now}
    from bench_readers`.execute(db)
}

/** Papers are numbered by age. */
function datedAt({ papers }: Amounts, now: Date) {
  const old = Math.round(papers * (1 - RECENT_SHARE))
  return sql`date_trunc('milliseconds', ${now}::timestamptz - case when n > ${old}
      then interval '1 day' * (${DAYS}::double precision * (${papers}::bigint - n) / ${papers - old}::bigint)
      else interval '1 day' * (${DAYS}::double precision + ${YEARS * 365}::double precision * (${old}::bigint - n) / ${old}::bigint) end)`
}

/** The votes by time, with all that their rows will have. */
async function drawVotes(
  db: Kysely<Database>,
  { amounts, now }: { amounts: Amounts; now: Date },
): Promise<void> {
  const { papers, votes, readers } = amounts
  const old = Math.round(papers * (1 - RECENT_SHARE))
  // A prime step strews ranks of popularity over all papers of a kind.
  const strewn = (share: number) =>
    sql`(floor(${share}::bigint * power(pg_temp.chance(vote, 3), 2))::bigint * 104729) % ${share}::bigint`
  await sql`create unlogged table bench_drawn as
    select vote, case when pg_temp.chance(vote, 2) < ${VOTES_FOR_RECENT}::double precision
      then ${papers}::bigint - ${strewn(papers - old)} else 1 + ${strewn(old)} end as n,
      1 + floor(${readers}::integer * power(pg_temp.chance(vote, 4), 1.5))::integer as reader
    from generate_series(1, ${Math.round(votes * DRAWN)}::bigint) vote`.execute(db)
  await sql`create unlogged table bench_votes as
    with timed as (
      select vote, n, reader, date_trunc('milliseconds', case when n > ${old}
          then ${datedAt(amounts, now)} - interval '1 hour' * ${MEAN_DELAY_HOURS}::double precision * ln(1 - pg_temp.chance(vote, 5))
          else ${now}::timestamptz - interval '1 day' * ${DAYS}::double precision * pg_temp.chance(vote, 5) end) as voted_at
      from bench_drawn
    ), first as (
      select distinct on (n, reader) * from timed where voted_at < ${now} order by n, reader, vote
    ), those as (
      select f.n as paper_id, r.id as reader_id, f.voted_at,
        f.voted_at - r.created_at >= interval '1 millisecond' * ${NEW_FOR_MS} as trusted
      from first f join bench_readers r on r.number = f.reader where f.voted_at >= r.created_at
      order by f.vote limit ${votes}
    )
    select paper_id, reader_id, gen_random_uuid() as event, voted_at,
      (case when trusted then ${VOTE_POINTS.vote} else ${VOTE_POINTS.newVote} end)::smallint as points
    from those order by voted_at`.execute(db)
  await sql`drop table bench_drawn`.execute(db)
  await sql`analyze bench_votes`.execute(db)
}

async function writePapers(
  db: Kysely<Database>,
  { amounts, texts, whole, now }: { amounts: Amounts; texts: Papers; whole: boolean; now: Date },
): Promise<void> {
  const { papers } = amounts
  const ofAbstract = whole ? sql`n` : sql`(n * 31 + n / ${texts.count}::bigint)`
  await writeTexts(db, texts)
  // log2 Σ w·2^((t − epoch)/H), calculated from now, so that no power overflows.
  const halfLives = sql`date_part('epoch', voted_at - ${now}::timestamptz) / ${HALF_LIFE_MS / 1_000}::double precision`
  await sql`create unlogged table bench_sums as
    select paper_id, count(*)::integer as votes, sum(points)::integer as points,
      sum(points) / 10.0::double precision as attention,
      ${eventHeat(1, now)}::double precision
        + ln(sum(points / 10.0::double precision * power(2::double precision, ${halfLives}))) / ln(2::double precision) as heat
    from bench_votes group by paper_id`.execute(db)
  await withoutIndexes(db, 'papers', async () => {
    // The search engine reads papers by their numbers in `index_seq`, from 1 on: here it finds none, and is at rest.
    await sql`insert into papers (id, address, doi, title, abstract, authors, published, primary_category, categories, links,
        provenance, edition, edition_from, dated_at, recorded_at, changed_at, index_seq, votes, vote_points, heat, attention)
      overriding system value
      select n, 'doi/10.5555/bench.' || n, '10.5555/bench.' || n, t.title, a.abstract, a.authors,
        jsonb_build_object('precision', 'time', 'value', to_char(dated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
        t.categories[1], t.categories,
        case when n % 3 = 0 then jsonb_build_array(jsonb_build_object('kind', 'code', 'url', 'https://github.com/bench/' || n, 'sources', '["jsonl"]'::jsonb)) else '[]' end,
        '{"title":"jsonl","abstract":"jsonl","published":"jsonl","categories":"jsonl","edition":"jsonl"}',
        (dated_at at time zone ${TIME_ZONE})::date, 'publication', dated_at, dated_at, dated_at, n - ${papers}::bigint,
        coalesce(s.votes, 0), coalesce(s.points, 0), coalesce(s.heat, '-Infinity'), coalesce(s.attention, 0)
      from (select n, ${datedAt(amounts, now)} as dated_at from generate_series(1, ${papers}::bigint) n) p
      join bench_texts t on t.number = n % ${texts.count}::bigint
      join bench_texts a on a.number = ${ofAbstract} % ${texts.count}::bigint
      left join bench_sums s on s.paper_id = n
      order by n`.execute(db)
  })
  await sql`select setval(pg_get_serial_sequence('papers', 'id'), ${papers})`.execute(db)
  if ((await addressInDatabase(db)) !== addressOf(1))
    throw new Error('papers have other addresses than they should')
  await withoutIndexes(db, 'paper_identifiers', async () => {
    await sql`insert into paper_identifiers (scheme, value, paper_id) select 'doi', doi, id from papers`.execute(
      db,
    )
  })
  await withoutIndexes(db, 'paper_categories', async () => {
    await sql`insert into paper_categories (category, dated_at, paper_id)
      select distinct category, dated_at, id from papers, unnest(categories) as category`.execute(db)
  })
}

/** The triggers that keep them are off. */
async function writeCounts(db: Kysely<Database>): Promise<void> {
  await sql`insert into edition_counts select edition, coalesce(primary_category, ''), count(*) from papers group by 1, 2`.execute(
    db,
  )
  await sql`insert into topic_counts select category, count(*) from paper_categories group by 1`.execute(db)
}

async function addressInDatabase(db: Kysely<Database>): Promise<string | undefined> {
  const paper = await db.selectFrom('papers').select('address').where('id', '=', 1).executeTakeFirst()
  return paper?.address
}

async function writeVotes(db: Kysely<Database>): Promise<void> {
  await withoutIndexes(db, 'votes', async () => {
    await sql`insert into votes (paper_id, reader_id, event, points, voted_at)
      select paper_id, reader_id, event, points, voted_at from bench_votes order by voted_at`.execute(db)
  })
}

async function writeEvents(db: Kysely<Database>): Promise<void> {
  await withoutIndexes(db, 'signals', async () => {
    await sql`insert into signals (paper_id, kind, origin, origin_key, amount, weight, at, recorded_at)
      select paper_id, 'vote', 'reader', event::text, 1, points / 10.0::double precision, voted_at, voted_at
      from bench_votes order by voted_at`.execute(db)
  })
}

async function tidyUp(db: Kysely<Database>): Promise<void> {
  await sql`drop table bench_readers, bench_votes, bench_sums, bench_texts`.execute(db)
  await redateEditions(db, { timeZone: TIME_ZONE })
  await writeCounts(db)
  // Otherwise the server does so by itself, while it is measured.
  for (const table of [
    'papers',
    'paper_identifiers',
    'paper_categories',
    'edition_counts',
    'topic_counts',
    'readers',
    'sessions',
    'votes',
    'signals',
  ])
    await sql`vacuum (analyze) ${sql.table(table)}`.execute(db)
  await writeAheadSize(db)
  await sql`checkpoint`.execute(db)
}
