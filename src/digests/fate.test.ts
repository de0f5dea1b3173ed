import { expect, it } from 'vitest'
import type { NotSent } from '../mail/message.ts'
import { fateOf } from './fate.ts'

const now = new Date('2026-01-15T12:00:00Z')
const DUE_UNTIL = new Date('2026-01-16T08:00:00Z')

function fate(outcome: Partial<NotSent>, { attempts = 0, expires = DUE_UNTIL } = {}): string {
  const { state, again } = fateOf(
    { attempts, expires_at: expires },
    {
      outcome: {
        ok: false,
        kind: 'temporary',
        about: 'recipient',
        status: null,
        inDoubt: false,
        reason: 'No.',
        ...outcome,
      },
      now,
    },
  )
  return again === null ? state : `${state} ${again.toISOString().slice(11, 16)}`
}

it('waits longer and longer, within its period', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 50].map((attempts) => fate({}, { attempts }))).toEqual([
    'waiting 12:02',
    'waiting 12:05',
    'waiting 12:15',
    'waiting 12:30',
    'waiting 13:00',
    'waiting 14:00',
    'waiting 14:00',
    'waiting 14:00',
  ])
  expect(fate({}, { expires: new Date('2026-01-15T12:02:00Z') })).toBe('expired')
})

it('is told by what was answered, and about whom', () => {
  expect(fate({ inDoubt: true })).toBe('in doubt')
  expect(fate({ kind: 'permanent' })).toBe('bounced')
  expect(fate({ kind: 'permanent', about: 'mail' })).toBe('given up')
  expect(fate({ kind: 'unknown' })).toBe('waiting 12:02')
  expect(fate({ kind: 'unknown' }, { attempts: 3 })).toBe('given up')
  // A sender that is distrusted is distrusted by all, until an operator has mended it.
  expect(fate({ kind: 'unknown', about: 'us' }, { attempts: 9 })).toBe('waiting 14:00')
})
