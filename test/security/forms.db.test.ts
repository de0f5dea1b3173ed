import { expect, it } from 'vitest'
import { describeWithDatabase } from '../database.ts'
import { post, signIn } from '../readers.ts'
import { openAccounts } from '../../src/accounts/open-accounts.ts'
import { createLog } from '../../src/runtime/log.ts'
import { NOON } from '../site.ts'
import { HARVESTS, HOOKS, LIBRARY, MODELS, sentFormsOn, type SentForm } from './sent-forms.fixture.ts'
import { formsOn } from './fuzz.fixture.ts'
import { forgetRates, openPeopledSite, SHOWN } from './peopled-site.fixture.ts'
import { addressesOf, routesOf } from './routes.fixture.ts'
import { snapshot } from './snapshot.fixture.ts'

describeWithDatabase('forms', (db) => {
  /** A site with people, an account elsewhere to sign in with, a link by mail and a second session of Ada's. */
  const open = async () => {
    const site = await openPeopledSite(db(), {
      accounts: openAccounts({
        db: db(),
        secret: 'a secret that is only for tests, long enough',
        publicUrl: 'https://tides.example',
        hosts: [],
        providers: [{ id: 'github', name: 'GitHub', clientId: 'id', clientSecret: 'secret', issuer: null }],
        curators: [],
        siteName: 'Tide Lines',
        log: createLog('silent'),
        now: () => NOON,
      }),
    })
    await post(site.app, '/sign-in', { email: 'link@readers.example' })
    const { text_body: mail } = await db()
      .selectFrom('outgoing_mail')
      .select('text_body')
      .where('recipient', '=', 'link@readers.example')
      .executeTakeFirstOrThrow()
    const token = /token=(\w+)/.exec(mail)?.[1] ?? ''
    await db()
      .insertInto('sessions')
      .values({
        token: 'x'.repeat(32),
        reader_id: site.readers.ada,
        expires_at: new Date(NOON.getTime() + 1e9),
        created_at: NOON,
        updated_at: NOON,
      })
      .execute()
    await forgetRates(db())
    return { ...site, sentForms: sentFormsOn(site, { token }) }
  }
  type Opened = Awaited<ReturnType<typeof open>>
  const cookieOf = ({ cookies }: Opened, { by }: SentForm) =>
    by === 'anybody' ? {} : { cookie: cookies[by] }

  it('are known to these tests, each one', async () => {
    const { app, sentForms } = await open()
    // What programs change by a token is no form (src/api/access.db.test.ts).
    const addresses = routesOf(app).flatMap(({ method, path }) =>
      method === 'POST' && !path.startsWith('/api/') ? [path] : [],
    )
    expect([...sentForms.map(({ route }) => route), LIBRARY, HOOKS, HARVESTS, MODELS].toSorted()).toEqual(
      addresses.toSorted(),
    )
  })

  it('have an address that takes them, every button of theirs', async () => {
    const site = await open()
    for (const path of (await formsOn(site)).keys())
      expect([path, (await post(site.app, path, {})).status]).toEqual([
        path,
        expect.not.toBeOneOf([404, 405]),
      ])
  })

  it('are not taken from another site, whoever is signed in', async () => {
    const site = await open()
    const before = await snapshot(db())
    const elsewhere = [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: 'https://sub.tides.example', 'sec-fetch-site': 'same-site' },
      { origin: 'http://tides.example.evil.example', 'sec-fetch-site': 'same-origin' },
      { origin: 'null', 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'cross-site', origin: 'https://tides.example' },
    ]
    const library = addressesOf(site.app, 'POST', site).filter((path) => path.startsWith('/auth/'))
    const sent = [
      ...site.sentForms.map((sentForm) => ({ ...sentForm, ...cookieOf(site, sentForm) })),
      ...library.map((path) => ({ path, fields: {}, cookie: site.cookies.ada })),
    ]
    for (const { path, fields, ...who } of sent)
      for (const headers of elsewhere) {
        const answer = await post(site.app, path, fields, { ...who, headers })
        expect([path, headers, answer.status]).toEqual([path, headers, 403])
        expect(answer.headers.getSetCookie()).toEqual([])
      }
    expect(await snapshot(db())).toEqual(before)
  })

  it('ask who is not signed in to sign in, and change nothing', async () => {
    const site = await open()
    const before = await snapshot(db())
    for (const { path, fields, by } of site.sentForms) {
      if (by === 'anybody') continue
      for (const cookie of ['', 'broadsheet.session_token=made-up-made-up-made-up.x']) {
        const page = await post(site.app, path, fields, { cookie })
        expect([path, page.status, page.headers.get('location')]).toEqual([
          path,
          303,
          expect.stringMatching(/^\/sign-in\?to=/),
        ])
        const headers = { accept: 'application/json' }
        expect((await post(site.app, path, fields, { cookie, headers })).status).toBe(401)
      }
    }
    for (const path of addressesOf(site.app, 'POST', site).filter((path) => path.startsWith('/auth/')))
      expect([path, (await post(site.app, path, {})).status]).toEqual([
        path,
        expect.toBeOneOf([302, 400, 401, 403, 404, 405, 415]),
      ])
    // A form that needs nobody signed in takes no part in what others own.
    expect(await snapshot(db())).toEqual(before)
  })

  it('of curators are refused to everybody else', async () => {
    const site = await open()
    const curators = site.sentForms.filter(({ by }) => by === 'cora')
    expect(curators.length).toBeGreaterThan(8)
    const before = await snapshot(db())
    for (const { path, fields } of curators)
      for (const who of ['ada', 'nina', 'sven'] as const) {
        const answer = await post(site.app, path, fields, { cookie: site.cookies[who] })
        expect([path, who, answer.status]).toEqual([path, who, 403])
      }
    for (const path of addressesOf(site.app, 'GET', site).filter((path) => path.startsWith('/desk')))
      for (const who of ['ada', 'nina', 'sven'] as const) {
        const answer = await site.app.request(path, { headers: { cookie: site.cookies[who] } })
        expect([path, who, answer.status]).toEqual([path, who, 403])
      }
    expect(await snapshot(db())).toEqual(before)
  })

  it('change nothing that is somebody else’s', async () => {
    const site = await open()
    const { reader, cookie } = await signIn(db(), { email: 'eve@readers.example', name: 'Eve' })
    const before = await snapshot(db())
    const others = site.sentForms.filter(({ route, by }) =>
      by === 'cora'
        ? false
        : /^\/collections\/:id\/(?!flag|zotero)|\/interests\/:id|\/comments\/:id\/(?:edit|delete)|passkeys|sessions/.test(
            route,
          ),
    )
    expect(others).toHaveLength(19)
    for (const { path, fields } of others) {
      const answer = await post(site.app, path, fields, { cookie })
      expect([path, answer.status]).toEqual([path, expect.toBeOneOf([303, 403, 404])])
    }
    const named = {
      id: reader.id,
      reader_id: site.readers.ada,
      curator: 'true',
      email_verified: 'true',
    }
    await post(site.app, '/settings/profile', { name: 'Eve', ...named, trusted_at: '2020-01-01' }, { cookie })
    const after = await snapshot(db())
    // Saying who one is writes when one said so, and nothing else that was named.
    const eve = (all: Record<string, unknown>) =>
      JSON.stringify(all['readers']).includes('"curator": true, "eve')
    expect(eve(after)).toBe(false)
    expect({ ...after, readers: null }).toEqual({ ...before, readers: null })
    const row = await db()
      .selectFrom('readers')
      .selectAll()
      .where('id', '=', reader.id)
      .executeTakeFirstOrThrow()
    expect(row).toMatchObject({ curator: false, trusted_at: null, email: 'eve@readers.example' })
  })

  it('do what they say when they come from here', async () => {
    const site = await open()
    let before = await snapshot(db())
    for (const sentForm of site.sentForms) {
      const answer = await post(site.app, sentForm.path, sentForm.fields, cookieOf(site, sentForm))
      const after = await snapshot(db())
      expect([sentForm.path, answer.status]).toEqual([
        sentForm.path,
        expect.toBeOneOf(['/papers/submit', 200, 202, 303, 503]),
      ])
      // Where papers are looked up nothing listens here; what only a browser keeps is not in the database.
      if (!['/papers/submit', '/view', '/sign-in/begun'].includes(sentForm.path))
        expect([sentForm.path, after]).not.toEqual([sentForm.path, before])
      before = after
    }
  })

  it('are never what opening a page does', async () => {
    const site = await open()
    // The index of searches is opened by the first one.
    await site.app.request('/papers?q=tides')
    for (const who of [null, 'ada', 'sven', 'cora'] as const) {
      const cookie = who === null ? '' : site.cookies[who]
      const before = await snapshot(db())
      for (const path of addressesOf(site.app, 'GET', site)) {
        // A challenge for a passkey is kept until it is answered.
        if (path.startsWith('/auth/passkey/generate-')) continue
        for (const method of who === null ? ['GET', 'HEAD'] : ['GET']) {
          const answer = await site.app.request(path, { method, headers: { cookie } })
          expect([path, answer.status]).toEqual([
            path,
            expect.toBeOneOf([200, 301, 302, 303, 400, 401, 403, 404]),
          ])
          await answer.text()
        }
      }
      const after = await snapshot(db())
      for (const [table, rows] of Object.entries(after)) expect([table, rows]).toEqual([table, before[table]])
      await forgetRates(db())
    }
  })

  it('lead on to this site only', async () => {
    const site = await open()
    const { app, cookies } = site
    // What else may be tried stands in web/forms/local-path.test.ts.
    const elsewhere = [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      '/.//evil.example',
      '/\t/evil.example',
    ]
    const leadsHere = (path: string, location: string | null) => {
      if (location === null) return
      const url = new URL(location, 'https://tides.example')
      expect([path, location, url.origin]).toEqual([path, location, 'https://tides.example'])
      for (const name of ['to', 'back', 'callbackURL']) {
        const onward = url.searchParams.get(name)
        if (onward !== null)
          expect([path, onward, new URL(onward, 'https://tides.example').origin]).toEqual([
            path,
            onward,
            'https://tides.example',
          ])
      }
    }
    for (const [i, to] of elsewhere.entries()) {
      // All forms read where they lead by one function.
      for (const { path, fields, by } of i < 3 ? site.sentForms : []) {
        // Who leaves does not come back for the next one.
        if (['/sign-out', '/settings/delete'].includes(path)) continue
        const sent = { ...fields, to, back: to, callbackURL: to, redirect: to, next: to }
        // A place in a collection has the same name; and where papers are looked up is asked politely, that is slowly.
        if (path.endsWith('/move')) sent.to = '1'
        if (path === '/papers/submit') Object.assign(sent, { paper: SHOWN })
        const cookie = by === 'anybody' ? '' : cookies[by]
        for (const who of new Set([cookie, ''])) {
          const answer = await post(app, path, sent, { cookie: who })
          if (path === '/sign-in/with')
            expect(
              new URL(answer.headers.get('refresh')?.split('url=')[1] ?? 'https://github.com').host,
            ).toBe('github.com')
          leadsHere(path, answer.headers.get('location'))
        }
      }
      for (const path of to === elsewhere[0]
        ? addressesOf(app, 'GET', site)
        : ['/sign-in', '/sign-in/link']) {
        const query = new URLSearchParams({ to, back: to, next: to, redirect: to, callbackURL: to })
        const answer = await app.request(`${path}?${query.toString()}`, { headers: { cookie: cookies.ada } })
        leadsHere(path, answer.headers.get('location'))
      }
      await forgetRates(db())
    }
    for (const path of ['//evil.example/', '//evil.example/x/', `/papers/${SHOWN}/`, '/\\evil.example/']) {
      const answer = await app.request(`https://tides.example${path}`)
      leadsHere(path, answer.headers.get('location'))
    }
  })
})
