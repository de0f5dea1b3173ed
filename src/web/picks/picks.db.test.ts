import { XMLValidator } from 'fast-xml-parser'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { openSite, wordsOf } from '../../../test/site.ts'
import { verifyHeat } from '../../ranking/verify-heat.ts'

describeWithDatabase('the pages of curators’ picks', (db) => {
  async function open() {
    const { app, record } = openSite(db())
    await record([1, 2, 3].map((n) => stated(`2601.0000${n}`, { title: `Paper ${n}` })))
    const curator = await signIn(db(), { curator: true, name: 'Cleo & <co>', isPublic: true })
    const pick = (n: number, fields: Record<string, string>, who: { cookie: string } = curator) =>
      post(app, `/papers/2601.0000${n}/pick`, fields, who)
    const read = async (path: string) => wordsOf(await (await app.request(path)).text())
    return { app, curator, pick, read }
  }

  it('are made by curators only', async () => {
    const { app, pick, read } = await open()
    const reader = await signIn(db())
    expect((await pick(1, { pick: '1' }, reader)).status).toBe(403)
    expect((await post(app, '/papers/2601.00001/pick', { pick: '1' })).headers.get('location')).toMatch(
      /^\/sign-in/,
    )
    expect((await pick(9, { pick: '1' })).status).toBe(404)
    expect((await pick(1, { pick: '1', note: 'x'.repeat(501) })).status).toBe(422)
    expect(await read('/papers/picks')).toContain('No curator has picked a paper yet.')
  })

  it('stand on their page at once, and go when they are withdrawn', async () => {
    const { app, curator, pick, read } = await open()
    expect(await read('/papers/picks')).not.toContain('Paper 1')
    expect((await pick(1, { pick: '1', note: 'First\u0003 of all.' })).headers.get('location')).toBe(
      '/papers/2601.00001',
    )
    await pick(1, { pick: '1', note: 'First of all!' })
    expect(await read('/papers/picks?utm_source=x')).toMatch(/Paper 1 .*Picked by Cleo & <co>: First of all!/)
    expect(await (await app.request('/papers/picks')).text()).toContain(
      `<a href="/readers/${curator.reader.id}">`,
    )
    expect(await read('/papers/new')).toContain('Curators’ pick')
    await sql`insert into authorship_claims (paper_id, reader_id, state, by, claimed_at)
      select id, ${curator.reader.id}, 'confirmed', 'orcid', recorded_at from papers where arxiv_id = '2601.00002'`.execute(
      db(),
    )
    const own = await pick(2, { pick: '1' })
    expect([own.status, wordsOf(await own.text())]).toEqual([
      422,
      expect.stringContaining('You cannot pick a paper you wrote'),
    ])
    const json = await post(
      app,
      '/papers/2601.00001/pick',
      { pick: '0' },
      {
        ...curator,
        headers: { accept: 'application/json' },
      },
    )
    expect(await json.json()).toEqual({ picked: false, picks: 0 })
    expect(await read('/papers/picks')).not.toContain('Paper 1')
    expect((await verifyHeat(db())).differences).toEqual([])
  })

  it('are followed in feeds, with why', async () => {
    const { app, pick } = await open()
    await pick(1, { pick: '1', note: '<b>$5</b> & \ufffe]]>\n\nTwice.' })
    await pick(2, { pick: '1' })
    for (const suffix of ['.atom', '.rss']) {
      const feed = await app.request(`/papers/picks${suffix}`)
      const xml = await feed.text()
      expect(feed.status).toBe(200)
      expect(XMLValidator.validate(xml)).toBe(true)
      expect(xml).not.toContain('\ufffe')
    }
    const json = (await (await app.request('/papers/picks.feed.json')).json()) as {
      items: { content_html: string }[]
    }
    expect(json.items.map((item) => item.content_html).toSorted()).toEqual([
      '<p>Picked by Cleo &amp; &lt;co&gt;.</p>',
      '<p>Picked by Cleo &amp; &lt;co&gt;: &lt;b&gt;$5&lt;/b&gt; &amp; ]]&gt;</p><p>Twice.</p>',
    ])
    expect((await app.request('/papers/picks?after=W10')).status).toBe(400)
  })
})
