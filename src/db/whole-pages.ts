/** Rows on a page of what is read to its end. */
const AT_A_TIME = 200

/**
 * What is cut into pages by the sort key of the last row, read to its end or up to `limit`: a query for each page, so that
 * any number of rows takes the same memory, and nothing in the database waits for whoever takes them.
 */
export async function* wholePages<Item, After>(
  read: (page: { after: After | null; limit: number }) => Promise<{ papers: Item[]; next: After | null }>,
  { limit = Infinity }: { limit?: number | undefined } = {},
): AsyncGenerator<Item[]> {
  let left = limit
  let after: After | null = null
  while (left > 0) {
    const { papers, next } = await read({ after, limit: Math.min(AT_A_TIME, left) })
    if (papers.length > 0) yield papers
    if (next === null) return
    left -= papers.length
    after = next
  }
}
