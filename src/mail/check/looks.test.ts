import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { serversAndMailers } from '../mail-server.fixture.ts'
import { openScriptedServer } from '../scripted-server.fixture.ts'
import { checkDkim } from './dkim.ts'
import { checkAlignment, checkDmarc } from './dmarc.ts'
import type { Zone } from './dns-server.fixture.ts'
import { mailDomain, spki, WELL } from './mail-domain.fixture.ts'
import { checkReverse, checkSpf, checkTls, serverAt } from './sending.ts'

const { dnsOf, folder, dkim, pair, other, keyFile } = mailDomain()

describe('the server that mail leaves through', () => {
  const spf = async (record: string | string[], zone: Zone = {}, host = 'mail.example.org') => {
    const dns = await dnsOf({ ...WELL, ...zone, 'example.org TXT': [record].flat() })
    const server = await serverAt(`smtp://${host}`, { dns })
    return checkSpf('example.org', { server, dns })
  }

  it('may send by SPF when one record says so, in ten lookups at most', async () => {
    for (const record of [
      'v=spf1 include:_spf.example.net -all',
      'v=spf1 mx ~all',
      'v=spf1 a:mail.example.org -all',
      'V=SPF1 ip4:192.0.2.10 ip6:2001:db8::10 ?all',
      'v=spf1 redirect=_spf.example.net',
      'v=spf1 exp=why.example.org -ip4:192.0.2.11 mx/28//64 -all',
    ])
      expect(await spf(record)).toMatchObject({ state: 'ok' })
    expect(await spf('v=spf1 -all')).toMatchObject({
      state: 'to do',
      text: expect.stringContaining('Add ip4:192.0.2.10 ip6:2001:db8::10 to it.'),
    })
    expect(await spf('v=spf1 ip4:192.0.2.10 -all')).toMatchObject({
      state: 'to do',
      text: expect.stringContaining('Add ip6:2001:db8::10 to it.'),
    })
    expect(await spf([])).toMatchObject({ state: 'to do', text: expect.stringContaining('no SPF record') })
    expect(await spf(['v=spf1 -all', 'v=spf1 mx -all'])).toMatchObject({
      state: 'to do',
      text: expect.stringContaining('2 SPF records'),
    })
    expect(await spf('v=spf1 +all')).toMatchObject({
      state: 'to do',
      text: expect.stringContaining('everyone'),
    })
    expect(await spf('v=spf1 all')).toMatchObject({
      state: 'to do',
      text: expect.stringContaining('everyone'),
    })
    expect(await spf('v=spf1 inclde:x -all')).toMatchObject({
      state: 'to do',
      text: expect.stringContaining('read'),
    })
    expect(await spf('v=spf1 ip4: -all')).toMatchObject({ state: 'to do' })
    const chain: Zone = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [
        `${i}.example.net TXT`,
        [`v=spf1 include:${i + 1}.example.net ~all`],
      ]),
    )
    expect(await spf('v=spf1 include:0.example.net -all', chain)).toMatchObject({
      state: 'to do',
      text: expect.stringContaining('more than 10 lookups'),
    })
    const loop = { 'loop.example.net TXT': ['v=spf1 include:loop.example.net ~all'] }
    expect(await spf('v=spf1 include:loop.example.net -all', loop)).toMatchObject({ state: 'to do' })
  })

  it('may be a provider’s, or on this machine, and then SPF is not known from here', async () => {
    const relay = { 'smtp.relay.example A': ['198.51.100.7'] }
    expect(await spf('v=spf1 mx -all', relay, 'smtp.relay.example')).toMatchObject({
      state: 'unknown',
      text: expect.stringContaining('include what the provider says'),
    })
    expect(await spf('v=spf1 mx -all', {}, 'localhost')).toMatchObject({ state: 'unknown' })
    expect(await spf('v=spf1 exists:%{i}.example.net -all')).toMatchObject({ state: 'to do' })
  })

  it('has names that lead back to its addresses', async () => {
    const reverse = async (zone: Zone) => {
      const dns = await dnsOf({ ...WELL, ...zone })
      return checkReverse(await serverAt('smtp://mail.example.org', { dns }), { dns })
    }
    expect(await reverse({})).toMatchObject({
      state: 'ok',
      text: expect.stringContaining('2001:db8::10 is mail'),
    })
    expect(await reverse({ '10.2.0.192.in-addr.arpa PTR': [] })).toMatchObject({
      state: 'to do',
      text: expect.stringContaining('has no name'),
    })
    expect(
      await reverse({
        '10.2.0.192.in-addr.arpa PTR': ['host.isp.example'],
        'host.isp.example A': ['192.0.2.99'],
      }),
    ).toMatchObject({ state: 'to do', text: expect.stringContaining('does not lead back') })
    expect(await reverse({ 'mail.example.org A': [], 'mail.example.org AAAA': [] })).toMatchObject({
      state: 'to do',
    })
  })
})

