import type { Hono } from 'hono'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { signIn } from '../../../test/readers.ts'
import { openSite } from '../../../test/site.ts'
import { MOST_PASSKEYS } from '../../accounts/ways-in.ts'
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
        'more ways to ask for it than there are': (good) => ({
          ...good,
          response: { ...good.response, transports: Array.from({ length: 9_000 }, () => 'usb') },
        }),
        'ways that are none': (good) => ({
          ...good,
          response: { ...good.response, transports: [{ usb: true }] },
        }),
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
      expect(await passkeys()).toBe(kind === 'registration' ? 0 : 17)
      expect(await sessions()).toBe(17)
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

  it('have a name that is not too long to keep', async () => {
    const app = open()
    const { cookie } = await ada()
    for (const [name, status] of [
      ['x'.repeat(81), 400],
      ['x'.repeat(80), 200],
    ] as const) {
      const asked = await passkeyChallenge(app, { kind: 'register', cookie })
      const answer = await app.request('/auth/passkey/verify-registration', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          origin: 'https://tides.example',
          cookie: asked.cookie,
        },
        body: JSON.stringify({ response: createAuthenticator().register(asked.challenge), name }),
      })
      expect([name.length, answer.status]).toEqual([name.length, status])
    }
  })

  it('are not without number', async () => {
    const app = open()
    const { reader, cookie } = await ada()
    await sql`insert into passkeys (name, public_key, reader_id, credential_id, counter, device_type, backed_up)
      select '', '', ${reader.id}, n::text, 0, 'x', false from generate_series(2, ${MOST_PASSKEYS}) n`.execute(
      db(),
    )
    expect(await addPasskey(app, createAuthenticator(), { cookie })).toBe(200)
    expect(await addPasskey(app, createAuthenticator(), { cookie })).toBe(409)
    expect(await passkeys()).toBe(MOST_PASSKEYS)
  })
})
