import katex from 'katex'
import { inAlphabet } from './alphabets.ts'

const LONGEST = 2000
const DEEPEST = 40

// Definitions let a short formula grow without limit; links, pictures and HTML have no place in a formula.
const REFUSED =
  /\\(?:[egx]?def|let|futurelet|global|long|(?:re|provide)?newcommand|providecommand|renewcommand|DeclareMathOperator|csname|expandafter|noexpand|href|url|html[A-Z][a-zA-Z]*|includegraphics|char)(?![a-zA-Z])|\\[a-zA-Z]*@/

/** What authors define in their preambles or load from packages, so that it can be read without them. */
const MACROS: Readonly<Record<string, string>> = {
  '\\eps': '\\varepsilon',
  '\\E': '\\mathbb{E}',
  '\\C': '\\mathbb{C}',
  '\\Q': '\\mathbb{Q}',
  '\\F': '\\mathbb{F}',
  '\\PP': '\\mathbb{P}',
  '\\EE': '\\mathbb{E}',
  '\\RR': '\\mathbb{R}',
  '\\NN': '\\mathbb{N}',
  '\\ZZ': '\\mathbb{Z}',
  '\\CC': '\\mathbb{C}',
  '\\QQ': '\\mathbb{Q}',
  '\\FF': '\\mathbb{F}',
  '\\a': '\\alpha',
  '\\b': '\\beta',
  '\\g': '\\gamma',
  '\\d': '\\delta',
  '\\k': '\\kappa',
  '\\n': '\\nu',
  '\\deff': 'd_{\\mathrm{eff}}',
  '\\SO': '\\mathrm{SO}',
  '\\SU': '\\mathrm{SU}',
  '\\GL': '\\mathrm{GL}',
  '\\SL': '\\mathrm{SL}',
  '\\Gr': '\\mathrm{Gr}',
  '\\NP': '\\mathsf{NP}',
  '\\poly': '\\operatorname{poly}',
  '\\polylog': '\\operatorname{polylog}',
  '\\argmax': '\\operatorname*{arg\\,max}',
  '\\argmin': '\\operatorname*{arg\\,min}',
  '\\sign': '\\operatorname{sign}',
  '\\sgn': '\\operatorname{sgn}',
  '\\rank': '\\operatorname{rank}',
  '\\tr': '\\operatorname{tr}',
  '\\Tr': '\\operatorname{Tr}',
  '\\diag': '\\operatorname{diag}',
  '\\supp': '\\operatorname{supp}',
  '\\Var': '\\operatorname{Var}',
  '\\Cov': '\\operatorname{Cov}',
  '\\Grave': '\\grave{#1}',
  '\\lt': '<',
  '\\gt': '>',
  '\\rt': '\\right',
  '\\bold': '\\mathbf{#1}',
  '\\mathbbm': '\\mathbb{#1}',
  '\\mathds': '\\mathbb{#1}',
  '\\bbm': '\\mathbb{#1}',
  '\\bm': '\\boldsymbol{#1}',
  '\\ensuremath': '#1',
  '\\mbox': '\\text{#1}',
  '\\hbox': '\\text{#1}',
  '\\emph': '\\textit{#1}',
  '\\textsc': '\\text{#1}',
  '\\textsl': '\\textit{#1}',
  '\\textsuperscript': '^{\\text{#1}}',
  '\\textsubscript': '_{\\text{#1}}',
  '\\xspace': '',
  '\\boldmath': '',
  '\\unboldmath': '',
  '\\allowbreak': '',
  '\\label': '',
  '\\nonumber': '',
  '\\notag': '',
  '\\num': '#1',
  '\\SI': '#1\\,\\mathrm{#2}',
  '\\si': '\\mathrm{#1}',
  '\\qty': '#1\\,\\mathrm{#2}',
  '\\unit': '\\mathrm{#1}',
  '\\ang': '#1^\\circ',
  '\\degree': '^\\circ',
  '\\deg': '\\operatorname{deg}',
  '\\celsius': '^\\circ\\mathrm{C}',
  '\\percent': '\\%',
  '\\micro': '\\mu ',
  '\\norm': '\\lVert #1\\rVert',
  '\\abs': '\\lvert #1\\rvert',
  '\\paren': '\\left(#1\\right)',
  '\\set': '\\{#1\\}',
  '\\inner': '\\langle #1,#2\\rangle',
  '\\ip': '\\langle #1,#2\\rangle',
  '\\ceil': '\\lceil #1\\rceil',
  '\\floor': '\\lfloor #1\\rfloor',
  '\\ind': '\\mathbb{1}',
  '\\indicator': '\\mathbb{1}',
  '\\one': '\\mathbb{1}',
  '\\eqdef': '\\triangleq',
  '\\tfrac': '\\frac{#1}{#2}',
}

