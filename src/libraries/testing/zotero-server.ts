import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** An item as it is at Zotero, with the version of the library at which it last changed. */
type Kept = { key: string; version: number; data: Record<string, unknown> }

export type Asked = { method: string; url: URL; headers: IncomingHttpHeaders; body: string }

/** Answers instead of what Zotero would; `hold` never does. */
type Instead = { status: number; headers?: Record<string, string>; body?: string } | 'hold' | null

export const KEY = 'abcdefghijklmnopqrstuvwx'
export const READ_ONLY_KEY = 'readonlyreadonlyreadonly'
export const NOTES_KEY = 'nolibrarynolibrarynolibr'
const USER = 4711

/** The types of items and some of the fields that each has, as Zotero's schema says (https://api.zotero.org/schema). */
const COMMON = new Set([
  'key',
  'version',
  'itemType',
  'title',
  'creators',
  'abstractNote',
  'date',
  'url',
  'extra',
  'tags',
  'collections',
  'relations',
])
const FIELDS: Readonly<Record<string, string[]>> = {
  preprint: ['genre', 'repository', 'archiveID', 'place', 'DOI', 'libraryCatalog'],
  journalArticle: ['publicationTitle', 'volume', 'issue', 'pages', 'ISSN', 'DOI', 'libraryCatalog'],
  conferencePaper: [
    'proceedingsTitle',
    'conferenceName',
    'publisher',
    'place',
    'volume',
    'pages',
    'DOI',
    'libraryCatalog',
  ],
  bookSection: ['bookTitle', 'publisher', 'place', 'volume', 'pages', 'libraryCatalog'],
  book: ['publisher', 'place', 'volume', 'libraryCatalog'],
  thesis: ['thesisType', 'university', 'place', 'libraryCatalog'],
  report: ['reportNumber', 'reportType', 'institution', 'pages', 'libraryCatalog'],
  document: ['publisher', 'libraryCatalog'],
}

