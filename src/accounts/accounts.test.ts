import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { NOON } from '../../test/site.ts'
import { parseOrcid } from './orcid.ts'
import { isOwnHost, ownHosts, urlOf } from './own-hosts.ts'
import { displayName, NEW_FOR_MS, toReader } from './reader.ts'
import { keptSecret } from './secret.ts'

const ROW = {
  id: '0b5c1f3e-6a7b-4c8d-9e0f-1a2b3c4d5e6f',
  email: 'ada@example.org',
  email_verified: true,
  name: '',
  created_at: NOON,
  updated_at: NOON,
  curator: false,
  orcid: null,
  orcid_verified: false,
  public: false,
  mail_replies: false,
  trusted_at: null,
  suspended_at: null,
  from_site: null,
  curator_there: false,
}

describe('a reader', () => {
  const at = (ms: number, facts: Partial<typeof ROW> | object = {}) =>
    toReader({ ...ROW, ...facts }, { curators: new Set(), now: new Date(NOON.getTime() + ms) })

  it('is trusted after three days, or by ORCID, or by a curator; never while suspended', () => {
    expect(at(NEW_FOR_MS - 1).trusted).toBe(false)
    expect(at(NEW_FOR_MS).trusted).toBe(true)
    expect(at(0, { orcid_verified: true }).trusted).toBe(true)
    expect(at(0, { trusted_at: NOON }).trusted).toBe(true)
    expect(at(0, { curator: true }).trusted).toBe(true)
    expect(at(NEW_FOR_MS, { suspended_at: NOON }).trusted).toBe(false)
    expect(at(0, { curator: true, suspended_at: NOON }).curator).toBe(false)
  })

  it('is a curator only with an address that was proved', () => {
    const curators = new Set(['ada@example.org'])
    expect(toReader(ROW, { curators, now: NOON }).curator).toBe(true)
    expect(toReader({ ...ROW, email_verified: false }, { curators, now: NOON }).curator).toBe(false)
    const granted = { ...ROW, curator: true, email: 'cora@example.org' }
    expect(toReader(granted, { curators, now: NOON }).curator).toBe(true)
    expect(toReader({ ...granted, email_verified: false }, { curators, now: NOON }).curator).toBe(false)
  })

  it('has a name even without one', () => {
    expect(displayName(ROW)).toBe('Reader 0b5c')
    expect(displayName({ ...ROW, name: 'Ada' })).toBe('Ada')
  })
})

describe('an ORCID', () => {
  it('is read in its forms, with its checksum', () => {
    for (const text of [
      '0000-0002-1825-0097',
      'https://orcid.org/0000-0002-1825-0097',
      ' 0000000218250097 ',
      'http://orcid.org/0000-0002-1825-0097/',
    ])
      expect(parseOrcid(text)).toBe('0000-0002-1825-0097')
    expect(parseOrcid('0000-0002-1694-233x')).toBe('0000-0002-1694-233X')
    for (const text of ['', '0000-0002-1825-0098', '0000-0002-1825', 'x', 7, null, undefined, {}])
      expect(parseOrcid(text)).toBeNull()
  })
})

describe('the secret', () => {
  it('is made once, for all who start at once, and only its owner can read it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'broadsheet-secret-'))
    const made = await Promise.all(Array.from({ length: 8 }, () => keptSecret(folder)))
    expect(new Set(made).size).toBe(1)
    expect(await keptSecret(folder)).toBe(made[0])
    const file = join(folder, 'secret')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await readFile(file, 'utf8')).trim()).toBe(made[0])
    await writeFile(file, 'short')
    await expect(keptSecret(folder)).rejects.toThrow('holds no secret of at least 32 characters')
    await rm(folder, { recursive: true })
  })
})

describe('the hosts of this machine', () => {
  it('are its own names and addresses', () => {
    expect(ownHosts('127.0.0.1').join(' ')).toBe('localhost localhost:* 127.0.0.1 127.0.0.1:* [::1] [::1]:*')
    expect(ownHosts('papers.example')).toContain('papers.example:*')
    expect(ownHosts('0.0.0.0')).not.toContain('*')
    for (const [host, url] of [
      ['127.0.0.1', 'http://127.0.0.1:3000'],
      ['192.168.1.5', 'http://192.168.1.5:3000'],
      ['::1', 'http://[::1]:3000'],
      ['0.0.0.0', 'http://localhost:3000'],
      ['::', 'http://localhost:3000'],
    ] as const)
      expect(urlOf(host, 3000)).toBe(url)
    const own = ownHosts('127.0.0.1')
    for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1:3000', '[::1]:3000'])
      expect(isOwnHost(host, own)).toBe(true)
    for (const host of [
      undefined,
      '',
      'evil.example',
      'localhost.evil.example',
      'localhost:3000@evil.example',
      'localhost:80:80',
      'localhost/',
      '::1',
      '*',
    ])
      expect(isOwnHost(host, own)).toBe(false)
  })
})
