/**
 * A whole site as JSON Lines over HTTP, `export [PAPERS]`, 1,000,000 unless it says otherwise: papers a second, and the
 * memory of all of Node at the start, in the middle and at the end, beside what PostgreSQL itself takes to copy the same
 * rows out, in the same run.
 */
import { request } from 'node:http'
import type { Readable } from 'node:stream'
import { sql, type Kysely } from 'kysely'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { connect } from '../src/db/connect.ts'
import type { Database } from '../src/db/schema.ts'
import { createLog } from '../src/runtime/log.ts'
import { TIME_ZONE } from './search-speed/fill-database.ts'
import { memoryOf, startSite, withDataFolder, type RunningSite } from './site.ts'
import { withoutIndexes } from './voting/indexes.ts'

const PAPERS = Number((process.argv[2] ?? '1000000').replaceAll(/[_,]/g, ''))
const TEXTS = 1_000
/** Papers between two looks at the memory. */
const LOOK_EVERY = 10_000

const say = (text: string) => console.log(text)
const number = (value: number) => Math.round(value).toLocaleString('en-GB')

if (!Number.isInteger(PAPERS) || PAPERS < LOOK_EVERY) throw new Error(`at least ${LOOK_EVERY} papers`)

/** Invented papers: abstracts of about a thousand characters, six authors, two categories. */
async function fill(db: Kysely<Database>): Promise<void> {
  await db.connection().execute(async (connection) => {
    await sql`set synchronous_commit = off`.execute(connection)
    await sql`set session_replication_role = replica`.execute(connection)
    await sql`create unlogged table bench_texts as
      select t, string_agg(md5((t * 1000 + w)::text), ' ' order by w) as abstract,
        (select jsonb_agg(jsonb_build_object('name', 'Author ' || t || ' Number ' || a, 'affiliation', 'Institute ' || t % 50))
          from generate_series(1, 6) a) as authors
      from generate_series(0, ${TEXTS - 1}::integer) t, generate_series(1, 30) w group by t`.execute(
      connection,
    )
    await withoutIndexes(connection, 'papers', async () => {
      // The search engine reads from 1 on: here it finds none, and is at rest.
      await sql`
        insert into papers (address, arxiv_id, title, abstract, authors, published, primary_category, categories, provenance,
          edition, edition_from, dated_at, recorded_at, changed_at, index_seq)
        select address, address, 'Invented paper ' || n || ' on ' || left(t.abstract, 40), t.abstract, t.authors,
          jsonb_build_object('precision', 'time', 'value', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
          'cs.CL', '{cs.CL,cs.LG}', '{"title":"jsonl","abstract":"jsonl"}', at::date, 'publication', at, at, at, n - ${PAPERS}::bigint
        from (select n, (1000 + n / 100000)::text || '.' || lpad((n % 100000)::text, 5, '0') as address,
            '2000-01-01T00:00:00Z'::timestamptz + n * interval '11 minutes' as at
          from generate_series(1, ${PAPERS}::bigint) n) p
        join bench_texts t on t.t = n % ${TEXTS}::integer`.execute(connection)
    })
    await sql`drop table bench_texts`.execute(connection)
    await sql`vacuum (analyze) papers`.execute(connection)
    await sql`checkpoint`.execute(connection)
    await sql`reset all`.execute(connection)
  })
}

type Measured = { seconds: number; bytes: number; lines: number }

async function drain(stream: Readable, onLines: (lines: number) => void = () => {}): Promise<Measured> {
  const started = performance.now()
  const measured = { seconds: 0, bytes: 0, lines: 0 }
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    measured.bytes += chunk.length
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) measured.lines += 1
    onLines(measured.lines)
  }
  return { ...measured, seconds: (performance.now() - started) / 1_000 }
}

/** The yardstick: the same rows in the same order, as PostgreSQL copies them out. */
async function copyOut(config: pg.ClientConfig): Promise<Measured> {
  const client = new pg.Client(config)
  await client.connect()
  try {
    return await drain(
      client.query(copyTo('copy (select * from papers order by dated_at desc, id desc) to stdout')),
    )
  } finally {
    await client.end()
  }
}

async function exportOver(site: RunningSite, folder: string): Promise<Measured & { memory: number[] }> {
  const memory: number[] = []
  const look = () => memory.push(memoryOf(folder, site.child)?.node ?? 0)
  const answer = await new Promise<Readable>((resolve, reject) => {
    request(new URL('papers/new.jsonl', site.url), resolve).on('error', reject).end()
  })
  let looked = -1
  const measured = await drain(answer, (lines) => {
    if (Math.floor(lines / LOOK_EVERY) === looked) return
    looked = Math.floor(lines / LOOK_EVERY)
    look()
  })
  look()
  return { ...measured, memory }
}

await withDataFolder(async (folder) => {
  const connection = await connect({ databaseUrl: null, dataFolder: folder }, { log: createLog('warn') })
  try {
    const started = performance.now()
    await fill(connection.db)
    say(`${number(PAPERS)} papers after ${number((performance.now() - started) / 1_000)} s`)
    const site = await startSite(folder, {
      jobs: false,
      env: {
        SITE_TIMEZONE: TIME_ZONE,
        EMBEDDINGS_MODEL: 'none',
        DATABASE_URL: '',
        SEARCH_URL: '',
        PUBLIC_URL: '',
      },
    })
    try {
      // Whatever is loaded by the first of its kind is loaded.
      await fetch(new URL('papers/new.jsonl?limit=1000', site.url)).then((answer) => answer.text())
      const before = memoryOf(folder, site.child)?.node ?? 0
      const yardstick = await copyOut(connection.address)
      const { seconds, bytes, lines, memory } = await exportOver(site, folder)
      if (lines !== PAPERS || yardstick.lines !== PAPERS)
        throw new Error(`${number(lines)} of ${number(PAPERS)} papers came`)
      const rate = lines / seconds
      const yard = yardstick.lines / yardstick.seconds
      say(
        `yardstick, COPY … TO STDOUT of the same rows: ${number(yard)} papers/s, ${number(yardstick.bytes / 1e6)} MB`,
      )
      say(
        `JSON Lines over HTTP: ${number(rate)} papers/s, ${number(bytes / 1e6)} MB in ${seconds.toFixed(1)} s; ` +
          `ratio ${(yard / rate).toFixed(1)}`,
      )
      const [first = 0, middle = 0, last = 0] = [0.05, 0.5, 1].map(
        (share) => memory[Math.floor((memory.length - 1) * share)],
      )
      say(
        `memory of all of Node: ${number(before)} MiB before, ${number(first)} near the start, ${number(middle)} in the ` +
          `middle, ${number(last)} at the end, ${number(Math.max(...memory))} at most (goal: flat)`,
      )
    } finally {
      await site.stop()
    }
  } finally {
    await connection.close()
  }
})
