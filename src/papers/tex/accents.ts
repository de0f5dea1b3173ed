const MARKS = {
  '`': '\u0300',
  "'": '\u0301',
  '^': '\u0302',
  '~': '\u0303',
  '=': '\u0304',
  u: '\u0306',
  '.': '\u0307',
  '"': '\u0308',
  r: '\u030A',
  H: '\u030B',
  v: '\u030C',
  d: '\u0323',
  c: '\u0327',
  k: '\u0328',
  b: '\u0331',
  t: '\u0361',
}

/** Combining marks of TeX's accent macros; `t` ties two letters. */
export const ACCENTS: Readonly<Record<string, string>> = MARKS

/** Letters that TeX writes as macros; a space after one is its end and not a space of the text. */
export const LETTERS: Readonly<Record<string, string>> = {
  aa: 'å',
  AA: 'Å',
  ae: 'æ',
  AE: 'Æ',
  oe: 'œ',
  OE: 'Œ',
  o: 'ø',
  O: 'Ø',
  l: 'ł',
  L: 'Ł',
  ss: 'ß',
  SS: 'SS',
  i: 'ı',
  j: 'ȷ',
  dh: 'ð',
  DH: 'Ð',
  th: 'þ',
  TH: 'Þ',
  dj: 'đ',
  DJ: 'Đ',
  ng: 'ŋ',
  NG: 'Ŋ',
}

/** Marks that a mathematical accent sets over one letter. */
export const MATH_ACCENTS: Readonly<Record<string, string>> = {
  hat: MARKS['^'],
  widehat: MARKS['^'],
  tilde: MARKS['~'],
  widetilde: MARKS['~'],
  bar: MARKS['='],
  overline: '\u0305',
  underline: '\u0332',
  vec: '\u20D7',
  dot: MARKS['.'],
  ddot: MARKS['"'],
  acute: MARKS["'"],
  grave: MARKS['`'],
  check: MARKS.v,
  breve: MARKS.u,
  mathring: MARKS.r,
}
