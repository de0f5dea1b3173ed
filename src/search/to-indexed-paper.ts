import { firstInstant } from '../papers/calendar.ts'
import type { SourcedLink } from '../papers/paper.ts'
import { plainText } from '../papers/plain-text.ts'
import { bodyText } from './body-text.ts'
import { FLAGS, type IndexedPaper } from './index/indexed-paper.ts'
import type { PaperRow } from './read-changes.ts'
import { vocabularyOf } from './text/vocabulary.ts'
import { titleKeys } from './text/title-keys.ts'
import { indexedWords, otherSpellings, partsOfName, withoutHyphens } from './text/other-spellings.ts'
import { nameWords } from './text/words.ts'

/** Of a collaboration of thousands, the first hundreds are enough to be found by. */
const MOST_AUTHORS = 300

/** A paper's words and facts, as the index takes them. */
export function toIndexedPaper(row: PaperRow): IndexedPaper {
  const texts = { title: plainText(row.title), body: bodyText(row) }
  const words = { title: indexedWords(texts.title), body: indexedWords(texts.body) }
  return {
    id: row.id,
    seq: row.index_seq,
    ...words,
    titleKeys: titleKeys(texts.title),
    vocabulary: vocabularyOf([
      { text: texts.title, words: words.title },
      { text: texts.body, words: words.body },
    ]),
    authors: row.authors.slice(0, MOST_AUTHORS).map(({ name }) => nameTerms(name)),
    categories: row.categories,
    datedAt: row.dated_at.getTime(),
    flags: flagsOf(row.links) | (isDatedByDay(row) ? FLAGS.day : 0),
  }
}

/** The words of a name, and the first letters of given names, by which people are often cited. */
export function nameTerms(name: string): string[] {
  const words = nameWords(name)
  const initials = words.slice(0, -1).map((word) => word.slice(0, 1))
  return [
    ...new Set([
      ...words,
      ...initials,
      ...[...otherSpellings(name), ...withoutHyphens(name)].flatMap(nameWords),
      ...partsOfName(name),
    ]),
  ]
}

/** A paper whose day was still to come is dated by the instant that it came in. */
function isDatedByDay({ published, dated_at }: PaperRow): boolean {
  return (
    published !== null &&
    published.precision !== 'time' &&
    firstInstant(published).getTime() === dated_at.getTime()
  )
}

function flagsOf(links: SourcedLink[]): number {
  const has = (kind: SourcedLink['kind']) => links.some((link) => link.kind === kind)
  return (has('code') ? FLAGS.code : 0) | (has('dataset') ? FLAGS.data : 0) | (has('model') ? FLAGS.model : 0)
}
