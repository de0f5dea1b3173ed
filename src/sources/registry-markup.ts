import { decodeHTMLStrict } from 'entities'
import { hasMarkup } from './look-up/markup-tree.ts'
import { textOfMarkup } from './look-up/markup.ts'

const MAY_HAVE_MARKUP = /<|&(?:#\d|#x|[A-Za-z])/i
/** A tag that only markup has: in TeX and in plain text, `<b>` alone may be a letter between two signs. */
const CLEAR = /<\/[a-z][\w:-]*\s*>|<[\w:-]+(?:\s[^<>]*)?\/>|<(?:jats|mml):[a-z]|<!\[CDATA\[|<(?:br|p|hr)\s*>/i
const MOST_TIMES_ESCAPED = 4

/**
 * A text of a registry or a publisher, as it gets into files of any format: JATS, HTML and MathML become text as in a
 * look-up, with their formulas as TeX, and entities their characters, however often they were escaped. Other text stays as it is.
 */
export function texOfMarkup(text: string): string {
  let read = text
  for (let times = 0; times < MOST_TIMES_ESCAPED && MAY_HAVE_MARKUP.test(read); times++) {
    const before = read
    read = CLEAR.test(read) && hasMarkup(read) ? textOfMarkup(read) : decodeHTMLStrict(read)
    if (read === before) break
  }
  return read
}
