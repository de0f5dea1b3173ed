import { plainText } from '../../papers/plain-text.ts'
import { formatQuery } from '../query/format-query.ts'
import { wordsOf, type Query, type QueryClause } from '../query/query.ts'
import { exclusionKeyOf, titleKey } from '../text/title-keys.ts'
import { wordsIn } from '../text/words.ts'
import { excludingTitleTerm, titleNameTerm, titleTerm } from './indexed-paper.ts'
import { papersWithPhrase } from './match-phrase.ts'
import { markTerm } from './match-words.ts'
import { frequencyOf, type WordIndex } from './word-index.ts'

/** The papers that a query names. */
export type Named = {
  /** How well, by id; the best come first, before all others. */
  ranks: Map<number, number>
  /** Those whose whole title was typed. */
  titled: number[]
  /** The whole text read as nothing but the words of a title; none where it is no title. */
  literally: QueryClause[]
}

const RANKS = { name: 1, title: 2, sameWords: 3 } as const

/**
 * The papers whose title, or what it has before its colon, is the text of a query. The text is read as it was typed
 * first (`Tides: -1 or NOT?`), then, unless another order is asked for, as what the query makes of it, without filters at
 * last. Exclusions are part of a title
 * only where the title has them too, or all is in capitals.
 */
export function papersNamed(index: WordIndex, query: Query, typed: string | null): Named {
  const excludes = query.clauses.some(({ not }) => not)
  const isOrdered = query.sort !== 'relevance'
  const whole = new Set([typed ?? '', isOrdered ? '' : formatQuery(query)].map(plainText))
  for (const plain of whole) {
    const term =
      !excludes || isShouted(plain) ? titleTerm(titleKey(plain)) : excludingTitleTerm(exclusionKeyOf(plain))
    const titled = papersWithTerm(index, term)
    if (titled.length > 0) return { ...named(index, plain, titled), literally: literalClauses(plain) }
  }
  const wanted = isOrdered ? '' : plainText(wordsOf(query))
  return named(index, wanted, papersWithTerm(index, titleTerm(titleKey(wanted))))
}

function named(index: WordIndex, plain: string, titled: number[]): Named {
  const ranks = new Map<number, number>()
  for (const id of papersWithTerm(index, titleNameTerm(titleKey(plain)))) ranks.set(id, RANKS.name)
  for (const id of titled) ranks.set(id, RANKS.title)
  if (titled.length > 1) {
    for (const id of papersWithWords(index, plain).keys()) {
      if (titled.includes(id)) ranks.set(id, RANKS.sameWords)
    }
  }
  return { ranks, titled, literally: [] }
}

/** A `NOT` among nothing but capitals is a word like the others. */
function isShouted(plain: string): boolean {
  return !/\p{Ll}|(?:^|\s)-\S/u.test(plain) && plain.trim().split(/\s+/).length > 3
}

/** Those that also have the words that the key leaves out (`and`, `or`, `not`, `the`). */
function papersWithWords(index: WordIndex, plain: string): Map<number, number> {
  const terms = wordsIn(plain)
    .filter(({ joined }) => !joined)
    .map(({ term }, offset) => ({ term, offset }))
  return papersWithPhrase(index, terms, { titleOnly: true })
}

function papersWithTerm(index: WordIndex, term: string): number[] {
  // A lone sign is of no key.
  if (term.length === 1 || frequencyOf(index, term) === 0) return []
  const marks = new Uint8Array(index.table.size)
  markTerm(index, { term, titleOnly: false }, marks)
  const papers: number[] = []
  for (let id = marks.indexOf(1); id >= 0; id = marks.indexOf(1, id + 1)) papers.push(id)
  return papers
}

function literalClauses(plain: string): QueryClause[] {
  return plain
    .split(/\s+/)
    .map((text): QueryClause => ({ not: false, anyOf: [{ kind: 'word', field: 'any', text }] }))
}
