// Reports in the forms in which programs write them, of a mail with a Message-ID.

const lines = (...all: string[]) => `${all.join('\r\n')}\r\n`

/** The mail that comes back: what a digest's begins with, and digits that are no code. */
const returned = (messageId: string) =>
  lines(
    'Return-Path: <broadsheet@tides.example>',
    'From: Tide Lines <broadsheet@tides.example>',
    'To: ada@readers.example',
    'Subject: 550 papers on 5.1.1',
    `Message-ID: <${messageId}>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Section 5.1.1 of 550 papers.',
  )

type StatusPart = { action?: string; status?: string; diagnostic?: string; recipient?: string }

/** A delivery status notification as Postfix writes it (RFC 3464). */
export function postfixBounce(
  messageId: string,
  {
    recipients = [{}],
    returnedAs = 'message/rfc822',
    statusAs = 'message/delivery-status',
    own = 'dsn.1@mx.readers.example',
    withReturned = true,
    extra = [],
  }: {
    recipients?: StatusPart[]
    returnedAs?: string
    statusAs?: string
    own?: string
    withReturned?: boolean
    extra?: string[]
  } = {},
): Buffer {
  return Buffer.from(
    lines(
      'Return-Path: <>',
      'Date: Sat, 28 Nov 2026 09:00:01 +0000 (UTC)',
      'From: MAILER-DAEMON@mx.readers.example (Mail Delivery System)',
      'Subject: Undelivered Mail Returned to Sender',
      'To: broadsheet@tides.example',
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status;',
      '\tboundary="4B1C.1764320401/mx.readers.example"',
      `Message-Id: <${own}>`,
      ...extra,
      '',
      'This is a MIME-encapsulated message.',
      '',
      '--4B1C.1764320401/mx.readers.example',
      'Content-Description: Notification',
      'Content-Type: text/plain; charset=us-ascii',
      '',
      'This is the mail system at host mx.readers.example.',
      '',
      'I\u2019m sorry to have to inform you that your message could not be delivered.',
      '',
      '--4B1C.1764320401/mx.readers.example',
      'Content-Description: Delivery report',
      `Content-Type: ${statusAs}`,
      '',
      'Reporting-MTA: dns; mx.readers.example',
      'X-Postfix-Queue-ID: 4B1C',
      'Arrival-Date: Sat, 28 Nov 2026 09:00:00 +0000 (UTC)',
      ...recipients.flatMap(
        ({
          action = 'failed',
          status = '5.1.1',
          diagnostic = 'smtp; 550 5.1.1 <ada@readers.example>: Recipient\r\n    address rejected: User unknown',
          recipient = 'ada@readers.example',
        }) => [
          '',
          `Final-Recipient: rfc822; ${recipient}`,
          `Original-Recipient: rfc822;${recipient}`,
          `Action: ${action}`,
          `Status: ${status}`,
          'Remote-MTA: dns; mx.readers.example',
          ...(diagnostic === '' ? [] : [`Diagnostic-Code: ${diagnostic}`]),
        ],
      ),
      '',
      ...(withReturned
        ? [
            '--4B1C.1764320401/mx.readers.example',
            'Content-Description: Undelivered Message',
            `Content-Type: ${returnedAs}`,
            '',
            returned(messageId),
          ]
        : []),
      '--4B1C.1764320401/mx.readers.example--',
    ),
  )
}

/** Exim gives 5.0.0, and the code only in the answer that it quotes. */
export const eximBounce = (messageId: string) =>
  Buffer.from(
    lines(
      'Return-path: <>',
      'X-Failed-Recipients: ada@readers.example',
      'Auto-Submitted: auto-replied',
      'From: Mail Delivery System <Mailer-Daemon@tides.example>',
      'To: broadsheet@tides.example',
      'References: <elsewhere@tides.example>',
      'Content-Type: multipart/report; report-type=delivery-status; boundary=1764320401-eximdsn-804',
      'MIME-Version: 1.0',
      'Subject: Mail delivery failed: returning message to sender',
      'Message-Id: <E1vO-0001@tides.example>',
      '',
      '--1764320401-eximdsn-804',
      'Content-type: text/plain; charset=us-ascii',
      '',
      'This message was created automatically by mail delivery software.',
      '',
      '--1764320401-eximdsn-804',
      'Content-type: message/delivery-status',
      '',
      'Reporting-MTA: dns; tides.example',
      '',
      'Action: failed',
      'Final-Recipient: rfc822;ada@readers.example',
      'Status: 5.0.0',
      'Remote-MTA: dns; mx.readers.example',
      'Diagnostic-Code: smtp; 550-5.1.1 The account ada@readers.example',
      ' 550 5.1.1 does not exist',
      '',
      '--1764320401-eximdsn-804',
      'Content-type: text/rfc822-headers',
      '',
      returned(messageId),
      '--1764320401-eximdsn-804--',
    ),
  )

/** Exim before it knew of RFC 3464. */
export const oldEximBounce = (messageId: string) =>
  Buffer.from(
    lines(
      'X-Failed-Recipients: ada@readers.example',
      'From: Mail Delivery System <Mailer-Daemon@tides.example>',
      'To: broadsheet@tides.example',
      'Subject: Mail delivery failed: returning message to sender',
      'Message-Id: <E0vO-0001@tides.example>',
      '',
      'This message was created automatically by mail delivery software.',
      'A message that you sent could not be delivered to one or more of its',
      'recipients. This is a permanent error. The following address(es) failed:',
      '',
      '  ada@readers.example',
      '    SMTP error from remote mail server after RCPT TO:<ada@readers.example>:',
      '    host mx.readers.example [192.0.2.5]: 550 No such user',
      '',
      '------ This is a copy of the message, including all the headers. ------',
      '',
      returned(messageId),
    ),
  )

/** Exchange of today: the codes have been its own since 5.1.10, and the headers come back in a part of their own. */
export const exchangeBounce = (messageId: string) =>
  Buffer.from(
    lines(
      'From: <postmaster@readers.example>',
      'To: <broadsheet@tides.example>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status;',
      '\tboundary="ae0c8c9b-9ea0"',
      'X-MS-Exchange-Message-Is-Ndr:',
      'Content-Language: en-GB',
      'Message-ID: <ndr@readers.example>',
      `In-Reply-To: <${messageId}>`,
      'Subject: Undeliverable: The papers of Saturday',
      'Auto-Submitted: auto-replied',
      '',
      '--ae0c8c9b-9ea0',
      'Content-Type: multipart/alternative; differences=Content-Type; boundary="3dd8"',
      '',
      '--3dd8',
      'Content-Type: text/plain; charset="us-ascii"',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Your message to ada@readers.example couldn=27t be delivered.',
      '',
      '--3dd8',
      'Content-Type: text/html; charset="us-ascii"',
      '',
      '<html><body><p>Your message could not be delivered.</p></body></html>',
      '',
      '--3dd8--',
      '',
      '--ae0c8c9b-9ea0',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns;AM0PR01MB.readers.example',
      'Received-From-MTA: dns;mail.tides.example',
      'Arrival-Date: Sat, 28 Nov 2026 09:00:00 +0000',
      '',
      'Final-Recipient: rfc822;ada@readers.example',
      'Action: failed',
      'Status: 5.1.10',
      'Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
      'X-Display-Name: Ada',
      '',
      '--ae0c8c9b-9ea0',
      'Content-Type: text/rfc822-headers',
      '',
      returned(messageId),
      '--ae0c8c9b-9ea0--',
    ),
  )

/** Exchange of long ago: a text, and the mail attached. */
export const oldExchangeBounce = (messageId: string) =>
  Buffer.from(
    lines(
      'From: System Administrator <postmaster@readers.example>',
      'To: broadsheet@tides.example',
      'Subject: Undeliverable: The papers of Saturday',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary="x1"',
      '',
      '--x1',
      'Content-Type: text/plain',
      '',
      'Your message did not reach some or all of the intended recipients.',
      '',
      '      The e-mail account does not exist at the organization this message was sent to.',
      '            <mx.readers.example #5.1.1>',
      '',
      '--x1',
      'Content-Type: message/rfc822',
      '',
      returned(messageId),
      '--x1--',
    ),
  )

/** Gmail: its parts are nested, the mail comes back as a whole, and the answer has several lines. */
export const gmailBounce = (messageId: string) =>
  Buffer.from(
    lines(
      'Return-Path: <>',
      'From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
      'To: broadsheet@tides.example',
      'Auto-Submitted: auto-replied',
      'Subject: Delivery Status Notification (Failure)',
      `References: <${messageId}>`,
      `In-Reply-To: <${messageId}>`,
      'Message-ID: <69295a.gmr@mx.google.com>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; boundary="000000000000aa"; report-type=delivery-status',
      '',
      '--000000000000aa',
      'Content-Type: multipart/related; boundary="000000000000bb"',
      '',
      '--000000000000bb',
      'Content-Type: multipart/alternative; boundary="000000000000cc"',
      '',
      '--000000000000cc',
      'Content-Type: text/plain; charset="UTF-8"',
      '',
      '** Address not found **',
      '',
      '--000000000000cc',
      'Content-Type: text/html; charset="UTF-8"',
      '',
      '<html><body>Address not found</body></html>',
      '',
      '--000000000000cc--',
      '--000000000000bb',
      'Content-Type: image/png; name="icon.png"',
      'Content-Disposition: attachment; filename="icon.png"',
      'Content-Transfer-Encoding: base64',
      'Content-ID: <icon.png>',
      '',
      'iVBORw0KGgoAAAANSUhEUg==',
      '--000000000000bb--',
      '--000000000000aa',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; googlemail.com',
      'Arrival-Date: Sat, 28 Nov 2026 01:00:00 -0800 (PST)',
      `X-Original-Message-ID: <${messageId}>`,
      '',
      'Final-Recipient: rfc822; ada@readers.example',
      'Action: failed',
      'Status: 5.1.1',
      'Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try',
      ' 550-5.1.1 double-checking the recipient\u2019s email address for typos or',
      ' 550 5.1.1 unnecessary spaces.',
      'Last-Attempt-Date: Sat, 28 Nov 2026 01:00:01 -0800 (PST)',
      '',
      '--000000000000aa',
      'Content-Type: message/rfc822',
      '',
      returned(messageId),
      '--000000000000aa--',
    ),
  )

/** qmail has never heard of parts. */
export const qmailBounce = (
  messageId: string,
  what = 'Sorry, no mailbox here by that name. (#5.1.1)',
  from = 'MAILER-DAEMON@mx.readers.example',
) =>
  Buffer.from(
    lines(
      'Return-Path: <>',
      'Date: 28 Nov 2026 09:00:01 -0000',
      `From: ${from}`,
      'To: broadsheet@tides.example',
      'Subject: failure notice',
      '',
      'Hi. This is the qmail-send program at mx.readers.example.',
      "I'm afraid I wasn't able to deliver your message to the following addresses.",
      "This is a permanent error; I've given up. Sorry it didn't work out.",
      '',
      '<ada@readers.example>:',
      what,
      '',
      '--- Below this line is a copy of the message.',
      '',
      returned(messageId),
    ),
  )

/** A reader’s complaint (RFC 5965). */
export const feedback = (messageId: string, type = 'abuse', own = 'arf.1@readers.example') =>
  Buffer.from(
    lines(
      'From: <abusedesk@readers.example>',
      'Date: Sat, 28 Nov 2026 10:00:00 +0000',
      'Subject: FW: The papers of Saturday',
      'To: <abuse@tides.example>',
      `Message-ID: <${own}>`,
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=feedback-report;',
      '     boundary="part1_13d.2e68ed54_boundary"',
      '',
      '--part1_13d.2e68ed54_boundary',
      'Content-Type: text/plain; charset="US-ASCII"',
      'Content-Transfer-Encoding: 7bit',
      '',
      'This is an email abuse report for an email message received from IP 192.0.2.1.',
      '',
      '--part1_13d.2e68ed54_boundary',
      'Content-Type: message/feedback-report',
      '',
      `Feedback-Type: ${type}`,
      'User-Agent: SomeGenerator/1.0',
      'Version: 1',
      'Original-Mail-From: <broadsheet@tides.example>',
      'Original-Rcpt-To: <ada@readers.example>',
      'Source-IP: 192.0.2.1',
      '',
      '--part1_13d.2e68ed54_boundary',
      'Content-Type: message/rfc822',
      'Content-Disposition: inline',
      '',
      returned(messageId),
      '--part1_13d.2e68ed54_boundary--',
    ),
  )

/** Somebody is away, and their server says so with an empty envelope sender; the digest is quoted. */
export const outOfOffice = (messageId: string, from = 'Ada <ada@readers.example>') =>
  Buffer.from(
    lines(
      'Return-Path: <>',
      `From: ${from}`,
      'To: broadsheet@tides.example',
      'Subject: Automatic reply: The papers of Saturday',
      'Auto-Submitted: auto-replied',
      `In-Reply-To: <${messageId}>`,
      'X-Auto-Response-Suppress: All',
      '',
      'I am away until 5.1.1. User unknown to me until then.',
      '',
      returned(messageId)
        .split('\r\n')
        .map((line) => `> ${line}`)
        .join('\r\n'),
    ),
  )
