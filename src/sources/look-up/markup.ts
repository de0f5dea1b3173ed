import { decodeHTMLStrict } from 'entities'
import { LONGEST_FORMULA, plainMath } from '../../papers/tex/plain-math.ts'
import {
  BLOCKS,
  BREAKS,
  CELLS,
  FORMULAS,
  HEADINGS,
  UNSEEN,
  hasMarkup,
  parseMarkup,
  type MarkupElement,
  type MarkupNode,
} from './markup-tree.ts'

/** Longer ones are no abstracts, and would take long to read. */
const LONGEST = 300_000

/**
 * The text of what registries give: JATS, HTML or MathML, or none of them, in paragraphs separated by blank lines.
 * Formulas given as TeX stay TeX, between dollar signs; others become plain characters. Total: markup that is
 * not well-formed is read as far as it goes, and a `<` that begins no known element is a character like any other. Takes time
 * linear in the length of the markup, and never gives more text than there is markup.
 */
export function textOfMarkup(markup: string): string {
  if (markup.length > LONGEST) return ''
  // Some registries hold markup that was escaped before, once or twice.
  let text = hasMarkup(markup) ? markup : decodeHTMLStrict(markup)
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

/** Stands between a heading and the paragraph that it runs into. */
const RUN_IN = '\uE000'

function render(text: string): string {
  const { root, hasBlocks } = parseMarkup(text)
  return rendered(root, { hasBlocks })
    .replace(/\uE000\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

function rendered(node: MarkupNode, options: { hasBlocks: boolean }): string {
  if (typeof node === 'string') {
    // Where elements make the paragraphs, line breaks mean nothing.
    return options.hasBlocks ? node.replace(/\s+/g, ' ') : node
  }
  const { name, children } = node
  if (UNSEEN.has(name)) return ''
  if (BREAKS.has(name)) return '\n'
  if (name === 'tex-math') return texFormula(wordsOf(node))
  if (name === 'math') return mathText(node)
  if (isScript(name)) return scriptText(node)
  const tex = texAlternative(node)
  if (tex !== undefined) return rendered(tex, options)
  const text = children.map((child) => rendered(child, options)).join('')
  if (CELLS.has(name)) return ` ${text} `
  if (HEADINGS.has(name)) return heading(text)
  return BLOCKS.has(name) ? `\n\n${text}\n\n` : text
}

/** The TeX among the ways in which one formula is written. */
function texAlternative({ name, children }: MarkupElement): MarkupElement | undefined {
  if (!FORMULAS.has(name)) return undefined
  return children.find((child) => typeof child !== 'string' && child.name === 'tex-math') as
    | MarkupElement
    | undefined
}

function heading(text: string): string {
  // Of headings within one another the innermost is the heading.
  if (text.includes(RUN_IN)) return text
  const words = text.replace(/\s+/g, ' ').trim()
  if (words === '' || /^(?:abstract|summary)\W*$/i.test(words)) return '\n\n'
  return `\n\n${words}${/[.:!?]$/.test(words) ? '' : ':'}${RUN_IN}`
}

// --- Indices and powers ---

function isScript(name: string): boolean {
  return name === 'sup' || name === 'sub' || name === 'inf'
}

function scriptText(script: MarkupElement): string {
  const tex = scriptTex(script)
  return tex.length > LONGEST_FORMULA ? wordsOf(script) : plainMath(tex)
}

/** What stands in an index or a power, as TeX: made of its text in one go, so that no text is ever escaped twice. */
function scriptTex(node: MarkupNode): string {
  if (typeof node === 'string') return texOf(node)
  const { name, children } = node
  if (UNSEEN.has(name)) return ''
  if (BREAKS.has(name)) return ' '
  if (name === 'tex-math') return bareTex(wordsOf(node))
  if (name === 'math') {
    const annotation = texIn(node)
    return annotation === null ? children.map(mathTex).join('') : bareTex(annotation)
  }
  const alternative = texAlternative(node)
  if (alternative !== undefined) return scriptTex(alternative)
  const tex = children.map(scriptTex).join('')
  if (!isScript(name)) return BLOCKS.has(name) || CELLS.has(name) || HEADINGS.has(name) ? ` ${tex} ` : tex
  const words = tex.trim()
  // Ordinal numbers, and marks that stand for themselves.
  if (words === '' || /^(?:st|nd|rd|th|[®™©*†‡])$/i.test(words)) return words
  return `${name === 'sup' ? '^' : '_'}{${minus(words)}}`
}

/** All the text in an element, as it stands there. */
function wordsOf(node: MarkupNode): string {
  return typeof node === 'string' ? node : node.children.map(wordsOf).join('')
}

// --- Formulas ---

/** TeX between dollar signs. */
function texFormula(source: string): string {
  const tex = bareTex(source)
  if (tex === '') return ''
  return tex.includes('$') ? tex : `$${tex}$`
}

const BEGIN = '\\begin{document}'
const END = '\\end{document}'

/** TeX without the dollar signs around it; of a whole document, as some publishers deposit it, its body. */
function bareTex(source: string): string {
  const begin = source.indexOf(BEGIN)
  const end = source.indexOf(END, begin)
  const body = begin === -1 || end === -1 ? source : source.slice(begin + BEGIN.length, end)
  return body
    .trim()
    .replace(/^(?:\$\$?|\\\(|\\\[)/, '')
    .replace(/(?:\$\$?|\\\)|\\\])$/, '')
    .trim()
}

function mathText(math: MarkupElement): string {
  const annotation = texIn(math)
  if (annotation !== null) return texFormula(annotation)
  const tex = math.children.map(mathTex).join('')
  return tex.length > LONGEST_FORMULA ? wordsOf(math) : plainMath(tex)
}

/** The TeX of a formula that carries it beside its own markup. */
function texIn(node: MarkupElement): string | null {
  for (const child of node.children) {
    if (typeof child === 'string') continue
    const found = child.name === 'tex-math' ? wordsOf(child) : texIn(child)
    if (found !== null) return found
  }
  return null
}

/** A node of presentational MathML as TeX, from which its plain characters are made. */
function mathTex(node: MarkupNode): string {
  if (typeof node === 'string') return texOf(node.replace(/\s+/g, ' ').trim())
  const { name, children } = node
  if (UNSEEN.has(name)) return ''
  const elements = children.filter((child) => typeof child !== 'string' || child.trim() !== '')
  const parts = elements.map(mathTex)
  const [first = '', second = '', third = ''] = parts
  if (name === 'msup') return `{${first}}^{${minus(second)}}`
  if (name === 'msub' || name === 'munder') return `{${first}}_{${minus(second)}}`
  if (name === 'msubsup' || name === 'munderover') return `{${first}}_{${minus(second)}}^{${minus(third)}}`
  // What stands over something is an accent more often than not.
  if (name === 'mover') {
    const accent = ACCENTS_OVER[elements[1] === undefined ? '' : wordsOf(elements[1]).trim()]
    return accent === undefined ? first : `\\${accent}{${first}}`
  }
  if (name === 'mroot') return `\\sqrt[${second}]{${first}}`
  if (name === 'mmultiscripts') return multiscripts(elements)
  if (name === 'mfenced') return `(${parts.join(',')})`
  if (name === 'mtr') return parts.join(' & ')
  if (name === 'mtable') return `\\begin{matrix}${parts.join(' \\\\ ')}\\end{matrix}`
  if (name === 'mfrac') return `\\frac{${first}}{${second}}`
  if (name === 'msqrt') return `\\sqrt{${parts.join('')}}`
  if (name === 'mtext') return `\\text{ ${parts.join('')} }`
  return parts.join('')
}

const ACCENTS_OVER: Readonly<Record<string, string>> = {
  '¯': 'bar',
  '‾': 'bar',
  '̄': 'bar',
  '^': 'hat',
  ˆ: 'hat',
  '~': 'tilde',
  '˜': 'tilde',
  '→': 'vec',
  '⃗': 'vec',
  '˙': 'dot',
  '.': 'dot',
  '¨': 'ddot',
  ˇ: 'check',
  '˘': 'breve',
}

/** A base with pairs of an index and an exponent behind it and, after `mprescripts`, before it. */
function multiscripts([base, ...scripts]: MarkupNode[]): string {
  let [before, after] = ['', '']
  let isBefore = false
  let index: string | null = null
  for (const script of scripts) {
    if (typeof script !== 'string' && script.name === 'mprescripts') {
      isBefore = true
      index = null
      continue
    }
    const tex = minus(mathTex(script))
    if (index === null) index = tex
    else {
      const pair = `${index === '' ? '' : `_{${index}}`}${tex === '' ? '' : `^{${tex}}`}`
      if (isBefore) before += `{}${pair}`
      else after += pair
      index = null
    }
  }
  return `${before}{${base === undefined ? '' : mathTex(base)}}${after}`
}

function minus(tex: string): string {
  return tex.replaceAll('−', '-')
}

function texOf(text: string): string {
  return text.replace(/[\\{}$%&#_^~]/g, (character) =>
    character === '\\' ? '\\backslash ' : character === '~' ? ' ' : character === '^' ? '' : `\\${character}`,
  )
}
