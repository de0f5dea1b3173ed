import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { getRequestListener } from '@hono/node-server'
import fc from 'fast-check'
import { sql } from 'kysely'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { signIn } from '../../test/readers.ts'
import { verifyHeat } from '../ranking/verify-heat.ts'
import { forgetRates, openPeopledSite, type PeopledSite } from './peopled-site.fixture.ts'
import { addressesOf, filled, routesOf, valuesFor, type Route } from './routes.fixture.ts'

/** How many requests of each kind are made; FUZZ_RUNS makes more. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1_200)
const WHO = ['anonymous', 'ada', 'bert', 'nina', 'cora', 'sven'] as const

const BORDERS = [
  '0',
  '-1',
  '1',
  '2147483647',
  '2147483648',
  '9223372036854775807',
  '9223372036854775808',
  '999999999999999',
  '1e9',
  'NaN',
  'Infinity',
  '-0',
  '1.5',
  '',
  ' ',
]
const HOSTILE = [
  '\0',
  'a\0b',
  '%00',
  '\uD800',
  '\uDFFF\uD800',
  '../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  "'; drop table papers; --",
  "' or '1'='1",
  '%',
  '%%',
  '%E0%A4%A',
  '%FF',
  '//',
  '\\',
  '\u202Eabc',
  '😀'.repeat(50),
  'é',
  '<script>alert(1)</script>',
  '$x$',
  '$\\frac{1}{',
  '[['.repeat(200),
  '**'.repeat(300),
  '{{7*7}}',
  '\r\nx: y',
  'x'.repeat(5_000),
  'constructor',
  '__proto__',
  'null',
  'undefined',
  '[]',
  '{"a":1}',
  '2026-02-30',
  '2026-13-01',
  '0000-00-00',
  '9999-12-31',
  '2026-W54',
  '10000-W01',
]
const value = fc.oneof(
  fc.constantFrom(...BORDERS),
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ maxLength: 30 }),
)

const HEADERS = fc.record(
  {
    accept: fc.constantFrom(
      'application/json',
      'application/json, x',
      '*/*',
      'text/html',
      ';;;',
      'x'.repeat(3_000),
    ),
    'accept-encoding': fc.constantFrom('br', 'gzip;q=0', '*', 'br;q=x, gzip', ',,,;q', 'identity;q=0'),
    'if-none-match': fc.constantFrom('*', 'W/""', '"', ',,,', 'x'.repeat(2_000)),
    'if-modified-since': fc.constantFrom('yesterday', 'Thu, 01 Jan 1970 00:00:00 GMT'),
    range: fc.constantFrom('bytes=0-', 'bytes=9-1', 'bytes=-1', 'lines=1', 'bytes=0-0,0-0,0-0'),
    'x-forwarded-for': fc.constantFrom(
      '::1',
      'x',
      '1.2.3.4, ::ffff:1.2.3.4',
      '1::2::3',
      ',',
      '::%eth0',
      '2001:db8::'.repeat(50),
    ),
    'x-forwarded-host': fc.constantFrom('evil.example', '', 'x/y'),
    'x-forwarded-proto': fc.constantFrom('http', 'javascript', ''),
    'user-agent': fc.constantFrom('', '<script>', 'x'.repeat(4_000)),
    'accept-language': fc.constantFrom('xx-YY', ';;q'),
    referer: fc.constantFrom('', 'https://evil.example/', ':::'),
    'sec-fetch-site': fc.constantFrom('none', 'same-origin', 'bogus'),
  },
  { requiredKeys: [] },
)

/** Cookies around that of who asks, or broken ones. */
const COOKIES = fc.constantFrom(
  (own: string) => own,
  (own: string) => own,
  (own: string) => `theme=dark; ${own}; =; ;`,
  (own: string) => `${own}; ${own}`,
  (own: string) => own.replace(/=.*/, '=%00'),
  (own: string) => own.replace(/=.*/, '=%E0%A4%A'),
  () => '__Secure-broadsheet.session_token=',
  () => 'broadsheet.session_token=;broadsheet.session_token=x',
  () => `x=${'y'.repeat(6_000)}`,
)

