import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseEmailAddress } from './address.ts'

describe('an e-mail address', () => {
  it.each([
    ['ada@example.org', 'ada@example.org'],
    ['  Ada.Lovelace@Example.ORG\n', 'ada.lovelace@example.org'],
    ['ada+papers@mail.example.co.uk', 'ada+papers@mail.example.co.uk'],
    ["o'brien@example.org", "o'brien@example.org"],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@XN--BCHER-KVA.example', 'ada@xn--bcher-kva.example'],
    ['ada@例え.テスト', 'ada@xn--r8jz45g.xn--zckzah'],
    ['jose\u0301@example.org', 'josé@example.org'],
    [`${'a'.repeat(64)}@example.org`, `${'a'.repeat(64)}@example.org`],
  ])('%j is %s', (text, address) => expect(parseEmailAddress(text)).toBe(address))

  it.each([
    [undefined],
    [null],
    [12],
    [['ada@example.org']],
    [''],
    ['ada'],
    ['@example.org'],
    ['ada@'],
    ['ada@localhost'],
    ['ada@@example.org'],
    ['ada@grace@example.org'],
    ['ada@example.org, grace@example.org'],
    ['ada@example.org;grace@example.org'],
    ['Ada <ada@example.org>'],
    ['<ada@example.org>'],
    ['mailto:ada@example.org'],
    ['ada lovelace@example.org'],
    ['"ada lovelace"@example.org'],
    ['ada(a comment)@example.org'],
    ['ada\\@example.org'],
    ['.ada@example.org'],
    ['ada.@example.org'],
    ['ada..lovelace@example.org'],
    ['ada@example..org'],
    ['ada@.example.org'],
    ['ada@example.org.'],
    ['ada@-example.org'],
    ['ada@example-.org'],
    ['ada@exa_mple.org'],
    ['ada@example.1'],
    ['ada@127.0.0.1'],
    ['ada@0x7f.1'],
    ['ada@[127.0.0.1]'],
    ['ada@example.org/path'],
    ['ada@example%2eorg'],
    ['ada@xn--a.org'],
    ['ada@no-mail.invalid'],
    ['ada@example.org\r\nBcc: grace@example.org'],
    ['ada\n@example.org'],
    ['ada@exam\u0000ple.org'],
    ['a\u202Eda@example.org'],
    ['ada\uD800@example.org'],
    [`${'a'.repeat(65)}@example.org`],
    [`ada@${'a'.repeat(64)}.org`],
    [`ada@${'long.'.repeat(50)}org`],
    ['a'.repeat(100_000)],
  ])('%j is none', (text) => expect(parseEmailAddress(text)).toBeNull())

  it('is read alike however it is typed', () => {
    fc.assert(
      fc.property(fc.emailAddress(), fc.constantFrom('', ' ', '\t', '\r\n'), (address, space) => {
        const read = parseEmailAddress(address)
        // A domain of the generator may end in something that is none, such as an xn-- that does not decode.
        fc.pre(read !== null)
        expect(read).toBe(address.toLowerCase())
        expect(parseEmailAddress(space + address.toUpperCase() + space)).toBe(read)
      }),
    )
  })

  it('comes out of its own reading as it is, with nothing that could end a header or an envelope', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.string({
        unit: fc.constantFrom('a', 'Z', '0', '.', '-', 'é', 'İ', 'Σ', 'ß', '\u0301'),
        maxLength: 12,
      }),
    )
    const typed = fc
      .tuple(piece, piece, fc.constantFrom('.org', '.example', '.Рф', '', '.1'))
      .map(([local, domain, end]) => `${local}@${domain}${end}`)
    fc.assert(
      fc.property(fc.oneof(typed, fc.emailAddress(), piece), (text) => {
        const address = parseEmailAddress(text)
        if (address === null) return
        expect(parseEmailAddress(address)).toBe(address)
        expect(address).toMatch(/^[^\s@<>()[\]\\,;:"]+@[a-z0-9.-]+\.[a-z0-9-]+$/u)
        expect(address).not.toMatch(/[\p{Z}\p{C}]/u)
        expect(Buffer.byteLength(address)).toBeLessThanOrEqual(254)
      }),
      { numRuns: 2_000 },
    )
  })
})
