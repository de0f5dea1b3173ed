import { expect, it } from 'vitest'
import { readSafetensors } from './safetensors.ts'

const header = Buffer.from(
  JSON.stringify({
    __metadata__: { format: 'pt' },
    half: { dtype: 'F16', shape: [2, 4], data_offsets: [0, 16] },
    single: { dtype: 'F32', shape: [1], data_offsets: [16, 20] },
    odd: { dtype: 'BF16', shape: [1], data_offsets: [20, 22] },
  }),
)
const length = Buffer.alloc(8)
length.writeBigUInt64LE(BigInt(header.length))
// 1, -2, 65504 (the largest), 1/3; then the least there is, the largest below normal, the least normal, -0.
const halves = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x3555, 0x0001, 0x03ff, 0x0400, 0x8000)
const single = Float32Array.of(0.1)
const read = readSafetensors(
  Buffer.concat([length, header, Buffer.from(halves.buffer), Buffer.from(single.buffer), Buffer.alloc(2)]),
)

it('reads 16-bit floats', () => {
  expect(read('half')).toEqual({
    shape: [2, 4],
    values: Float32Array.of(1, -2, 65504, 0.333251953125, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, -0),
  })
})

it('reads 32-bit floats', () => {
  expect(read('single')).toEqual({ shape: [1], values: single })
})

it('has no tensor that is not there, or is of another type', () => {
  expect(() => read('none')).toThrow('no tensor none')
  expect(() => read('odd')).toThrow('unknown type BF16')
})