/** The meaning of a macro that authors customarily define: `\calH`, `\bfx`, `\mbR`, `\bbR`, `\bx`. */
function habitualMacro(name: string): string | null {
  const [, style, letter] = /^\\(m?cal|c|m?bb|mb|m?bf|bs|b|m?frak|m?scr|m?rm)([A-Za-z])$/.exec(name) ?? []
  if (style === undefined || letter === undefined) return null
  if (/^m?cal$/.test(style) || (style === 'c' && /[A-Z]/.test(letter))) return `\\mathcal{${letter}}`
  if (/^m?bb$|^mb$/.test(style)) return `\\mathbb{${letter}}`
  if (/^m?bf$|^bs$|^b$/.test(style)) return `\\mathbf{${letter}}`
  if (/^m?frak$/.test(style)) return `\\mathfrak{${letter}}`
  if (/^m?scr$/.test(style)) return `\\mathscr{${letter}}`
  return /^m?rm$/.test(style) ? `\\mathrm{${letter}}` : null
}

function depthOf(tex: string): number {
  let depth = 0
  let deepest = 0
  for (const token of tex.match(/\\.|[{}]|\\left|\\right|[_^]/gs) ?? []) {
    if (token === '{') deepest = Math.max(deepest, ++depth)
    else if (token === '}') depth--
  }
  return deepest
}

