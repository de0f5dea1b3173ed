import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { endianness } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { PositionsSink } from './merge-segments.ts'
import type { Columns, Positions, Segment } from './segment.ts'

/**
 * A segment in two files: `<name>.segment`, which is read whole, and `<name>.positions`, of which a phrase reads its
 * part. The first is the length of a header (8 bytes), the header as JSON, which says where each array is, and the arrays,
 * each padded to 8 bytes, in the byte order of the machine. Files appear whole or not at all, are never changed, and carry checksums.
 */

/** Grows with every change of the format or of how texts become terms: files of another version are of no use. */
export const FORMAT = 4

/** A file that is missing, or not what it should be; the message says which and why. */
export class DamagedFile extends Error {}

type ArrayName = keyof typeof ARRAYS
type AnyArray = Uint8Array | Uint16Array | Uint32Array | Float64Array
type AnyArrayType =
  | Uint8ArrayConstructor
  | Uint16ArrayConstructor
  | Uint32ArrayConstructor
  | Float64ArrayConstructor
const ARRAYS = {
  ids: Uint32Array,
  seqs: Float64Array,
  titleLengths: Uint8Array,
  bodyLengths: Uint16Array,
  datedAt: Float64Array,
  flags: Uint8Array,
  categories: Uint16Array,
  units: Uint16Array,
  at: Uint32Array,
  frequency: Uint32Array,
  postings: Uint8Array,
  postingsAt: Uint32Array,
  positionsAt: Uint32Array,
  vocabularyUnits: Uint16Array,
  vocabularyAt: Uint32Array,
  vocabularyFrequency: Uint32Array,
} as const

type Header = {
  format: number
  byteOrder: string
  categoryNames: string[]
  arrays: Partial<Record<ArrayName, { at: number; length: number }>>
  crc: number
  positions: { size: number; crc: number }
}

/** Writes the positions of the segment `name` while it is being merged. */
export function positionsFile(
  folder: string,
  name: string,
): PositionsSink & { crc: () => number; close: () => void } {
  const path = join(folder, `${name}.positions`)
  const file = openSync(`${path}.new`, 'w')
  let crc = 0
  let size = 0
  let close = () => closeSync(file)
  return {
    write(bytes) {
      writeSync(file, bytes)
      crc = crc32(bytes, crc)
      size += bytes.length
    },
    finish() {
      fsyncSync(file)
      close()
      close = () => {}
      renameSync(`${path}.new`, path)
      const positions = openPositions(path, size)
      close = () => positions.close()
      return positions
    },
    crc: () => crc,
    close: () => close(),
  }
}

/** Writes a segment whose positions are in `positionsFile` already. */
export function writeSegment(folder: string, name: string, segment: Segment, positionsCrc: number): void {
  const arrays = arraysOf(segment)
  const places = {} as Header['arrays']
  let at = 0
  let crc = 0
  for (const [key, array] of entries<AnyArray>(arrays)) {
    places[key] = { at, length: array.length }
    crc = crc32(bytesOf(array), crc)
    at += padded(array.byteLength)
  }
  const header: Header = {
    format: FORMAT,
    byteOrder: endianness(),
    categoryNames: segment.papers.categoryNames,
    arrays: places,
    crc,
    positions: { size: segment.positions.size, crc: positionsCrc },
  }
  const path = join(folder, `${name}.segment`)
  const file = openSync(`${path}.new`, 'w')
  try {
    const text = Buffer.from(JSON.stringify(header))
    writeSync(file, bytesOf(BigUint64Array.of(BigInt(text.length))))
    writeSync(file, Buffer.concat([text, Buffer.alloc(padded(text.length) - text.length)]))
    for (const [, array] of entries<AnyArray>(arrays)) {
      const bytes = bytesOf(array)
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
      writeSync(file, Buffer.alloc(padded(bytes.length) - bytes.length))
    }
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(`${path}.new`, path)
}

/** Reads a segment. Throws `DamagedFile`; the positions are only measured, `checkPositions` reads them. */
export function readSegment(folder: string, name: string): Segment {
  const path = join(folder, `${name}.segment`)
  const { header, body } = readParts(path, { whole: true })
  let crc = 0
  const arrays = Object.fromEntries(
    entries<AnyArrayType>(ARRAYS).map(([key, Type]) => {
      const place = header.arrays[key]
      if (!place) throw new DamagedFile(`${path} has no ${key}`)
      const { at, length } = place
      if (at + length * Type.BYTES_PER_ELEMENT > body.byteLength)
        throw new DamagedFile(`${path} is too short`)
      const array = new Type(body, at, length)
      crc = crc32(bytesOf(array), crc)
      return [key, array]
    }),
  ) as unknown as { [K in ArrayName]: InstanceType<(typeof ARRAYS)[K]> }
  if (crc !== header.crc) throw new DamagedFile(`${path} has another checksum than it should`)
  const { units, at, frequency, postings, postingsAt, positionsAt, ...others } = arrays
  const { vocabularyUnits, vocabularyAt, vocabularyFrequency, ...columns } = others
  const papers: Columns = { ...columns, categoryNames: header.categoryNames }
  const positions = join(folder, `${name}.positions`)
  return {
    papers,
    terms: { count: frequency.length, units, at, frequency },
    postings,
    postingsAt,
    positionsAt,
    positions: guarded(positions, () => openPositions(positions, header.positions.size)),
    vocabulary: {
      count: vocabularyFrequency.length,
      units: vocabularyUnits,
      at: vocabularyAt,
      frequency: vocabularyFrequency,
    },
  }
}

/** Reads a segment's positions to the end. Throws `DamagedFile`. */
export function checkPositions(folder: string, name: string): void {
  const path = join(folder, `${name}.positions`)
  const { header } = readParts(join(folder, `${name}.segment`), { whole: false })
  const crc = guarded(path, () => {
    const file = openSync(path, 'r')
    try {
      const buffer = Buffer.allocUnsafe(1 << 20)
      let sum = 0
      for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer))
        sum = crc32(buffer.subarray(0, read), sum)
      return sum
    } finally {
      closeSync(file)
    }
  })
  if (crc !== header.positions.crc) throw new DamagedFile(`${path} has another checksum than it should`)
}

