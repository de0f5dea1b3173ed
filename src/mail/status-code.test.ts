import { expect, it } from 'vitest'
import { sortReply, sortStatus, statusIn } from './status-code.ts'

it('tells what is the recipient’s from what is about us', () => {
  const sorted = {
    permanent: ['5.1.0', '5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1'],
    temporary: ['4.2.2', '4.4.7', '4.7.1', '4.1.1', '5.2.2', '5.4.7'],
    // oxfmt-ignore
    unknown: [
      '5.0.0', '5.1.7', '5.1.8', '5.2.0', '5.2.3', '5.3.4', '5.4.1', '5.5.0', '5.6.0', '5.7.1', '5.7.26', '2.0.0',
      '5', '5.1', '5.1.1.1', '3.1.1', '', 'x', '5.1.1\n',
    ],
  }
  for (const [severity, statuses] of Object.entries(sorted))
    for (const status of statuses) expect([status, sortStatus(status)]).toEqual([status, severity])
})

it('finds the code in an answer', () => {
  expect(statusIn('smtp; 550-5.1.1 The email account does not exist')).toBe('5.1.1')
  expect(statusIn('no mailbox here by that name. (#5.1.1)')).toBe('5.1.1')
  expect(statusIn('connected to 5.1.1.20 and 192.5.1.1, version 15.1.1')).toBe(null)
})

it('goes by the words where there is no code, or one that says nothing', () => {
  for (const [text, status, severity] of [
    ['550 5.7.1 no such user here', '5.7.1', 'unknown'],
    ['smtp; 550 5.0.0 User unknown', '5.0.0', 'permanent'],
    ['550 No such user', null, 'permanent'],
    ['550 Blocked, see our policy', null, 'unknown'],
    ['552 mailbox full', null, 'temporary'],
    ['451 later', null, 'temporary'],
    ['nothing of the kind in 2026', null, 'unknown'],
  ] as const)
    expect([text, sortReply(text)]).toEqual([text, { status, severity }])
})
