import { nameKey } from '../papers/names.ts'
import { plainText } from '../papers/plain-text.ts'
import { parseQuery } from './query/parse-query.ts'
import { search, type SearchRoom } from './search.ts'

/** In characters: longer than any title. */
const LONGEST_TITLE = 500
/** Papers whose titles are compared. */
const COMPARED = 10
/** The share of words that two titles have in common, as people copy and type them. */
const CLOSE = 0.8

/**
 * The number of the paper that has a title, or one that is nearly the same (slips, a word too many); null where there is
 * none that everybody may see. Throws `SearchAway`.
 */
export async function findTitled(room: SearchRoom, { title }: { title: string }): Promise<number | null> {
  const plain = plainText(title.slice(0, LONGEST_TITLE).toWellFormed())
  const key = nameKey(plain)
  if (key === '') return null
  // Nothing in a title is to be read as a filter or an operator.
  const words = plain
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}'’]+/gu, ' ')
    .trim()
  const { results } = await search(room, {
    query: parseQuery(words),
    typed: words,
    limit: COMPARED,
    by: 'words',
  })
  let best: { id: number; closeness: number } | null = null
  for (const { paper } of results) {
    const closeness = inCommon(key, nameKey(plainText(paper.title)))
    if (closeness >= CLOSE && closeness > (best?.closeness ?? 0)) best = { id: paper.id, closeness }
  }
  return best?.id ?? null
}

/** The share of their words that two keys have in common, from 0 to 1. A single word has to be the same. */
function inCommon(a: string, b: string): number {
  if (a === b) return 1
  const [one, other] = [new Set(a.split('-')), new Set(b.split('-'))]
  const shared = [...one].filter((word) => other.has(word)).length
  return shared < 2 ? 0 : (2 * shared) / (one.size + other.size)
}
