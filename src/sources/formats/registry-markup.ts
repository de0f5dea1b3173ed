import { decodeHTMLStrict } from 'entities'
import { hasMarkup } from '../look-up/markup-tree.ts'
import { textOfMarkup } from '../look-up/markup.ts'

const MAY_HAVE_MARKUP = /<|&(?:#\d|#x|[A-Za-z])/i
/** A tag that only markup has: in TeX and in plain text, `<b>` alone may be a letter between two signs. */
const CLEAR = /<\/[a-z][\w:-]*\s*>|<[\w:-]+(?:\s[^<>]*)?\/>|<(?:jats|mml):[a-z]|<!\[CDATA\[|<(?:br|p|hr)\s*>/i
const MOST_TIMES_ESCAPED = 4

/**
 * A text of a registry or a publisher, as it gets into files of any format: JATS, HTML and MathML become text as in a
 * look-up, with their formulas as TeX, and entities their characters, however often they were escaped. Other text stays as it is.
 */
export function texOfMarkup(text: string): string {
  let read = MAY_HAVE_MARKUP.test(text)
    ? withoutMarks(withoutMarks(text, { open: '<![CDATA[', close: ']]>', keep: true }), {
        open: '<!--',
        close: '-->',
        keep: false,
      })
    : text
  for (let times = 0; times < MOST_TIMES_ESCAPED && MAY_HAVE_MARKUP.test(read); times++) {
    const before = read
    read = CLEAR.test(read) && hasMarkup(read) ? textOfMarkup(read) : decodeHTMLStrict(read)
    if (read === before) break
  }
  return read
}

/** The text without a pair of marks, and without what is between them unless that is to be kept. */
function withoutMarks(
  text: string,
  { open, close, keep }: { open: string; close: string; keep: boolean },
): string {
  const pieces: string[] = []
  let at = 0
  for (let start = text.indexOf(open); start !== -1; start = text.indexOf(open, at)) {
    const end = text.indexOf(close, start + open.length)
    if (end === -1) break
    pieces.push(text.slice(at, start), keep ? text.slice(start + open.length, end) : '')
    at = end + close.length
  }
  return at === 0 ? text : pieces.join('') + text.slice(at)
}
