import { isForPrograms } from '../../src/api/addresses.ts'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../database.ts'
import { post } from '../readers.ts'
import { openSite } from '../site.ts'
import { RATE_LIMITS } from '../../src/accounts/rate-limits.ts'
import { forgetRates, openPeopledSite } from './peopled-site.fixture.ts'
import { addressesOf } from './routes.fixture.ts'

/** Every directive of the policy: scripts, styles, pictures, connections and forms of this site, and nothing else. */
const POLICY = [
  "base-uri 'none'",
  "connect-src 'self'",
  "default-src 'none'",
  "font-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "frame-src 'self'",
  "img-src 'self'",
  "manifest-src 'self'",
  "object-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
]

/** Of an email that is shown as a page: its styles and our pictures, and nothing that runs. */
const MAIL_POLICY = [
  "base-uri 'none'",
  "default-src 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  "img-src 'self'",
  'sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox',
  "style-src 'unsafe-inline'",
]
/** Of a card, which other sites show in frames: its style and our typeface, and nothing that runs. */
const CARD_POLICY = [
  "base-uri 'none'",
  "default-src 'none'",
  "font-src 'self'",
  "form-action 'none'",
  'frame-ancestors *',
  expect.stringMatching(/^style-src 'sha256-[\w+/]{43}='$/),
]
const CARD = /^\/papers\/.*\/card$/
/** What is shown on other sites, or in emails, which people read there. */
const EMBEDDED = /^\/pictures\/|^\/papers\/.*\/(?:badge\.svg|card|card\.png)$|^\/card\.png$/
const MAIL_DOCUMENT = /^\/(?:mail\/issues\/|subscribe\/preview\/email)/

function expectSafe(path: string, answer: Response) {
  const headers = Object.fromEntries(answer.headers)
  const isMail = (answer.status === 200 || answer.status === 304) && MAIL_DOCUMENT.test(path)
  const mayBeRead = isForPrograms(path.split('?')[0] ?? '') || path === '/openapi.json'
  const isForOthers = mayBeRead || EMBEDDED.test(path)
  const isCard = CARD.test(path) && [200, 304, 404].includes(answer.status)
  const policy = (headers['content-security-policy'] ?? '').split(';').map((part) => part.trim())
  expect([path, answer.status, policy.filter((part) => part !== '').toSorted()]).toEqual([
    path,
    answer.status,
    isMail ? MAIL_POLICY : isCard ? CARD_POLICY : POLICY,
  ])
  expect([path, headers]).toEqual([
    path,
    expect.objectContaining({
      'x-content-type-options': 'nosniff',
      ...(isCard ? {} : { 'x-frame-options': isMail ? 'SAMEORIGIN' : 'DENY' }),
      'referrer-policy': /^\/(?:sign-in\/link|welcome|mail\/|for-you\/feeds\/)/.test(path)
        ? 'same-origin'
        : 'strict-origin-when-cross-origin',
      'strict-transport-security': 'max-age=31536000',
      'cross-origin-opener-policy': 'same-origin',
      // Pictures are in emails, which people read on other sites, and programs run in pages of others.
      'cross-origin-resource-policy': isForOthers ? 'cross-origin' : 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
    }),
  ])
  if (isCard) expect([path, headers['x-frame-options']]).toEqual([path, undefined])
  // Nothing of another site may read an answer, and nobody learns what runs here.
  // Programs in pages of others may, with what no browser sends by itself.
  if (mayBeRead && !path.startsWith('/oai') && !path.startsWith('/oembed'))
    expect([path, headers['access-control-allow-origin']]).toEqual([path, '*'])
  for (const name of [
    ...(mayBeRead ? [] : ['access-control-allow-origin']),
    'access-control-allow-credentials',
    'server',
    'x-powered-by',
  ])
    expect([path, name, headers[name]]).toEqual([path, name, undefined])
}

