import { nameKey } from '../../papers/names.ts'
import { joinedWord, readChunk, type Word } from './chunks.ts'
import { apartOf, bondBySpace, mayBondBySpace } from './compounds.ts'
import { APOSTROPHE, fold, HYPHEN, LETTER } from './letters.ts'

export type { Word }

/** What a UTF-16 unit is; a link may stand between the letters of a word. */
const KIND = { unknown: 0, separator: 1, link: 2, letter: 3 } as const
/** Found out when a unit is first met; halves of pairs are never kept. */
const kinds = new Uint8Array(0x10000)

function kindOf(character: string): number {
  if (/[.,^_]/.test(character) || HYPHEN.test(character) || APOSTROPHE.test(character)) return KIND.link
  return LETTER.test(character) ? KIND.letter : KIND.separator
}

function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  // Past the end of the text there is no code.
  const known = kinds[code] ?? KIND.separator
  if (known !== KIND.unknown) return known
  if (code < 0xd800 || code >= 0xe000) return (kinds[code] = kindOf(text.charAt(at)))
  const whole = text.codePointAt(code < 0xdc00 ? at : at - 1) ?? 0
  return whole > 0xffff ? kindOf(String.fromCodePoint(whole)) : KIND.separator
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function chunkEnd(text: string, start: number): number {
  let at = start + 1
  for (;;) {
    const kind = kindAt(text, at)
    if (kind === KIND.link) {
      if (kindAt(text, at + 1) !== KIND.letter) break
      const isComma = text.charCodeAt(at) === 44
      if (isComma && !(isDigit(text.charCodeAt(at - 1)) && isDigit(text.charCodeAt(at + 1)))) break
    } else if (kind !== KIND.letter) break
    at++
  }
  // The names of programming languages: C++, C#.
  if (at === start + 1) {
    const sign = text.startsWith('++', at) ? 2 : text.startsWith('#', at) ? 1 : 0
    if (sign > 0 && kindAt(text, at + sign) !== KIND.letter) return at + sign
  }
  return at
}

function startsDotNet(text: string, at: number): boolean {
  return (
    text.charCodeAt(at) === 46 &&
    text.slice(at + 1, at + 4).toLowerCase() === 'net' &&
    kindAt(text, at + 4) !== KIND.letter
  )
}

/**
 * The same chunks are met again and again, and reading one takes many times as long as finding it here. Each has one
 * place, by its hash, and the last to come has it: frequent ones are soon back. Most are one word, kept without a list.
 */
const SLOTS = 0x10000
type Kept = { chunk: string; term: string; stop: boolean; words: readonly Word[] | null }
const known: (Kept | undefined)[] = Array.from({ length: SLOTS })
const LONGEST_KEPT = 40

function read(chunk: string): Kept {
  const words = readChunk(chunk)
  const [word] = words
  const isOne = words.length === 1 && word?.start === 0 && word.end === chunk.length
  return { chunk, term: word?.term ?? '', stop: word?.stop ?? false, words: isOne ? null : words }
}

function readKnown(text: string, start: number, end: number): Kept {
  if (end - start > LONGEST_KEPT) return read(text.slice(start, end))
  let hash = 0
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 0x01000193) ^ text.charCodeAt(at)) | 0
  const slot = (hash ^ (hash >>> 16)) & (SLOTS - 1)
  const kept = known[slot]
  if (kept !== undefined && kept.chunk.length === end - start && text.startsWith(kept.chunk, start))
    return kept
  // A slice would keep the whole text it is cut from in memory.
  return (known[slot] = read(Buffer.from(text.slice(start, end)).toString()))
}

/** Full-width letters and signs of ASCII, each of one unit, as Chinese and Japanese keyboards type them. */
const WIDE = /[\uff01-\uff5e]/g

function narrow(text: string): string {
  return text.replace(WIDE, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
}

/**
 * The words of a plain Unicode text (of TeX, see `plainText`), in its order: starts never descend. The same for a text
 * that is indexed and one that is searched for. Linear in the length of the text.
 */
export function wordsIn(given: string): Word[] {
  const text = narrow(given)
  const words: Word[] = []
  let at = 0
  while (at < text.length) {
    const start = at
    at++
    if (kindAt(text, start) === KIND.letter) at = chunkEnd(text, start)
    else if (startsDotNet(text, start)) at = start + 4
    else continue
    const kept = readKnown(text, start, at)
    if (kept.words === null) {
      const { term, stop } = kept
      words.push({ term, start, end: at, stop, joined: false, whole: false, inner: false })
    } else {
      for (const word of kept.words) {
        words.push({ ...word, start: start + word.start, end: start + word.end })
      }
    }
  }
  return withSpacedCompounds(text, words)
}

/** Compounds that are written with a space (`GPT 4`, `pre training`, `3.5 GHz`) are read like those with a hyphen. */
function withSpacedCompounds(text: string, words: Word[]): Word[] {
  let all: Word[] | null = null
  for (let at = 0; at < words.length; at++) {
    const word = words[at]
    const joined = word && joinedToNext(text, words, at)
    if (joined) {
      all ??= words.slice(0, at)
      all.push(joined, word, { ...(words[at + 1] as Word), inner: joined.whole })
      at++
    } else if (word) all?.push(word)
  }
  return all ?? words
}

function joinedToNext(text: string, words: Word[], at: number): Word | null {
  const [word, next, after] = [words[at], words[at + 1], words[at + 2]]
  if (!word || !next || next.start !== word.end + 1 || word.stop || next.stop) return null
  if (word.joined || word.inner || next.joined || !mayBondBySpace(word.term, next.term)) return null
  if (!/\s/.test(text.charAt(word.end))) return null
  const [first, second] = [fold(text.slice(word.start, word.end)), fold(text.slice(next.start, next.end))]
  const bond = bondBySpace(first, second)
  if (bond === null) return null
  // In `mass 10 kg` the number is of the unit.
  if (after && after.start === next.end + 1 && isDigit(second.charCodeAt(0))) {
    if (bondBySpace(second, fold(text.slice(after.start, after.end))) !== null) return null
  }
  const joined = joinedWord(first + second, word.start, next.end)
  return bond === 'whole'
    ? { ...joined, whole: true }
    : { ...joined, term: apartOf(joined.term) ?? joined.term }
}

/**
 * The words of a person's name, folded but not stemmed: `José-Luis Ångström` is jose, luis, angstrom. What follows an
 * elided particle is there with and without it: dalembert, alembert.
 */
export function nameWords(name: string): string[] {
  const elided = Array.from(name.matchAll(/(?<!\p{L})[dl]['’ʼ`´](?<rest>\p{L}{2,})/giu), ({ groups }) =>
    nameKey(groups?.['rest'] ?? ''),
  )
  return [...nameKey(name).split('-'), ...elided].map(fold).filter((word) => word !== '')
}
