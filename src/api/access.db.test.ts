import type { Kysely } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { ask, tokenOf, type Answered } from '../../test/tokens.ts'
import { SHOWN, openPeopledSite, type PeopledSite } from '../../test/security/peopled-site.fixture.ts'
import { snapshot } from '../../test/security/snapshot.fixture.ts'
import { NOON } from '../../test/site.ts'
import { SCOPES, type Scope } from '../accounts/tokens.ts'
import type { Database } from '../db/schema.ts'
import type { Operation } from './operation.ts'
import { OPERATIONS } from './operations.ts'

const ACTING = OPERATIONS.filter(({ scope }) => scope !== null)
const WITH_BODY = ACTING.filter(({ body }) => body !== null)

/** All that there is, but for when tokens were used. */
async function stored(db: Kysely<Database>): Promise<unknown> {
  const { tokens: _, ...others } = await snapshot(db)
  return others
}

/** An address of an operation at which there is something. */
function pathOf(
  { path }: Operation,
  {
    comments,
    collections,
    submissionIds,
    interestIds,
  }: Pick<PeopledSite, 'comments' | 'collections' | 'submissionIds' | 'interestIds'>,
): string {
  const ids: Record<string, string> = {
    papers: SHOWN,
    'reading-list': SHOWN,
    comments: String(comments.shown),
    collections: collections.open,
    submissions: String(submissionIds.first),
    subscriptions: '1',
    interests: String(interestIds.first),
    reactions: 'agree',
    editions: '2026-01-15',
  }
  return path.replaceAll(/([\w-]+)\/\{\w+\+?\}/g, (_, resource: string) => {
    const id = ids[resource]
    if (id === undefined) throw new Error(`what is there at ${path}?`)
    return `${resource}/${id}`
  })
}

