/** The most numbers of a vector that a browser gets; the bundled model has as many. */
export const MOST_NUMBERS = 384
/** Four bits each. */
const STEPS = 7
/** A step is so much of the numbers' root mean square: fine enough, and few numbers lie beyond seven of them. */
const STEP = 0.36

/**
 * A vector in four bits a number, two in each byte: about a hundredth of a cosine is lost, and half the bytes of a page saved. A
 * longer one is folded first: its numbers are added up, with signs and in places that are always the same, which keeps
 * cosines as a random projection does (K. Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009).
 */
export function toFewBits(vector: ArrayLike<number>): Uint8Array {
  const numbers = folded(vector)
  const step = STEP * Math.sqrt(numbers.reduce((sum, value) => sum + value * value, 0) / numbers.length)
  const bits = new Uint8Array(Math.ceil(numbers.length / 2))
  for (const [i, value] of numbers.entries()) {
    const steps = step > 0 ? Math.max(-STEPS, Math.min(STEPS, Math.round(value / step))) : 0
    bits[i >> 1] = (bits[i >> 1] ?? 0) | ((steps + STEPS) << (i % 2 === 0 ? 0 : 4))
  }
  return bits
}

/** What `toFewBits` made, as a vector of length 1 (of 0 where it says nothing). */
export function fromFewBits(bits: Uint8Array): Float32Array {
  const numbers = Float32Array.from(
    { length: bits.length * 2 },
    (_, i) => (((bits[i >> 1] ?? 0) >> (i % 2 === 0 ? 0 : 4)) & 15) - STEPS,
  )
  const length = Math.hypot(...numbers)
  return length > 0 ? numbers.map((value) => value / length) : numbers
}

function folded(vector: ArrayLike<number>): Float32Array {
  if (vector.length <= MOST_NUMBERS) {
    // One more where they do not fill the last byte.
    const numbers = new Float32Array(vector.length + (vector.length % 2))
    numbers.set(vector)
    return numbers
  }
  const numbers = new Float32Array(MOST_NUMBERS)
  for (let i = 0; i < vector.length; i++) {
    const hash = mixed(i)
    const place = (hash >>> 1) % MOST_NUMBERS
    numbers[place] = (numbers[place] ?? 0) + (hash & 1 ? 1 : -1) * (vector[i] ?? 0)
  }
  return numbers
}

/** 32 bits that look random, always the same for a number (the finalizer of MurmurHash3). */
function mixed(number: number): number {
  let hash = number + 0x9e3779b9
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
