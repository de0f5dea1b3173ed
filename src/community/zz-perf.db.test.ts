import { sql } from 'kysely'
import { it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { findSuspicions } from './find-suspicions.ts'
const now = new Date('2026-01-15T12:00:00Z')
describeWithDatabase('perf', (db) => {
  it('runs', { timeout: 400_000 }, async () => {
    await db()
      .connection()
      .execute(async (c) => {
        await sql`set session_replication_role = replica`.execute(c)
        await sql`set synchronous_commit = off`.execute(c)
        await sql`insert into readers (id, email, created_at) select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, n || '@x.example', ${now}::timestamptz - random() * interval '400 days' from generate_series(0, 49999) n`.execute(
          c,
        )
        await sql`insert into papers (address, title, edition, edition_from, dated_at, recorded_at, changed_at) select 'p' || n, 'P ' || n, '2026-01-10', 'arrival', now(), now(), now() from generate_series(1, 60000) n`.execute(
          c,
        )
        await sql`insert into votes select (1 + floor(60000 * power(random(), 3)))::bigint, ('00000000-0000-4000-8000-' || lpad(floor(50000 * power(random(), 2))::text, 12, '0'))::uuid, gen_random_uuid(), 10, ${now}::timestamptz - interval '15 days' - random() * interval '300 days' from generate_series(1, 2500000) on conflict do nothing`.execute(
          c,
        )
        // Recent: each day 300 papers, most votes in the morning.
        await sql`insert into votes select 1 + d * 300 + floor(300 * power(random(), 2.5)), ('00000000-0000-4000-8000-' || lpad(floor(50000 * power(random(), 2))::text, 12, '0'))::uuid, gen_random_uuid(), 10, ${now}::timestamptz - (d + 1) * interval '1 day' + (case when random() < 0.6 then random() * interval '2 hours' else random() * interval '20 hours' end) from generate_series(0, 12) d, generate_series(1, 40000) on conflict do nothing`.execute(
          c,
        )
        await sql`set session_replication_role = default`.execute(c)
        for (const t of ['votes', 'readers', 'papers']) await sql`analyze ${sql.table(t)}`.execute(c)
      })
    const n =
      await sql<any>`select count(*) n, count(*) filter (where voted_at > ${now}::timestamptz - interval '14 days') r from votes`.execute(
        db(),
      )
    console.log(JSON.stringify(n.rows))
    for (let i = 0; i < 2; i++) {
      const t = performance.now()
      const found = await findSuspicions(db(), { now })
      console.log('found', found, Math.round(performance.now() - t), 'ms')
    }
    console.log(
      JSON.stringify((await sql<any>`select kind, count(*) from suspicions group by 1`.execute(db())).rows),
    )
    console.log(
      JSON.stringify(
        (
          await sql<any>`select kind, evidence->'figures' f, jsonb_array_length(evidence->'accounts') a from suspicions limit 5`.execute(
            db(),
          )
        ).rows,
      ),
    )
  })
})