describeWithDatabase('a site that is sent anything at all', (db) => {
  const failures: string[] = []
  const log = pino({ level: 'error' }, { write: (line: string) => void failures.push(line) })

  /** A site on which those who were suspended, or left, come back in time. */
  async function open() {
    failures.length = 0
    const site = await openPeopledSite(db(), { log })
    let asked = 0
    return {
      site,
      async cookieOf(who: (typeof WHO)[number]): Promise<string> {
        if (asked++ % 40 === 0) {
          await forgetRates(db())
          await comeBack(site)
        }
        return who === 'anonymous' ? '' : site.cookies[who]
      },
    }
  }
  async function comeBack(site: PeopledSite) {
    for (const who of ['ada', 'bert', 'nina', 'cora', 'sven'] as const) {
      const { status } = await site.app.request('/settings', { headers: { cookie: site.cookies[who] } })
      if (status === 200) continue
      const { cookie, reader } = await signIn(db(), { name: `${who} again`, curator: who === 'cora' })
      site.cookies[who] = cookie
      site.readers[who] = reader.id
    }
    await sql`update readers set suspended_at = null, curator = true where id = ${site.readers.cora}`.execute(
      db(),
    )
    await sql`update readers set suspended_at = null where id = any(${[site.readers.ada, site.readers.bert]}::uuid[])`.execute(
      db(),
    )
  }

  /** What holds of every answer, whatever was asked. */
  async function expectSound(asked: unknown, answer: Response) {
    const body = await textOf(answer)
    // Where papers are looked up nobody listens here; that is said so.
    const isAway = answer.status === 503 && JSON.stringify(asked).includes('/papers/submit')
    if (answer.status >= 500 && !isAway)
      expect.fail(JSON.stringify({ asked, status: answer.status, log: failures.at(-1) }).slice(0, 6_000))
    const type = answer.headers.get('content-type') ?? ''
    if (type.startsWith('text/html') && body !== '')
      expect([asked, body.slice(0, 15).toLowerCase()]).toEqual([asked, '<!doctype html>'])
    if (type.includes('json') && body !== '') JSON.parse(body)
    expect([asked, answer.headers.get('x-content-type-options')]).toEqual([asked, 'nosniff'])
    for (const inside of [
      /node_modules/,
      /\bat \w+ \(/,
      /select .{0,80} from/i,
      /syntax error at/,
      /\/src\/\w+/,
    ])
      if (!/<(?:textarea|input|p)[^>]*>/.test(body))
        expect([asked, inside.test(body)]).toEqual([asked, false])
  }

  /** Every fact that is stored twice is the same in both places. */
  async function expectConsistent() {
    expect((await verifyHeat(db())).differences).toEqual([])
    const { rows } = await sql`
      select address, comment_count, pick_count from papers p where
        comment_count <> (select count(*) from comments where paper_id = p.id and deleted_at is null and hidden_at is null)
        or pick_count <> (select count(*) from picks where paper_id = p.id)`.execute(db())
    expect(rows).toEqual([])
    // Those who left are nowhere, and nothing stands where it cannot be.
    const { rows: odd } = await sql`
      select 'a comment that is deleted and says something' from comments where deleted_at is not null and body <> ''
      union all select 'two places alike' from collection_papers group by collection_id, position having count(*) > 1
      union all select 'an answer on another paper' from comments c join comments p on p.id = c.parent_id where p.paper_id <> c.paper_id
      union all select 'a log without a reason' from moderation_log where trim(reason) = ''`.execute(db())
    expect(odd).toEqual([])
  }

  const parameterOf = (site: PeopledSite, route: Route) => {
    const kinds = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '')
    const name = kinds[0] ?? (route.path.endsWith('*') ? '*' : null)
    if (name === null) return fc.constant(route.path)
    const known = valuesFor(route, name, site)
    const near = fc
      .constantFrom(...known)
      .chain((text) =>
        fc.constantFrom(
          text,
          `${text} `,
          text.toUpperCase(),
          `${text}v1`,
          `${text}v0`,
          `${text}.json`,
          `${text}/`,
          encodeURIComponent(text),
        ),
      )
    const encoded = value.chain((text) =>
      fc.constantFrom(encodeURIComponent(text.toWellFormed()), encodeURI(text.toWellFormed())),
    )
    return fc.oneof(near, encoded).map((text) => filled(route, () => text))
  }

  it('answers every page', { timeout: 60_000 + RUNS * 60 }, async () => {
    const { site, cookieOf } = await open()
    const names = [
      'after',
      'before',
      'n',
      'from',
      'to',
      'q',
      'page',
      'a',
      'b',
      'paper',
      'token',
      'problem',
      'error',
      'code',
      'state',
      'unfinished',
      'format',
      'saved',
      'done',
    ]
    const cursors = await cursorsOn(site)
    const query = fc.array(
      fc.tuple(fc.constantFrom(...names), fc.oneof(value, fc.constantFrom(...cursors))),
      { maxLength: 3 },
    )
    const request = fc
      .constantFrom(...routesOf(site.app).filter(({ method }) => method === 'GET'))
      .chain((route) => fc.tuple(parameterOf(site, route), query, HEADERS, COOKIES, fc.constantFrom(...WHO)))
    await fc.assert(
      fc.asyncProperty(request, async ([path, query, headers, cookies, who]) => {
        const asked =
          query.length === 0
            ? path
            : `${path}?${query.map(([name, text]) => `${name}=${encodeURIComponent(text.toWellFormed())}`).join('&')}`
        const cookie = cookies(await cookieOf(who))
        const answer = await site.app.request(asked, { headers: { ...headers, cookie } })
        await expectSound([asked, who, headers], answer)
      }),
      { numRuns: RUNS, endOnFailure: true },
    )
    await expectConsistent()
  })

  it('answers every form', { timeout: 60_000 + RUNS * 60 }, async () => {
    const { site, cookieOf } = await open()
    const forms = await formsOn(site)
    // What the pages of four people have, and no fewer.
    expect(forms.size).toBeGreaterThan(20)
    const fields = [...new Set(forms.values().flatMap((form) => form.keys()))]
    const seen = [...new Set(forms.values().flatMap((form) => form.values().flatMap((values) => values)))]
    const ids = [
      ...Object.values(site.papers),
      ...Object.values(site.comments),
      site.submissionId,
      site.suspicionId,
    ].map(String)
    const others = [...Object.values(site.readers), ...Object.values(site.collections), ...ids]
    const content = fc.oneof(
      value,
      fc.constantFrom(...seen),
      fc.constantFrom(...others),
      fc.constantFrom('x'.repeat(20_000), 'x'.repeat(140_000)),
    )
    const pathOf = fc.oneof(
      fc.constantFrom(...forms.keys()),
      fc.constantFrom(...addressesOf(site.app, 'POST', site)),
      fc
        .constantFrom(...routesOf(site.app).filter(({ method }) => method === 'POST'))
        .chain((route) => parameterOf(site, route)),
    )
    const request = pathOf.chain((path) => {
      // As the form has it, but for some fields.
      const usual = [...(forms.get(path) ?? [])].map(([name, values]) =>
        fc.constantFrom(...values, '1').map((text) => [name, text] as const),
      )
      const asked = fc.tuple(...usual)
      const odd = fc.array(fc.tuple(fc.constantFrom(...fields, 'reason', 'act'), content), { maxLength: 3 })
      return fc.tuple(
        fc.constant(path),
        asked,
        odd,
        fc.constantFrom('first', 'last', 'only', 'none'),
        bodies,
        HEADERS,
        COOKIES,
        fc.constantFrom(...WHO),
      )
    })
    await fc.assert(
      fc.asyncProperty(request, async ([path, usual, odd, where, body, headers, cookies, who]) => {
        const sent = { first: [...odd, ...usual], last: [...usual, ...odd], only: odd, none: usual }[
          where
        ].map(([name, text]): [string, string] => [name, text])
        const cookie = cookies(await cookieOf(who))
        const { type, bytes } = body(sent)
        const answer = await site.app.request(path, {
          method: 'POST',
          headers: { origin: 'https://tides.example', ...headers, 'content-type': type, cookie },
          body: bytes,
        })
        await expectSound(
          [path, who, where, usual, odd.map(([name, text]) => [name, text.slice(0, 80)]), headers],
          answer,
        )
      }),
      { numRuns: RUNS, endOnFailure: true },
    )
    await expectConsistent()
  })

  it('answers what no browser sends', { timeout: 60_000 + RUNS * 20 }, async () => {
    const { site } = await open()
    const server = createServer(getRequestListener(site.app.fetch))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const piece = fc.constantFrom(
      '/',
      '//',
      '/papers/',
      '/comments/',
      '/collections/',
      '/../',
      '/./',
      '%2e%2e',
      '%00',
      '%',
      '?',
      '&',
      '=',
      '#',
      'q',
      ';',
      '\\',
      ':',
      '@',
      'http://evil.example/',
      '*',
      ' ',
      '\t',
      '\u00FF',
      '\u0080',
      '~',
      '[',
      '|',
      '{',
      'a',
    )
    const path = fc.array(piece, { maxLength: 6 }).map((pieces) => `/${pieces.join('')}`)
    const line = fc.constantFrom(
      'GET',
      'HEAD',
      'POST',
      'PUT',
      'OPTIONS',
      'TRACE',
      'PROPFIND',
      'get',
      'CONNECT',
    )
    const host = fc.constantFrom(
      'Host: tides.example',
      'Host: ',
      'Host: a b',
      'Host: [::1',
      'Host: x/../y',
      'Host: a\r\nHost: b',
      'X: y',
      'Host: user@evil.example',
    )
    const extra = fc.constantFrom(
      '',
      'Content-Length: 0\r\n',
      'Content-Length: -1\r\n',
      'Transfer-Encoding: chunked\r\n',
      'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
      'Expect: 100-continue\r\n',
      'Upgrade: websocket\r\nConnection: Upgrade\r\n',
      'Cookie: a=\u00FF\r\n',
      'X\u0000: y\r\n',
      ' folded\r\n',
    )
    try {
      await fc.assert(
        fc.asyncProperty(line, path, host, extra, async (method, path, host, extra) => {
          const text = await exchange(
            port,
            `${method} ${path} HTTP/1.1\r\n${host}\r\n${extra}Connection: close\r\n\r\n`,
          )
          const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]
          const asked = [method, path, host, extra]
          if (status !== undefined && status >= '500' && status !== '501')
            expect.fail(JSON.stringify({ asked, text: text.slice(0, 500), log: failures.at(-1) }))
          expect([asked, /node_modules|\bat \w+ \(/.test(text)]).toEqual([asked, false])
        }),
        { numRuns: Math.ceil(RUNS / 3), endOnFailure: true },
      )
      expect((await fetch(`http://127.0.0.1:${port}/about`)).status).toBe(200)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})

/** What an answer says, compressed or not. */
async function textOf(answer: Response): Promise<string> {
  const bytes = Buffer.from(await answer.arrayBuffer())
  const encoding = answer.headers.get('content-encoding')
  if (bytes.length === 0) return ''
  return (
    encoding === 'br' ? brotliDecompressSync(bytes) : encoding === 'gzip' ? gunzipSync(bytes) : bytes
  ).toString()
}

/** What a socket answers to a text, until it closes. */
async function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(text, 'latin1')))
    // What waits for a body that never comes is let go.
    socket.setTimeout(300, () => socket.destroy())
    socket.on('data', (bytes) => (answer += bytes.toString('latin1')))
    socket.on('error', () => resolve(answer))
    socket.on('close', () => resolve(answer))
  })
}

