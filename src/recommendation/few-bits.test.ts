import { describe, expect, it } from 'vitest'
import { fromFewBits, MOST_NUMBERS, toFewBits } from './few-bits.ts'

/** Numbers between -1 and 1, the same every time. */
function numbers(count: number, seed: number): Float32Array {
  let state = seed
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state / 2 ** 31 - 1
  })
}
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
const cosine = (a: Float32Array, b: Float32Array) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
/** So much of `a` that its cosine with it is about `near`. */
const towards = (a: Float32Array, b: Float32Array, near: number) =>
  a.map((value, i) => near * value + Math.sqrt(1 - near * near) * (b[i] ?? 0))
const packed = (vector: Float32Array) => fromFewBits(toFewBits(vector))

describe('a vector in few bits', () => {
  it.each([0.9, 0.6, 0.3, 0])('keeps a cosine of %d to a fiftieth', (near) => {
    for (let seed = 1; seed <= 20; seed++) {
      const a = numbers(384, seed)
      const b = towards(a, numbers(384, seed + 1_000), near)
      expect(Math.abs(dot(packed(a), packed(b)) - cosine(a, b))).toBeLessThan(0.02)
    }
  })

  it('takes half a byte a number, however many there are', () => {
    expect(toFewBits(numbers(384, 1))).toHaveLength(192)
    expect(toFewBits(numbers(1_536, 1))).toHaveLength(MOST_NUMBERS / 2)
    expect(packed(numbers(7, 1))).toHaveLength(8)
    expect(dot(packed(numbers(7, 1)), packed(numbers(7, 1)))).toBeCloseTo(1)
  })

  it('keeps cosines of vectors that are too long about as they are', () => {
    let off = 0
    for (let seed = 1; seed <= 50; seed++) {
      const a = numbers(1_536, seed)
      const b = towards(a, numbers(1_536, seed + 1_000), 0.6)
      off += (dot(packed(a), packed(b)) - cosine(a, b)) ** 2
    }
    expect(Math.sqrt(off / 50)).toBeLessThan(0.06)
  })

  it('is nothing for a vector that says nothing', () =>
    expect([...packed(new Float32Array(4))]).toEqual([0, 0, 0, 0]))
})
