import type { SearchRoom } from '../search/search.ts'

/** What it takes to compose issues. */
export type DigestRoom = {
  search: SearchRoom
  /** `origin` without a slash at the end. */
  site: { name: string; origin: string }
  /** Whether figures of papers are shown. */
  pictures: boolean
}
