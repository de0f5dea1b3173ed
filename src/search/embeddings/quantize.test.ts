import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeVector, encodeVector, quantize } from './quantize.ts'

/** As embeddings are: values around zero, few of them large. */
const likeEmbeddings = fc
  .array(
    fc.tuple(fc.double({ min: 1e-9, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    {
      minLength: 128,
      maxLength: 1536,
      size: 'max',
    },
  )
  .map((pairs) =>
    Float32Array.from(pairs, ([a, b]) => Math.sqrt(-2 * Math.log(a)) * Math.cos(2 * Math.PI * b)),
  )
  .filter((vector) => vector.some((value) => Math.abs(value) > 0.1))

describe('a quantized vector', () => {
  it('points where the vector points', () => {
    fc.assert(
      fc.property(likeEmbeddings, (vector) => {
        const { bytes, scale } = decodeVector(encodeVector(vector), { dimensions: vector.length })
        expect(
          cosine(
            vector,
            Float32Array.from(bytes, (byte) => byte * scale),
          ),
        ).toBeGreaterThan(0.999)
      }),
    )
  })

  it('is off by half a step at most, for any finite values', () => {
    const anything = fc.float32Array({ noNaN: true, noDefaultInfinity: true, minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(anything, (vector) => {
        const { bytes, scale } = quantize(vector)
        for (const [i, value] of vector.entries()) {
          expect(Math.abs(bytes[i] ?? NaN)).toBeLessThanOrEqual(127)
          expect(Math.abs((bytes[i] ?? NaN) * scale - value)).toBeLessThanOrEqual(scale * 0.501 + 1e-43)
        }
      }),
    )
  })

  it('uses the whole range, on both sides', () => {
    const { bytes, scale } = quantize(Float32Array.of(0.5, -0.5, 0.25, 0))
    expect([...bytes]).toEqual([127, -127, 64, 0])
    expect(scale).toBeCloseTo(0.5 / 127)
  })

  it('of zeros is zeros', () => {
    expect(quantize(new Float32Array(3))).toEqual({ bytes: new Int8Array(3), scale: 0 })
  })

  it.each([NaN, Infinity, -Infinity])('can not have %s in it', (value) => {
    expect(() => quantize(Float32Array.of(0.1, value))).toThrow('no finite number')
  })
})

describe('a stored vector', () => {
  it('takes a byte for each value and four for the scale, little-endian', () => {
    const stored = encodeVector(Float32Array.of(127, -1, 64))
    expect(stored.toString('hex')).toBe('0000803f7fff40')
  })

  it('is read from the middle of other memory, wherever that is', () => {
    const stored = encodeVector(Float32Array.of(127, -1, 64))
    const within = Buffer.concat([Buffer.from('x'), stored, Buffer.from('yz')]).subarray(1, -2)
    expect(decodeVector(within)).toEqual({ scale: 1, bytes: Int8Array.of(127, -1, 64) })
  })

  it.each([0, 3, 4, 6, 8])('of 3 values can not have %i bytes', (length) => {
    expect(() => decodeVector(Buffer.alloc(length), { dimensions: 3 })).toThrow(RangeError)
  })

  it.each([NaN, Infinity, -1])('can not have the scale %s', (scale) => {
    const stored = encodeVector(Float32Array.of(1))
    stored.writeFloatLE(scale)
    expect(() => decodeVector(stored)).toThrow('scale')
  })
})

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) =>
    x.reduce((sum, value, i) => sum + value * (y[i] ?? NaN), 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}
