import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { openSite } from '../../../test/site.ts'
import { viewIn } from './view.ts'

const HEADLINES = 'broadsheet.view=headlines'

describeWithDatabase('the view of lists', (db) => {
  async function open() {
    const site = openSite(db())
    await site.record([stated('2601.00001', { published: { precision: 'day', value: '2026-01-15' } })])
    const get = async (path: string, cookie?: string) =>
      (await site.app.request(path, { headers: cookie === undefined ? {} : { cookie } })).text()
    return { ...site, get }
  }
  const pressed = (html: string) => /value="(\w+)" aria-pressed="true"/.exec(html)?.[1]

  it('is chosen by a form, and remembered by the device without an account', async () => {
    const { app, get } = await open()
    expect(pressed(await get('/'))).toBe('full')
    const answer = await post(app, '/view', { view: 'headlines', back: '/papers/new' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/papers/new'])
    const [cookie = ''] = answer.headers.getSetCookie()
    expect(cookie).toMatch(
      /^broadsheet\.view=headlines; Max-Age=34560000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    for (const path of ['/', '/papers/new', '/papers/date/2026-01-15', '/papers/month/2026-01']) {
      const html = await get(path, HEADLINES)
      expect([path, pressed(html), html.includes('<html lang="en" data-view="headlines">')]).toEqual([
        path,
        'headlines',
        true,
      ])
    }
    const back = await post(app, '/view', { view: 'full', back: 'https://evil.example/' })
    expect(back.headers.get('location')).toBe('/')
    expect(back.headers.getSetCookie()[0]).toContain('broadsheet.view=full')
    const json = await post(app, '/view', { view: 'headlines' }, { headers: { accept: 'application/json' } })
    expect(await json.json()).toEqual({ view: 'headlines' })
  })

  it('is kept apart for devices that want the other one, in pages at hand too', async () => {
    const { app, cache, get } = await open()
    const full = await get('/')
    const headlines = await get('/', HEADLINES)
    expect(headlines).not.toBe(full)
    const atHand = (cookie?: string) => {
      const body = cache.ready('GET', '/', cookie === undefined ? {} : { cookie })?.body
      return body ? Buffer.from(body).toString() : null
    }
    expect(atHand()).toBe(full)
    expect(atHand(HEADLINES)).toBe(headlines)
    // Whatever else a cookie says.
    for (const cookie of [
      'broadsheet.view=full',
      'broadsheet.view=headlinesx',
      'xbroadsheet.view=headlines',
      'a=b',
    ])
      expect([cookie, atHand(cookie)]).toEqual([cookie, full])
    const etags = await Promise.all(
      [{}, { cookie: HEADLINES }].map(async (headers) =>
        (await app.request('/', { headers })).headers.get('etag'),
      ),
    )
    expect(new Set(etags).size).toBe(2)
    // A change drops both.
    cache.drop('everything')
    expect([atHand(), atHand(HEADLINES)]).toEqual([null, null])
  })

  it('is that of the device for readers who are signed in', async () => {
    const { get } = await open()
    const { cookie } = await signIn(db())
    expect(pressed(await get('/', cookie))).toBe('full')
    expect(pressed(await get('/', `${cookie}; ${HEADLINES}`))).toBe('headlines')
  })
})

it.each([
  [undefined, 'full'],
  ['', 'full'],
  ['broadsheet.view=headlines', 'headlines'],
  ['a=b; broadsheet.view=headlines; c=d', 'headlines'],
  ['a=b;broadsheet.view=headlines', 'headlines'],
  ['broadsheet.view=headlines2', 'full'],
  ['a=broadsheet.view=headlines', 'full'],
])('the cookies %j ask for %s', (cookies, view) => {
  expect(viewIn(cookies)).toBe(view)
})
