import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { openSite } from '../../../test/site.ts'
import {
  arxivFeed,
  arxivPath,
  openRegistries,
  sends,
  type Registries,
} from '../../sources/look-up/registries.fixture.ts'

const ENTRY = `<entry><id>http://arxiv.org/abs/2601.00001v1</id><published>2026-01-02T00:00:00Z</published><updated>2026-01-02T00:00:00Z</updated>
<title>Tides &lt;of&gt; $x^2$</title><summary>We look at tides.</summary><author><name>Änne Müller</name></author></entry>`

describeWithDatabase('a paper that is not here', (db) => {
  let arxiv: Registries
  beforeEach(async () => void (arxiv = await openRegistries()))
  afterEach(() => arxiv.close())
  const open = () =>
    openSite(db(), { sources: { arxivUrl: arxiv.url, doiUrl: arxiv.url, userAgent: 'a test' } }).app

  it('is shown as arXiv describes it, which is asked once, and added nowhere', async () => {
    arxiv.on(arxivPath('2601.00001'), sends(arxivFeed(ENTRY), { type: 'application/atom+xml' }))
    const app = open()
    for (const path of ['/papers/2601.00001', '/papers/2601.00001v1', '/papers/2601.00001']) {
      const answer = await app.request(path)
      const page = await answer.text()
      expect([path, answer.status, answer.headers.get('cache-control')]).toEqual([path, 200, 'no-store'])
      expect(page).toContain('Tides &lt;of&gt;')
      expect(page).toContain('href="/papers/submit?paper=2601.00001"')
      expect(page).toContain('<meta name="robots" content="noindex"/>')
    }
    expect(arxiv.asked).toHaveLength(1)
    expect(await db().selectFrom('papers').select('id').execute()).toEqual([])
  })

  it('is not found where arXiv does not know it, is away, or was asked for too often from there', async () => {
    const app = open()
    arxiv.on(arxivPath('2601.00002'), sends(arxivFeed(''), { type: 'application/atom+xml' }))
    expect((await app.request('/papers/2601.00002')).status).toBe(404)
    expect((await app.request('/papers/2601.00002')).status).toBe(404)
    expect(arxiv.asked).toHaveLength(1)
    arxiv.on(arxivPath('2601.00001'), sends(arxivFeed(ENTRY), { type: 'application/atom+xml' }))
    for (let i = 0; i < 60; i++) await app.request('/papers/2601.00002')
    expect((await app.request('/papers/2601.00001')).status).toBe(404)
    expect(arxiv.asked).toHaveLength(1)
    // DOIs lead anywhere, and are not asked for by opening a page.
    expect((await app.request('/papers/doi/10.5555/x')).status).toBe(404)
    expect(arxiv.asked).toHaveLength(1)
  })
})
