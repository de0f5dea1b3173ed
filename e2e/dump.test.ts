import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { readdir, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { sql, type Kysely } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { openDatabase as openPool } from '../src/db/open.ts'
import type { Database } from '../src/db/schema.ts'
import { writeComment } from '../src/discussion/comments.ts'
import { react } from '../src/discussion/reactions.ts'
import { castVote } from '../src/ranking/votes.ts'
import { pickPaper } from '../src/shelves/picks.ts'
import {
  dataFolder,
  environment,
  processesIn,
  PROGRAM,
  runVerb,
  startSite,
  type RunningSite,
} from './site.ts'
import { sampleFolder } from './use-site.ts'

/** A folder with arxiv-40k.jsonl.gz and hf-daily.jsonl.gz, or the data folder of a site that has them: then that one moves. */
const DATA = process.env['DUMP_DATA']
const isSite = DATA !== undefined && existsSync(join(DATA, 'postgres'))
const SIZES = DATA
  ? { readers: 200, votes: 4_000, comments: 800, pages: 300 }
  : { readers: 12, votes: 150, comments: 40, pages: 91 }
const MINUTES = DATA ? 60 : 5

/** The same numbers in each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Readers who vote, comment, reply, react, and pick, over some days, as the program lets them. */
async function people(data: string): Promise<void> {
  const db = openPool(
    { host: join(data, 'postgres'), user: 'broadsheet', database: 'broadsheet' },
    { onError: () => {} },
  )
  const next = numbers(7)
  const days = 6
  const now = Date.now()
  const at = () => new Date(now - next(days * 24 * 3_600) * 1_000 - next(1_000))
  const papers = (await db.selectFrom('papers').select('id').orderBy('id').execute()).map(({ id }) => id)
  const some = () => papers[Math.floor(papers.length * (next(1_000) / 1_000) ** 3)] ?? papers[0] ?? 0
  const readers = await db
    .insertInto('readers')
    .values(
      Array.from({ length: SIZES.readers }, (_, n) => ({
        email: `${n}-${randomUUID()}@readers.example`,
        email_verified: true,
        name: n % 5 === 0 ? '' : `Reader of lakes ${n}`,
        curator: n % 40 === 1,
        public: n % 3 === 0,
        created_at: new Date('2025-01-01'),
      })),
    )
    .returning(['id', 'name', 'curator'])
    .execute()
  const reader = () => readers[next(readers.length)] as (typeof readers)[number]
  await inEights(SIZES.votes, () => {
    const voter = { id: reader().id, trusted: next(4) > 0 }
    return castVote(db, { paperId: some(), voter, now: at() })
  })
  const written: { id: number; paperId: number }[] = []
  await inEights(SIZES.comments, async (n) => {
    const parent = n % 3 === 0 ? undefined : written[next(written.length)]
    const paperId = parent?.paperId ?? some()
    const { id, name } = reader()
    const outcome = await writeComment(db, {
      paperId,
      ...(parent
        ? {
            parentId: parent.id,
            site: { name: 'Lakes', origin: 'http://lakes.example', secret: 'x'.repeat(40) },
          }
        : { parentId: null }),
      reader: { id, name, trusted: true },
      body: `Comment ${n}: *tides* of $x^${n}$ & <b>lakes</b>.`,
      now: at(),
    })
    if (outcome.ok) written.push({ id: outcome.id, paperId })
  })
  for (const { id } of written.filter((_, n) => n % 4 === 0))
    await react(db, { commentId: id, readerId: reader().id, reaction: 'agree', on: true, now: at() })
  for (const curator of readers.filter((one) => one.curator))
    for (let n = 0; n < 3; n++)
      await pickPaper(db, { paperId: some(), curator, note: `Read it, ${n}.`, now: at() })
  await sql`insert into collections (id, reader_id, title, public, created_at, changed_at)
    select 'abcdefghij' || n::text || n::text, ${readers[0]?.id}, 'Lakes ' || n, n <> 3, now(), now() from generate_series(1, 4) n`.execute(
    db,
  )
  await sql`insert into collection_papers (collection_id, paper_id, position, note, added_at)
    select c.id, p.id, row_number() over (partition by c.id order by p.id desc), 'a note', now()
    from collections c, (select id from papers order by id limit 20) p`.execute(db)
  await db.destroy()
}

async function inEights(count: number, act: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 0; n < count; n += 8)
    await Promise.all(Array.from({ length: Math.min(8, count - n) }, (_, i) => act(n + i)))
}

