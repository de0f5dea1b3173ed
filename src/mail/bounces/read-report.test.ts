import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readReport } from './read-report.ts'
import {
  eximBounce,
  exchangeBounce,
  feedback,
  gmailBounce,
  oldExchangeBounce,
  oldEximBounce,
  outOfOffice,
  postfixBounce,
  qmailBounce,
} from './sample-reports.fixture.ts'

const ID = 'digest.42.Zm9vYmFy-_x@tides.example'
const recipient = 'ada@readers.example'

describe('a bounce', () => {
  it('is read in the forms of the programs that write them', async () => {
    const said = {
      postfix: [
        postfixBounce(ID),
        '5.1.1',
        /^smtp; 550 5\.1\.1 <…>: Recipient address rejected: User unknown$/,
      ],
      exim: [eximBounce(ID), '5.1.1', /^smtp; 550-5\.1\.1 The account … 550 5\.1\.1 does not exist$/],
      'old exim': [oldEximBounce(ID), null, /550 No such user$/],
      exchange: [exchangeBounce(ID), '5.1.10', /RecipientNotFound/],
      'old exchange': [oldExchangeBounce(ID), '5.1.1', /#5\.1\.1/],
      gmail: [gmailBounce(ID), '5.1.1', /double-checking/],
      qmail: [qmailBounce(ID), '5.1.1', /^Sorry, no mailbox here/],
    } as const
    for (const [program, [raw, status, reason]] of Object.entries(said))
      expect([program, await readReport(raw)]).toEqual([
        program,
        {
          kind: 'bounce',
          severity: 'permanent',
          status,
          recipient: program === 'old exchange' ? null : recipient,
          messageId: ID,
          reason: expect.stringMatching(reason),
        },
      ])
  })

  it('is the recipient’s fault, or ours, or nobody knows', async () => {
    for (const [status, diagnostic, severity] of [
      ['5.2.2', 'smtp; 552 5.2.2 mailbox full', 'temporary'],
      ['4.4.7', '', 'temporary'],
      ['4.0.0', '', 'temporary'],
      ['5.7.1', 'smtp; 550 5.7.1 blocked by our policy', 'unknown'],
      ['5.0.0', 'smtp; 550 blocked', 'unknown'],
      ['5.0.0', 'smtp; 550 no such user', 'permanent'],
      ['5.0.0', '', 'unknown'],
      ['rubbish', 'smtp; 550-5.2.1 disabled', 'permanent'],
    ] as const)
      expect([
        status,
        diagnostic,
        await readReport(postfixBounce(ID, { recipients: [{ status, diagnostic }] })),
      ]).toMatchObject([status, diagnostic, { severity }])
  })

  it('finds the mail whether it comes back whole, as headers, in other scripts, or not at all', async () => {
    for (const returnedAs of [
      'text/rfc822-headers',
      'message/rfc822-headers',
      'message/global-headers',
      'message/global',
    ])
      expect([returnedAs, await readReport(postfixBounce(ID, { returnedAs }))]).toMatchObject([
        returnedAs,
        { messageId: ID },
      ])
    expect(await readReport(postfixBounce(ID, { statusAs: 'message/global-delivery-status' }))).toMatchObject(
      {
        severity: 'permanent',
      },
    )
    const extra = [`In-Reply-To: <${ID}>`]
    expect(await readReport(postfixBounce('x', { withReturned: false, extra }))).toMatchObject({
      messageId: ID,
    })
    expect(await readReport(postfixBounce('x', { withReturned: false }))).toBe(null)
  })

  it('of several recipients counts the worst, unless another one got it', async () => {
    const full = { status: '4.2.2', diagnostic: '', recipient: 'bea@readers.example' }
    expect(await readReport(postfixBounce(ID, { recipients: [full, {}] }))).toMatchObject({
      severity: 'permanent',
      recipient,
    })
    const arrived = { action: 'delivered', status: '2.0.0', diagnostic: '' }
    expect(await readReport(postfixBounce(ID, { recipients: [arrived, {}] }))).toMatchObject({
      severity: 'unknown',
      recipient,
    })
    expect(await readReport(postfixBounce(ID, { recipients: [arrived] }))).toBe(null)
  })

  it('is no bounce while it is tried', async () => {
    const recipients = [{ action: 'delayed', status: '4.4.1', diagnostic: '' }]
    expect(await readReport(postfixBounce(ID, { recipients }))).toBe(null)
    const warned = String(qmailBounce(ID)).replace('failure notice', 'Warning: message delayed 24 hours')
    expect(await readReport(Buffer.from(warned))).toBe(null)
  })

  it('says nothing certain in words alone, and is not misled by the mail that it returns', async () => {
    expect(await readReport(qmailBounce(ID, 'I could not deliver it.'))).toMatchObject({
      severity: 'unknown',
      status: null,
      messageId: ID,
    })
    expect(await readReport(qmailBounce(ID, 'Remote host said: 452 4.2.2 full'))).toMatchObject({
      severity: 'temporary',
    })
  })
})

describe('a complaint', () => {
  it('is read, and what is none is not', async () => {
    expect(await readReport(feedback(ID))).toEqual({
      kind: 'complaint',
      recipient,
      messageId: ID,
      reason: 'abuse, says SomeGenerator/1.0',
    })
    for (const type of ['not-spam', 'auth-failure', 'other', ''])
      expect([type, await readReport(feedback(ID, type))]).toEqual([type, null])
  })
})

describe('what is no report', () => {
  it('is passed over', async () => {
    for (const raw of [
      outOfOffice(ID),
      outOfOffice(ID, 'postmaster@readers.example'),
      qmailBounce(ID, undefined, 'ada@readers.example'),
      Buffer.from(''),
      Buffer.from('\r\n'),
      Buffer.from('From: mailer-daemon@x\r\n\r\nNothing came back.'),
      Buffer.from(String(postfixBounce(ID)).replaceAll('delivery-status', 'disposition-notification')),
    ])
      expect([String(raw).slice(0, 100), await readReport(raw)]).toEqual([expect.anything(), null])
  })

  it('never throws, nor goes on for ever, whatever it is', async () => {
    const samples = [
      postfixBounce(ID),
      eximBounce(ID),
      gmailBounce(ID),
      qmailBounce(ID),
      feedback(ID),
      outOfOffice(ID),
    ]
    const spoilt = fc
      .tuple(
        fc.constantFrom(...samples),
        fc.array(
          fc.record({
            at: fc.double({ min: 0, max: 1, noNaN: true }),
            cut: fc.nat({ max: 400 }),
            put: fc.oneof(
              fc.uint8Array({ maxLength: 20 }),
              fc
                .constantFrom(
                  '\r\n\r\n',
                  '--',
                  ':',
                  '\0',
                  'Content-Type: multipart/mixed; boundary=""\r\n',
                  '<',
                  '=?',
                  '\r\n ',
                )
                .map((text) => Buffer.from(text)),
            ),
          }),
          { maxLength: 6 },
        ),
      )
      .map(([sample, cuts]) => {
        let raw: Buffer = sample
        for (const { at, cut, put } of cuts) {
          const from = Math.floor(at * raw.length)
          raw = Buffer.concat([raw.subarray(0, from), put, raw.subarray(from + cut)])
        }
        return raw
      })
    await fc.assert(
      fc.asyncProperty(fc.oneof(spoilt, fc.uint8Array({ maxLength: 2_000 })), async (raw) => {
        const report = await readReport(raw)
        if (report === null) return
        expect(report.messageId).not.toMatch(/[<>\s]/)
        expect(report.reason).not.toMatch(/[\p{Cc}@]/u)
      }),
      { numRuns: Number(process.env['PARSER_RUNS'] ?? 300) },
    )
    for (const endless of ['\r\n ', '>', 'a@', ':', '--x\r\n', '<', 'Message-ID: ', '5.1.', '(', '=?'])
      for (const head of ['', 'From: mailer-daemon@x\r\n\r\n', String(postfixBounce(ID)).slice(0, 900)]) {
        expect(
          (await readReport(Buffer.from(head + endless.repeat(1_500_000 / endless.length)))) ?? {},
        ).toBeTypeOf('object')
      }
  })
})
