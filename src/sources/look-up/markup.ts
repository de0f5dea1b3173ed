import { plainMath } from '../../papers/tex/plain-math.ts'
import { decodeEntities } from './entities.ts'

/** Longer ones say nothing that is wanted, and would take long to read. */
const LONGEST = 300_000
/** Elements opened deeper within others are read as if their parents held what is in them. */
const DEEPEST = 60

/**
 * The text of what registries hold: JATS, HTML or MathML, or none of them, in paragraphs separated by blank lines.
 * Formulas of which TeX is given stay TeX, between dollar signs; others become plain characters. Total: markup that is
 * not well-formed is read as far as it goes, and a `<` that begins no element known is a character like any other.
 */
export function textOfMarkup(markup: string): string {
  if (markup.length > LONGEST) return ''
  // Some registries hold markup that was escaped before, once or twice.
  let text = hasMarkup(markup) ? markup : decodeEntities(markup)
  for (let pass = 0; pass < 3; pass++) {
    text = text.split(/\n\s*\n/).length > 1 && pass > 0 ? inParagraphs(text) : render(text)
    if (!hasMarkup(text)) break
  }
  return text
}

function inParagraphs(text: string): string {
  return text
    .split(/\n\s*\n/)
    .map(render)
    .join('\n\n')
}

// --- Elements ---

type Node = string | Element
type Element = { name: string; children: Node[] }

