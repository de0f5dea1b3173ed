import { SIGN_SCAN_WASM } from './sign-scan-wasm.ts'

/** Papers that are looked at together: the lanes of a 128-bit register. */
const LANES = 16
/** Where the blocks begin: before them stand the tables of a query, of up to 8,192 dimensions. */
const BLOCKS_AT = 65_536
const WASM_PAGE = 65_536

/**
 * The signs of many vectors, one bit for each dimension, and the fastest way to see which come near to a query: the
 * query's own numbers are summed by the signs, `Σⱼ sign(vⱼ)·qⱼ`, which orders vectors much as their dot product does,
 * at a 32nd of its memory (asymmetric distance; A. Gordo, F. Perronnin, Y. Gong, S. Lazebnik, "Asymmetric Distances
 * for Binary Embeddings", IEEE TPAMI 2014). Who needs exact neighbours looks at more of them and measures those.
 */
export type SignScan = {
  /** Puts a vector's signs at a place (0, 1, 2 …); what stood there is gone. */
  set(place: number, signs: Uint8Array): void
  /**
   * The `count` places that come nearest to a query of the scan's dimensions, best first, of those where `admitted` is 1
   * (fewer when there are fewer; what lies beyond its end is not admitted).
   */
  nearest(query: Float32Array, options: { count: number; admitted: Uint8Array }): Uint32Array
}

/** The signs of a vector as bits, eight dimensions a byte, the first in the lowest bit. */
export function signsOf(vector: Int8Array | Float32Array): Uint8Array {
  const signs = new Uint8Array(Math.ceil(vector.length / 8))
  for (let i = 0; i < vector.length; i++) {
    if ((vector[i] ?? 0) > 0) signs[i >> 3] = (signs[i >> 3] ?? 0) | (1 << (i & 7))
  }
  return signs
}

export function createSignScan({ dimensions }: { dimensions: number }): SignScan {
  const bytes = Math.ceil(dimensions / 8)
  if (bytes * 32 > BLOCKS_AT) throw new RangeError(`vectors of ${dimensions} dimensions are too long`)
  const stride = LANES * bytes + 2 * LANES
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65_536 })
  const instance = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(SIGN_SCAN_WASM, 'base64')), {
    env: { memory },
  })
  const scan = instance.exports['scan'] as (
    block: number,
    end: number,
    tables: number,
    tablesEnd: number,
  ) => void
  let blocks = 0
  let view = new Uint8Array(memory.buffer)

  function reserve(wanted: number) {
    if (wanted <= blocks) return
    const missing = BLOCKS_AT + wanted * stride - memory.buffer.byteLength
    if (missing > 0) {
      // Ahead of need, since every growth may move the whole memory.
      const ahead = Math.max(missing, Math.min(memory.buffer.byteLength / 4, 2 ** 24))
      memory.grow(Math.ceil(ahead / WASM_PAGE))
      view = new Uint8Array(memory.buffer)
    }
    blocks = wanted
  }

  return {
    set(place, signs) {
      const block = Math.floor(place / LANES)
      reserve(block + 1)
      const at = BLOCKS_AT + block * stride + (place % LANES)
      for (let i = 0; i < bytes; i++) view[at + i * LANES] = signs[i] ?? 0
    },
    nearest(query, { count, admitted }) {
      const tables = partialSums(query, bytes)
      view.set(tables, 0)
      const used = Math.min(blocks, Math.ceil(admitted.length / LANES))
      scan(BLOCKS_AT, BLOCKS_AT + used * stride, 0, tables.length)
      const sums = {
        of: new Uint16Array(memory.buffer),
        first: (BLOCKS_AT + LANES * bytes) / 2,
        stride: stride / 2,
      }
      return highest(sums, { places: Math.min(used * LANES, admitted.length), count, admitted })
    },
  }
}

/**
 * For each four dimensions, what each of their sixteen combinations of signs adds to the sum: 0 to 127, on one scale
 * for all. (Positive and relative to the least; that shifts all papers' sums alike.)
 */
function partialSums(query: Float32Array, bytes: number): Uint8Array {
  const groups = bytes * 2
  const sums = new Float32Array(groups * 16)
  let widest = 0
  for (let group = 0; group < groups; group++) {
    let least = Infinity
    let most = -Infinity
    for (let signs = 0; signs < 16; signs++) {
      let sum = 0
      for (let bit = 0; bit < 4; bit++) if (signs & (1 << bit)) sum += query[group * 4 + bit] ?? 0
      sums[group * 16 + signs] = sum
      least = Math.min(least, sum)
      most = Math.max(most, sum)
    }
    for (let signs = 0; signs < 16; signs++)
      sums[group * 16 + signs] = (sums[group * 16 + signs] ?? 0) - least
    widest = Math.max(widest, most - least)
  }
  const scale = widest > 0 ? 127 / widest : 0
  return Uint8Array.from(sums, (sum) => Math.round(sum * scale))
}

/** Where a place's sum stands: at `first + ⌊place / 16⌋ · stride + place mod 16`. */
type Sums = { of: Uint16Array; first: number; stride: number }

/** The places of the `count` highest sums, highest first: counted by value first, so that only those are sorted. */
function highest(
  { of: sums, first, stride }: Sums,
  { places, count, admitted }: { places: number; count: number; admitted: Uint8Array },
): Uint32Array {
  const frequency = new Uint32Array(65_536)
  for (let place = 0, at = first; place < places; at += stride) {
    for (const end = Math.min(place + LANES, places), from = place; place < end; place++) {
      if (admitted[place] !== 1) continue
      const sum = sums[at + place - from] ?? 0
      frequency[sum] = (frequency[sum] ?? 0) + 1
    }
  }
  let least = 65_535
  let reached = frequency[least] ?? 0
  while (least > 0 && reached < count) reached += frequency[--least] ?? 0
  const found = new Float64Array(reached)
  let n = 0
  for (let place = 0, at = first; place < places; at += stride) {
    for (const end = Math.min(place + LANES, places), from = place; place < end; place++) {
      const sum = sums[at + place - from] ?? 0
      // One number to sort by: the higher sum first, of equals the lower place.
      if (sum >= least && admitted[place] === 1) found[n++] = (65_535 - sum) * 2 ** 32 + place
    }
  }
  return Uint32Array.from(found.toSorted().subarray(0, count), (key) => key % 2 ** 32)
}