/** Answers as Zotero's Web API v3 does: keys, pages with their headers, versions, and what is written. */
export async function openZotero() {
  const asked: Asked[] = []
  const library = { version: 1, items: new Map<string, Kept>() }
  let instead: (one: Asked, count: number) => Instead = () => null
  let backoff: string | null = null

  function put(items: { key: string; data: Record<string, unknown> }[]): void {
    library.version += 1
    for (const { key, data } of items) library.items.set(key, { key, version: library.version, data })
  }

  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://zotero')
      const one = { method: request.method ?? '', url, headers: request.headers, body }
      asked.push(one)
      const own = instead(one, asked.length)
      if (own === 'hold') return undefined
      if (own !== null) return response.writeHead(own.status, own.headers).end(own.body ?? '')
      if (backoff !== null) response.setHeader('backoff', backoff)
      if (request.headers['zotero-api-version'] !== '3') return send(response, 400, 'version?')
      return answer(one, response)
    })
  })

  function answer({ method, url, headers, body }: Asked, response: ServerResponse): void {
    const key = headers['zotero-api-key']
    const rights = { [KEY]: 'write', [READ_ONLY_KEY]: 'read', [NOTES_KEY]: 'none' }[String(key)]
    if (rights === undefined) return send(response, 403, 'Invalid key')
    if (url.pathname === '/keys/current')
      return send(response, 200, {
        key,
        userID: USER,
        username: 'ada_reads',
        displayName: 'Ada',
        access:
          rights === 'none'
            ? {}
            : { user: { library: true, files: true, ...(rights === 'write' && { write: true }) } },
      })
    const prefix = `/users/${USER}`
    if (!url.pathname.startsWith(prefix)) return send(response, rights === 'none' ? 403 : 404, 'Not found')
    response.setHeader('last-modified-version', String(library.version))
    const path = url.pathname.slice(prefix.length)
    if (path === '/collections')
      return page(url, response, [{ key: 'COLL2345', data: { key: 'COLL2345', name: 'Tides & waves' } }])
    if (path === '/groups') return page(url, response, [{ id: 99, data: { id: 99, name: 'Our lab' } }])
    if (method === 'POST' && path === '/items')
      return rights === 'write' ? write(body, response) : send(response, 403, 'Write access denied')
    const since = Number(url.searchParams.get('since') ?? 0)
    if (
      headers['if-modified-since-version'] !== undefined &&
      Number(headers['if-modified-since-version']) >= library.version
    )
      return void response.writeHead(304).end()
    const all = [...library.items.values()].filter(({ version }) => version > since)
    if (path === '/items' && url.searchParams.get('format') === 'versions') {
      const wanted = (url.searchParams.get('itemKey') ?? '').split(',')
      return send(
        response,
        200,
        Object.fromEntries(
          all.filter((item) => wanted.includes(item.key)).map((item) => [item.key, item.version]),
        ),
      )
    }
    if (path === '/items/top') return page(url, response, all)
    if (path === '/collections/COLL2345/items/top') return page(url, response, all.slice(0, 2))
    return send(response, 404, 'Not found')
  }

  function page(url: URL, response: ServerResponse, all: object[]): void {
    const start = Number(url.searchParams.get('start') ?? 0)
    const limit = Math.min(100, Number(url.searchParams.get('limit') ?? 25))
    response.setHeader('total-results', String(all.length))
    if (start + limit < all.length) {
      const next = new URL(url)
      next.searchParams.set('start', String(start + limit))
      response.setHeader('link', `<https://api.zotero.org${next.pathname}${next.search}>; rel="next"`)
    }
    send(response, 200, all.slice(start, start + limit))
  }

  function write(body: string, response: ServerResponse): void {
    const items = JSON.parse(body) as (Record<string, unknown> & {
      key: string
      version: number
      itemType: string
    })[]
    if (items.length > 50) return send(response, 413, 'Too many items submitted')
    const said = { successful: {}, success: {}, unchanged: {}, failed: {} } as Record<
      string,
      Record<string, unknown>
    >
    const taken: { key: string; data: Record<string, unknown> }[] = []
    for (const [i, item] of items.entries()) {
      const known = library.items.get(item.key)
      const fields = FIELDS[item.itemType]
      const odd = Object.keys(item).find((name) => !COMMON.has(name) && !fields?.includes(name))
      const failure =
        !/^[23456789ABCDEFGHIJKLMNPQRSTUVWXYZ]{8}$/.test(item.key) || !fields
          ? { code: 400, message: `'${item.itemType}' is not a valid item type` }
          : odd !== undefined
            ? { code: 400, message: `'${odd}' is not a valid field for type '${item.itemType}'` }
            : known && known.version > item.version
              ? {
                  code: 412,
                  message: `Item has been modified since specified version (expected ${item.version}, found ${known.version})`,
                }
              : null
      if (failure) said['failed'] = { ...said['failed'], [i]: { key: item.key, ...failure } }
      else {
        taken.push({ key: item.key, data: item })
        said['success'] = { ...said['success'], [i]: item.key }
        said['successful'] = { ...said['successful'], [i]: { key: item.key, data: item } }
      }
    }
    if (taken.length > 0) put(taken)
    response.setHeader('last-modified-version', String(library.version))
    send(response, 200, said)
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    library,
    put,
    insteadOf(next: typeof instead) {
      instead = next
    },
    asksToSlowDown(seconds: string | null) {
      backoff = seconds
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function send(response: ServerResponse, status: number, json: unknown): void {
  const isText = typeof json === 'string'
  response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' })
  response.end(isText ? json : JSON.stringify(json))
}

/** The name of the n-th item. */
export function itemKey(n: number): string {
  const letters = '23456789ABCDEFGHIJKLMNPQRSTUVWXYZ'
  let rest = n
  let key = ''
  for (let i = 0; i < 8; i++) {
    key = letters[rest % letters.length] + key
    rest = Math.floor(rest / letters.length)
  }
  return key
}
