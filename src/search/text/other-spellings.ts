import { fold, HYPHEN } from './letters.ts'
import { termOf } from './terms.ts'
import { wordsIn, type Word } from './words.ts'

/** How letters are written where a keyboard has none: both ways are common (`Muller` and `Mueller`, `Ødegård` as odegaard). */
const WRITTEN_OUT: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa' }
const LETTERS = /[äöüøå]/
const MOST_SPELLINGS = 8

/** A text with such letters in its other spellings, in lower case; none for most texts. */
export function otherSpellings(text: string): string[] {
  const lower = text.normalize('NFC').toLowerCase()
  if (!LETTERS.test(lower)) return []
  let spellings = ['']
  for (const letter of lower) {
    const other = WRITTEN_OUT[letter]
    const ways = other === undefined || spellings.length * 2 > MOST_SPELLINGS ? [letter] : [letter, other]
    spellings = spellings.flatMap((before) => ways.map((way) => before + way))
  }
  return spellings.slice(1)
}

const INNER_HYPHEN = new RegExp(`(?<=\\p{L})${HYPHEN.source}(?=\\p{L})`, 'gu')

/** A name with a hyphen in it as others write it (`Xiao-Ming`, `Xiaoming`); none for other names. */
export function withoutHyphens(name: string): string[] {
  const joined = name.replace(INNER_HYPHEN, '')
  return joined === name ? [] : [joined]
}

const SPACELESS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
/** Korean sets its particles behind a word without a space. */
const HANGUL = /^\p{Script=Hangul}{3,12}$/u

/**
 * The words of a text by which it can be found, more than `wordsIn` reads in a query: also single characters of scripts
 * without spaces, the beginnings of Korean words, and other spellings of letters.
 */
export function indexedWords(text: string): Word[] {
  const words = wordsIn(text)
  // Most texts have none of these.
  if (!/[^\p{ASCII}‐-‟]/u.test(text)) return words
  return words.flatMap((word) => {
    const written = text.slice(word.start, word.end)
    const more = otherTerms(written).filter((term) => term !== word.term)
    return [
      ...more.map((term): Word => ({ ...word, term, stop: false, joined: true, whole: false, inner: false })),
      word,
    ]
  })
}

function otherTerms(written: string): string[] {
  if (SPACELESS.test(written)) return Array.from(written.normalize('NFC'), fold).filter((sign) => sign !== '')
  if (HANGUL.test(written.normalize('NFC'))) return beginnings(written.normalize('NFC'))
  return otherSpellings(written).map((spelling) => termOf(fold(spelling)))
}

function beginnings(word: string): string[] {
  return Array.from({ length: word.length - 2 }, (_, i) => fold(word.slice(0, i + 2)))
}

const EAST_ASIAN = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー々]+$/u
const LONGEST_NAME = 8

/** Every part of a Chinese, Japanese or Korean name: nothing says where the family name ends. None for other names. */
export function partsOfName(name: string): string[] {
  const letters = fold(name.replace(/\s+/g, ''))
  if (!EAST_ASIAN.test(letters)) return []
  const signs = Array.from(letters).slice(0, LONGEST_NAME)
  return signs.flatMap((_, from) =>
    signs.slice(from).map((__, i) => signs.slice(from, from + i + 1).join('')),
  )
}
