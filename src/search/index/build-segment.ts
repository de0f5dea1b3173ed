import { distinctTopics } from '../../papers/categories.ts'
import type { Word } from '../text/words.ts'
import { ByteWriter } from './byte-writer.ts'
import {
  authorTerm,
  categoryTerm,
  excludingTitleTerm,
  LONGEST,
  titleNameTerm,
  titleTerm,
  type IndexedPaper,
} from './indexed-paper.ts'
import {
  BODY_STARTS_AT,
  CATEGORIES_KEPT,
  categoryNumbers,
  countByte,
  newColumns,
  positionsInMemory,
  TermsWriter,
  TITLE_ENDS_AT,
  type Segment,
  type Terms,
} from './segment.ts'

/** Takes some papers, each once, into a segment of their own. */
export function buildSegment(papers: IndexedPaper[]): Segment {
  const ordered = papers.toSorted((a, b) => a.id - b.id)
  const columns = newColumns(ordered.length)
  const numberOf = categoryNumbers(columns.categoryNames)
  const occurrences = new Occurrences()
  const vocabulary = new Map<string, number>()
  ordered.forEach((paper, row) => {
    columns.ids[row] = paper.id
    columns.seqs[row] = paper.seq
    columns.datedAt[row] = paper.datedAt
    columns.flags[row] = paper.flags
    distinctTopics(paper.categories)
      .slice(0, CATEGORIES_KEPT)
      .forEach((category, i) => {
        columns.categories[row * CATEGORIES_KEPT + i] = numberOf(category)
      })
    for (const word of paper.vocabulary) vocabulary.set(word, (vocabulary.get(word) ?? 0) + 1)
    const { title, body } = addOccurrences(occurrences, paper, row)
    columns.titleLengths[row] = Math.min(title, 255)
    columns.bodyLengths[row] = Math.min(body, LONGEST)
  })
  return { papers: columns, ...group(occurrences, columns.ids), vocabulary: inOrder(vocabulary) }
}

function inOrder(words: Map<string, number>): Terms {
  const terms = new TermsWriter()
  for (const [word, papers] of [...words].toSorted(([a], [b]) => (a < b ? -1 : 1))) terms.add(word, papers)
  return terms.finish()
}

/** Every word of every paper, in the order of the papers and their texts. */
class Occurrences {
  terms = new Map<string, number>()
  /** Of term n. */
  counts: number[] = []
  length = 0
  term = new Uint32Array(4096)
  row = new Uint32Array(4096)
  /** Twice the position, plus one in a title. */
  place = new Uint32Array(4096)

  add(term: string, row: number, place: number): void {
    let number = this.terms.get(term)
    if (number === undefined) {
      number = this.terms.size
      this.terms.set(term, number)
      this.counts.push(0)
    }
    this.counts[number] = (this.counts[number] ?? 0) + 1
    if (this.length === this.term.length) {
      this.term = doubled(this.term)
      this.row = doubled(this.row)
      this.place = doubled(this.place)
    }
    this.term[this.length] = number
    this.row[this.length] = row
    this.place[this.length++] = place
  }
}

function doubled(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2)
  larger.set(array)
  return larger
}

/** Answers how many words that say something title and body have. */
function addOccurrences(
  occurrences: Occurrences,
  paper: IndexedPaper,
  row: number,
): { title: number; body: number } {
  const lengths = { title: 0, body: 0 }
  let position = 0
  // A joined form is where its first part is, and so is the second part of a compound that is one word in every spelling.
  const placeOf = ({ joined, inner }: Word) => (joined ? position : inner ? position - 1 : position++)
  for (const word of paper.title) {
    const at = Math.min(placeOf(word), TITLE_ENDS_AT)
    occurrences.add(word.term, row, at * 2 + 1)
    if (!word.stop && !word.joined) lengths.title++
  }
  position = BODY_STARTS_AT
  for (const word of paper.body) {
    const at = placeOf(word)
    // In nearly every text, and only titles are known by them ("Attention is all you need").
    if (word.stop) continue
    occurrences.add(word.term, row, at * 2)
    if (!word.joined) lengths.body++
  }
  const { whole, name, excluding } = paper.titleKeys
  if (whole !== '') occurrences.add(titleTerm(whole), row, 0)
  if (excluding !== '') occurrences.add(excludingTitleTerm(excluding), row, 0)
  if (name !== '') occurrences.add(titleNameTerm(name), row, 0)
  paper.authors.forEach((words, i) => {
    for (const word of words) occurrences.add(authorTerm(word), row, i * 2)
  })
  const topics = distinctTopics(paper.categories)
  const archives = [...topics, ...paper.categories].map((category) => category.split('.')[0] ?? '')
  for (const category of new Set([...topics, ...archives])) occurrences.add(categoryTerm(category), row, 0)
  return lengths
}

function group(occurrences: Occurrences, ids: Uint32Array): Omit<Segment, 'papers' | 'vocabulary'> {
  // A counting sort by term keeps the order of papers and positions within each.
  const starts = new Uint32Array(occurrences.counts.length + 1)
  occurrences.counts.forEach((count, term) => (starts[term + 1] = (starts[term] ?? 0) + count))
  const next = starts.slice()
  const sorted = new Uint32Array(occurrences.length)
  for (let i = 0; i < occurrences.length; i++) {
    const term = occurrences.term[i] ?? 0
    const at = next[term] ?? 0
    sorted[at] = i
    next[term] = at + 1
  }

  const names = [...occurrences.terms].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const terms = new TermsWriter()
  const postings = new ByteWriter(occurrences.length * 2)
  const positions = new ByteWriter(occurrences.length * 2)
  const postingsAt = new Uint32Array(names.length + 1)
  const positionsAt = new Uint32Array(names.length + 1)
  names.forEach(([name, term], number) => {
    let previousId = 0
    let papers = 0
    const end = starts[term + 1] ?? 0
    for (let i = starts[term] ?? 0; i < end;) {
      const row = occurrences.row[sorted[i] ?? 0] ?? 0
      let last = i
      let titles = 0
      while (last < end && occurrences.row[sorted[last] ?? 0] === row) {
        titles += (occurrences.place[sorted[last] ?? 0] ?? 0) & 1
        last++
      }
      const id = ids[row] ?? 0
      postings.varint(id - previousId)
      postings.byte(countByte(titles, last - i - titles))
      previousId = id
      positions.varint(last - i)
      let previous = 0
      for (; i < last; i++) {
        const position = (occurrences.place[sorted[i] ?? 0] ?? 0) >> 1
        positions.varint(position - previous)
        previous = position
      }
      papers++
    }
    terms.add(name, papers)
    postingsAt[number + 1] = postings.length
    positionsAt[number + 1] = positions.length
  })
  return {
    terms: terms.finish(),
    postings: postings.finish(),
    postingsAt,
    positions: positionsInMemory(positions.finish()),
    positionsAt,
  }
}