const TAG =
  /<(\/?)(?:([a-z][a-z0-9]*):)?([a-z][a-z0-9-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*)\s*(\/?)>/gi

const BLOCKS = new Set(
  (
    'abstract trans-abstract p sec div section article list list-item ul ol li dl dt dd def-list def-item blockquote ' +
    'disp-quote boxed-text pre table table-wrap tr center header footer main body html'
  ).split(' '),
)
const HEADINGS = new Set('title h1 h2 h3 h4 h5 h6'.split(' '))
const BREAKS = new Set('br break hr'.split(' '))
const CELLS = new Set('td th'.split(' '))
const UNSEEN = new Set(
  'script style noscript template iframe object embed svg head graphic inline-graphic img annotation annotation-xml'.split(
    ' ',
  ),
)
/** What may hold the same formula in several ways. */
const FORMULAS = new Set('alternatives semantics inline-formula disp-formula'.split(' '))
const EMPTY = new Set([
  ...BREAKS,
  'img',
  'graphic',
  'inline-graphic',
  'embed',
  'wbr',
  'mspace',
  'none',
  'mprescripts',
])
const INLINE = new Set(
  (
    'a abbr b bold big cite code em emph ext-link font i italic ital kbd label mark math monospace named-content overline ' +
    'q roman s sans-serif sc scp small span strike strong styled-content sub sup sup2 inf tbody tex-math thead tt u ' +
    'underline uri var wbr xref email institution caption fig fn def term menclose merror mfenced mfrac mi ' +
    'mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup ' +
    'mtable mtd mtext mtr munder munderover none nobr input button form link meta'
  ).split(' '),
)

function isMarkup(prefix: string | undefined, name: string): boolean {
  return prefix === undefined
    ? [BLOCKS, HEADINGS, BREAKS, CELLS, UNSEEN, FORMULAS, INLINE].some((names) => names.has(name))
    : /^(?:jats|mml|m|xhtml|html|ns\d)$/i.test(prefix)
}

function hasMarkup(text: string): boolean {
  for (const [, , prefix, name = ''] of text.matchAll(TAG))
    if (isMarkup(prefix, name.toLowerCase())) return true
  return false
}

/** The elements of a text; `hasBlocks` where some of them are its paragraphs. */
function treeOf(text: string): { root: Element; hasBlocks: boolean } {
  const root: Element = { name: '', children: [] }
  const open: [Element, ...Element[]] = [root]
  const innermost = () => open.at(-1) ?? root
  const plain = withoutComments(text)
  let hasBlocks = false
  let from = 0
  for (const match of plain.matchAll(TAG)) {
    const [tag, slash, prefix, written = '', attributes = '', selfClosed] = match
    const bare = written.toLowerCase()
    if (!isMarkup(prefix, bare)) continue
    innermost().children.push(plain.slice(from, match.index))
    from = match.index + tag.length
    const name = bare === 'annotation' && /tex/i.test(attributes) ? 'tex-math' : bare
    hasBlocks ||= BLOCKS.has(name) || HEADINGS.has(name)
    if (slash === '/') {
      const at = open.findLastIndex(
        (element) => element.name === name || (name === 'annotation' && element.name === 'tex-math'),
      )
      if (at > 0) open.length = at
    } else {
      const element: Element = { name, children: [] }
      innermost().children.push(element)
      if (selfClosed !== '/' && !EMPTY.has(name) && open.length < DEEPEST) open.push(element)
    }
  }
  innermost().children.push(plain.slice(from))
  return { root, hasBlocks }
}

function withoutComments(text: string): string {
  const [before = '', ...parts] = text.replaceAll('<![CDATA[', '').replaceAll(']]>', '').split('<!--')
  return before + parts.map((part) => part.slice(part.includes('-->') ? part.indexOf('-->') + 3 : 0)).join('')
}

// --- Their text ---

/** Stands between a heading and the paragraph that it becomes the beginning of. */
const RUN_IN = '\uE000'

function render(text: string): string {
  const { root, hasBlocks } = treeOf(text)
  return rendered(root, { hasBlocks })
    .replace(/\uE000\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

function rendered(node: Node, options: { hasBlocks: boolean }): string {
  if (typeof node === 'string') {
    // Where elements make the paragraphs, line breaks mean nothing.
    return decodeEntities(options.hasBlocks ? node.replace(/\s+/g, ' ') : node)
  }
  const { name, children } = node
  if (UNSEEN.has(name)) return ''
  if (BREAKS.has(name)) return '\n'
  if (name === 'tex-math') return texFormula(wordsOf(node))
  if (name === 'math') return mathText(node)
  if (FORMULAS.has(name)) {
    const tex = children.find((child) => typeof child !== 'string' && child.name === 'tex-math')
    if (tex !== undefined) return rendered(tex, options)
  }
  const text = children.map((child) => rendered(child, options)).join('')
  if (name === 'sup' || name === 'sub' || name === 'inf') return script(name === 'sup' ? '^' : '_', text)
  if (CELLS.has(name)) return ` ${text} `
  if (HEADINGS.has(name)) return heading(text)
  return BLOCKS.has(name) ? `\n\n${text}\n\n` : text
}

function heading(text: string): string {
  const words = text.replace(/\s+/g, ' ').trim()
  if (words === '' || /^(?:abstract|summary)\W*$/i.test(words)) return '\n\n'
  return `\n\n${words}${/[.:!?]$/.test(words) ? '' : ':'}${RUN_IN}`
}

function script(sign: '^' | '_', text: string): string {
  const words = text.trim()
  // Ordinal numbers, and marks that stand for themselves.
  if (words === '' || /^(?:st|nd|rd|th|[®™©*†‡])$/i.test(words)) return words
  return plainMath(`${sign}{${texOf(words).replaceAll('−', '-')}}`)
}

/** All the text in an element, as it stands there. */
function wordsOf(node: Node): string {
  return typeof node === 'string' ? decodeEntities(node) : node.children.map(wordsOf).join('')
}

// --- Formulas ---

/** TeX between dollar signs; of a whole document, as some publishers deposit it, its body. */
function texFormula(source: string): string {
  const [, body = source] = /\\begin\{document\}([^]*?)\\end\{document\}/.exec(source) ?? []
  const tex = body
    .trim()
    .replace(/^(?:\$\$?|\\\(|\\\[)/, '')
    .replace(/(?:\$\$?|\\\)|\\\])$/, '')
    .trim()
  if (tex === '') return ''
  return tex.includes('$') ? tex : `$${tex}$`
}

function mathText(math: Element): string {
  const annotation = texIn(math)
  return annotation === null ? plainMath(math.children.map(mathTex).join('')) : texFormula(annotation)
}

/** The TeX of a formula that carries it beside its own markup. */
function texIn(node: Element): string | null {
  for (const child of node.children) {
    if (typeof child === 'string') continue
    const found = child.name === 'tex-math' ? wordsOf(child) : texIn(child)
    if (found !== null) return found
  }
  return null
}

/** A node of presentational MathML as TeX, from which its plain characters are made. */
function mathTex(node: Node): string {
  if (typeof node === 'string') return texOf(decodeEntities(node).replace(/\s+/g, ' ').trim())
  const { name, children } = node
  if (UNSEEN.has(name)) return ''
  const parts = children.filter((child) => typeof child !== 'string' || child.trim() !== '').map(mathTex)
  const [first = '', second = '', third = ''] = parts
  if (name === 'msup') return `{${first}}^{${minus(second)}}`
  if (name === 'msub' || name === 'munder') return `{${first}}_{${minus(second)}}`
  if (name === 'msubsup' || name === 'munderover') return `{${first}}_{${minus(second)}}^{${minus(third)}}`
  // What stands over something is an accent more often than not.
  if (name === 'mover') return first
  if (name === 'mfrac') return `\\frac{${first}}{${second}}`
  if (name === 'msqrt') return `\\sqrt{${parts.join('')}}`
  if (name === 'mtext') return `\\text{ ${parts.join('')} }`
  return parts.join('')
}

function minus(tex: string): string {
  return tex.replaceAll('−', '-')
}

function texOf(text: string): string {
  return text.replace(/[\\{}$%&#_^~]/g, (character) =>
    character === '\\' ? '\\backslash ' : character === '~' ? ' ' : character === '^' ? '' : `\\${character}`,
  )
}
