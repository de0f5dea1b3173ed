import { endsSentence } from '../../papers/excerpt.ts'

/** As wide as a text part is in RFC 3676 and in most mail programs for terminals. */
const WIDTH = 72

/** Characters that take two columns in a terminal; between them a line may end. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]/u
/** What takes none. */
const NARROW = /[\p{M}\u200b-\u200d]/u
/** Text whose every character takes one column: nearly all of it is, and asking this is quick. */
const PLAIN = /^[\0-\u02ff\u2010-\u2027]*$/
/** A run of other characters, or a wide one with the marks that may not begin a line. */
const PIECES = new RegExp(
  `${WIDE.source}[\\p{M}\\u200d\\u3001\\u3002\\uff0c\\uff0e\\uff1a\\uff1b\\uff01\\uff1f\\uff09\\u300d\\u300f]*|[^\\s]+?(?=${WIDE.source}|$)`,
  'gu',
)
/** Controls, and what turns the direction of all that follows. */
const UNWANTED = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+/gu

/**
 * A text as one line, without what a terminal or a mail program would obey instead of showing: escape sequences, line
 * breaks, changes of direction.
 */
export function oneLine(text: string): string {
  return text.toWellFormed().replaceAll(UNWANTED, ' ').replaceAll(/\s+/g, ' ').trim()
}

/** Texts of several paragraphs, each as one line. */
export function paragraphs(text: string): string[] {
  return text
    .split(/\n\s*\n/)
    .map(oneLine)
    .filter((paragraph) => paragraph !== '')
}

/** How many columns of a terminal a text takes. */
export function columns(text: string): number {
  if (PLAIN.test(text)) return text.length
  let sum = 0
  for (const character of text) sum += columnsOf(character)
  return sum
}

function columnsOf(character: string): number {
  if (character < '\u0300') return 1
  return WIDE.test(character) ? 2 : NARROW.test(character) ? 0 : 1
}

/**
 * The beginning of a line of text, `limit` columns at most, so that Chinese is as long on the page as English: up to the end of a
 * sentence if one ends in its last 45 %, else up to a word and `…`.
 */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit / 2) return text
  const { at, fits } = places(text, limit)
  if (at === text.length) return text
  const sentence = lastSentence(text, at)
  if (sentence >= 0.55 * at) return text.slice(0, sentence).trimEnd()
  const space = text.lastIndexOf(' ', fits)
  // A script without spaces, or one endless word, ends after any character that is whole.
  let end = space >= 0.55 * fits ? space : fits
  while (end > 0 && NARROW.test(text.charAt(end))) end--
  return `${text.slice(0, end).replace(/[\s,;:–、，；：-]+$/u, '')}…`
}

/** How far a text goes in `limit` columns, and where it leaves room for dots. */
function places(text: string, limit: number): { at: number; fits: number } {
  // One more, for a mark that follows.
  if (PLAIN.test(text.slice(0, limit + 1))) return { at: Math.min(text.length, limit), fits: limit - 1 }
  let taken = 0
  let at = 0
  let fits = 0
  for (const character of text) {
    taken += columnsOf(character)
    if (taken > limit) break
    at += character.length
    if (taken < limit) fits = at
  }
  return { at, fits }
}

/** Where the last sentence ends that ends before `limit`; 0 if none does. */
function lastSentence(text: string, limit: number): number {
  for (let at = limit; at > limit / 2; at--) {
    if (/[。！？]/u.test(text.charAt(at - 1))) return at
    if (text.charAt(at) === ' ' && endsSentence(text, at)) return at
  }
  return 0
}

/**
 * A line of text in lines of 72 columns at most, each after `indent` and the first after `first`. Addresses, and words longer than a
 * line, stay whole.
 */
export function wrap(
  text: string,
  { indent = '', first = indent }: { indent?: string; first?: string } = {},
): string {
  const lines: string[] = []
  let line = first
  let width = columns(first)
  let isEmpty = true
  for (const word of text.split(' ')) {
    piecesOf(word).forEach((piece, i) => {
      const space = i === 0 && !isEmpty ? ' ' : ''
      const more = columns(piece)
      if (!isEmpty && width + space.length + more > WIDTH) {
        lines.push(line)
        line = indent + piece
        width = indent.length + more
      } else {
        line += space + piece
        width += space.length + more
      }
      isEmpty = false
    })
  }
  return [...lines, line].join('\n')
}

/** A word in the pieces between which a line may end. */
function piecesOf(word: string): string[] {
  return PLAIN.test(word) || word.includes('://') || !WIDE.test(word)
    ? [word]
    : (word.match(PIECES) ?? [word])
}
