import type { Taste } from '../recommendation/taste.ts'
import type { SearchRoom } from '../search/search.ts'

/** What it takes to compose issues. */
export type DigestRoom = {
  search: SearchRoom
  /** What readers' own front pages are ranked by. */
  taste: Taste
  /** `origin` without a slash at the end. */
  site: { name: string; origin: string }
  /** Whether figures of papers are shown. */
  pictures: boolean
}
