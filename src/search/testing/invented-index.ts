import { find, type Found, type FindRequest } from '../index/find.ts'
import type { IndexedPaper } from '../index/indexed-paper.ts'
import { Scores } from '../index/match-words.ts'
import { addPapers, newWordIndex, type WordIndex } from '../index/word-index.ts'
import { parseQuery } from '../query/parse-query.ts'

/** An index of invented papers. */
export function indexOf(papers: IndexedPaper[]): WordIndex {
  const index = newWordIndex()
  addPapers(index, papers, papers.length)
  return index
}

const scratch = new Scores()

/** What an index finds for a text, by words alone: the first 100 papers, unless `more` says otherwise. */
export function findIn(words: WordIndex, text: string, more: Partial<FindRequest> = {}): Found {
  return find(
    { words, vectors: null },
    { query: parseQuery(text), vector: null, offset: 0, limit: 100, unfinished: false, ranked: [], ...more },
    scratch,
  )
}
