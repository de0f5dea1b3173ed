import { sentencesIn } from '../search/text/sentences.ts'

/** What authors begin the sentence with that says what is new. The earlier ones say so more surely. */
const CUES = [
  /\b(?:we|this (?:paper|work|article|study|report)|our (?:method|approach|model|results?|work)) (?:therefore |thus |then |also )?(?:show|shows|prove|proves|demonstrate|demonstrates|find|finds|report|reports|discover)\b/i,
  /\b(?:we|this (?:paper|work|article|study|report)) (?:therefore |thus |then |also )?(?:propose|proposes|introduce|introduces|present|presents|develop|develops|describe|describes|release|releases)\b/i,
  /\b(?:outperforms?|achieves?|state[- ]of[- ]the[- ]art|results (?:show|indicate|suggest)|experiments (?:show|demonstrate))\b/i,
  /\b(?:we|our|this (?:paper|work|article|study))\b/i,
]
const SHORTEST = 40
const LONGEST = 320

/**
 * The sentence of an abstract (plain text) that says best what is new in it: the first that begins as authors begin such a
 * sentence, or else the first of all; null where none has a length that can stand by itself.
 */
export function keySentence(abstract: string): string | null {
  const sentences = Array.from(sentencesIn(abstract), ({ start, end }) =>
    abstract.slice(start, end).replaceAll(/\s+/g, ' ').trim(),
  ).filter(({ length }) => length >= SHORTEST && length <= LONGEST)
  for (const cue of CUES) {
    const found = sentences.find((sentence) => cue.test(sentence))
    if (found !== undefined) return found
  }
  return sentences[0] ?? null
}
