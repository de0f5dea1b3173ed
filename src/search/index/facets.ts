import { dayStart } from '../../papers/calendar.ts'
import { FLAGS } from './indexed-paper.ts'
import { hasFlag, CATEGORIES_KEPT } from './segment.ts'
import type { PaperTable } from './paper-table.ts'

/** How many of the papers found are of each kind; kinds that none is of are left out, the most frequent first. */
export type Facets = {
  categories: { category: string; papers: number }[]
  /** The newest first. */
  years: { year: number; papers: number }[]
  has: { code: number; data: number; model: number }
}

const DAY_MS = 86_400_000
/** Days since 1970 that papers may have: years 1000 to 3000. */
const FIRST_DAY = -354_285
const LAST_DAY = 376_200
let yearsByDay: Uint16Array | null = null

/** Counts the papers where `wanted` is 1, by kind and in all; years are those of the time zone. */
export function countFacets(
  table: PaperTable,
  { wanted, timeZone }: { wanted: Uint8Array; timeZone: string },
): { facets: Facets; total: number } {
  const categories = new Uint32Array(table.categoryNames.length + 1)
  const years = new Uint32Array(4_000)
  const flags = new Uint32Array(16)
  const yearOf = (yearsByDay ??= makeYears())
  const starts = new Map<number, number>()
  const startOf = (year: number) => {
    const known = starts.get(year) ?? dayStart(timeZone, `${String(year).padStart(4, '0')}-01-01`)
    starts.set(year, known)
    return known
  }
  let total = 0
  for (let id = 0; id < table.size; id++) {
    if (wanted[id] !== 1) continue
    total++
    const at = table.datedAt[id] ?? 0
    const day = Math.min(Math.max(Math.floor(at / DAY_MS), FIRST_DAY), LAST_DAY) - FIRST_DAY
    const flag = table.flags[id] ?? 0
    let year = yearOf[day] ?? 0
    if ((flag & FLAGS.day) === 0) {
      const next = yearOf[day + 1] ?? year
      const last = yearOf[day - 1] ?? year
      if (next !== year && at >= startOf(next)) year = next
      else if (last !== year && at < startOf(year)) year = last
    }
    years[year] = (years[year] ?? 0) + 1
    flags[flag] = (flags[flag] ?? 0) + 1
    for (let slot = id * CATEGORIES_KEPT, end = slot + CATEGORIES_KEPT; slot < end; slot++) {
      const category = table.categories[slot] ?? 0
      if (category === 0) break
      categories[category] = (categories[category] ?? 0) + 1
    }
  }
  const withFlag = (name: 'code' | 'data' | 'model') =>
    flags.reduce((sum, papers, flag) => (hasFlag(flag, name) ? sum + papers : sum), 0)
  return {
    total,
    facets: {
      categories: table.categoryNames
        .map((category, i) => ({ category, papers: categories[i + 1] ?? 0 }))
        .filter(({ papers }) => papers > 0)
        .toSorted((a, b) => b.papers - a.papers || (a.category < b.category ? -1 : 1)),
      years: Array.from(years, (papers, year) => ({ year, papers }))
        .filter(({ papers }) => papers > 0)
        .toReversed(),
      has: { code: withFlag('code'), data: withFlag('data'), model: withFlag('model') },
    },
  }
}

function makeYears(): Uint16Array {
  const years = new Uint16Array(LAST_DAY - FIRST_DAY + 1)
  for (let year = 1_000; year <= 3_000; year++) {
    const from = Date.UTC(year, 0, 1) / DAY_MS - FIRST_DAY
    years.fill(year, Math.max(0, from))
  }
  return years
}
