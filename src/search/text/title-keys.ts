import { fold } from './letters.ts'
import { wordsIn } from './words.ts'

/** What a title may be typed without, or with a sign or an operator for it. */
const LEFT_OUT = new Set(['a', 'an', 'the', 'and', 'or', 'not'])
/** A longer text is no title. */
const LONGEST = 1_000
/** What stands before a colon or a dash is the name of a system or a study, or a title that its subtitle follows. */
const NAME = /^(?<name>.{2,200}?)(?::(?=\s|$)|\s[-–—]+(?=\s)|\s?—)/u

/** The keys of a title; empty strings where it has none. */
export type TitleKeys = { whole: string; name: string; excluding: string }

/** All keys of a plain title. */
export function titleKeys(plain: string): TitleKeys {
  return { whole: titleKey(plain), name: nameKeyOf(plain), excluding: exclusionKeyOf(plain) }
}

/**
 * Two plain texts have one key when they are the same title, whatever its capitals, accents, punctuation, hyphens,
 * spaces and articles. Empty where there are no words; otherwise four characters (of 52 bits of a hash), so that two
 * other titles are hardly ever taken for one.
 */
export function titleKey(plain: string): string {
  return hashed(piecesOf(plain).filter((piece) => !LEFT_OUT.has(piece)))
}

/** The key of what a plain title has before its colon; empty where there is none. */
function nameKeyOf(plain: string): string {
  const name = NAME.exec(plain.slice(0, LONGEST))?.groups?.['name']
  return name === undefined ? '' : titleKey(name)
}

/** A word that a query would leave out, if the title were one. */
const EXCLUDED = /(?<=^|[\s(])(?:-+(?=[^\s)-])|NOT\s+)(?<word>\S+)/gu

/**
 * The key of a plain title in which a query would see an exclusion (`Is Drift -1?`, `Ice is NOT Water`), by which it is
 * told from a query that means one (`drift -ice`). Empty for all others.
 */
export function exclusionKeyOf(plain: string): string {
  const excluded = Array.from(
    plain.slice(0, LONGEST).matchAll(EXCLUDED),
    ({ groups }) => groups?.['word'] ?? '',
  )
  if (excluded.length === 0) return ''
  return hashed([
    ...piecesOf(plain).filter((piece) => !LEFT_OUT.has(piece)),
    '-',
    ...excluded.flatMap(piecesOf),
  ])
}

function piecesOf(plain: string): string[] {
  if (plain.length > LONGEST) return []
  const pieces: string[] = []
  for (const { term, start, end, joined } of wordsIn(plain)) {
    if (joined) continue
    // Plurals and other endings are different titles; where nothing is stemmed, the term has names for signs.
    const letters = fold(plain.slice(start, end).normalize('NFKC')).replace(/['’‘ʼʻ`´]/g, '')
    pieces.push(/^[a-z]+$/.test(letters) ? letters : term)
  }
  return pieces
}

// Two FNV-1a hashes of 26 bits each, as four characters that no text has in this order but by chance.
function hashed(pieces: string[]): string {
  if (pieces.length === 0) return ''
  const text = pieces.join('')
  let one = 0x811c9dc5
  let other = 0x1b873593
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    one = Math.imul(one ^ code, 0x01000193)
    other = Math.imul(other ^ code, 0x85ebca6b)
    other ^= other >>> 13
  }
  one ^= one >>> 15
  other = Math.imul(other ^ (other >>> 16), 0xc2b2ae35)
  return String.fromCharCode(
    ...[one, one >>> 13, other, other >>> 13].map((bits) => 0x4e00 + (bits & 0x1fff)),
  )
}
