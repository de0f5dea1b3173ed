import fc from 'fast-check'
import { sql } from 'kysely'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../database.ts'
import { signIn } from '../readers.ts'
import { verifyHeat } from '../../src/ranking/verify-heat.ts'
import {
  bodies,
  COOKIES,
  cursorsOn,
  exchange,
  formsOn,
  HEADERS,
  parameterOf,
  textOf,
  value,
} from './fuzz.fixture.ts'
import { listenWith } from './listen.fixture.ts'
import { forgetRates, openPeopledSite, type PeopledSite } from './peopled-site.fixture.ts'
import { addressesOf, routesOf } from './routes.fixture.ts'

/** How many requests of each kind are made; FUZZ_RUNS makes more. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1_200)
const WHO = ['anonymous', 'ada', 'bert', 'nina', 'cora', 'sven'] as const

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
      cookieOf: async (who: (typeof WHO)[number]): Promise<string> => {
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
    const texts = type.startsWith('application/jsonl') ? body.split('\n').slice(0, -1) : [body]
    if (type.includes('json') && body !== '') for (const text of texts) JSON.parse(text)
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
      ...Object.values(site.submissionIds),
      ...Object.values(site.suspicionIds),
    ].map(String)
    const others = [...Object.values(site.readers), ...Object.values(site.collections), ...ids]
    const content = fc.oneof(
      value,
      fc.constantFrom(...seen),
      fc.constantFrom(...others),
      fc.constantFrom('x'.repeat(20_000), 'x'.repeat(30_000)),
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
      const odd = fc.array(fc.tuple(fc.constantFrom(...fields, 'reason'), content), { maxLength: 3 })
      return fc.tuple(
        fc.constant(path),
        asked,
        odd,
        fc.constantFrom('first', 'last', 'last', 'only', 'none', 'none'),
        bodies,
        HEADERS,
        COOKIES,
        fc.constantFrom(...WHO),
      )
    })
    let done = 0
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
        if (answer.status < 400 && !(answer.headers.get('location') ?? '').startsWith('/sign-in')) done++
        await expectSound(
          [path, who, where, usual, odd.map(([name, text]) => [name, text.slice(0, 80)]), headers],
          answer,
        )
      }),
      { numRuns: RUNS, endOnFailure: true },
    )
    // Much of it was done, and not only refused.
    expect(done).toBeGreaterThan(RUNS / 20)
    await expectConsistent()
  })

  it('answers what no browser sends', { timeout: 60_000 + RUNS * 20 }, async () => {
    const { site } = await open()
    const { server, port } = await listenWith(site)
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
