import type { Paper } from '../papers/paper.ts'
import { withSort } from './query/change-query.ts'
import { parseQuery } from './query/parse-query.ts'
import { search, type SearchRoom } from './search.ts'

/**
 * The papers that fit a search as they come in: newest first, unless the text itself asks for another order. For those who
 * follow a search: the most relevant results change little, and they would miss new papers outside them. Taken literally,
 * since what is corrected today may be a word of its own tomorrow, and they would never know. Throws `SearchAway`.
 */
export async function newestFound(
  room: SearchRoom,
  { text, offset = 0, limit }: { text: string; offset?: number; limit: number },
): Promise<Paper[]> {
  const asked = parseQuery(text)
  const query = asked.sort === 'relevance' ? withSort(asked, 'new') : asked
  const { results } = await search(room, { query, offset, limit, literal: true })
  return results.map(({ paper }) => paper)
}
