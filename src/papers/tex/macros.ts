import type { TexStyle } from './nodes.ts'

/** Macros that set their argument in a style, and those that set what follows. */
export const STYLES: Readonly<Record<string, TexStyle>> = {
  emph: 'em',
  textit: 'em',
  textsl: 'em',
  underline: 'em',
  uline: 'em',
  textbf: 'strong',
  texttt: 'code',
  textsc: 'smallcaps',
  textsuperscript: 'sup',
  textsubscript: 'sub',
  it: 'em',
  em: 'em',
  sl: 'em',
  itshape: 'em',
  slshape: 'em',
  bf: 'strong',
  bfseries: 'strong',
  tt: 'code',
  ttfamily: 'code',
  sc: 'smallcaps',
  scshape: 'smallcaps',
}
/** Of these the ones that set what follows in their group. */
export const SWITCHES: ReadonlySet<string> = new Set([
  'it',
  'em',
  'sl',
  'itshape',
  'slshape',
  'bf',
  'bfseries',
  'tt',
  'ttfamily',
  'sc',
  'scshape',
])
/** Macros whose argument is for TeX and not for readers. */
export const HIDDEN_ARGUMENT: ReadonlySet<string> = new Set(
  'ref eqref autoref cref Cref pageref label index vspace hspace color begin end bibliography input phantom vskip'.split(
    ' ',
  ),
)
/** Citations that are a part of their sentence. */
export const CITED_BY_NAME: ReadonlySet<string> = new Set([
  'citet',
  'citeauthor',
  'textcite',
  'citealt',
  'citealp',
  'Citet',
  'shortcite',
])
/** Macros that show their second argument. */
export const SECOND_ARGUMENT: ReadonlySet<string> = new Set([
  'textcolor',
  'colorbox',
  'hyperlink',
  'hypertarget',
  'foreignlanguage',
  'scalebox',
])
/** Macros of mathematics that authors write outside of formulas, by the number of their arguments. */
export const FORMULAS: Readonly<Record<string, number>> = {
  ensuremath: 1,
  mathbb: 1,
  mathcal: 1,
  mathfrak: 1,
  mathscr: 1,
  mathbf: 1,
  mathrm: 1,
  mathsf: 1,
  mathit: 1,
  boldsymbol: 1,
  bm: 1,
  operatorname: 1,
  sqrt: 1,
  frac: 2,
  dfrac: 2,
  tfrac: 2,
  binom: 2,
}
