import { request, type IncomingMessage, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { sql } from 'kysely'
import { afterEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../database.ts'
import { post } from '../readers.ts'
import { RATE_LIMITS } from '../../src/accounts/rate-limits.ts'
import { boundedBodies } from '../../src/web/forms/bounded-body.ts'
import { listenWith } from './listen.fixture.ts'
import { sentFormsOn } from './sent-forms.fixture.ts'
import { forgetRates, openPeopledSite, SHOWN, type PeopledSite } from './peopled-site.fixture.ts'
import { snapshot } from './snapshot.fixture.ts'

/** More than any form may hold. */
const LARGE = 'x'.repeat(129 * 1024)

describeWithDatabase('what is sent', (db) => {
  let server: Server | null = null
  const sockets: Socket[] = []
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy()
    server?.closeAllConnections()
    server?.close()
    server = null
  })
  async function listen(site: PeopledSite): Promise<number> {
    const listening = await listenWith(site)
    server = listening.server
    return listening.port
  }
  const open = async () => {
    const site = await openPeopledSite(db())
    const sentForms = sentFormsOn(site, { token: 'none' }).filter(({ by }) => by !== 'anybody')
    return { ...site, sentForms, cookieFor: (by: string) => site.cookies[by as keyof PeopledSite['cookies']] }
  }

  it('is refused when it is larger than any form, before it is read', async () => {
    const { app, sentForms, cookieFor } = await open()
    const before = await snapshot(db())
    for (const { path, fields, by } of sentForms)
      expect([
        path,
        (await post(app, path, { ...fields, filler: LARGE }, { cookie: cookieFor(by) })).status,
      ]).toEqual([path, 413])
    expect((await post(app, '/sign-in', { email: 'a@b.example', filler: LARGE })).status).toBe(413)
    expect(await snapshot(db())).toEqual(before)
  })

  it('is refused when it is too large wherever it goes, and is not read to its end', async () => {
    const site = await open()
    const port = await listen(site)
    const received: Socket[] = []
    server?.on('connection', (socket) => received.push(socket))
    /** Sends up to 400 MB, until the server hangs up; what it answered, and how much of it arrived. */
    const send = async (head: string, chunk: string) => {
      const socket = connect(port, '127.0.0.1')
      sockets.push(socket)
      let answer = ''
      socket.on('data', (bytes) => (answer += bytes.toString('latin1')))
      socket.on('error', () => {})
      const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
      socket.write(`${head}\r\nHost: tides.example\r\nOrigin: https://tides.example\r\n`)
      socket.write(
        `Content-Type: application/json\r\n${chunk === '' ? 'Content-Length: 400000000' : 'Transfer-Encoding: chunked'}\r\n\r\n`,
      )
      const part = chunk === '' ? LARGE : `${LARGE.length.toString(16)}\r\n${LARGE}\r\n`
      const more = () => {
        for (let i = 0; i < 3_000 && !socket.destroyed; i++)
          if (!socket.write(part)) return void socket.once('drain', more)
      }
      more()
      await closed
      return { status: answer.slice(9, 12), bytes: received.at(-1)?.bytesRead ?? 0 }
    }
    for (const chunk of ['', 'chunked'])
      for (const [line, status, header = ''] of [
        ['POST /auth/sign-in/social', '413'],
        ['POST /auth/nothing', '413'],
        ['POST /sign-in', '413'],
        ['POST /nowhere', '413'],
        ['PUT /', '413'],
        ['DELETE /auth/callback/orcid', '413'],
        // What comes with a GET request is not looked at.
        ['GET /about', chunk === '' ? '413' : '200'],
        ['GET /auth/callback/orcid', chunk === '' ? '413' : '302'],
        // What is answered before it comes to that.
        ['TRACE /', chunk === '' ? '413' : '405'],
        ['OPTIONS *', '400'],
        ['POST /\\nowhere', '400'],
        ['POST /nowhere', '413', '\r\nExpect: anything'],
      ] satisfies [string, string, string?][]) {
        const { status: given, bytes } = await send(`${line} HTTP/1.1${header}`, chunk)
        expect([line, chunk, given]).toEqual([line, chunk, status])
        expect(bytes, line).toBeLessThan(100_000_000)
      }
  })

  it('is said to be too large on a page, and in the words of scripts', async () => {
    const { app } = await open()
    const headers = { 'content-type': 'application/json', origin: 'https://tides.example' }
    const body = JSON.stringify({ filler: LARGE })
    const path = '/auth/sign-in/social'
    const page = await app.request(path, { method: 'POST', headers, body })
    expect([page.status, await page.text()]).toEqual([413, expect.stringContaining('That is too large')])
    const json = await app.request(path, {
      method: 'POST',
      headers: { ...headers, accept: 'application/json' },
      body,
    })
    expect([json.status, await json.json()]).toEqual([
      413,
      { reason: 'A form can hold up to 128 KB. Shorten the text and try again.' },
    ])
    // Some 100 bytes that would become 100,000.
    const packed = await app.request('/sign-in', {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'content-encoding': 'gzip',
        origin: 'https://tides.example',
      },
      body: gzipSync(`email=${'x'.repeat(100_000)}`),
    })
    expect(packed.status).toBe(415)
  })

  it('is not waited for longer than it may take', async () => {
    const { site, cache, requests } = await open()
    const app = new Hono()
    app.use(boundedBodies(site, { patienceMs: 50 }))
    app.all('*', async (c) => c.text(`Read ${(await c.req.text()).length}.`))
    const listening = await listenWith({ app, cache, requests })
    server = listening.server
    const ask = async (body: string) =>
      new Promise<string>((resolve) => {
        const socket = connect(listening.port, '127.0.0.1', () =>
          socket.write(`POST /auth/x HTTP/1.1\r\nHost: tides.example\r\nContent-Length: 1000\r\n\r\n${body}`),
        )
        sockets.push(socket)
        socket.on('data', (bytes) => resolve(bytes.toString('latin1').slice(9, 12)))
      })
    expect(await ask('email=')).toBe('408')
    expect(await ask('x'.repeat(1_000))).toBe('200')
  })

  it('is refused as a file, or as anything but a form', async () => {
    const { app, sentForms, cookieFor } = await open()
    const before = await snapshot(db())
    const file =
      '--x\r\nContent-Disposition: form-data; name="file"; filename="../../x.svg"\r\nContent-Type: image/svg+xml\r\n\r\n<svg onload="x"/>\r\n--x--\r\n'
    for (const { path, by } of [
      ...sentForms,
      { path: '/sign-in', by: 'ada' },
      { path: '/sign-in/link', by: 'ada' },
    ])
      for (const [type, body] of [
        // The forms that take files read them, and this is none (src/web/libraries/libraries.db.test.ts).
        ...(/\/(?:import|begin)\/file$/.test(path)
          ? []
          : [['multipart/form-data; boundary=x', file] as const]),
        ['application/json', '{"vote":"1"}'],
        ['text/plain', 'vote=1'],
        ['application/xml', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'],
        ['', 'vote=1'],
      ] as const) {
        const headers = { 'content-type': type, cookie: cookieFor(by), origin: 'https://tides.example' }
        const answer = await app.request(path, { method: 'POST', headers, body })
        expect([path, type, answer.status]).toEqual([path, type, 415])
      }
    expect(await snapshot(db())).toEqual(before)
  })

  it('is refused when it is not text', async () => {
    const { app, cookies } = await open()
    const before = await snapshot(db())
    for (const body of [
      'name=%FF%FE&body=%FF',
      'body=a%00b&name=a%00b',
      Buffer.from([0x62, 0x6f, 0x64, 0x79, 0x3d, 0xff, 0xfe]),
    ]) {
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        cookie: cookies.ada,
        origin: 'https://tides.example',
      }
      for (const path of ['/settings/profile', `/papers/${SHOWN}/comments`]) {
        const answer = await app.request(path, { method: 'POST', headers, body })
        // %FF is no byte of a body: what it stands for is written with the sign for what cannot be read.
        if (body === 'name=%FF%FE&body=%FF') expect(answer.status).toBeLessThan(500)
        else expect([path, answer.status]).toEqual([path, 400])
      }
    }
    const after = await snapshot(db())
    expect(JSON.stringify(after)).not.toContain('\\u0000')
    expect(before['papers']).toEqual(expect.any(Array))
  })

  it('may have many fields, and one name many times: the first one counts', async () => {
    const { app, cookies } = await open()
    const many = Array.from({ length: 20_000 }, (_, i) => `f${i}=`).join('&')
    const begun = performance.now()
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      cookie: cookies.bert,
      origin: 'https://tides.example',
    }
    const twice = await app.request('/settings/profile', {
      method: 'POST',
      headers,
      body: `name=First&name=Second&${many.slice(0, 100_000)}`,
    })
    expect(twice.status).toBe(303)
    expect(performance.now() - begun).toBeLessThan(2_000)
    const { name } = await db()
      .selectFrom('readers')
      .select('name')
      .where('email', '=', 'bert@readers.example')
      .executeTakeFirstOrThrow()
    expect(name).toBe('First')
  })

  it('has room in every field, and no more', async () => {
    const { app, cookies, collections, comments, papers } = await open()
    const paper = `/papers/${SHOWN}`
    const reason = 'Because.'
    const before = await snapshot(db())
    for (const [who, path, fields] of [
      ['ada', '/settings/profile', { name: 'x'.repeat(81) }],
      ['ada', `${paper}/comments`, { body: 'x'.repeat(10_001) }],
      ['ada', `/comments/${comments.shown}/edit`, { body: 'x'.repeat(10_001) }],
      ['ada', '/collections', { title: 'x'.repeat(121) }],
      ['ada', '/collections', { title: 'x', description: 'x'.repeat(2_001) }],
      ['ada', `/collections/${collections.open}/papers/note`, { paper: SHOWN, note: 'x'.repeat(1_001) }],
      ['bert', `${paper}/flag`, { reason: 'other', note: 'x'.repeat(1_001) }],
      ['bert', `${paper}/claim`, { note: 'x'.repeat(1_001) }],
      ['cora', `${paper}/pick`, { pick: '1', note: 'x'.repeat(501) }],
      ['cora', `/desk/papers/${papers[SHOWN]}/comment-lock`, { reason: 'x'.repeat(1_001) }],
      ['ada', '/papers/submit', { paper: '2601.00099', note: 'x'.repeat(10_001) }],
      ['bert', `${paper}/flag`, { reason: 'because', note: '' }],
      ['bert', `/comments/${comments.shown}/react`, { on: 'fury' }],
      ['ada', `/collections/${collections.open}/papers/move`, { paper: SHOWN, to: '-1' }],
    ] as const) {
      const answer = await post(app, path, { ...fields }, { cookie: cookies[who] })
      expect([path, Object.keys(fields), answer.status]).toEqual([path, Object.keys(fields), 422])
    }
    const beyond = '/desk/papers/9223372036854775808/hiding'
    expect((await post(app, beyond, { reason }, { cookie: cookies.cora })).status).toBe(404)
    expect(await snapshot(db())).toEqual(before)
  })

  it('is limited in how often it comes', async () => {
    const { app, cookies } = await open()
    for (const [limit, path, fields] of [
      [RATE_LIMITS.vote, `/papers/${SHOWN}/vote`, { vote: '1' }],
      [RATE_LIMITS.flag, `/papers/${SHOWN}/flag`, { reason: 'spam' }],
      [RATE_LIMITS.submit, '/papers/submit', { paper: SHOWN }],
      [RATE_LIMITS.change, '/settings/profile', { name: 'Ada' }],
    ] as const) {
      await forgetRates(db())
      const send = async () => (await post(app, path, { ...fields }, { cookie: cookies.ada })).status
      expect([path, await send()]).not.toEqual([path, 429])
      // As if she had sent all but one of those that she may.
      await sql`update rate_limits set count = count + ${limit.most - 2}`.execute(db())
      expect([path, await send()]).not.toEqual([path, 429])
      expect([path, await send()]).toEqual([path, 429])
      // Of somebody else nothing was counted.
      expect((await post(app, path, { ...fields }, { cookie: cookies.bert })).status).not.toBe(429)
    }
  })

  it('says the name it came by at its own expense: nobody is counted as somebody else', async () => {
    const site = await open()
    const port = await listen(site)
    const ask = async (headers: Record<string, string>, path = '/sign-in') => {
      const body = new URLSearchParams({ email: `${Math.random()}@b.example` }).toString()
      const all = {
        origin: 'https://tides.example',
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      }
      return (
        await fetch(`http://127.0.0.1:${port}${path}`, {
          method: 'POST',
          redirect: 'manual',
          headers: all,
          body,
        })
      ).status
    }
    // Behind a proxy of this machine its last word counts, whatever the reader put before it.
    const statuses: number[] = []
    for (let i = 0; i <= RATE_LIMITS.signInUnproved.most; i++)
      statuses.push(await ask({ 'x-forwarded-for': `10.0.0.${i}, 203.0.113.7` }))
    expect(statuses.at(-1)).toBe(429)
    expect(await ask({ 'x-forwarded-for': '203.0.113.8' })).toBe(303)
  })

  it('is answered by the server itself when its head is too large', async () => {
    const site = await open()
    const port = await listen(site)
    const get = async (path: string, headers: Record<string, string> = {}) =>
      new Promise<IncomingMessage>((resolve, reject) => {
        request({ port, host: '127.0.0.1', path, headers, agent: false }, (answer) => {
          answer.resume()
          answer.on('end', () => resolve(answer))
        })
          .on('error', reject)
          .end()
      })
    expect((await get('/about', { 'x-large': 'x'.repeat(20_000) })).statusCode).toBe(431)
    expect((await get(`/about?${'x'.repeat(20_000)}`)).statusCode).toBe(431)
    expect((await get('/about', { cookie: 'x'.repeat(12_000) })).statusCode).toBe(200)
    expect((await get(`/papers/${'x'.repeat(12_000)}`)).statusCode).toBe(404)
    expect((await get(`/papers?q=${'x+'.repeat(6_000)}`)).statusCode).toBeLessThan(500)
  })

  it('does not hold others up when it comes slowly, or never ends', async () => {
    const site = await open()
    const port = await listen(site)
    const slow = async (text: string) =>
      new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(text, () => resolve()))
        socket.on('error', () => {})
        sockets.push(socket)
      })
    const head =
      'POST /sign-in HTTP/1.1\r\nHost: tides.example\r\nContent-Type: application/x-www-form-urlencoded\r\n'
    await Promise.all([
      ...Array.from({ length: 200 }, () => slow('GET / HTTP/1.1\r\nHost: tides.example\r\nX-Slow: ')),
      ...Array.from({ length: 200 }, () => slow(`${head}Content-Length: 1000\r\n\r\nemail=`)),
    ])
    for (const path of ['/about', '/', '/settings']) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        headers: { cookie: site.cookies.ada },
        signal: AbortSignal.timeout(5_000),
      })
      expect(answer.status).toBe(200)
      await answer.text()
    }
    // Heads get 20 seconds, bodies a minute.
    expect([server?.headersTimeout, server?.requestTimeout]).toEqual([20_000, 60_000])
    // A body without an end is let go at the size of the largest form.
    const endless = connect(port, '127.0.0.1')
    sockets.push(endless)
    const answered = new Promise<string>((resolve) => {
      let text = ''
      endless.on('data', (bytes) => {
        text += bytes.toString('latin1')
        resolve(text)
      })
      endless.on('error', () => resolve(text))
      endless.on('close', () => resolve(text))
    })
    endless.write(`${head}Origin: https://tides.example\r\nTransfer-Encoding: chunked\r\n\r\n`)
    for (let i = 0; i < 40; i++) endless.write(`2000\r\n${'x'.repeat(0x2000)}\r\n`)
    expect(await answered).toMatch(/^HTTP\/1\.1 413/)
  })

  it('is let go when its time is over, and not only at the next look half a minute later', async () => {
    const site = await open()
    const port = await listen(site)
    if (server === null) throw new Error('nobody listens')
    // As the site has them, but sooner.
    Object.assign(server, { headersTimeout: 200, requestTimeout: 400 })
    const begun = performance.now()
    const answers = await Promise.all(
      [
        'GET / HTTP/1.1\r\nHost: tides.example\r\nX-Slow: ',
        'POST /sign-in HTTP/1.1\r\nHost: tides.example\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nemail=',
      ].map(
        async (text) =>
          new Promise<string>((resolve) => {
            let answer = ''
            const socket = connect(port, '127.0.0.1', () => socket.write(text))
            sockets.push(socket)
            socket.on('data', (bytes) => (answer += bytes.toString('latin1')))
            socket.on('error', () => resolve(answer))
            socket.on('close', () => resolve(answer))
          }),
      ),
    )
    expect(answers.map((answer) => answer.slice(0, 12))).toEqual(['HTTP/1.1 408', 'HTTP/1.1 408'])
    expect(performance.now() - begun).toBeLessThan(10_000)
  })

  it('cannot be smuggled behind something else', async () => {
    const site = await open()
    const port = await listen(site)
    for (const head of [
      'Content-Length: 5\r\nTransfer-Encoding: chunked',
      'Content-Length: 5\r\nContent-Length: 6',
      'Transfer-Encoding: x, chunked\r\nContent-Length: 3',
      'Content-Length: +5',
    ]) {
      const text = await new Promise<string>((resolve) => {
        let answer = ''
        const socket = connect(port, '127.0.0.1', () =>
          socket.write(
            `POST /sign-in HTTP/1.1\r\nHost: tides.example\r\n${head}\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: tides.example\r\n\r\n`,
          ),
        )
        sockets.push(socket)
        socket.setTimeout(300, () => socket.destroy())
        socket.on('data', (bytes) => (answer += bytes.toString('latin1')))
        socket.on('error', () => resolve(answer))
        socket.on('close', () => resolve(answer))
      })
      expect([head, text.slice(0, 12), text.includes('"status":"ok"')]).toEqual([head, 'HTTP/1.1 400', false])
    }
  })
})
