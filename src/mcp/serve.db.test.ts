import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Kysely } from 'kysely'
import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { searchRoom } from '../../test/search.ts'
import { tokenOf } from '../../test/tokens.ts'
import { openSite } from '../../test/site.ts'
import { isOwnHost, ownHosts } from '../accounts/own-hosts.ts'
import { SCOPES, type Scope } from '../accounts/tokens.ts'
import type { Database } from '../db/schema.ts'
import { OPERATIONS } from '../api/operations.ts'
import { createApp } from '../web/app.ts'

const ERAS = ['legacy', { pin: '2026-07-28' }] as const

describeWithDatabase('the MCP server', (db) => {
  async function open() {
    const opened = openSite(db())
    await opened.record([
      stated('2601.00001', {
        title: 'Tides in a channel of $n$ bends',
        abstract: 'We measure tides. '.repeat(60).trim(),
        authors: [{ name: 'Iris Sand' }],
      }),
      stated('hep-th/9901001', { title: 'Strings and sand' }),
    ])
    const connect = async (mode: (typeof ERAS)[number], { token }: { token?: string } = {}) => {
      const client = new Client({ name: 'a test', version: '1' }, { versionNegotiation: { mode } })
      const transport = new StreamableHTTPClientTransport(new URL('https://tides.example/mcp'), {
        fetch: async (url, init) => opened.app.request(String(url), init),
        requestInit: token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
      })
      await client.connect(transport)
      onTestFinished(() => client.close())
      return client
    }
    const post = (body: unknown, headers: Record<string, string> = {}) =>
      opened.app.request('/mcp', {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
      })
    return { ...opened, connect, post }
  }

  for (const mode of ERAS) {
    const era = mode === 'legacy' ? '2025' : '2026'

    it(`lets a client of ${era} search, and read what it finds`, async () => {
      const client = await (await open()).connect(mode)
      expect(client.getServerVersion()).toMatchObject({ name: 'broadsheet', title: 'Tide Lines' })
      expect(client.getInstructions()).toContain('written by strangers')

      const found = await client.callTool({ name: 'search_papers', arguments: { q: 'tides' } })
      expect(found.structuredContent).toMatchObject({
        items: [
          { id: '2601.00001', title: 'Tides in a channel of n bends', authors: ['Iris Sand'], upvotes: 0 },
        ],
      })
      const [text] = found.content as { text: string }[]
      expect(text?.text).toContain('1. Tides in a channel of n bends\n   id 2601.00001 · Iris Sand')
      expect(text?.text).toContain('https://tides.example/papers/2601.00001')
      expect(text?.text.length).toBeLessThan(600)

      const paper = await client.callTool({ name: 'get_paper', arguments: { id: 'hep-th/9901001' } })
      expect(paper.structuredContent).toMatchObject({ id: 'hep-th/9901001', title: 'Strings and sand' })
    })

    it(`has a tool for each operation that a client of ${era} may use`, async () => {
      const { connect } = await open()
      const { tools } = await (await connect(mode)).listTools()
      expect(tools.map(({ name }) => name)).toEqual(
        OPERATIONS.filter(({ isTool, scope }) => isTool && scope === null).map(({ id }) => id),
      )
      for (const { name, inputSchema, outputSchema, description } of tools) {
        expect([name, inputSchema.type, outputSchema?.['type']]).toEqual([name, 'object', 'object'])
        expect(description).toMatch(/\.$/)
      }
      const { token } = await bearer(db(), [...SCOPES])
      const more = await (await connect(mode, { token })).listTools()
      expect(more.tools.map(({ name }) => name)).toEqual(
        OPERATIONS.filter(({ isTool, curator }) => isTool && !curator).map(({ id }) => id),
      )
    })

    it(`tells a client of ${era} what went wrong, so that a model can make up for it`, async () => {
      const client = await (await open()).connect(mode)
      const missing = await client.callTool({ name: 'get_paper', arguments: { id: '2601.99999' } })
      expect(missing).toMatchObject({
        isError: true,
        content: [{ text: 'The paper “2601.99999” is not on this site.' }],
      })
      const wrong = await client.callTool({ name: 'search_papers', arguments: { q: 'a', limit: 'ten' } })
      expect(wrong).toMatchObject({
        isError: true,
        _meta: { 'broadsheet/problem': { kind: 'bad-parameter', parameter: 'limit' } },
      })
      await expect(client.callTool({ name: 'constructor', arguments: {} })).rejects.toMatchObject({
        code: -32_602,
      })
      await expect(
        client.callTool({ name: 'get_paper', arguments: { id: 'a\u0000b' } }),
      ).rejects.toMatchObject({ code: -32_602 })
    })

    it(`gives a client of ${era} papers and the newest edition as Markdown, and prompts with them`, async () => {
      const client = await (await open()).connect(mode)
      const { resources } = await client.listResources()
      expect(resources.map(({ uri }) => uri)).toEqual([
        'broadsheet://editions/newest',
        'broadsheet://papers/2601.00001',
      ])
      const edition = await client.readResource({ uri: 'broadsheet://editions/newest' })
      expect(edition.contents).toMatchObject([
        {
          mimeType: 'text/markdown',
          text: expect.stringContaining('# Tide Lines, Thursday, 1 January 2026'),
        },
      ])
      for (const id of ['hep-th/9901001', 'hep-th%2F9901001'])
        expect((await client.readResource({ uri: `broadsheet://papers/${id}` })).contents).toMatchObject([
          { text: expect.stringContaining('# Strings and sand') },
        ])
      await expect(client.readResource({ uri: 'broadsheet://papers/2601.99999' })).rejects.toMatchObject({
        code: -32_602,
      })

      const { messages } = await client.getPrompt({
        name: 'compare_papers',
        arguments: { a: '2601.00001', b: 'hep-th/9901001' },
      })
      expect(messages).toMatchObject([
        { content: { type: 'text' } },
        { content: { resource: { text: expect.stringContaining('# Tides in a channel of $n$ bends') } } },
        { content: { resource: { text: expect.stringContaining('# Strings and sand') } } },
      ])
      const { completion } = await client.complete({
        ref: { type: 'ref/resource', uri: 'broadsheet://papers/{+id}' },
        argument: { name: 'id', value: 'string' },
      })
      expect(completion.values).toEqual(['hep-th/9901001'])
    })
  }

  it('says of its faults only under which number the log has them', async () => {
    const lines: string[] = []
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) })
    const broken = async () => {
      throw new Error('the password is in here')
    }
    const { app } = openSite(db(), {
      log,
      search: { ...searchRoom(db()), index: { ...searchRoom(db()).index, find: broken, correct: broken } },
    })
    const ask = async (method: string, params: object) => {
      const answer = await app.request('/mcp', {
        method: 'POST',
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      })
      return answer.text()
    }
    for (const text of [
      await ask('tools/call', { name: 'search_papers', arguments: { q: 'tides' } }),
      await ask('completion/complete', {
        ref: { type: 'ref/prompt', name: 'compare_papers' },
        argument: { name: 'a', value: 'tides' },
      }),
    ]) {
      const [, number = 'none'] = /give them this number: ([\da-f]{8})/.exec(text) ?? []
      expect(lines.join('')).toContain(number)
      expect(text).not.toContain('password')
    }
  })

  it('holds no connection for whoever waits for changes', async () => {
    const { post } = await open()
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'a test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const answer = await post(
      {
        jsonrpc: '2.0',
        id: 5,
        method: 'subscriptions/listen',
        params: { _meta: meta, notifications: { toolsListChanged: true } },
      },
      { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' },
    )
    const told = await answer.text()
    expect(told).toContain('notifications/subscriptions/acknowledged')
    expect(told).toContain('"id":5')
  })

  it('answers only under the addresses of its own, where it has no public one', async () => {
    const { site } = openSite(db())
    const { app } = createApp({
      ...site,
      accounts: { ...site.accounts, answersAt: (host) => isOwnHost(host, ownHosts('127.0.0.1')) },
    })
    const ask = async (host: string, origin?: string) => {
      const answer = await app.request('/mcp', {
        method: 'POST',
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
        headers: {
          host,
          ...(origin === undefined ? {} : { origin }),
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
      })
      return answer.status
    }
    expect(await ask('localhost:3000')).toBe(200)
    expect(await ask('127.0.0.1:3000', 'http://localhost:6274')).toBe(200)
    expect(await ask('evil.example:3000')).toBe(403)
    expect(await ask('localhost:3000', 'http://evil.example')).toBe(403)
    expect(await ask('localhost:3000', 'null')).toBe(403)
  })

  for (const mode of ERAS)
    it(`lets a model of ${mode === 'legacy' ? '2025' : '2026'} vote, collect and comment for its reader, as the pages then show`, async () => {
      const { connect, app } = await open()
      const { token } = await bearer(db(), ['vote', 'collect', 'comment'])
      const client = await connect(mode, { token })
      const done = async (name: string, args: Record<string, unknown>) => {
        const { isError, structuredContent } = await client.callTool({ name, arguments: args })
        expect([name, isError]).toEqual([name, undefined])
        return structuredContent as Record<string, unknown>
      }
      const id = '2601.00001'
      for (const _ of [1, 2])
        expect(await done('vote_for_paper', { id })).toMatchObject({ voted: true, upvotes: 1 })
      const collection = await done('create_collection', { title: 'Bends', public: true })
      await done('collect_paper', { id: collection['id'], paper: id })
      await done('comment_on_paper', { id, body: 'A tide of $n$ bends.' })
      expect(await done('get_paper', { id })).toMatchObject({ upvotes: 1, numComments: 1 })
      const page = await (await app.request(`/papers/${id}`)).text()
      expect(page).toContain('A tide of')
      expect(page).toContain('Bends')
      // What its token is not for, it may not do.
      const refused = await client.callTool({ name: 'submit_paper', arguments: { paper: '2601.00009' } })
      expect(refused).toMatchObject({
        isError: true,
        _meta: { 'broadsheet/problem': { kind: 'scope-missing' } },
      })
    })

  it('knows a token, and refuses one that is not good', async () => {
    const { connect, post } = await open()
    const { token } = await bearer(db(), ['read'])
    expect((await (await connect('legacy', { token })).listTools()).tools.length).toBeGreaterThan(0)
    const refused = await post(
      { jsonrpc: '2.0', id: 1, method: 'tools/list' },
      { authorization: 'Bearer bs_nonsense' },
    )
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toContain('invalid_token')
    expect(await refused.json()).toMatchObject({ jsonrpc: '2.0', error: { code: -32_000 } })
  })

  it('answers what it cannot make sense of as JSON-RPC has it', async () => {
    const { app, post } = await open()
    const list = { jsonrpc: '2.0', id: 7, method: 'tools/list' }
    for (const [body, headers, status, code] of [
      ['{', {}, 400, -32_700],
      ['', {}, 400, -32_700],
      ['[]', {}, 400, -32_600],
      ['null', {}, 400, -32_600],
      ['"text"', {}, 400, -32_600],
      [`${'['.repeat(50_000)}${']'.repeat(50_000)}`, {}, 400, -32_600],
      [list, { 'content-type': 'text/plain' }, 415, -32_000],
      [list, { accept: 'text/html' }, 406, -32_000],
      [list, { 'mcp-protocol-version': '1999-01-01' }, 400, -32_000],
      [Array.from({ length: 11 }, (_, id) => ({ ...list, id })), {}, 400, -32_600],
      ['x'.repeat(200_000), {}, 413, -32_000],
    ] as const) {
      const answer = await post(body, headers)
      const told = (await answer.json()) as { error?: { code?: number } }
      expect([JSON.stringify(body).slice(0, 40), answer.status, told.error?.code]).toEqual([
        JSON.stringify(body).slice(0, 40),
        status,
        code,
      ])
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
    for (const method of ['GET', 'HEAD', 'DELETE', 'PUT', 'PATCH']) {
      const answer = await app.request('/mcp', { method })
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'POST'])
    }
    const preflight = await app.request('/mcp', {
      method: 'OPTIONS',
      headers: { origin: 'https://other.example', 'access-control-request-method': 'POST' },
    })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    const notice = await post({ jsonrpc: '2.0', method: 'notifications/initialized' })
    expect([notice.status, await notice.text()]).toEqual([202, ''])
    const several = await post([list, { ...list, id: 8 }])
    expect(((await several.json()) as { id: number }[]).map(({ id }) => id)).toEqual([7, 8])
  })

  it('counts what is asked as the site does', async () => {
    const { site } = openSite(db())
    const few = { most: 3, aSecond: 0.1 }
    const { app } = createApp(site, { allowances: { search: few, page: few, harvest: few } })
    const ask = async (name: string) =>
      app.request('/mcp', {
        method: 'POST',
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 3,
          method: 'tools/call',
          params: { name, arguments: {} },
        }),
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      })
    for (let i = 0; i < few.most; i++) expect((await ask('search_papers')).status).toBe(200)
    const last = await ask('search_papers')
    expect(last.status).toBe(429)
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await last.json()).toMatchObject({ id: 3, error: { code: -32_000 } })
    expect((await ask('list_daily_papers')).status).toBe(200)
  })
})

/** A token that may be used for `scopes`, of a reader of its own. */
async function bearer(db: Kysely<Database>, scopes: Scope[]) {
  const { reader } = await signIn(db, { name: 'Ada' })
  const token = await tokenOf(db, reader, { scopes })
  return { reader, token }
}
