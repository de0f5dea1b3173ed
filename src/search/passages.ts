import type { Paper } from '../papers/paper.ts'
import { bodyText } from './body-text.ts'
import { sentencesIn } from './text/sentences.ts'
import { indexedWords } from './text/other-spellings.ts'
import type { Word } from './text/words.ts'

/** A piece of text, and which parts of it are words that were looked for: `[start, end)` in it, ascending. */
export type Passage = { text: string; marks: { start: number; end: number }[] }

/** Longer sentences are cut around what matters. */
const LONGEST = 360

/** The sentence of a paper that has the rarest of the terms, each counted once; null when none has any. */
export function bestPassage(
  paper: Pick<Paper, 'abstract' | 'synopsis'>,
  terms: ReadonlyMap<string, number>,
): Passage | null {
  if (terms.size === 0) return null
  const text = bodyText(paper)
  const found = indexedWords(text).filter((word) => terms.has(word.term))
  let best: { start: number; end: number; words: Word[]; score: number } | null = null
  let next = 0
  for (const { start, end } of sentencesIn(text)) {
    const words: Word[] = []
    for (; next < found.length && (found[next]?.start ?? 0) < end; next++) {
      const word = found[next]
      if (word && word.start >= start) words.push(word)
    }
    const distinct = new Set(words.map(({ term }) => term))
    let score = 0
    for (const term of distinct) score += terms.get(term) ?? 0
    if (score > (best?.score ?? 0)) best = { start, end, words, score }
  }
  return best && cut(text, best)
}

function cut(text: string, { start, end, words }: { start: number; end: number; words: Word[] }): Passage {
  let from = start
  let to = end
  if (end - start > LONGEST) {
    const first = words[0]?.start ?? start
    from = first - start < LONGEST / 2 ? start : wordStart(text, first - LONGEST / 4)
    to = end - from <= LONGEST ? end : wordStart(text, from + LONGEST)
  }
  const before = from > start ? '… ' : ''
  const shown = text.slice(from, to).trimEnd()
  const marks = words
    .filter((word) => word.start >= from && word.end <= from + shown.length)
    .map((word) => ({ start: word.start - from + before.length, end: word.end - from + before.length }))
  return { text: `${before}${shown}${to < end ? ' …' : ''}`, marks: apart(marks) }
}

function wordStart(text: string, at: number): number {
  const space = text.indexOf(' ', Math.round(at))
  return space < 0 ? text.length : space + 1
}

/** Without marks that lie within others (a compound and its parts). */
function apart(marks: Passage['marks']): Passage['marks'] {
  let end = -1
  return marks
    .toSorted((a, b) => a.start - b.start || b.end - a.end)
    .filter((mark) => {
      if (mark.start < end) return false
      end = mark.end
      return true
    })
}