describeWithDatabase('what needs a token', (db) => {
  async function open() {
    const site = await openPeopledSite(db())
    const { readers } = site
    /** Asks for each operation in the same way; answers what was said to it. */
    const eachOf = async (
      operations: readonly Operation[],
      how: (operation: Operation, path: string) => Promise<Answered>,
    ) => {
      const answers: [string, number, unknown][] = []
      for (const operation of operations) {
        const { status, body, headers } = await how(operation, pathOf(operation, site))
        expect([operation.id, headers.get('cache-control')]).toEqual([operation.id, 'no-store'])
        answers.push([operation.id, status, String(body['type']).split('#')[1]])
      }
      return answers
    }
    const all = (status: number, kind: string, operations: readonly Operation[] = ACTING) =>
      operations.map(({ id }) => [id, status, kind])
    const tokenFor = (who: keyof typeof readers, scopes: Scope[] = [...SCOPES]) =>
      tokenOf(db(), { id: readers[who] }, { scopes })
    return { ...site, eachOf, all, tokenFor }
  }

  it('is not done without one, and a session is none', async () => {
    const { app, eachOf, all, cookies } = await open()
    const before = await stored(db())
    expect(await eachOf(ACTING, ({ method }, path) => ask(app, method, path))).toEqual(all(401, 'no-token'))
    expect(
      await eachOf(ACTING, ({ method }, path) =>
        ask(app, method, path, {
          body: {},
          headers: { cookie: cookies.cora, origin: 'https://tides.example' },
        }),
      ),
    ).toEqual(all(401, 'no-token'))
    const { headers } = await ask(app, 'GET', '/api/me')
    expect(headers.get('www-authenticate')).toBe('Bearer realm="broadsheet"')
    expect(await stored(db())).toEqual(before)
  })

  it('is not done with one that is revoked, has expired, or never was', async () => {
    const { app, eachOf, all, tokenFor, readers } = await open()
    const revoked = await tokenFor('cora')
    await db().deleteFrom('tokens').where('reader_id', '=', readers.cora).execute()
    const expired = await tokenOf(
      db(),
      { id: readers.cora },
      { now: new Date(NOON.getTime() - 30 * 24 * 3_600_000) },
    )
    const before = await stored(db())
    for (const token of [revoked, expired, `bs_${'a'.repeat(43)}`, 'bs_nonsense', `${expired}x`])
      expect(await eachOf(ACTING, ({ method }, path) => ask(app, method, path, { token, body: {} }))).toEqual(
        all(401, 'bad-token'),
      )
    const { headers } = await ask(app, 'GET', '/api/me', { token: revoked })
    expect(headers.get('www-authenticate')).toContain('error="invalid_token"')
    for (const authorization of ['Basic YTpi', 'Bearer', 'Bearer a b', `bearer${' '.repeat(50)}x`])
      expect((await app.request('/api/me', { headers: { authorization } })).status).toBe(401)
    expect(await stored(db())).toEqual(before)
  })

  it('is not done with one that is for everything else', async () => {
    const { app, eachOf, all, tokenFor } = await open()
    const tokens = new Map<Scope | null, string>()
    for (const scope of SCOPES)
      tokens.set(
        scope,
        await tokenFor(
          'cora',
          SCOPES.filter((other) => other !== scope),
        ),
      )
    const before = await stored(db())
    const asked = await eachOf(ACTING, ({ method, scope }, path) =>
      ask(app, method, path, { token: tokens.get(scope), body: {} }),
    )
    expect(asked).toEqual(all(403, 'scope-missing'))
    expect(await stored(db())).toEqual(before)
  })

  it('is not done for readers who are suspended, who can still read', async () => {
    const { app, eachOf, all, tokenFor, readers } = await open()
    await db().updateTable('readers').set({ suspended_at: null }).where('id', '=', readers.sven).execute()
    const token = await tokenFor('sven')
    await db().updateTable('readers').set({ suspended_at: NOON }).where('id', '=', readers.sven).execute()
    const writing = ACTING.filter(({ scope }) => scope !== 'read')
    const before = await stored(db())
    expect(await eachOf(writing, ({ method }, path) => ask(app, method, path, { token, body: {} }))).toEqual(
      all(403, 'suspended', writing),
    )
    expect(await stored(db())).toEqual(before)
    expect((await ask(app, 'GET', '/api/me/votes', { token })).status).toBe(200)
  })

  it('is not done by others than curators where it is theirs', async () => {
    const { app, eachOf, all, tokenFor } = await open()
    const token = await tokenFor('ada')
    const curating = ACTING.filter(({ curator }) => curator)
    expect(curating.length).toBeGreaterThan(5)
    const before = await stored(db())
    expect(await eachOf(curating, ({ method }, path) => ask(app, method, path, { token, body: {} }))).toEqual(
      all(403, 'not-allowed', curating),
    )
    expect(await stored(db())).toEqual(before)
  })

  it('is not done when it is asked for in the wrong way', async () => {
    const { app, eachOf, all, tokenFor } = await open()
    const token = await tokenFor('cora')
    const before = await stored(db())
    const wrong = async (body: unknown, headers: Record<string, string> = {}) =>
      eachOf(WITH_BODY, ({ method }, path) => ask(app, method, path, { token, body, headers }))
    expect(await wrong('reason=spam', { 'content-type': 'application/x-www-form-urlencoded' })).toEqual(
      all(415, 'wrong-type', WITH_BODY),
    )
    for (const body of [
      '{',
      '[]',
      'null',
      '"text"',
      '{"a":1}{',
      '{"constructor":1}',
      '{"__proto__":{"a":1}}',
    ])
      expect(await wrong(body)).toEqual(all(400, 'bad-body', WITH_BODY))
    expect(await wrong({ surprise: 1 })).toEqual(all(400, 'bad-body', WITH_BODY))
    expect(await wrong({ surprise: 'x'.repeat(200_000) })).toEqual(all(413, 'too-large', WITH_BODY))
    for (const evil of ['\0', 'a\ud800b']) {
      const asked = await eachOf(WITH_BODY, ({ method, body }, path) => {
        const [name = ''] = Object.keys(body?.shape ?? {})
        return ask(app, method, path, { token, body: { [name]: evil } })
      })
      expect(asked).toEqual(all(400, 'bad-body', WITH_BODY))
    }
    expect(
      await eachOf(ACTING, ({ method }, path) => ask(app, method, `${path}?surprise=1`, { token, body: {} })),
    ).toEqual(all(400, 'bad-parameter'))
    expect(await stored(db())).toEqual(before)
  })

  it('says which methods an address has', async () => {
    const site = await open()
    const { app, tokenFor } = site
    const token = await tokenFor('cora')
    for (const operation of ACTING) {
      const path = pathOf(operation, site)
      const methods = OPERATIONS.filter((other) => other.path === operation.path).map(({ method }) => method)
      const wrong =
        ['PATCH', 'PUT', 'POST', 'DELETE'].find((method) => !(methods as string[]).includes(method)) ?? ''
      const { status, headers } = await ask(app, wrong, path, { token, body: {} })
      expect([path, status]).toEqual([path, 405])
      for (const method of methods) expect(headers.get('allow')?.split(', ')).toContain(method)
      if (!methods.includes('GET'))
        expect([path, (await ask(app, 'GET', path, { token })).status]).toEqual([path, 405])
    }
  })
})
