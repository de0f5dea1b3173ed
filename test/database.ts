import { randomUUID } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, inject } from 'vitest'
import { migrate } from '../src/db/migrate.ts'
import { openDatabase } from '../src/db/open.ts'
import type { Database } from '../src/db/schema.ts'
import { closeSearchRooms } from './search.ts'

/**
 * Describes tests that run on a real database: one for the file, emptied before each test. Skipped (the server's set-up
 * says so) where the machine lacks that PostgreSQL.
 */
export function describeWithDatabase(name: string, tests: (db: () => Kysely<Database>) => void): void {
  const server = inject('server')
  describe.skipIf(server === null)(name, () => {
    const database = `test_${randomUUID().replaceAll('-', '')}`
    let db: Kysely<Database>

    beforeAll(async () => {
      await administer(sql`create database ${sql.id(database)}`)
      // No test cuts the power.
      await administer(sql`alter database ${sql.id(database)} set synchronous_commit = off`)
      db = openDatabase({ ...server, database }, { onError: () => {} })
      const outcome = await migrate(db)
      if (!outcome.ok) throw new Error(`migration ${outcome.migration} ${outcome.reason}`)
    })
    beforeEach(async () => {
      await closeSearchRooms()
      // On small tables far quicker than to truncate them.
      await sql`
        with l as (delete from flags), a as (delete from papers), e as (delete from readers), f as (delete from outgoing_mail), g as (delete from rate_limits), h as (delete from lookups), i as (delete from source_turns), j as (delete from suspicions), k as (delete from verifications), m as (delete from suspended_ways_in), n as (delete from used_proofs), b as (delete from imports), c as (delete from site_state), d as (delete from embedding_models), o as (delete from first_acts), p as (delete from sources), r as (delete from webhooks), s as (delete from subscribers), t as (delete from digest_runs), u as (delete from mail_reports), v as (delete from suppressed_addresses), w as (delete from mail_turns), q as (delete from service_connections), x as (delete from websub_topics), y as (delete from websub_asks)
        select setval(pg_get_serial_sequence(name, 'id'), 1, false) from unnest('{papers,signals,imports}'::text[]) name
      `.execute(db)
      // They stay when papers and curators go.
      await sql`delete from edition_heads`.execute(db)
      // Its rows are never deleted.
      await sql`do $$ begin if exists (select from moderation_log) then truncate moderation_log; end if; end $$`.execute(
        db,
      )
      // Ids are given again here, as nowhere else: none may be known as gone.
      await sql`with a as (delete from paper_removals), b as (delete from oai_topics) delete from oai_records`.execute(
        db,
      )
    })
    afterAll(async () => {
      await closeSearchRooms()
      await db.destroy()
      await administer(sql`drop database if exists ${sql.id(database)} with (force)`)
    })
    tests(() => db)

    async function administer(statement: ReturnType<typeof sql>) {
      const admin = openDatabase({ ...server }, { size: 1, onError: () => {} })
      await statement.execute(admin)
      await admin.destroy()
    }
  })
}