describe('the key that mail is signed with', () => {
  const check = async (record: string | string[], settings = dkim) =>
    checkDkim(settings, { dns: await dnsOf({ 'papers._domainkey.example.org TXT': [record].flat() }) })

  it('is the one in the DNS', async () => {
    const p = spki(pair.publicKey)
    for (const record of [
      `v=DKIM1; k=rsa; p=${p}`,
      `p=${p};`,
      `v=DKIM1;h=sha1:sha256;s=email;t=y;p=${p.slice(0, 90)} ${p.slice(90)}`,
    ])
      expect(await check(record)).toMatchObject({ about: 'dkim', state: 'ok' })
    const wrong: [record: string | string[], says: string][] = [
      [[], `Publish this TXT record there: v=DKIM1; k=rsa; p=${p}`],
      [[`p=${p}`, 'v=DKIM1; p='], 'There are 2 TXT records'],
      ['v=DKIM1; k=rsa', 'holds no key'],
      ['v=DKIM1; p=', 'revoked'],
      ['v=DKIM1; k=ed25519; p=abc', 'another kind'],
      [`v=DKIM1; h=sha1; p=${p}`, 'sha256'],
      [`v=DKIM1; s=tlsrpt; p=${p}`, 'not for email'],
      ['v=DKIM1; p=abcd', 'no key that can be read'],
      [`v=DKIM1; p=${spki(other.publicKey)}`, 'another key than DKIM_KEY_FILE'],
    ]
    for (const [record, says] of wrong)
      expect(await check(record)).toMatchObject({ state: 'to do', text: expect.stringContaining(says) })
    const short = { ...dkim, keyFile: keyFile('short.pem', other.privateKey) }
    expect(await check(`p=${spki(other.publicKey)}`, short)).toMatchObject({
      state: 'ok',
      text: expect.stringContaining('It has 1024 bits'),
    })
    expect(await check([], { ...dkim, keyFile: join(folder, 'none.pem') })).toMatchObject({
      state: 'to do',
      text: expect.stringContaining('there is no such file'),
    })
    expect(await checkDkim(null, { dns: await dnsOf({}) })).toMatchObject({ state: 'to do' })
  })
})

