/** The largest value of a quantized vector; -128 is left out, so that the range is the same on both sides. */
const RANGE = 127

/** `bytes[i] * scale` is about what the vector's i-th value was. */
export type QuantizedVector = { bytes: Int8Array; scale: number }

/** A vector in 8 bits a value, scaled by its largest (`scale` = max|v| / 127). Throws if a value is not finite. */
export function quantize(vector: Float32Array): QuantizedVector {
  let largest = 0
  for (const value of vector) {
    if (!Number.isFinite(value)) throw new RangeError('a vector has a value that is no finite number')
    largest = Math.max(largest, Math.abs(value))
  }
  // As it will be stored, so that what is rounded here is what is read back.
  const scale = Math.fround(largest / RANGE)
  const bytes = new Int8Array(vector.length)
  if (scale > 0)
    for (const [i, value] of vector.entries())
      bytes[i] = Math.max(-RANGE, Math.min(RANGE, Math.round(value / scale)))
  return { bytes, scale }
}

const HEADER = 4

/** A vector as it is stored: its scale as a 32-bit float, little-endian, then a signed byte for each value. */
export function encodeVector(vector: Float32Array): Buffer {
  const { bytes, scale } = quantize(vector)
  const stored = Buffer.allocUnsafe(HEADER + bytes.length)
  stored.writeFloatLE(scale)
  stored.set(new Uint8Array(bytes.buffer), HEADER)
  return stored
}

/**
 * A stored vector; its bytes are those of `stored`, not copied. Throws when it is not as long as a vector of
 * `dimensions` values (left out: of any number) is stored, or its scale is none.
 */
export function decodeVector(
  stored: Uint8Array,
  { dimensions }: { dimensions?: number } = {},
): QuantizedVector {
  const length = stored.byteLength - HEADER
  if (length < 1 || (dimensions !== undefined && length !== dimensions))
    throw new RangeError(
      `a vector of ${dimensions ?? 'some'} values can't be stored in ${stored.byteLength} bytes`,
    )
  const scale = new DataView(stored.buffer, stored.byteOffset).getFloat32(0, true)
  if (!Number.isFinite(scale) || scale < 0) throw new RangeError(`a stored vector has the scale ${scale}`)
  return { scale, bytes: new Int8Array(stored.buffer, stored.byteOffset + HEADER, length) }
}
