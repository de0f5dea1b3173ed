import { BLANK_LINE, clean } from './tex/clean.ts'
import { parseTex, type CutPlaces } from './tex/parse.ts'

const ABBREVIATION =
  /(?:^|[\s(])(?:(?:[A-Za-z]\.)+[A-Za-z]|al|cf|vs|viz|etc|resp|approx|incl|ca|pp|Figs?|Eqs?|Secs?|Sects?|Refs?|Tab|Thm|Prop|Lem|Cor|Def|Ch|Vol|No|Mrs?|Ms|Dr|Prof|St|[A-Z])\.$/

/**
 * Whether a sentence ends before the white space at `at`: after a full stop, question or exclamation mark that no
 * abbreviation or initial has, and not before a small letter.
 */
export function endsSentence(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 12), at)
  return (
    /[.!?]['’”)\]}]*$/.test(before) && !ABBREVIATION.test(before) && !/^\s+[a-z]/.test(text.slice(at, at + 4))
  )
}

/**
 * The beginning of a TeX text as TeX: up to the end of a sentence where one ends between 55 % and 100 % of `limit`
 * characters of source, else up to a word and ` …` (so at most `limit` + 2 characters). It never cuts a formula, a macro's
 * argument or a URL, and an excerpt of an excerpt with the same limit is the same.
 */
export function excerpt(text: string, limit: number): string {
  const whole = clean(text).trim()
  if (whole.length <= limit || (whole.length <= limit + 2 && /(?:^| )…$/.test(whole))) return whole
  const spaces: number[] = []
  const hard: number[] = []
  let offset = 0
  // Paragraphs are read one by one, with their places counted from the beginning of the whole text.
  for (const piece of whole.split(/(\n\s*\n)/)) {
    if (offset > limit) break
    if (BLANK_LINE.test(piece)) {
      spaces.push(offset)
    } else {
      const cuts: CutPlaces = { limit: limit - offset, spaces: [], hard: [] }
      parseTex(piece, cuts)
      for (const at of cuts.spaces) spaces.push(offset + at)
      for (const at of cuts.hard) hard.push(offset + at)
    }
    offset += piece.length
  }
  const places = spaces.filter((at) => at > 0 && at <= limit)
  const sentence = places.findLast((at) => at >= 0.55 * limit && endsSentence(whole, at))
  if (sentence !== undefined) return whole.slice(0, sentence)
  const word = places.at(-1)
  if (word !== undefined) {
    const words = whole
      .slice(0, word)
      .replace(/(?<!\\)[,;:–-]+$/, '')
      .trimEnd()
    return words === '' ? '…' : `${words} …`
  }
  const inWord = hard.findLast((at) => !/^[\p{M}\u200D\uDC00-\uDFFF]/u.test(whole.slice(at, at + 2)))
  return inWord === undefined ? '…' : `${whole.slice(0, inWord)} …`
}