describe('a policy for mail that pretends', () => {
  it('is found at the domain or above it', async () => {
    const check = async (record: string | string[] | null, domain = 'example.org') =>
      checkDmarc(domain, {
        dns: await dnsOf({ '_dmarc.example.org TXT': record === null ? [] : [record].flat() }),
      })
    expect(await check('v=DMARC1; p=reject')).toMatchObject({ state: 'ok' })
    expect(await check('v=DMARC1; p=none')).toMatchObject({
      state: 'ok',
      text: expect.stringContaining('reports'),
    })
    expect(await check('v=DMARC1; p=reject; sp=none', 'papers.example.org')).toMatchObject({
      state: 'ok',
      text: expect.stringContaining('_dmarc.example.org is none'),
    })
    expect(await check(null)).toMatchObject({ state: 'to do' })
    expect(await check('v=DMARC1; rua=mailto:a@b.example')).toMatchObject({ state: 'to do' })
    expect(await check(['v=DMARC1; p=none', 'v=DMARC1; p=reject'])).toMatchObject({ state: 'to do' })
  })

  it('is met by a signature of the same domain, or of one that belongs to it', async () => {
    const check = async (from: string, signing: string | null, policy: string) =>
      (await checkAlignment({ from, signing }, { dns: await dnsOf({ '_dmarc.example.org TXT': [policy] }) }))
        .state
    const relaxed = 'v=DMARC1; p=none'
    expect(await check('example.org', 'example.org', 'v=DMARC1; p=none; adkim=s')).toBe('ok')
    expect(await check('papers.example.org', 'example.org', relaxed)).toBe('ok')
    expect(await check('example.org', 'mail.example.org', relaxed)).toBe('ok')
    expect(await check('papers.example.org', 'mail.example.org', relaxed)).toBe('ok')
    expect(await check('papers.example.org', 'example.org', 'v=DMARC1; p=none; adkim=s')).toBe('to do')
    expect(await check('example.org', 'relay.example', relaxed)).toBe('to do')
    expect(await check('a.co.example', 'b.co.example', relaxed)).toBe('to do')
    expect(await check('example.org', null, relaxed)).toBe('unknown')
  })
})

describe('the way to a mail server', () => {
  const { serve, closeLater } = serversAndMailers()
  const account = { user: 'post@example.org', password: 'hush' }
  const signIn = (password: string) => `${encodeURIComponent(account.user)}:${password}@`

  it('is encrypted, and the server knows the user', async () => {
    for (const server of [await serve({ starttls: true, account }), await serve({ secure: true, account })]) {
      const trusting = '?tls.rejectUnauthorized=false'
      expect(await checkTls(server.url(signIn('hush'), trusting))).toMatchObject({
        state: 'ok',
        text: expect.stringContaining('knows the user'),
      })
      const wrong = await checkTls(server.url(signIn('wr0ng'), trusting))
      expect(wrong).toMatchObject({ state: 'to do', text: expect.stringContaining('refuses the user') })
      expect(wrong.text).not.toContain('wr0ng')
      expect(await checkTls(server.url(signIn('hush')).replace('127.0.0.1', '0.0.0.0'))).toMatchObject({
        state: 'to do',
        text: expect.stringContaining('certificate is not trusted'),
      })
      expect(server.deliveries).toEqual([])
    }
  })

  it('is not, which matters where others can listen', async () => {
    const server = await serve({ account })
    expect(await checkTls(server.url(signIn('hush')))).toMatchObject({ state: 'unknown' })
    expect(await checkTls(server.url(signIn('wrong')))).toMatchObject({ state: 'to do' })
    const elsewhere = server.url(signIn('hush')).replace('127.0.0.1', '0.0.0.0')
    for (const query of ['', '?requireTLS=false', '?ignoreTLS=true'])
      expect(await checkTls(`${elsewhere}${query}`)).toMatchObject({
        state: 'to do',
        text: expect.stringContaining('does not encrypt'),
      })
    await server.close()
    expect(await checkTls(server.url())).toMatchObject({
      state: 'to do',
      text: expect.stringContaining('cannot be reached'),
    })
  })

  it('is left in time when the server is silent, or speaks as slowly as it can', async () => {
    const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    closeLater(() => new Promise((resolve) => silent.close(resolve)))
    const url = `smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`
    expect(await checkTls(url, { longestMs: 100 })).toMatchObject({
      state: 'to do',
      text: expect.stringContaining('did not answer in time'),
    })
    const slow = await openScriptedServer((command) => (command === 'EHLO' ? 'silence' : undefined))
    closeLater(() => slow.close())
    expect(await checkTls(slow.url, { longestMs: 100 })).toMatchObject({ state: 'to do' })
  })
})
