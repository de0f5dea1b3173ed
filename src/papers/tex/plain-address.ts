const SYMBOLS: Readonly<Record<string, string>> = {
  textless: '<',
  less: '<',
  lt: '<',
  langle: '<',
  textgreater: '>',
  greater: '>',
  gt: '>',
  rangle: '>',
  textunderscore: '_',
  underline: '_',
  textasciitilde: '~',
  sim: '~',
  textasciicircum: '^',
  textbar: '|',
  textdollar: '$',
  textquotesingle: "'",
  textendash: '-',
  slash: '/',
  lbrack: '[',
  rbrack: ']',
}

const LINK = /\\href\s*\{([^{}]*)\}\s*\{[^{}]*\}/g
// What sets no character, with what it takes.
const SPACE = /\\(?:[hv]space\*?\s*\{[^{}]*\}|penalty\s*-?\d+\s?|kern\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm)\s?)/g
const CODE = /\\(?:char\s*(\d{2,3})(?!\d)\s?|symbol\s*\{(\d{2,3})\})/g
const FORMULA = /\$\s*(\\[A-Za-z]+|\\?[<>_~^-])\s*\$/g
const TEX = /\\([A-Za-z]+)(?:\{\}|[ \t]+)?|\\([^])|[{}]/g

/**
 * An identifier or an address without TeX: `a{\_}b`, `a$<$b`, `\url{…}` and `{\textasciitilde}` as programs and people
 * write them in BibTeX. Braces go, and macros that mean no character.
 */
export function plainAddress(text: string): string {
  if (!/[\\{}$]/.test(text)) return text
  return text
    .replace(LINK, '$1')
    .replace(SPACE, '')
    .replace(CODE, (_, code?: string, symbol?: string) => String.fromCharCode(Number(code ?? symbol)))
    .replace(FORMULA, '$1')
    .replace(TEX, (_, macro?: string, character?: string) => {
      // Some programs escape what is escaped already: `{\textbackslash}{\_}`. That backslash is nobody's.
      return macro === undefined ? (character ?? '') : (SYMBOLS[macro] ?? '')
    })
    .trim()
}

/** Whether a text has TeX in it, and not just characters that TeX uses. */
export function hasTex(text: string): boolean {
  return /\\|\{[^A-Za-z\d]?\}|\$[<>]\$/.test(text)
}
