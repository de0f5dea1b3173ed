import type { Hono } from 'hono'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { signIn } from '../../../test/readers.ts'
import { openSite } from '../../../test/site.ts'
import { signedCookie } from './oidc-provider.fixture.ts'
import {
  addPasskey,
  createAuthenticator,
  passkeyChallenge,
  sendPasskey,
  signInWithPasskey,
} from './passkey.fixture.ts'

describeWithDatabase('passkeys', (db) => {
  // What the library times is real.
  const open = () => openSite(db(), { now: new Date() }).app
  async function ada() {
    const { reader, cookie } = await signIn(db(), { now: new Date() })
    return { reader, cookie: signedCookie(cookie) }
  }
  const passkeys = async () => (await db().selectFrom('passkeys').select('id').execute()).length
  const sessions = async () => (await db().selectFrom('sessions').select('id').execute()).length

  it('sign in, again and again, in a session of their own', async () => {
    const app = open()
    const authenticator = createAuthenticator()
    expect(await addPasskey(app, authenticator, await ada())).toBe(200)
    for (let i = 0; i < 2; i++) {
      const { status, cookie } = await signInWithPasskey(app, authenticator)
      expect(status).toBe(200)
      expect((await app.request('/settings', { headers: { cookie } })).status).toBe(200)
    }
  })

  /** Tries a response in place of the one that was asked for. */
  async function tryOut(
    app: Hono,
    kind: 'registration' | 'authentication',
    spoil: (good: ReturnType<ReturnType<typeof createAuthenticator>['register']>) => unknown,
  ) {
    const authenticator = createAuthenticator()
    const { cookie } = await ada()
    if (kind === 'authentication') await addPasskey(app, authenticator, { cookie })
    const asked = await passkeyChallenge(app, {
      kind: kind === 'registration' ? 'register' : 'authenticate',
      cookie: kind === 'registration' ? cookie : '',
    })
    const good = authenticator[kind === 'registration' ? 'register' : 'authenticate'](asked.challenge)
    return sendPasskey(app, { kind, response: spoil(good as never), cookie: asked.cookie })
  }

  it.each(['registration', 'authentication'] as const)(
    'are refused at %s as the browser’s fault where they are not what was asked for',
    async (kind) => {
      const app = open()
      for (const [name, spoil] of Object.entries({
        'another challenge': (good) => createAuthenticator().register(good.id),
        'no response': ({ id }) => ({ id, rawId: id, type: 'public-key' }),
        'an empty response': (good) => ({ ...good, response: {} }),
        'no id': (good) => ({ ...good, id: undefined }),
        'an id that is none': (good) => ({ ...good, id: { $ne: '' } }),
        'an id of a number': (good) => ({ ...good, id: 1 }),
        'an id that cannot be kept': (good) => ({ ...good, id: 'a\u0000b' }),
        'an endless id': (good) => ({ ...good, id: 'a'.repeat(50_000) }),
        'another type': (good) => ({ ...good, type: 'password' }),
        'no object': () => 'x',
        'a list': () => [],
        nothing: () => null,
        'more than any authenticator says': (good) => ({ ...good, filler: 'x'.repeat(140_000) }),
        'what is not CBOR': (good) => ({
          ...good,
          response: { ...good.response, attestationObject: 'AAAA', authenticatorData: 'AAAA' },
        }),
        'what is no JSON': (good) => ({
          ...good,
          response: { ...good.response, clientDataJSON: 'AAAA' },
        }),
      } satisfies Record<string, Parameters<typeof tryOut>[2]>)) {
        const { status } = await tryOut(app, kind, spoil)
        expect([name, status]).toEqual([name, expect.toBeOneOf([400, 401, 403, 404, 413])])
      }
      // Of each reader the one they have added.
      expect(await passkeys()).toBe(kind === 'registration' ? 0 : 15)
      expect(await sessions()).toBe(15)
    },
  )

  it('are refused where the body is no JSON, or there was no challenge', async () => {
    const app = open()
    for (const kind of ['registration', 'authentication'])
      for (const body of ['', '{', 'null', '[]', '"x"', '\u0000', '{"response":{"id":"abc"}}']) {
        const answer = await app.request(`/auth/passkey/verify-${kind}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: 'https://tides.example' },
          body,
        })
        expect([kind, body, answer.status]).toEqual([kind, body, expect.toBeOneOf([400, 401])])
        expect(answer.headers.get('cache-control')).toBe('no-store')
      }
  })

  it('are one of one reader: the same one is not added twice', async () => {
    const app = open()
    const authenticator = createAuthenticator()
    expect(await addPasskey(app, authenticator, await ada())).toBe(200)
    expect(await addPasskey(app, authenticator, await ada())).toBe(400)
    expect(await passkeys()).toBe(1)
  })
})
