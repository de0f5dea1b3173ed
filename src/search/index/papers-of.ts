import { addDays, dayStart } from '../../papers/calendar.ts'
import type { QueryTerm } from '../query/query.ts'
import { otherSpellings, withoutHyphens } from '../text/other-spellings.ts'
import { nameWords } from '../text/words.ts'
import { authorTerm, categoryTerm, FLAGS } from './indexed-paper.ts'
import { papersWithPhrase } from './match-phrase.ts'
import { markTerm } from './match-words.ts'
import { nameCompletions } from './near-words.ts'
import { askedWords, phraseSpellings } from './query-words.ts'
import type { WordIndex } from './word-index.ts'

/** The papers that are one of the alternatives. */
export function papersOf(
  index: WordIndex,
  alternatives: QueryTerm[],
  { unfinished, timeZone }: { unfinished: boolean; timeZone: string },
): Uint8Array {
  const marks = new Uint8Array(index.table.size)
  for (const term of alternatives) {
    switch (term.kind) {
      case 'word':
      case 'phrase': {
        const words = term.field === 'author' ? nameWords(term.text) : askedWords(term.text)
        if (term.kind === 'phrase' || words.length > 1) {
          for (const id of phrasePapers(index, term).keys()) marks[id] = 1
        } else {
          const completed = unfinished && term.field === 'author' ? nameCompletions(index, term.text) : []
          for (const word of [...termsOf(term), ...completed])
            markTerm(index, { term: word, titleOnly: term.field === 'title' }, marks)
        }
        break
      }
      case 'category':
        markTerm(index, { term: categoryTerm(term.category), titleOnly: false }, marks)
        break
      case 'date':
        markDates(index, { ...term, timeZone }, marks)
        break
      case 'has':
        markFlag(index, FLAGS[term.what], marks)
        break
    }
  }
  return marks
}

function markDates(
  { table }: WordIndex,
  { from, to, timeZone }: { from: string | null; to: string | null; timeZone: string },
  marks: Uint8Array,
): void {
  const days = { first: -Infinity, end: Infinity }
  const instants = { first: -Infinity, end: Infinity }
  if (from !== null) {
    days.first = dayStart('UTC', from)
    instants.first = dayStart(timeZone, from)
  }
  if (to !== null) {
    days.end = dayStart('UTC', addDays(to, 1))
    instants.end = dayStart(timeZone, addDays(to, 1))
  }
  for (let id = 0; id < table.size; id++) {
    const at = table.datedAt[id] ?? 0
    const { first, end } = ((table.flags[id] ?? 0) & FLAGS.day) !== 0 ? days : instants
    if (at >= first && at < end) marks[id] = 1
  }
}

function markFlag({ table }: WordIndex, flag: number, marks: Uint8Array): void {
  for (let id = 0; id < table.size; id++) if (((table.flags[id] ?? 0) & flag) !== 0) marks[id] = 1
}

export function phrasePapers(
  index: WordIndex,
  { text, field }: Extract<QueryTerm, { kind: 'phrase' | 'word' }>,
): Map<number, number> {
  if (field === 'author') {
    const found = new Map<number, number>()
    for (const spelling of [text, ...otherSpellings(text), ...withoutHyphens(text)]) {
      const terms = nameWords(spelling).map((word) => ({ term: authorTerm(word), offset: 0 }))
      for (const [id, count] of papersWithPhrase(index, terms, { titleOnly: false })) found.set(id, count)
    }
    return found
  }
  const found = new Map<number, number>()
  for (const spelling of phraseSpellings(text)) {
    const says = spelling.some((word) => !word.stop)
    const terms = spelling.filter((word) => !says || !word.stop)
    const first = terms[0]?.offset ?? 0
    const papers = papersWithPhrase(
      index,
      terms.map(({ term, offset }) => ({ term, offset: offset - first })),
      // A phrase of nothing but stop words can only be found in titles.
      { titleOnly: field === 'title' || !says },
    )
    for (const [id, count] of papers) found.set(id, (found.get(id) ?? 0) + count)
  }
  return found
}

/** The terms that a part of a query asks for in texts. */
export function termsOf(term: QueryTerm): string[] {
  if (term.kind !== 'word' && term.kind !== 'phrase') return []
  if (term.field === 'author') {
    return [term.text, ...otherSpellings(term.text)].flatMap(nameWords).map(authorTerm)
  }
  return askedWords(term.text).flatMap(({ term, instead, mere }) => (mere ? [] : [term, ...instead]))
}
