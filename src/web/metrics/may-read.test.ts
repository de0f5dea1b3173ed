import { describe, expect, it } from 'vitest'
import { mayReadMetrics } from './may-read.ts'

const TOKEN = 'a token of many letters'
const asks = (
  headers: Record<string, string> = {},
  { peer = '127.0.0.1', httpVersion = '1.1', token = null as string | null } = {},
) => mayReadMetrics({ peer, httpVersion, headers: { host: '127.0.0.1:3000', ...headers } }, token)

describe('the metrics', () => {
  it.each(['127.0.0.1', '127.0.0.53', '::1', '::ffff:127.0.0.1'])(
    'are for this machine itself (%s)',
    (peer) => {
      expect(asks({}, { peer })).toBe(true)
      expect(asks({ host: 'localhost' }, { peer })).toBe(true)
      expect(asks({ host: '[::1]:3000' }, { peer, token: TOKEN })).toBe(true)
    },
  )

  it.each(['192.0.2.1', '10.0.0.1', '::ffff:10.0.0.1', '2001:db8::1', '', 'nonsense'])(
    'are not for another one (%j), whatever it says',
    (peer) => {
      expect(asks({}, { peer })).toBe(false)
      expect(asks({ 'x-forwarded-for': '127.0.0.1', authorization: 'Bearer ' }, { peer })).toBe(false)
    },
  )

  it.each([
    ['forwarded', 'for=127.0.0.1'],
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-proto', 'https'],
    ['x-forwarded-host', 'tides.example'],
    ['x-forwarded', ''],
    ['via', '1.1 proxy'],
    ['x-real-ip', '127.0.0.1'],
    ['true-client-ip', '127.0.0.1'],
    ['cf-connecting-ip', '127.0.0.1'],
    ['host', 'tides.example'],
    ['host', 'localhost.evil.example'],
    ['host', ''],
    ['sec-fetch-site', 'same-origin'],
    ['origin', 'http://127.0.0.1:3000'],
  ])('are not for whom a web server on this machine asks (%s: %s)', (name, value) => {
    expect(asks({ [name]: value })).toBe(false)
    expect(asks({ [name]: value }, { token: TOKEN })).toBe(false)
    expect(
      asks(
        { [name]: value, authorization: `Bearer ${TOKEN.replaceAll(' ', '-')}` },
        { token: 'a-token-of-many-letters' },
      ),
    ).toBe(true)
  })

  it('are not for who asks by the HTTP of old', () => {
    expect(asks({}, { httpVersion: '1.0' })).toBe(false)
  })

  it.each([
    'Bearer wrong',
    'Bearer',
    'Bearer a-token',
    'Basic a-token-of-many-letters',
    'a-token-of-many-letters',
    'Bearer a-token-of-many-letters more',
  ])('are not for a token that is not the one (%s)', (authorization) => {
    const token = 'a-token-of-many-letters'
    expect(asks({ authorization }, { peer: '192.0.2.1', token })).toBe(false)
    expect(asks({ authorization: `bearer  ${token}` }, { peer: '192.0.2.1', token })).toBe(true)
    expect(asks({ authorization: `Bearer ${token}` }, { peer: '192.0.2.1', token: null })).toBe(false)
  })
})
