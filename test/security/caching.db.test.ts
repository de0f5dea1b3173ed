import { isForPrograms } from '../../src/api/addresses.ts'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../database.ts'
import { post, signIn } from '../readers.ts'
import { stated } from '../papers.ts'
import { NOON, openSite } from '../site.ts'
import { createApp } from '../../src/web/app.ts'
import { openPeopledSite, SHOWN, type Field } from './peopled-site.fixture.ts'
import { sentFormsOn } from './sent-forms.fixture.ts'
import { addressesOf } from './routes.fixture.ts'

/** Whose page this is, by the link to their settings; null for nobody's. */
function whose(html: string): string | null {
  return /<a href="\/settings">([^<]*)<\/a>/.exec(html)?.[1] ?? null
}

describeWithDatabase('pages of one reader', (db) => {
  /** The same site, on which everybody has a name of their own. */
  const open = async () => {
    const names = ['Ada Own', 'Bert Own', 'Nina Own', 'Cora Own', 'Sven Own']
    return openPeopledSite(db(), {
      text: (field: Field) => (field === 'name' ? (names.shift() ?? '') : `Some ${field}`),
    })
  }

  it('are kept by nobody else, and those with an address or a list of their own by no browser', async () => {
    const site = await open()
    for (const path of addressesOf(site.app, 'GET', site)) {
      const answer = await site.app.request(path, { headers: { cookie: site.cookies.cora } })
      if (answer.status !== 200) continue
      const said = answer.headers.get('cache-control') ?? ''
      // Files are the same for everybody, as is what programs are told who bear no token: cookies are nothing to them.
      const files = isForPrograms(path) || /^\/(?:assets|favicon|robots|healthz)/.test(path)
      // The same for everyone: other sites show it.
      const embeds = /^\/papers\/.*\/(?:badge\.svg|card|card\.png)$|^\/card\.png$/.test(path)
      if (embeds) expect([path, said]).toEqual([path, expect.stringMatching(/^public, max-age=\d+$/)])
      else if (!files) expect([path, said]).toEqual([path, expect.stringMatching(/^(?:private|no-store)/)])
      if (/^\/(?:settings|reading-list|notes|for-you|desk|sign-in|papers\/submit|auth)(?:\/|$)/.test(path))
        expect([path, said]).toEqual([path, 'no-store'])
    }
    for (const path of ['/sign-in', '/sign-in/link?token=x', '/sign-in/sent'])
      expect((await site.app.request(path)).headers.get('cache-control')).toBe('no-store')
    // Names or addresses of readers stand on none that may be kept.
    const own = await site.app.request('/settings', { headers: { cookie: site.cookies.ada } })
    expect(await own.text()).toContain('ada@readers.example')
  })

  it('go to nobody else when all ask at once', async () => {
    const site = await open()
    const { app, cookies, collections } = site
    const paths = [
      '/',
      '/papers/new',
      `/papers/${SHOWN}`,
      '/comments',
      `/collections/${collections.open}`,
      '/about',
      '/moderation',
      '/papers?q=tides',
      '/topics/cs.CL',
      `/readers/${site.readers.ada}`,
    ]
    const people = [
      { cookie: '', name: null },
      { cookie: 'broadsheet.session_token=made-up-made-up-made-up.x', name: null },
      { cookie: 'theme=dark; x=broadsheet', name: null },
      { cookie: cookies.ada, name: 'Ada Own' },
      { cookie: `a=b; ${cookies.bert}; c=d`, name: 'Bert Own' },
      { cookie: cookies.cora, name: 'Cora Own' },
    ]
    const etags = new Map<string, string>()
    for (let round = 0; round < 4; round++) {
      if (round % 2 === 1) site.site.changed('everything')
      const asked = paths.flatMap((path) => people.map((person) => ({ path, ...person })))
      await Promise.all(
        asked.map(async ({ path, cookie, name }, i) => {
          // In another order each time, and some with the tag of somebody else's page.
          if (i % (round + 2) === 0) await new Promise((resolve) => setImmediate(resolve))
          const stale = etags.get(path)
          const tag = stale === undefined ? {} : { 'if-none-match': stale }
          const answer = await app.request(path, { headers: { cookie, ...(name === null ? {} : tag) } })
          if (name !== null) {
            expect([path, answer.status]).not.toEqual([path, 304])
            expect(answer.headers.get('cache-control')).toMatch(/^(?:private|no-store)/)
          } else if (answer.headers.get('etag') !== null && cookie === '') {
            etags.set(path, answer.headers.get('etag') ?? '')
          }
          expect([path, cookie, whose(await answer.text())]).toEqual([path, cookie, name])
        }),
      )
    }
  })

  it('are not to be had by asking for them as a file', async () => {
    const { app, cookies } = await open()
    for (const path of [
      '/settings/x.css',
      '/settings/a.js',
      '/settings.css',
      '/settings%2Fx.css',
      '/reading-list/x.png',
      '/desk/x.css',
      '/settings;x.css',
    ]) {
      const answer = await app.request(path, { headers: { cookie: cookies.ada } })
      expect([path, answer.status]).toEqual([path, expect.toBeOneOf([403, 404])])
      expect([path, answer.headers.get('cache-control')]).toEqual([
        path,
        expect.stringMatching(/^(?:private|no-store)/),
      ])
    }
    // However an address is spelt, nothing of it is kept for others.
    for (const path of ['/%73ign-in?problem=link', '/sign%2Din?problem=link']) await app.request(path)
    expect(await (await app.request('/%73ign-in')).text()).not.toContain('used already')
  })

  it('are told apart from one another and from those without parameters', async () => {
    const site = openSite(db())
    await site.record(Array.from({ length: 103 }, (_, i) => stated(`2601.${String(i + 1).padStart(5, '0')}`)))
    const { cookie } = await signIn(db(), { curator: true })
    const [paper] = await db().selectFrom('papers').select('id').execute()
    for (let i = 0; i < 52; i++)
      await post(
        site.app,
        `/desk/papers/${paper?.id}/hiding${i % 2 ? '/end' : ''}`,
        { reason: `Reason ${i}.` },
        { cookie },
      )
    const next = async (path: string) => {
      const html = await (await site.app.request(path, { headers: { cookie } })).text()
      return new URL(/rel="next" href="([^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '', 'https://x')
        .searchParams
    }
    const before = (await next('/moderation')).get('before') ?? ''
    const after = (await next('/papers/new')).get('after') ?? ''
    expect([before, after]).not.toContain('')

    const words = fc.constantFrom(
      '',
      '1',
      '7',
      after,
      before,
      encodeURIComponent(after),
      `${after}%20`,
      'x+y',
      '2026-01',
      '%22',
    )
    const names = fc.constantFrom(
      'after',
      'before',
      'n',
      'from',
      'to',
      '%61fter',
      'b%65fore',
      'utm',
      '+after',
      'AFTER',
      '',
    )
    const query = fc.array(
      fc.tuple(names, words).map(([name, value]) => `${name}=${value}`),
      { maxLength: 3 },
    )
    const path = fc.constantFrom(
      '/moderation',
      '/papers/new',
      '/collections',
      '/papers/date/2026-01-15',
      '/sign-in',
      '/%6Doderation',
    )
    const { app } = createApp(site.site)
    await fc.assert(
      fc.asyncProperty(path, query, async (path, query) => {
        const asked = query.length > 0 ? `${path}?${query.join('&')}` : path
        const kept = await app.request(asked)
        const made = await createApp(site.site).app.request(asked)
        const neutral = (text: string) => text.replaceAll(/name="challenge" value="[^"]*"/g, '')
        const [one, two] = [neutral(await kept.text()), neutral(await made.text())]
        const at = Array.from(one).findIndex((c, i) => c !== two[i])
        expect([asked, kept.status, one.slice(at - 200, at + 200)]).toEqual([
          asked,
          made.status,
          two.slice(at - 200, at + 200),
        ])
      }),
      { numRuns: 250 },
    )
  })

  it('that stay at hand after an action are as they would be made after it', async () => {
    const site = await open()
    const { app, cache } = site
    const paths = addressesOf(app, 'GET', site)
    const readAll = async () => {
      for (const path of paths) await (await app.request(path)).text()
    }
    await readAll()
    const dropped = new Map<string, number>()
    for (const { route, path: action, fields, by } of sentFormsOn(site, { token: '' })) {
      if (by === 'anybody' || /^\/(?:sign-out|papers\/submit|settings\/zotero(?:\/places)?$)/.test(action))
        continue
      const answer = await post(app, action, fields, { cookie: site.cookies[by] })
      expect([action, answer.status]).toEqual([action, expect.toBeOneOf([200, 303])])
      const made = createApp(site.site).app
      const kept = paths.filter((path) => cache.ready('GET', path, {}) !== null)
      for (const path of kept) {
        const now = await (await made.request(path)).text()
        expect([action, path, await (await app.request(path)).text()]).toEqual([action, path, now])
      }
      dropped.set(route, paths.length - kept.length)
      await readAll()
    }
    // A vote leaves more than what it has to.
    expect(dropped.get('/papers/:address{.+}/vote')).toBeLessThan(
      (dropped.get('/settings/profile') ?? 0) - 10,
    )
  }, 240_000)

  it('come new after an action, for who acted and for everybody', async () => {
    const { app, cookies } = await open()
    const before = await (await app.request(`/papers/${SHOWN}`)).text()
    await post(app, `/papers/${SHOWN}/comments`, { body: 'Quite new, this.' }, { cookie: cookies.ada })
    expect(before).not.toContain('Quite new, this.')
    expect(await (await app.request(`/papers/${SHOWN}`)).text()).toContain('Quite new, this.')
  })

  it('are not known to a program that asks with an old link after it was used', async () => {
    const { app } = openSite(db(), { now: NOON })
    const answer = await app.request('/sign-in/link?token=abcdefghijklmnopqrstuvwxyzabcdef')
    expect([answer.headers.get('cache-control'), answer.headers.get('referrer-policy')]).toEqual([
      'no-store',
      'same-origin',
    ])
  })
})
