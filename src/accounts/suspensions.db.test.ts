import fc from 'fast-check'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { parseEmailAddress } from '../mail/address.ts'
import { canonicalMailbox } from './suspensions.ts'

describeWithDatabase('the mailbox of an address', (db) => {
  const mailbox = (address: string) => canonicalMailbox(db(), { address })

  it.each([
    ['ada@example.org', 'ada@example.org'],
    ['ada+papers@example.org', 'ada@example.org'],
    ['ada+a+b@example.org', 'ada@example.org'],
    ['ada+@example.org', 'ada@example.org'],
    ['a.da@example.org', 'a.da@example.org'],
    ['a.d.a@gmail.com', 'ada@gmail.com'],
    ['a.d.a+x.y@googlemail.com', 'ada@gmail.com'],
    ['ada@mail.gmail.com', 'ada@mail.gmail.com'],
    ['+ada@example.org', '+ada@example.org'],
    ['ada@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
    // Letters that mail servers may take for one another.
    ['ａｄａ@example.org', 'ada@example.org'],
    ['ﬁsh@example.org', 'fish@example.org'],
    ['josé@example.org', 'josé@example.org'],
  ])('%s: %s', async (address, expected) => expect(await mailbox(address)).toBe(expected))

  it('is one itself, whatever the address', async () => {
    await fc.assert(
      fc.asyncProperty(fc.emailAddress(), async (text) => {
        const address = parseEmailAddress(text)
        fc.pre(address !== null)
        const found = await mailbox(address)
        expect(await mailbox(found)).toBe(found)
        expect(found).toMatch(/^[^@]+@[^@]+$/)
      }),
      { numRuns: 100 },
    )
  })
})
