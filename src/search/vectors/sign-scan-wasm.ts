/**
 * A WebAssembly module with one function, `scan`, made here instruction by instruction: it needs 128-bit SIMD, which
 * JavaScript does not have, and is too small for a toolchain. It looks up every four sign bits of sixteen papers at once
 * in a table of sixteen partial sums (the "fast scan" of F. André, A.-M. Kermarrec, N. Le Scouarnec, "Cache Locality Is
 * Not Enough: High-Performance Nearest Neighbor Search with Product Quantization Fast Scan", VLDB 2015).
 */

// Opcodes and encodings: WebAssembly core specification 2.0, section 5.4.
const I32 = 0x7f
const V128 = 0x7b
const EMPTY = 0x40
const BLOCK = 0x02
const LOOP = 0x03
const BR_IF = 0x0d
const END = 0x0b
const LOCAL_GET = 0x20
const LOCAL_SET = 0x21
const LOCAL_TEE = 0x22
const I32_CONST = 0x41
const I32_EQZ = 0x45
const I32_LT_U = 0x49
const I32_ADD = 0x6a
const SIMD = 0xfd
const V128_LOAD = [SIMD, 0x00]
const V128_STORE = [SIMD, 0x0b]
const I8X16_SWIZZLE = [SIMD, 0x0e]
const I8X16_SPLAT = [SIMD, 0x0f]
const V128_AND = [SIMD, 0x4e]
const I8X16_SHR_U = [SIMD, 0x6d]
const I8X16_ADD = [SIMD, 0x6e]
const I16X8_EXTEND_LOW_I8X16_U = [SIMD, 0x89, 0x01]
const I16X8_EXTEND_HIGH_I8X16_U = [SIMD, 0x8a, 0x01]
const I16X8_ADD = [SIMD, 0x8e, 0x01]
const V128_XOR = [SIMD, 0x51]
const ALIGN_1 = 0x00
const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

/**
 * `scan(block, end, tables, tablesEnd)`, all byte addresses: for every block from `block` up to `end` (see `SignScan`
 * for its layout) sums what the tables say of each paper's bits, and writes the sixteen sums behind the bits. A block
 * holds, for each byte of the codes, that byte of sixteen papers. Tables come in pairs of 16 bytes: for the low four bits
 * of a byte and for the high ones; entries are at most 127, so that two of them add up within a byte.
 */
export function scanModule(): Uint8Array<ArrayBuffer> {
  // Parameters 0 to 3; then: where the table is read, the bits, the sums of papers 0–7 and 8–15, both lookups.
  const [BLOCK_AT, BLOCKS_END, TABLES, TABLES_END, TABLE, BITS, LOW, HIGH, FOUND] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8,
  ]
  const get = (local: number) => [LOCAL_GET, local]
  const set = (local: number) => [LOCAL_SET, local]
  const tee = (local: number) => [LOCAL_TEE, local]
  const int = (value: number) => [I32_CONST, ...signed(value)]
  const load = (offset: number) => [...V128_LOAD, ALIGN_1, ...unsigned(offset)]
  const store = (offset: number) => [...V128_STORE, ALIGN_1, ...unsigned(offset)]
  const zero = (local: number) => [...get(local), ...get(local), ...V128_XOR, ...set(local)]
  const addTo = (sum: number, extend: number[]) => [
    ...get(sum),
    ...get(FOUND),
    ...extend,
    ...I16X8_ADD,
    ...set(sum),
  ]
  const advance = (local: number, bytes: number) => [...get(local), ...int(bytes), I32_ADD]

  const eachByte = [
    LOOP,
    EMPTY,
    ...get(BLOCK_AT),
    ...load(0),
    ...set(BITS),
    ...get(TABLE),
    ...load(0),
    ...get(BITS),
    ...int(0x0f),
    ...I8X16_SPLAT,
    ...V128_AND,
    ...I8X16_SWIZZLE,
    ...get(TABLE),
    ...load(16),
    ...get(BITS),
    ...int(4),
    ...I8X16_SHR_U,
    ...I8X16_SWIZZLE,
    ...I8X16_ADD,
    ...set(FOUND),
    ...addTo(LOW, I16X8_EXTEND_LOW_I8X16_U),
    ...addTo(HIGH, I16X8_EXTEND_HIGH_I8X16_U),
    ...advance(BLOCK_AT, 16),
    ...set(BLOCK_AT),
    ...advance(TABLE, 32),
    ...tee(TABLE),
    ...get(TABLES_END),
    I32_LT_U,
    BR_IF,
    0,
    END,
  ]
  const eachBlock = [
    LOOP,
    EMPTY,
    ...zero(LOW),
    ...zero(HIGH),
    ...get(TABLES),
    ...set(TABLE),
    ...eachByte,
    ...get(BLOCK_AT),
    ...get(LOW),
    ...store(0),
    ...get(BLOCK_AT),
    ...get(HIGH),
    ...store(16),
    ...advance(BLOCK_AT, 32),
    ...tee(BLOCK_AT),
    ...get(BLOCKS_END),
    I32_LT_U,
    BR_IF,
    0,
    END,
  ]
  const body = [
    BLOCK,
    EMPTY,
    ...get(BLOCK_AT),
    ...get(BLOCKS_END),
    I32_LT_U,
    I32_EQZ,
    BR_IF,
    0,
    ...eachBlock,
    END,
    END,
  ]
  const locals = [2, 1, I32, 4, V128]
  return Uint8Array.from([
    ...MAGIC_AND_VERSION,
    // Types: (i32, i32, i32, i32) → ().
    ...section(1, [1, 0x60, 4, I32, I32, I32, I32, 0]),
    // The memory comes from outside, since what it holds outlives a call.
    ...section(2, [1, ...name('env'), ...name('memory'), 0x02, 0x00, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name('scan'), 0x00, 0]),
    ...section(10, [1, ...unsigned(locals.length + body.length), ...locals, ...body]),
  ])
}

function section(id: number, content: number[]): number[] {
  return [id, ...unsigned(content.length), ...content]
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text, 'latin1')]
}

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = []
  do {
    const low = value & 0x7f
    value >>>= 7
    bytes.push(value > 0 ? low | 0x80 : low)
  } while (value > 0)
  return bytes
}

function signed(value: number): number[] {
  // All of ours are small and positive: a seventh bit would be read as the sign.
  return value < 64 ? [value] : [(value & 0x7f) | 0x80, value >> 7]
}
