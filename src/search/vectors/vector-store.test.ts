import { existsSync, mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { quantize } from '../embeddings/quantize.ts'
import { createSignScan, signsOf } from './sign-scan.ts'
import { newVectorStore, openVectorStore } from './vector-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'broadsheet-vectors-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Normally distributed vectors of length 1, the same every time (Box–Muller over a linear congruential generator). */
function randomVectors(count: number, dimensions: number, seed: number): Float32Array[] {
  let state = seed
  const uniform = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31 + 1e-9
  return Array.from({ length: count }, () => {
    const vector = Float32Array.from(
      { length: dimensions },
      () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
    )
    const length = Math.hypot(...vector)
    return vector.map((value) => value / length)
  })
}
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
const all = (count: number) => new Uint8Array(count).fill(1)

describe('the scan of signs', () => {
  it.each([8, 36, 384, 1_000])(
    'orders as the query summed by signs does, with %i dimensions',
    (dimensions) => {
      const vectors = randomVectors(100, dimensions, 1)
      const scan = createSignScan({ dimensions })
      vectors.forEach((vector, place) => scan.set(place, signsOf(vector)))
      const [query = new Float32Array(0)] = randomVectors(1, dimensions, 2)
      const exact = (place: number) =>
        query.reduce((sum, value, i) => sum + ((vectors[place]?.[i] ?? 0) > 0 ? value : -value), 0)
      const found = scan.nearest(query, { count: 100, admitted: all(100) })
      expect(found).toHaveLength(100)
      // Sums are rounded: neighbours may change places when they are nearly equal.
      const spread = query.reduce((sum, value) => sum + Math.abs(value), 0)
      for (let i = 1; i < found.length; i++) {
        expect(exact(found[i] ?? 0)).toBeLessThanOrEqual(exact(found[i - 1] ?? 0) + spread * 0.03)
      }
    },
  )

  it('finds only what is admitted, and what took the place of another', () => {
    const [a, b, c] = randomVectors(3, 64, 3) as [Float32Array, Float32Array, Float32Array]
    const scan = createSignScan({ dimensions: 64 })
    scan.set(5, signsOf(a))
    scan.set(40, signsOf(b))
    const only = (...places: number[]) =>
      Uint8Array.from({ length: 41 }, (_, i) => (places.includes(i) ? 1 : 0))
    expect([...scan.nearest(a, { count: 3, admitted: only(5, 40) })]).toEqual([5, 40])
    expect([...scan.nearest(a, { count: 3, admitted: only(40) })]).toEqual([40])
    expect([...scan.nearest(a, { count: 3, admitted: new Uint8Array(0) })]).toEqual([])
    scan.set(5, signsOf(c))
    scan.set(40, signsOf(a))
    expect([...scan.nearest(a, { count: 1, admitted: only(5, 40) })]).toEqual([40])
  })
})

describe('the store of vectors', () => {
  const vectors = randomVectors(2_000, 96, 4)
  const fill = (path: string | null) => {
    const store = newVectorStore({ path, dimensions: 96 })
    vectors.forEach((vector, id) => {
      const { bytes, scale } = quantize(vector)
      store.set(id, { scale, numbers: bytes }, id + 7)
    })
    return store
  }

  it('finds nearly all of the true nearest, in their order', () => {
    const store = fill(null)
    let found = 0
    for (const query of randomVectors(20, 96, 5)) {
      const exact = vectors
        .map((vector, id) => ({ id, similarity: dot(vector, query) }))
        .toSorted((a, b) => b.similarity - a.similarity)
        .slice(0, 10)
      const got = store.nearest(query, { count: 10, admitted: all(2_000) })
      found += exact.filter(({ id }) => got.some((one) => one.id === id)).length
      expect(got[0]?.similarity).toBeCloseTo(exact[0]?.similarity ?? 0, 1)
    }
    // Random vectors in few dimensions are the hardest case there is.
    expect(found / 200).toBeGreaterThan(0.9)
    store.close()
  })

  it('is there again when it is opened again, but for what was removed', () => {
    const path = join(folder, 'again.vectors')
    const store = fill(path)
    store.remove(3)
    store.sync()
    store.close()
    const again = openVectorStore({ path, dimensions: 96 })
    expect(again.count).toBe(1_999)
    expect(again.get(3)).toBeNull()
    expect(again.get(4)).toMatchObject({ seq: 11 })
    expect(again.similarity(vectors[4] ?? new Float32Array(0), 4)).toBeCloseTo(1, 2)
    expect(again.nearest(vectors[9] ?? new Float32Array(0), { count: 1, admitted: all(2_000) })[0]?.id).toBe(
      9,
    )
    again.close()
  })

  it('does without a row that was only half written', () => {
    const path = join(folder, 'half.vectors')
    fill(path).close()
    truncateSync(path, 104 * 1_999 + 50)
    const again = openVectorStore({ path, dimensions: 96 })
    expect(again.count).toBe(1_999)
    again.close()
  })

  it('makes no empty file where one is missing, and overwrites none', () => {
    const path = join(folder, 'missing.vectors')
    expect(() => openVectorStore({ path, dimensions: 96 })).toThrow('ENOENT')
    expect(existsSync(path)).toBe(false)
    newVectorStore({ path, dimensions: 96 }).close()
    expect(() => newVectorStore({ path, dimensions: 96 })).toThrow('EEXIST')
  })

  it('refuses a vector of another length', () => {
    const store = newVectorStore({ path: null, dimensions: 96 })
    expect(() => store.set(1, { scale: 1, numbers: new Int8Array(95) }, 1)).toThrow(RangeError)
    store.close()
  })
})
