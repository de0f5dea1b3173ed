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
  /^(?:limits|nolimits|displaystyle|textstyle|scriptstyle|boldmath|rm|bf|it|sf|tt|cal|mathstrut|xspace|nonumber|notag)$/
const PLAIN_GROUPS =
  /^(?:math(?:rm|bf|it|sf|tt|cal|scr|frak|normal|bin|rel|op|ord)|text(?:bf|it|rm|sf|tt|sc|normal|up)?|operatorname|mbox|hbox|boldsymbol|bm|emph|ensuremath|bold|pmb|overbrace|underbrace|boxed|phantom|underset|overset|stackrel)$/

function script(said: string, mark: '^' | '_'): string {
  const table = mark === '^' ? SUPERSCRIPTS : SUBSCRIPTS
  const tight = said.replace(/\s+/g, '')
  const characters = Array.from(tight)
  if (characters.length === 0) return ''
  if (characters.length <= 6 && characters.every((character) => table[character] !== undefined)) {
    return characters.map((character) => table[character]).join('')
  }
  return /^[\p{L}\p{N}.∞]+$/u.test(tight) ? mark + tight : `${mark}(${said.trim()})`
}

function operand(said: string): string {
  const trimmed = said.trim()
  return /^[\p{L}\p{N}\p{M}.∞′²³]*$/u.test(trimmed) || /^\([^()]*\)$/.test(trimmed) ? trimmed : `(${trimmed})`
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
    if (name === 'quad' || name === 'qquad' || name === 'enspace') return ' '
    if (name === 'mathbb' || name === 'mathbbm' || name === 'mathds')
      return inAlphabet(argument(depth), 'double-struck')
    if (name === 'frac' || name === 'dfrac' || name === 'tfrac' || name === 'nicefrac' || name === 'sfrac') {
      const numerator = operand(argument(depth))
      return `${numerator}/${operand(argument(depth))}`
    }
    if (name === 'binom' || name === 'tbinom') {
      const above = argument(depth).trim()
      return `(${above} choose ${argument(depth).trim()})`
    }
    if (name === 'choose') return ' choose '
    if (name === 'sqrt') {
      const root = option()
      const sign = root === '' ? '√' : root === '3' ? '∛' : root === '4' ? '∜' : `${script(root, '^')}√`
      return sign + operand(argument(depth))
    }
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
    if (FUNCTIONS.has(name)) {
      while (tex.charAt(at) === ' ') at++
      return spaced + name + (/[\w\\$]/.test(tex.charAt(at)) ? ' ' : '')
    }
    const sign = MATH_SYMBOLS[name] ?? LETTERS[name]
    if (sign !== undefined && RELATIONS.has(name)) return ` ${sign} `
    // The space behind a macro's name only ends the name, unless the author set the sign off on both sides.
    if (tex.charAt(at) === ' ' && !/\s$/.test(before)) at++
    if (sign !== undefined) return sign
    const mark = name.length === 1 ? ACCENTS[name] : undefined
    if (mark !== undefined && tex.charAt(at) === '{') return (argument(depth) + mark).normalize('NFC')
    return spaced + name + (/\w/.test(tex.charAt(at)) ? ' ' : '')
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
      } else if (character === '\\') said += macro(depth, said.slice(-2))
      else if (character === '^' || character === '_') {
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
    .replace(/\s+/g, ' ')
    .replace(/([([{]) | (?=[)\]},;])/g, '$1')
    .trim()
    .normalize('NFC')
}