describeWithDatabase('headers', (db) => {
  it('keep browsers safe on every page, feed, file, redirect and error', async () => {
    const site = await openPeopledSite(db())
    const { app, cookies } = site
    const paths = [
      ...addressesOf(app, 'GET', site),
      '/no-such-page',
      '/papers/nothing',
      '/papers/new/',
      '/settings?saved',
      '/papers?q=tides',
      '/papers?q=%FF',
      '/papers/suggest?q=ti',
      '/moderation?before=x',
      '/assets/none.js',
      '/sign-in/link?token=x',
    ]
    for (const cookie of ['', cookies.ada, cookies.cora])
      // Asked a second time, the answer comes from the cache.
      for (const path of [...paths, ...(cookie === '' ? paths : [])]) {
        const answer = await app.request(path, { headers: { cookie, origin: 'https://evil.example' } })
        expectSafe(path, answer)
        const etag = answer.headers.get('etag')
        if (etag === null) continue
        const again = await app.request(path, { headers: { cookie, 'if-none-match': etag } })
        if (again.status === 304) expectSafe(path, again)
      }
  })

  it('keep browsers safe when something is refused', async () => {
    const { app, cookies } = await openPeopledSite(db())
    const cookie = cookies.ada
    const type = (type: string) => ({ headers: { 'content-type': type } })
    const refused: [number, Promise<Response>][] = [
      [403, post(app, '/settings/profile', {}, { cookie, headers: { origin: 'https://evil.example' } })],
      [405, post(app, '/about', {}, { cookie })],
      [405, Promise.resolve(app.request('/', { method: 'DELETE' }))],
      [
        204,
        Promise.resolve(app.request('/', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })),
      ],
      [413, post(app, '/settings/profile', { name: 'x'.repeat(200_000) }, { cookie })],
      [415, post(app, '/settings/profile', {}, { cookie, ...type('multipart/form-data; boundary=x') })],
      [415, post(app, '/settings/profile', {}, { cookie, ...type('application/json') })],
      [422, post(app, '/collections', { title: '' }, { cookie })],
      [422, post(app, '/sign-in', { email: 'x' })],
      [404, post(app, '/comments/999/delete', {}, { cookie, headers: { accept: 'application/json' } })],
    ]
    for (const [status, answering] of refused) {
      const answer = await answering
      if (status !== 404) expect(answer.status).toBe(status)
      expectSafe(answer.url, answer)
    }
    await forgetRates(db())
    const tooOften = await Promise.all(
      Array.from({ length: RATE_LIMITS.signInUnproved.most + 2 }, (_, i) =>
        post(app, '/sign-in', { email: `a${i}@b.example` }),
      ),
    )
    for (const answer of tooOften) expectSafe('/sign-in', answer)
    expect(tooOften.map(({ status }) => status)).toContain(429)
    await sql`alter table comments rename to comments_away`.execute(db())
    try {
      const failed = await app.request('/comments')
      expect(failed.status).toBe(500)
      expectSafe('/comments', failed)
    } finally {
      await sql`alter table comments_away rename to comments`.execute(db())
    }
  })

  it('say what an answer is, and how it is encoded', async () => {
    const site = await openPeopledSite(db())
    for (const path of addressesOf(site.app, 'GET', site)) {
      const answer = await site.app.request(path, { headers: { cookie: site.cookies.cora } })
      const body = await answer.text()
      if (body === '') continue
      const type = answer.headers.get('content-type') ?? ''
      expect([path, type]).toEqual([
        path,
        expect.stringMatching(
          /^(?:application\/(?:[a-z.-]+\+)?json(?:; ?charset=utf-8)?|(?:text|application|image)\/[a-z.+-]+; ?charset=utf-8|image\/png)$/i,
        ),
      ])
      expect([path, type.startsWith('text/html')]).toEqual([path, /^\s*<!doctype html>/i.test(body)])
      const texts = type.startsWith('application/jsonl') ? body.split('\n').slice(0, -1) : [body]
      if (type.includes('json'))
        for (const text of texts) expect(() => JSON.parse(text) as unknown).not.toThrow()
    }
  })

  it('do not promise https where there is none', async () => {
    const { app } = openSite(db(), { origin: 'http://127.0.0.1:3000' })
    expect((await app.request('/')).headers.get('strict-transport-security')).toBeNull()
  })
})
