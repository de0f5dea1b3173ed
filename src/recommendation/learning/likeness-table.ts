import type { Features } from './features.ts'

type Paper = { key: string; features: Features }

/** How much papers have in common, two by two, each pair looked at once: after one more vote only its own row is new. */
export type LikenessTable = {
  /** n × n, in the order of these papers. `kinships`: what one of them has in common with the first `count`. */
  of(papers: readonly Paper[], kinships: (paper: Features, count: number) => ArrayLike<number>): Float64Array
}

/** Papers of one table; when there are more, it begins anew. */
const MOST = 512
const FIRST = 32

export function openLikenessTable(): LikenessTable {
  let places = new Map<string, number>()
  let side = FIRST
  let table = new Float64Array(side * side).fill(NaN)

  /** Makes room for so many papers, with what is known of those that are there. */
  function grow(count: number): void {
    const before = { side, table }
    while (side < count) side *= 2
    table = new Float64Array(side * side).fill(NaN)
    for (let i = 0; i < places.size; i++)
      table.set(before.table.subarray(i * before.side, i * before.side + places.size), i * side)
  }

  return {
    of(papers, kinships) {
      const fresh = papers.filter(({ key }) => !places.has(key)).length
      if (places.size + fresh > MOST) places = new Map()
      if (places.size === 0) table.fill(NaN)
      if (places.size + fresh > side) grow(places.size + fresh)
      const at = papers.map(({ key }) => {
        const place = places.get(key) ?? places.size
        places.set(key, place)
        return place
      })
      const n = papers.length
      const common = new Float64Array(n * n)
      for (const [i, a] of papers.entries()) {
        let row: ArrayLike<number> | null = null
        for (let j = 0; j <= i; j++) {
          const cell = (at[i] ?? 0) * side + (at[j] ?? 0)
          let value = table[cell] ?? NaN
          if (Number.isNaN(value)) {
            row ??= kinships(a.features, i + 1)
            value = row[j] ?? 0
            table[cell] = value
            table[(at[j] ?? 0) * side + (at[i] ?? 0)] = value
          }
          common[i * n + j] = value
          common[j * n + i] = value
        }
      }
      return common
    },
  }
}
