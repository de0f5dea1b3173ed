import { describe, expect, it } from 'vitest'
import { isLoopback, networkKey, parseForwarded } from './networks.ts'

const SECRET = 'a secret that is only for tests, long enough'
const key = (address: string) => networkKey(address, { secret: SECRET })

describe('a network', () => {
  it('is one IPv4 address, however it is written', () => {
    for (const written of [
      '::ffff:203.0.113.7',
      '::FFFF:cb00:7107',
      '0:0:0:0:0:ffff:203.0.113.7',
      '64:ff9b::203.0.113.7',
      '2002:cb00:7107::1',
      '2002:cb00:7107:ffff::1',
    ])
      expect([written, key(written)]).toEqual([written, key('203.0.113.7')])
    expect(key('203.0.113.8')).not.toBe(key('203.0.113.7'))
  })

  it('is the first 64 bits of an IPv6 address, however it is written', () => {
    for (const written of [
      '2001:db8:0:1::2',
      '2001:0DB8:0000:0001:ffff:ffff:ffff:ffff',
      '2001:db8:0:1:2:3:203.0.113.7',
      '2001:db8::1:0:0:0:9',
      '2001:db8:0:1::1%eth0',
    ])
      expect([written, key(written)]).toEqual([written, key('2001:db8:0:1::1')])
    for (const other of ['2001:db8:0:2::1', '2001:db8::1', '::1'])
      expect(key(other)).not.toBe(key('2001:db8:0:1::1'))
  })

  it('cannot be read out of its key, which depends on the secret', () => {
    expect(key('203.0.113.7')).toMatch(/^[\w-]{22}$/)
    expect(networkKey('203.0.113.7', { secret: `${SECRET}!` })).not.toBe(key('203.0.113.7'))
  })

  it('is read from what proxies write, and from nothing else', () => {
    for (const [written, address] of [
      [' 203.0.113.7 ', '203.0.113.7'],
      ['203.0.113.7:4711', '203.0.113.7'],
      ['2001:db8::1', '2001:db8::1'],
      ['[2001:db8::1]', '2001:db8::1'],
      ['[2001:db8::1]:443', '2001:db8::1'],
      ['unknown', null],
      ['', null],
      ['203.0.113.7:4711:1', null],
      ['203.0.113', null],
    ] as const)
      expect([written, parseForwarded(written)]).toEqual([written, address])
  })

  it('is this machine only by its own addresses', () => {
    for (const own of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1'])
      expect(isLoopback(own)).toBe(true)
    for (const other of ['', '128.0.0.1', '10.0.0.1', '::2', '::ffff:10.0.0.1', '::'])
      expect(isLoopback(other)).toBe(false)
  })
})
