import fc from 'fast-check'
import { expect, it } from 'vitest'
import { safeId } from '../mail/compose.ts'
import { signedCode } from '../mail/signed-link.ts'
import { issueMessageId, issueOfMessageId } from './message-id.ts'

const secret = 'a secret that is only for tests, long enough'

it('names an issue in a way that can be read back, at any domain', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (issueId) => {
      const id = issueMessageId(issueId, { secret })
      expect(id).toMatch(new RegExp(`^digest\\.${issueId}\\.`))
      // A mail is composed with it as it is.
      expect(safeId(id)).toBe(id)
      for (const text of [id, `<${id}>`, `${id}@tides.example`, ` <${id}@mail.elsewhere.example> `])
        expect(issueOfMessageId(text, { secret })).toBe(issueId)
    }),
  )
})

it('believes nobody who has not had the mail', () => {
  const id = issueMessageId(42, { secret })
  const elsewhere = issueMessageId(42, { secret: 'another secret, which is long enough as well' })
  const unsubscribe = signedCode('unsubscribe', '42', { secret })
  for (const text of [
    '',
    'digest.42',
    'digest.42.AAAAAAAAAAAAAAAA@tides.example',
    id.replace('42', '43'),
    id.slice(0, -1),
    `x${id}`,
    `digest.${unsubscribe}`,
    elsewhere,
    `<${id}@a> <${id}@b>`,
    `${id}@${'x'.repeat(500)}`,
    `digest.${signedCode('issue', '0', { secret })}`,
    `digest.${signedCode('issue', 'abc', { secret })}`,
  ])
    expect([text, issueOfMessageId(text, { secret })]).toEqual([text, null])
  fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => issueOfMessageId(text, { secret }) === null))
})
