import { decodeHTMLStrict } from 'entities'
import { Parser } from 'htmlparser2'

export type MarkupNode = string | MarkupElement
/** An element without its namespace prefix, in lower case; its text is decoded. */
export type MarkupElement = { name: string; children: MarkupNode[] }

/** Nobody nests more elements than this: what comes after is not read. */
const DEEPEST = 200

export const BLOCKS: ReadonlySet<string> = new Set(
  (
    'abstract trans-abstract p sec div section article list list-item ul ol li dl dt dd def-list def-item blockquote ' +
    'disp-quote boxed-text pre table table-wrap tr center header footer main body html'
  ).split(' '),
)
export const HEADINGS: ReadonlySet<string> = new Set('title h1 h2 h3 h4 h5 h6'.split(' '))
export const BREAKS: ReadonlySet<string> = new Set('br break hr'.split(' '))
export const CELLS: ReadonlySet<string> = new Set('td th'.split(' '))
export const UNSEEN: ReadonlySet<string> = new Set(
  'script style noscript template iframe object embed svg head graphic inline-graphic img annotation annotation-xml'.split(
    ' ',
  ),
)
/** What may hold the same formula in several ways. */
export const FORMULAS: ReadonlySet<string> = new Set(
  'alternatives semantics inline-formula disp-formula'.split(' '),
)
const INLINE = (
  'a abbr b bold big cite code em emph ext-link font i italic ital kbd label mark math monospace named-content overline ' +
  'q roman s sans-serif sc scp small span strike strong styled-content sub sup sup2 inf tbody tex-math thead tt u ' +
  'underline uri var wbr xref email institution caption fig fn def term menclose merror mfenced mfrac mi ' +
  'mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup ' +
  'mtable mtd mtext mtr munder munderover none nobr input button form link meta'
).split(' ')
const EMPTY = new Set([
  ...BREAKS,
  ...'img graphic inline-graphic embed wbr mspace none mprescripts input link meta'.split(' '),
])

const KNOWN = [BLOCKS, HEADINGS, BREAKS, CELLS, UNSEEN, FORMULAS, INLINE].flatMap((names) => [...names])
const NAME = `(?:jats|mml|m|xhtml|html|ns\\d):[a-z][a-z0-9-]*|(?:${KNOWN.join('|')})`
const ATTRIBUTES = `(?:\\s+[\\w:.-]+\\s*=\\s*(?:"[^"<>]*"|'[^'<>]*'))*`
const TAG = `/?(?:${NAME})${ATTRIBUTES}\\s*/?>`
const KNOWN_TAG = new RegExp(`<${TAG}`, 'i')
/** A `<` that is text: less than, or a bracket in a formula or a program. */
const PLAIN_LESS_THAN = new RegExp(`<(?!!--|${TAG})`, 'gi')

const TAGS = new RegExp(`<(/?)(${NAME})${ATTRIBUTES}\\s*(/?)>`, 'gi')

/** Elements that are markup only where they are opened and closed: with the others, writers often leave out an end. */
const PAIRED = new Set(
  [...UNSEEN, ...'code kbd button form label abbr mark caption fig fn def term'.split(' ')].filter(
    (name) => !EMPTY.has(name),
  ),
)

/**
 * The text with every `<` that begins no markup escaped: those before no known tag, and those of a tag that is opened and
 * never closed, or the other way round. “Detecting <script> injection” speaks of the tag.
 */
function withPlainSignsEscaped(text: string): string {
  const opened = new Set<string>()
  const closed = new Set<string>()
  for (const [, slash, name = '', selfClosing] of text.matchAll(TAGS)) {
    if (slash === '') opened.add(name.toLowerCase())
    if (slash !== '' || selfClosing !== '') closed.add(name.toLowerCase())
  }
  const isMarkup = (name: string) =>
    !PAIRED.has(withoutPrefix(name)) || (opened.has(name) && closed.has(name))
  return text
    .replace(PLAIN_LESS_THAN, '&lt;')
    .replace(TAGS, (tag, _slash, name: string) =>
      isMarkup(name.toLowerCase()) ? tag : `&lt;${tag.slice(1)}`,
    )
}

/** Whether there is a tag in the text that a registry's markup may have. */
export function hasMarkup(text: string): boolean {
  return KNOWN_TAG.test(text)
}

class MarkupParser extends Parser {
  protected override isVoidElement(name: string): boolean {
    return EMPTY.has(withoutPrefix(name))
  }
}

/**
 * The elements of a text; `hasBlocks` where some of them are its paragraphs. A `<` that begins no known element is text,
 * and what is not well-formed is read as far as it goes.
 */
export function parseMarkup(text: string): { root: MarkupElement; hasBlocks: boolean } {
  const root: MarkupElement = { name: '', children: [] }
  const open = [root]
  let hasBlocks = false
  const parser: MarkupParser = new MarkupParser(
    {
      onopentag(written, attributes) {
        const bare = withoutPrefix(written)
        const name = bare === 'annotation' && /tex/i.test(attributes['encoding'] ?? '') ? 'tex-math' : bare
        hasBlocks ||= BLOCKS.has(name) || HEADINGS.has(name)
        const element: MarkupElement = { name, children: [] }
        open.at(-1)?.children.push(element)
        open.push(element)
        if (open.length > DEEPEST) parser.pause()
      },
      onclosetag() {
        open.pop()
      },
      ontext(written) {
        open.at(-1)?.children.push(decodeHTMLStrict(written))
      },
    },
    // HTML's own rules do not suit JATS, in which a title, for one, may hold elements.
    { xmlMode: true, lowerCaseTags: true, lowerCaseAttributeNames: true, decodeEntities: false },
  )
  // The text of a CDATA section is read as markup too: some registries put a whole abstract in one.
  const unwrapped = text.replaceAll('<![CDATA[', '').replaceAll(']]>', '')
  parser.end(withPlainSignsEscaped(unwrapped))
  return { root, hasBlocks }
}

function withoutPrefix(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