/** A form's fields as a body of some kind. */
const bodies = fc.constantFrom(
  ...Array.from({ length: 6 }, () => (fields: [string, string][]) => urlencoded(fields)),
  // Not UTF-8.
  (fields: [string, string][]) => ({
    ...urlencoded(fields),
    bytes: Buffer.concat([
      Buffer.from(urlencoded(fields).bytes),
      Buffer.from([0x26, 0x78, 0x3d, 0xff, 0xfe]),
    ]),
  }),
  (fields: [string, string][]) => ({
    ...urlencoded(fields),
    bytes: Buffer.from(`${urlencoded(fields).bytes.toString()}&%&=&&&%E0%A4%A=%`),
  }),
  (fields: [string, string][]) => ({
    type: 'application/json',
    bytes: Buffer.from(JSON.stringify(Object.fromEntries(fields))),
  }),
  (fields: [string, string][]) => ({
    type: 'multipart/form-data; boundary=x',
    bytes: Buffer.from(
      fields
        .map(([name, text]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`)
        .join(''),
    ),
  }),
  (fields: [string, string][]) => ({
    type: 'application/x-www-form-urlencoded; charset=utf-16',
    bytes: urlencoded(fields).bytes,
  }),
  () => ({ type: 'application/x-www-form-urlencoded', bytes: Buffer.from('a=1&'.repeat(20_000)) }),
  () => ({ type: 'text/plain', bytes: Buffer.from('x') }),
)

function urlencoded(fields: [string, string][]): { type: string; bytes: Buffer<ArrayBuffer> } {
  return {
    type: 'application/x-www-form-urlencoded',
    bytes: Buffer.from(new URLSearchParams(fields).toString()),
  }
}

/** The forms that pages have, by where they are sent: the fields of each, and what stands in them. */
async function formsOn(site: PeopledSite): Promise<Map<string, Map<string, string[]>>> {
  const forms = new Map<string, Map<string, string[]>>()
  for (const cookie of ['', site.cookies.ada, site.cookies.nina, site.cookies.cora])
    for (const path of addressesOf(site.app, 'GET', site)) {
      if (path.startsWith('/auth/')) continue
      const page = await (await site.app.request(path, { headers: { cookie } })).text()
      for (const [, attributes = '', inside = ''] of page.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)) {
        const action = /action="([^"]*)"/.exec(attributes)?.[1]
        if (action === undefined || !attributes.includes('method="post"')) continue
        const fields = forms.get(action) ?? new Map<string, string[]>()
        forms.set(action, fields)
        for (const [field] of inside.matchAll(/<(?:input|select|textarea|button|option)\b[^>]*>/g)) {
          const name =
            /\bname="([^"]*)"/.exec(field)?.[1] ??
            (field.startsWith('<option') ? [...fields.keys()].at(-1) : undefined)
          if (name === undefined) continue
          const content = /\bvalue="([^"]*)"/.exec(field)?.[1] ?? 'Some words'
          fields.set(name, [...new Set([...(fields.get(name) ?? []), content])].slice(-12))
        }
      }
    }
  return forms
}

/** Cursors as pages give them, and broken ones. */
async function cursorsOn(site: PeopledSite): Promise<string[]> {
  const well = [
    '[1,1]',
    '["2026-01-15T12:00:00.000Z",1]',
    '["2026-01-15T12:00:00.000Z","aaaaaaaaaaaa"]',
    '[1e308,1]',
    '[null,1]',
    '["Infinity",1]',
    '[-1,-1]',
    '["+275760-09-13T00:00:00.000Z",1]',
    '["0000-01-01T00:00:00Z",9007199254740991]',
    '["x","y",1]',
    '[]',
    '{}',
    '[1,9007199254740993]',
    '["2026-02-30T00:00:00Z",1]',
    '[1,0,1,1,1]',
  ]
  const pages = await Promise.all(
    ['/papers/new', '/papers/top', '/papers/trending'].map(async (path) =>
      (await site.app.request(path)).text(),
    ),
  )
  const given = pages.flatMap((page) =>
    [...page.matchAll(/after=([^"&]*)/g)].map(([, cursor]) => cursor ?? ''),
  )
  return [...well, ...well.map((text) => Buffer.from(text).toString('base64url')), ...given]
}
