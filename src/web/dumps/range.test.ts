import { expect, it } from 'vitest'
import { rangeAsked } from './range.ts'

const FILE = { size: 1_000, etag: '"a-file"', modified: new Date('2026-11-28T03:00:00Z') }
const asked = (headers: Record<string, string>) => rangeAsked((name) => headers[name], FILE)

it.each([
  [{}, { kind: 'all' }],
  [{ range: 'bytes=0-99' }, { kind: 'part', start: 0, end: 99 }],
  [{ range: 'bytes=900-' }, { kind: 'part', start: 900, end: 999 }],
  [{ range: 'bytes=-100' }, { kind: 'part', start: 900, end: 999 }],
  [{ range: 'bytes=-5000' }, { kind: 'part', start: 0, end: 999 }],
  [{ range: 'bytes=500-5000' }, { kind: 'part', start: 500, end: 999 }],
  [{ range: 'bytes=1000-' }, { kind: 'beyond' }],
  [{ range: 'bytes=-0' }, { kind: 'beyond' }],
  [{ range: 'bytes=9-1' }, { kind: 'all' }],
  [{ range: 'bytes=0-1,5-6' }, { kind: 'all' }],
  [{ range: 'lines=1-2' }, { kind: 'all' }],
  [{ 'if-none-match': '"another", W/"a-file"' }, { kind: 'unchanged' }],
  [{ 'if-none-match': '"another"', 'if-modified-since': 'Sat, 28 Nov 2026 03:00:00 GMT' }, { kind: 'all' }],
  [{ 'if-modified-since': 'Sat, 28 Nov 2026 03:00:00 GMT' }, { kind: 'unchanged' }],
  [{ 'if-modified-since': 'Sat, 28 Nov 2026 02:59:59 GMT' }, { kind: 'all' }],
  // It changed since the first part was sent: all of it again.
  [{ range: 'bytes=500-', 'if-range': '"an older file"' }, { kind: 'all' }],
  [
    { range: 'bytes=500-', 'if-range': '"a-file"' },
    { kind: 'part', start: 500, end: 999 },
  ],
])('%j asks for %j', (headers, expected) => {
  expect(asked(headers)).toEqual(expected)
})
