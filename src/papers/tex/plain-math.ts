import { ACCENTS, LETTERS, MATH_ACCENTS } from './accents.ts'
import { FUNCTIONS, MATH_SYMBOLS, RELATIONS } from './symbols.ts'
import { inAlphabet } from './alphabets.ts'

/** Of longer formulas `plainMath` gives the TeX as it is. */
export const LONGEST_FORMULA = 3000
const DEEPEST = 30

const SUPERSCRIPTS: Readonly<Record<string, string>> = {
  '0': '⁰',
  '1': '¹',
  '2': '²',
  '3': '³',
  '4': '⁴',
  '5': '⁵',
  '6': '⁶',
  '7': '⁷',
  '8': '⁸',
  '9': '⁹',
  '+': '⁺',
  '-': '⁻',
  '(': '⁽',
  ')': '⁾',
  n: 'ⁿ',
  i: 'ⁱ',
  k: 'ᵏ',
  d: 'ᵈ',
  m: 'ᵐ',
  p: 'ᵖ',
  T: 'ᵀ',
  '⊤': 'ᵀ',
  '∘': '°',
  '′': '′',
  '*': '*',
  '†': '†',
}
const SUBSCRIPTS: Readonly<Record<string, string>> = {
  '0': '₀',
  '1': '₁',
  '2': '₂',
  '3': '₃',
  '4': '₄',
  '5': '₅',
  '6': '₆',
  '7': '₇',
  '8': '₈',
  '9': '₉',
  '+': '₊',
  '-': '₋',
  '(': '₍',
  ')': '₎',
  i: 'ᵢ',
  j: 'ⱼ',
  k: 'ₖ',
  m: 'ₘ',
  n: 'ₙ',
  p: 'ₚ',
  t: 'ₜ',
  x: 'ₓ',
  β: 'ᵦ',
  γ: 'ᵧ',
  ρ: 'ᵨ',
  φ: 'ᵩ',
  χ: 'ᵪ',
}

const FENCES = /^(?:left|right|middle|big|Big|bigg|Bigg|[bB]igg?[lrm])$/
const SILENT =
  /^(?:limits|nolimits|displaystyle|textstyle|scriptstyle|boldmath|rm|bf|it|sf|tt|sl|em|cal|frak|scr|mit|mathstrut|xspace|nonumber|notag)$/
const PLAIN_GROUPS =
  /^(?:math(?:rm|bf|it|sf|tt|cal|scr|frak|normal|bin|rel|op|ord)|text(?:bf|it|rm|sf|tt|sc|sl|normal|up|md)?|mbox|hbox|boldsymbol|bm|emph|ensuremath|bold|pmb|overbrace|underbrace|boxed|substack|overrightarrow|overleftarrow|underline|si|unit|num|ce)$/

/** The brackets around a matrix in plain text. */
const MATRICES: Readonly<Record<string, [opening: string, closing: string]>> = {
  pmatrix: ['(', ')'],
  bmatrix: ['[', ']'],
  Bmatrix: ['{', '}'],
  vmatrix: ['|', '|'],
  Vmatrix: ['‖', '‖'],
  cases: ['{', '}'],
  dcases: ['{', '}'],
  rcases: ['{', '}'],
}

