import { sql, type Kysely } from 'kysely'
import { connect } from '../../src/db/connect.ts'
import type { Database } from '../../src/db/schema.ts'
import { addressPath } from '../../src/papers/identifiers.ts'
import { nameKey } from '../../src/papers/names.ts'
import { formatCursor } from '../../src/db/cursor.ts'
import { createLog } from '../../src/runtime/log.ts'
import { TIME_ZONE } from '../search-speed/fill-database.ts'
import { makePapers } from '../search-speed/papers.ts'
import { startSite, type RunningSite } from '../site.ts'
import { ask, type Request } from '../voting/ask.ts'
import { addressOf, cookieOf, fill } from '../voting/fill.ts'
import { withoutIndexes } from '../voting/indexes.ts'

const READERS = 50_000
const TEXTS = 40_000
/** What stands on the paper that most is said of. */
const MANY = { votes: 5_000, comments: 200 }
/** One paper of so many has an author of the most common name. */
const COMMON = { name: 'Wei Wang', every: 100 }
const ASKED = { warming: 40, measured: 300 }
const GOAL_MS = 25

const say = (text: string) => console.log(text)
const number = (value: number) => Math.round(value).toLocaleString('en-GB')

/** Pages of a database of so many papers that are made for each reader who asks, against an empty page. */
export async function measureAtSize(
  folder: string,
  { file, papers, empty }: { file: string; papers: number; empty: RunningSite },
): Promise<void> {
  const connection = await connect({ databaseUrl: null, dataFolder: folder }, { log: createLog('warn') })
  try {
    const { db } = connection
    const started = performance.now()
    const paths = await prepare(db, { file, papers })
    say(`${number(papers)} papers after ${((performance.now() - started) / 1_000).toFixed(0)} s`)
    const site = await startSite(folder, {
      jobs: false,
      env: {
        SITE_TIMEZONE: TIME_ZONE,
        EMBEDDINGS_MODEL: 'none',
        // Whatever the developer's own are.
        DATABASE_URL: '',
        SEARCH_URL: '',
        PUBLIC_URL: '',
        EMBEDDINGS_URL: '',
      },
    })
    try {
      await askForAll(site, { paths, empty })
    } finally {
      await site.stop()
    }
  } finally {
    await connection.close()
  }
}

async function askForAll(
  site: RunningSite,
  { paths, empty }: { paths: [name: string, path: string][]; empty: RunningSite },
): Promise<void> {
  const times = async (url: string, request: (n: number) => Request) => {
    await ask(url, { count: ASKED.warming, atOnce: 1, request })
    const { times, failures } = await ask(url, { count: ASKED.measured, atOnce: 1, request })
    if (failures > 0) throw new Error(`${request(0).path} was not answered ${failures} times`)
    return times
  }
  const yardstick = await times(empty.url, () => ({ path: '/' }))
  say(
    `${'milliseconds, one by one'.padEnd(38)}    p50     p95   p95 to the p95 of an empty page, ${yardstick.p95.toFixed(2)} ms`,
  )
  for (const [name, path] of paths) {
    // Another reader each time: nothing of what they get was made for anybody else.
    const { p50, p95 } = await times(site.url, (n) => ({ path, cookie: cookieOf(1 + n) }))
    const cells = [p50, p95].map((value) => value.toFixed(1).padStart(7)).join(' ')
    const ratio = (p95 / yardstick.p95).toFixed(0).padStart(5)
    say(
      `${name.padEnd(38)}${cells} ${ratio} times${p95 < GOAL_MS ? '' : `  above the goal of ${GOAL_MS} ms`}`,
    )
  }
}

