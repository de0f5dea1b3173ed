import { connect } from 'node:net'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { PeopledSite } from './peopled-site.fixture.ts'
import { addressesOf, filled, parametersOf, valuesFor, type Route } from './routes.fixture.ts'

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
/** Anything at all, borders and hostile texts first. */
export const value = fc.oneof(
  fc.constantFrom(...BORDERS),
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ maxLength: 30 }),
)

/** Headers that may come with a request. */
export const HEADERS = fc.record(
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
    'sec-fetch-site': fc.constantFrom('none', 'none', 'same-origin', 'same-origin', 'same-origin', 'bogus'),
  },
  { requiredKeys: [] },
)

/** Cookies around that of who asks, or broken ones. */
export const COOKIES = fc.constantFrom(
  ...Array.from({ length: 16 }, () => (own: string) => own),
  (own: string) => `theme=dark; ${own}; =; ;`,
  (own: string) => `${own}; ${own}`,
  (own: string) => own.replace(/=.*/, '=%00'),
  (own: string) => own.replace(/=.*/, '=%E0%A4%A'),
  () => '__Secure-broadsheet.session_token=',
  () => 'broadsheet.session_token=;broadsheet.session_token=x',
  () => `x=${'y'.repeat(6_000)}`,
)

/** What an answer says, compressed or not. */
export async function textOf(answer: Response): Promise<string> {
  const bytes = Buffer.from(await answer.arrayBuffer())
  const encoding = answer.headers.get('content-encoding')
  if (bytes.length === 0) return ''
  return (
    encoding === 'br' ? brotliDecompressSync(bytes) : encoding === 'gzip' ? gunzipSync(bytes) : bytes
  ).toString()
}

/** What a socket answers to a text, until it closes. */
export async function exchange(port: number, text: string): Promise<string> {
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
export const bodies = fc.constantFrom(
  ...Array.from({ length: 24 }, () => (fields: [string, string][]) => urlencoded(fields)),
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
export async function formsOn(site: PeopledSite): Promise<Map<string, Map<string, string[]>>> {
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
        // Its buttons may send the same fields elsewhere.
        for (const [, other = ''] of inside.matchAll(/formaction="([^"]*)"/g)) forms.set(other, fields)
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
export async function cursorsOn(site: PeopledSite): Promise<string[]> {
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

/** A route filled with parameters that are there, are like those, or are neither. */
export function parameterOf(site: PeopledSite, route: Route): fc.Arbitrary<string> {
  const parameters = parametersOf(route).map((name) =>
    // Of what is not there, anything is as near as anything else.
    valueNear([...valuesFor(route, name, site), 'nothing']).map((text) => [name, text] as const),
  )
  return fc.tuple(...parameters).map((values) => {
    const texts = new Map(values)
    return filled(route, (name) => texts.get(name) ?? '')
  })
}

/** A parameter as it may be: what is there, what is near it, and what is neither. */
function valueNear(known: string[]): fc.Arbitrary<string> {
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
  return fc.oneof(near, encoded)
}
