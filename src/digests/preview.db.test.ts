import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { searchRoom } from '../../test/search.ts'
import { parseListAddress } from '../lists/followed-list.ts'
import { parseEmailAddress, type EmailAddress } from '../mail/address.ts'
import { openTaste } from '../recommendation/open-taste.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { composeDueIssues } from './compose-due.ts'
import type { DigestRoom } from './digest-room.ts'
import { usualPreferences } from './preferences.ts'
import { previewDue, previewIssue } from './preview.ts'
import { askToSubscribe, confirmSubscription } from './subscriptions.ts'

const TIME_ZONE = 'America/New_York'
const NOW = new Date('2026-01-14T15:00:00Z')

describeWithDatabase('previews of digests', (db) => {
  const room = (): DigestRoom => ({
    search: { ...searchRoom(db()), timeZone: TIME_ZONE },
    taste: openTaste(db()),
    site: { name: 'Tide Lines', origin: 'https://tides.example' },
    pictures: false,
  })
  const preview = (address: string, length = 10) => {
    const parsed = parseListAddress(address, '')
    if (!parsed) throw new Error(`${address} is no list`)
    return previewIssue(room(), {
      ...parsed,
      preferences: { ...usualPreferences('day', { timeZone: TIME_ZONE }), length },
      now: NOW,
    })
  }
  const record = (count: number) =>
    recordHarvest(
      db(),
      Array.from({ length: count }, (_, i) =>
        stated(`2601.13${String(i).padStart(3, '0')}`, {
          title: `Tide ${i + 1}`,
          abstract: 'We show that tides turn early.',
          published: { value: '2026-01-13T15:00:00Z', precision: 'time' },
          categories: ['physics.ao-ph'],
          primaryCategory: 'physics.ao-ph',
        }),
      ),
      { now: new Date('2026-01-13T20:00:00Z'), timeZone: TIME_ZONE },
    )

  async function subscribe(email: string, list: string): Promise<number> {
    const asked = await askToSubscribe(db(), {
      email: parseEmailAddress(email) as EmailAddress,
      list,
      preferences: usualPreferences('day', { timeZone: TIME_ZONE }),
      proven: true,
      secret: 'a secret that is only for tests, long enough',
      now: NOW,
    })
    if (asked.kind !== 'confirmed') throw new Error(`it was ${asked.kind}`)
    await confirmSubscription(db(), { id: asked.subscriptionId, now: NOW })
    return asked.subscriptionId
  }

  const recorded = async () => {
    const { rows } = await sql`
      select (select count(*) from digest_issues) as issues, (select count(*) from digest_papers) as papers,
        (select count(*) from digest_runs) as runs,
        (select jsonb_agg(to_jsonb(s) order by id) from subscriptions s) as subscriptions`.execute(db())
    return rows[0]
  }

  it('show what a new subscriber gets first, and record nothing', async () => {
    expect(await preview('/')).toBeNull()
    await record(8)
    const before = await recorded()
    const issue = await preview('/', 5)
    expect(issue?.papers).toHaveLength(5)
    expect(issue?.list).toEqual({ title: 'Front page', url: 'https://tides.example/' })
    expect(await preview('/topics/math.CO')).toBeNull()
    expect(await recorded()).toEqual(before)
  })

  it('show all that is due as it would be composed, and record nothing', async () => {
    await record(15)
    const [front, fresh, none] = [
      await subscribe('ada@readers.example', '/'),
      await subscribe('ada@readers.example', '/papers/new'),
      await subscribe('bob@readers.example', '/topics/math.CO'),
    ]
    const before = await recorded()
    const shown = new Map<number, string[] | null>()
    for await (const { subscriptionId, issue } of previewDue(room(), { now: NOW }))
      shown.set(subscriptionId, issue && issue.papers.map(({ title }) => title))
    expect(await recorded()).toEqual(before)
    expect([...shown.keys()].toSorted((a, b) => a - b)).toEqual([front, fresh, none])
    expect(shown.get(none)).toBeNull()
    // What the first list brings the second does not.
    expect(new Set([...(shown.get(front) ?? []), ...(shown.get(fresh) ?? [])]).size).toBe(15)
    await composeDueIssues(room(), { now: () => NOW })
    const { rows } = await sql<{ id: number; titles: string[] }>`
      select i.subscription_id as id, array_agg(p.title order by n) as titles
      from digest_issues i, jsonb_array_elements(i.content->'papers') with ordinality as c(paper, n)
        join papers p on p.id = (c.paper->>'id')::bigint
      group by i.subscription_id`.execute(db())
    expect(new Map(rows.map(({ id, titles }) => [id, titles]))).toEqual(
      new Map([...shown].filter(([, titles]) => titles !== null)),
    )
  })
})
