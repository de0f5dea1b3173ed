import { fold } from './letters.ts'
import type { Word } from './words.ts'

/** Words that can be slips of each other, as `fold` writes them: shorter ones have too many neighbours, longer ones are data. */
const WORD = /^[a-z]{2,32}$/

/** A piece of a text as the vocabulary has it; null where it is no word of letters a–z. */
export function vocabularyWord(piece: string): string | null {
  const folded = fold(piece)
  return WORD.test(folded) ? folded : null
}

/** The distinct words of some texts as they are written, which their terms (stems) no longer say. */
export function vocabularyOf(texts: { text: string; words: Word[] }[]): string[] {
  const found = new Set<string>()
  for (const { text, words } of texts) {
    for (const { start, end, joined } of words) {
      const word = joined ? null : vocabularyWord(text.slice(start, end))
      if (word !== null) found.add(word)
    }
  }
  return [...found]
}