/** TeX as KaTeX wants it: MathJax's `\unicode`, and per cent signs that arXiv's authors leave unescaped. */
function prepare(tex: string): string {
  return tex
    .replace(/\\unicode\{\s*(?:[x"]([\da-f]{2,5})|(\d{2,6}))\s*\}/gi, (_, hex?: string, decimal?: string) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      const character = code > 0x20 && code < 0x10fffe ? String.fromCodePoint(code).toWellFormed() : ' '
      return `\\text{${character.replace(/[\\{}%$#&_^~]/g, '\\$&')}}`
    })
    .replace(/\\label\s*\{[^{}]*\}/g, '')
    .replace(/(\\.)|%/gs, (_, escaped?: string) => escaped ?? '\\%')
}

const ELEMENTS = new Set(
  (
    'math mrow mi mn mo ms mtext mspace mover munder munderover msup msub msubsup mmultiscripts mprescripts mfrac ' +
    'msqrt mroot mtable mtr mtd mlabeledtr mstyle mpadded mphantom menclose'
  ).split(' '),
)
const ATTRIBUTES = new Set(
  (
    'stretchy fence separator lspace rspace width height depth voffset displaystyle scriptlevel columnalign ' +
    'rowspacing columnspacing columnlines rowlines accent accentunder linethickness largeop movablelimits minsize ' +
    'maxsize symmetric notation display'
  ).split(' '),
)
const TEXT_STYLES: Readonly<Record<string, string>> = {
  bold: 'strong',
  italic: 'em',
  'bold-italic': 'strong',
  monospace: 'code',
}

const MARKUP = /<(\/?)([a-z]+)((?:\s+[a-zA-Z-]+\s*=\s*"[^"<>]*")*)\s*(\/?)>|[^<]+|</g

/**
 * KaTeX's MathML with nothing but the elements and attributes named above: no style, colour, class or link. Letters
 * of other alphabets become Unicode's own (browsers only know `mathvariant="normal"`). Null when it contains anything else.
 */
function narrow(mathml: string): string | null {
  let narrowed = ''
  let alphabet: string | null = null
  let closing = ''
  for (const [whole, slash, element, attributes, empty] of mathml.matchAll(MARKUP)) {
    if (element === undefined) {
      if (whole === '<') return null
      narrowed +=
        alphabet === null
          ? whole
          : whole.replace(/&[#\w]+;|([^&]+)/g, (kept, run?: string) =>
              run === undefined ? kept : inAlphabet(run, alphabet ?? ''),
            )
      continue
    }
    if (element === 'semantics') continue
    if (!ELEMENTS.has(element)) return null
    if (slash === '/') {
      narrowed += `${closing}</${element}>`
      closing = ''
      alphabet = null
      continue
    }
    let kept = ''
    let opening = ''
    for (const [, name = '', value = ''] of (attributes ?? '').matchAll(/([a-zA-Z-]+)\s*=\s*"([^"]*)"/g)) {
      if (ATTRIBUTES.has(name) && /^[\w .,%+#-]*$/.test(value)) kept += ` ${name}="${value}"`
      else if (name === 'mathvariant' && value === 'normal')
        kept += element === 'mi' ? ' mathvariant="normal"' : ''
      else if (name === 'mathvariant' && element === 'mtext') {
        const tag = TEXT_STYLES[value]
        if (tag !== undefined) [opening, closing] = [`<${tag}>`, `</${tag}>`]
      } else if (name === 'mathvariant') alphabet = value
    }
    narrowed += empty === '/' ? `<${element}${kept}></${element}>` : `<${element}${kept}>${opening}`
  }
  return narrowed
}

/** Why KaTeX would not set a formula; `macro` is the name it does not know. */
type Refusal = { reason: string; macro?: string }

const UNKNOWN_MACRO = /Undefined control sequence: (\\[a-zA-Z]+)/

/**
 * A formula as MathML that is safe to put into a page whatever the TeX was, or why it cannot be set. Takes a few milliseconds
 * at most: long, deep and self-defining formulas are refused.
 */
export function renderMathml(
  tex: string,
  display: boolean,
): { ok: true; mathml: string } | ({ ok: false } & Refusal) {
  if (tex.length > LONGEST) return { ok: false, reason: 'too long' }
  if (depthOf(tex) > DEEPEST) return { ok: false, reason: 'too deep' }
  const refused = REFUSED.exec(tex)?.[0]
  if (refused !== undefined) return { ok: false, reason: 'refused macro', macro: refused }
  const prepared = prepare(tex)
  const macros: Record<string, string> = { ...MACROS }
  for (let attempt = 0; ; attempt++) {
    try {
      const html = katex.renderToString(prepared, {
        output: 'mathml',
        displayMode: display,
        throwOnError: true,
        trust: false,
        strict: 'ignore',
        maxExpand: 300,
        maxSize: 10,
        macros: { ...macros },
      })
      const mathml = html.slice(html.indexOf('<math'), html.indexOf('<annotation'))
      const narrowed = narrow(
        `${mathml.replace(/^<math[^>]*>/, display ? '<math display="block">' : '<math>')}</math>`,
      )
      return narrowed === null ? { ok: false, reason: 'unknown markup' } : { ok: true, mathml: narrowed }
    } catch (error) {
      // KaTeX throws its ParseError for TeX it does not know, and other errors where such TeX gets deeper into it.
      const reason = error instanceof Error ? error.message : String(error)
      const name = UNKNOWN_MACRO.exec(reason)?.[1]
      const meaning = name === undefined ? null : habitualMacro(name)
      if (name === undefined || meaning === null || attempt >= 4) {
        return { ok: false, reason: reason.slice(0, 200), ...(name === undefined ? {} : { macro: name }) }
      }
      macros[name] = meaning
    }
  }
}
