import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto'
import type { Hono } from 'hono'
import { pairsIn } from './oidc-provider.fixture.ts'

const ORIGIN = 'https://tides.example'

/** An authenticator with one passkey for the site (WebAuthn Level 3, ES256, without attestation). */
export function createAuthenticator() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const id = randomBytes(16)
  // CBOR: {1: 2, 3: -7, -1: 1, -2: x, -3: y}
  const cose = Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    Buffer.from(x, 'base64url'),
    Buffer.from('225820', 'hex'),
    Buffer.from(y, 'base64url'),
  ])
  let counter = 0
  const site = createHash('sha256').update('tides.example').digest()
  const clientData = (type: string, challenge: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin: ORIGIN, crossOrigin: false }))
  function authData(flags: number, rest: Buffer = Buffer.alloc(0)) {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(++counter)
    return Buffer.concat([site, Buffer.from([flags]), count, rest])
  }
  const common = { id: id.toString('base64url'), rawId: id.toString('base64url'), type: 'public-key' }
  return {
    id: common.id,
    /** What a browser answers when a passkey is made. */
    register(challenge: string) {
      const length = Buffer.from([0, id.length])
      const data = authData(0x45, Buffer.concat([Buffer.alloc(16), length, id, cose]))
      // CBOR: {"fmt": "none", "attStmt": {}, "authData": data}
      const attestation = Buffer.concat([
        Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746158', 'hex'),
        Buffer.from([data.length]),
        data,
      ])
      return {
        ...common,
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData('webauthn.create', challenge).toString('base64url'),
          attestationObject: attestation.toString('base64url'),
          transports: ['internal'],
        },
      }
    },
    /** What it answers when someone signs in. */
    authenticate(challenge: string) {
      const data = authData(0x05)
      const said = clientData('webauthn.get', challenge)
      const signed = createSign('SHA256')
        .update(Buffer.concat([data, createHash('sha256').update(said).digest()]))
        .sign(privateKey)
      return {
        ...common,
        clientExtensionResults: {},
        response: {
          clientDataJSON: said.toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: signed.toString('base64url'),
        },
      }
    },
  }
}

type Authenticator = ReturnType<typeof createAuthenticator>

/** Asks for a challenge as the browser's script does; answers it with the cookies that belong to it. */
export async function passkeyChallenge(
  app: Hono,
  { kind, cookie = '' }: { kind: 'register' | 'authenticate'; cookie?: string },
) {
  const asked = await app.request(`/auth/passkey/generate-${kind}-options`, { headers: { cookie } })
  if (asked.status !== 200) return { status: asked.status, challenge: '', cookie: '' }
  const { challenge } = (await asked.json()) as { challenge: string }
  return {
    status: 200,
    challenge,
    cookie: [...(cookie === '' ? [] : [cookie]), ...pairsIn(asked)].join('; '),
  }
}

/** Sends what an authenticator answered. */
export async function sendPasskey(
  app: Hono,
  { kind, response, cookie }: { kind: 'registration' | 'authentication'; response: unknown; cookie: string },
): Promise<Response> {
  return app.request(`/auth/passkey/verify-${kind}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: ORIGIN, 'sec-fetch-site': 'same-origin', cookie },
    body: JSON.stringify({ response }),
  })
}

/** Adds a passkey to the account of a session. */
export async function addPasskey(app: Hono, authenticator: Authenticator, { cookie }: { cookie: string }) {
  const asked = await passkeyChallenge(app, { kind: 'register', cookie })
  if (asked.status !== 200) return asked.status
  const response = authenticator.register(asked.challenge)
  return (await sendPasskey(app, { kind: 'registration', response, cookie: asked.cookie })).status
}

/** Signs in with a passkey: the status, and the session's cookie. */
export async function signInWithPasskey(app: Hono, authenticator: Authenticator) {
  const asked = await passkeyChallenge(app, { kind: 'authenticate' })
  const response = authenticator.authenticate(asked.challenge)
  const answer = await sendPasskey(app, { kind: 'authentication', response, cookie: asked.cookie })
  const cookie = pairsIn(answer).find((pair) => /session_token=./.test(pair)) ?? ''
  return { status: answer.status, cookie }
}