/** Runs a verb, and answers what it said, how long it took and the most memory it had. */
async function measured(
  data: string,
  args: string[],
): Promise<{ said: string; seconds: number; mb: number }> {
  const started = performance.now()
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: environment(data),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', (text: Buffer) => (said += text.toString()))
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  let most = 0
  const watching = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      most = Math.max(most, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0))
    } catch {
      // It has ended, or this is no Linux.
    }
  }, 50)
  const [code] = (await once(child, 'exit')) as [number | null]
  clearInterval(watching)
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${said}`)
  return { said, seconds: (performance.now() - started) / 1_000, mb: Math.round(most / 1024) }
}

describe('A dump', () => {
  const folders: string[] = []
  const newFolder = async (made: Promise<string> = dataFolder()) => {
    const folder = await made
    folders.push(folder)
    return folder
  }
  afterAll(async () => {
    for (const folder of folders) {
      expect(await processesIn(folder)).toEqual([])
      await rm(folder, { recursive: true })
    }
  })

  async function pagesOf({ origin }: RunningSite, paths: string[]): Promise<Map<string, string>> {
    const pages = new Map<string, string>()
    for (const path of paths) {
      const answer = await fetch(origin + path)
      const text = await answer.text()
      pages.set(
        path,
        `${answer.status} ${text}`
          .replaceAll(/127\.0\.0\.1(?::|%3A)\d+/g, 'here')
          // “13 minutes ago”: the clock goes on from one site to the other, and the instant is beside it.
          .replaceAll(/(<time [^>]*>)[^<]*(?=<\/time>)/g, '$1')
          // Each machine makes an index of its own, which takes its time.
          .replace(/<section class="similar"[\s\S]*?<\/section>/, '')
          // Who saved what moves nowhere: it is each reader's own.
          .replace(/<section[^>]*>\s*<h2[^>]*>Readers of this also saved[\s\S]*?<\/section>/, ''),
      )
    }
    return pages
  }

  async function pathsOf(data: string): Promise<string[]> {
    const db: Kysely<Database> = openPool(
      { host: join(data, 'postgres'), user: 'broadsheet', database: 'broadsheet' },
      { onError: () => {} },
    )
    const papers = await db
      .selectFrom('papers')
      .select('address')
      .orderBy('attention', 'desc')
      .orderBy('id')
      .limit(SIZES.pages)
      .execute()
    const comments = await db.selectFrom('comments').select('id').orderBy('id').limit(SIZES.pages).execute()
    const editions = await sql<{ edition: string }>`
      select distinct edition from edition_counts where papers > 0 order by 1 desc limit 30`.execute(db)
    const topics = await db
      .selectFrom('topic_counts')
      .select('category')
      .orderBy('papers', 'desc')
      .limit(10)
      .execute()
    await db.destroy()
    const lists = ['/papers/trending', '/papers/new', '/papers/top', '/papers/picks']
    return [
      '/',
      '/index.atom',
      '/index.rss',
      '/index.feed.json',
      ...lists.flatMap((path) => [path, `${path}.atom`, `${path}.rss`, `${path}.feed.json`]),
      '/comments',
      '/collections',
      '/collections/abcdefghij11',
      '/collections/abcdefghij33',
      '/topics',
      ...topics.flatMap(({ category }) => [
        `/topics/${encodeURIComponent(category)}`,
        `/topics/${encodeURIComponent(category)}.atom`,
      ]),
      ...editions.rows.map(({ edition }) => `/papers/date/${edition}`),
      ...papers.flatMap(({ address }) => [`/papers/${address}`, `/papers/${address}.json`]),
      ...comments.map(({ id }) => `/comments/${id}`),
    ]
  }

  it(
    'moves a site with its votes and comments: the same pages, lists, heat and addresses',
    async () => {
      const home = await newFolder(DATA ? dataFolder() : sampleFolder())
      if (DATA && isSite) await promisify(execFile)('cp', ['-a', `${DATA}/.`, home])
      else if (DATA)
        for (const file of ['arxiv-40k.jsonl.gz', 'hf-daily.jsonl.gz'])
          await runVerb(home, ['import', join(DATA, file)])
      const site = await startSite(home)
      const away = await newFolder()
      const file = join(away, 'of-home.zip')
      try {
        await people(home)
        // Whatever the people did, the pages were told of nothing of it.
        const dumped = await measured(home, ['dump', file])
        const imported = await measured(away, ['import', file])
        const [, ours = 0] = /^([\d,]+) papers are in/m.exec(dumped.said) ?? []
        expect(imported.said).toContain(`: ${String(ours).replaceAll(',', '')} new, 0 updated, 0 unchanged`)
        expect(await runVerb(away, ['rank', '--verify'])).toContain('counted events')
        const again = await measured(away, ['import', file])
        expect(again.said).toContain(`: 0 new, 0 updated, ${String(ours).replaceAll(',', '')} unchanged`)
        if (DATA)
          process.stderr.write(
            `dump: ${dumped.seconds.toFixed(1)} s, ${dumped.mb} MB, ${(await stat(file)).size} bytes; ` +
              `import: ${imported.seconds.toFixed(1)} s, ${imported.mb} MB; again: ${again.seconds.toFixed(1)} s, ${again.mb} MB\n`,
          )
        const moved = await startSite(away)
        const fresh = await site.stop().then(() => startSite(home))
        try {
          const paths = await pathsOf(home)
          const there = await pagesOf(fresh, paths)
          const here = await pagesOf(moved, paths)
          for (const path of paths) expect([path, here.get(path)]).toEqual([path, there.get(path)])
          expect([...there.values()].filter((page) => page.startsWith('200')).length).toBeGreaterThan(
            paths.length - 3,
          )
        } finally {
          expect(await moved.stop()).toBe(0)
          expect(await fresh.stop()).toBe(0)
        }
      } finally {
        await site.stop()
      }
    },
    MINUTES * 60_000,
  )

  it('is whole or not there, whenever its process is killed', async () => {
    const data = await newFolder(sampleFolder())
    // A database that runs on: each dump begins at once.
    const site = await startSite(data)
    try {
      const dumps = join(data, 'dumps')
      const next = numbers(Date.now())
      let whole = 0
      for (let n = 0; n < 10; n++) {
        const child = spawn(process.execPath, [PROGRAM, 'dump'], { env: environment(data), stdio: 'ignore' })
        const ended = once(child, 'exit')
        // From before it has begun to after it has ended.
        await Promise.race([delay(200 + next(1_300)), ended])
        child.kill('SIGKILL')
        await ended
        const names = (await readdir(dumps).catch(() => [])).filter((name) => name.endsWith('.zip'))
        for (const name of names) {
          const elsewhere = await newFolder()
          expect(await runVerb(elsewhere, ['import', join(dumps, name)])).toContain('91 new')
          await rm(join(dumps, name))
          whole += 1
        }
      }
      expect(whole).toBeLessThanOrEqual(10)
      // One that is cut short does not look whole.
      await runVerb(data, ['dump'])
      const name = (await readdir(dumps)).find((one) => one.endsWith('.zip'))
      const file = join(dumps, name ?? '')
      await truncate(file, (await stat(file)).size - 30)
      const empty = await newFolder()
      await expect(runVerb(empty, ['import', file])).rejects.toThrow('not a dump, or not all of one')
    } finally {
      await site.stop()
    }
  }, 180_000)
})