function readParts(path: string, { whole }: { whole: boolean }): { header: Header; body: ArrayBuffer } {
  return guarded(path, () => {
    const file = openSync(path, 'r')
    try {
      const { size } = fstatSync(file)
      const length = Number(new BigUint64Array(readFrom(file, 0, 8))[0])
      const start = 8 + padded(length)
      if (start > size) throw new DamagedFile(`${path} is too short`)
      const header = JSON.parse(Buffer.from(readFrom(file, 8, length)).toString()) as Header
      if (header.format !== FORMAT)
        throw new DamagedFile(`${path} is of format ${header.format}, not ${FORMAT}`)
      if (header.byteOrder !== endianness())
        throw new DamagedFile(`${path} was written by another kind of machine`)
      return { header, body: whole ? readFrom(file, start, size - start) : new ArrayBuffer(0) }
    } finally {
      closeSync(file)
    }
  })
}

/** `length` bytes of a file as memory of their own, so that arrays can be views of it. */
function readFrom(file: number, from: number, length: number): ArrayBuffer {
  const bytes = allocate(length)
  for (let done = 0; done < length;) {
    // No system reads more than 2 GB at once.
    const read = readSync(file, bytes, done, Math.min(length - done, 2 ** 30), from + done)
    if (read === 0) throw new DamagedFile('it ends too early')
    done += read
  }
  return bytes.buffer
}

function allocate(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length)
  } catch (cause) {
    // Lengths are checked against the file's: it is the machine that is at its limits.
    throw Object.assign(new Error('there is not enough memory', { cause }), { code: 'ENOMEM' })
  }
}

function openPositions(path: string, size: number): Positions {
  const file = openSync(path, 'r')
  if (fstatSync(file).size !== size) {
    closeSync(file)
    throw new DamagedFile(`${path} is not as long as it should be`)
  }
  return {
    size,
    close: () => closeSync(file),
    read(from, to) {
      const bytes = new Uint8Array(to - from)
      for (let done = 0; done < bytes.length;) {
        const read = readSync(file, bytes, done, bytes.length - done, from + done)
        if (read === 0) throw new DamagedFile(`${path} ends too early`)
        done += read
      }
      return bytes
    },
  }
}

function arraysOf({ papers, terms, postings, postingsAt, positionsAt, vocabulary }: Segment) {
  const { categoryNames: _, ...columns } = papers
  return {
    ...columns,
    units: terms.units,
    at: terms.at,
    frequency: terms.frequency,
    postings,
    postingsAt,
    positionsAt,
    vocabularyUnits: vocabulary.units,
    vocabularyAt: vocabulary.at,
    vocabularyFrequency: vocabulary.frequency,
  }
}

/** In one order, which is that of the file. */
function entries<T>(object: Record<ArrayName, T>): [ArrayName, T][] {
  return (Object.keys(ARRAYS) as ArrayName[]).map((key) => [key, object[key]])
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

function padded(length: number): number {
  return Math.ceil(length / 8) * 8
}

/** What a system says of a file that is bad; anything else it says, such as too many open files, is no damage. */
const BAD_FILE = new Set<unknown>(['ENOENT', 'EIO', 'EISDIR', 'ENOTDIR', 'ELOOP'])

function guarded<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof DamagedFile) throw error
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (typeof code === 'string' && !code.startsWith('ERR_') && !BAD_FILE.has(code)) throw error
    throw new DamagedFile(`${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
