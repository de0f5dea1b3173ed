import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { NOON } from '../../test/site.ts'
import { forgetOldDigests } from './forget-old.ts'

const CONTENT = JSON.stringify({ papers: [], total: 0, from: '', to: '', notes: [], warned: [] })

describeWithDatabase('old digests', (db) => {
  const earlier = (days: number) => new Date(NOON.getTime() - days * 86_400_000)

  /** A run with an issue in each of these states, some days ago. */
  async function addRun(days: number, states: string[]) {
    await sql`
      with run as (insert into digest_runs (every, period, begun_at, finished_at)
        values ('day', ${String(days)}, ${earlier(days)}, ${earlier(days)}) returning id)
      insert into digest_issues (run_id, period, due_at, composed_at, expires_at, state, content)
      select run.id, ${String(days)}, ${earlier(days)}, ${earlier(days)}, ${earlier(days)}, state, ${CONTENT}::jsonb
      from run, unnest(${states}::text[]) as state`.execute(db())
  }
  const kept = async () => {
    const { rows } = await sql<{ kept: string }>`
      select r.period || ': ' || coalesce(string_agg(i.state || case when i.content is null then '' else ' with content' end, ', '
        order by i.id), 'none') as kept
      from digest_runs r left join digest_issues i on i.run_id = r.id group by r.id order by r.begun_at desc`.execute(
      db(),
    )
    return rows.map((row) => row.kept)
  }

  it('are forgotten: what they said after 90 days, that they were after 400; the archive stays', async () => {
    await addRun(89, ['sent', 'published'])
    await addRun(91, ['sent', 'in doubt', 'published'])
    await addRun(401, ['sent', 'bounced'])
    await addRun(402, ['sent', 'published'])
    await sql`insert into subscribers (email, created_at) values ('ada@readers.example', ${earlier(500)})`.execute(
      db(),
    )
    await sql`insert into digest_papers (subscriber_id, paper_id, issue_id) select id, 7, 7 from subscribers`.execute(
      db(),
    )
    for (let again = 0; again < 2; again++) {
      await forgetOldDigests(db(), { now: NOON })
      expect(await kept()).toEqual([
        '89: sent with content, published with content',
        '91: sent, in doubt with content, published with content',
        '402: published with content',
      ])
    }
    // No paper comes twice, however long ago the first time was.
    expect((await sql`select from digest_papers`.execute(db())).rows).toHaveLength(1)
  })
})
