import { createWriteStream } from 'node:fs'
import type { Hono } from 'hono'
import { sql, type Kysely } from 'kysely'
import { inject } from 'vitest'
import { migrate } from '../db/migrate.ts'
import { openDatabase } from '../db/open.ts'
import type { Database } from '../db/schema.ts'
import { NOON, TIME_ZONE } from '../../test/site.ts'
import { importDump, type DumpCounts } from './import-dump.ts'
import { openDump } from './read-dump.ts'
import { writeDump } from './write-dump.ts'

const SITE = { name: 'Tide Lines', url: 'https://tides.example' }

/** Dumps a site to a file. */
export async function dumpTo(db: Kysely<Database>, file: string, { now = NOON } = {}): Promise<void> {
  await writeDump(db, createWriteStream(file), {
    site: SITE,
    timeZone: TIME_ZONE,
    curators: [],
    program: '1.2.3',
    now,
  })
}

/** Takes a dump in. */
export async function importFrom(
  db: Kysely<Database>,
  file: string,
  { now = NOON }: { now?: Date } = {},
): Promise<DumpCounts> {
  const dump = await openDump(file, { now })
  try {
    return await importDump(db, dump, { name: 'a dump', timeZone: TIME_ZONE, now: () => now })
  } finally {
    dump.zip.close()
  }
}

/** A database of its own, with the schema and nothing else; `close` drops it. */
export async function newDatabase(
  name: string,
): Promise<{ db: Kysely<Database>; close: () => Promise<void> }> {
  await administer(sql`create database ${sql.id(name)}`)
  const db = openDatabase({ ...inject('server'), database: name }, { onError: () => {} })
  await migrate(db)
  return {
    db,
    async close() {
      await db.destroy()
      await administer(sql`drop database if exists ${sql.id(name)} with (force)`)
    },
  }
}

async function administer(statement: ReturnType<typeof sql>): Promise<void> {
  const admin = openDatabase({ ...inject('server') }, { size: 1, onError: () => {} })
  await statement.execute(admin)
  await admin.destroy()
}

/** What pages say, by address, as far as it does not tell of the program's own workings. */
export async function pagesOf(app: Hono, paths: string[]): Promise<Record<string, string>> {
  const pages: Record<string, string> = {}
  for (const path of paths) {
    const answer = await app.request(path)
    pages[path] = `${answer.status} ${await answer.text()}`
  }
  return pages
}

/** The addresses of a site that everyone may open and that tell of its papers. */
export async function publicPaths(db: Kysely<Database>): Promise<string[]> {
  const papers = await db.selectFrom('papers').select('address').where('hidden', '=', false).execute()
  const comments = await db
    .selectFrom('comments as c')
    .innerJoin('papers as p', 'p.id', 'c.paper_id')
    .select('c.id')
    .where('p.hidden', '=', false)
    .where('c.deleted_at', 'is', null)
    .where('c.hidden_at', 'is', null)
    .execute()
  const collections = await db
    .selectFrom('collections')
    .select('id')
    .where('public', '=', true)
    .where('hidden', '=', false)
    .execute()
  const editions = await db.selectFrom('edition_counts').select('edition').distinct().execute()
  const lists = ['/papers/new', '/papers/trending', '/papers/top', '/papers/picks']
  return [
    '/',
    '/index.atom',
    '/index.feed.json',
    ...lists,
    ...lists.map((path) => `${path}.atom`),
    ...lists.map((path) => `${path}.rss`),
    '/topics',
    '/topics/cs.CL',
    '/topics/cs.CL.atom',
    '/comments',
    '/collections',
    ...editions.map(({ edition }) => `/papers/date/${edition}`),
    ...papers.flatMap(({ address }) => ['', '.json', '.bib', '.md'].map((end) => `/papers/${address}${end}`)),
    ...comments.flatMap(({ id }) => [`/comments/${id}`, `/comments/${id}/history`]),
    ...collections.flatMap(({ id }) => [`/collections/${id}`, `/collections/${id}.bib`]),
  ]
}
