import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { signIn } from '../../../test/readers.ts'
import { openSite } from '../../../test/site.ts'
import { recordHarvest } from '../../sources/record-harvest.ts'

const PATH = '/papers/2601.00001'
const MARKDOWN = { accept: 'text/markdown, text/html;q=0.9' }
const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

describeWithDatabase('a paper’s page', (db) => {
  it('is Markdown for whoever would rather have that, and HTML for everyone else, at hand or not', async () => {
    const { app, cache, record } = openSite(db())
    await record([
      stated('2601.00001', {
        title: 'Tides',
        versions: [{ number: 1, submittedAt: '2026-01-14T10:00:00.000Z' }],
      }),
    ])
    const { cookie } = await signIn(db())
    const file = await (await app.request(`${PATH}.md`)).text()
    const get = (headers: Record<string, string>, init: RequestInit = {}) =>
      app.request(PATH, { headers, ...init })
    // First made, then at hand; then made for each.
    for (const own of [{}, {}, { cookie }])
      for (const [asked, type] of [
        [MARKDOWN, 'text/markdown; charset=utf-8'],
        [BROWSER, 'text/html; charset=UTF-8'],
        [{}, 'text/html; charset=UTF-8'],
      ] as const) {
        const answer = await get({ ...asked, ...own })
        expect(answer.headers.get('content-type')).toBe(type)
        expect(answer.headers.get('vary')).toBe('accept, accept-encoding, cookie')
        const text = await answer.text()
        expect(text === file).toBe(asked === MARKDOWN)
        expect(answer.headers.get('content-location')).toBe(asked === MARKDOWN ? `${PATH}.md` : null)
        const etag = answer.headers.get('etag') ?? ''
        expect((await get({ ...asked, ...own, 'if-none-match': etag })).status).toBe(304)
        const other = asked === MARKDOWN ? BROWSER : MARKDOWN
        expect((await get({ ...other, ...own, 'if-none-match': etag })).status).toBe(200)
        const head = await get({ ...asked, ...own }, { method: 'HEAD' })
        expect([head.headers.get('content-type'), await head.text()]).toEqual([type, ''])
      }
    const body = (headers: Record<string, string>) => {
      const ready = cache.ready('GET', PATH, headers)
      return ready?.body && Buffer.from(ready.body).toString()
    }
    expect(body(MARKDOWN)).toBe(file)
    expect(body(BROWSER)).toContain('<!doctype html>')
    expect(await (await app.request(`${PATH}v1`, { headers: MARKDOWN })).text()).toBe(file)
    // Of what there is no Markdown of, everyone gets the same.
    const list = await app.request('/papers/new', { headers: MARKDOWN })
    expect([list.headers.get('content-type'), list.headers.get('vary')]).toEqual([
      'text/html; charset=UTF-8',
      'accept-encoding, cookie',
    ])
    expect((await app.request('/papers/2601.00009', { headers: MARKDOWN })).status).toBe(404)
  })

  it('stays Markdown when it is made anew in the background', async () => {
    const { app, cache, record, site } = openSite(db())
    await record([stated('2601.00001', { title: 'Tides' })])
    await (await app.request(PATH, { headers: MARKDOWN })).text()
    const changed = [stated('2601.00001', { title: 'Tides, revised' })]
    await recordHarvest(db(), changed, { now: site.now(), timeZone: site.timeZone })
    const atHand = () => {
      const ready = cache.ready('GET', PATH, MARKDOWN)
      return ready?.body ? Buffer.from(ready.body).toString() : null
    }
    expect(atHand()).toMatch(/^# Tides\n/)
    cache.outdate()
    await expect.poll(atHand).toMatch(/^# Tides, revised\n/)
    await cache.close()
  })
})