/** Fills the database; answers the pages to ask for. */
async function prepare(
  db: Kysely<Database>,
  { file, papers }: { file: string; papers: number },
): Promise<[name: string, path: string][]> {
  const amounts = { papers, votes: papers, readers: READERS, newcomers: ASKED.measured }
  const texts = await makePapers(file, { count: Math.min(TEXTS, papers) })
  const { hottest } = await fill(db, { amounts, texts, now: new Date(), onStep: () => {} })
  await writeAuthors(db)
  await writeDiscussion(db, hottest)

  const { rows } = await sql<{ day: string; category: string; in_category: string; by_name: string }>`
    select (select edition::text from papers group by edition order by sum(votes) desc limit 1) as day, category,
      (select dated_at || ' ' || paper_id from paper_categories k where k.category = t.category
        order by dated_at desc, paper_id desc offset papers / 2 limit 1) as in_category,
      (select dated_at || ' ' || paper_id from paper_authors where name_key = ${nameKey(COMMON.name)}
        order by dated_at desc, paper_id desc offset ${papers / COMMON.every / 2} limit 1) as by_name
    from topic_counts t order by papers desc limit 1`.execute(db)
  const found = rows[0]
  if (!found) throw new Error('no papers are there')
  const later = (path: string, key: string) => {
    const [, instant = '', id = ''] = /^(.*) (\d+)$/.exec(key) ?? []
    return `${path}?after=${formatCursor([new Date(instant).toISOString(), Number(id)])}`
  }
  const topic = `/topics/${found.category}`
  const author = `/authors/${nameKey(COMMON.name)}`
  return [
    ['front page', '/'],
    ['the edition with the most votes', `/papers/date/${found.day}`],
    ['its month', `/papers/month/${found.day.slice(0, 7)}`],
    ['the largest topic', topic],
    ['the middle of it', later(topic, found.in_category)],
    ['all topics', '/topics'],
    ['an author of a common name', author],
    ['the middle of their papers', later(author, found.by_name)],
    [`a paper, ${MANY.votes} votes, ${MANY.comments} comments`, addressPath(addressOf(hottest))],
  ]
}

/** The first authors of papers only: they are as many as are needed. */
async function writeAuthors(db: Kysely<Database>): Promise<void> {
  await withoutIndexes(db, 'paper_authors', async () => {
    await sql`insert into paper_authors (paper_id, position, name_key, name, dated_at)
      select id, 0, case when id % ${COMMON.every} = 7 then ${nameKey(COMMON.name)} else lower(replace(name, ' ', '-')) end,
        case when id % ${COMMON.every} = 7 then ${COMMON.name} else name end, dated_at
      from (select id, dated_at, coalesce(authors->0->>'name', 'Nobody') as name from papers) as p`.execute(
      db,
    )
  })
  await sql`vacuum (analyze) paper_authors`.execute(db)
}

/** Votes and comments of readers who have not voted for the paper yet. */
async function writeDiscussion(db: Kysely<Database>, paperId: number): Promise<void> {
  await sql`
    with vote as (
      insert into votes (paper_id, reader_id, event, points, voted_at)
      select ${paperId}, id, gen_random_uuid(), 10, now() - interval '1 minute' * row_number() over () from readers r
      where not exists (select from votes v where v.paper_id = ${paperId} and v.reader_id = r.id)
      limit greatest(0, ${MANY.votes} - (select votes from papers where id = ${paperId}))
      returning paper_id, event, voted_at
    ), event as (
      insert into signals (paper_id, kind, origin, origin_key, amount, weight, at, recorded_at)
      select paper_id, 'vote', 'reader', event::text, 1, 1, voted_at, voted_at from vote returning paper_id
    )
    update papers p set votes = votes + added, comment_count = ${MANY.comments}
    from (select count(*) as added from event) as e where p.id = ${paperId}`.execute(db)
  await sql`
    insert into comments (paper_id, parent_id, reader_id, body, written_at)
    select ${paperId}, null, id, 'The *third* table surprises: $\\alpha_' || n || ' < 1$ holds for none of the runs that we repeated, see [here](https://example.org/' || n || ').',
      now() - interval '1 minute' * n
    from (select id, row_number() over () as n from readers limit ${MANY.comments}) as r`.execute(db)
  for (const table of ['votes', 'signals', 'comments'])
    await sql`vacuum (analyze) ${sql.table(table)}`.execute(db)
}
