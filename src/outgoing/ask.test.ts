import { deflateSync, brotliCompressSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ask, type Answer } from './ask.ts'
import { openRegistries, redirectsTo, sends, type Registries } from '../sources/look-up/registries.fixture.ts'

describe('asking a source', () => {
  let registries: Registries
  let resolved: string[]
  beforeEach(async () => {
    registries = await openRegistries()
    resolved = []
    registries.on('/paper', sends('Tides'))
  })
  afterEach(() => registries.close())

  /** Names that nobody knows but us; each leads to its addresses in turn. */
  const get = async (url: string, names: Record<string, string[][]> = {}, { trusted = true } = {}) =>
    inShort(
      await ask(new URL(url, registries.url), {
        headers: {},
        trusted,
        timeoutMs: 2_000,
        now: () => new Date('2026-01-15T12:00:00Z'),
        signal: new AbortController().signal,
        resolve: async (host) => {
          resolved.push(host)
          return names[host]?.shift() ?? [host.replace(/^\[|\]$/g, '')]
        },
      }),
    )
  const inShort = (answer: Answer) =>
    answer.kind === 'answer'
      ? { kind: answer.kind, status: answer.status, text: String(answer.body) }
      : { kind: answer.kind }
  const at = (host: string) => `http://${host}:${new URL(registries.url).port}`
  const found = { kind: 'answer', status: 200, text: 'Tides' }
  const unreadable = { kind: 'unreadable' }

  it('connects to the addresses that it checked, whatever the name leads to by then', async () => {
    expect(
      await get(`${at('mirror.invalid')}/paper`, { 'mirror.invalid': [['127.0.0.1'], ['10.0.0.1']] }),
    ).toEqual(found)
    expect(registries.asked.at(-1)?.headers.host).toBe(new URL(at('mirror.invalid')).host)
    registries.on('/moved', redirectsTo(`${at('rebinds.invalid')}/paper`))
    expect(await get('/moved', { 'rebinds.invalid': [['127.0.0.1'], ['169.254.169.254']] })).toEqual(found)
    expect(resolved).toEqual(['mirror.invalid', '127.0.0.1', 'rebinds.invalid'])
  })

  it('reaches nothing inside from an address that came from a page, this machine least of all', async () => {
    for (const addresses of [
      ['127.0.0.1'],
      ['::1'],
      ['::ffff:127.0.0.1'],
      ['10.0.0.1'],
      ['8.8.8.8', '127.0.0.1'],
      [],
    ])
      expect(
        await get(`${at('page.invalid')}/paper`, { 'page.invalid': [addresses] }, { trusted: false }),
      ).toEqual(unreadable)
    expect(await get('/paper', {}, { trusted: false })).toEqual(unreadable)
    expect(registries.asked).toEqual([])
  })

  it('follows no redirect to an address inside, by whatever name and however many addresses it has', async () => {
    for (const addresses of [
      ['10.0.0.1'],
      ['8.8.8.8', '10.0.0.1'],
      ['2606:4700::1111', '::1%lo', 'fe80::1'],
      ['169.254.169.254'],
      ['64:ff9b::169.254.169.254'],
      ['::ffff:192.168.0.1'],
      ['2002:7f00:1::1'],
      ['100.100.100.200'],
      [],
    ]) {
      registries.on('/moved', redirectsTo('http://somewhere.invalid/paper'))
      expect([addresses, await get('/moved', { 'somewhere.invalid': [addresses, ['127.0.0.1']] })]).toEqual([
        addresses,
        unreadable,
      ])
    }
    for (const url of [
      'http://169.254.169.254/latest/meta-data/',
      'http://0xa9fea9fe/',
      'http://2852039166/',
      'http://[::ffff:a9fe:a9fe]/',
      'http://192.168.0.1./',
      '//10.0.0.1/',
      String.raw`http:\\10.0.0.1\x`,
    ]) {
      registries.on('/moved', redirectsTo(url))
      expect([url, await get('/moved')]).toEqual([url, unreadable])
    }
    expect(registries.asked.every(({ path }) => path === '/moved')).toBe(true)
  })

  it('checks each of several redirects', async () => {
    registries.on('/moved', redirectsTo('/on'))
    registries.on('/on', redirectsTo('/further'))
    registries.on('/further', redirectsTo('http://inside.invalid/'))
    expect(await get('/moved', { 'inside.invalid': [['172.16.0.1']] })).toEqual(unreadable)
    registries.on('/further', redirectsTo('/paper'))
    expect(await get('/moved')).toEqual(found)
  })

  it('asks nothing inside at an address that a page named, whatever leads there', async () => {
    const named = async (url: string, addresses: string[]) =>
      inShort(
        await ask(new URL(url, registries.url), {
          headers: {},
          timeoutMs: 2_000,
          now: () => new Date('2026-01-15T12:00:00Z'),
          signal: new AbortController().signal,
          trusted: false,
          resolve: async () => addresses,
        }),
      )
    for (const addresses of [
      ['127.0.0.1'],
      ['::1'],
      ['10.0.0.1'],
      ['169.254.169.254'],
      ['8.8.8.8', '127.0.0.1'],
      [],
    ])
      expect([addresses, await named('/paper', addresses)]).toEqual([addresses, unreadable])
    expect(await named('http://somewhere.invalid:25/', ['8.8.8.8'])).toEqual(unreadable)
    expect(registries.asked).toEqual([])
  })

  it('asks on the web only: no other scheme, no other service, in nobody’s name', async () => {
    for (const url of [
      'ftp://8.8.8.8/',
      'file:///etc/passwd',
      'gopher://8.8.8.8/_x',
      'data:text/plain,x',
      'javascript:0',
      'http://user@8.8.8.8/',
      'http://:word@8.8.8.8/',
      'http://8.8.8.8:22/',
      'http://8.8.8.8:25/',
      'http://8.8.8.8:6379/',
      'http://8.8.8.8:11211/',
      'https://8.8.8.8:5432/',
      'http://',
    ]) {
      registries.on('/moved', redirectsTo(url))
      expect([url, await get('/moved')]).toEqual([url, unreadable])
    }
  })

  it('reads what is compressed, and no more of it than anyone says of a paper', async () => {
    for (const [encoding, compressed] of [
      ['gzip', gzipSync('Tides')],
      ['deflate', deflateSync('Tides')],
      ['br', brotliCompressSync('Tides')],
    ] as const) {
      registries.on('/packed', (response) => {
        response.writeHead(200, { 'content-encoding': encoding })
        response.end(compressed)
      })
      expect([encoding, await get('/packed')]).toEqual([encoding, found])
    }
    for (const [encoding, compressed] of [
      ['gzip', gzipSync('x'.repeat(2_000_001))],
      ['br', brotliCompressSync('x'.repeat(2_000_001))],
      ['gzip, gzip', gzipSync(gzipSync('Tides'))],
      ['zstd', Buffer.from('Tides')],
      ['identity', Buffer.from('x'.repeat(2_000_001))],
    ] as const) {
      registries.on('/packed', (response) => {
        response.writeHead(200, { 'content-encoding': encoding })
        response.end(compressed)
      })
      expect([encoding, await get('/packed')]).toEqual([encoding, unreadable])
    }
    // Blocks without anything in them, for ever.
    registries.on('/packed', (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.write(gzipSync('').subarray(0, 10))
      const nothing = Buffer.alloc(50_000, Buffer.from([0, 0, 0, 0xff, 0xff]))
      const more = () => {
        while (!response.destroyed) if (!response.write(nothing)) return void response.once('drain', more)
      }
      more()
    })
    expect(await get('/packed')).toEqual(unreadable)
  })
})
