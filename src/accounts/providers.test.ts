import { describe, expect, it } from 'vitest'
import { addressFromProvider, githubAddress, oidcArrival } from './providers.ts'

describe('an address from a provider', () => {
  it.each([
    ['ada@uni.example', 'ada@uni.example'],
    ['Ada@Uni.Example', 'ada@uni.example'],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@XN--BCHER-KVA.example', 'ada@xn--bcher-kva.example'],
    ['ada@BU\u0308CHER.example', 'ada@xn--bcher-kva.example'],
    ['jose\u0301@uni.example', 'josé@uni.example'],
    ['ada+papers@uni.example', 'ada+papers@uni.example'],
  ])('%j is %s, as a typed one would be', (given, address) =>
    expect(addressFromProvider(given)).toBe(address),
  )

  it.each([
    [undefined],
    [null],
    [12],
    [['ada@uni.example']],
    [{ email: 'ada@uni.example' }],
    [''],
    ['ada'],
    [' ada@uni.example'],
    ['ada@uni.example '],
    ['ada@uni.example\r\n'],
    ['ada@uni.example\r\nBcc: eve@evil.example'],
    ['ada @uni.example'],
    ['ada\u00a0@uni.example'],
    ['ada\u200b@uni.example'],
    ['ada@uni.example\u0000'],
    ['ada@uni.example, eve@evil.example'],
    ['Ada <ada@uni.example>'],
    [`${'a'.repeat(3_000)}@uni.example`],
    [`ada@${'a.'.repeat(1_500)}example`],
    ['0000-0002-1825-0097@no-mail.invalid'],
    // The Kelvin sign becomes a k, and with it mike's address.
    ['mi\u212Ae@uni.example'],
  ])('%j is none', (given) => expect(addressFromProvider(given)).toBeNull())

  it('counts only where the provider says that it is proven', () => {
    const address = (verified: unknown) =>
      oidcArrival({ sub: 'u-1', email: 'ada@uni.example', email_verified: verified }).address
    expect([true, 'true'].map(address)).toEqual(['ada@uni.example', 'ada@uni.example'])
    for (const verified of [false, 'false', undefined, null, 1, 0, 'yes', '', {}, ['true']])
      expect([verified, address(verified)]).toEqual([verified, null])
    // The library's own name for it is none of the provider's.
    expect(oidcArrival({ sub: 'u-1', email: 'ada@uni.example', emailVerified: true }).address).toBeNull()
  })

  it('is with GitHub the one it sends mail to, once it is confirmed', () => {
    const other = { email: 'other@uni.example', primary: false, verified: true }
    const primary = { email: 'ada@uni.example', primary: true, verified: true }
    expect(githubAddress([other, primary])).toBe('ada@uni.example')
    for (const emails of [null, 'x', [], [null], [other], [other, { ...primary, verified: false }]])
      expect(githubAddress(emails)).toBeNull()
  })
})

describe('someone who arrives from a provider', () => {
  it('is known by a subject that can be kept', () => {
    const subject = (sub: unknown) => oidcArrival({ sub }).subject
    expect(subject('u-1')).toBe('u-1')
    expect(subject('u'.repeat(255))).toBe('u'.repeat(255))
    for (const sub of [undefined, null, 1, '', ' ', 'u'.repeat(256), 'u\u0000', 'u\n1', ['u-1']])
      expect([sub, subject(sub)]).toEqual([sub, null])
  })
})
