import { LRUCache } from 'lru-cache'
import { paragraphsOf } from './tex/clean.ts'
import { renderMathml } from './tex/mathml.ts'
import type { TexNode, TexStyle } from './tex/nodes.ts'
import { parseTex } from './tex/parse.ts'

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

/** How many formulas are typeset in one text. Thousands would keep everyone waiting; the rest are shown as source. */
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

/** The same titles are shown again and again; in bytes, two a character. */
const REMEMBERED_BYTES = 4_000_000
const remembered = new LRUCache<string, string>({
  maxSize: REMEMBERED_BYTES,
  maxEntrySize: REMEMBERED_BYTES / 20,
  sizeCalculation: (made, text) => 2 * (text.length + made.length) || 1,
})

function remember(text: string, make: () => string): string {
  const known = remembered.get(text)
  if (known !== undefined) return known
  const made = make()
  remembered.set(text, made)
  return made
}

/**
 * One run of TeX text (a title, an excerpt) as HTML phrasing content: formulas as MathML, and, whatever the text is, no style, script,
 * event handler or address other than http(s) links. What cannot be set stays readable as its source. Without
 * `links` it may stand inside a link. Linear in the length of the text; results are remembered.
 */
export function typeset(text: string, options: { links?: boolean } = {}): string {
  const links = options.links ?? true
  return remember((links ? '1' : '0') + text, () => {
    const formulas = { left: FORMULAS_SET }
    return paragraphsOf(text)
      .map((paragraph) => html(parseTex(paragraph), { links, formulas }).trim())
      .join(' ')
  })
}

/** An abstract as HTML flow content: a `<p>` for each of its paragraphs. */
export function typesetAbstract(text: string): string {
  const formulas = { left: FORMULAS_SET }
  return paragraphsOf(text)
    .map((paragraph) => `<p>${html(parseTex(paragraph), { links: true, formulas }).trim()}</p>`)
    .join('\n')
}
