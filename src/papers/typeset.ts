import { clean } from './tex/clean.ts'
import { renderMathml } from './tex/mathml.ts'
import { parseTex, type CutPlaces, type TexNode, type TexStyle } from './tex/parse.ts'
import { plainMath } from './tex/plain-math.ts'

const PARAGRAPHS = /\n\s*\n/

const TAGS: Readonly<Record<TexStyle, [opening: string, closing: string]>> = {
  em: ['<em>', '</em>'],
  strong: ['<strong>', '</strong>'],
  code: ['<code>', '</code>'],
  smallcaps: ['<span class="smallcaps">', '</span>'],
  sup: ['<sup>', '</sup>'],
  sub: ['<sub>', '</sub>'],
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}

/** Formulas that are typeset in one text; a text of thousands would hold everyone up, and shows the others' source. */
const FORMULAS_SET = 300
type Options = { links: boolean; formulas: { left: number } }

function nodeHtml(node: TexNode, options: Options): string {
  if (node.kind === 'text') return escapeHtml(node.text)
  if (node.kind === 'math') {
    const rendered = options.formulas.left-- > 0 ? renderMathml(node.tex, node.display) : null
    return rendered?.ok ? rendered.mathml : `<code class="tex">${escapeHtml(node.source)}</code>`
  }
  if (node.kind === 'style') {
    const [opening, closing] = TAGS[node.style]
    return opening + html(node.children, options) + closing
  }
  const label = html(node.children, { ...options, links: false })
  return options.links ? `<a href="${escapeHtml(node.url)}" rel="nofollow noopener">${label}</a>` : label
}

function html(nodes: TexNode[], options: Options): string {
  return nodes.map((node) => nodeHtml(node, options)).join('')
}

function plain(nodes: TexNode[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text') return node.text
      return node.kind === 'math' ? plainMath(node.tex) : plain(node.children)
    })
    .join('')
}

function paragraphs(text: string): string[] {
  return clean(text)
    .split(PARAGRAPHS)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '')
}

// The same titles are shown again and again; two bytes a character.
const CACHE_BYTES = 4_000_000
const cache = new Map<string, string>()
let cachedBytes = 0

function cached(key: string, make: () => string): string {
  const known = cache.get(key)
  if (known !== undefined) {
    cache.delete(key)
    cache.set(key, known)
    return known
  }
  const made = make()
  const bytes = 2 * (key.length + made.length)
  if (bytes > CACHE_BYTES / 20) return made
  cache.set(key, made)
  cachedBytes += bytes
  for (const [oldest, value] of cache) {
    if (cachedBytes <= CACHE_BYTES) break
    cache.delete(oldest)
    cachedBytes -= 2 * (oldest.length + value.length)
  }
  return made
}

/**
 * One run of TeX text (a title, an excerpt) as HTML phrasing content: formulas as MathML, and no style, script, event
 * handler or address but http(s) links whatever the text is. What cannot be set stays readable as its source. Without
 * `links` it may stand inside a link. Linear in the length of the text; results are remembered.
 */
export function typeset(text: string, options: { links?: boolean } = {}): string {
  const links = options.links ?? true
  return cached((links ? '1' : '0') + text, () => {
    const formulas = { left: FORMULAS_SET }
    return paragraphs(text)
      .map((paragraph) => html(parseTex(paragraph), { links, formulas }).trim())
      .join(' ')
  })
}

/** An abstract as HTML flow content: a `<p>` for each of its paragraphs. */
export function typesetAbstract(text: string): string {
  const formulas = { left: FORMULAS_SET }
  return paragraphs(text)
    .map((paragraph) => `<p>${html(parseTex(paragraph), { links: true, formulas }).trim()}</p>`)
    .join('\n')
}

/** TeX text as one line of plain Unicode text, without styles and control characters. */
export function plainText(text: string): string {
  return clean(
    paragraphs(text)
      .map((paragraph) => plain(parseTex(paragraph)))
      .join(' '),
  )
    .replace(/\s+/g, ' ')
    .trim()
}

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
    if (PARAGRAPHS.test(piece)) {
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
