/** A tensor of a safetensors file: its shape, and its values as 32-bit floats. */
export type StoredTensor = { shape: number[]; values: Float32Array }

/**
 * Reads tensors out of a safetensors file (8 bytes length, a JSON header of that length, the data), of 16-bit or 32-bit
 * floats. The answered function throws for a name the file does not have, or a type it does not know.
 */
export function readSafetensors(file: Buffer): (name: string) => StoredTensor {
  const headerLength = Number(file.readBigUInt64LE(0))
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerLength)) as Record<string, Entry | undefined>
  const data = file.subarray(8 + headerLength)
  return (name) => {
    const entry = header[name]
    if (!entry) throw new Error(`the weights have no tensor ${name}`)
    const bytes = data.subarray(...entry.data_offsets)
    const count = entry.shape.reduce((product, size) => product * size, 1)
    const values = new Float32Array(count)
    if (entry.dtype === 'F16') for (let i = 0; i < count; i++) values[i] = fromHalf(bytes.readUInt16LE(i * 2))
    else if (entry.dtype === 'F32') for (let i = 0; i < count; i++) values[i] = bytes.readFloatLE(i * 4)
    else throw new Error(`tensor ${name} has the unknown type ${entry.dtype}`)
    return { shape: entry.shape, values }
  }
}

type Entry = { dtype: string; shape: number[]; data_offsets: [from: number, to: number] }

/** IEEE 754 binary16. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * 2 ** -24 * fraction
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Infinity
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024)
}