/** What stands around and between the arguments of macros that quantum physicists and others define, by their number. */
const BETWEEN: Readonly<Record<string, string[]>> = {
  ket: ['|', '⟩'],
  bra: ['⟨', '|'],
  Ket: ['|', '⟩'],
  Bra: ['⟨', '|'],
  ketbra: ['|', '⟩⟨', '|'],
  dyad: ['|', '⟩⟨', '|'],
  outerproduct: ['|', '⟩⟨', '|'],
  innerproduct: ['⟨', '|', '⟩'],
  ip: ['⟨', '|', '⟩'],
  expval: ['⟨', '⟩'],
  ev: ['⟨', '⟩'],
  mel: ['⟨', '|', '|', '⟩'],
  matrixel: ['⟨', '|', '|', '⟩'],
  matrixelement: ['⟨', '|', '|', '⟩'],
  abs: ['|', '|'],
  norm: ['‖', '‖'],
  set: ['{', '}'],
  floor: ['⌊', '⌋'],
  ceil: ['⌈', '⌉'],
  inner: ['⟨', ', ', '⟩'],
  pmod: ['(mod ', ')'],
  pod: ['(', ')'],
  tag: ['(', ')'],
  SI: ['', ' ', ''],
  qty: ['', ' ', ''],
}
/** Signs that close, and so are not set off from what is before them, and signs that open. */
const CLOSING = new Set(['rVert', 'rvert', 'rangle', 'rfloor', 'rceil', 'rbrace', 'rbrack'])
const OPENING = new Set(['lVert', 'lvert', 'langle', 'lfloor', 'lceil', 'lbrace', 'lbrack'])
const NO_SPACE_BEFORE = '\ue000'
const NO_SPACE_AFTER = '\ue001'

function script(said: string, mark: '^' | '_'): string {
  const table = mark === '^' ? SUPERSCRIPTS : SUBSCRIPTS
  const tight = said.replace(/\s+/g, '')
  const characters = Array.from(tight)
  if (characters.length === 0) return ''
  if (characters.length <= 6 && characters.every((character) => table[character] !== undefined)) {
    return characters.map((character) => table[character]).join('')
  }
  return characters.length === 1 || /^[\p{L}\p{N}.∞]+$/u.test(tight)
    ? mark + tight
    : `${mark}(${said.trim()})`
}

function operand(said: string): string {
  const trimmed = said.trim()
  return /^[\p{L}\p{N}\p{M}.∞′″∂∇]*$/u.test(trimmed) || /^\([^()]*\)$/.test(trimmed)
    ? trimmed
    : `(${trimmed})`
}

