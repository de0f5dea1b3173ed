import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatCursor } from '../db/cursor.ts'
import { isFormerCursor, parseCursor, type Cursor, type PaperList } from './list-orders.ts'

const RANKED: Cursor = ['10800000', '12.5', '2026-01-15T12:00:00.000Z', 7]
const TIMED: Cursor = ['2026-01-15T12:00:00.000Z', 7]
const HOT: Cursor = ['-Infinity', 7]
const BY_KIND: Record<PaperList['kind'], Cursor> = {
  editions: RANKED,
  new: TIMED,
  topic: TIMED,
  name: TIMED,
  orcid: TIMED,
  trending: HOT,
  top: HOT,
}
const KINDS = Object.keys(BY_KIND) as PaperList['kind'][]
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('a cursor', () => {
  it('is read again as it was written, in a list of its order alone', () => {
    for (const written of KINDS) {
      for (const read of KINDS) {
        const expected = BY_KIND[read] === BY_KIND[written] ? BY_KIND[written] : null
        expect(parseCursor(read, formatCursor(BY_KIND[written]))).toEqual(expected)
      }
    }
  })

  it('keeps every number exactly', () => {
    const double = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(-Infinity, 5e-324, 1.7e308),
    )
    fc.assert(
      fc.property(double, fc.maxSafeNat(), (heat, id) => {
        const cursor = [String(heat), id]
        expect(parseCursor('trending', formatCursor(cursor))).toEqual(cursor)
      }),
    )
  })

  it('stands in an address as it is', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (id) => {
        expect(formatCursor(['300000', '-Infinity', '2026-01-15T12:00:00.000Z', id])).toMatch(/^[\w-]+$/)
      }),
    )
  })

  it('of an order that editions no longer have is told from a broken one', () => {
    const former = formatCursor([30, '12.5', '2026-01-15T12:00:00.000Z', 7])
    for (const kind of KINDS) {
      expect(parseCursor(kind, former)).toBeNull()
      expect(isFormerCursor(kind, former)).toBe(kind === 'editions')
    }
    for (const text of ['', 'x', formatCursor(RANKED), formatCursor(TIMED), encode([30, 'x', 'now', 7])])
      expect(isFormerCursor('editions', text)).toBe(false)
  })

  it('is none when it was tampered with', () => {
    const garbage = [
      '',
      'x',
      '!!!',
      '%00',
      encode(null),
      encode(7),
      encode({}),
      encode([]),
      encode(['-Infinity']),
      encode(['-Infinity', 7, 8]),
      encode([-5, 7]),
      encode(['Infinity', 7]),
      encode(['NaN', 7]),
      encode(['0x10', 7]),
      encode([' 1', 7]),
      encode(['', 7]),
      encode(['1e-999', 7]),
      encode(['1e999', 7]),
      encode(['0.10', 7]),
      encode(['1', 1e300]),
      encode(['1', 1.5]),
      encode(['1', '7']),
      encode(['1; drop table papers', 7]),
      'a'.repeat(401),
    ]
    for (const text of garbage) expect(parseCursor('trending', text)).toBeNull()
    const times = [
      'now',
      '2026-01-15',
      '2026-13-15T12:00:00.000Z',
      '0000-01-01T00:00:00.000Z',
      '+010000-01-01T00:00:00.000Z',
      '2026-02-30T12:00:00.000Z',
      '2026-01-15T12:00:00Z',
      '2026-01-15T12:00:00.000+01:00',
    ]
    for (const time of times) expect(parseCursor('new', encode([time, 7]))).toBeNull()
    expect(parseCursor('editions', encode(['1e999', '1', '2026-01-15T12:00:00.000Z', 7]))).toBeNull()
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.json(), (text, json) => {
        for (const kind of KINDS) {
          expect(parseCursor(kind, text)).toBeNull()
          expect(parseCursor(kind, encode(JSON.parse(json)))).toBeNull()
        }
      }),
    )
  })
})
