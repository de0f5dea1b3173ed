import { randomUUID } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSignScan, signsOf } from './sign-scan.ts'

/** A vector as it is stored: 8-bit numbers, each to be multiplied by `scale`. */
type StoredVector = { scale: number; numbers: Int8Array }

/**
 * The vectors of all papers that have one, by paper id: their signs in memory, to find candidates, and all of them in a
 * file, of which a search reads only the rows of its candidates. Row n of the file is paper n: `scale` (32-bit float),
 * the change it came with (32 bits, low part), the numbers; a scale of 0 means that there is none. The file is derived:
 * what a crash leaves half written is written again from the database.
 */
export type VectorStore = {
  dimensions: number
  /** How many papers have a vector. */
  count: number
  /** 1 where there is a vector, else 0; at least as long as the highest id. */
  present: Uint8Array
  set(id: number, vector: StoredVector, seq: number): void
  remove(id: number): void
  /** The vector of a paper and the change it came with, or null. */
  get(id: number): (StoredVector & { seq: number }) | null
  /** The cosine of a unit vector with a paper's; null where the paper has none. */
  similarity(query: Float32Array, id: number): number | null
  /** The papers nearest to a unit vector, by exact cosine, best first. */
  nearest(query: Float32Array, options: NearestOptions): { id: number; similarity: number }[]
  /** Waits until all that was set is on the disk. */
  sync(): void
  close(): void
}

type NearestOptions = {
  count: number
  /** 1 for the ids that may be found. */
  admitted: Uint8Array
}

/** Candidates by sign for each vector that is wanted, and at least how many. See docs/decisions for what this keeps. */
const CANDIDATES = { each: 4, least: 600 }
const HEAD = 8

/** Opens the file at `path`, reading what is there. Throws when there is none. */
export function openVectorStore({ path, dimensions }: { path: string; dimensions: number }): VectorStore {
  return storeOf(rowsInFile(openSync(path, 'r+'), HEAD + dimensions), { dimensions })
}

/** Makes a file at `path`, where none may be; null: a file of its own that is gone with the process. */
export function newVectorStore({
  path,
  dimensions,
}: {
  path: string | null
  dimensions: number
}): VectorStore {
  const rowSize = HEAD + dimensions
  const rows = path === null ? rowsInPassing(rowSize) : rowsInFile(openSync(path, 'wx+'), rowSize)
  return storeOf(rows, { dimensions })
}

function storeOf(rows: Rows, { dimensions }: { dimensions: number }): VectorStore {
  const rowSize = HEAD + dimensions
  const scan = createSignScan({ dimensions })
  let present: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  let count = 0
  const row = new Uint8Array(rowSize)
  const head = new DataView(row.buffer)
  const numbers = new Int8Array(row.buffer, HEAD)

  function mark(id: number, there: 0 | 1) {
    if (id >= present.length) {
      const longer = new Uint8Array(Math.ceil((id + 1) * 1.25) + 64)
      longer.set(present)
      present = longer
    }
    if (present[id] !== there) count += there === 1 ? 1 : -1
    present[id] = there
  }
  rows.forEach((id, bytes) => {
    if (new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true) === 0) return
    scan.set(id, signsOf(new Int8Array(bytes.buffer, bytes.byteOffset + HEAD, dimensions)))
    mark(id, 1)
  })

  const store: VectorStore = {
    dimensions,
    get count() {
      return count
    },
    get present() {
      return present
    },
    set(id, vector, seq) {
      if (vector.numbers.length !== dimensions) throw new RangeError('a vector of another length')
      head.setFloat32(0, vector.scale, true)
      head.setUint32(4, seq % 2 ** 32, true)
      numbers.set(vector.numbers)
      rows.write(id, row)
      scan.set(id, signsOf(vector.numbers))
      mark(id, 1)
    },
    remove(id) {
      if (present[id] !== 1) return
      rows.write(id, new Uint8Array(rowSize))
      mark(id, 0)
    },
    get(id) {
      if (present[id] !== 1 || !rows.read(id, row)) return null
      return { scale: head.getFloat32(0, true), seq: head.getUint32(4, true), numbers: numbers.slice() }
    },
    similarity(query, id) {
      if (present[id] !== 1 || !rows.read(id, row)) return null
      let sum = 0
      for (let i = 0; i < dimensions; i++) sum += (query[i] ?? 0) * (numbers[i] ?? 0)
      return sum * head.getFloat32(0, true)
    },
    nearest(query, { count: wanted, admitted }) {
      const candidates = scan.nearest(query, {
        count: Math.max(wanted * CANDIDATES.each, CANDIDATES.least),
        admitted: both(admitted, present),
      })
      return Array.from(candidates, (id) => ({ id, similarity: store.similarity(query, id) ?? -1 }))
        .toSorted((a, b) => b.similarity - a.similarity || a.id - b.id)
        .slice(0, wanted)
    },
    sync: () => rows.sync(),
    close: () => rows.close(),
  }
  return store
}

/** 1 where both are 1. */
function both(a: Uint8Array, b: Uint8Array): Uint8Array {
  const length = Math.min(a.length, b.length)
  const result = new Uint8Array(length)
  for (let i = 0; i < length; i++) result[i] = (a[i] ?? 0) & (b[i] ?? 0)
  return result
}

type Rows = {
  forEach(visit: (id: number, row: Uint8Array) => void): void
  /** Reads a row; false beyond the end. */
  read(id: number, into: Uint8Array): boolean
  write(id: number, row: Uint8Array): void
  sync(): void
  close(): void
}

const ROWS_AT_ONCE = 4_096

function rowsInPassing(size: number): Rows {
  const path = join(tmpdir(), `broadsheet-${randomUUID()}.vectors`)
  const rows = rowsInFile(openSync(path, 'wx+'), size)
  rmSync(path)
  return rows
}

function rowsInFile(rows: number, size: number): Rows {
  return {
    forEach(visit) {
      const buffer = Buffer.allocUnsafeSlow(size * ROWS_AT_ONCE)
      let id = 0
      for (;;) {
        const read = readSync(rows, buffer, 0, buffer.length, id * size)
        const whole = Math.floor(read / size)
        for (let i = 0; i < whole; i++) visit(id + i, buffer.subarray(i * size, (i + 1) * size))
        id += whole
        // Half a row at the end is what a killed writer left: it is written again.
        if (whole < ROWS_AT_ONCE) return
      }
    },
    read: (id, into) => readSync(rows, into, 0, size, id * size) === size,
    write(id, row) {
      writeSync(rows, row, 0, size, id * size)
    },
    sync: () => fdatasyncSync(rows),
    close: () => closeSync(rows),
  }
}