/** A formula's TeX as a line of Unicode text: `O(n^2)` is O(n²), `\frac{a}{b}` a/b; unknown macros keep their names. */
export function plainMath(tex: string): string {
  if (tex.length > LONGEST_FORMULA) return tex.trim()
  let at = 0

  /** One argument: a group, a macro with its own arguments, or a character. */
  const argument = (depth: number): string => {
    while (/\s/.test(tex.charAt(at))) at++
    const character = tex.charAt(at)
    if (character === '') return ''
    if (character === '{') {
      at++
      return until('}', depth + 1)
    }
    if (character === '\\') return macro(depth + 1, '').trim()
    if (character === '}' || character === '&') return ''
    const whole = String.fromCodePoint(tex.codePointAt(at) ?? 0)
    at += whole.length
    return whole
  }

  const option = (): string => {
    const close = tex.charAt(at) === '[' ? tex.indexOf(']', at) : -1
    if (close === -1) return ''
    const found = tex.slice(at + 1, close)
    at = close + 1
    return found
  }

  /** Whether so many groups follow. */
  const hasGroups = (count: number): boolean =>
    (count === 1 ? /^\s*\{/ : /^\s*\{[^{}]*\}\s*\{/).test(tex.slice(at, at + 200))

  const enclosed = (between: string[], depth: number): string => {
    const [first = '', ...others] = between
    return others.reduce((said, next) => said + argument(depth).trim() + next, first)
  }

  const macro = (depth: number, before: string): string => {
    const name = /^[a-zA-Z]+/.exec(tex.slice(at + 1, at + 41))?.[0]
    if (name === undefined) {
      const symbol = String.fromCodePoint(tex.codePointAt(at + 1) ?? 0x5c)
      at += 1 + symbol.length
      if (symbol === '!' || symbol === '-' || symbol === '(' || symbol === ')') return ''
      if (symbol === '|') return '‖'
      return /[,;:>\s\\]/.test(symbol) ? ' ' : symbol
    }
    at += 1 + name.length
    if (tex.charAt(at) === '*') at++
    if (depth > DEEPEST) return name
    if (FENCES.test(name)) {
      if (tex.charAt(at) === '.') at++
      return ''
    }
    if (SILENT.test(name)) return ''
    const between = BETWEEN[name]
    if (between !== undefined && (name !== 'qty' || hasGroups(2))) return enclosed(between, depth)
    if (/^braket$/i.test(name)) {
      const first = argument(depth).trim()
      return hasGroups(1) ? `⟨${first}|${argument(depth).trim()}⟩` : `⟨${first}⟩`
    }
    if (name === 'proj') {
      const state = argument(depth).trim()
      return `|${state}⟩⟨${state}|`
    }
    if (name === 'overset' || name === 'stackrel' || name === 'underset') {
      const mark = argument(depth)
      return argument(depth).trim() + script(mark, name === 'underset' ? '_' : '^')
    }
    if (name === 'xrightarrow' || name === 'xleftarrow') {
      option()
      const label = argument(depth).trim()
      const dash = label === '' ? '' : `–${label}`
      return name === 'xrightarrow' ? ` ${dash}→ ` : ` ←${label === '' ? '' : `${label}–`} `
    }
    if (name === 'sp' || name === 'sb') return script(argument(depth), name === 'sp' ? '^' : '_')
    if (/^[hv]?phantom$/.test(name)) {
      argument(depth)
      return ''
    }
    if (name === 'hspace' || name === 'vspace') {
      argument(depth)
      return ' '
    }
    if (name === 'quad' || name === 'qquad' || name === 'enspace') return ' '
    if (/^(?:mathbb|mathbbm|mathbbmss|mathds|Bbb|Bbbk|bbold)$/.test(name))
      return inAlphabet(argument(depth), 'double-struck')
    if (/^(?:[cdt]?frac|nicefrac|sfrac|flatfrac)$/.test(name)) {
      const numerator = operand(argument(depth))
      return `${numerator}/${operand(argument(depth))}`
    }
    if (name === 'binom' || name === 'tbinom') {
      const above = argument(depth).trim()
      return `(${above} choose ${argument(depth).trim()})`
    }
    if (name === 'sqrt') {
      const root = option()
      const sign = root === '' ? '√' : root === '3' ? '∛' : root === '4' ? '∜' : `${script(root, '^')}√`
      return sign + operand(argument(depth))
    }
    if (name === 'genfrac') {
      const [left, right, bar] = [argument(depth), argument(depth), argument(depth)].map((part) =>
        part.trim(),
      )
      argument(depth)
      const [above, below] = [argument(depth), argument(depth)]
      if (bar !== '' && Number.parseFloat(bar ?? '') === 0) return `(${above.trim()} choose ${below.trim()})`
      return `${left}${operand(above)}/${operand(below)}${right}`
    }
    if (PLAIN_TEX_ROWS.test(name)) {
      const group = groupAt(tex, at)
      if (group !== null) {
        at = group.end
        const body = group.body.replace(/\\cr(?![a-zA-Z])/g, '\\\\')
        return rowsOf({ name: name === 'bordermatrix' ? 'pmatrix' : name, body })
      }
    }
    if (name === 'slashed' || name === 'cancel') {
      const struck = argument(depth).trim()
      return Array.from(struck).length === 1 ? `${struck}\u0338` : struck
    }
    if (/^([CFNQRZ])\1$/.test(name)) return inAlphabet(name.charAt(0), 'double-struck')
    if (name === 'not') return `${argument(depth)}\u0338`.normalize('NFC')
    if (name === 'unicode') {
      const code = Number.parseInt(argument(depth).replace(/^[x"]/, ''), 16)
      return code > 0x20 && code < 0x10ffff ? String.fromCodePoint(code) : ' '
    }
    if (name === 'textcolor' || name === 'color' || name === 'colorbox' || name === 'href') {
      const first = argument(depth)
      const second = name === 'color' ? '' : argument(depth)
      return second === '' && name !== 'color' ? first : second
    }
    if (name === 'begin') {
      const environment = environmentAt(tex, at)
      if (environment !== null) {
        at = environment.end
        return rowsOf(environment)
      }
    }
    if (name === 'begin' || name === 'end' || name === 'label') {
      argument(depth)
      return ' '
    }
    const accent = MATH_ACCENTS[name]
    if (accent !== undefined) {
      const under = argument(depth).trim()
      return Array.from(under).length === 1 ? (under + accent).normalize('NFC') : under
    }
    if (PLAIN_GROUPS.test(name)) return argument(depth)
    const spaced = /[\p{L}\p{N})\]²³]$/u.test(before) ? ' ' : ''
    if (FUNCTIONS.has(name) || name === 'operatorname' || name === 'mathop') {
      const said = FUNCTIONS.has(name) ? (name === 'bmod' ? 'mod' : name) : argument(depth).trim()
      while (tex.charAt(at) === ' ') at++
      return spaced + said + (/[A-Za-z0-9\\$]/.test(tex.charAt(at)) ? ' ' : '')
    }
    // `\O(n)` is an O; on its own it is the letter, or the empty set.
    const isOrder = name === 'O' && tex.charAt(at) === '('
    const sign = isOrder
      ? 'O'
      : (MATH_SYMBOLS[name] ?? MATH_SYMBOLS[name.replace(/^var(?=[A-Z])/, '')] ?? LETTERS[name])
    if (sign !== undefined && RELATIONS.has(name)) return ` ${sign} `
    // The space behind a macro's name only ends the name, unless the author set the sign off on both sides.
    if (tex.charAt(at) === ' ' && !/\s$/.test(before)) at++
    if (sign !== undefined && CLOSING.has(name)) return NO_SPACE_BEFORE + sign
    if (sign !== undefined && OPENING.has(name)) return sign + NO_SPACE_AFTER
    if (sign !== undefined) return sign
    const mark = name.length === 1 ? ACCENTS[name] : undefined
    if (mark !== undefined && tex.charAt(at) === '{') return (argument(depth) + mark).normalize('NFC')
    return spaced + name + (/[\w{]/.test(tex.charAt(at)) ? ' ' : '')
  }

  const until = (stop: '}' | '', depth: number): string => {
    let said = ''
    while (at < tex.length) {
      const character = tex.charAt(at)
      if (character === '}') {
        at++
        if (stop === '}') return said
        continue
      }
      if (character === '{') {
        at++
        if (depth < DEEPEST) said += until('}', depth + 1)
      } else if (character === '\\') {
        const between = /^\\(over|choose|atop|brace|brack)(?![A-Za-z])/.exec(tex.slice(at, at + 9))
        if (between === null || depth >= DEEPEST) {
          said += macro(depth, said.slice(-2))
          continue
        }
        at += between[0].length
        // They stand between all that is in their group.
        const rest = until(stop, depth + 1)
        if (between[1] === 'over') return `${operand(said)}/${operand(rest)}`
        return `(${said.trim()}${between[1] === 'choose' ? ' choose' : ';'} ${rest.trim()})`
      } else if (character === '^' || character === '_') {
        at++
        said += script(argument(depth), character)
      } else if (/\s|[~&]/.test(character)) {
        at++
        said += ' '
      } else if (character === '$') at++
      else if (character === "'") {
        at++
        said += '′'
      } else {
        const whole = String.fromCodePoint(tex.codePointAt(at) ?? 0)
        at += whole.length
        said += whole
      }
    }
    return said
  }

  return until('', 0)
    .replace(/\s*\ue000|\ue001\s*/g, '')
    .replace(/\s+/g, ' ')
    .replace(/′{2,4}/g, (primes) => '″‴⁗'.charAt(primes.length - 2))
    .replace(/([([{]) | (?=[)\]},;])/g, '$1')
    .trim()
    .normalize('NFC')
}

/** Macros of plain TeX that take rows and cells in one group. */
const PLAIN_TEX_ROWS = /^(?:p?matrix|bordermatrix|cases|eqalign)$/

/** The group that stands at `at`, without its braces; null where there is none. */
function groupAt(tex: string, at: number): { body: string; end: number } | null {
  const start = at + (/^\s*/.exec(tex.slice(at, at + 20))?.[0].length ?? 0)
  let depth = 0
  for (let end = start; end < tex.length; end++) {
    if (tex[end] === '\\') end++
    else if (tex[end] === '{') depth++
    else if (tex[end] === '}') depth--
    if (depth === 0) return end === start ? null : { body: tex.slice(start + 1, end), end: end + 1 }
  }
  return null
}

type Environment = { name: string; body: string; end: number }

/** The environment whose name stands at `at`, behind its `\begin`; null where it has no end. */
function environmentAt(tex: string, at: number): Environment | null {
  const [opening, name = ''] = /^\s*\{([a-zA-Z]+\*?)\}/.exec(tex.slice(at, at + 40)) ?? []
  if (opening === undefined) return null
  const marks = /\\(begin|end)\s*\{[a-zA-Z]+\*?\}/g
  marks.lastIndex = at + opening.length
  let open = 1
  for (let mark = marks.exec(tex); mark !== null; mark = marks.exec(tex)) {
    open += mark[1] === 'begin' ? 1 : -1
    if (open === 0)
      return { name, body: tex.slice(at + opening.length, mark.index), end: mark.index + mark[0].length }
  }
  return null
}

/** The rows of an environment, parted by semicolons, and their cells: `(a b; c d)`. */
function rowsOf({ name, body }: Pick<Environment, 'name' | 'body'>): string {
  const kind = name.replace(/\*$/, '')
  const isArray = kind === 'array' || kind === 'tabular'
  const columns = isArray
    ? /^\s*(?:\[[^\]]*\])?\s*\{(?:[^{}]|\{[^{}]*\})*\}/.exec(body)?.[0].length
    : undefined
  const isMatrix = isArray || kind.endsWith('matrix')
  const isCases = kind.endsWith('cases')
  const rows = splitOutside(body.slice(columns ?? 0).replace(/\\hline(?![a-zA-Z])/g, ' '), '\\\\')
    .map((row) =>
      splitOutside(row, '&')
        .map(plainMath)
        .filter((cell) => cell !== '')
        .join(isCases ? ', ' : ' '),
    )
    .map((row) => row.replace(/,{2,}(?= )/g, ','))
    .filter((row) => row !== '')
  const [opening, closing] = MATRICES[kind] ?? ['', '']
  const text = rows.join('; ')
  return isMatrix || isCases ? opening + text + closing : ` ${text} `
}

/** Splits at a mark, outside braces and environments. */
function splitOutside(tex: string, mark: string): string[] {
  const pieces: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < tex.length; at++) {
    if (depth === 0 && tex.startsWith(mark, at)) {
      pieces.push(tex.slice(start, at))
      at += mark.length - 1
      // A break may say how much space follows it.
      const space = mark === '&' ? undefined : /^\s*\[[^\]]*\]|^\*/.exec(tex.slice(at + 1, at + 20))?.[0]
      at += space?.length ?? 0
      start = at + 1
    } else if (tex[at] === '\\') {
      if (/^\\begin(?![a-zA-Z])/.test(tex.slice(at, at + 7))) depth++
      else if (/^\\end(?![a-zA-Z])/.test(tex.slice(at, at + 5))) depth--
      at++
    } else if (tex[at] === '{') depth++
    else if (tex[at] === '}') depth--
  }
  pieces.push(tex.slice(start))
  return pieces
}
