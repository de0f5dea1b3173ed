import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { openSite, TIME_ZONE, wordsOf } from '../../../test/site.ts'
import { keepArchive } from '../../digests/archive.ts'
import { composeDueIssues } from '../../digests/compose-due.ts'
import type { DigestRoom } from '../../digests/digest-room.ts'
import { usualPreferences } from '../../digests/preferences.ts'
import { askToSubscribe } from '../../digests/subscriptions.ts'
import { parseEmailAddress, type EmailAddress } from '../../mail/address.ts'
import { hidePaper } from '../../moderation/hide-paper.ts'
import { recordHarvest } from '../../sources/record-harvest.ts'
import { signIn } from '../../../test/readers.ts'

const MORNING = new Date('2026-01-14T15:00:00Z')
const NEXT_MORNING = new Date('2026-01-15T15:00:00Z')

describeWithDatabase('the archive of digests', (db) => {
  function open() {
    const opened = openSite(db(), { now: NEXT_MORNING })
    const read = async (path: string) => {
      const answer = await opened.app.request(path)
      return { status: answer.status, html: await answer.text(), type: answer.headers.get('content-type') }
    }
    return { ...opened, read }
  }
  const room = (): DigestRoom => {
    const { site } = openSite(db(), { now: MORNING })
    return {
      search: site.search,
      taste: site.taste,
      site: { name: site.name, origin: site.origin },
      pictures: false,
    }
  }
  const record = (day: string, count: number) =>
    recordHarvest(
      db(),
      Array.from({ length: count }, (_, i) =>
        stated(`${day.slice(2, 4)}${day.slice(5, 7)}.${day.slice(8)}${String(i).padStart(3, '0')}`, {
          title: `Tide ${i + 1} of <b>${day}</b>`,
          abstract: 'We show that tides & winds turn early, which nobody had seen before.',
          authors: [{ name: 'Ada Lovelace' }],
          published: { value: `${day}T15:00:00Z`, precision: 'time' },
          categories: ['physics.ao-ph'],
          primaryCategory: 'physics.ao-ph',
        }),
      ),
      { now: new Date(`${day}T20:00:00Z`), timeZone: TIME_ZONE },
    )
  async function publish(now: Date) {
    await keepArchive(room(), { now })
    await composeDueIssues(room(), { now: () => now })
  }
  const subscribe = (list: string) =>
    askToSubscribe(db(), {
      email: parseEmailAddress('ada@readers.example') as EmailAddress,
      list,
      preferences: usualPreferences('day', { timeZone: TIME_ZONE }),
      proven: true,
      secret: 'a secret that is only for tests, long enough',
      now: MORNING,
    })

  it('says before the first issue that there is none', async () => {
    const { read } = open()
    for (const path of ['/digests', '/digests/front-page']) {
      const { status, html } = await read(path)
      expect([status, wordsOf(html)]).toEqual([200, expect.stringContaining('No issue has come out yet.')])
      for (const feed of ['.atom', '.rss', '.feed.json']) expect((await read(path + feed)).status).toBe(200)
    }
    for (const path of [
      '/digests/trending',
      '/digests/topics/cs.CL',
      '/digests/front-page/2026-01-14',
      '/digests/nowhere',
      '/digests/authors/ada-lovelace',
    ])
      expect((await read(path)).status).toBe(404)
    expect((await read('/digests?after=x')).status).toBe(400)
  })

  it('has an issue of the front page each day, week and month, with the ones before and after', async () => {
    const { read } = open()
    await record('2026-01-13', 3)
    await publish(MORNING)
    await record('2026-01-14', 12)
    await publish(NEXT_MORNING)
    const all = await read('/digests')
    expect(wordsOf(all.html)).toMatch(/Thursday, 15 January 2026 .*Front page, daily Tide 12/)
    expect(all.html).toContain('href="/digests/front-page/2026-01-14"')
    const issue = await read('/digests/front-page/2026-01-15')
    const words = wordsOf(issue.html)
    expect(words).toContain('Thursday, 15 January 2026 10 papers of 12')
    expect(words).toContain('← Wednesday, 14 January 2026')
    expect(issue.html).toContain('Tide 12 of &lt;b&gt;2026-01-14&lt;/b&gt;')
    expect(issue.html).toContain(
      '<link rel="canonical" href="https://tides.example/digests/front-page/2026-01-15"',
    )
    expect(issue.html).not.toContain('noindex')
    expect(issue.html).toContain('href="/subscribe?list=%2F"')
    expect(wordsOf((await read('/digests/front-page/2026-01-14')).html)).toContain(
      'Thursday, 15 January 2026 →',
    )
    // Weeks and months follow when they are over.
    expect(all.html).not.toContain('2026-W')
    await publish(new Date('2026-01-19T15:00:00Z'))
    expect(wordsOf((await read('/digests/front-page/2026-W03')).html)).toContain('12 to 18 January 2026')
  })

  it('has feeds with what the issues say, and entries that keep their ids', async () => {
    const { read } = open()
    await record('2026-01-13', 2)
    await publish(MORNING)
    const json = JSON.parse((await read('/digests/front-page.feed.json')).html)
    expect(json.items).toHaveLength(1)
    const [item] = json.items
    expect(item.url).toMatch(/^https:\/\/tides\.example\/digests\/front-page\/2026-/)
    expect(item.content_html).toContain('Tide 2 of &lt;b&gt;2026-01-13&lt;/b&gt;</a>')
    expect(item.content_html).toContain('tides &amp; winds')
    expect(item.content_html).not.toContain('<b>')
    const ids = json.items.map(({ id }: { id: string }) => id)
    expect(ids[0]).toMatch(/^urn:uuid:/)
    const atom = await read('/digests.atom')
    expect(atom.type).toBe('application/atom+xml; charset=utf-8')
    for (const id of ids) expect(atom.html).toContain(`<id>${id}</id>`)
    const rss = await read('/digests/front-page.rss')
    for (const id of ids) expect(rss.html).toContain(`<guid isPermaLink="false">${id}</guid>`)
  })

  it('has series of the site’s own lists that somebody subscribes to, and of no others', async () => {
    const { read } = open()
    await record('2026-01-13', 2)
    for (const list of ['/topics/physics.ao-ph', '/authors/ada-lovelace', '/papers?q=tide'])
      await subscribe(list)
    await publish(MORNING)
    const { html } = await read('/digests')
    expect(html).toContain('/digests/topics/physics.ao-ph/')
    expect(html).not.toMatch(/lovelace\/|q=tide|readers\.example/)
    expect((await read('/digests/topics/physics.ao-ph')).status).toBe(200)
    expect((await read('/digests/topics/cs.CL')).status).toBe(404)
  })

  it('leaves out what was hidden since', async () => {
    const { app, read } = open()
    await record('2026-01-13', 1)
    await publish(MORNING)
    const { reader } = await signIn(db(), { curator: true })
    const { id } = await db().selectFrom('papers').select('id').executeTakeFirstOrThrow()
    await hidePaper(db(), { paperId: id, curatorId: reader.id, reason: 'Spam', now: NEXT_MORNING })
    expect((await app.request('/digests/front-page/2026-01-14')).status).toBe(200)
    const issue = await read('/digests/front-page/2026-01-14')
    expect(wordsOf(issue.html)).toContain('The papers of this issue are no longer here.')
    expect(issue.html).not.toContain('Tide 1')
    expect(wordsOf((await read('/digests')).html)).toContain('No issue has come out yet.')
  })

  it('is shown anew when an issue comes out', async () => {
    const { cache, read } = open()
    await record('2026-01-13', 2)
    expect(wordsOf((await read('/digests')).html)).toContain('No issue has come out yet.')
    await publish(MORNING)
    cache.drop(['digests'])
    expect(wordsOf((await read('/digests')).html)).toContain('Tide 2')
    await sql`update digest_issues set state = 'skipped'`.execute(db())
    cache.drop(['picks'])
    expect(wordsOf((await read('/digests')).html)).toContain('Tide 2')
  })
})
