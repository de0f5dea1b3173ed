import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { post, signIn } from '../../../test/readers.ts'
import { NOON, openSite, wordsOf } from '../../../test/site.ts'
import { ask, tokenOf } from '../../../test/tokens.ts'

const PATH = '/settings/tokens'

describeWithDatabase('tokens in the settings', (db) => {
  const idIn = (page: string) => /name="id" value="([0-9a-f-]{36})"\/><label/.exec(page)?.[1] ?? ''
  async function open(facts: Parameters<typeof signIn>[1] = {}, now = NOON) {
    const site = openSite(db(), { now })
    const { cookie, reader } = await signIn(db(), facts)
    const page = async () => (await site.app.request(PATH, { headers: { cookie } })).text()
    const make = async (fields: Record<string, string>) =>
      post(
        site.app,
        PATH,
        { id: idIn(await page()), name: 'A script', 'scope-vote': 'on', lifetime: '90', ...fields },
        { cookie },
      )
    return { ...site, cookie, reader, page, make }
  }

  it('are shown once, work, and are listed by their ending', async () => {
    const { app, make, page } = await open()
    const answer = await make({})
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
    const [token = ''] = /bs_[\w-]{43}/.exec(await answer.text()) ?? []
    expect((await ask(app, 'GET', '/api/me', { token })).status).toBe(403)
    expect((await ask(app, 'PUT', '/api/papers/2601.00001/vote', { token })).status).toBe(404)
    const listed = await page()
    expect(listed).not.toContain(token)
    expect(wordsOf(listed)).toMatch(
      new RegExp(`A script bs_…${token.slice(-4)} May vote\\. Made just now, last used just now\\.`),
    )
    expect(wordsOf(listed)).toContain('Expires on 15 April 2026')
    const rows = await db().selectFrom('tokens').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(token)
  })

  it('are not made twice by a form that is sent twice, as when the page is reloaded', async () => {
    const { app, cookie, page } = await open()
    const fields = { id: idIn(await page()), name: 'Twice', 'scope-read': 'on', lifetime: 'never' }
    const send = () => post(app, PATH, fields, { cookie })
    const [first, second] = await Promise.all([send(), send()])
    expect([first.status, second.status].toSorted((a, b) => a - b)).toEqual([200, 409])
    const again = await send()
    expect(again.status).toBe(409)
    expect(await again.text()).not.toMatch(/bs_[\w-]{43}/)
    expect(await db().selectFrom('tokens').select('expires_at').execute()).toEqual([{ expires_at: null }])
  })

  it('say what is wrong with the form and keep what was chosen', async () => {
    const { make } = await open()
    for (const [fields, words] of [
      [{ name: ' ' }, 'Give the token a name'],
      [{ name: 'x'.repeat(61) }, 'A name can have up to 60 characters'],
      [{ 'scope-vote': 'on', 'scope-curate': 'on' }, 'Only curators'],
      [{ lifetime: '10000' }, 'Choose when the token expires'],
      [{ id: 'x' }, 'This form was not complete'],
    ] as const) {
      const answer = await make({ 'scope-comment': 'on', ...fields })
      expect([words, answer.status]).toEqual([words, 422])
      const page = await answer.text()
      expect(wordsOf(page)).toContain(words)
      expect(page).toContain('name="scope-comment" checked=""')
    }
    expect(await db().selectFrom('tokens').selectAll().execute()).toEqual([])
  })

  it('are made by whoever has just signed in', async () => {
    const { app, cookie, page, make } = await open({ now: new Date(NOON.getTime() - 31 * 60_000) })
    const shown = await page()
    expect(shown).toContain('/sign-in?again&amp;to=/settings/tokens')
    expect((await make({ id: '6f1c8a52-3c1b-4f0e-9a57-0d4b8c2e7f11' })).status).toBe(403)
    expect(await db().selectFrom('tokens').selectAll().execute()).toEqual([])
    const form = await app.request('/sign-in?again&to=/settings/tokens', { headers: { cookie } })
    expect([form.status, await form.text()]).toEqual([200, expect.stringContaining('Email me a link')])
  })

  it('are revoked, one or all, by their reader alone', async () => {
    const { app, cookie, reader } = await open()
    const [one, two, three] = await Promise.all([
      tokenOf(db(), reader),
      tokenOf(db(), reader),
      tokenOf(db(), reader),
    ])
    const other = await signIn(db())
    const statuses = async () =>
      Promise.all(
        [one, two, three].map(async (token) => (await ask(app, 'GET', '/api/me', { token })).status),
      )
    const ids = await db().selectFrom('tokens').select(['id', 'ending']).execute()
    const id = ids.find(({ ending }) => one.endsWith(ending))?.id ?? ''
    await post(app, `${PATH}/revoke`, { id }, { cookie: other.cookie })
    await post(app, `${PATH}/revoke-all`, {}, { cookie: other.cookie })
    expect(await statuses()).toEqual([200, 200, 200])
    await post(app, `${PATH}/revoke`, { id }, { cookie })
    await post(app, `${PATH}/revoke`, { id: 'x' }, { cookie })
    expect(await statuses()).toEqual([401, 200, 200])
    await post(app, `${PATH}/revoke-all`, {}, { cookie })
    expect(await statuses()).toEqual([401, 401, 401])
  })

  it('can be revoked, and not made, while an account is suspended', async () => {
    const { app, cookie, reader, make, page } = await open()
    const token = await tokenOf(db(), reader)
    await db().updateTable('readers').set({ suspended_at: NOON }).where('id', '=', reader.id).execute()
    expect(wordsOf(await page())).toContain('you cannot make a token')
    expect((await make({})).status).toBe(403)
    expect((await ask(app, 'GET', '/api/me', { token })).body).toMatchObject({ isSuspended: true })
    expect((await ask(app, 'PUT', '/api/papers/2601.00001/vote', { token })).body).toMatchObject({
      type: 'https://tides.example/about/api#suspended',
    })
    await post(app, `${PATH}/revoke-all`, {}, { cookie })
    expect((await ask(app, 'GET', '/api/me', { token })).status).toBe(401)
  })

  it('can be fifty', async () => {
    const { reader, make } = await open()
    for (let n = 0; n < 50; n++) await tokenOf(db(), reader)
    expect((await make({})).status).toBe(422)
    await expect(tokenOf(db(), reader)).rejects.toThrow('full')
  })
})
