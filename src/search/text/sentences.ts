import { endsSentence } from '../../papers/excerpt.ts'

// Chinese and Japanese set no space behind a sentence.
const GAP = /\s+|[。！？｡]+[」』）”’]*/g

/**
 * The sentences of a plain text, in UTF-16 units and without the white space around them; they follow each other and
 * leave nothing else out. A blank line ends a sentence whatever stands before it. Linear in the length of the text.
 */
export function sentencesIn(text: string): { start: number; end: number }[] {
  const sentences: { start: number; end: number }[] = []
  let start = 0
  for (const { 0: gap, index } of text.matchAll(GAP)) {
    const isSpace = gap.trim() === ''
    const end = isSpace ? index : index + gap.length
    if (start === end || !isSpace || /\n\s*\n/.test(gap) || endsSentence(text, index)) {
      if (start < end) sentences.push({ start, end })
      start = index + gap.length
    }
  }
  const end = text.trimEnd().length
  return start < end ? [...sentences, { start, end }] : sentences
}
