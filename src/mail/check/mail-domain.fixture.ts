import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach } from 'vitest'
import type { DkimSettings } from '../dkim-key.ts'
import { openDnsServer, type Zone } from './dns-server.fixture.ts'
import { openDns, type Dns } from './dns.ts'

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const other = generateKeyPairSync('rsa', { modulusLength: 1024 })

/** A public key as the DNS has it. */
export function spki(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64')
}

/** The DNS of example.org, which does everything right. */
export const WELL: Zone = {
  'example.org TXT': ['google-site-verification=x', 'v=spf1 include:_spf.example.net mx -all'],
  'example.org MX': ['10 mail.example.org'],
  '_spf.example.net TXT': ['v=spf1 ip4:192.0.2.0/28 ip6:2001:db8::/64 ~all'],
  'mail.example.org A': ['192.0.2.10'],
  'mail.example.org AAAA': ['2001:db8::10'],
  '10.2.0.192.in-addr.arpa PTR': ['mail.example.org'],
  '0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR': ['mail.example.org'],
  'papers._domainkey.example.org TXT': [`v=DKIM1; k=rsa; p=${spki(pair.publicKey)}`],
  '_dmarc.example.org TXT': ['v=DMARC1; p=reject; rua=mailto:postmaster@example.org'],
}

/** Servers of DNS for the tests of a file, closed after each, and keys of example.org in files. */
export function mailDomain(): {
  /** The DNS of a zone. */
  dnsOf: (zone: Zone, options?: { longestMs?: number }) => Promise<Dns>
  folder: string
  dkim: DkimSettings
  pair: typeof pair
  /** A shorter pair. */
  other: typeof other
  keyFile: (name: string, key: KeyObject) => string
} {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-check-'))
  const closings: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closings.splice(0)) await close()
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  function keyFile(name: string, key: KeyObject): string {
    writeFileSync(join(folder, name), key.export({ type: 'pkcs8', format: 'pem' }))
    return join(folder, name)
  }
  return {
    async dnsOf(zone, { longestMs = 5_000 } = {}) {
      const running = await openDnsServer(zone)
      closings.push(() => running.close())
      return openDns({ servers: [running.server], longestMs })
    },
    folder,
    dkim: { keyFile: keyFile('dkim.pem', pair.privateKey), domain: 'example.org', selector: 'papers' },
    pair,
    other,
    keyFile,
  }
}
